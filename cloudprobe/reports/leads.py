"""Where the probes said to look next and nobody has looked yet."""

from cloudprobe.domain.probe import Suggestion
from cloudprobe.reports.material import Material

_INSPECTION_WIDE = "regions"
"""Chosen for the whole inspection; it does not make one question another."""


def open_leads(material: Material) -> tuple[Suggestion, ...]:
    """Each suggestion once that no probe of the inspection followed."""
    made = (*material.recommendations, *(lead for run in material.succeeded for lead in run.next))
    unique = {
        suggestion.model_dump_json(): suggestion for suggestion in made if suggestion.template or suggestion.question
    }
    return tuple(suggestion for suggestion in unique.values() if not _followed(suggestion, material))


def _followed(suggestion: Suggestion, material: Material) -> bool:
    if not suggestion.template:
        return suggestion.question in material.asked
    wanted = {name: value for name, value in suggestion.variables.items() if name != _INSPECTION_WIDE}
    return any(
        item.prompt.library
        and suggestion.account in {"", item.account}
        and item.prompt.template == suggestion.template
        and all(item.prompt.variables.get(name, value) == value for name, value in wanted.items())
        for item in material.work
    )
