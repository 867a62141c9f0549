"""How many tokens a request has, and how many of them a cache would have read or written."""

import hashlib
import json
import threading
from typing import Any

Json = dict[str, Any]
_CHARACTERS = 4
"""Of a token; an estimate."""
_LEAST_TOKENS = 1024
"""Of a prefix that is cached."""


def tokens(value: Any) -> int:
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return max(1, -(-len(text) // _CHARACTERS))


class PromptCache:
    """Prefixes that were seen, in the order Bedrock builds them: tools, system, messages."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def usage(self, model: str, body: Json) -> dict[str, int]:
        """``inputTokens`` without what came from the cache or went into it, and those two where there are any."""
        digest, total, points = hashlib.sha256(model.encode()), 0, []
        for block in _blocks(body):
            if "cachePoint" in block:
                points.append((total, digest.copy().hexdigest()))
                continue
            digest.update(json.dumps(block, sort_keys=True).encode())
            total += tokens(block)
        kept = [point for point in points if point[0] >= _LEAST_TOKENS]
        if not kept:
            return {"inputTokens": total}
        with self._lock:
            read = max((size for size, key in kept if key in self._seen), default=0)
            size, key = kept[-1]
            written = 0 if key in self._seen else size - read
            self._seen.update(key for _, key in kept)
        return {
            "inputTokens": total - read - written,
            "cacheReadInputTokens": read,
            "cacheWriteInputTokens": written,
        }


def _blocks(body: Json) -> list[Json]:
    messages: list[Json] = []
    for message in body.get("messages") or []:
        messages += [{"role": message.get("role")}, *(message.get("content") or [])]
    return [*((body.get("toolConfig") or {}).get("tools") or []), *(body.get("system") or []), *messages]
