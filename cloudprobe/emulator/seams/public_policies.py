"""Whether a bucket's policy is public: what ministack's rule leaves out.

It looks at Allow statements one by one, so a Deny that keeps every stranger out does not count, and it takes
``StringEqualsIfExists`` for a limit, though a request without the key passes it. Both S3's verdict and its
BlockPublicPolicy rest on the rule. Tested by ``tests/emulator/test_public_policies.py``.
"""

import json
import re
from typing import Any

from ministack.services import s3

from cloudprobe.emulator.seams.reach import replace

_Statement = dict[str, Any]
_KEEPS_OUT = {
    "stringnotequals",
    "stringnotequalsignorecase",
    "stringnotlike",
    "arnnotequals",
    "arnnotlike",
    "notipaddress",
}
_TRUE_OF_STRANGERS = {"aws:principalisawsservice", "aws:viaawsservice"}


def install() -> None:
    replace(s3, "_policy_is_public", is_public)


def is_public(text: str) -> bool:
    try:
        statements = _listed(json.loads(text).get("Statement"))
    except (ValueError, AttributeError):
        return False
    statements = [statement for statement in statements if isinstance(statement, dict)]
    denials = [statement for statement in statements if _keeps_strangers_out(statement)]
    return any(
        s3._statement_is_public(_without_weak_conditions(statement)) and not _is_denied(statement, denials)
        for statement in statements
    )


def _without_weak_conditions(statement: _Statement) -> _Statement:
    conditions = statement.get("Condition")
    if not isinstance(conditions, dict):
        return statement
    strong = {name: keys for name, keys in conditions.items() if not str(name).lower().endswith("ifexists")}
    return {**statement, "Condition": strong}


def _keeps_strangers_out(statement: _Statement) -> bool:
    principal = statement.get("Principal")
    for_everybody = principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS")))
    if statement.get("Effect") != "Deny" or not (for_everybody or "NotPrincipal" in statement):
        return False
    pairs = (statement.get("Condition") or {}).items()
    return all(_is_true_of_strangers(operator, key, _listed(v)) for operator, keys in pairs for key, v in keys.items())


def _is_true_of_strangers(operator: str, key: str, values: list[Any]) -> bool:
    operator, key = operator.lower().removesuffix("ifexists"), key.lower()
    if operator == "bool":
        return key in _TRUE_OF_STRANGERS and [str(value).lower() for value in values] == ["false"]
    fixed = all(s3._fixed_condition_value(key, str(value)) for value in values)
    return operator in _KEEPS_OUT and key in s3._NON_PUBLIC_CONDITION_KEYS and fixed


def _is_denied(statement: _Statement, denials: list[_Statement]) -> bool:
    """Whether every action on every resource a statement names is denied; ``Not…`` elements never count as denied."""
    actions, resources = _listed(statement.get("Action")), _listed(statement.get("Resource"))
    return bool(actions and resources) and all(
        any(
            any(_covers(pattern, action, ignore_case=True) for pattern in _listed(denial.get("Action")))
            and any(_covers(pattern, resource) for pattern in _listed(denial.get("Resource")))
            for denial in denials
        )
        for action in actions
        for resource in resources
    )


def _covers(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether a pattern matches whatever another matches; said of the text itself, which a wildcard matches too."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.IGNORECASE if ignore_case else 0) is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
