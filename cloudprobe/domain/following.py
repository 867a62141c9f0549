"""What an inspection that continues another one knows from its beginning."""

import re

from cloudprobe.domain.agents import Antecedents, CollectedRun, Observation, SuspectText
from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.model import Model
from cloudprobe.domain.probe import Skipped

_MADE_UP = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[a-z]+-[0-9a-f]{8}(?:[0-9a-f]{9})?"  # sg-0123456789abcdef0
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # keys, subscriptions, event source mappings
    r"|[0-9a-f]{16}"  # load balancers, target groups
    r"|A[A-Z]{3}[A-Z0-9]{16,17}"  # AROA..., AKIA...
    r"|secret:[^\s:\"]+-[A-Za-z0-9]{6}"
    r")(?![0-9A-Za-z])"
)


class Followed(Model):
    """Runs of earlier inspections that may stand for looking again, and what is left of the others."""

    chain: tuple[str, ...] = ()
    """Inspections, the one that is followed first."""
    runs: tuple[CollectedRun, ...] = ()
    """Those that count as known, in the order they were made; what they took was paid there, so they took nothing."""
    observations: tuple[Observation, ...] = ()
    """Of these runs."""
    inventory: Inventory = Inventory()
    """What all of them saw, also those that do not count any more: names to look for, and no evidence."""
    antecedents: Antecedents = Antecedents()
    suspects: tuple[SuspectText, ...] = ()
    """Text these runs read that speaks to its reader."""
    left_out: tuple[Skipped, ...] = ()
    """Runs that do not count, and why."""

    def run(self, run_id: str) -> CollectedRun | None:
        return next((run for run in self.runs if run.run_id == run_id), None)


def names_made_up_ids(text: str) -> bool:
    """Whether a text holds an id that AWS makes up, which is another one in an account that was started anew."""
    return _MADE_UP.search(text) is not None
