"""The error tree. Two families decide whether a retry can help; class names are API.

A Lambda reports an exception's class name as ``errorType`` and the state machine matches it, so renaming a class
here changes ``statemachine/inspection.asl.json``. Each class carries the exit code of the command line's contract
(docs/adr/0005): 0 answered, 1 our own failure, 2 usage, 3 refused, 4 not answered, 5 no access, 130 interrupted.
"""

from typing import ClassVar


class CloudprobeError(Exception):
    """Something a person must be told: what happened, to which thing, and what to do next.

    Args:
        message: one sentence, naming the thing.
        hint: the next step, one sentence; empty where none is known.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class TemporaryError(CloudprobeError):
    """Trying again, unchanged, may succeed."""


class PermanentError(CloudprobeError):
    """Trying again, unchanged, cannot succeed."""


class ThrottledError(TemporaryError):
    """A service refused for rate; it did not look at the request."""


class GrantNotReadyError(TemporaryError):
    """A role was made but IAM does not know it everywhere yet."""


class StoreBusyError(TemporaryError):
    """Somebody else holds the lock or wrote first."""


class UsageError(PermanentError):
    """The request itself cannot be carried out as it was put."""

    exit_code = 2


class RefusedError(PermanentError):
    """Policy, ceiling, approval or isolation says no."""

    exit_code = 3


class SandboxUnavailableError(RefusedError):
    """This machine offers no isolation that works; there is no way to run without."""


class UnansweredError(PermanentError):
    """The question could not be answered, or a budget ended first."""

    exit_code = 4


class AccessError(PermanentError):
    """The account or the model cannot be reached with what was given."""

    exit_code = 5


class CredentialsError(AccessError):
    """No credentials, or credentials the account does not take."""


class EndpointUnreachableError(AccessError):
    """Nothing answers at the endpoint."""


class BudgetEndedError(UnansweredError):
    """The next call would exceed what the caller wants to spend; it was not made."""


class ModelThrottledError(ThrottledError):
    """The model's provider refused for rate."""

    exit_code = 5


class ModelUnavailableError(TemporaryError):
    """The model did not answer: a timeout, or a failure on the provider's side."""

    exit_code = 5


class ModelAccessError(AccessError):
    """The model cannot be used with what was given: no access, no such model, not in this region, no package."""


class ModelOverflowError(UnansweredError):
    """The prompt is larger than the model's context window."""


class ModelRefusedError(UnansweredError):
    """A guardrail, or the model itself, declined to answer."""


class ModelAnswerError(UnansweredError):
    """The model answered, and after every repair turn still not in the shape it was asked for."""


class ModelNotRecordedError(UnansweredError):
    """A recorded conversation has no answer to this: it was about something else, or had other prompts."""


class PluginError(UnansweredError):
    """What a plugin put in the place of a part failed; leave the plugin out, or mend it."""


class StoreError(PermanentError):
    """State or results could not be read or written."""


class StateCorruptedError(StoreError):
    """What is stored is not what was written."""


class InspectionInterruptedError(PermanentError):
    """Stopped on request; everything granted was taken back, and it can be resumed."""

    exit_code = 130


class ApprovalNeededError(InspectionInterruptedError):
    """A person has to approve what comes next, and nobody could be asked; it can be resumed once somebody did."""

    exit_code = 3
