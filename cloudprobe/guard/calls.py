"""Parameters of every call, checked against botocore's models: a made-up one is caught before anything runs.

Names at the top come from the interpreter, which follows them through helpers and unpacked mappings. What is in them is
compared where the script writes it down (``guard.written``); of what is computed, nothing is said.
"""

import ast
import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from botocore import xform_name

from cloudprobe.guard import models, options, resource_names
from cloudprobe.guard.derivation import CallSite, Derivation, UsedOperation
from cloudprobe.guard.findings import Finding
from cloudprobe.guard.names import names_of
from cloudprobe.guard.shapes import Fitting, Misfit
from cloudprobe.guard.written import Constant, Named, Reader

_OWN = frozenset({"PaginationConfig", "WaiterConfig"})
"""Arguments of paginators and waiters themselves."""
_COLLECTION = "filter"
"""Method of boto3's collections that takes the parameters of the operation they list by."""
_LISTS = frozenset({"list", "map"})
"""Kinds of parameter that a slice can be given to; the interpreter takes a slice for any of its elements."""
_Place = tuple[UsedOperation, CallSite]


def check(derivation: Derivation, nodes: Sequence[ast.AST]) -> list[Finding]:
    """What botocore or the service would not take.

    Args:
        derivation: of the script.
        nodes: every node of it, as ``ast.walk`` gives them.
    """
    places = [(used, site) for used in derivation.operations for site in used.sites if not site.mention]
    names, reader = names_of(nodes[0]), Reader(nodes)
    fitting = Fitting(natives=frozenset({"AttributeValue"}) if _has_resources(nodes) else frozenset())
    found = [
        *(
            finding
            for used, site in _right_or_alone(places)
            for finding in (*_unknown(used, site), *_missing(used, site))
        ),
        *_once(_found_in_calls(places, nodes, fitting, reader), _followed(places, fitting)),
        *options.check(nodes, names, reader, frozenset(site.line for _, site in places)),
    ]
    told = {(one.line, one.message) for one in found}
    found += [one for one in resource_names.check(nodes, names) if (one.line, one.message) not in told]
    expected = {line for node in nodes if isinstance(node, ast.Try) and _catches(node) for line in _lines(node.body)}
    return [replace(one, severity="warning") if one.line in expected else one for one in found]


def _catches(node: ast.Try) -> bool:
    """Whether the script reckons with botocore's refusal by its name; a net for everything does not count."""
    caught = [ast.unparse(handler.type) for handler in node.handlers if handler.type is not None]
    return any("ParamValidationError" in name for name in caught)


def _lines(body: Sequence[ast.stmt]) -> Iterator[int]:
    for statement in body:
        yield from range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)


def _right_or_alone(places: Sequence[_Place]) -> Iterator[_Place]:
    """Places to check for names, without pairings that only seem possible.

    ``getattr(client, operation)(**{parameter: name})``, chosen together from a table, is seen as every operation with
    every parameter. Where each operation of the line has all it needs, what the others take is not held against it.
    """
    by_line: dict[int, list[_Place]] = defaultdict(list)
    for used, site in places:
        by_line[site.line].append((used, site))
    for together in by_line.values():
        operations = {used.name for used, site in together if site.parameters}
        taken = frozenset().union(*(models.parameters(used.service, used.operation)[0] for used, _ in together))
        right = {used.name for used, site in together if _fits(used, site, taken)}
        yield from (() if len(operations) > 1 and right == operations else together)


def _fits(used: UsedOperation, site: CallSite, taken: frozenset[str]) -> bool:
    return bool(site.parameters) and not any(_missing(used, site)) and all(name in taken for name, _ in site.parameters)


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


_Told = tuple[str, Finding]
"""The path within the parameters, and what is wrong there."""


def _once(*groups: Iterator[_Told]) -> list[Finding]:
    """One finding for each place in the parameters of a line; what was read from the call itself goes first."""
    told: dict[tuple[int, str], Finding] = {}
    seen: set[str] = set()
    for group in groups:
        now = []
        for path, finding in group:
            if path not in seen:
                told.setdefault((finding.line, path), finding)
                now.append(path)
        seen.update(now)
    return list(told.values())


def _found_in_calls(
    places: Sequence[_Place], nodes: Sequence[ast.AST], fitting: Fitting, reader: Reader
) -> Iterator[_Told]:
    by_line: Mapping[int, list[_Place]] = defaultdict(list)
    for place in places:
        by_line[place[1].line].append(place)
    for node in nodes:
        if isinstance(node, ast.Call) and node.keywords and node.lineno in by_line:
            given = reader.arguments(node)
            given = Named(tuple(one for one in given.members if one[0] not in _OWN), whole=given.whole, line=given.line)
            called = _called(node, given, by_line[node.lineno])
            yield from _common([(used, list(_misfits(used, given, fitting))) for used in called])


def _called(node: ast.Call, given: Named, places: Sequence[_Place]) -> tuple[UsedOperation, ...]:
    """The operations a call can be, of those the interpreter saw called on its line."""
    names = {name for name, _, _ in given.members}
    open_ = any(keyword.arg is None for keyword in node.keywords)
    fitting = [
        used
        for used, site in places
        if names and (names <= (seen := {name for name, _ in site.parameters})) and (open_ or names == seen)
    ]
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if method == _COLLECTION and not fitting:
        fitting = [used for used, site in places if not site.parameters]
    named = [used for used in fitting if xform_name(used.operation) == method]
    return tuple(dict.fromkeys(named or fitting))


def _common(found: Sequence[tuple[UsedOperation, list[Misfit]]]) -> Iterator[_Told]:
    """What is wrong whichever of the operations is called."""
    if not found:
        return
    paths = set.intersection(*({one.path for one in misfits} for _, misfits in found))
    used, misfits = found[0]
    yield from ((one.path, _finding(used, one)) for one in misfits if one.path in paths)


def _misfits(used: UsedOperation, given: Named, fitting: Fitting) -> Iterator[Misfit]:
    shape = models.input_shape(used.service, used.operation)
    if shape is not None:
        yield from fitting.misfits(given, shape, "")


def _followed(places: Sequence[_Place], fitting: Fitting) -> Iterator[_Told]:
    """What the interpreter followed to constants somewhere else in the script; wrong only if each of them is."""
    for used, site in places:
        if not any(values for _, values in site.parameters):
            continue
        shape = models.input_shape(used.service, used.operation)
        for name, values in site.parameters:
            member = shape.members.get(name) if shape is not None else None
            if member is None or not values or member.type_name in _LISTS:
                continue
            wrong = [next(fitting.misfits(Constant(value, site.line), member, name), None) for value in values]
            if wrong[0] is not None and None not in wrong:
                yield name, _finding(used, wrong[0])


def _finding(used: UsedOperation, misfit: Misfit) -> Finding:
    return Finding(
        code=misfit.code,
        severity=misfit.severity,
        line=misfit.line,
        message=f"{used.service} {used.operation} {misfit.said}.",
        hint=misfit.hint,
    )


def _has_resources(nodes: Sequence[ast.AST]) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "resource" for node in nodes)
