"""Take secrets out of answers before the script, the recording or a log sees them.

IAM cannot filter parameters: whoever may list functions may read their environment variables. Two kinds of rule:

- **places**: members that hold secrets by design (environment variables, user data, passwords). Which places an
  operation's answer has is worked out once from botocore's model, so most answers cost nothing.
- **looks**: values that look like keys, tokens or passwords, wherever they stand. The encoded answer is searched as
  one text; only where something is found is the answer walked and encoded again.

The structure stays, and names stay; a value becomes a marker that says what it was.
"""

import base64
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from cloudprobe.errors import RefusedError
from cloudprobe.sandbox.child import wire

RULE_SETS = frozenset({"secrets"})

Change = Callable[[Any], Any]

_HUSHED = (
    r"pass(?:word|wd|phrase)|secret[_-]?(?:access[_-]?)?key|client[_-]?secret|api[_-]?key|access[_-]?token|"
    r"auth[_-]?token|refresh[_-]?token|private[_-]?key|connection[_-]?string|credentials?"
)
_SECRET_NAME = re.compile(rf"(?:^|[_\W]|(?<=[a-z]))(?:{_HUSHED}|secret|token|pwd|pass|dsn)(?:$|[_\W\d])", re.IGNORECASE)
_SECRET_MEMBERS = frozenset(
    [
        "password",
        "masteruserpassword",
        "adminpassword",
        "sharedsecret",
        "secretstring",
        "secretbinary",
        "secretaccesskey",
        "sessiontoken",
        "privatekey",
        "clientsecret",
        "authtoken",
        "accesstoken",
        "refreshtoken",
        "idtoken",
        "oauthtoken",
        "presharedkey",
        "secretkey",
        "connectionpassword",
        "authorizationtoken",
        "plaintext",
        "certificateprivatekey",
        "snmpcommunity",
        "ltpapassword",
        "bindpassword",
        "vpnpassword",
        "apitoken",
    ]
)
_VALUE_OF_KEY = frozenset({("apigateway", "GetApiKey"), ("apigateway", "GetApiKeys")})
_PAGE_TOKEN = re.compile(r"(?:token|marker|cursor|nextpage|lastevaluated\w*)$", re.IGNORECASE)

_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "private key",
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    ),
    ("AWS access key", re.compile(r"(?<![A-Z0-9])A(?:KIA|SIA)[A-Z2-7]{16}(?![A-Z0-9])")),
    ("token", re.compile(r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}|glpat-[\w-]{20,})")),
    ("token", re.compile(r"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}")),
    (
        "token",
        re.compile(
            r"(?<![A-Za-z0-9])(?:[srp]k_(?:live|test)_[A-Za-z0-9]{16,}|AIza[0-9A-Za-z_-]{35}|npm_[A-Za-z0-9]{36})"
        ),
    ),
    ("token", re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*")),
    ("token", re.compile(r"(?i)(?<=bearer )[A-Za-z0-9._~+/-]{16,}=*")),
    ("password in a URL", re.compile(r"(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@)")),
)
_ASSIGNED = re.compile(
    rf"(?i)(?<![:/\w-])([\w-]*(?:{_HUSHED})[\"']?\s*[=:]\s*[\"']?)(?!\[redacted|arn:|\{{\{{|\$\{{)([^\s\"',;&}}]{{4,}})"
)
_KEY_LIKE = re.compile(r"(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])")
_KEY_ENTROPY = 4.4
"""Bits per character; 40 random base64 characters have about 4.8, a path or a camel-cased name below 4.3."""

# One search over the encoded answer decides whether anything has to be walked. It may find too much, never too little.
_SUSPICIOUS = re.compile(
    rf"A(?:KIA|SIA)[A-Z2-7]{{16}}|PRIVATE KEY|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|k_(?:live|test)_|AIza|npm_"
    rf"|eyJ|[Bb]earer |BEARER |://[^/\s:@\"']+:|(?i:{_HUSHED}|secret|token|pwd|pass|dsn)[\w-]*(?:\\?[\"'])?\s*[=:,]"
)


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
        text = data.decode("ascii")
        if _SUSPICIOUS.search(text) or _KEY_LIKE.search(text):
            metadata = body.get("ResponseMetadata")
            body = _clean_value(body, "", in_map=False)
            if metadata is not None:
                body["ResponseMetadata"] = metadata
            data = wire.encode(body)
        return data

    def parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """What a script asked with, as it may be recorded."""
        redacted: dict[str, Any] = wire.decode(self.encoded(parameters, service="", operation="", shape=None))
        return redacted

    def _change_for(self, service: str, operation: str, shape: Shape) -> Change | None:
        key = (service, operation)
        if key not in self._places:
            places = _Places(environment=self._environment_too, api_key_values=key in _VALUE_OF_KEY)
            self._places[key] = places.within(shape, "")
        return self._places[key]


