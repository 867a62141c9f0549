"""The four thinking agents with a language model, each with the library before it."""

from cloudprobe.agents.code_generator.model import ModelCodeGenerator
from cloudprobe.agents.discovery_analyst.model import ModelDiscoveryAnalyst
from cloudprobe.agents.orchestrator.model import ModelOrchestrator
from cloudprobe.agents.prompt_generator.model import ModelPromptGenerator
from cloudprobe.plugins.hookspecs import Agents
from cloudprobe.ports import LanguageModel
from cloudprobe.templates.registry import TemplateLibrary


def model_agents(model: LanguageModel, library: TemplateLibrary) -> Agents:
    """Agents that ask a model where the library's templates do not answer a question by themselves.

    Args:
        model: asked by each agent under its own name, so that it may stand for several.
        library: the templates there are.
    """
    return Agents(
        orchestrator=ModelOrchestrator(model, library),
        prompt_generator=ModelPromptGenerator(model, library),
        code_generator=ModelCodeGenerator(model, library),
        discovery_analyst=ModelDiscoveryAnalyst(model),
    )
