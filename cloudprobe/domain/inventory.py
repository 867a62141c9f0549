"""What is known of the account, keyed by ARN. Later discoveries never overwrite silently: conflicts are kept."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from cloudprobe.domain.model import Model
from cloudprobe.domain.probe import ProbeResource


class Conflict(Model):
    """Two runs said different things of one attribute."""

    attribute: str
    values: tuple[Any, ...]
    """In the order they were seen; the last stands in the summary."""
    runs: tuple[str, ...]
    """The run of each value."""


class InventoryItem(Model):
    arn: str
    type: str
    account: str = ""
    region: str = ""
    summary: dict[str, Any] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict)
    """Attribute to the run that said it last."""
    first_seen: str
    """Run id."""
    last_seen: str
    """Run id."""
    conflicts: tuple[Conflict, ...] = ()


class Inventory(Model):
    items: dict[str, InventoryItem] = Field(default_factory=dict)

    def merge(self, resources: Iterable[ProbeResource], *, run_id: str, account: str = "") -> "Inventory":
        """A new inventory that also knows what one run saw. Merging the same run again changes nothing.

        Args:
            resources: what it saw.
            run_id: of the run.
            account: where it looked. A name that two accounts use for different things stands once for each.
        """
        items = dict(self.items)
        for resource in resources:
            key = resource.arn
            if key in items and items[key].account != account:
                key = f"{resource.arn} in {account}"
            known = items.get(key)
            items[key] = _first(resource, run_id, account) if known is None else _again(known, resource, run_id)
        return Inventory(items=items)

    def counts(self) -> dict[str, int]:
        """Number of things by type, largest first."""
        return dict(Counter(item.type for item in self.items.values()).most_common())

    @property
    def conflicts(self) -> tuple[tuple[str, Conflict], ...]:
        return tuple((arn, conflict) for arn, item in self.items.items() for conflict in item.conflicts)


def _first(resource: ProbeResource, run_id: str, account: str) -> InventoryItem:
    return InventoryItem(
        **resource.model_dump(),
        account=account,
        sources=dict.fromkeys(resource.summary, run_id),
        first_seen=run_id,
        last_seen=run_id,
    )


def _again(known: InventoryItem, resource: ProbeResource, run_id: str) -> InventoryItem:
    conflicts = {conflict.attribute: conflict for conflict in known.conflicts}
    said = {"type": resource.type, "region": resource.region, **resource.summary}
    before = {"type": known.type, "region": known.region, **known.summary}
    for attribute, value in said.items():
        if attribute in before and before[attribute] != value:
            earlier = conflicts.get(attribute) or Conflict(
                attribute=attribute,
                values=(before[attribute],),
                runs=(known.sources.get(attribute, known.first_seen),),
            )
            conflicts[attribute] = Conflict(
                attribute=attribute,
                values=(*earlier.values, value),
                runs=(*earlier.runs, run_id),
            )
    return known.model_copy(
        update={
            "type": resource.type,
            "region": resource.region,
            "summary": {**known.summary, **resource.summary},
            "sources": {**known.sources, **dict.fromkeys(resource.summary, run_id)},
            "last_seen": run_id,
            "conflicts": tuple(conflicts.values()),
        }
    )
