"""The answer in a few sentences, composed by code: what the probes summed up, and the numbers behind it.

The outcome stands beside the answer wherever it is shown, so that no sentence repeats it.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cloudprobe.domain.agents import CollectedRun, DataQuality
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Skipped
from cloudprobe.domain.report import ReportClaim, ReportFinding
from cloudprobe.domain.text import shortened
from cloudprobe.reports.confidence import accusations, unverified_key_claims
from cloudprobe.reports.coverage import name_of
from cloudprobe.reports.failures import attempts, denial_told, squeezed
from cloudprobe.reports.material import Material
from cloudprobe.reports.outline import moment
from cloudprobe.reports.wording import counted, listed, sentence, severities, severity_words, things

_SUMMARIES = 3
_SUMMARY_CHARACTERS = 600
_KINDS = 4
_REGIONS = 4
_NAMED_INSPECTIONS = 3
_REPHRASE = (
    "Ask again naming the service and what you suspect, for example: Which S3 buckets are public? "
    "What no template covers needs a language model to write the script: name one with --model (docs/models.md)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the sentences are made of."""

    outcome: Outcome
    findings: Sequence[ReportFinding]
    claims: Sequence[ReportClaim] = ()
    """Of the answer, where a model wrote it."""
    inventory: Mapping[str, int]
    quality: DataQuality
    not_covered: Sequence[Skipped]
    doubted: AbstractSet[str] = frozenset()
    """Runs whose summary names what their result does not hold."""
    known_calls: int = 0
    """Of runs that an earlier inspection made."""
    reason: str = ""
    """Why it ended as it did, in the orchestrator's words."""


def answer(material: Material, seen: Seen) -> str:
    match seen.outcome:
        case Outcome.ANSWERED:
            sentences = _answered(material, seen)
        case Outcome.NOTHING_FOUND:
            sentences = _nothing_found(material, seen)
        case Outcome.UNANSWERED if not material.failure:
            sentences = _unanswered(material, seen)
        case _:
            sentences = _ended_early(material, seen)
    return " ".join(filter(None, sentences))


def _answered(material: Material, seen: Seen) -> Iterator[str]:
    yield _warning(seen)
    yield known_before(material)
    if material.budget_ended:
        yield f"Not everything was looked at. {sentence(material.stopped)} What was found until then:"
    yield from _told(material, seen)
    yield _tally(seen)


def _nothing_found(material: Material, seen: Seen) -> Iterator[str]:
    yield _warning(seen)
    yield known_before(material)
    yield "Nothing wrong was found."
    yield from _told(material, seen)
    yield f"Checked: {_looked_at(seen)}."
    if seen.not_covered:
        yield f"{counted(len(seen.not_covered), 'thing')} could not be looked at: this is no all-clear for those."


def _unanswered(material: Material, seen: Seen) -> Iterator[str]:
    reason = sentence(squeezed(seen.reason))
    failures = _failures(material)
    yield _warning(seen)
    yield failures or reason or "No probe gave a result."
    if not material.work and not material.collected:
        yield f"Nothing was run. {_REPHRASE}"
        return
    yield known_before(material)
    yield _how_far(material)
    if not failures:
        yield _last_error(material, told=seen.reason)
    yield from _so_far(material, seen)


def _failures(material: Material) -> str:
    """What denied each probe its result, where no model says why it ended and nothing else was found out."""
    if not material.by_library or material.succeeded:
        return ""
    told = [(name_of(item), denial_told(item, material.final_runs)) for item in material.without_result]
    if not told or not all(reason for _, reason in told):
        return ""
    said = list(dict.fromkeys(f"{name} could not be looked at: {reason}" for name, reason in told))
    more = f" So for {counted(len(said) - _SUMMARIES, 'more probe')}." if len(said) > _SUMMARIES else ""
    return f"{' '.join(said[:_SUMMARIES])}{more} What would allow it stands with what was not covered."


def _ended_early(material: Material, seen: Seen) -> Iterator[str]:
    """Refused, without access, failed, interrupted, or a budget ended."""
    reason = material.stopped or seen.reason
    yield sentence(reason) or "It was cut off before it was decided how it ends."
    yield _how_far(material)
    yield from _so_far(material, seen)
    if seen.outcome is Outcome.INTERRUPTED:
        yield f"To carry on from here: cloudprobe resume {material.inspection_id}"


def known_before(material: Material) -> str:
    """How old what the answer stands on is, where an earlier inspection read it: never passed for fresh."""
    if not material.earlier:
        return ""
    times = sorted({moment(run.as_of) for run in material.earlier})
    of = listed(sorted({run.run_id.partition("/")[0] for run in material.earlier}), most=_NAMED_INSPECTIONS)
    when = times[0] if len(times) == 1 else f"{times[0]} to {times[-1]}"
    if material.made_now:
        read = counted(len(material.earlier), "earlier run")
        return f"In part as of {when}: {read} of inspection {of} is not repeated; the rest was looked at now."
    return f"As of {when}, known from inspection {of}; no call was made for this answer."


