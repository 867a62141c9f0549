"""Amazon Bedrock's Converse API, and what must be set on purpose: endpoint, region, time-outs, retries, cache."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cloudprobe.adapters.models.langchain_chat import UNTYPED_INPUT, LangChainChat, Wire
from cloudprobe.adapters.models.packages import needed
from cloudprobe.adapters.models.retrying import Retries
from cloudprobe.domain.conversation import AgentName, ChatRequest
from cloudprobe.errors import ModelAccessError

if TYPE_CHECKING:
    from langchain_aws import ChatBedrockConverse
    from langchain_core.messages import AIMessage

STRONG = "global.anthropic.claude-sonnet-5"
"""Writes code and reads what was found. ``global.``: an inference profile that any commercial region takes."""
CHEAP = "global.anthropic.claude-haiku-5-5"
"""Routes, and puts the task of a script into words."""
DEFAULT_MODELS: dict[AgentName, str] = {
    "orchestrator": CHEAP,
    "prompt_generator": CHEAP,
    "code_generator": STRONG,
    "discovery_analyst": STRONG,
}

CONNECT_SECONDS = 5
READ_SECONDS = 300
"""Of one answer. botocore's own minute ends a long script's, and asks for it again."""
_PROVIDERS = ("anthropic", "amazon", "meta", "mistral", "openai", "cohere", "deepseek", "qwen", "ai21", "writer")
_CACHED_PROVIDERS = ("anthropic", "amazon")
_ARN_REGION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BedrockSettings:
    """How Bedrock is reached: never by what leads to the inspected account."""

    endpoint_url: str | None = None
    """None: AWS itself, whatever ``AWS_ENDPOINT_URL`` says."""
    region: str | None = None
    """None: the profile's, else ``us-east-1``."""
    profile: str | None = None
    """None: what AWS's tools would find, variables first."""
    read_seconds: float = READ_SECONDS


def open_bedrock(
    model: str, *, agent: AgentName, settings: BedrockSettings, cancel: threading.Event | None = None
) -> LangChainChat:
    """The chat model of one agent; nothing is loaded or reached before it is asked.

    Args:
        model: a model id, an inference profile's id or the ARN of either; empty for the agent's default.
        agent: who asks.
        settings: how Bedrock is reached.
        cancel: set to stop waiting for another attempt.

    Raises:
        ModelAccessError: ``langchain-aws`` is not installed.
    """
    needed("langchain_aws", package="cloudprobe[bedrock]", what="Amazon Bedrock")
    chosen = model or DEFAULT_MODELS[agent]
    region = _region_of(chosen) or settings.region
    return LangChainChat(
        lambda: BedrockWire(_converse(chosen, region=region, settings=settings)),
        name=f"bedrock:{chosen}",
        where=region or "",
        retries=Retries(stop=cancel) if cancel else Retries(),
    )


def _region_of(model: str) -> str | None:
    """An ARN is of one region, and is taken nowhere else."""
    parts = model.split(":")
    return parts[_ARN_REGION] or None if parts[0] == "arn" and len(parts) > _ARN_REGION else None


def _converse(model: str, *, region: str | None, settings: BedrockSettings) -> "ChatBedrockConverse":
    import boto3  # noqa: PLC0415 - heavy
    from botocore.config import Config  # noqa: PLC0415 - as above
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - as above
    from langchain_aws import ChatBedrockConverse  # noqa: PLC0415 - 0.8 s of processor time

    plain = (settings.endpoint_url or "").startswith("http://")
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=settings.read_seconds,
        retries={"mode": "standard", "total_max_attempts": 1},  # ours are in ``retrying``
        ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # missing in the published types
        # A Bedrock API key in the environment is no credential over plain HTTP: botocore would refuse to send it.
        signature_version="v4" if plain else None,
        user_agent_extra="cloudprobe",
    )
    try:
        session = boto3.Session(profile_name=settings.profile, region_name=region)
        place = session.region_name or "us-east-1"
        client = session.client("bedrock-runtime", region_name=place, endpoint_url=settings.endpoint_url, config=config)
        client.meta.events.register("after-call.bedrock-runtime.Converse", _made_safe)
        return ChatBedrockConverse(
            client=client,
            bedrock_client=_bedrock_client(session, model, place, config),
            model_id=model,
            region_name=place,
            **_of_arn(model),
        )
    except (BotoCoreError, ValueError) as error:  # pydantic's are ValueErrors
        raise ModelAccessError(
            f"Amazon Bedrock's {model} cannot be set up: {error}",
            hint="See docs/models.md for its profile, region and model id.",
        ) from error


