"""From what a model concludes to the decision that ends an inspection. Whether its claims hold is checked elsewhere."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from cloudprobe.agents.orchestrator.library import completion, found_fault
from cloudprobe.agents.orchestrator.shapes import ClaimAnswer, ConclusionAnswer
from cloudprobe.agents.prompting.citing import Citations
from cloudprobe.agents.prompting.cleaning import sentence, values
from cloudprobe.domain.agents import (
    Action,
    Claim,
    Decision,
    Knowledge,
    Observation,
    OrchestratorInput,
    ProposedFix,
)
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Severity
from cloudprobe.domain.run import RunStatus

_CLAIMS, _FIXES, _EVIDENCE = 15, 8, 12
_TEXT = 1_000
_POINTER = 1_000
UNSUPPORTED = "The answer cites nothing that any run has shown."
UNCLAIMED = "The model came to no conclusion that could be used."
TOLD = "The all-clear rests on nothing but text of the account that speaks to its reader, or on nothing at all."
_PARAMETERS = 8_000
"""Characters of their JSON."""


def concluded(answer: ConclusionAnswer, given: OrchestratorInput, citations: Citations, *, reason: str) -> Decision:
    """The end of an inspection in a model's words.

    The verdict is narrowed by what code knows: no all-clear where probes found faults or could not see what decides,
    no answer without a claim, and neither where no claim cites anything that was shown. What an all-clear stands or
    falls with has to cite something that is no instruction found in the data.

    Args:
        answer: the model's.
        given: what it answered to.
        citations: the places it was shown.
        reason: why nothing more is looked at.
    """
    claims = tuple(_claims(answer, citations))
    said = sentence(answer.reason) or reason
    by_code = completion(given, reason=said)
    if not claims and answer.verdict == "answered":
        return unclaimed(by_code, given)
    supported = any(citations.pointer(one) for claim in claims for one in claim.evidence)
    told = answer.verdict == "nothing_wrong" and supported and not _rests_on_data(claims, given, citations)
    cited = {one.partition("#")[0] for claim in claims for one in claim.evidence}
    earlier = [one for one in (given.knowledge or Knowledge()).earlier if one.run_id in cited]
    return Decision(
        action=Action.COMPLETE,
        reason=_reason(answer, said, supported=supported, told=told),
        outcome=_outcome(answer, given, by_code.outcome, supported=supported and not told, earlier=earlier),
        answer=claims,
        fixes=tuple(_fixes(answer)),
    )


def unclaimed(by_code: Decision, given: OrchestratorInput) -> Decision:
    """The end where no model said what was found: a script of its own that found no fault is no all-clear."""
    scripts = any(not run.template for run in given.collected_data)
    if not scripts or by_code.outcome is not Outcome.NOTHING_FOUND:
        return by_code
    return by_code.model_copy(update={"outcome": Outcome.UNANSWERED, "reason": f"{UNCLAIMED} {by_code.reason}".strip()})


def _reason(answer: ConclusionAnswer, said: str, *, supported: bool, told: bool) -> str:
    if told:
        return TOLD
    return said if supported or answer.verdict == "cannot_tell" else UNSUPPORTED


def _rests_on_data(claims: Sequence[Claim], given: OrchestratorInput, citations: Citations) -> bool:
    """Whether each key claim, or each claim where none is key, cites a shown place that gives its reader no orders."""
    suspects = {one.pointer for one in (given.knowledge or Knowledge()).suspects}
    key = [claim for claim in claims if claim.key] or claims
    shown = ([pointer for one in claim.evidence if (pointer := citations.pointer(one))] for claim in key)
    return all(set(pointers) - suspects for pointers in shown)


def _outcome(
    answer: ConclusionAnswer,
    given: OrchestratorInput,
    by_code: Outcome | None,
    *,
    supported: bool,
    earlier: Sequence[Observation],
) -> Outcome:
    """Runs for this question count whether they are cited or not; of those before it, the ones that are cited."""
    succeeded = [run for run in given.collected_data if run.status is RunStatus.SUCCEEDED]
    if not (succeeded or earlier) or answer.verdict == "cannot_tell":
        return Outcome.UNANSWERED
    if found_fault(succeeded):
        return Outcome.ANSWERED
    if not supported:
        return Outcome.UNANSWERED
    if earlier and any(map(_shows_fault, earlier)):
        return Outcome.ANSWERED
    if not succeeded and not any(one.undecided for one in earlier):
        by_code = Outcome.NOTHING_FOUND
    return Outcome.ANSWERED if answer.verdict == "answered" else by_code or Outcome.UNANSWERED


def _shows_fault(observation: Observation) -> bool:
    return any(number for severity, number in observation.severities.items() if severity is not Severity.INFO)


def _claims(answer: ConclusionAnswer, citations: Citations) -> Iterator[Claim]:
    """What cites a place nobody showed keeps its citation as it is: checking it fails, and the report says so."""
    told: dict[str, ClaimAnswer] = {}
    for claim in answer.claims:
        if claim.text.strip():
            told.setdefault(sentence(claim.text, limit=_TEXT), claim)
    for text, claim in list(told.items())[:_CLAIMS]:
        cited = dict.fromkeys(citations.pointer(one) or sentence(one, limit=_POINTER) for one in claim.evidence)
        evidence = tuple(one for one in cited if one)[:_EVIDENCE]
        yield Claim(text=text, evidence=evidence, key=claim.key)


def _fixes(answer: ConclusionAnswer) -> Iterator[ProposedFix]:
    for fix in answer.fixes[:_FIXES]:
        if fix.text.strip():
            yield ProposedFix(
                text=sentence(fix.text, limit=_TEXT),
                service=sentence(fix.service, limit=64),
                operation=sentence(fix.operation, limit=128),
                parameters=_parameters(fix.parameters),
                region=sentence(fix.region, limit=32),
            )


def _parameters(given: dict[str, Any]) -> dict[str, Any]:
    """What is too large to be a call a person makes is left out; the fix is then a sentence."""
    parameters = values(given)
    return parameters if len(json.dumps(parameters)) <= _PARAMETERS else {}
