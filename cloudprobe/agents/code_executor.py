"""Runs one validated probe and says, in words a generator can act on, why it failed when it did."""

from cloudprobe.domain.agents import CodeExecutorInput, CodeExecutorOutput
from cloudprobe.domain.feedback import feedback_of
from cloudprobe.ports import ProbeRunner


class CodeExecutor:
    def __init__(self, runner: ProbeRunner) -> None:
        self._runner = runner

    def execute(self, given: CodeExecutorInput) -> CodeExecutorOutput:
        outcome = self._runner.run(given.request)
        return CodeExecutorOutput(outcome=outcome, feedback=feedback_of(outcome))
