"""A Bedrock on this machine, reached with keys and variables that lead elsewhere."""

from collections.abc import Callable

import pytest

from cloudprobe.adapters.models.bedrock import BedrockSettings, open_bedrock
from cloudprobe.adapters.models.langchain_chat import LangChainChat
from cloudprobe.adapters.models.retrying import FAILURE_WAITS, THROTTLE_WAITS, Retries
from cloudprobe.domain.conversation import ChatRequest, RenderedPrompt, Tool
from cloudprobe.testing.converse import ConverseServer

SONNET = "global.anthropic.claude-sonnet-5"
PROMPT = RenderedPrompt(name="plan", version="0123456789ab", system="You plan.", user="What next?")


@pytest.fixture
def keys(monkeypatch, tmp_path):
    """Keys of nobody; every variable and file that could lead to another endpoint does."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_BEARER_TOKEN_BEDROCK", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@pytest.fixture
def chat(keys) -> Callable[..., LangChainChat]:
    """Opens the model of a server, by id; waits between attempts are none."""

    def opened(server: ConverseServer, model: str = SONNET, *, read_seconds: float = 20) -> LangChainChat:
        settings = BedrockSettings(endpoint_url=server.url, region="us-east-1", read_seconds=read_seconds)
        found = open_bedrock(model, agent="orchestrator", settings=settings)
        found._retries = Retries(throttle_waits=(0,) * len(THROTTLE_WAITS), failure_waits=(0,) * len(FAILURE_WAITS))
        return found

    return opened


def request(
    tool: str = "plan", *, user: str = "What next?", system: str = "You plan.", tokens: int = 500
) -> ChatRequest:
    schema = {"type": "object", "properties": {"action": {"type": "string"}}}
    return ChatRequest(
        agent="orchestrator",
        prompt=RenderedPrompt(name="plan", version="0123456789ab", system=system, user=user),
        tool=Tool(name=tool, description="Say what comes next.", parameters=schema),
        max_output_tokens=tokens,
    )
