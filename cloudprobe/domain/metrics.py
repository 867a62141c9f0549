"""What one inspection took, in numbers that can be added up over many of them."""

from pydantic import Field

from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.domain.model import Model


class AgentMetrics(Model):
    """The exchanges of one agent with one model."""

    agent: str
    model: str
    exchanges: int = 0
    repairs: int = 0
    """Of them, those that asked again because an answer was not usable."""
    seconds: tuple[float, ...] = ()
    """Of each exchange."""
    usage: TokenUsage = TokenUsage()
    usd: float | None = None
    """None: the price of one of them is not known."""
    failures: dict[str, int] = Field(default_factory=dict)
    """Exchanges that gave nothing usable by themselves, by the class of error or by why the model stopped."""

    @property
    def failed(self) -> int:
        return sum(self.failures.values())


class StepMetrics(Model):
    step: str
    times: int = 0
    seconds: float = 0.0


class Metrics(Model):
    """Of one inspection, up to its report."""

    inspection_id: str = ""
    started: str = ""
    """ISO 8601, UTC."""
    outcome: str = ""
    brain: str = "library"
    """Who thought: the value of ``--model``."""
    seconds: float = 0.0
    """That its steps took."""
    run_seconds: float = 0.0
    """Of them, in runs: the script, and the calls it waited for."""
    iterations: int = 0
    probes: int = 0
    probes_succeeded: int = 0
    from_templates: int = 0
    """Probes whose script a template is."""
    attempts: int = 0
    """Of all probes together; each has at least one."""
    retries: int = 0
    runs: int = 0
    runs_succeeded: int = 0
    calls: int = 0
    """Of AWS."""
    calls_denied: int = 0
    """Operations."""
    policy_excess: int = 0
    """Actions its runs' policies allowed that no operation in the code needs. The aim is 0."""
    calls_usd: float = 0.0
    """Of the calls of AWS that cost money, at list prices."""
    model_usd: float = 0.0
    """Of the exchanges whose price is known."""
    unpriced: int = 0
    """Exchanges whose price is not."""
    failures: dict[str, int] = Field(default_factory=dict)
    """How often what went wrong: ``validate:code``, ``execute:code``, ``model:ErrorClass``, ``step:ErrorClass``."""
    agents: tuple[AgentMetrics, ...] = ()
    steps: tuple[StepMetrics, ...] = ()

    @property
    def model_seconds(self) -> float:
        """Of its seconds, in exchanges with models."""
        return sum(sum(agent.seconds) for agent in self.agents)

    @property
    def own_seconds(self) -> float:
        """Outside models and runs: ours. What is side by side in several accounts may leave none."""
        return max(self.seconds - self.model_seconds - self.run_seconds, 0.0)

    @property
    def usd(self) -> float:
        """Of everything whose price is known."""
        return self.calls_usd + self.model_usd

    @property
    def served_by_templates(self) -> bool:
        """Every probe it had came from the library."""
        return 0 < self.probes == self.from_templates
