"""A denial as the reason for one more attempt: with the permission that derivation missed, once, under the ceiling."""

from collections.abc import Iterator

from cloudprobe.domain.agents import Feedback
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.run import Denial, RunOutcome
from cloudprobe.domain.work import Supplement, WorkItem
from cloudprobe.guard.ceiling import decide

CODE = "MissingPermission"


def missing(outcome: RunOutcome, item: WorkItem, settings: InspectionSettings) -> tuple[Supplement, ...]:
    """What may be given to the next attempt; nothing where something was given before.

    A script of a model's gets no operation that its code does not name: it is told, and writes another. What the
    account itself asks for, an action for an operation the code does name, any script gets.
    """
    if was_tried(item):
        return ()
    named = set(outcome.access.granted)
    return tuple(
        Supplement(operation=denial.operation, action=denial.action)
        for denial in outcome.denials
        if denial.cause == "probe_policy"
        and _is_within_ceiling(denial.action, settings)
        and (denial.operation in named or item.prompt.library)
    )


def feedback(outcome: RunOutcome, item: WorkItem, settings: InspectionSettings) -> tuple[Feedback, ...]:
    """Why there is another attempt, in words a generator can act on; nothing where another one would be no use."""
    if was_tried(item):
        return ()
    worth = [denial for denial in outcome.denials if _is_worth_a_retry(denial, settings)]
    if not worth:
        return ()
    given = {extra.operation for extra in missing(outcome, item, settings)}
    unchanged = all(denial.operation in given or denial.cause == "propagation" for denial in worth)
    return (
        Feedback(
            source="execute",
            code=CODE,
            message=" ".join(dict.fromkeys(denial.explanation for denial in worth)),
            hint=" ".join(_hints(worth, given)),
            temporary=unchanged,
        ),
    )


def was_tried(item: WorkItem) -> bool:
    return bool(item.supplement) or any(entry.code == CODE for entry in item.feedback)


def _is_worth_a_retry(denial: Denial, settings: InspectionSettings) -> bool:
    if denial.cause == "propagation":
        return True
    return denial.cause == "probe_policy" and _is_within_ceiling(denial.action, settings)


def _is_within_ceiling(action: str, settings: InspectionSettings) -> bool:
    """The contents of named resources are not widened by a denial: which those are is the asking person's choice."""
    decision = decide(action, settings.data_class)
    return bool(action) and decision.allowed and decision.tier != "data"


def _hints(worth: list[Denial], given: set[str]) -> Iterator[str]:
    actions = sorted({denial.action for denial in worth if denial.operation in given})
    if actions:
        yield f"The policy is derived again with {', '.join(actions)}; the ceiling allows it."
    if any(denial.cause == "propagation" for denial in worth):
        yield "The role is made again."
    unnamed = sorted({d.operation for d in worth if d.operation not in given and d.cause == "probe_policy"})
    if unnamed:
        yield f"Call {', '.join(unnamed)} by name on a boto3 client, so that the policy can be derived, or do without."
