"""Derivation against scripts whose operations were written down by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from cloudprobe.guard import models
from cloudprobe.guard.derivation import derive
from tests.guard.scripts import LIBRARY, Case, cases


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_each_script_is_derived_as_it_was_read_by_hand(case: Case) -> None:
    derivation = derive(case.source)
    assert derivation.names == case.operations
    assert {one.line for one in derivation.undecided} == case.undecided


def test_the_corpus_is_large_held_out_by_a_third_and_true_to_botocore() -> None:
    everything = cases()
    assert len(everything) >= 150
    assert len(cases("held_out")) >= len(everything) * 0.3
    assert len(cases("tricky")) >= 40
    for case in everything:
        for name in case.operations:
            service, operation = name.split(":")
            assert operation in models.operation_names(service), f"{case.name} says {name}"


def test_precision_and_recall() -> None:
    """The aim over the whole corpus, stated where a regression would first be seen as a number."""
    right = wrong = missed = 0
    for case in cases():
        found = derive(case.source).names
        right += len(found & case.operations)
        wrong += len(found - case.operations)
        missed += len(case.operations - found)
    assert right / (right + wrong) >= 0.99
    assert right / (right + missed) >= 0.99


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*/probe.py")), ids=lambda path: path.parent.name)
def test_the_librarys_own_probes_are_decided(path: Path) -> None:
    derivation = derive(path.read_text())
    assert derivation.undecided == ()
    assert derivation.operations


def test_the_result_does_not_depend_on_the_order_of_sets() -> None:
    program = (
        "import pathlib, sys; from cloudprobe.guard.derivation import derive\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).glob('*.py')): print(path.name, derive(path.read_text()))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, str(Path(__file__).parent / "corpus" / "tricky")],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(LIBRARY.parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
