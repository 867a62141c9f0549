"""Every other model LangChain knows, local ones too, by ``provider:model``."""

import threading
from typing import Any

from cloudprobe.adapters.models.langchain_chat import LangChainChat, Wire
from cloudprobe.adapters.models.packages import installed, needed
from cloudprobe.adapters.models.retrying import Retries
from cloudprobe.errors import ModelAccessError, UsageError

READ_SECONDS = 300
PACKAGES = {
    "anthropic": "langchain-anthropic",
    "anthropic_bedrock": "langchain-aws",
    "azure_ai": "langchain-azure-ai",
    "azure_openai": "langchain-openai",
    "baseten": "langchain-baseten",
    "bedrock_converse": "langchain-aws",
    "bedrock_mantle_anthropic": "langchain-aws",
    "bedrock_mantle_openai": "langchain-aws",
    "cohere": "langchain-cohere",
    "deepseek": "langchain-deepseek",
    "fireworks": "langchain-fireworks",
    "google_anthropic_vertex": "langchain-google-vertexai",
    "google_genai": "langchain-google-genai",
    "google_vertexai": "langchain-google-vertexai",
    "groq": "langchain-groq",
    "huggingface": "langchain-huggingface",
    "ibm": "langchain-ibm",
    "litellm": "langchain-litellm",
    "meta": "langchain-meta",
    "mistralai": "langchain-mistralai",
    "nvidia": "langchain-nvidia-ai-endpoints",
    "ollama": "langchain-ollama",
    "openai": "langchain-openai",
    "openrouter": "langchain-openrouter",
    "perplexity": "langchain-perplexity",
    "together": "langchain-together",
    "upstage": "langchain-upstage",
    "xai": "langchain-xai",
}
"""What ``init_chat_model`` knows (a test compares), by provider: the package to install."""


def usable() -> dict[str, bool]:
    """Every provider, and whether its package is installed."""
    return {name: installed(package.replace("-", "_")) for name, package in PACKAGES.items()}


def open_provider(provider: str, model: str, *, cancel: threading.Event | None = None) -> LangChainChat:
    """A chat model of LangChain's; nothing is loaded or reached before it is asked.

    Raises:
        UsageError: no model is named.
        ModelAccessError: nobody knows the provider, or its package is not installed.
    """
    if not model:
        raise UsageError(f"--model {provider} names no model.", hint=f"Give --model {provider}:MODEL.")
    package = PACKAGES[provider]
    needed("langchain", package="cloudprobe[langchain]", what=f"The model {provider}:{model}")
    needed(package.replace("-", "_"), package=package, what=f"The model {provider}:{model}")
    return LangChainChat(
        lambda: Wire(_initialised(provider, model)),
        name=f"{provider}:{model}",
        retries=Retries(stop=cancel) if cancel else Retries(),
    )


def _initialised(provider: str, model: str) -> Any:
    from langchain.chat_models import init_chat_model  # noqa: PLC0415 - heavy

    try:
        # Providers take these two by the same names; ours are the only retries (``retrying``).
        return init_chat_model(model, model_provider=provider, timeout=READ_SECONDS, max_retries=0)
    except Exception as error:  # a provider's class may raise anything for a key that is missing or a name it dislikes
        raise ModelAccessError(
            f"{provider}:{model} cannot be set up: {type(error).__name__}: {error}",
            hint="The provider's package says what it needs, most often an API key in a variable of its own.",
        ) from error
