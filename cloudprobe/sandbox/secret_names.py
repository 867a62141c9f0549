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
_STRONG = re.compile(
    r"password|passwd|passwort|kennwort|passphrase|passcode|secret|credential|contrasena|senha|wachtwoord|motdepasse|haslo"
)
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
    *("stripe", "twilio", "cipher", "sas", "fernet"),
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
        *("day", "month", "less", "parameter", "parameters", "param", "ssm", "backend", "scope", "engine", "lambda"),
        *("function", "header", "headers", "min", "minimum", "max", "maximum", "hint", "vault", "checking", "team"),
    ]
)
"""As the last word, what is told is something about a secret."""
_NO_SECRETS = frozenset(["ary", "aries", "ariat", "ion"])
"""Secretaries, secretions."""


SECRET_MEMBERS = frozenset(
    [
        *("password", "masteruserpassword", "adminpassword", "bindpassword", "vpnpassword", "connectionpassword"),
        *("secretstring", "secretbinary", "secretaccesskey", "secretkey", "clientsecret", "sharedsecret"),
        *("sessiontoken", "authtoken", "accesstoken", "refreshtoken", "idtoken", "oauthtoken", "apitoken"),
        *("authorizationtoken", "privatekey", "presharedkey", "certificateprivatekey", "plaintext"),
        *("authkey", "activationcode", "basicauthcredentials", "customergatewayconfiguration", "headervalue"),
        *("secrettoken", "cdnidentifiersecret", "certificatesecret", "procurementportalsharedsecret"),
        *("secrettoauthenticateinitiator", "secrettoauthenticatetarget", "passworddata", "randompassword"),
        *("clientsecretvalue", "dbpassword", "passphrase"),
    ]
)
"""Members of AWS's own models, lower-cased, that hold a secret and nothing else. Headers that CloudFront adds for an
origin are how the origin knows it; a gateway's configuration holds its keys in XML."""


def is_secret_member(name: str) -> bool:
    """Whether a member of AWS's own models, lower-cased, holds a secret and nothing else."""
    return name in SECRET_MEMBERS or (name.endswith("password") and not name.startswith(("forgot", "change", "reset")))


@lru_cache(maxsize=4096)
def only_a_key(name: str) -> bool:
    """Whether all that speaks for a secret is the word key, which also names and orders things."""
    words = [word.lower() for word in _WORDS.findall(name)]
    pairs = zip(["", *words], words, strict=False)
    return not any(
        _is_secret(word, before=before, after="", last=word is words[-1]) and not _is_key(word, before=before)
        for before, word in pairs
    )


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
        or (before, word)
        in (("de", "passe"), ("connection", "string"), ("conn", "str"), ("conn", "string"), ("basic", "auth"))
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


def _is_key(word: str, *, before: str) -> bool:
    if word in ("key", "keys"):
        return before in _OF_KEYS
    return word.endswith(("key", "keys")) and word.removesuffix("s").removesuffix("key").endswith(_OF_KEYS)
