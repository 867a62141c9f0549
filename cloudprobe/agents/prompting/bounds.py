"""What an agent may ask for, whatever it wants: code narrows, and never widens."""

from collections.abc import Mapping, Sequence
from typing import Any

from cloudprobe.domain.agents import Circumstances
from cloudprobe.templates.definition import Variable
from cloudprobe.templates.regions import EVERY_REGION, is_region


def every_region(given: Circumstances) -> bool:
    return not given.regions or EVERY_REGION in given.regions


def allowed_regions(wanted: Sequence[str], given: Circumstances) -> tuple[str, ...]:
    """Of the regions wanted, those that may be looked at; where none is, all that may be."""
    if every_region(given):
        return tuple(dict.fromkeys(region for region in wanted if region == EVERY_REGION or is_region(region)))
    kept = tuple(dict.fromkeys(region for region in wanted if region in given.regions))
    return kept or given.regions


def with_regions(variables: Mapping[str, Any], given: Circumstances) -> dict[str, Any]:
    """Variables of a script whose ``regions`` name none that may not be looked at."""
    kept = dict(variables)
    asked = kept.get("regions")
    listed = [str(region) for region in asked] if isinstance(asked, list) else [asked] if isinstance(asked, str) else []
    regions = allowed_regions(listed, given)
    if regions:
        kept["regions"] = list(regions)
    else:
        kept.pop("regions", None)
    return kept


def fitting(variables: Mapping[str, Any], declared: Mapping[str, Variable]) -> dict[str, Any]:
    """The variables a template has, with the values that fit them."""
    return {
        name: value
        for name, value in variables.items()
        if name in declared and value is not None and not declared[name].problem_with(value)
    }
