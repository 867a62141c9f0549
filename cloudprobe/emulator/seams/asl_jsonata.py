"""JSONata and variables in moto's interpreter: an evaluator, values instead of pasted text, and values of the entry."""

import json
from collections.abc import Mapping
from typing import Any

import jsonata
from ministack.services.stepfunctions import _register_sfn_jsonata_functions
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata, StringVariableSample
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore

from cloudprobe.emulator.seams.asl_failures import failure
from cloudprobe.emulator.seams.reach import replace

_TIMEOUT_MILLISECONDS = 1000


class _EvaluationError(Exception):
    pass


def repair() -> None:
    _evaluate_jsonata()
    _quote_assigned_strings()
    _resolve_variables_on_entry()


def _evaluate_jsonata() -> None:
    """There is no evaluator (moto's bridge to a JVM is None), and values are pasted unescaped into expressions.

    Values are bound instead, undefined results fail as States.QueryEvaluationError, and the functions Step Functions
    adds ($partition, $range, $hash, $random, $uuid, $parse) are there.
    """

    def evaluate(self: Any, env: Any) -> None:
        try:
            env.stack.append(_value(self.expression, _bindings(env)))
        except _EvaluationError as error:
            field = env.next_field_name or ""
            cause = f"The JSONata expression '{self.expression}' specified for the field '{field}' {error}"
            kind = StatesErrorNameType.StatesQueryEvaluationError
            raise failure(env, kind, cause, HistoryEventType.EvaluationFailed) from error

    replace(StringJSONata, "_eval_body", evaluate)
    replace(StringVariableSample, "_eval_body", evaluate)


def _bindings(env: Any) -> dict[str, Any]:
    """``$states`` and the assigned variables; jsonata reads None as undefined, hence its own null."""
    states = {name: value for name, value in env.states._states_data.items() if name != "errorOutput" or value}
    store = env.variable_store
    # The store of a map's item has none until the item's first state; it begins with what its map had on entry.
    variables = getattr(store, "on_entry", store._outer_scope)
    null = jsonata.utils.Utils.NULL_VALUE
    return {name: null if value is None else value for name, value in variables.items()} | {"states": states}


def _value(expression: str, bindings: Mapping[str, Any]) -> Any:
    """The value of an expression in plain containers; None is JSON's null."""
    try:
        value = _parsed(expression).evaluate(None, dict(bindings))
        defined = value is not None or _parsed(f"$exists(({expression}))").evaluate(None, dict(bindings))
    except Exception as error:
        code = getattr(error, "error", "")
        raise _EvaluationError(f"threw an error during evaluation. {code}: {error}") from error
    if not defined:
        raise _EvaluationError("returned nothing (undefined).")
    return _plain(value)


def _parsed(expression: str) -> Any:
    """A fresh expression object every time, because it keeps the frame of its last evaluation."""
    parsed = jsonata.Jsonata.jsonata(expression, timeout=_TIMEOUT_MILLISECONDS)
    _register_sfn_jsonata_functions(parsed)
    return parsed


def _plain(value: Any) -> Any:
    """The engine answers with list and dict classes of its own."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _quote_assigned_strings() -> None:
    """The history's assigned variables carry strings between quotes, unescaped."""

    def assigned(self: Any) -> dict[str, str]:
        return {name: json.dumps(self.get(name), default=str) for name in self._declaration_tracing}

    replace(VariableStore, "get_assigned_variables", assigned)


def _resolve_variables_on_entry() -> None:
    """In AWS all variables of a state have the values of its entry; moto's Output sees what its own Assign wrote."""

    def entered(self: Any, env: Any) -> None:
        store = env.variable_store
        store.on_entry = {**store._outer_scope, **store._inner_scope}
        enter(self, env)

    enter = replace(CommonStateField, "_eval_body", entered)
