"""Carry an inspection to a step and die there, as a power cut would. Runs in a process of its own."""

import os
import signal
import threading

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.transitions import Step
from cloudprobe.local.engine import InProcessEngine  # noqa: F401 - loaded once for all cases by the fork server
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import NullObserver

QUESTION = "Which S3 buckets are public?"


def killed(function, when):
    def step(state, ports):
        if when == "after":
            function(state, ports)
        os.kill(os.getpid(), signal.SIGKILL)

    return step


def inspect(environment, data_dir, said, step, when):
    """Args: the account's variables, the data folder, a file to write the id to, the step, before or after its work."""
    workspace = open_workspace(Config.read(environment, data_dir=data_dir))
    steps = {**STEPS, Step(step): killed(STEPS[Step(step)], when)}
    with open_account("", workspace.config) as account:
        engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event(), steps=steps)
        identifier = engine.start(QUESTION, account.narrow(InspectionSettings()))
        said.write_text(identifier)
        engine.run(identifier)


def resume(environment, data_dir, identifier):
    """As `cloudprobe resume` does it, in this process."""
    workspace = open_workspace(Config.read(environment, data_dir=data_dir))
    with open_account("", workspace.config) as account:
        account.check_same(workspace.states.load(identifier).settings)
        return build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event()).run(identifier)
