"""moto's interpreter of the Amazon States Language, made to run workflows as Step Functions does.

moto ported it from LocalStack and lost parts on the way; each function of the ``asl_`` modules and here repairs one of
them and names it. ``tests/emulator/test_step_functions_fidelity.py`` holds the AWS behaviour that depends on each.
"""

import re
from typing import Any

from jsonpath_ng.ext.parser import parse
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.utils import json_path

from cloudprobe.emulator.seams import asl_jsonata, asl_tasks, asl_waits
from cloudprobe.emulator.seams.asl_failures import failure
from cloudprobe.emulator.seams.credentials import RoleClients
from cloudprobe.emulator.seams.reach import replace, replace_everywhere

_INDEFINITE = re.compile(r"\.\.|\*|\?\(|\[[^\]'\"]*[,:][^\]'\"]*\]")


def repair(clients: RoleClients) -> None:
    """Apply every repair; once in a process."""
    asl_tasks.repair(clients)
    asl_waits.repair(clients)
    asl_jsonata.repair()
    _fail_unmatched_choices()
    _unpack_definite_paths()


def _fail_unmatched_choices() -> None:
    """A Choice without a match is States.NoChoiceMatched in AWS and a bare States.Runtime in moto."""

    def eval_state(self: Any, env: Any) -> None:
        try:
            evaluate(self, env)
        except RuntimeError as error:
            if "No branching option" not in str(error):
                raise
            cause = f"State '{self.name}' has no choice rule that matches its input and no default."
            kind = StatesErrorNameType.StatesNoChoiceMatched
            raise failure(env, kind, cause, HistoryEventType.ExecutionFailed) from error

    evaluate = replace(StateChoice, "_eval_state", eval_state)


def _unpack_definite_paths() -> None:
    """``$.a[0].b`` names one value; moto answers a list of it."""
    extract = json_path.extract_json

    def extract_json(path: str, data: Any) -> Any:
        value = extract(path, data)
        if isinstance(value, list) and len(value) == 1 and not _INDEFINITE.search(path):
            matches = parse(path).find(data)
            return matches[0].value if len(matches) == 1 else value
        return value

    replace_everywhere("moto.stepfunctions", extract, extract_json)
