# SPDX-License-Identifier: Apache-2.0
"""The tutorial notebook runs, and shows what it shows.

PALATE_REFRESH=1 python -m pytest tests/test_notebook.py      put what it shows now into it
"""

import os
import re
import time

import pytest
from conftest import ROOT

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")
pytest.importorskip("pandas")

NOTEBOOK = ROOT / "docs" / "tutorial" / "notebook.ipynb"
NUMBER = re.compile(r"-?\d+\.\d+")
HTML_NUMBERS = re.compile(r"[-+\d][-+\d., ]*")


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
    """What a cell prints and shows, but for pictures, and for numbers in HTML (test_pictures.py looks at these)."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            yield output.text
        elif "image/png" not in output.get("data", {}):
            yield output.data["text/plain"]
            yield HTML_NUMBERS.sub("#", output.data.get("text/html", ""))


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


STOPPED = """
import warnings
import palate

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print("begun", flush=True)
    model = palate.train([("u%d" % (i % 50), "i%d" % (i % 31), i % 5) for i in range(1500)], factors=8,
                         epochs=100000, tolerance=0, mode="pure")
print(model.info.stopped_by, caught[0].category.__name__)
"""


def printed(client, until=None):
    """What the kernel prints, until it has printed something, or is done."""
    text = ""
    while until is None or until not in text:
        message = client.get_iopub_msg(timeout=30)
        if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
            text += message["content"]["text"]
        if message["msg_type"] == "error":
            raise AssertionError("\n".join(message["content"]["traceback"]))
        if until is None and message["content"].get("execution_state") == "idle":
            break
    return text


@pytest.mark.filterwarnings("ignore")
def test_the_stop_button_keeps_the_best_model():
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", env=dict(os.environ))
    try:
        client.execute(STOPPED)
        printed(client, until="begun")
        time.sleep(0.5)
        manager.interrupt_kernel()
        assert printed(client).split() == ["request", "TrainingStopped"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
