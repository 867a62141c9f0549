"""docs/models.md says what is so."""

import re
from pathlib import Path

import pytest

from cloudprobe import errors
from cloudprobe.adapters.models import bedrock, reading, retrying
from cloudprobe.config import Config
from cloudprobe.domain.conversation import AgentName

PAGE = (Path(__file__).parents[3] / "docs" / "models.md").read_text(encoding="utf-8")


def test_the_default_models_are_named():
    assert set(bedrock.DEFAULT_MODELS.values()) == set(re.findall(r"`(global\.[\w.-]+)`", PAGE))


def test_every_agent_is_named():
    assert all(f"`{agent}`" in PAGE for agent in AgentName.__args__)


def test_every_variable_is_read():
    named = set(re.findall(r"CLOUDPROBE_[A-Z_]+", PAGE))
    read = Config.read({name: f"http://127.0.0.1/{name.lower()}" for name in named})
    given = {read.model, read.bedrock_profile, read.bedrock_region, read.bedrock_endpoint_url}
    assert given == {f"http://127.0.0.1/{name.lower()}" for name in named}


def test_numbers_are_those_of_the_code():
    assert f"{bedrock.CONNECT_SECONDS} s to connect, {bedrock.READ_SECONDS} s for an answer" in PAGE
    assert [int(one) for one in re.search(r"three times, (\d+), (\d+) and (\d+) s", PAGE).groups()] == list(
        map(int, retrying.THROTTLE_WAITS)
    )
    assert f"more than {reading.MAX_ANSWER_CHARACTERS:,} characters" in PAGE


@pytest.mark.parametrize("row", re.findall(r"^\| (`Model\w+Error`.*?) \| (\d) \|", PAGE, re.MULTILINE))
def test_exit_codes_are_those_of_the_errors(row):
    for name in re.findall(r"`(\w+)`", row[0]):
        assert getattr(errors, name).exit_code == int(row[1])


def test_every_error_of_a_model_is_there():
    known = {name for name in vars(errors) if name.startswith("Model") and name.endswith("Error")}
    assert known <= set(re.findall(r"`(Model\w+Error)`", PAGE))


def test_the_example_runs(capsys):
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(source, "models.md", "exec"), {})
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")
