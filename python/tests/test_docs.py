# SPDX-License-Identifier: Apache-2.0
"""Examples of the documentation do what they show."""

import doctest
import importlib
import pkgutil
import re

import pytest
from conftest import ROOT

import palate

pytest.importorskip("pandas")

BLOCK = re.compile(r"(?ms)^```python\n(.*?)^```")


def blocks(page):
    return BLOCK.findall((ROOT / "docs" / page).read_text())


def test_examples_are_as_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    examples = "\n".join(block for block in blocks("howto/python.md") if ">>>" in block)
    test = doctest.DocTestParser().get_doctest(examples, {}, "howto/python.md", "docs/howto/python.md", 0)
    assert len(test.examples) > 20
    told = []
    failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append).failed
    assert failed == 0, "".join(told)


@pytest.mark.parametrize("page", ["coming-from/surprise.md"])
def test_examples_are_python(page):
    for block in blocks(page):
        compile(block, page, "exec")


MODULES = [
    info.name
    for info in pkgutil.walk_packages(palate.__path__, "palate.")
    if info.name != "palate.libpalate"
    and (not info.name.startswith("palate.surprise") or info.name == "palate.surprise")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings_are_as_shown(name):
    pytest.importorskip("sklearn")
    assert doctest.testmod(importlib.import_module(name)).failed == 0
