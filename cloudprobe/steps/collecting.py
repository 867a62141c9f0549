"""From what came of a run to what the state carries of it: a summary and references, never bulk."""

from collections.abc import Mapping
from typing import Any

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.probe import Coverage, Severity
from cloudprobe.domain.run import RunOutcome
from cloudprobe.steps.artifacts import outcome_key


def collected(
    outcome: RunOutcome,
    *,
    iteration: int,
    template: str,
    variables: Mapping[str, Any],
    account: str,
    policy_excess: tuple[str, ...],
) -> CollectedRun:
    """A run as the state carries it.

    Args:
        outcome: of the run.
        iteration: it belongs to.
        template: that its script is unchanged; empty for another script.
        variables: the script was given.
        account: it looked at.
        policy_excess: actions its policy allowed for nothing.
    """
    result = outcome.result
    severities = [finding.severity for finding in result.findings] if result else []
    error = outcome.error
    return CollectedRun(
        run_id=outcome.run_id,
        account=account,
        iteration=iteration,
        template=template,
        variables=dict(variables),
        status=outcome.status,
        summary=result.summary if result else "",
        undecided=result.undecided if result else False,
        findings={severity: severities.count(severity) for severity in Severity if severity in severities},
        resources=len(result.resources) if result else 0,
        coverage=result.coverage if result else Coverage(),
        next=result.next if result else (),
        access=outcome.access,
        denials=outcome.denials,
        policy_excess=policy_excess,
        usage=outcome.usage,
        error=error.message if error else (f"The limit {outcome.limit!r} was reached." if outcome.limit else ""),
        outcome_key=outcome_key(outcome.run_id),
    )
