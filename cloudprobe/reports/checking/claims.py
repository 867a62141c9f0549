"""Claims of an answer against what was recorded: each citation must lead somewhere, each mark must stand there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from cloudprobe.domain.agents import Claim
from cloudprobe.domain.pointers import EvidencePointer, UnresolvedPointerError, escape
from cloudprobe.domain.report import Evidence, ReportClaim
from cloudprobe.domain.text import encodable
from cloudprobe.reports.checking.grounds import Grounds
from cloudprobe.reports.checking.marks import marks
from cloudprobe.reports.evidence import Proof, RunEvidence

_POINTER_CHARACTERS = 1_000
_OWN_WORDS = ("result", "facts", "summary")
"""A sentence the script wrote about itself, which proves no sentence about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What may be said of an inspection without a citation: code counted it, or the user said it."""

    figures: Sequence[float] = ()
    known: Sequence[str] = ()
    suspects: AbstractSet[str] = frozenset()
    """Places whose text gives orders to its reader: what it says of itself proves nothing."""


class ClaimChecker:
    """Checks claims that cite across runs.

    Args:
        evidence: resolves the citations of one run, given its id; None where there is no such run.
        circumstances: what needs no citation.
    """

    def __init__(self, evidence: Callable[[str], RunEvidence | None], *, circumstances: Circumstances) -> None:
        self._evidence = evidence
        self._circumstances = circumstances

    def check(self, claim: Claim) -> ReportClaim:
        """The claim with its evidence; verified where every citation resolves and holds every mark of the text."""
        proofs = [self.look_up(cited) for cited in dict.fromkeys(claim.evidence)]
        missing = unresolved(claim.text, proofs, self._circumstances)
        evidence = tuple(proof.evidence for proof in proofs)
        return ReportClaim(
            text=claim.text,
            key=claim.key,
            evidence=evidence,
            unresolved=missing,
            verified=(
                bool(evidence)
                and all(proof.verified for proof in evidence)
                and not missing
                and not self._only_orders(claim, evidence)
            ),
        )

    def _only_orders(self, claim: Claim, evidence: Sequence[Evidence]) -> bool:
        """Whether all that is cited is text that gives orders, and the claim names nothing of it."""
        places = {*claim.evidence, *(proof.pointer for proof in evidence)}
        cited = [place for place in places if place in self._circumstances.suspects]
        return bool(cited) and len(cited) >= len(evidence) and not any(True for _ in marks(claim.text))

    def look_up(self, cited: str) -> Proof:
        """The recorded value at one place; unverified where none is, or where a script speaks of itself."""
        try:
            pointer = EvidencePointer.parse(cited)
        except UnresolvedPointerError:
            return _nowhere(cited)
        run = self._evidence(pointer.run_id)
        if run is None or pointer.path[:3] == _OWN_WORDS:
            return _nowhere(cited)
        return run.look_up("".join("/" + escape(token) for token in pointer.path), by_place=True)


def unresolved(text: str, proofs: Iterable[Proof], circumstances: Circumstances) -> tuple[str, ...]:
    """The marks of a text that stand in none of the proofs, each once, in order."""
    grounds = Grounds(
        [value for proof in proofs for value in _values(proof)],
        figures=circumstances.figures,
        known=circumstances.known,
    )
    return tuple(dict.fromkeys(mark.text for mark in marks(text) if not grounds.support(mark)))


def _values(proof: Proof) -> Iterator[Any]:
    """What a citation shows: the value, what it stands under, and the call that was answered so."""
    if not proof.evidence.verified:
        return
    yield proof.value
    yield proof.evidence.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    if (call := proof.evidence.call) is not None:
        yield from (call.parameters, call.region, call.account, call.started, call.operation, call.service)


def _nowhere(cited: str) -> Proof:
    return Proof(Evidence(pointer=encodable(cited)[:_POINTER_CHARACTERS], verified=False))


def figures_of(counts: Mapping[str, int], *more: float) -> tuple[float, ...]:
    """Numbers that code counted: of things by type, all together, and whatever else is given."""
    return (*counts.values(), sum(counts.values()), *more)
