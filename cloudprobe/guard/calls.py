"""Parameters of every call, checked against botocore's models: a made-up one is caught before anything runs."""

import difflib
from collections.abc import Iterator

from cloudprobe.guard import models
from cloudprobe.guard.derivation import CallSite, Derivation, UsedOperation
from cloudprobe.guard.findings import Finding


def check(derivation: Derivation) -> list[Finding]:
    return [
        finding
        for used in derivation.operations
        for site in used.sites
        if not site.mention
        for finding in (*_unknown(used, site), *_missing(used, site))
    ]


def _unknown(used: UsedOperation, site: CallSite) -> Iterator[Finding]:
    if not site.parameters:
        return
    known, _ = models.parameters(used.service, used.operation)
    for name, _ in site.parameters:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
            yield Finding(
                code="no-such-parameter",
                line=site.line,
                message=f"{used.service} {used.operation} has no parameter {name}.",
                hint=f"Did you mean {' or '.join(near)}?"
                if near
                else f"It takes {', '.join(sorted(known)[:8]) or 'none'}.",
            )


def _missing(used: UsedOperation, site: CallSite) -> Iterator[Finding]:
    if site.positional:
        yield Finding(
            code="positional",
            line=site.line,
            message=f"{used.operation} takes its parameters by name only.",
            hint="Write Name=value for each parameter.",
        )
    if not site.complete:
        return
    _, required = models.parameters(used.service, used.operation)
    absent = sorted(required - {name for name, _ in site.parameters})
    if absent:
        yield Finding(
            code="missing-parameter",
            line=site.line,
            message=f"{used.service} {used.operation} needs {', '.join(absent)}.",
            hint="Give every required parameter.",
        )
