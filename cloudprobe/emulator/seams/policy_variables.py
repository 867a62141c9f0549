"""Variables in policies, such as ``${aws:username}``, which ministack compares as they are written.

A variable stands for the value of a condition key in resources and condition values; without a value and a default
the statement does not apply. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html.
Tested by ``tests/emulator/test_iam_fidelity.py``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace as changed
from typing import Any

from ministack.core import iam_evaluator

from cloudprobe.emulator.seams.reach import replace

_VARIABLE = re.compile(r"\$\{\s*([^},]+?)\s*(?:,\s*'([^']*)'\s*)?\}")
# Stands for a wildcard's character where it is meant as itself; no name in a request contains it.
_NO_WILDCARD = "\ue000"
_LITERALS = {"*": _NO_WILDCARD, "?": _NO_WILDCARD, "$": "$"}


class _NoValueError(LookupError):
    pass


def install() -> None:
    def first_match(context: Any, statements: Iterable[Any], effect: str) -> Any:
        return known(context, [resolved for one in statements if (resolved := _resolved(one, context))], effect)

    known = replace(iam_evaluator, "_first_match", first_match)


def _resolved(statement: Any, context: Any) -> Any:
    """The statement with values in place of variables, or None where one has none."""
    texts = [*statement.resources, *statement.not_resources, str(statement.conditions or "")]
    if not any("${" in text for text in texts):
        return statement
    try:
        return changed(
            statement,
            resources=[_filled(text, context) for text in statement.resources],
            not_resources=[_filled(text, context) for text in statement.not_resources],
            conditions={operator: _filled_keys(keys, context) for operator, keys in statement.conditions.items()},
        )
    except _NoValueError:
        return None


def _filled_keys(keys: Any, context: Any) -> Any:
    if not isinstance(keys, Mapping):
        return keys
    return {
        key: [_filled(str(value), context) for value in (values if isinstance(values, list) else [values])]
        for key, values in keys.items()
    }


def _filled(text: str, context: Any) -> str:
    def value(match: re.Match[str]) -> str:
        name, default = match.groups()
        if name in _LITERALS:
            return _LITERALS[name]
        found = iam_evaluator._resolve_condition_key(name, context)
        found = default if found is None else found
        if found is None:
            raise _NoValueError(name)
        return re.sub(r"[*?]", _NO_WILDCARD, str(found))

    return _VARIABLE.sub(value, text)
