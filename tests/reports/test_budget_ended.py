"""A report of an inspection whose budget ended: what was found counts, and what was not looked at is said."""

import pytest

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import ProbeResult
from cloudprobe.reports.formats import render

FAILURE = {
    "type": "BudgetEndedError",
    "message": "Of the budget of 60 s are 1.0 s left, too few to look at: who changed it?",
    "step": "orchestrate",
    "outcome": "unanswered",
}


def test_findings_answer_though_not_everything_was_looked_at(faulty):
    faulty.update(failure=FAILURE)
    report = faulty.report()
    assert (report.outcome, report.outcome.exit_code) == (Outcome.ANSWERED, 0)
    assert report.answer.startswith("Not everything was looked at. Stopped at orchestrate: Of the budget of 60 s")
    assert report.confidence.level in {"medium", "low"}
    assert "budget ended before everything" in report.confidence.reason
    assert any("who changed it?" in gap.why for gap in report.not_covered)
    assert not report.quality.complete
    assert "who changed it" in render(report, "md")


@pytest.mark.parametrize("result", [None, ProbeResult()])
def test_without_findings_it_is_not_answered_and_no_all_clear(case, result):
    if result is not None:
        case.probe(result)
        case.aggregate()
    case.update(failure=FAILURE)
    report = case.report()
    assert (report.outcome, report.outcome.exit_code) == (Outcome.UNANSWERED, 4)
    assert "who changed it?" in report.answer
    assert "Nothing wrong" not in report.answer
