"""Take secrets out of answers before the script, the recording or a log sees them.

IAM cannot filter parameters: whoever may list functions may read their environment variables. Two kinds of rule:

- **places**: members that hold secrets by design (environment variables, user data, passwords), and pairs of a name
  and a value. Which an operation's answer has is worked out once from botocore's model, so most answers cost nothing.
- **looks** (``looks``): values that look like keys, tokens or passwords, wherever they stand. Only an encoded answer
  that may hold one is walked and encoded again.

The structure stays, and names stay; a value becomes a marker that says what it was.
"""

from collections.abc import Callable, Iterable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from cloudprobe.errors import RefusedError
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.looks import (
    USER_DATA,
    clean,
    clean_map,
    clean_pair,
    marker,
)
from cloudprobe.sandbox.secret_names import is_secret_member
from cloudprobe.sandbox.suspicion import suspicious

RULE_SETS = frozenset({"secrets"})

Change = Callable[[Any], Any]

_VALUE_OF_KEY = frozenset({("apigateway", "GetApiKey"), ("apigateway", "GetApiKeys")})
_SMALL_BYTES = 16 * 1024
"""What has no model, and is no larger, is always walked: errors and parameters."""
_NAMES = ("key", "name", "parameterkey", "parametername", "optionname", "outputkey", "attributename", "argumentname")
_VALUES = ("value", "parametervalue", "outputvalue", "attributevalue", "argumentvalue", "defaultvalue")
_BEANSTALK_VARIABLES = "aws:elasticbeanstalk:application:environment"


class Redactor:
    """Redacts one run's answers. Thread-safe: what it learns of a model is only ever added.

    Raises:
        RefusedError: the permit names a rule set we do not have.
    """

    def __init__(self, rule_sets: Iterable[str], *, data_class: str = "metadata") -> None:
        names = frozenset(rule_sets)
        if unknown := names - RULE_SETS:
            raise RefusedError(f"The permit asks for redaction rules that do not exist: {', '.join(sorted(unknown))}.")
        self._active = "secrets" in names
        self._environment_too = data_class != "data"
        self._places: dict[tuple[str, str], Change | None] = {}

    def encoded(self, body: dict[str, Any], *, service: str, operation: str, shape: Shape | None) -> bytes:
        """The answer, redacted and encoded.

        Args:
            body: a response, or an error's response.
            service: as botocore names it.
            operation: as botocore names it.
            shape: of the response; None where there is no model, as for errors.
        """
        if not self._active:
            return wire.encode(body)
        if shape is not None:
            change = self._change_for(service, operation, shape)
            if change is not None:
                body = change(body)
        data = wire.encode(body)
        if len(data) > wire.MAX_ANSWER_BYTES:
            return data  # it will go nowhere
        if (shape is None and len(data) < _SMALL_BYTES) or suspicious(data):
            metadata = body.get("ResponseMetadata")
            body = clean(body)
            if metadata is not None:
                body["ResponseMetadata"] = metadata
            data = wire.encode(body)
        return data

    def parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """What a script asked with, as it may be recorded."""
        if not parameters:
            return parameters
        redacted: dict[str, Any] = wire.decode(self.encoded(parameters, service="", operation="", shape=None))
        return redacted

    def _change_for(self, service: str, operation: str, shape: Shape) -> Change | None:
        key = (service, operation)
        if key not in self._places:
            places = _Places(environment=self._environment_too, api_key_values=key in _VALUE_OF_KEY)
            self._places[key] = places.within(shape, "")
        return self._places[key]


class _Places:
    """Works out which members of a shape hold secrets by design."""

    def __init__(self, *, environment: bool, api_key_values: bool) -> None:
        self._environment = environment
        self._api_key_values = api_key_values
        self._open: set[str] = set()

    def within(self, shape: Shape, member: str) -> Change | None:
        """How a value of this shape changes; None where it holds nothing to redact."""
        name = member.lower()
        if shape.type_name in ("string", "blob"):
            return self._for_text(name)
        if self._environment and "environment" in name and (change := _variables(shape)):
            return change
        if isinstance(shape, StructureShape):
            return self._for_structure(shape)
        if isinstance(shape, ListShape):
            return _each(self.within(shape.member, member))
        if isinstance(shape, MapShape):
            return clean_map if shape.value.type_name == "string" else _each_value(self.within(shape.value, ""))
        return None

    def _for_structure(self, shape: StructureShape) -> Change | None:
        if shape.name in self._open:
            return None  # it contains itself; looks still apply
        self._open.add(shape.name)
        changes: dict[str, Change] = {}
        for name, inner in shape.members.items():
            if name.lower() == "userdata" and isinstance(inner, StructureShape):
                changes[name] = _user_data_value
            elif name != "ResponseMetadata" and (change := self.within(inner, name)) is not None:
                changes[name] = change
        self._open.discard(shape.name)
        pair = _pair(shape)
        if changes and pair:
            return lambda value: pair(_with(changes, value))
        return pair or ((lambda value: _with(changes, value)) if changes else None)

    def _for_text(self, name: str) -> Change | None:
        if name == "userdata":
            return lambda value: USER_DATA if value else value
        if is_secret_member(name) or (self._api_key_values and name == "value"):
            return lambda value: marker("secret") if value else value
        return None


def _with(changes: dict[str, Change], value: dict[str, Any]) -> dict[str, Any]:
    changed = dict(value)
    for name, change in changes.items():
        if changed.get(name) is not None:
            changed[name] = change(changed[name])
    return changed


def _each(change: Change | None) -> Change | None:
    return None if change is None else lambda value: [change(item) for item in value]


def _each_value(change: Change | None) -> Change | None:
    return None if change is None else lambda value: {key: change(item) for key, item in value.items()}


def _pair(shape: StructureShape) -> Change | None:
    """A tag and its like: one text names another."""
    texts = {name.lower(): name for name, inner in shape.members.items() if inner.type_name == "string"}
    name = next((texts[name] for name in _NAMES if name in texts), None)
    value = next((texts[value] for value in _VALUES if value in texts), None)
    if name is None or value is None:
        return None

    def cleaned(pair: dict[str, Any]) -> dict[str, Any]:
        if pair.get("Type") == "SecureString" and pair.get(value):
            return {**pair, value: marker("secret")}
        if pair.get("Namespace") == _BEANSTALK_VARIABLES and pair.get(value):
            return {**pair, value: marker("environment variable")}
        return clean_pair(pair, name=name, value=value)

    return cleaned


def _user_data_value(value: dict[str, Any]) -> dict[str, Any]:
    return {name: USER_DATA if name.lower() == "value" and item else item for name, item in value.items()}


def _variables(shape: Shape) -> Change | None:
    """Environment variables come as a map, or as a list of names and values. Names stay: they are often the finding."""
    hidden = marker("environment variable")
    if isinstance(shape, MapShape) and shape.value.type_name == "string":
        return lambda value: dict.fromkeys(value, hidden)
    if isinstance(shape, StructureShape) and "Variables" in shape.members:
        return lambda value: {
            name: dict.fromkeys(item, hidden) if name == "Variables" and item else item for name, item in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(shape.member, StructureShape):
        names = {name.lower(): name for name in shape.member.members}
        if "name" in names and "value" in names:
            return lambda value: [_variable(item, names["value"], hidden) for item in value]
    return None


def _variable(item: dict[str, Any], value: str, hidden: str) -> dict[str, Any]:
    # CodeBuild: the value of these is the name of where the secret is kept, which is what one wants to see.
    if item.get("type") in ("PARAMETER_STORE", "SECRETS_MANAGER") or value not in item:
        return item
    return {**item, value: hidden}
