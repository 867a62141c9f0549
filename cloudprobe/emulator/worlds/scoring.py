"""How an answer compares with the truth of its question: what it states, what it claims wrongly, what it can prove."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cloudprobe.domain.probe import Severity
from cloudprobe.domain.report import Report, ReportFinding
from cloudprobe.emulator.worlds.truth import Expectation, Question


@dataclass(frozen=True, slots=True)
class Score:
    """Each entry says in a line what it is about; a right answer has nothing in the last five."""

    stated: tuple[str, ...]
    """Facts of the truth that the answer has."""
    missing: tuple[str, ...]
    """Facts of the truth that it lacks, or has with another severity."""
    wrong: tuple[str, ...]
    """Claims that are not true: forbidden ones, and whatever the truth does not know."""
    uncited: tuple[str, ...]
    """Claims whose evidence does not lead to a recorded value."""
    unseen: tuple[str, ...]
    """What it should have said it could not see, and did not."""
    outcome: str
    """What is wrong with its outcome; empty when nothing is."""
    claims: int
    """Findings above ``info``, right or wrong."""

    @property
    def right(self) -> bool:
        return not (self.missing or self.wrong or self.uncited or self.unseen or self.outcome)

    def complaints(self) -> list[str]:
        kinds = {"missing": self.missing, "wrong": self.wrong, "uncited": self.uncited, "unsaid": self.unseen}
        found = [f"{kind}: {entry}" for kind, entries in kinds.items() for entry in entries]
        return [*found, self.outcome] if self.outcome else found


def score(question: Question, report: Report, arns: Mapping[str, str]) -> Score:
    """Judge a report.

    Args:
        question: as it was put, in real names.
        report: what was answered.
        arns: the ARN of each thing by its logical name, as the seed gave them.
    """
    # Some findings are about a thing by its name or id, as those of an event history are.
    logical = {re.split(r"[:/]", arn)[-1]: name for name, arn in arns.items()}
    logical |= {arn: name for name, arn in arns.items()}
    claims = [finding for finding in report.findings if finding.severity is not Severity.INFO]
    told = {_fact(logical, finding): finding for finding in claims}
    expected = {_line(e.resource, e.finding, e.severity): e for e in question.expect}
    stated = [line for line, e in expected.items() if line in told and _mentions(e, told[line], report)]
    return Score(
        stated=tuple(stated),
        missing=tuple(line for line in expected if line not in stated),
        wrong=tuple(line for line in told if line not in expected),
        uncited=tuple(line for line, finding in told.items() if not finding.verified),
        unseen=tuple(text for text in question.unseen if not _says_unseen(report, text)),
        outcome="" if report.outcome is question.outcome else f"outcome {report.outcome}, not {question.outcome}",
        claims=len(claims),
    )


def abstained(question: Question, report: Report) -> bool | None:
    """Whether the answer rightly claimed nothing, and no more than that nothing is known where nothing can be seen.

    None where something is wrong and should be claimed.
    """
    if question.expect:
        return None
    return report.outcome is question.outcome and all(f.severity is Severity.INFO for f in report.findings)


def _fact(logical: Mapping[str, str], finding: ReportFinding) -> str:
    return _line(logical.get(finding.resource, finding.resource), finding.id, finding.severity)


def _line(resource: str, finding: str, severity: Severity) -> str:
    return f"{resource} {finding} {severity}"


def _mentions(expectation: Expectation, finding: ReportFinding, report: Report) -> bool:
    text = " ".join((finding.title, finding.resource, finding.fix, report.answer, str(finding.evidence)))
    return all(word in text for word in expectation.mentions)


def _says_unseen(report: Report, text: str) -> bool:
    said = " ".join(f"{skipped.what} {skipped.why}" for skipped in report.not_covered)
    return text in said
