"""Run as a program: inspect the account the AWS variables name, and die at a given step.

Arguments: data folder, step, ``before`` or ``after`` the step's work. Prints the inspection's id first.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.transitions import Step
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import NullObserver


def killed(function, when):
    def step(state, ports):
        if when == "after":
            function(state, ports)
        os.kill(os.getpid(), signal.SIGKILL)

    return step


def main(data_dir, step, when):
    workspace = open_workspace(Config.read(data_dir=Path(data_dir)))
    steps = {**STEPS, Step(step): killed(STEPS[Step(step)], when)}
    with open_account("", workspace.config) as account:
        engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event(), steps=steps)
        identifier = engine.start("Which S3 buckets are public?", account.narrow(InspectionSettings()))
        print(identifier, flush=True)
        engine.run(identifier)


if __name__ == "__main__":
    main(*sys.argv[1:])