def marker(what: str) -> str:
    return f"[redacted: {what}]"


USER_DATA = base64.b64encode(marker("user data").encode()).decode()
"""User data is base64 by contract; scripts decode it, so its marker can be decoded too."""


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
            return _each_value(self.within(shape.value, ""))
        return None

    def _for_structure(self, shape: StructureShape) -> Change | None:
        if shape.name in self._open:
            return None  # it contains itself; looks still apply
        self._open.add(shape.name)
        changes: dict[str, Change] = {}
        for name, inner in shape.members.items():
            if name.lower() == "userdata" and inner.type_name == "structure":
                changes[name] = _user_data_value
            elif (change := self.within(inner, name)) is not None:
                changes[name] = change
        self._open.discard(shape.name)
        if not changes:
            return None
        return lambda value: {
            name: changes[name](item) if name in changes and item is not None else item for name, item in value.items()
        }

    def _for_text(self, name: str) -> Change | None:
        if name == "userdata":
            return lambda value: USER_DATA if value else value
        if name in _SECRET_MEMBERS or (self._api_key_values and name == "value"):
            return lambda value: marker("secret") if value else value
        return None


def _each(change: Change | None) -> Change | None:
    return None if change is None else lambda value: [change(item) for item in value]


def _each_value(change: Change | None) -> Change | None:
    return None if change is None else lambda value: {key: change(item) for key, item in value.items()}


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


def _clean_value(value: Any, member: str, *, in_map: bool) -> Any:
    if isinstance(value, str):
        return _clean_text(value, member)
    if isinstance(value, dict):
        return _clean_object(value)
    if isinstance(value, (list, tuple)):
        return [_clean_value(item, member, in_map=in_map) for item in value]
    if isinstance(value, bytes):
        return _clean_bytes(value)
    return value


def _clean_object(value: dict[str, Any]) -> dict[str, Any]:
    """A pair of name and value is judged by its name too, as a tag, a parameter or an option is."""
    named = value.get("Key") or value.get("key") or value.get("Name") or value.get("name")
    secret = isinstance(named, str) and bool(_SECRET_NAME.search(named)) and len(value) <= _PAIR_MEMBERS
    cleaned = {}
    for key, item in value.items():
        hide = (secret and key in ("Value", "value")) or (isinstance(item, str) and _is_free_secret_key(key))
        hide = hide and isinstance(item, str) and bool(item) and not _is_reference(item)
        cleaned[key] = marker("secret") if hide else _clean_value(item, key, in_map=False)
    return cleaned


_PAIR_MEMBERS = 6


def _is_free_secret_key(key: str) -> bool:
    """Keys a person chose (of tags, of maps) are not camel-cased as a service's members are, or say it outright."""
    if key.lower() in _SECRET_MEMBERS:
        return True
    service_made = key[:1].isupper() or (key[:1].islower() and any(letter.isupper() for letter in key))
    return bool(_SECRET_NAME.search(key)) and (not service_made or "_" in key or "-" in key)


def _is_reference(text: str) -> bool:
    """It names where a secret is kept and is none itself."""
    return text.startswith(("arn:", "{{resolve:", "[redacted", "ssm:", "true", "false", "True", "False"))


def _clean_text(text: str, member: str) -> str:
    if member.lower() == "accesskeyid" or text == USER_DATA:
        return text  # the name of a key, which findings cite; the key itself is never answered
    for what, pattern in _LOOKS:
        text = pattern.sub(marker(what), text)
    text = _ASSIGNED.sub(lambda match: match[1] + marker("secret"), text)
    if not _PAGE_TOKEN.search(member):
        text = _KEY_LIKE.sub(_hide_if_random, text)
    return text


def _hide_if_random(match: re.Match[str]) -> str:
    found = match[0]
    mixed = any(map(str.islower, found)) and any(map(str.isupper, found)) and any(map(str.isdigit, found))
    return marker("secret key") if mixed and _entropy(found) > _KEY_ENTROPY else found


def _entropy(text: str) -> float:
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _clean_bytes(content: bytes) -> bytes:
    try:
        return _clean_text(content.decode(), "").encode()
    except UnicodeDecodeError:
        return content
