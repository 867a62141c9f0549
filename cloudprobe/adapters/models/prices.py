"""What tokens cost, offline: the user's own prices first, then the list of ``genai-prices`` as it was installed.

A model that neither knows has no price, which is never the same as costing nothing.
"""

import logging
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError

from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.domain.model import Model
from cloudprobe.errors import UsageError

log = logging.getLogger(__name__)

_LISTED = {
    "anthropic": "anthropic",
    "anthropic_bedrock": "aws",
    "azure_ai": "azure",
    "azure_openai": "azure",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "bedrock_mantle_anthropic": "aws",
    "bedrock_mantle_openai": "aws",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "fireworks": "fireworks",
    "google_genai": "google",
    "google_vertexai": "google",
    "groq": "groq",
    "mistralai": "mistral",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity": "perplexity",
    "together": "together",
    "xai": "x-ai",
}
"""Our providers to those of the list. Any other has no price there: the same weights at another's cost otherwise."""
_PROFILES = ("global", "us-gov", "us", "eu", "apac", "jp", "au", "ca", "in", "sa", "me", "af")
"""What an inference profile's id begins with, before the model's own."""
_MILLION = 1_000_000

Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Rates(Model):
    """USD a million tokens. A cache that has no price of its own costs what other input does."""

    input: Usd
    output: Usd
    cache_read: Usd | None = None
    cache_write: Usd | None = None

    def usd(self, usage: TokenUsage) -> float:
        read = self.input if self.cache_read is None else self.cache_read
        written = self.input if self.cache_write is None else self.cache_write
        parts = (
            usage.input * self.input,
            usage.output * self.output,
            usage.cache_read * read,
            usage.cache_write * written,
        )
        return sum(parts) / _MILLION


class LongPromptRates(Rates):
    tokens: int = Field(gt=0)
    """A prompt of more than so many pays these rates, all of it and its answer."""


class OwnPrice(Rates):
    model: str = Field(min_length=1)
    """``provider:model``; ``*`` and ``?`` stand for any characters."""
    above: tuple[LongPromptRates, ...] = ()

    def rates(self, prompt_tokens: int) -> Rates:
        passed = [tier for tier in self.above if prompt_tokens > tier.tokens]
        return max(passed, key=lambda tier: tier.tokens, default=self)


class _OwnPrices(Model):
    price: tuple[OwnPrice, ...] = ()


class ModelPrices:
    """Prices by ``provider:model``. Nothing is fetched; the list is loaded when it is first looked into.

    Args:
        own: prices of the user's; the first that fits counts.
    """

    def __init__(self, own: tuple[OwnPrice, ...] = ()) -> None:
        self._own = own

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """With the prices of a file (docs/cost.md), where there is one.

        Raises:
            UsageError: it cannot be read.
        """
        if path is None:
            return cls()
        try:
            return cls(_OwnPrices.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).price)
        except OSError as error:
            raise UsageError(f"The prices in {path} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise UsageError(f"The prices in {path} are wrong at {where}: {first['msg']}.", hint=_FORM) from error
        except ValueError as error:  # no TOML, or no text
            raise UsageError(f"The prices in {path} cannot be read: {error}.", hint=_FORM) from error

    def usd(self, model: str, usage: TokenUsage) -> float | None:
        """What an exchange cost; None where the model's price is not known."""
        prompt = usage.input + usage.cache_read + usage.cache_write
        for one in self._own:
            if fnmatchcase(model, one.model):
                return one.rates(prompt).usd(usage)
        provider, _, name = model.partition(":")
        if provider == _REPLAYED:
            return 0.0  # it was paid for when it was recorded
        return _listed(_LISTED.get(provider, ""), name, usage)

    def most(self, model: str, *, prompt_tokens: int, output_tokens: int) -> float | None:
        """What an exchange may cost at worst: all of the prompt written to a cache, and as long an answer as allowed.

        None where the model's price is not known.
        """
        usages = (
            TokenUsage(input=prompt_tokens, output=output_tokens),
            TokenUsage(cache_write=prompt_tokens, output=output_tokens),
        )
        prices = [self.usd(model, usage) for usage in usages]
        known = [price for price in prices if price is not None]
        return max(known) if known else None


_REPLAYED = "replay"
_FORM = 'Each entry is [[price]] with model = "provider:model", input and output in USD a million tokens.'


def _listed(provider: str, model: str, usage: TokenUsage) -> float | None:
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - an inspection without a model pays nothing for it

    reference = _reference(provider, model)
    if reference is None:
        return None
    given = Usage(
        input_tokens=usage.input + usage.cache_read + usage.cache_write,
        output_tokens=usage.output,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
    )
    try:
        return float(calc_price(given, reference, provider_id=provider).total_price)
    except (LookupError, ValueError) as error:
        log.info("the price list cannot price %s: %s", model, error)
        return None


@cache
def _reference(provider: str, model: str) -> str | None:
    """The name by which the list knows a model of a provider; None where it does not."""
    if not provider or not model:
        return None
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - as above

    listed = next((one for one in get_snapshot().providers if one.id == provider), None)
    names = _spellings(model) if provider == "aws" else iter((model,))
    return next((name for name in names if listed and listed.find_model(name)), None)


def _spellings(model: str) -> Iterator[str]:
    """A Bedrock model's id as given, without the ARN around it, and with other inference profiles' prefixes.

    The price across a region's data centres is the higher one, so it comes before the global one.
    """
    name = model.rpartition("/")[2] if model.startswith("arn:") else model
    yield name
    prefix, _, rest = name.partition(".")
    bare = rest if prefix in _PROFILES else name
    yield bare
    if bare.startswith(("anthropic.", "amazon.", "meta.", "mistral.", "deepseek.", "qwen.", "openai.", "cohere.")):
        yield f"us.{bare}"
        yield f"global.{bare}"
