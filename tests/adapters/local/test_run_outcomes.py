import pytest

from cloudprobe.adapters.local.run_outcomes import outcome_of
from cloudprobe.domain.run import RunStatus
from cloudprobe.sandbox.execution import Denial, Execution, ScriptError, Status, Usage
from cloudprobe.sandbox.limits import LimitName

RUN = "20261124-034200-9f86d081/1/1/0"
GOOD = {
    "facts": {"summary": "One bucket is public."},
    "findings": [{"id": "public", "title": "Public", "severity": "high", "resource": "arn:aws:s3:::one"}],
    "resources": [{"arn": "arn:aws:s3:::one", "type": "s3:bucket"}],
    "coverage": {"regions": ["us-east-1"], "skipped": [{"what": "a", "why": "b"}]},
    "next": [{"template": "other", "variables": {"x": 1}}],
}


def test_a_result_that_follows_the_contract():
    outcome = outcome_of(
        RUN,
        Execution(
            status=Status.SUCCEEDED,
            result=GOOD,
            usage=Usage(wall_seconds=1.5, calls=3, response_bytes=100, cpu_seconds=0.5, peak_memory_bytes=7),
            granted=("s3:ListBuckets", "s3:GetBucketAcl"),
            used=("s3:ListBuckets",),
            denied=("s3:GetBucketAcl",),
            isolation="landlock",
            started="2026-11-24T03:42:00+00:00",
            stderr="x" * 5_000 + "end",
        ),
    )
    assert outcome.run_id == RUN
    assert outcome.status is RunStatus.SUCCEEDED
    assert outcome.result.summary == "One bucket is public."
    assert outcome.error is None
    assert outcome.usage.calls == 3
    assert outcome.usage.wall_seconds == 1.5
    assert outcome.access.excess == ("s3:GetBucketAcl",)
    assert outcome.isolation == "landlock"
    assert len(outcome.log) == 4_000
    assert outcome.log.endswith("end")


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "/: Input should be"),
        ("text", "/: Input should be"),
        (None, "/: Input should be"),
        ({"surprise": 1}, "/surprise: Extra inputs"),
        ({"findings": [{"id": "x", "title": "y", "resource": "z", "severity": "awful"}]}, "/findings/0/severity: "),
        ({"resources": [{"arn": "a", "type": "t"}, {"type": "t"}]}, "/resources/1/arn: Field required"),
        ({"coverage": {"regions": "us-east-1"}}, "/coverage/regions: "),
    ],
)
def test_a_document_that_does_not_is_told_where(document, path):
    outcome = outcome_of(RUN, Execution(status=Status.SUCCEEDED, result=document))
    assert outcome.status is RunStatus.FAILED
    assert outcome.result is None
    assert outcome.error.type == "ContractError"
    assert path in outcome.error.message
    assert "facts, findings, resources, coverage and next" in outcome.error.hint
    assert not outcome.error.temporary


def test_of_many_violations_some_are_told():
    document = {"resources": [{"type": "t"}] * 40}
    message = outcome_of(RUN, Execution(status=Status.SUCCEEDED, result=document)).error.message
    assert message.count("Field required") == 5
    assert "and 35 more" in message


def test_a_violation_shows_nothing_of_the_value():
    document = {"findings": [{"id": "x", "title": "y", "resource": "z", "severity": "hush-hush"}]}
    assert "hush-hush" not in outcome_of(RUN, Execution(status=Status.SUCCEEDED, result=document)).model_dump_json()


@pytest.mark.parametrize("temporary", [True, False])
def test_a_script_s_error_is_kept(temporary):
    error = ScriptError(
        type="ClientError", message="slow down", line=7, code="Throttling", operation="ListUsers", temporary=temporary
    )
    found = outcome_of(RUN, Execution(status=Status.FAILED, error=error)).error
    assert (found.type, found.message, found.line, found.code) == ("ClientError", "slow down", 7, "Throttling")
    assert found.operation == "ListUsers"
    assert found.temporary is temporary
    assert found.hint == ""


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        ("permit", "not granted s3:ListAllMyBuckets"),
        ("account", "The account denies s3:ListAllMyBuckets"),
        ("region", "Ask only in the regions that were given. because"),
        ("ownership", "Name only what belongs to the inspected account. because"),
    ],
)
def test_a_denial_is_told_with_what_to_do_about_it(cause, says):
    error = ScriptError(type="ClientError", message="no", code="AccessDenied", operation="ListBuckets")
    denials = (
        Denial(operation="ec2:DescribeVpcs", cause="account", message="another"),
        Denial(operation="s3:ListBuckets", cause=cause, message="because"),
    )
    assert says in outcome_of(RUN, Execution(status=Status.FAILED, error=error, denials=denials)).error.hint


def test_a_denial_of_an_operation_nobody_knows():
    error = ScriptError(type="ClientError", message="no", code="AccessDenied", operation="Frobnicate")
    denials = (Denial(operation="s3:Frobnicate", cause="permit", message="because"),)
    assert (
        "not granted s3:Frobnicate"
        in outcome_of(RUN, Execution(status=Status.FAILED, error=error, denials=denials)).error.hint
    )


def test_a_limit_has_its_name_and_keeps_what_was_said():
    error = ScriptError(type="LimitExceeded", message="The run reached its limit.")
    limited = Execution(status=Status.LIMITED, limit=LimitName.CALLS, error=error, result=GOOD)
    outcome = outcome_of(RUN, limited)
    assert outcome.status is RunStatus.LIMITED
    assert outcome.limit == "calls"
    assert outcome.result.findings[0].id == "public"


def test_a_limit_without_a_word_left():
    error = ScriptError(type="LimitExceeded", message="The run reached its limit.")
    outcome = outcome_of(RUN, Execution(status=Status.LIMITED, limit=LimitName.WALL, error=error))
    assert outcome.result is None
    assert outcome.error.type == "LimitExceeded"
