"""Fakes of every port, for tests of this package and of what is built on it.

Each passes the conformance suite its real counterpart passes (``tests/conformance``). None of them patches anything:
hand them to a step, an agent or an engine as ``Ports``. ``cloudprobe.testing.converse`` is a server that speaks Amazon
Bedrock's Converse, for tests of what talks to a model over the wire (docs/models.md).
"""

from cloudprobe.testing.fakes import (
    EPOCH,
    FakeClock,
    FakeGrantor,
    FakeRunner,
    InMemoryArtifactStore,
    InMemoryRecordings,
    InMemoryStateStore,
    NullObserver,
    RecordingObserver,
    Script,
    success,
)
from cloudprobe.testing.models import AskedPrompt, ScriptedChat, ScriptedModel, calling

__all__ = [
    "EPOCH",
    "AskedPrompt",
    "FakeClock",
    "FakeGrantor",
    "FakeRunner",
    "InMemoryArtifactStore",
    "InMemoryRecordings",
    "InMemoryStateStore",
    "NullObserver",
    "RecordingObserver",
    "Script",
    "ScriptedChat",
    "ScriptedModel",
    "calling",
    "success",
]
