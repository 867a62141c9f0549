"""What exchanges with models are likely to cost, and would cost if every try were needed.

Estimated from assumptions that are told with it; what bounds the cost is a budget.
"""

from collections.abc import Iterator, Mapping
from importlib import resources

from cloudprobe.adapters.models.prices import ModelPrices
from cloudprobe.domain.conversation import AgentName, TokenUsage
from cloudprobe.domain.inspection import MAX_PROBES_PER_ITERATION
from cloudprobe.domain.model import Model

FINDINGS_TOKENS = 3_000
"""Of what earlier runs showed, in a prompt."""
ANSWER_TOKENS: dict[AgentName, int] = {
    "orchestrator": 400,
    "prompt_generator": 600,
    "code_generator": 2_500,
    "discovery_analyst": 900,
}
_CHARACTERS = 4
"""To a token, in English."""
_PROMPTS: dict[AgentName, str] = {
    "orchestrator": "orchestrator_plan.md",
    "prompt_generator": "prompt_generator.md",
    "code_generator": "code_generator.md",
    "discovery_analyst": "discovery_analyst.md",
}


class AgentEstimate(Model):
    """Of one agent."""

    agent: AgentName
    model: str
    exchanges: int
    """Likely."""
    most_exchanges: int
    """Where every iteration, probe and retry is used."""
    prompt_tokens: int
    """Of one exchange."""
    answer_tokens: int
    usd: float | None
    """Of the likely exchanges; None: the model's price is not known."""
    most_usd: float | None


class ModelEstimate(Model):
    covered: bool
    """Templates answer the whole question, as far as can be told before: no model is then asked."""
    agents: tuple[AgentEstimate, ...] = ()
    exchanges: int = 0
    most_exchanges: int = 0
    tokens: int = 0
    """Of the likely exchanges, prompts and answers together."""
    usd: float | None = None
    """None: a model's price is not known."""
    most_usd: float | None = None
    assumptions: tuple[str, ...] = ()


def estimate(
    models: Mapping[AgentName, str], *, prices: ModelPrices, iterations: int, retries: int, covered: bool
) -> ModelEstimate:
    """One estimate an agent that asks a model.

    Args:
        models: ``provider:model`` by agent.
        prices: of the models.
        iterations: at most.
        retries: at most, an iteration.
        covered: templates answer the whole question.
    """
    agents = tuple(
        _agent(agent, model, prices, counts=_counts(agent, iterations, retries), covered=covered)
        for agent, model in models.items()
    )
    return ModelEstimate(
        covered=covered,
        agents=agents,
        exchanges=sum(one.exchanges for one in agents),
        most_exchanges=sum(one.most_exchanges for one in agents),
        tokens=sum(one.exchanges * (one.prompt_tokens + one.answer_tokens) for one in agents),
        usd=_total([one.usd for one in agents]),
        most_usd=_total([one.most_usd for one in agents]),
        assumptions=tuple(_assumptions(covered=covered)) if agents else (),
    )


def _counts(agent: AgentName, iterations: int, retries: int) -> tuple[int, int]:
    """Exchanges: in one iteration with one script that works, and with everything used."""
    match agent:
        case "orchestrator":  # what next, and once the answer
            return 3, iterations + 1
        case "code_generator":
            return 1, iterations * MAX_PROBES_PER_ITERATION * (1 + retries)
        case _:
            return 1, iterations


def _agent(
    agent: AgentName, model: str, prices: ModelPrices, *, counts: tuple[int, int], covered: bool
) -> AgentEstimate:
    likely, most = counts
    likely = 0 if covered else min(likely, most)
    prompt, answer = _prompt_tokens(agent), ANSWER_TOKENS[agent]
    usd = prices.usd(model, TokenUsage(input=prompt, output=answer))
    return AgentEstimate(
        agent=agent,
        model=model,
        exchanges=likely,
        most_exchanges=most,
        prompt_tokens=prompt,
        answer_tokens=answer,
        usd=None if usd is None else round(likely * usd, 6),
        most_usd=None if usd is None else round(most * usd, 6),
    )


def _prompt_tokens(agent: AgentName) -> int:
    text = resources.files("cloudprobe.agents").joinpath("prompts", _PROMPTS[agent]).read_text(encoding="utf-8")
    return len(text) // _CHARACTERS + FINDINGS_TOKENS


def _total(parts: list[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return round(sum(known), 6) if len(known) == len(parts) else None


def _assumptions(*, covered: bool) -> Iterator[str]:
    if covered:
        yield "Templates fit all of the question; no model is asked as long as they give what they should."
    else:
        yield "Likely is one iteration with one script that works at once."
    yield "At most is every iteration with every probe and every retry."
    yield (
        f"A prompt is its file and {FINDINGS_TOKENS:,} tokens of what is known; nothing is read from a cache; answers "
        "need not be asked for again."
    )
