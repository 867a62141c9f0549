"""Worlds: seeded accounts with known faults and a known truth (docs: ``docs/worlds.md``)."""

from cloudprobe.emulator.worlds.truth import Expectation, Forbidden, Question, Statement
from cloudprobe.emulator.worlds.world import World, identity, list_worlds, load_world

__all__ = ["Expectation", "Forbidden", "Question", "Statement", "World", "identity", "list_worlds", "load_world"]
