"""Text in an account that speaks to whoever reads it. Found by signs, so some escapes; nothing depends on finding it.

What a model may reach is bounded by code whatever it read (docs/agents.md). This is for the report: a person should know
that somebody put instructions where data belongs.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from cloudprobe.agents.prompting.marking import short
from cloudprobe.domain.agents import SuspectText
from cloudprobe.domain.pointers import escape

MOST = 20
_SCANNED = 2_000_000
"""Characters of one document; more is not read for this."""
_STRING = 20_000
"""Characters of one string."""
_EXCERPT = 160
_DECODINGS = 2

_EARLIER = r"(?:previous|prior|above|earlier|preceding|all|any|your|these|the|foregoing|other|former|system)"
_ORDERS = r"(?:instruction|prompt|rule|guideline|direction|order|context|message|polic(?:y|ie))s?"
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (why, re.compile(pattern, re.IGNORECASE))
    for why, pattern in (
        (
            "tells the reader to disregard its instructions",
            rf"\b(?:ignore|disregard|forget|override|bypass|overrule|discard|set aside)\W+(?:\w+\W+){{0,3}}?"
            rf"{_EARLIER}\W+(?:\w+\W+){{0,3}}?{_ORDERS}\b",
        ),
        (
            "tells the reader to disregard its instructions",
            r"\b(?:ignor(?:ier|iere|ieren|e[rz]?|a|are|ad|i)|missachte|vergiss|oublie[rz]?|olvid[ae]|dimentica|esque[çc]a|"
            r"negeer|zignoruj|ignoruj)\b.{0,40}\b(?:anweisung|instru|vorgabe|regel|consigne|directive|regla|istruzion|"
            r"polece|opdracht)",
        ),
        (
            "tells the reader to disregard its instructions",
            r"(?:忽略|无视|無視|不要理会).{0,12}(?:指令|指示|说明|命令|規則|规则|提示)",
        ),
        (
            "tells the reader to disregard its instructions",
            r"(?:игнорир\w*|забуд\w*).{0,30}(?:инструкц|указан|правил)|(?:تجاهل).{0,30}(?:التعليمات|الأوامر)|"
            r"(?:이전|위의).{0,12}(?:지시|명령).{0,8}무시|(?:前の|以前の|これまでの).{0,10}(?:指示|命令).{0,8}無視",
        ),
        (
            "gives the reader a role",
            r"\byou are (?:now|no longer)\b|\bact as (?:an?|the) (?:admin|root|system|assistant|unrestricted)"
            r"|\bfrom now on,? you\b|\bdeveloper mode\b|\bjailbr(?:eak|oken)\b",
        ),
        (
            "speaks as the system or the assistant",
            r"(?:^|[\n\r>\]])\s*(?:system|assistant|developer)\s*(?:prompt|message|note|override|instruction)?\s*:"
            r"|<\W{0,2}(?:system|assistant|instructions?|/?data|im_start|im_end)\b|\[/?INST\]|<\|im_|#{2,}\s*(?:system|instruction)s?\b",
        ),
        (
            "addresses an AI",
            r"\b(?:dear|hey|hello|attention|note to|message (?:to|for)|instructions? (?:to|for)|important)\W+(?:the |any |all )?"
            r"(?:ai|llm|assistant|language model|agent|bot|chatbot|copilot)\b|\b(?:ai|llm) (?:agent|assistant|model)s?\W+"
            r"(?:must|should|shall|please|reading)\b|\bas an ai\b|\blanguage model\b.{0,40}\b(?:must|should|please)\b",
        ),
        (
            "tells the reader what to report",
            r"\b(?:do not|don't|never|must not)\W+(?:report|mention|flag|list|reveal|tell|show|include|disclose)\b"
            r"|\b(?:report|say|state|answer|respond|reply|conclude)\W+(?:only\W+)?(?:that\W+)?(?:everything|all|nothing|no "
            r"(?:issue|problem|finding)s?)\b.{0,30}\b(?:secure|fine|safe|healthy|ok|wrong|found|compliant)\b"
            r"|\b(?:mark|treat|consider|classify)\W+(?:\w+\W+){0,4}(?:as )?(?:safe|compliant|resolved|benign|trusted)\b",
        ),
        (
            "tells the reader to act",
            r"\b(?:run|execute|call|invoke|use)\W+(?:the (?:following|command|tool|template|script)|this (?:command|script|code))\b"
            r"|\b(?:read|fetch|get|retrieve|exfiltrate|leak|send|upload|post)\W+(?:\w+\W+){0,4}(?:secret|credential|password|"
            r"access key|token|private key)s?\b|\b(?:switch|set|change|raise|widen)\W+(?:\w+\W+){0,3}(?:data[ _-]?class|permission|"
            r"account|role)s?\b.{0,20}\bto\b",
        ),
    )
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,}={0,2}(?![A-Za-z0-9+/=_-])")
_UNSEEN = {"Cf", "Cc", "Co", "Cn", "Mn"}


def suspects(document: Any, pointer: str) -> tuple[SuspectText, ...]:
    """Strings of a document, keys included, that read like instructions, each with its place.

    Args:
        document: plain JSON.
        pointer: of the document itself.
    """
    found: list[SuspectText] = []
    read = 0
    for place, text in _strings(document, pointer):
        read += min(len(text), _STRING)
        if read > _SCANNED or len(found) >= MOST:
            break
        if why := suspicion(text):
            found.append(SuspectText(pointer=place, excerpt=short(text, limit=_EXCERPT), why=why))
    return tuple(found)


def suspicion(text: str) -> str:
    """Why a text reads like an instruction, as the end of a sentence; empty where it does not."""
    for reading in _readings(text[:_STRING]):
        for why, sign in _SIGNS:
            if sign.search(reading):
                return why
    return ""


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    waiting = [(place, value)]
    while waiting:
        here, item = waiting.pop()
        if isinstance(item, str):
            yield here, item
        elif isinstance(item, dict):
            for key, inner in reversed(item.items()):
                below = f"{here}/{escape(str(key))}"
                waiting.append((below, inner))
                waiting.append((below, str(key)))
        elif isinstance(item, list | tuple):
            waiting.extend((f"{here}/{n}", inner) for n, inner in reversed(list(enumerate(item))))


def _readings(text: str) -> Iterator[str]:
    """The text as a reader sees it: plain letters, names pulled apart, and what its encodings say."""
    plain = _plain(text)
    yield plain
    apart = re.sub(r"[-_./+]+", " ", plain)
    if apart != plain:
        yield apart
    if "%" in plain:
        yield _plain(re.sub(r"[-_./+]+", " ", unquote(plain)))
    for coded in _BASE64.findall(text)[:_DECODINGS]:
        if decoded := _decoded(coded):
            yield _plain(decoded)


def _plain(text: str) -> str:
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize(
        "NFC", "".join(c for c in folded if unicodedata.category(c) not in _UNSEEN or c in "\n\t")
    )


def _decoded(coded: str) -> str:
    padded = coded.replace("-", "+").replace("_", "/").rstrip("=")
    padded += "=" * (-len(padded) % 4)
    try:
        return base64.b64decode(padded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
