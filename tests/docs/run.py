#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the recipes of the documentation, compares what they print with what the page shows, and follows its links.

    tests/docs/run.py INSTALLED-PREFIX PAGE...            compare
    tests/docs/run.py INSTALLED-PREFIX --write PAGE...    put the real output into the pages

In a page, every block marked ```console is run by bash, all blocks of a page in one empty folder:

    $ palate train ratings.csv -o m.palate     a command; further lines of it begin with "> "
    palate: ...                                what it prints, on standard output and error

"..." alone on a line stands for any lines, within a line for any text; numbers with a decimal point may differ a
little, seconds by any amount. A command that may fail says so by ending in "; echo status $?" or the like. The
comment <!-- file: NAME --> before a block of any language makes that file of it; <!-- not run: WHY --> leaves a
block out.
"""
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"(?:<!-- (file|not run): (.*?) -->\n+)?^```(\w+)\n(.*?)^```$", re.M | re.S)


def steps_of(text):
    """[(command, [output lines])] of a console block."""
    steps = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        elif line.startswith("> ") and steps and not steps[-1][1]:
            steps[-1] = (steps[-1][0] + "\n" + line[2:], [])
        elif steps:
            steps[-1][1].append(line)
        else:
            raise ValueError(f"a console block begins with '$ ', not with: {line}")
    return steps


LINK = re.compile(r"\]\(([^)\s]+)\)")
NUMBER = re.compile(r"\d+\.\d+(?:e[-+]\d+)?")


def pattern_of(lines):
    """A regular expression for the output shown; its groups are the numbers with a decimal point."""
    parts = []
    for line in lines:
        if line == "...":
            parts.append(r"(?:.*\n)*?")
            continue
        pieces = []
        for piece in line.split("..."):
            texts = NUMBER.split(piece)
            pieces.append(r"(\d+(?:\.\d+)?(?:e[-+]\d+)?)".join(re.escape(text) for text in texts))
        parts.append(".*".join(pieces) + r"[ ]*\n")
    return re.compile("".join(parts))


def agrees(lines, output):
    """Seconds may be any; other numbers with a decimal point may differ by their rounding, which depends on
    the machine's instruction set."""
    match = pattern_of(lines).fullmatch(output)
    if match is None:
        return False
    numbers = [found for line in lines if line != "..." for found in NUMBER.finditer(line)]
    for found, real in zip(numbers, match.groups()):
        if not found.string[found.end():].startswith(" s") and not math.isclose(
                float(found.group()), float(real), rel_tol=.01, abs_tol=.005):
            return False
    return True


def run(command, folder, environment):
    # Standard error is shown where it would appear on a terminal, in the order of writing.
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=folder, env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    output = done.stdout
    return done.returncode, output if not output or output.endswith("\n") else output + "\n"


def environment_for(prefix):
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    library = next(pathlib.Path(prefix).rglob("palate.pc")).parent.parent
    environment["PATH"] = f"{prefix}/bin:{environment['PATH']}"
    environment["PKG_CONFIG_PATH"] = f"{library}/pkgconfig"
    environment["LD_LIBRARY_PATH"] = f"{library}"
    return environment


def shown(steps):
    lines = []
    for command, output in steps:
        first, *more = command.split("\n")
        lines += [f"$ {first}", *(f"> {line}" for line in more), *output]
    return "".join(f"{line}\n" for line in lines)


def run_block(page, text, folder, environment, write):
    """Returns the block with the real output, and what is wrong."""
    steps, problems = [], []
    for command, expected in steps_of(text):
        status, output = run(command, folder, environment)
        if status != 0:
            problems.append(f"{page}: status {status} from: {command}\n{output}")
        matches = agrees(expected, output)
        if not matches and not write:
            problems.append(f"{page}: $ {command}\n--- shown\n" + "\n".join(expected) + f"\n--- printed\n{output}")
        steps.append((command, expected if matches else output.splitlines()))
    return shown(steps), problems


def dead_links(page, text):
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    targets = (target.split("#")[0] for target in LINK.findall(prose))
    return [f"{page}: a link to nothing: {target}" for target in targets
            if target and "://" not in target and not (pathlib.Path(page).parent / target).exists()]


def run_page(page, environment, write):
    text = pathlib.Path(page).read_text(encoding="utf-8")
    problems, commands = dead_links(page, text), 0

    with tempfile.TemporaryDirectory() as folder:
        def visit(match):
            nonlocal commands
            directive, argument, language, block = match.groups()
            if directive == "file":
                target = pathlib.Path(folder, argument)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block, encoding="utf-8")
            if directive is not None or language != "console":
                return match.group(0)
            new, wrong = run_block(page, block, folder, environment, write)
            commands += new.count("\n$ ") + new.startswith("$ ")
            problems.extend(wrong)
            return match.group(0).replace(block, new) if block else match.group(0)

        new_text = BLOCK.sub(visit, text)
    if write and new_text != text:
        pathlib.Path(page).write_text(new_text, encoding="utf-8")
    print(f"{page}: {commands} commands, {len(problems)} wrong")
    return problems


def main(arguments):
    prefix, *pages = arguments
    write = "--write" in pages
    environment = environment_for(os.path.abspath(prefix))
    problems = []
    for page in pages:
        if page != "--write":
            problems += run_page(page, environment, write)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
