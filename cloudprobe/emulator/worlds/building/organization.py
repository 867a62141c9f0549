"""Putting the account under an organisation's policy, which denies whoever is not the administrator seeding it."""

from collections.abc import Iterable

from cloudprobe.emulator.worlds.building.orders import give_order
from cloudprobe.emulator.worlds.world import Clients


def deny_by_organization(clients: Clients, actions: Iterable[str], *, regions: Iterable[str] = ()) -> None:
    """Deny actions, by pattern, in the given regions or in all; in place of what was denied before.

    Raises:
        UsageError: the account is not an embedded one.
    """
    give_order(clients, {"order": "organization", "deny": list(actions), "regions": list(regions)})
