import pytest

from cloudprobe.agents.code_executor import CodeExecutor
from cloudprobe.domain.agents import CodeExecutorInput
from cloudprobe.domain.run import Grant, RunError, RunOutcome, RunRequest, RunStatus

RUN = "20261124-034200-9f86d081/1/1/0"
REQUEST = RunRequest(
    run_id=RUN,
    script="print()",
    permit={},
    grant=Grant(run_id=RUN, role_arn="arn:aws:iam::1:role/r", external_id="x", expires="2026-11-24T04:00:00+00:00"),
    region="us-east-1",
)


class Scripted:
    """A runner that has already run."""

    def __init__(self, outcome):
        self.outcome = outcome

    def run(self, request):
        assert request is REQUEST
        return self.outcome


def feedback(**outcome):
    output = CodeExecutor(Scripted(RunOutcome(run_id=RUN, **outcome))).execute(CodeExecutorInput(request=REQUEST))
    return output.feedback


def test_success_needs_no_feedback():
    assert feedback(status=RunStatus.SUCCEEDED) == ()


def test_an_error_keeps_line_code_and_hint():
    error = RunError(type="ClientError", message="no", line=7, code="AccessDenied", hint="ask", temporary=False)
    [entry] = feedback(status=RunStatus.FAILED, error=error)
    assert (entry.source, entry.code, entry.line, entry.hint, entry.temporary) == (
        "execute",
        "AccessDenied",
        7,
        "ask",
        False,
    )


def test_an_exception_without_a_code_is_known_by_its_type():
    [entry] = feedback(status=RunStatus.FAILED, error=RunError(type="KeyError", message="'Policy'"))
    assert entry.code == "KeyError"


def test_a_limit_is_named_with_what_to_do():
    [entry] = feedback(status=RunStatus.LIMITED, limit="calls")
    assert entry.code == "calls"
    assert "'calls'" in entry.message
    assert entry.hint


@pytest.mark.parametrize("status", [RunStatus.REFUSED, RunStatus.CANCELLED])
def test_every_other_end_says_at_least_its_name(status):
    [entry] = feedback(status=status)
    assert entry.code == status.value
