"""Values that look like keys, tokens or passwords, wherever they stand."""

import itertools
import math
import re
from collections import Counter
from functools import lru_cache
from typing import Any

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

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset(
    [
        *("password", "passwd", "passphrase", "pass", "pwd", "secret", "secrets", "token"),
        *("credential", "credentials", "dsn", "apikey", "privatekey"),
    ]
)
_SECRET_PAIRS = frozenset(
    [
        ("api", "key"),
        ("private", "key"),
        ("secret", "key"),
        ("access", "key"),
        ("connection", "string"),
        ("auth", "key"),
    ]
)
_ABOUT_A_SECRET = frozenset(
    [
        *("arn", "arns", "name", "names", "id", "ids", "type", "policy", "enabled", "rotation", "rotated", "count"),
        *("age", "date", "days", "expiry", "length", "last", "version", "alias", "path", "url", "endpoint"),
        *("required", "status", "ttl"),
    ]
)

_HUSHED = (
    r"pass(?:word|wd|phrase)|pwd|secret[_-]?(?:access[_-]?)?key|(?:client|shared|app|consumer|signing)[_-]?secret|"
    r"api[_-]?key|access[_-]?token|auth[_-]?token|refresh[_-]?token|private[_-]?key|connection[_-]?string|credentials?|"
    r"(?:account|shared[_-]?access)[_-]?key"
)
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
    ("token", re.compile(r"(?i)(?<=bearer )[A-Za-z0-9._~+/-]{16,}=*")),
    ("password", re.compile(r"(?i)(?<=authorization: basic )[A-Za-z0-9+/]{6,}=*")),
    ("password in a URL", re.compile(r"(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@)")),
)
_ASSIGNED = re.compile(
    rf"(?i)(?<![:/\w-])([\w-]*(?:{_HUSHED})[\"']?\s*[=:]\s*[\"']?)"
    r"(?!\[redacted|arn:|\{\{|\$\{)([^\s\"',;&}]{4,})"
)
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
        *("k_live_", "k_test_", "AIza", "npm_", ".eyJ", "earer ", "EARER "),
        *("sk-", "hf_", "dop_v1_", "shpat_", "shpss_", "SG.", "pypi-", "ya29.", "hooks.slack.com", "asic ", "ASIC "),
    )
)
_ASSIGNED_SOMEWHERE = re.compile(rf"(?:{_HUSHED})(?:\\[\"]|')?\s*[=:]".encode())
_URL_WITH_USER = re.compile(rb"://[^/\s:@\"']+:[^/\s@\"']+@")
_KEY_LETTERS = bytes(
    ord("a") if code in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+" else ord(" ")
    for code in range(256)
)
_FORTY = b"a" * 40


def suspicious(encoded: bytes) -> bool:
    """Whether an encoded answer may hold anything that ``clean`` would change; may be wrong only by saying yes."""
    return (
        any(needle in encoded for needle in _NEEDLES)
        or _FORTY in encoded.translate(_KEY_LETTERS)
        or (b"@" in encoded and _URL_WITH_USER.search(encoded) is not None)
        or _ASSIGNED_SOMEWHERE.search(encoded.lower()) is not None
        or b'"$b":' in encoded
    )


def clean(value: Any, member: str = "") -> Any:
    """The value without secrets; ``member`` is the name it stands under."""
    if isinstance(value, str):
        return _clean_text(value, member)
    if isinstance(value, dict):
        return _clean_object(value)
    if isinstance(value, (list, tuple)):
        return [clean(item, member) for item in value]
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


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a name that a person chose says that a secret stands under it."""
    words = [word.lower() for word in _WORDS.findall(name[:200])]
    if not words or words[-1] in _ABOUT_A_SECRET:
        return False
    return bool(_SECRET_WORDS.intersection(words)) or bool(_SECRET_PAIRS.intersection(itertools.pairwise(words)))


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
    if key.lower() in SECRET_MEMBERS:
        return True
    camel_cased = key[:1].isupper() or any(letter.isupper() for letter in key)
    return (not camel_cased or "_" in key or "-" in key) and is_secret_name(key)


def _is_reference(text: str) -> bool:
    """It names where a secret is kept, or says something about it, and is none itself."""
    return not text or text.startswith(("arn:", "{{resolve:", "[redacted", "ssm:", "true", "false", "True", "False"))


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
