"""Values that look like keys, tokens or passwords, wherever they stand."""

import math
import re
from collections import Counter
from typing import Any

from cloudprobe.sandbox.secret_names import LONGEST, is_secret_name

USER_DATA = "W3JlZGFjdGVkOiB1c2VyIGRhdGFd"
"""“[redacted: user data]” in base64: user data is that by contract, and scripts decode it."""


def marker(what: str) -> str:
    return f"[redacted: {what}]"


SECRET_MEMBERS = frozenset(
    [
        *("password", "masteruserpassword", "adminpassword", "bindpassword", "vpnpassword", "connectionpassword"),
        *("secretstring", "secretbinary", "secretaccesskey", "secretkey", "clientsecret", "sharedsecret"),
        *("sessiontoken", "authtoken", "accesstoken", "refreshtoken", "idtoken", "oauthtoken", "apitoken"),
        *("authorizationtoken", "privatekey", "presharedkey", "certificateprivatekey", "plaintext"),
    ]
)
"""Members of AWS's own models, lower-cased, that hold a secret and nothing else."""

_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "private key",
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    ),
    ("AWS access key", re.compile(r"(?<![A-Z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])")),
    ("token", re.compile(r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}|glpat-[\w-]{20,})")),
    ("token", re.compile(r"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}")),
    (
        "token",
        re.compile(r"(?<![A-Za-z0-9])(?:[srp]k_(?:live|test)_[A-Za-z0-9]{16,}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36})"),
    ),
    ("token", re.compile(r"(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*")),
    ("token", re.compile(r"(?<![A-Za-z0-9])sk-(?:ant-|proj-|live-)?[A-Za-z0-9][\w-]{18,}")),
    (
        "token",
        re.compile(r"(?<![A-Za-z0-9])(?:hf_[A-Za-z0-9]{30,}|dop_v1_[a-f0-9]{60,}|shp(?:at|ss)_[a-fA-F0-9]{30,})"),
    ),
    ("token", re.compile(r"(?<![A-Za-z0-9])(?:SG\.[\w-]{16,}\.[\w-]{16,}|pypi-[\w-]{40,}|ya29\.[\w-]{20,})")),
    ("webhook", re.compile(r"(?<=hooks\.slack\.com/services/)[A-Za-z0-9/]{20,}")),
    ("token", re.compile(r"(?ai)(?<=bearer )[A-Za-z0-9._~+/-]{16,}=*")),
    ("password", re.compile(r"(?ai)(?<=authorization: basic )[A-Za-z0-9+/]{6,}=*")),
    ("password in a URL", re.compile(r"(?<=//)[^/\s:@\"'\[]{0,128}:[^/?\s\"']{1,512}(?=@)")),
    ("password in a URL", re.compile(r"(?<=thin:)[^/\s@]{1,128}/[^/@\s\"']{1,512}(?=@)")),
    (
        "signature",
        re.compile(r"(?ai)(?:(?<=[?&;]sig=)|(?<=[?&-]signature=)|(?<=y-token=))(?!\[redacted)[^&\s\"'#<>]{6,}"),
    ),
    ("key in a URL", re.compile(r"(?ai)(?:(?<=[?&]key=)|(?<=[?&]code=))[\w=%-]{12,}")),
)
_ASSIGNED = re.compile(
    r"(?a)(?<![:/\w.-])(?P<name>[\w.-]{1,200})(?P<quote>\\*[\"'])?"
    r"(?P<between>[ \t]{0,8}(?:=>|[=:])[ \t]{0,8})(?:\\*[\"'])?"
    r"(?!\[redacted|arn:|\{\{|\$[{(.]|\$[A-Z_]{2,}|[!\[{])(?P<value>(?:[^\s\"',;&}\\]|\\(?![\"'])){4,200})"
)
_OPTION = re.compile(
    r"(?a)(?<![\w-])(?P<name>--[\w.-]{1,200})(?P<between>[ \t]{1,8})(?P<quote>[\"']?)"
    r"(?!-|\[redacted|\$)(?P<value>(?:[^\s\"',;&}\\]|\\(?![\"'])){4,200})"
)
_REST_OF_VALUE = re.compile(r"(?a)(?:[^\s\"',;&}\\]|\\(?![\"']))*")
_PROSE = frozenset(["secret", "secrets", "token", "pass", "credential", "credentials"])
"""In a sentence, what stands behind these and a colon is as likely the name of a secret."""
_KEY_LIKE = re.compile(r"(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])")
_KEY_ENTROPY = 4.4
"""Bits per character; 40 random base64 characters have about 4.8, a path or a camel-cased name below 4.3."""
_PAGE_TOKEN = re.compile(r"(?:token|marker|cursor|nextpage|lastevaluated\w*)$", re.IGNORECASE)
_PAIR_MEMBERS = 6

