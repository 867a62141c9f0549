"""Inspections that continue others, with scripted models: careful, lying, lazy, and against a real account."""

import pytest

from cloudprobe.domain.inspection import Outcome
from cloudprobe.errors import ModelAnswerError
from cloudprobe.reports.formats import render
from tests.agents import brains
from tests.agents.brains import COMPLETE, collect, wish
from tests.agents.test_inspections import Inspection, account

__all__ = ["account"]
AGAIN = "And what are the names of those groups that never expire?"


def conclusion(text, *evidence, verdict="answered"):
    claim = {"text": text, "evidence": list(evidence), "key": True}
    return {"verdict": verdict, "reason": "It was seen before.", "claims": [claim], "fixes": []}


@pytest.fixture(scope="module")
def inspection(account, tmp_path_factory):
    return Inspection(account, tmp_path_factory.mktemp("followed"))


@pytest.fixture(scope="module")
def first(inspection):
    report = inspection.ask(brains.careful())
    assert report.outcome is Outcome.ANSWERED
    return report


def test_a_careful_model_answers_from_what_is_known(inspection, first):
    brain = brains.Brain(
        move=COMPLETE,
        conclusion=conclusion("`/app/audit` and `/app/orders` never expire.", "earlier1/1/1/0#/result/facts/names"),
    )
    report = inspection.ask(brain, AGAIN, follows=first.inspection_id)
    assert (report.outcome, report.usage.calls) == (Outcome.ANSWERED, 0)
    assert report.claims[0].verified
    proof = report.claims[0].evidence[0]
    assert proof.pointer == f"{first.runs[0].run_id}#/result/facts/names"
    assert proof.as_of == report.follows.oldest
    assert "no call was made" in report.answer
    assert report.findings == ()  # those were the other question's
    assert [run.run_id for run in report.runs] == [first.runs[0].run_id]
    assert "earlier1/1/1/0 was made for an earlier question" in brain.prompts[0].user
    assert first.inspection_id not in brain.prompts[0].user
    assert "as of" in render(report, "html")


def test_a_lying_model_is_not_believed(inspection, first):
    brain = brains.Brain(
        move=COMPLETE,
        conclusion=conclusion("`/app/payments` never expires.", "earlier1/1/1/0#/result/facts/names"),
    )
    report = inspection.ask(brain, AGAIN, follows=first.inspection_id)
    assert report.claims[0].unresolved == ("/app/payments",)
    assert report.confidence.level == "low"
    assert report.answer.startswith("Unverified")


@pytest.mark.parametrize("cited", [(), ("1/1/0#/result/facts/names",), ("earlier2/1/1/0#/result/facts/names",)])
def test_a_lazy_model_that_cites_nothing_known_answers_nothing(inspection, first, cited):
    brain = brains.Brain(move=COMPLETE, conclusion=conclusion("Some never expire.", *cited, verdict="nothing_wrong"))
    report = inspection.ask(brain, AGAIN, follows=first.inspection_id)
    assert report.outcome is Outcome.UNANSWERED
    assert not any(claim.verified for claim in report.claims)


def test_a_template_that_fits_is_run_where_the_known_does_not_answer(inspection, first):
    brain = brains.Brain(
        move=COMPLETE, analysis=brains.ANALYSIS, conclusion=conclusion("Nobody knows.", verdict="cannot_tell")
    )
    question = "Which S3 buckets are public, and which of those log groups belong to them and never expire?"
    report = inspection.ask(brain, question, follows=first.inspection_id)
    assert [run.template for run in report.runs if not run.as_of] == ["s3_public_buckets"]


def test_fresh_calls_are_made_where_they_are_needed_and_told_apart(inspection, first):
    brain = brains.careful(
        move=[collect(wish("Which log groups are kept for 30 days?", regions=["us-east-1"])), COMPLETE],
        script={**brains.SCRIPT, "script": brains.LOG_GROUPS.replace("keeps its logs forever", "never expires")},
        conclusion=conclusion(
            "`/app/audit` never expires.", "earlier1/1/1/0#/result/facts/names", "1/1/0#/result/facts/names"
        ),
    )
    report = inspection.ask(brain, AGAIN, follows=first.inspection_id)
    assert report.usage.calls > 0
    assert report.answer.startswith("In part as of ")
    assert {bool(proof.as_of) for proof in report.claims[0].evidence} == {True, False}
    assert report.claims[0].verified


def test_an_equal_script_is_not_run_again(inspection, first):
    report = inspection.ask(
        brains.careful(conclusion=conclusion("Two are kept forever.", "earlier1/1/1/0#/result/facts/forever")),
        brains.QUESTION,
        follows=first.inspection_id,
    )
    assert report.usage.calls == 0
    assert [run.run_id for run in report.runs] == [first.runs[0].run_id]
    assert report.claims[0].verified
    assert {f.title for f in report.findings} == {f.title for f in first.findings}


def test_a_model_that_fails_loses_nothing_that_is_known(inspection, first):
    report = inspection.ask(
        brains.Brain(move=COMPLETE, conclusion=ModelAnswerError("The model answered in prose.")),
        AGAIN,
        follows=first.inspection_id,
    )
    assert report.outcome is Outcome.UNANSWERED
    assert "prose" in report.answer
