"""``--estimate``: what a question is likely to cost, before anything is paid."""

from typing import Any

from rich.console import Console
from rich.text import Text

from cloudprobe.adapters.models.estimates import AgentEstimate, ModelEstimate, estimate
from cloudprobe.adapters.models.prices import ModelPrices
from cloudprobe.bootstrap import load_plugins
from cloudprobe.config import Config
from cloudprobe.domain.conversation import AgentName
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.text import printable
from cloudprobe.errors import CloudprobeError
from cloudprobe.plugins.manager import Plugins
from cloudprobe.plugins.models import ModelChoice


def tell(question: str, settings: InspectionSettings, config: Config, console: Console) -> None:
    """Print it; nothing is asked, neither of a model nor of an account."""
    from cloudprobe.cli.planning import planned_by_templates  # noqa: PLC0415 - which tells our estimate, too

    console.print(Text("estimate", style="bold"))
    try:
        calls, usd = planned_by_templates(question, settings, config)
        console.print(
            Text(f"  AWS        about {calls} calls, {usd:.4f} USD, for the templates of the first iteration")
        )
    except CloudprobeError:
        console.print(Text("  AWS        not known before a script is written: no template fits"))
    for line in lines(model_estimate(question, settings, config)):
        console.print(Text(f"  {printable(line)}"), soft_wrap=True)


def model_estimate(question: str, settings: InspectionSettings, config: Config) -> ModelEstimate:
    """What the exchanges with models may cost; of no agents where the library thinks."""
    plugins = load_plugins(config)
    return estimate(
        _models(settings, plugins),
        prices=ModelPrices.read(config.prices),
        iterations=settings.max_iterations,
        retries=settings.max_retries,
        covered=_covered(question, plugins),
    )


def lines(found: ModelEstimate) -> list[str]:
    """For a person."""
    if not found.agents:
        return ["models     none are asked: the template library answers"]
    whole = (
        f"models     likely {found.exchanges} exchanges, {found.tokens:,} tokens, {_usd(found.usd)}; "
        f"at most {found.most_exchanges} exchanges, {_usd(found.most_usd)}"
    )
    return [whole, *map(_agent_line, found.agents), *(f"           {line}" for line in found.assumptions)]


def _agent_line(one: AgentEstimate) -> str:
    cost = "price not known" if one.usd is None else f"{_usd(one.usd)} to {_usd(one.most_usd)}"
    return (
        f"           {one.agent.replace('_', ' ')}: {one.exchanges} to {one.most_exchanges} of "
        f"{one.prompt_tokens:,} + {one.answer_tokens:,} tokens with {one.model}, {cost}"
    )


def document(found: ModelEstimate) -> dict[str, Any] | None:
    """For ``plan --json``; nothing where no model is asked."""
    return found.model_dump(mode="json") if found.agents else None


def _usd(usd: float | None) -> str:
    return "of no known price" if usd is None else f"{usd:.4f} USD"


def _models(settings: InspectionSettings, plugins: Plugins) -> dict[AgentName, str]:
    from cloudprobe.adapters.models.bedrock import DEFAULT_MODELS  # noqa: PLC0415 - only for an estimate

    choice = ModelChoice(model=settings.model, model_for=settings.model_for)
    asking = choice.asking(plugins.models())
    return {a: f"bedrock:{DEFAULT_MODELS[a]}" if choice.of(a) == "bedrock" else choice.of(a) for a in asking}


def _covered(question: str, plugins: Plugins) -> bool:
    from cloudprobe.adapters.local.clock import SystemClock  # noqa: PLC0415 - as above
    from cloudprobe.templates.certainty import answers_whole  # noqa: PLC0415 - as above
    from cloudprobe.templates.matching import TemplateMatcher  # noqa: PLC0415 - as above

    matches = TemplateMatcher(plugins.template_library()).match(question, now=SystemClock().now())
    return answers_whole(question, matches)
