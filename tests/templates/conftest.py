"""Seeded worlds, shared by the tests of all templates."""

from collections.abc import Callable
from functools import cache

import pytest

from cloudprobe.emulator.account import EmbeddedAccount
from tests.worlds.seeded import Seeded, seed


@pytest.fixture(scope="session")
def seeded(embedded_account: EmbeddedAccount) -> Callable[[str, str], Seeded]:
    """``seeded(world, naming)``: seeded when first asked for; read it only."""

    @cache
    def once(world: str, naming: str) -> Seeded:
        return seed(embedded_account, world, naming)

    return once
