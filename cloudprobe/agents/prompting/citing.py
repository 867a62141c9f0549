"""Pointers as a prompt shows them, and back: short, the same in every inspection, and none that is not known."""

from collections.abc import Iterable

from cloudprobe.domain.agents import Observation
from cloudprobe.domain.text import printable

_LONGEST = 1_000


def harmless(line: str) -> str:
    """A line of data in which nothing acts, hides, reorders, or could be a tag."""
    return printable(line).replace("<", "\\u003c").replace(">", "\\u003e")


class Citations:
    """The places one prompt shows.

    ``20261124-034200-9f86d081/1/1/0#/result/facts/x`` is shown as ``1/1/0#/result/facts/x``: the inspection's id says
    nothing to a model, and would make every prompt another one. Runs of inspections that are continued have the
    inspection's number before theirs: ``earlier1/1/1/0``.
    """

    def __init__(self, observations: Iterable[Observation]) -> None:
        known = tuple(observations)
        earlier = dict.fromkeys(one.run_id.partition("/")[0] for one in known if one.as_of)
        self._earlier = {inspection: f"earlier{number}" for number, inspection in enumerate(earlier, start=1)}
        self._runs = {self._alias(observation.run_id): observation.run_id for observation in known}
        self._shown: dict[str, str] = {}

    def _alias(self, run_id: str) -> str:
        inspection, _, run = run_id.partition("/")
        if inspection in self._earlier:
            return f"{self._earlier[inspection]}/{run}"
        return run or run_id

    def show(self, pointer: str) -> str:
        """A pointer as the prompt has it."""
        run, separator, place = pointer.partition("#")
        shown = harmless(f"{self._alias(run)}{separator}{place}")
        self._shown.setdefault(shown, pointer)
        return shown

    def pointer(self, cited: str) -> str | None:
        """What a model's citation stands for; None where it names no run that the prompt shows."""
        cited = cited.strip()[:_LONGEST]
        if cited in self._shown:
            return self._shown[cited]
        run, separator, place = cited.partition("#")
        known = self._runs.get(run) or self._runs.get(self._alias(run))
        if not separator or known is None or not place.startswith(("/result", "/calls")):
            return None
        return f"{known}#{place}"

    def run_of(self, pointer: str) -> str:
        return pointer.partition("#")[0]