def _told(material: Material, seen: Seen) -> Iterator[str]:
    """What a model concluded, where one did and it holds; else what the probes say of themselves.

    Where the inspection did not answer, what is not proven is left to the statements below.
    """
    if not seen.claims:
        yield from _summaries(material, seen)
    for claim in seen.claims:
        if claim.verified:
            yield sentence(claim.text)
        elif claim.key and seen.outcome is Outcome.ANSWERED:
            yield f"Unverified: {sentence(claim.text)}"


def _warning(seen: Seen) -> str:
    """First of all, that what the answer stands on is not proven."""
    doubtful = [claim for claim in seen.claims if claim.key and not claim.verified]
    if doubtful:
        which = counted(len(doubtful), "key statement")
        return f"Unverified: {which} of this answer cannot be traced to recorded evidence; check before you act."
    return _unverified_findings(seen.findings)


def _unverified_findings(findings: Sequence[ReportFinding]) -> str:
    unverified = unverified_key_claims(findings)
    if not unverified:
        return ""
    accusing = accusations(findings)
    worst = counted(len(unverified), f"{unverified[0].severity} finding")
    which = f"{worst} of {len(accusing)}" if len(accusing) > len(unverified) else worst
    return f"Unverified: {which} cannot be traced to recorded evidence; check before you act."


def _summaries(material: Material, seen: Seen) -> Iterator[str]:
    """What the probes say of themselves; where something was found, only those that found it."""
    runs: Sequence[CollectedRun] = material.succeeded
    accusers = {finding.run_id for finding in accusations(seen.findings)}
    told = [run for run in runs if run.run_id in accusers and run.summary] or [run for run in runs if run.summary]
    texts = list(dict.fromkeys(_summary(run, doubted=run.run_id in seen.doubted) for run in told))
    yield from texts[:_SUMMARIES]
    if len(texts) > _SUMMARIES:
        yield f"{counted(len(texts) - _SUMMARIES, 'more summary')} below."


def _summary(run: CollectedRun, *, doubted: bool) -> str:
    text = sentence(shortened(run.summary, _SUMMARY_CHARACTERS))
    return f"Unverified: {text}" if doubted else text


def _tally(seen: Seen) -> str:
    counts = severities(accusations(seen.findings))
    if not counts:
        return f"Looked at: {_looked_at(seen)}."
    if len(counts) == 1:
        ((severity, number),) = counts.items()
        found = counted(number, f"{severity} finding")
    else:
        found = f"{counted(sum(counts.values()), 'finding')} ({severity_words(counts)})"
    return f"{found}; looked at {_looked_at(seen)}."


def _looked_at(seen: Seen) -> str:
    kinds = [things(number, kind) for kind, number in seen.inventory.items()]
    where = listed(seen.quality.regions, most=_REGIONS)
    return (
        (listed(kinds, most=_KINDS) or "nothing of the kind")
        + (f" in {where}" if where else "")
        + f", with {_calls(seen)}"
    )


def _calls(seen: Seen) -> str:
    if not seen.known_calls:
        return counted(seen.quality.calls, "call")
    then = f"{counted(seen.known_calls, 'call')} made then"
    return f"{then} and {seen.quality.calls:,} now" if seen.quality.calls else then


def _how_far(material: Material) -> str:
    if not material.work and not material.collected:
        return "Nothing was run."
    probes = counted(len(material.work) or len(material.collected), "probe")
    made = sum(attempts(item) for item in material.work) or len(material.collected)
    calls = sum(run.usage.calls for run in material.collected)
    return (
        f"It got as far as iteration {max(material.iterations, 1)}: {probes}, {counted(made, 'attempt')}, "
        f"{counted(len(material.succeeded), 'result')}, {counted(calls, 'call')}."
    )


def _last_error(material: Material, *, told: str) -> str:
    """The last thing that went wrong, unless the reason already says it."""
    feedback = [item.feedback[-1] for item in material.without_result if item.feedback]
    if not feedback or feedback[-1].message.strip(" .") in told:
        return ""
    last = feedback[-1]
    message = squeezed(f"{last.message} {last.hint}".strip())
    return f"Last error: {sentence(shortened(message, _SUMMARY_CHARACTERS))}"


def _so_far(material: Material, seen: Seen) -> Iterator[str]:
    if not material.succeeded:
        return
    told = [*_told(material, seen), _tally(seen)]
    yield f"What is known until then: {' '.join(told)}"