# What an encoded answer must contain for anything above to be found in it: checks that cost next to nothing, because
# nearly every answer passes all of them.
_NEEDLES = tuple(
    needle.encode()
    for needle in (
        *("AKIA", "ASIA", "PRIVATE KEY", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox"),
        *("k_live_", "k_test_", "AIza", "npm_", ".eyJ", "sk-", "hf_", "dop_v1_", "shpat_", "shpss_", "SG.", "pypi-"),
        *("ya29.", "hooks.slack.com", "thin:", '"$b":'),
    )
)
_NEEDLES_IN_ANY_CASE = (b"bearer ", b": basic ", b"sig=", b"signature=", b"y-token=", b"?key=", b"&key=", b"code=")
_STEMS = re.compile(
    rb"pass|pwd?|wort|secret|token|key|cred|dsn|plaintext|conn(?:ection)?[^a-z\"]{0,3}str|basic[^a-z\"]{0,3}auth"
)
"""Every name of a secret has one of these."""
_ASSIGNED_AFTER = re.compile(rb"[a-z0-9_.\-]{0,200}(?:\\+\"|\\*')?(?:\\t| )*[=:]")
_OPTION_AFTER = re.compile(rb"[a-z0-9_.\-]{0,200}(?:\\t| )")
_URL_WITH_USER = re.compile(rb"//[^/\s:@\"']{0,800}:[^/\s\"']{1,3200}@")
_WINDOW = LONGEST * 6
"""Bytes: an encoded character takes at most six."""
_KEY_LETTERS = bytes(
    ord("a") if code in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+" else ord(" ")
    for code in range(256)
)
_FORTY = b"a" * 40


def suspicious(encoded: bytes) -> bool:
    """Whether an encoded answer may hold anything that ``clean`` would change; may be wrong only by saying yes."""
    lowered = encoded.lower()
    return (
        any(needle in encoded for needle in _NEEDLES)
        or any(needle in lowered for needle in _NEEDLES_IN_ANY_CASE)
        or _FORTY in encoded.translate(_KEY_LETTERS)
        or (b"@" in encoded and _URL_WITH_USER.search(encoded) is not None)
        or any(_may_name_a_secret(encoded, lowered, found) for found in _STEMS.finditer(lowered))
    )


def _may_name_a_secret(encoded: bytes, lowered: bytes, found: re.Match[bytes]) -> bool:
    """Whether the string around is such a name, or has one with something assigned to it."""
    start, end = found.span()
    if _ASSIGNED_AFTER.match(lowered, end):
        return True
    if b"--" in lowered[max(0, start - 200) : start] and _OPTION_AFTER.match(lowered, end):
        return True
    left = encoded.rfind(b'"', max(0, start - _WINDOW), start)
    right = encoded.find(b'"', end, end + _WINDOW)
    if left < 0 or right < 0:
        return False
    string = encoded[left + 1 : right]
    return b"\\" in string or _says_secret_at_all(string.decode("ascii"))


def _says_secret_at_all(name: str) -> bool:
    return name.lower() in SECRET_MEMBERS or is_secret_name(name)


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
    if isinstance(named, str) and isinstance(held, str) and is_secret_name(named) and not _is_reference(held):
        return {**pair, value: marker("secret")}
    return pair


def clean_map(entries: dict[str, Any]) -> dict[str, Any]:
    """The same for a map whose keys people chose."""
    return {
        key: marker("secret") if isinstance(held, str) and is_secret_name(key) and not _is_reference(held) else held
        for key, held in entries.items()
    }


def _clean_list(value: list[Any] | tuple[Any, ...], member: str) -> list[Any]:
    """Of a command's words, one may name the next: ``--password``, ``hunter2``."""
    cleaned = []
    named = False
    for item in value:
        hide = named and isinstance(item, str) and not _is_reference(item)
        cleaned.append(marker("secret") if hide else clean(item, member))
        named = isinstance(item, str) and item.startswith("--") and is_secret_name(item)
    return cleaned


def _clean_object(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) <= _PAIR_MEMBERS:
        for name, held in (("Key", "Value"), ("key", "value"), ("Name", "Value"), ("name", "value")):
            value = clean_pair(value, name=name, value=held)
    cleaned = {}
    for key, item in value.items():
        hide = isinstance(item, str) and _says_secret(key) and not _is_reference(item)
        cleaned[key] = marker("secret") if hide else clean(item, key)
    return cleaned


def _says_secret(key: str) -> bool:
    """Without a model, only a key that is no member's name of AWS's can be a person's choice."""
    if key.isascii() and key.lower() in SECRET_MEMBERS:
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


def _clean_text(text: str, member: str) -> str:
    if member.lower() == "accesskeyid" or text == USER_DATA:
        return text  # the name of a key, which findings cite; the key itself is never answered
    for what, pattern in _LOOKS:
        text = pattern.sub(marker(what), text)
    text = _without_assigned(_without_assigned(text, _ASSIGNED), _OPTION)
    if not _PAGE_TOKEN.search(member):
        text = _KEY_LIKE.sub(_hide_if_random, text)
    return text


def _without_assigned(text: str, pattern: re.Pattern[str]) -> str:
    """Hide what is assigned to the name of a secret. What is assigned to another name may itself assign something."""
    parts, done = [], 0
    while found := pattern.search(text, done):
        value, end = found.span("value")
        hide = _holds_secret(found)
        parts += [text[done:value], marker("secret") if hide else ""]
        done = _REST_OF_VALUE.match(text, end).end() if hide else value  # type: ignore[union-attr]  # matches anything
    return "".join(parts) + text[done:]


def _holds_secret(assigned: re.Match[str]) -> bool:
    name, value = assigned["name"], assigned["value"]
    if not _says_secret_at_all(name) or _is_reference(value):
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
