# SPDX-License-Identifier: Apache-2.0
"""The tutorial notebook runs, and shows what it shows.

PALATE_REFRESH=1 python -m pytest tests/test_notebook.py      put what it shows now into it
"""

import os
import re

import pytest
from conftest import ROOT

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")
pytest.importorskip("pandas")

NOTEBOOK = ROOT / "docs" / "tutorial" / "notebook.ipynb"
NUMBER = re.compile(r"-?\d+\.\d+")


def run(folder, monkeypatch):
    """The notebook, run in an empty folder, with the same sums on every machine."""
    monkeypatch.setenv("PALATE_ISA", "generic")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=dict(os.environ))
    return notebook


def texts(cell):
    """What a cell prints and shows, but for pictures and the address of objects."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            yield output.text
        elif "image/png" not in output.get("data", {}):
            yield from (text for kind, text in sorted(output.data.items()) if kind.startswith("text/"))


def stored(cell):
    """Outputs without what differs from run to run."""
    for output in cell.outputs:
        output.pop("execution_count", None)
        output.get("data", {}).pop("text/latex", None)
        if output.output_type == "execute_result":
            output.execution_count = cell.execution_count
    cell.metadata = {}
    return cell


def assert_alike(now, then, source):
    """Equal, but for numbers with a decimal point, which may differ by a hundredth."""
    assert NUMBER.sub("#", now) == NUMBER.sub("#", then), source
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in (now, then)]
    assert numbers[0] == pytest.approx(numbers[1], rel=0.01, abs=0.02), source


@pytest.mark.filterwarnings("ignore")
def test_the_notebook_shows_what_it_shows(tmp_path, monkeypatch):
    before = nbformat.read(NOTEBOOK, as_version=4)
    after = run(tmp_path, monkeypatch)
    if os.environ.get("PALATE_REFRESH"):
        after.cells = [stored(cell) if cell.cell_type == "code" else cell for cell in after.cells]
        nbformat.write(after, NOTEBOOK)
        return
    for now, then in zip(after.cells, before.cells):
        shown, kept = list(texts(now)), list(texts(then))
        assert len(shown) == len(kept), now.source
        for one, other in zip(shown, kept):
            assert_alike(one, other, now.source)
    assert sum("image/png" in str(cell.get("outputs", "")) for cell in before.cells) == 3
