"""Whether an encoded answer may hold a secret at all: asked of every answer, so it must cost next to nothing."""

import re

from cloudprobe.sandbox.secret_names import LONGEST, is_secret_member, is_secret_name

# What an encoded answer must contain for anything above to be found in it: checks that cost next to nothing, because
# nearly every answer passes all of them.
_NEEDLES = tuple(
    needle.encode()
    for needle in (
        *("AKIA", "ASIA", "PRIVATE KEY", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox"),
        *("k_live_", "k_test_", "AIza", "npm_", ".eyJ", "sk-", "hf_", "dop_v1_", "shpat_", "shpss_", "SG.", "pypi-"),
        *("ya29.", "hooks.slack.com", "thin:", '"$b":', "hvs.", "dapi", "dp.pt.", "dp.st.", "dp.ct.", "dp.sa."),
        *("ATATT3", "sbp_", "pscale_", "NRAK-", "lin_api_", "ntn_", "dckr_", "rubygems_", "PMAK-", "whsec_"),
        *("GOCSPX-", "gsk_", "pplx-", "glrt-", "gldt-", "glft-", "glsoat-", "glcbt-", "glptt-", "figd_"),
        *("AGE-SECRET", "IQoJ", "oGZXIvYXdz", "$1$", "$5$", "$6$", "$y$", "$argon2"),
        *("/api/webhooks/", "/IncomingWebhook/"),
    )
)
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rb"key-[0-9a-f]{32}",
        rb"SK[0-9a-f]{32}",
        rb"-us\d{1,2}[^-\w]",
        rb"pat[A-Za-z0-9]{14}\.",
        rb":AA[\w-]{30}",
        rb"secret_[A-Za-z0-9]{40}",
        rb"sq0(?:csp|atp)-",
        rb"1//0[\w-]{30}",
        rb"\$2[abxy]\$",
        rb"r8_[A-Za-z0-9]{30}",
        rb"xai-[A-Za-z0-9]{60}",
        rb"gls?[ac]_[A-Za-z0-9]{20}",
        rb"eyJ[A-Za-z0-9+/]{13}",
    )
)
_NEEDLES_IN_ANY_CASE = (
    *(b"cookie: ", b"_auth=", b"_authtoken=", b"mysql", b"mariadb", b"curl", b"wget", b"sshpass", b"redis-cli"),
    *(b"basic ", b"environmentvariables"),
    *(b"bearer ", b"sig=", b"signature=", b"y-token=", b"?key=", b"&key=", b"code="),
)
_STEMS = re.compile(
    rb"pass|pwd?|wort|secret|token|key|cred|dsn|plaintext|contrasena|senha|haslo|activationcode|headervalue|configuration"
    rb"|auth|conn(?:ection)?[^a-z\"]{0,3}str|basic[^a-z\"]{0,3}auth"
)
"""Every name of a secret has one of these."""
_ASSIGNED_AFTER = re.compile(rb"[a-z0-9_.\-]{0,200}(?:\\+\"|\\*')?(?:\\t| )*[=:]")
_OPTION_AFTER = re.compile(rb"[a-z0-9_.\-]{0,200}(?:\\t| )")
_URL_WITH_KEY = re.compile(rb"://[0-9a-f]{32}@")
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
        or any(shape.search(encoded) for shape in _SHAPES)
        or any(needle in lowered for needle in _NEEDLES_IN_ANY_CASE)
        or _FORTY in encoded.translate(_KEY_LETTERS)
        or (b"@" in encoded and (_URL_WITH_USER.search(encoded) or _URL_WITH_KEY.search(encoded)) is not None)
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
    return b"\\" in string or says_secret(string.decode("ascii"))


def says_secret(name: str) -> bool:
    return is_secret_member(name.lower()) or is_secret_name(name)
