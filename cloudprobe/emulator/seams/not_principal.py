"""NotPrincipal in a resource's policy, which ministack skips: a Deny of everybody but a few denied nobody.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html. Tested by
``tests/emulator/test_iam_fidelity.py``.
"""

import json
from typing import Any

from ministack.core import iam_evaluator

from cloudprobe.emulator.seams.reach import replace


def install() -> None:
    def evaluate(document: Any, context: Any, *arguments: Any, **options: Any) -> Any:
        return known(_for_the_caller(document, context), context, *arguments, **options)

    known = replace(iam_evaluator, "evaluate_resource_policy", evaluate)


def _for_the_caller(document: Any, context: Any) -> Any:
    """The policy with each NotPrincipal decided for this caller: the statement is everybody's, or is not there."""
    if isinstance(document, str) and "NotPrincipal" not in document:
        return document
    try:
        policy = json.loads(document) if isinstance(document, str) else document
        statements = policy["Statement"]
    except (TypeError, ValueError, KeyError):
        return document
    statements = [statements] if isinstance(statements, dict) else statements
    return {**policy, "Statement": [one for each in statements if (one := _decided(each, context)) is not None]}


def _decided(statement: Any, context: Any) -> Any:
    if not isinstance(statement, dict) or "NotPrincipal" not in statement:
        return statement
    if iam_evaluator._names_caller(statement["NotPrincipal"], context.principal_arn):
        return None
    return {**{name: value for name, value in statement.items() if name != "NotPrincipal"}, "Principal": "*"}
