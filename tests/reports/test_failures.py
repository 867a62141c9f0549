"""A probe that was denied everything: one sentence a person can act on, and the same counts everywhere."""

import json

import pytest

from cloudprobe.domain.agents import Feedback
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.run import Access, Denial, RunError, RunStatus
from cloudprobe.reports.failures import squeezed
from cloudprobe.reports.formats import render
from tests.reports.test_assembly import result

OPERATION = "rds:DescribeDBInstances"
EXEMPT = {"Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/cloudprobe/*"}}}
DENIAL = Denial(
    operation=OPERATION,
    cause="organisation",
    action=OPERATION,
    explanation=f"The organisation's policy denies {OPERATION} explicitly.",
    statement=EXEMPT,
    where="the statement that denies it in the organisation's policy",
    count=17,
)
SAID = "the script exited with 'No region could be looked at: " + "; ".join(["AccessDenied"] * 17) + "'"
ABANDONED = f"The template rds failed (SystemExit: {SAID}) and running it again would not help."


def denied(case, *, calls, said=SAID, denials=(DENIAL,), **more):
    given_up = ABANDONED.replace(SAID, said)
    feedback = (
        Feedback(source="execute", code="SystemExit", message=said),
        Feedback(source="validate", code="abandoned", message=given_up),
    )
    case.probe(
        None,
        template="rds",
        calls=calls,
        status=RunStatus.FAILED,
        error=RunError(type="SystemExit", message=said),
        access=Access(granted=(OPERATION,), denied=(OPERATION,)),
        denials=denials,
        feedback=feedback,
        attempt=2,
        **more,
    )
    gap = {"what": "Title of rds", "why": given_up, "account": ""}
    case.update(context={"gaps": [gap]})
    case.decide(Outcome.UNANSWERED, given_up)
    return case.report()


def test_what_was_denied_is_said_once_and_for_a_person(case, two_calls):
    report = denied(case, calls=two_calls())
    assert report.answer == (
        f"Title of rds could not be looked at: {DENIAL.explanation} What would allow it stands with what was not covered. "
        "It got as far as iteration 1: 1 probe, 1 attempt, 0 results, 2 calls."
    )
    (gap,) = report.not_covered
    assert gap.what == "Title of rds"
    assert gap.why.startswith(DENIAL.explanation)
    assert json.dumps(EXEMPT) in gap.why
    (attempt,) = report.attempts
    assert attempt.message == "the script exited with 'No region could be looked at: AccessDenied (17 times)'"
    for form in ("md", "html", "json"):
        assert "AccessDenied; AccessDenied" not in render(report, form)


def test_calls_and_denials_are_counted_alike_everywhere(case, two_calls):
    report = denied(case, calls=two_calls())
    assert (report.quality.calls, report.quality.calls_denied) == (report.usage.calls, report.access.denied) == (2, 1)
    assert not report.quality.complete


def test_an_earlier_attempt_counts_and_does_not_make_it_incomplete(case, bucket, two_calls):
    error = RunError(type="ClientError", message="AccessDenied")
    access = Access(granted=(OPERATION,), denied=(OPERATION,))
    case.probe(None, status=RunStatus.FAILED, error=error, access=access, denials=(DENIAL,), calls=two_calls())
    case.probe(result(resources=(bucket("a"),)), calls=two_calls(), attempt=2)
    case.aggregate()
    case.decide(Outcome.NOTHING_FOUND)
    report = case.report()
    assert (report.quality.calls, report.quality.calls_denied) == (report.usage.calls, report.access.denied) == (4, 1)
    assert report.quality.complete
    assert report.not_covered == ()


def test_an_operation_that_no_explanation_names_is_named(case, two_calls):
    other = DENIAL.model_copy(update={"explanation": "A policy of the account denies it.", "statement": None})
    report = denied(
        case, calls=two_calls(), denials=(DENIAL, other.model_copy(update={"operation": "ec2:DescribeVpcs"}))
    )
    assert report.not_covered[0].why.startswith("ec2:DescribeVpcs was denied. ")


def test_a_denial_beside_another_error_is_not_taken_for_its_cause(case, two_calls):
    report = denied(case, calls=two_calls(), said="'Owner'")
    assert "The organisation" not in report.answer
    assert [gap.what for gap in report.not_covered] == ["Title of rds", f"what {OPERATION} would have said"]


def test_what_a_model_says_of_it_stays(new_case, two_calls):
    case = new_case()
    case.settings = case.settings.model_copy(update={"model": "gadget"})
    case.__post_init__()
    report = denied(case, calls=two_calls())
    assert report.answer.startswith("The template rds failed")
    assert "AccessDenied (17 times)" in report.answer


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: X; X; X", "a: X (3 times)"),
        ("X failed; X failed", "X failed (2 times)"),
        ("bad; d; e", "bad; d; e"),
        ("one; two; one", "one; two; one"),
        ("X; X; Y; Y; Y.", "X (2 times); Y (3 times)."),
        ("AccessDenied; AccessDeniedException", "AccessDenied; AccessDeniedException"),
        ("", ""),
        ("x" * 3_000 + "; y; y", "x" * 3_000 + "; y (2 times)"),
    ],
)
def test_what_a_message_repeats_is_said_once(text, told):
    assert squeezed(text) == told
