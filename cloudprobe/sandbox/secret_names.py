"""Does a name that a person chose say that a secret stands under it?

Names have words with borders (``db-password``, ``DBPassword``) or without (``dbpass``, ``PGPASS``). A word that only
contains the letters is none (``compass``, ``monkey``), and a name may be about a secret without holding it
(``SecretArn``, ``tokenTtl``).
"""

import itertools
import re
from functools import lru_cache

LONGEST = 1100
"""Characters; what is longer is no name. Source: AWS Systems Manager, whose parameters have the longest."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_STRONG = re.compile(r"password|passwd|passwort|kennwort|passphrase|passcode|secret|credential")
_CONNECTION = re.compile(r"conn(?:ection)?str(?:ing)?$")
_PASSES = frozenset(
    [
        *("bypass", "compass", "encompass", "overpass", "underpass", "trespass", "surpass", "highpass", "lowpass"),
        *("bandpass", "boardingpass", "firstpass", "allpass"),
    ]
)
_BEFORE_PASS = frozenset(
    [
        *(
            "boarding",
            "first",
            "second",
            "third",
            "one",
            "two",
            "single",
            "multi",
            "high",
            "low",
            "band",
            "by",
            "season",
        ),
        *("parking", "free", "com", "over", "under"),
    ]
)
_AFTER_PASS = frozenset(["through", "thru", "rate", "count", "role", "by", "over", "fail", "failed", "ratio", "port"])
_BEFORE_TOKEN = frozenset(
    ["next", "previous", "prev", "page", "nextpage", "pagination", "continuation", "starting", "start", "resume"]
)
_OF_KEYS = (
    *(
        "access",
        "account",
        "admin",
        "aes",
        "api",
        "app",
        "auth",
        "client",
        "consumer",
        "crypt",
        "decrypt",
        "decryption",
    ),
    *("deploy", "deployment", "encrypt", "encryption", "gpg", "hmac", "host", "jwt", "licence", "license", "master"),
    *(
        "pem",
        "pgp",
        "private",
        "root",
        "rsa",
        "secret",
        "service",
        "session",
        "shared",
        "sign",
        "signing",
        "ssh",
        "ssl",
    ),
    *("storage", "subscription", "tls", "webhook", "anthropic", "datadog", "mailgun", "openai", "sendgrid"),
    *("stripe", "twilio", "cipher", "sas"),
)
"""A key of one of these is a secret; of any other thing it mostly names or orders something."""
_ABOUT = frozenset(
    [
        *("arn", "arns", "name", "names", "id", "ids", "type", "policy", "enabled", "rotation", "rotated", "count"),
        *("age", "date", "days", "expiry", "length", "last", "version", "alias", "path", "url", "endpoint", "required"),
        *("status", "ttl", "limit", "limits", "bucket", "size", "usage", "used", "budget", "validity", "units", "rate"),
        *("duration", "hours", "minutes", "seconds", "interval", "mode", "format", "provider", "source", "location"),
        *("region", "store", "manager", "table", "issuer", "audience", "lifetime", "timeout", "expiration", "expires"),
        *("expiring", "created", "updated", "owner", "group", "class", "kind", "state", "algorithm", "file", "dir"),
        *("ref", "reference", "prefix", "suffix", "label", "description", "time", "spec", "schema", "minute", "hour"),
        *("day", "month", "less"),
    ]
)
"""As the last word, what is told is something about a secret."""
_NO_SECRETS = frozenset(["ary", "aries", "ariat", "ion"])
"""Secretaries, secretions."""


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a name that a person chose says that a secret stands under it."""
    if len(name) > LONGEST or "[redacted" in name:
        return False  # what was found in it says nothing of what it names
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or words[-1] in _ABOUT:
        return False
    pairs = itertools.pairwise(["", *words, ""])
    return any(
        _is_secret(word, before=before, after=after, last=number == len(words) - 1)
        for number, ((before, word), after) in enumerate(zip(pairs, [*words[1:], ""], strict=False))
    )


def _is_secret(word: str, *, before: str, after: str, last: bool) -> bool:
    return (
        _is_strong(word)
        or _is_pass(word, before=before, after=after, last=last)
        or (
            word.endswith("token")
            and not {word.removesuffix("token"), before if word == "token" else ""} & _BEFORE_TOKEN
        )
        or _is_key(word, before=before)
        or (word.endswith(("pw", "pwd")) and word != "oldpwd")
        or word.endswith(("dsn", "creds", "basicauth"))
        or word == "cred"
        or _CONNECTION.search(word) is not None
        or (before, word) in (("connection", "string"), ("conn", "str"), ("conn", "string"), ("basic", "auth"))
    )


def _is_strong(word: str) -> bool:
    for found in _STRONG.finditer(word):
        rest = word[found.end() :]
        if not {rest, rest.removeprefix("s")} & (_ABOUT | _NO_SECRETS):
            return True
    return False


def _is_pass(word: str, *, before: str, after: str, last: bool) -> bool:
    if word != "pass":
        return word.endswith("pass") and word not in _PASSES
    if before in _BEFORE_PASS or after in _AFTER_PASS:
        return False
    return last or bool(before)


def _is_token(word: str, *, before: str) -> bool:
    kind = before if word == "token" else word.removesuffix("token")
    return word.endswith("token") and kind not in _BEFORE_TOKEN


def _is_key(word: str, *, before: str) -> bool:
    if word in ("key", "keys"):
        return before in _OF_KEYS
    return word.endswith(("key", "keys")) and word.removesuffix("s").removesuffix("key").endswith(_OF_KEYS)
