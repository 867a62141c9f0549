"""Worlds seeded once a session, as they are and with everything renamed, each in an account of its own."""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds import Question, World, list_worlds, load_world

ALL_WORLDS = [world.name for world in list_worlds()]
WORLDS = ["faulty", "healthy", "red-herrings"]
"""Small, and with questions for the first templates, whose own tests run over each."""
NAMINGS = ("own", "renamed")

_serial = itertools.count()


@dataclass(frozen=True)
class Seeded:
    world: World
    access: AccountAccess
    arns: dict[str, str]
    names: Callable[[str], str]

    def questions(self, template: str) -> list[Question]:
        return [question.named(self.names) for question in self.world.questions if question.template == template]


def naming(kind: str) -> Callable[[str], str]:
    """A way to name things that nobody else uses: buckets are named for all accounts of the process together."""
    salt = f"{next(_serial)}"
    if kind == "own":
        return lambda logical: f"{logical}-{salt}"
    return lambda logical: "x" + hashlib.sha256(f"{salt}/{logical}".encode()).hexdigest()[:20]


def seed(account: EmbeddedAccount, world: str, kind: str) -> Seeded:
    loaded, access, names = load_world(world), account.second_account(), naming(kind)
    return Seeded(loaded, access, loaded.seed(access.client, names=names), names)
