"""A score that cannot be low is none: each way an answer can be wrong is noticed, and each right one is not."""

from typing import Any

import pytest

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Severity, Skipped
from cloudprobe.domain.report import Confidence, Report, ReportFinding
from cloudprobe.emulator.worlds import Question
from cloudprobe.evaluation.scoring import abstained, score, truth_for

ARNS = {"open": "arn:aws:s3:::x1", "shut": "arn:aws:s3:::x2", "group": "arn:aws:ec2:us-east-1:1:security-group/sg-1"}
ASKED = Question.model_validate(
    {
        "id": "q",
        "ask": ["Which buckets are public?"],
        "outcome": "answered",
        "expect": [{"resource": "open", "finding": "public", "severity": "high", "mentions": ["AllUsers"]}],
        "forbid": [{"resource": "shut", "why": "It is shut."}],
        "unseen": ["rds"],
    }
)
QUIET = Question.model_validate({"id": "q", "ask": ["Which?"], "outcome": "nothing_found"})
UNKNOWN = Question.model_validate({"id": "q", "ask": ["Which?"], "outcome": "unanswered"})


def _finding(resource: str = ARNS["open"], **more: Any) -> ReportFinding:
    what: dict[str, Any] = {
        "id": "public",
        "title": "open to AllUsers",
        "severity": "high",
        "verified": True,
        "run_id": "r",
    }
    return ReportFinding.model_validate({**what, "resource": resource, **more})


def _report(*findings: ReportFinding, outcome: Outcome = Outcome.ANSWERED, unseen: str = "rds in us-east-1") -> Report:
    return Report(
        inspection_id="i",
        question="q",
        outcome=outcome,
        answer="a",
        confidence=Confidence(level="high", reason="r"),
        findings=findings,
        not_covered=(Skipped(what=unseen, why="AccessDenied"),),
    )


def test_a_right_answer_has_no_complaints() -> None:
    info = _finding(ARNS["shut"], id="remark", severity="info")
    judged = score(ASKED, _report(_finding(), info), ARNS)
    assert judged.right
    assert judged.complaints() == []
    assert (judged.stated, judged.claims) == (("open public high",), 1)


@pytest.mark.parametrize(
    ("report", "complaint"),
    [
        (_report(), "missing: open public high"),
        (_report(_finding(severity="low")), "missing: open public high"),
        (_report(_finding(severity="low")), "wrong: open public low"),
        (_report(_finding(title="open")), "missing: open public high"),  # without the word it cannot do without
        (_report(_finding(), _finding(ARNS["shut"])), "wrong: shut public high"),
        (_report(_finding(), _finding("arn:aws:s3:::nobody")), "wrong: arn:aws:s3:::nobody public high"),
        (_report(_finding(), _finding(id="other")), "wrong: open other high"),
        (_report(_finding(verified=False)), "uncited: open public high"),
        (_report(_finding(), unseen="sqs"), "unsaid: rds"),
        (_report(_finding(), outcome=Outcome.UNANSWERED), "outcome unanswered, not answered"),
    ],
)
def test_every_way_of_being_wrong_is_noticed(report: Report, complaint: str) -> None:
    judged = score(ASKED, report, ARNS)
    assert not judged.right
    assert complaint in judged.complaints()


def test_a_thing_may_be_named_by_its_id() -> None:
    asked = ASKED.model_copy(update={"expect": (ASKED.expect[0].model_copy(update={"resource": "group"}),)})
    assert score(asked, _report(_finding("sg-1")), ARNS).right


@pytest.mark.parametrize(
    ("question", "report", "kept"),
    [
        (ASKED, _report(), None),
        (QUIET, _report(outcome=Outcome.NOTHING_FOUND), True),
        (QUIET, _report(_finding(severity=Severity.INFO), outcome=Outcome.NOTHING_FOUND), True),
        (QUIET, _report(_finding()), False),
        (QUIET, _report(outcome=Outcome.UNANSWERED), False),
        (UNKNOWN, _report(outcome=Outcome.UNANSWERED), True),
        (UNKNOWN, _report(outcome=Outcome.NOTHING_FOUND), False),
    ],
)
def test_abstaining_is_to_claim_nothing_where_nothing_is_wrong(
    question: Question, report: Report, *, kept: bool | None
) -> None:
    assert abstained(question, report) is kept


OPEN = Question.model_validate(
    {
        "id": "q",
        "ask": ["How many topics, and which key is not rotated?"],
        "outcome": "answered",
        "needs_model": True,
        "expect": [{"resource": "open"}],
        "state": [{"fact": "twenty topics", "mentions": ["20", "Sydney"]}],
    }
)


def _answer(text: str, *findings: ReportFinding) -> Report:
    return _report(*findings).model_copy(update={"answer": text})


def test_a_fault_that_no_template_names_is_known_by_its_thing_alone() -> None:
    worded = _finding(id="key is old", severity="medium", title="not rotated")
    judged = score(OPEN, _answer("There are 20 topics in sydney.", worded), ARNS)
    assert judged.right
    assert judged.stated == ("open", "twenty topics")
    other = _finding(ARNS["shut"], id="key is old", severity="medium")
    assert "wrong: shut key is old medium" in score(OPEN, _answer("20 in Sydney", other), ARNS).complaints()


@pytest.mark.parametrize("text", ["It was 2026 in Sydney.", "There are 120 topics in Sydney.", "20 topics.", ""])
def test_a_number_stands_by_itself_or_is_not_stated(text: str) -> None:
    assert "missing: twenty topics" in score(OPEN, _answer(text, _finding()), ARNS).complaints()


def test_what_needs_a_model_is_rightly_declined_by_a_brain_without_one_alone() -> None:
    declined, claimed = _report(outcome=Outcome.UNANSWERED), _answer("20 in Sydney", _finding())
    without = truth_for(OPEN, thinks=False)
    assert (score(without, declined, ARNS).right, abstained(without, declined)) == (True, True)
    assert (score(without, claimed, ARNS).right, abstained(without, claimed)) == (False, False)
    assert (score(truth_for(OPEN, thinks=True), declined, ARNS).right, abstained(OPEN, declined)) == (False, None)
    assert truth_for(ASKED, thinks=False) is ASKED


def test_two_claims_of_one_kind_about_one_thing_must_both_be_proven() -> None:
    judged = score(ASKED, _report(_finding(), _finding(verified=False)), ARNS)
    assert judged.complaints() == ["uncited: open public high"]


def test_a_verdict_speaks_of_things_by_their_logical_names() -> None:
    renamed = {"open": "arn:aws:s3:::y1", "shut": "arn:aws:s3:::y2"}
    here, there = _report(_finding()), _report(_finding(renamed["open"]))
    assert score(ASKED, here, ARNS).verdict == score(ASKED, there, renamed).verdict == ("answered", "open public high")


def test_a_question_that_needs_a_model_has_no_template() -> None:
    with pytest.raises(ValueError, match="has no template"):
        Question.model_validate(OPEN.model_dump() | {"template": "s3_public_buckets"})
