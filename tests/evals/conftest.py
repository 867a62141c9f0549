"""Conversations had again from their recordings, without a model."""

import pytest

from cloudprobe.config import Config
from tests.evals.conversing import RECORDINGS, Conversation, evaluate


def matching(ended):
    """What ended as it was recorded.

    Raises:
        AssertionError: the product asks otherwise now than when it was recorded.
    """
    for one in ended:
        assert "was not asked like this" not in one.case.failure, (
            f"The recorded conversation {one.name} no longer matches what is asked: a prompt, or what it is filled"
            f" with, has changed. If that is meant, record it anew with `make conversations`. {one.case.failure}"
        )
        assert not one.case.failure, f"{one.name}: {one.case.failure}"
        yield one


def replayed(names, folder, *, recordings=RECORDINGS):
    these = [Conversation(name=name) for name in names]
    return evaluate(these, f"replay:{recordings}", folder, config=Config.read({"CLOUDPROBE_PLUGINS": "off"}))


@pytest.fixture(scope="session")
def replays(tmp_path_factory):
    """One conversation of several that are replayed together, and once, however many tests look at them."""
    had = {}

    def get(name, *, among):
        if name not in had:
            had.update({one.name: one for one in replayed(among, tmp_path_factory.mktemp("replays"))})
        (found,) = matching([had[name]])
        return found

    return get
