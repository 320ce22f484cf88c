# SPDX-License-Identifier: Apache-2.0
"""A program written for Surprise cannot tell the difference."""

import json
import pathlib

import probes
import pytest

pytest.importorskip("pandas")
pytest.importorskip("scipy")

RECORDED = json.loads(pathlib.Path(__file__).with_name("recorded.json").read_text())


@pytest.fixture(scope="module")
def package():
    return probes.package("palate.surprise")


def as_told(outcome):
    # Surprise leaves the name out of this one message.
    return json.loads(json.dumps(outcome).replace("refit ({})", "refit (mae)"))


@pytest.mark.parametrize("name", probes.PROBES)
def test_programs_do_what_they_do_with_surprise(package, name):
    assert probes.outcome(package, name) == as_told(RECORDED[name])


def test_all_programs_have_been_recorded():
    assert set(probes.PROBES) == set(RECORDED)
