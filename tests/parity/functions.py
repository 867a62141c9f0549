"""The Lambda functions of the parity tests: each step over the scripted ports of the inspection's scenario.

They run in the embedded account's process; the ports of an inspection live there as long as it does.
"""

import functools
import json
import os  # the account's process is given its folder by variable, as a Lambda is
from pathlib import Path

from cloudprobe.adapters.local.file_artifacts import FileArtifactStore
from cloudprobe.domain.transitions import Step
from cloudprobe.steps.invocation import invoke, state_key
from cloudprobe.steps.table import STEPS
from tests.parity.scenarios import ports_for

FOLDER = "PARITY_FOLDER"


@functools.cache
def _ports(inspection_id):
    artifacts = FileArtifactStore(Path(os.environ[FOLDER]))  # noqa: TID251 - set by the test for this process
    scenario = json.loads(artifacts.get(state_key(inspection_id)))["user_request"]
    return ports_for(scenario, artifacts)


def _function(step):
    def handler(event, context):
        return invoke(step, STEPS[step], event, _ports(event["inspection_id"]))

    return handler


(
    orchestrate,
    generate_prompt,
    generate_code,
    validate,
    approve,
    grant,
    execute,
    revoke,
    analyze,
    aggregate,
    process_results,
) = (_function(step) for step in Step if step is not Step.END)