def _bedrock_client(session: Any, model: str, region: str, config: Any) -> Any:
    """Needed for application inference profiles alone; anything that is not None keeps LangChain from making one."""
    if "application-inference-profile" in model:
        return session.client("bedrock", region_name=region, config=config)
    return False


def _of_arn(model: str) -> dict[str, Any]:
    """What LangChain is told of a model named by ARN, where the ARN says it; an application's profile does not."""
    if not model.startswith("arn:"):
        return {}
    name = model.rsplit("/", 1)[-1]
    provider = next((one for one in _PROVIDERS if f"{one}." in name), None)
    return {"provider": provider, "base_model_id": name} if provider else {"provider": "other"}


def _made_safe(parsed: dict[str, Any], **_: Any) -> None:
    """LangChain fails on answers that real models give; a handler of botocore's sees them first."""
    if "output" not in parsed:
        return
    parsed.setdefault("usage", {})
    message = parsed["output"].setdefault("message", {"role": "assistant", "content": []})
    for block in message.setdefault("content", []):
        called = block.get("toolUse")
        if called is not None and not isinstance(called.get("input"), dict):
            called["input"] = {UNTYPED_INPUT: called.get("input")}


class BedrockWire(Wire):
    """Converse's own words for a tool and a cache point, which LangChain passes on untouched."""

    def __init__(self, model: "ChatBedrockConverse") -> None:
        super().__init__(model)
        self._converse = model
        self._caches = model.provider in _CACHED_PROVIDERS

    def ask(self, request: ChatRequest) -> "AIMessage":
        return self._converse.invoke(
            self.messages(request), toolConfig=self._tools(request), max_tokens=request.max_output_tokens
        )

    def _tools(self, request: ChatRequest) -> dict[str, Any]:
        tool = request.tool
        spec = {"name": tool.name, "description": tool.description, "inputSchema": {"json": tool.parameters}}
        choices = self._converse.supports_tool_choice_values or ()
        config: dict[str, Any] = {"tools": [{"toolSpec": spec}]}
        if "tool" in choices:
            config["toolChoice"] = {"tool": {"name": tool.name}}
        elif "any" in choices:
            config["toolChoice"] = {"any": {}}
        return config

    def messages(self, request: ChatRequest) -> Any:
        """The static part first, with a cache point behind it: tools and system are what the next question repeats."""
        first, *others = super().messages(request)
        blocks: list[Any] = [{"type": "text", "text": request.prompt.system}]
        if self._caches:
            blocks.append({"cachePoint": {"type": "default"}})
        return [first.model_copy(update={"content": blocks}), *others]

    def count(self, request: ChatRequest) -> int | None:
        """By CountTokens, which costs nothing; with the tool, which LangChain's own count leaves out."""
        turns = [{"role": turn.role, "content": [{"text": turn.text}]} for turn in request.turns]
        converse = {
            "system": [{"text": request.prompt.system}],
            "messages": [{"role": "user", "content": [{"text": request.prompt.user}]}, *turns],
            "toolConfig": self._tools(request),
        }
        counted = self._converse.client.count_tokens(
            modelId=self._converse._get_base_model(),  # noqa: SLF001 - CountTokens takes no inference profile
            input={"converse": converse},
        )
        return int(counted["inputTokens"])
