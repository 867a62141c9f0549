"""The commands that probes offer as fixes exist: service, operation and options, as botocore's models have them."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import botocore.session
import pytest
from botocore.model import ServiceModel

from cloudprobe.templates.registry import BUILTIN_FOLDER

PROBES = sorted(path.parent.name for path in BUILTIN_FOLDER.glob("*/probe.py"))
COMMAND = re.compile(r"\baws ([a-z][a-z0-9-]+) ([a-z][a-z0-9-]+)((?:(?!\baws [a-z]).)*)", re.DOTALL)
OPTION = re.compile(r"(?<!\S)--([a-z][a-z0-9-]*)")
CALLED = {"s3api": "s3", "configservice": "config", "deploy": "codedeploy"}
"""Services the command line calls otherwise than boto3."""
OWN = {
    "logs tail": {"since", "filter-pattern", "follow"},
    "s3 cp": set(),
    "s3 rb": {"force"},
}
"""Commands of the command line alone, with their options."""
SHORT = {"protocol", "port", "cidr", "source-group", "group-id"}
"""What the command line makes of IpPermissions."""
EVERYWHERE = {"region", "query", "output", "profile"}


@cache
def _operations(service: str) -> dict[str, set[str]]:
    """Operations and their options in the command line's spelling."""
    session = botocore.session.get_session()
    model = ServiceModel(session.get_component("data_loader").load_service_model(service, "service-2"), service)
    spelled = {}
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        spelled[_dashed(name)] = {_dashed(member) for member in shape.members} if shape else set()
    return spelled


def _dashed(name: str) -> str:
    return botocore.xform_name(name, "-")


def _texts(template: str) -> Iterator[str]:
    """Every string of a probe, with X where something is filled in."""
    tree = ast.parse((BUILTIN_FOLDER / template / "probe.py").read_text())
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def _wrong_in(text: str) -> Iterator[str]:
    for service, operation, rest in COMMAND.findall(text):
        options = set(OPTION.findall(rest)) - EVERYWHERE
        if (known := OWN.get(f"{service} {operation}")) is None:
            operations = _operations(CALLED.get(service, service))
            if operation not in operations:
                yield f"aws {service} {operation}"
                continue
            known = operations[operation] | {f"no-{option}" for option in operations[operation]}
            known |= SHORT if "ip-permissions" in known else set()
        yield from (f"aws {service} {operation} --{option}" for option in sorted(options - known))


@pytest.mark.parametrize("template", PROBES)
def test_offers_only_commands_that_exist(template: str) -> None:
    assert [wrong for text in _texts(template) for wrong in _wrong_in(text)] == []


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    text = "aws ec2 delete-volume --volume-id X, aws ec2 drop-volume, aws sqs purge-queue --queue X"
    assert list(_wrong_in(text)) == ["aws ec2 drop-volume", "aws sqs purge-queue --queue"]
