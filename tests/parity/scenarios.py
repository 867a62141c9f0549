"""Ways through the loop, as scripts for the ports; both engines walk each of them."""

from dataclasses import dataclass, field

from cloudprobe.agents.code_executor import CodeExecutor
from cloudprobe.agents.discovery_analyst import DiscoveryAnalyst
from cloudprobe.domain.agents import (
    Action,
    AggregatedResults,
    CodeGeneratorOutput,
    Decision,
    Objective,
    OrchestratorOutput,
)
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import ProbeResource, ProbeResult
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.run import RunError, RunOutcome, RunStatus
from cloudprobe.errors import AccessError, ThrottledError
from cloudprobe.ports import Ports
from cloudprobe.testing import FakeClock, FakeGrantor, FakeRunner, InMemoryRecordings, NullObserver, success

GOOD = """\
import json
import sys

import boto3

variables = json.load(sys.stdin)
buckets = boto3.client("s3").list_buckets()["Buckets"]
print(json.dumps({"facts": {"buckets": len(buckets)}, "findings": [], "resources": [], "coverage": {}, "next": []}))
"""
MENDED = GOOD + "# mended\n"
"""What failed when it ran is not run again unchanged."""
TWICE_MENDED = MENDED + "# once more\n"
UNPARSABLE = "import boto3\nprint(boto3.client('s3').list_buckets("
WRITING = GOOD.replace("list_buckets()", "delete_bucket(Bucket='b')")
FAILED = RunOutcome(run_id="", status=RunStatus.FAILED, error=RunError(type="KeyError", message="'Buckets'", line=7))
SEEN = success(ProbeResult(resources=(ProbeResource(arn="arn:aws:s3:::b", type="s3:bucket"),)))


@dataclass(frozen=True)
class Scenario:
    scripts: tuple[tuple[str, ...], ...] = ((GOOD,),)
    """One entry a generation, each the scripts of the probes that wait for one."""
    runs: tuple = (SEEN,)
    """What each run does, in order."""
    iterations: int = 1
    probes: int = 1
    grant_failures: tuple = ()
    revoke_failures: tuple = ()
    expected: tuple[str, ...] = field(default=(), compare=False)
    """Steps of the trace, as ``iteration.attempt step``."""
    failure: str = ""


def iteration(number, *attempts, after=("analyze", "aggregate", "orchestrate")):
    """The trace of an iteration whose attempts went as far as named."""
    trace = [f"{number}.0 generate_prompt"]
    for attempt, steps in enumerate(attempts, start=1):
        trace += [f"{number}.{attempt} {step}" for step in steps]
    return [*trace, *(f"{number}.{len(attempts)} {step}" for step in after)]


REJECTED = ("generate_code", "validate")
RUN = (*REJECTED, "approve", "grant", "execute", "revoke")


def whole(*iterations):
    last = iterations[-1][-1].split()[0]
    return ("0.0 orchestrate", *(step for steps in iterations for step in steps), f"{last} process_results")


