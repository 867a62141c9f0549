"""From a run that gave no result to words a generator can act on."""

from cloudprobe.domain.agents import Feedback
from cloudprobe.domain.run import RunOutcome, RunStatus

_LIMIT_HINT = "Ask for less: fewer regions, fewer resources, or larger pages."


def feedback_of(outcome: RunOutcome) -> tuple[Feedback, ...]:
    """Nothing for a run that succeeded, else one entry."""
    if outcome.status is RunStatus.SUCCEEDED:
        return ()
    error = outcome.error
    return (
        Feedback(
            source="execute",
            code=outcome.limit or (error and (error.code or error.type)) or outcome.status.value,
            message=error.message if error else f"The limit {outcome.limit!r} was reached.",
            line=error.line if error else None,
            hint=(error.hint if error else "") or (_LIMIT_HINT if outcome.status is RunStatus.LIMITED else ""),
            temporary=bool(error and error.temporary),
        ),
    )
