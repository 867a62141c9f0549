"""Values that look like keys, tokens or passwords, wherever they stand."""

import base64
import json
import math
import re
from collections import Counter
from typing import Any

from cloudprobe.sandbox.secret_forms import AFTER, FORMS
from cloudprobe.sandbox.secret_names import is_secret_member, is_secret_name, only_a_key
from cloudprobe.sandbox.suspicion import says_secret

USER_DATA = "W3JlZGFjdGVkOiB1c2VyIGRhdGFd"
"""“[redacted: user data]” in base64: user data is that by contract, and scripts decode it."""


def marker(what: str) -> str:
    return f"[redacted: {what}]"


_DEFAULT = re.compile(
    r"(?a)(?P<kept>^(?P<indent>[ \t]{0,40})[\"']?(?P<name>\w{1,100})[\"']?:[ \t]*\n"
    r"(?P<child>(?P=indent)[ \t]{1,40})(?:(?!Default:)[^\s#][^\n]{0,300}\n(?P=child)){0,8}Default:[ \t]*)"
    r"(?P<hidden>[^\s\[{!][^\n]*)",
    re.MULTILINE,
)
"""A parameter of a template in YAML, and its default."""
_IN_BASE64 = re.compile(r"(?<![\w.+/=-])eyJ[A-Za-z0-9+/]{13,4000}={0,2}(?![\w.+/=-])")
_COMMANDS = {
    "mysql": ("-p", ""),
    "mariadb": ("-p", ""),
    "mysqladmin": ("-p", ""),
    "mysqldump": ("-p", ""),
    "sshpass": ("-p", "-p"),
    "redis-cli": ("", "-a"),
    "curl": ("", "-u"),
    "wget": ("", "-u"),
}
"""Commands with a password of their own way: what it is glued to, and what stands before it."""
_ASSIGNED = re.compile(
    r"(?a)(?<![:/\w.-])(?P<name>[\w.-]{1,200})(?P<quote>\\*[\"'])?"
    r"(?P<between>[ \t]{0,8}(?:=>|[=:])[ \t]{0,8})(?P<open>\\*[\"'])?"
    r"(?!\[redacted|arn:|\{\{|\$[{(.]|\$[A-Z_]{2,}|[!\[{])"
    r"(?P<value>(?:(?(open)[^\"'\\\n]|[^\s\"',;&}\\])|\\(?![\"'])){3,200})"
)
_OPTION = re.compile(
    r"(?a)(?<![\w-])(?P<name>--[\w.-]{1,200})(?P<between>[ \t]{1,8})(?P<quote>)(?P<open>[\"'])?"
    r"(?!-|\[redacted|\$)(?P<value>(?:[^\s\"',;&}\\]|\\(?![\"'])){4,200})"
)
_REST_OF_VALUE = re.compile(r"(?a)(?:[^\s\"',;&}\\]|\\(?![\"']))*")
_REST_OF_QUOTED = re.compile(r"(?:[^\"'\\\n]|\\(?![\"'])){0,500}(?=\\*[\"'])")
_SHORT = 4
_LITTLE = re.compile(r"(?a)\d{1,2}|\d{1,5}(?:%|[smhdwy])")
"""A count, a share, a duration."""
_WORD = re.compile(r"(?a)[a-z]+(?:[-_./][a-z]+){0,4}")
_PROSE = frozenset(["secret", "secrets", "token", "pass", "credential", "credentials"])
"""In a sentence, what stands behind these and a colon is as likely the name of a secret."""
_KEY_LIKE = re.compile(r"(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])")
_KEY_ENTROPY = 4.4
"""Bits per character; 40 random base64 characters have about 4.8, a path or a camel-cased name below 4.3."""
_PAGE_TOKEN = re.compile(r"(?:token|marker|cursor|nextpage|lastevaluated\w*)$", re.IGNORECASE)
_PAIR_MEMBERS = 6


def clean(value: Any, member: str = "") -> Any:
    """The value without secrets; ``member`` is the name it stands under."""
    if isinstance(value, str):
        return _clean_text(value, member)
    if isinstance(value, dict):
        return _clean_object(value)
    if isinstance(value, (list, tuple)):
        return _clean_list(value, member)
    if isinstance(value, bytes):
        return _clean_bytes(value)
    return value


def clean_pair(pair: dict[str, Any], *, name: str, value: str) -> dict[str, Any]:
    """A tag, a parameter, an option: its name may say that its value is a secret."""
    named, held = pair.get(name), pair.get(value)
    if isinstance(named, str) and isinstance(held, str) and is_secret_name(named) and not _is_harmless(held, named):
        return {**pair, value: marker("secret")}
    return pair


def clean_map(entries: dict[str, Any]) -> dict[str, Any]:
    """The same for a map whose keys people chose."""
    return {key: _clean_entry(key, held) for key, held in entries.items()}


def _clean_entry(key: str, held: Any) -> Any:
    if not isinstance(held, str):
        return held
    if key.lower() == "environmentvariables":
        return _clean_variables(held)
    return marker("secret") if is_secret_name(key) and not _is_harmless(held, key) else held


def _clean_variables(text: str) -> str:
    """Environment variables as JSON in a text, as CodePipeline has them; where a value is kept elsewhere is told."""
    try:
        variables = json.loads(text)
    except (ValueError, RecursionError):
        return marker("environment variables")
    if not isinstance(variables, list) or not all(isinstance(one, dict) for one in variables):
        return marker("environment variables")
    elsewhere = ("PARAMETER_STORE", "SECRETS_MANAGER")
    return json.dumps(
        [one if one.get("type") in elsewhere else {**one, "value": marker("environment variable")} for one in variables]
    )