SCENARIOS = {
    "success": Scenario(expected=whole(iteration(1, RUN))),
    "nothing to collect": Scenario(iterations=0, expected=("0.0 orchestrate", "0.0 process_results")),
    "three iterations": Scenario(
        scripts=((GOOD,),) * 3,
        runs=(SEEN,) * 3,
        iterations=3,
        expected=whole(iteration(1, RUN), iteration(2, RUN), iteration(3, RUN)),
    ),
    "validation failure repaired": Scenario(
        scripts=((UNPARSABLE,), (GOOD,)), expected=whole(iteration(1, REJECTED, RUN))
    ),
    "validation retries used up": Scenario(
        scripts=((UNPARSABLE,), (WRITING,), (UNPARSABLE,)),
        runs=(),
        expected=whole(iteration(1, REJECTED, REJECTED, REJECTED)),
    ),
    "execution error repaired": Scenario(
        scripts=((GOOD,), (MENDED,)), runs=(FAILED, SEEN), expected=whole(iteration(1, RUN, RUN))
    ),
    "execution retries used up": Scenario(
        scripts=((GOOD,), (MENDED,), (TWICE_MENDED,)), runs=(FAILED,) * 3, expected=whole(iteration(1, RUN, RUN, RUN))
    ),
    "both kinds share the retries": Scenario(
        scripts=((UNPARSABLE,), (GOOD,), (MENDED,)),
        runs=(FAILED, FAILED),
        expected=whole(iteration(1, REJECTED, RUN, RUN)),
    ),
    "one of two probes rejected": Scenario(
        probes=2,
        scripts=((GOOD, UNPARSABLE), (GOOD,)),
        runs=(SEEN, SEEN),
        expected=whole(iteration(1, REJECTED, RUN)),
    ),
    "one of two runs fails": Scenario(
        probes=2,
        scripts=((GOOD, GOOD), (MENDED,)),
        runs=(SEEN, FAILED, SEEN),
        expected=whole(iteration(1, RUN, RUN)),
    ),
    "generator gives up": Scenario(scripts=(("",),), runs=(), expected=whole(iteration(1, REJECTED))),
    "throttled grant": Scenario(grant_failures=(ThrottledError("slow down"),), expected=whole(iteration(1, RUN))),
    "no access": Scenario(
        grant_failures=(AccessError("iam:CreateRole is not allowed"),),
        runs=(),
        expected=whole(iteration(1, (*REJECTED, "approve"), after=("revoke",))),
        failure="AccessError",
    ),
    "runner breaks": Scenario(
        runs=(RuntimeError("broken"),),
        expected=whole(iteration(1, (*REJECTED, "approve", "grant"), after=("revoke",))),
        failure="RuntimeError",
    ),
    "revocation fails": Scenario(
        revoke_failures=(AccessError("iam:DeleteRole is not allowed"),),
        expected=whole(iteration(1, (*REJECTED, "approve", "grant", "execute"), after=())),
        failure="AccessError",
    ),
}


class ScriptedOrchestrator:
    def __init__(self, scenario):
        self._scenario = scenario

    def decide(self, given):
        if given.current_iteration < self._scenario.iterations:
            objectives = [Objective(question=f"q{n}") for n in range(self._scenario.probes)]
            decision = Decision(action=Action.COLLECT, reason="more", objectives=tuple(objectives))
        else:
            decision = Decision(action=Action.COMPLETE, reason="enough", outcome=Outcome.NOTHING_FOUND)
        return OrchestratorOutput(decision=decision, aggregated=AggregatedResults())


class ScriptedPrompts:
    def generate(self, given):
        return tuple(
            CodeGenerationPrompt(template=o.question, variables={"asked": [given.iteration, n]}, library=False)
            for n, o in enumerate(given.objectives)
        )  # an equal probe is not run twice


class ScriptedCode:
    """Gives the scenario's scripts in order; an empty one gives up."""

    def __init__(self, scenario):
        self._scripts = [script for generation in scenario.scripts for script in generation]

    def generate(self, given):
        script = self._scripts.pop(0)
        return CodeGeneratorOutput(script=script, abandoned="" if script else "nothing else to try")


def ports_for(name, artifacts):
    scenario = SCENARIOS[name]
    return Ports(
        clock=FakeClock(),
        artifacts=artifacts,
        recordings=InMemoryRecordings(),
        grantor=FakeGrantor(failures=scenario.grant_failures, revoke_failures=scenario.revoke_failures),
        observer=NullObserver(),
        orchestrator=ScriptedOrchestrator(scenario),
        prompt_generator=ScriptedPrompts(),
        code_generator=ScriptedCode(scenario),
        code_executor=CodeExecutor(FakeRunner(*scenario.runs)),
        discovery_analyst=DiscoveryAnalyst(),
    )


def walked(state):
    """The trace as ``expected`` writes it."""
    return tuple(f"{e['iteration']}.{e['attempt']} {e['step']}" for e in state["trace"])
