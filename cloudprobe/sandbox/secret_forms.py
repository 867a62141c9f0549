"""How keys, tokens and passwords look, by who makes them and how tools are given them."""

import re

FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "private key",
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
            re.DOTALL,
        ),
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
    (
        "token",
        re.compile(
            r"(?<![A-Za-z0-9_.-])(?:"
            r"hvs\.[\w-]{20,}|dapi[0-9a-f]{32}|dp\.(?:pt|st|ct|sa)\.[\w.]{30,}|ATATT3[\w=-]{40,}|sbp_[0-9a-f]{40}"
            r"|pscale_(?:tkn|pw|oauth)_[\w.-]{30,}|NRAK-[A-Z0-9]{20,}|gls?[ac]_[A-Za-z0-9]{20,}(?:_[0-9a-f]{8})?"
            r"|lin_api_\w{30,}|(?:ntn|secret)_[A-Za-z0-9]{40,}|dckr_(?:pat|oat)_[\w-]{20,}|rubygems_[0-9a-f]{40,}"
            r"|PMAK-[0-9a-f]{20,}-[0-9a-f]{30,}|whsec_[A-Za-z0-9+/=]{24,}|sq0(?:csp|atp)-[\w-]{20,}|GOCSPX-[\w-]{20,}"
            r"|1//0[\w-]{30,}|gsk_[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{30,}|xai-[A-Za-z0-9]{60,}|pplx-[A-Za-z0-9]{40,}"
            r"|gl(?:rt|dt|ft|soat|cbt|ptt)-[\w-]{18,}|figd_[\w-]{30,}|key-[0-9a-f]{32}|SK[0-9a-f]{32}"
            r"|[0-9a-f]{32}-us\d{1,2}|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}|\d{8,10}:AA[\w-]{30,}"
            r"|AGE-SECRET-KEY-1[0-9A-Z]{50,}|(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=]{50,}"
            r")(?![A-Za-z0-9])"
        ),
    ),
    (
        "password hash",
        re.compile(r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|\$(?:[156y]|argon2id?)\$[^$\s]{1,80}\$[./+=,\w$-]{20,}"),
    ),
    ("webhook", re.compile(r"(?<=/api/webhooks/)\d{10,}/[\w-]{30,}|(?<=/IncomingWebhook/)[0-9a-f]{32}")),
    ("key in a URL", re.compile(r"(?<=://)[0-9a-f]{32}(?=@)")),
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
AFTER: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (what, re.compile(rf"(?ai)(?P<kept>{kept})(?!\\*[\"']?\[redacted)(?P<hidden>{hidden})"))
    for what, kept, hidden in (
        ("password", r"authorization\\*[\"']?\s{0,4}[:=]\s{0,4}\\*[\"']?basic ", r"[A-Za-z0-9+/]{6,}=*"),
        ("password", r"[\"']auth\\*[\"']\s{0,4}:\s{0,4}\\*[\"']", r"[A-Za-z0-9+/]{8,}=*"),
        ("password", r"\bmachine \S{1,200} login \S{1,200} password ", r"\S+"),
        ("token", r":_auth(?:token)?=", r"[^\s\"']+"),
        ("cookie", r"\b(?:set-)?cookie: ", r"[^\r\n\"']+"),
        (
            "password",
            r"%22[\w.-]{0,60}(?:passw|secret|token|pwd)[\w.-]{0,60}%22(?:%20|\+)*%3A(?:%20|\+)*%22",
            r"[^%\s]+",
        ),
        ("password", r"\b(?:mysql|mariadb)[\w-]*\b[^|;&\n]{0,300}?\s-p", r"[^\s\"']+"),
        ("password", r"\b(?:curl|wget)\b[^|;&\n]{0,300}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"']{0,100}:", r"[^\s\"']+"),
        ("password", r"\bsshpass\s+-p\s*", r"[^\s\"']+"),
        ("password", r"\bredis-cli\b[^|;&\n]{0,300}?\s-a\s+", r"[^\s\"']+"),
    )
)
"""What is hidden only because of what stands before it."""
