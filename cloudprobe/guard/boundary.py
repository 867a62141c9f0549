"""The permissions boundaries: the ceiling of each data class, and extensions for what does not fit into one policy.

A role has one boundary, of at most ``POLICY_LIMIT`` characters, and AWS's auditors read over two hundred services. The
boundary of a data class holds the services that are asked about; what AWS gives auditors beyond them stands in
extensions, which also hold what nearly every probe reads. A policy must fit into one of them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from cloudprobe.guard.actions import actions_of, prefixes
from cloudprobe.guard.ceiling import POLICY_LIMIT, ceiling_policy, decide, policy_size, restricted_to
from cloudprobe.guard.signoff import covers, not_covered
from cloudprobe.sandbox.permit import DataClass

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+|.")
_PUNCTUATION = 4
"""Characters an action costs in a list beside its name: two quotes, a colon, a comma."""
_LARGEST_ACCOUNT = "0" * 12
_LONGEST_PARTITION = "aws-us-gov"


@dataclass(frozen=True, slots=True)
class Boundary:
    """One managed policy that can be a role's boundary."""

    name: str
    """``metadata``, ``logs``, ``data``, or ``more-1`` and so on for an extension."""
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Extension:
    actions: tuple[str, ...]
    """Patterns of what it lets through."""
    never: tuple[str, ...]
    """What the patterns match and the ceiling refuses."""


@cache
def _extensions() -> tuple[_Extension, ...]:
    document = json.loads(resources.files("cloudprobe.guard.data").joinpath("extensions.json").read_text())
    return tuple(_Extension(tuple(one["actions"]), tuple(one["never"])) for one in document["extensions"])


@cache
def _common() -> tuple[str, ...]:
    document = json.loads(resources.files("cloudprobe.guard.data").joinpath("extensions.json").read_text())
    return tuple(document["common"])


def boundaries(*, account_id: str, data_class: DataClass, partition: str = "aws") -> Iterator[Boundary]:
    """Every boundary a probe of a data class may have: the class's own first.

    Args:
        account_id: the inspected account, twelve digits.
        data_class: the widest class the person asking chose.
        partition: ``aws``, ``aws-cn`` or ``aws-us-gov``.
    """
    yield Boundary(data_class, ceiling_policy(account_id=account_id, data_class=data_class, partition=partition))
    for number, extension in enumerate(_extensions(), start=1):
        document = restricted_to(
            sorted({*_common(), *extension.actions}), extension.never, account_id=account_id, partition=partition
        )
        yield Boundary(f"more-{number}", document)


def boundary_for(
    policy: Mapping[str, Any], *, account_id: str, data_class: DataClass, partition: str = "aws"
) -> Boundary:
    """The boundary that lets everything through that a policy allows; the data class's own where none does.

    Then ``signoff.not_covered`` names what it does not let through.
    """
    known = boundaries(account_id=account_id, data_class=data_class, partition=partition)
    first = next(known)
    if covers(first.document, policy):
        return first
    return next((one for one in known if covers(one.document, policy)), first)


def split_needed(actions: Iterable[str], data_class: DataClass) -> tuple[str, ...]:
    """Which of the actions, each allowed by itself, do not fit under one boundary together; empty when all do."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    if not policy["Statement"][0]["Action"]:  # type: ignore[index] # built two lines above
        return ()
    chosen = boundary_for(policy, account_id=_LARGEST_ACCOUNT, data_class=data_class)
    return not_covered(chosen.document, policy)


def apart(actions: Iterable[str], data_class: DataClass, *, of: str) -> dict[str, tuple[str, str]]:
    """What is said of each action that needs a boundary of its own: the message, and how to split.

    Args:
        actions: each allowed by itself.
        data_class: the widest class the person asking chose.
        of: what they stand in together: ``script`` or ``policy``.
    """
    return {
        action: (
            f"{action} does not fit under one permissions boundary with the rest of the {of}.",
            f"Ask {action.partition(':')[0]} in a probe of its own.",
        )
        for action in split_needed(actions, data_class)
    }


def make_extensions() -> dict[str, Any]:
    """What ``data/extensions.json`` must hold for the installed list of actions; for maintenance only."""
    own = ceiling_policy(account_id=_LARGEST_ACCOUNT, data_class="metadata")
    pieces = [piece for prefix in prefixes() if (piece := _piece(prefix, own)).actions]
    packed: list[_Extension] = []
    for piece in pieces:
        grown = (
            _Extension((*packed[-1].actions, *piece.actions), (*packed[-1].never, *piece.never)) if packed else piece
        )
        if packed and _fits(grown):
            packed[-1] = grown
        else:
            packed.append(piece)
    return {
        "common": list(_common()),
        "extensions": [{"actions": sorted(one.actions), "never": sorted(one.never)} for one in packed],
    }


def _fits(extension: _Extension) -> bool:
    document = restricted_to(
        sorted({*_common(), *extension.actions}),
        extension.never,
        account_id=_LARGEST_ACCOUNT,
        partition=_LONGEST_PARTITION,
    )
    return policy_size(document) <= POLICY_LIMIT


def _piece(prefix: str, own: Mapping[str, Any]) -> _Extension:
    """What the class's own boundary lacks of one service."""
    missing: list[str] = []
    refused: list[str] = []
    for known in actions_of(prefix).values():
        if not decide(known.name, "metadata").allowed:
            refused.append(known.name)
        elif not_covered(own, {"Statement": {"Effect": "Allow", "Action": known.name, "Resource": "*"}}):
            missing.append(known.name)
    if not missing:
        return _Extension((), ())
    _, patterns, never = _cover(prefix, [_words(one) for one in missing], [_words(one) for one in refused])
    return _Extension(tuple(f"{prefix}:{one}" for one in patterns), tuple(f"{prefix}:{one}" for one in never))


def _words(name: str) -> tuple[str, ...]:
    """``iot:ListThings``: ``List``, ``Things``."""
    return tuple(_WORD.findall(name.partition(":")[2]))


_Names = Sequence[tuple[str, ...]]


def _cover(
    prefix: str, wanted: _Names, refused: _Names, *, at: tuple[str, ...] = ()
) -> tuple[int, list[str], list[str]]:
    """The cheapest patterns for the wanted names, cut at words, and what they match and must not; their characters."""
    each = len(prefix) + _PUNCTUATION
    if len(wanted) == 1 and at:
        name = "".join(wanted[0])
        return len(name) + each, [name], []
    depth = len(at)
    cost = 0
    patterns: list[str] = []
    never: list[str] = []
    branches: dict[str, tuple[list[tuple[str, ...]], list[tuple[str, ...]]]] = {}
    for words in wanted:
        if len(words) == depth:
            patterns.append("".join(words))
            cost += len(patterns[-1]) + each
        else:
            branches.setdefault(words[depth], ([], []))[0].append(words)
    for words in refused:
        if len(words) > depth and words[depth] in branches:
            branches[words[depth]][1].append(words)
    for word, (below, but) in branches.items():
        found = _cover(prefix, below, but, at=(*at, word))
        cost, patterns, never = cost + found[0], patterns + found[1], never + found[2]
    whole = "".join(at) + "*"
    denied = ["".join(words) for words in refused]
    price = len(whole) + each + sum(len(one) + each for one in denied)
    return (price, [whole], denied) if at and price < cost else (cost, patterns, never)
