"""Every provider LangChain knows can be named, and says what it lacks."""

import pytest

from cloudprobe.adapters.models import providers
from cloudprobe.adapters.models.providers import PACKAGES, open_provider, usable
from cloudprobe.errors import ModelAccessError, UsageError
from tests.adapters.models.conftest import request

OURS = {"bedrock", "langsmith"}
"""``bedrock`` is our own, over Converse; ``langsmith`` is a gateway that needs an account of its own."""


def test_the_providers_are_langchains():
    from langchain.chat_models.base import _BUILTIN_PROVIDERS

    known = {name: module.split(".")[0].replace("_", "-") for name, (module, _, _) in _BUILTIN_PROVIDERS.items()}
    assert {name: package for name, package in known.items() if name not in OURS} == PACKAGES


def test_a_missing_package_is_named():
    with pytest.raises(ModelAccessError, match="pip install 'langchain-mistralai'"):
        open_provider("mistralai", "mistral-large")
    assert usable()["mistralai"] is False
    assert usable()["bedrock_converse"] is True


def test_a_missing_langchain_is_named(monkeypatch):
    monkeypatch.setitem(providers.PACKAGES, "absent", "langchain-absent")
    with pytest.raises(ModelAccessError, match="langchain-absent"):
        open_provider("absent", "x")


def test_a_model_must_be_named():
    with pytest.raises(UsageError, match="names no model"):
        open_provider("openai", "")


def test_what_a_provider_lacks_is_told_when_it_is_asked(monkeypatch):
    """A region is missing: the provider's class says so in its own words."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/absent")
    with pytest.raises(ModelAccessError, match="cannot be set up"):
        open_provider("bedrock_converse", "arn:aws:bedrock:x").send(request())
