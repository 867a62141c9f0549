"""How an answer compares with the truth of its question: what it states, what it claims wrongly, what it can prove."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Severity
from cloudprobe.domain.report import Report, ReportFinding
from cloudprobe.domain.text import shortened
from cloudprobe.emulator.worlds.truth import Expectation, Question, Statement

_SENTENCE = 120
"""Characters of a sentence that a complaint shows."""


@dataclass(frozen=True, slots=True)
class Score:
    """Each entry says in a line what it is about; a right answer has nothing in ``missing`` to ``outcome``."""

    stated: tuple[str, ...]
    """Facts of the truth that the answer has."""
    missing: tuple[str, ...]
    """Facts of the truth that it lacks, or has with another severity."""
    wrong: tuple[str, ...]
    """Claims that are not true: forbidden ones, and whatever the truth does not know."""
    uncited: tuple[str, ...]
    """Claims, and sentences of the answer, whose evidence does not lead to a recorded value."""
    unseen: tuple[str, ...]
    """What it should have said it could not see, and did not."""
    outcome: str
    """What is wrong with its outcome; empty when nothing is."""
    claims: int
    """Findings above ``info`` and sentences of an answer that a model wrote, right or wrong."""
    uncited_claims: int = 0
    """Of them, those that ``uncited`` is about; one line of it may be about two."""
    verdict: tuple[str, ...] = ()
    """The outcome and every claim, in logical names as far as there are any: what renaming must not change."""

    @property
    def right(self) -> bool:
        return not (self.missing or self.wrong or self.uncited or self.unseen or self.outcome)

    def complaints(self) -> list[str]:
        kinds = {"missing": self.missing, "wrong": self.wrong, "uncited": self.uncited, "unsaid": self.unseen}
        found = [f"{kind}: {entry}" for kind, entries in kinds.items() for entry in entries]
        return [*found, self.outcome] if self.outcome else found


@dataclass(frozen=True, slots=True)
class _Claim:
    """A finding above ``info``, with the thing it is about by its logical name where it has one."""

    resource: str
    finding: ReportFinding
    known: bool
    """The seed named the thing."""

    @property
    def line(self) -> str:
        return f"{self.resource} {self.finding.id} {self.finding.severity}"

    @property
    def verdict(self) -> str:
        """The line without a name that only this seeding knows."""
        return self.line if self.known else f"? {self.finding.id} {self.finding.severity}"

    def meets(self, expected: Expectation) -> bool:
        return (
            self.resource == expected.resource
            and expected.finding in {"", self.finding.id}
            and expected.severity in {None, self.finding.severity}
        )


def score(question: Question, report: Report, arns: Mapping[str, str]) -> Score:
    """Judge a report.

    Args:
        question: as it was put, in real names.
        report: what was answered.
        arns: the ARN of each thing by its logical name, as the seed gave them.
    """
    claims = _claims(report, arns)
    stated = [_wanted(e) for e in question.expect if any(c.meets(e) and _mentions(e, c, report) for c in claims)]
    stated += [one.fact for one in question.state if _says(report, one)]
    facts = (*map(_wanted, question.expect), *(one.fact for one in question.state))
    return Score(
        stated=tuple(stated),
        missing=tuple(fact for fact in facts if fact not in stated),
        wrong=_lines(claim for claim in claims if not any(claim.meets(e) for e in question.expect)),
        uncited=(
            *dict.fromkeys(_unproven(claim) for claim in claims if not claim.finding.verified),
            *(shortened(claim.text, _SENTENCE) for claim in report.claims if not claim.verified),
        ),
        unseen=tuple(text for text in question.unseen if not _says_unseen(report, text)),
        outcome="" if report.outcome is question.outcome else f"outcome {report.outcome}, not {question.outcome}",
        claims=len(claims) + len(report.claims),
        uncited_claims=sum(not claim.finding.verified for claim in claims)
        + sum(not claim.verified for claim in report.claims),
        verdict=(str(report.outcome), *sorted(claim.verdict for claim in claims)),
    )


def truth_for(question: Question, *, thinks: bool) -> Question:
    """The truth that a brain is held to.

    Args:
        question: as the world has it.
        thinks: a language model answers. What needs one must be declined by a brain that has none.
    """
    if thinks or not question.needs_model:
        return question
    declined = {"outcome": Outcome.UNANSWERED, "expect": (), "state": (), "forbid": (), "unseen": ()}
    return question.model_copy(update=declined)


def abstained(question: Question, report: Report) -> bool | None:
    """Whether the answer rightly claimed nothing, and no more than that nothing is known where nothing can be seen.

    None where something is wrong and should be claimed.
    """
    if question.expect or question.state:
        return None
    return report.outcome is question.outcome and all(f.severity is Severity.INFO for f in report.findings)


def _claims(report: Report, arns: Mapping[str, str]) -> list[_Claim]:
    # Some findings are about a thing by its name or id, as those of an event history are.
    logical = {re.split(r"[:/]", arn)[-1]: name for name, arn in arns.items()}
    logical |= {arn: name for name, arn in arns.items()}
    claimed = (finding for finding in report.findings if finding.severity is not Severity.INFO)
    return [_Claim(logical.get(f.resource, f.resource), f, known=f.resource in logical) for f in claimed]


def _lines(claims: Iterable[_Claim]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(claim.line for claim in claims))


def _unproven(claim: _Claim) -> str:
    unresolved = ", ".join(claim.finding.unresolved)
    return f"{claim.line} ({shortened(unresolved, _SENTENCE)} is recorded nowhere)" if unresolved else claim.line


def _wanted(expected: Expectation) -> str:
    """An expectation in a line, like the claim it waits for, without what it leaves open."""
    return " ".join(filter(None, (expected.resource, expected.finding, expected.severity)))


def _mentions(expected: Expectation, claim: _Claim, report: Report) -> bool:
    finding = claim.finding
    text = " ".join((finding.title, finding.resource, finding.fix, report.answer, str(finding.evidence)))
    return all(word in text for word in expected.mentions)


def _says(report: Report, statement: Statement) -> bool:
    """Whether the answer, or the title of a finding, has all the words, each standing by itself: 20 is not in 2026."""
    text = " ".join((report.answer, *(finding.title for finding in report.findings)))
    return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in statement.mentions)


def _says_unseen(report: Report, text: str) -> bool:
    said = " ".join(f"{skipped.what} {skipped.why}" for skipped in report.not_covered)
    return text in said
