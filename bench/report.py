# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: tables in Markdown, put into documents, and where they were measured."""
import os
import pathlib
import platform
import re
import sys


def table(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def cores():
    return len(os.sched_getaffinity(0))


def machine():
    """Cores and instruction set."""
    flags = set(re.findall(r"\w+", pathlib.Path("/proc/cpuinfo").read_text()))
    vectors = next((name for flag, name in [("avx512f", "AVX-512"), ("avx2", "AVX2")] if flag in flags), "no AVX2")
    return f"{cores()} cores ({platform.machine()}, {vectors})"


def write_between_markers(page, name, text):
    begin, end = f"<!-- bench:{name} -->\n", f"<!-- end bench:{name} -->"
    old = page.read_text(encoding="utf-8")
    if begin not in old:
        sys.exit(f"{page}: no marker {begin.strip()}")
    head, rest = old.split(begin, 1)
    page.write_text(head + begin + text + end + rest.split(end, 1)[1], encoding="utf-8")
