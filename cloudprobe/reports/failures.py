"""Why a probe gave no result, in words for a person, each thing said once."""

import json
import re
from collections.abc import Iterable

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.run import Denial, RunStatus
from cloudprobe.domain.work import WorkItem
from cloudprobe.reports.wording import counted, listed, sentence

ABANDONED = "abandoned"
"""Code of the feedback that says no further attempt was made; it repeats what the last one failed of."""
_READ = 4_000
"""Characters of a message that are looked through."""
_OPERATIONS = 4
_REPEATED = re.compile(r"(?<![\w-])(?P<one>\w[^;]{0,200}?)(?P<more>(?:; (?P=one))+)(?![\w-])")
_OF_ACCESS = re.compile(r"denied|not authori[sz]ed|unauthori[sz]ed|forbidden|no access", re.IGNORECASE)


def why(item: WorkItem, runs: Iterable[CollectedRun]) -> str:
    """The sentences that say it.

    Args:
        item: a probe without a result.
        runs: the last run of each probe.
    """
    denials = denied_it(item, runs)
    if denials:
        return _told(denials, [sentence(explained(denial)) for denial in denials])
    last = item.feedback[-1] if item.feedback else None
    return squeezed(f"{last.message} {last.hint}".strip()) if last else "The probe never ran."


def denial_told(item: WorkItem, runs: Iterable[CollectedRun]) -> str:
    """The same without what would let it through; empty where no denial is why."""
    denials = denied_it(item, runs)
    return _told(denials, [sentence(denial.explanation) for denial in denials]) if denials else ""


def _told(denials: Iterable[Denial], sentences: Iterable[str]) -> str:
    """Each sentence once, behind the operations that none of them names."""
    said = " ".join(dict.fromkeys(sentences))
    unnamed = [operation for operation in dict.fromkeys(one.operation for one in denials) if operation not in said]
    return (
        f"{listed(unnamed, most=_OPERATIONS)} {'was' if len(unnamed) == 1 else 'were'} denied. {said}"
        if unnamed
        else said
    )


def denied_it(item: WorkItem, runs: Iterable[CollectedRun]) -> tuple[Denial, ...]:
    """The denials a probe failed of; none where something else went wrong, whatever was denied besides."""
    own = [run for run in runs if run.run_id == item.run_id and run.status is not RunStatus.SUCCEEDED]
    said = " ".join((*(run.error for run in own), *(f"{each.code} {each.message}" for each in item.feedback[-2:])))
    return tuple(denial for run in own for denial in run.denials) if _OF_ACCESS.search(said[:_READ]) else ()


def attempts(item: WorkItem) -> int:
    """Those that were made; giving up is none."""
    return item.attempt - sum(1 for each in item.feedback if each.code == ABANDONED)


def explained(denial: Denial) -> str:
    """Whose word it was, and what would let it through."""
    if denial.statement is None:
        return denial.explanation
    statement = json.dumps(denial.statement, ensure_ascii=False)
    return f"{denial.explanation} To allow it, in {denial.where}: {statement}"


def squeezed(text: str) -> str:
    """What a message says over and over, once and with how often."""

    def once(match: re.Match[str]) -> str:
        times = match["more"].count(f"; {match['one']}") + 1
        return f"{match['one']} ({counted(times, 'time')})"

    return _REPEATED.sub(once, text) if len(text) <= _READ else text