def _clean_list(value: list[Any] | tuple[Any, ...], member: str) -> list[Any]:
    """Of a command's words, one may name the next: ``--password``, ``hunter2``."""
    cleaned = []
    named = False
    glued, before = _way_of(value)
    for item in value:
        text = item if isinstance(item, str) else ""
        if named and text and not _is_reference(text):
            cleaned.append(_hidden_word(text, before))
        elif glued and text.startswith(glued) and len(text) > len(glued):
            cleaned.append(f"{glued}{marker('password')}")
        else:
            cleaned.append(clean(item, member))
        named = bool(text) and (text == before or (text.startswith("--") and is_secret_name(text)))
    return cleaned


def _way_of(words: list[Any] | tuple[Any, ...]) -> tuple[str, str]:
    """How the command that a list of words is takes its password; empty where it is none that is known."""
    first = words[0] if words and isinstance(words[0], str) else ""
    return _COMMANDS.get(first.rpartition("/")[2], ("", ""))


def _hidden_word(text: str, before: str) -> str:
    user, colon, _ = text.partition(":")
    return f"{user}:{marker('password')}" if before == "-u" and colon else marker("secret")


def _clean_object(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) <= _PAIR_MEMBERS:
        for name, held in (("Key", "Value"), ("key", "value"), ("Name", "Value"), ("name", "value")):
            value = clean_pair(value, name=name, value=held)
    cleaned = {}
    for key, item in value.items():
        hide = isinstance(item, str) and _says_secret(key) and not _is_harmless(item, key)
        cleaned[key] = marker("secret") if hide else clean(_without_default(key, item), key)
    return cleaned


def _without_default(key: str, item: Any) -> Any:
    """A template's parameter that is a secret, without its default."""
    if isinstance(item, dict) and isinstance(item.get("Default"), str) and "Type" in item and is_secret_name(key):
        return {**item, "Default": marker("secret")}
    return item


def _says_secret(key: str) -> bool:
    """Without a model, only a key that is no member's name of AWS's can be a person's choice."""
    if ":" in key:
        return False  # a key of a policy's conditions: the provider's host, a tag, a service
    if key.isascii() and is_secret_member(key.lower()):
        return True
    camel_cased = key[:1].isupper() or any(letter.isupper() for letter in key)
    return (not camel_cased or "_" in key or "-" in key) and is_secret_name(key)


def _is_reference(text: str) -> bool:
    """It names where a secret is kept, or says something about it, and is none itself."""
    return (
        not text
        or text.startswith(("arn:", "{{resolve:", "[redacted", "ssm:", "alias/"))
        or text.lower() in ("true", "false", "yes", "no", "none", "null", "enabled", "disabled")
    )


def _is_harmless(text: str, name: str) -> bool:
    """Whether what stands under a name that says secret is none all the same."""
    if _is_reference(text) or _LITTLE.fullmatch(text):
        return True
    if name.lower().endswith("pwd") and text.startswith(("/", "~", "./")):
        return True  # the working directory
    return only_a_key(name) and _WORD.fullmatch(text) is not None


def _clean_text(text: str, member: str) -> str:
    if member.lower() == "accesskeyid" or text == USER_DATA:
        return text  # the name of a key, which findings cite; the key itself is never answered
    for what, pattern in FORMS:
        text = pattern.sub(marker(what), text)
    for what, pattern in AFTER:
        text = pattern.sub(rf"\g<kept>{marker(what)}", text)
    text = _DEFAULT.sub(_hide_default, text)
    text = _IN_BASE64.sub(_hide_in_base64, text)
    text = _without_assigned(_without_assigned(text, _ASSIGNED), _OPTION)
    if not _PAGE_TOKEN.search(member):
        text = _KEY_LIKE.sub(_hide_if_random, text)
    return text


def _hide_default(found: re.Match[str]) -> str:
    hide = is_secret_name(found["name"]) and not _is_harmless(found["hidden"].strip("\"' "), found["name"])
    return f"{found['kept']}{marker('secret')}" if hide else found[0]


def _hide_in_base64(found: re.Match[str]) -> str:
    """JSON in base64, if there is a secret in it."""
    try:
        plain = base64.b64decode(found[0], validate=True).decode()
    except ValueError:
        return found[0]
    return marker("secret") if _without_assigned(plain, _ASSIGNED) != plain else found[0]


def _without_assigned(text: str, pattern: re.Pattern[str]) -> str:
    """Hide what is assigned to the name of a secret. What is assigned to another name may itself assign something."""
    parts, done = [], 0
    while found := pattern.search(text, done):
        value, end = found.span("value")
        hide = _holds_secret(found)
        parts += [text[done:value], marker("secret") if hide else ""]
        done = _end_of_value(text, end, quoted=found["open"] is not None) if hide else value
    return "".join(parts) + text[done:]


def _end_of_value(text: str, end: int, *, quoted: bool) -> int:
    """Where a value ends that was read up to ``end``: at its quote, where it has one."""
    rest = (_REST_OF_QUOTED.match(text, end) if quoted else None) or _REST_OF_VALUE.match(text, end)
    return rest.end() if rest else end


def _holds_secret(assigned: re.Match[str]) -> bool:
    name, value = assigned["name"], assigned["value"]
    if not says_secret(name) or _is_harmless(value, name):
        return False
    if len(value) < _SHORT and (only_a_key(name) or ("=" not in assigned["between"] and not assigned["quote"])):
        return False
    in_prose = assigned["between"].strip() == ":" and name in _PROSE and not assigned["quote"]
    return not in_prose or ("/" not in value and any(map(str.isdigit, value)))


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
