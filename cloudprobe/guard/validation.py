"""One pass over a proposed probe: is it sound, what may it do, and is that allowed.

Nothing of the script is executed or imported here; it is parsed, and ruff reads it from standard input.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloudprobe.guard import calls, contract, dialect, supplementing
from cloudprobe.guard.actions import action_for
from cloudprobe.guard.boundary import apart
from cloudprobe.guard.ceiling import Tier, decide_operation
from cloudprobe.guard.data_resources import narrowed
from cloudprobe.guard.derivation import Derivation, UsedOperation, derive
from cloudprobe.guard.findings import Finding, ordered
from cloudprobe.guard.parsing import parse
from cloudprobe.guard.policy import Difference, Need, compare, digest, minimal_policy, needs, script_digest
from cloudprobe.guard.policy_lint import lint
from cloudprobe.guard.tidy import tidy
from cloudprobe.sandbox.dependencies import allowed, inline
from cloudprobe.sandbox.permit import AllowedOperation, Budgets, DataClass, Permit

SIZE_LIMIT = 200_000
"""Characters of a script."""
INLINE_LIMIT = 10_240
"""Characters of a role's inline policies. Source: IAM quotas."""
_UNFIT = "no-paginator"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDraft:
    """A proposal; nothing in it is believed."""

    script: str
    dependencies: tuple[tuple[str, str], ...] = ()
    """Name and version of each package the script says it needs."""
    policy: Mapping[str, Any] | None = None
    """The policy its author thinks it needs; only compared."""


@dataclass(frozen=True, slots=True)
class GrantedAction:
    """An action the script needs, with the verdict of the ceiling."""

    action: str
    tier: Tier
    reason: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digests:
    script: str
    """Empty for what is too large to have been read."""
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of validation; ``permit`` is there only when the probe is accepted."""

    accepted: bool
    script: str
    """After safe repairs; this text is what was judged, hashed and may run."""
    findings: tuple[Finding, ...]
    operations: tuple[UsedOperation, ...] = ()
    actions: tuple[GrantedAction, ...] = ()
    policy: dict[str, Any]
    permit: Permit | None = None
    digests: Digests
    excess: tuple[str, ...] = ()
    """Actions of the policy that no operation in the code, nor a denial, asked for: the aim is none."""
    difference: Difference = field(default_factory=Difference)

    def to_json(self) -> dict[str, Any]:
        """As ``cloudprobe probe check --json`` prints it."""
        return {
            "verdict": "accepted" if self.accepted else "refused",
            "findings": [finding.to_json() for finding in self.findings],
            "operations": [
                {"service": used.service, "operation": used.operation, "lines": sorted({s.line for s in used.sites})}
                for used in self.operations
            ],
            "actions": [
                {"action": a.action, "tier": a.tier, "reason": a.reason, "resources": list(a.resources)}
                for a in self.actions
            ],
            "policy": self.policy,
            "digests": {"script": self.digests.script or None, "policy": self.digests.policy},
        }


def validate(
    draft: ProbeDraft,
    *,
    accounts: Sequence[str] = (),
    regions: Sequence[str] = ("*",),
    data_class: DataClass = "metadata",
    data_resources: Sequence[str] = ("*",),
    budgets: Budgets | None = None,
    enforce_contract: bool = True,
    supplement: Sequence[tuple[str, str]] = (),
) -> Verdict:
    """Judge a proposed probe.

    Args:
        draft: script, dependencies, and the policy its author proposes.
        accounts: twelve-digit ids the permit is for.
        regions: regions the permit is for; ``*`` for all.
        data_class: the widest class the person asking chose.
        data_resources: ARNs whose content may be read in the class ``data``; ``*`` alone for whatever the script needs.
        budgets: limits of the run; the permit's defaults where None.
        enforce_contract: whether breaking contract 1 refuses the probe or is only remarked.
        supplement: operation (``service:Operation``) and action of what a run of this probe was denied although it
            needs it; what the ceiling allows of it is given besides what is derived.
    """
    if len(draft.script) > SIZE_LIMIT:
        return _unreadable(
            draft.script, Finding(code="size", line=1, message=f"The script has more than {SIZE_LIMIT} characters.")
        )
    script, findings = tidy(draft.script)
    try:
        nodes = list(ast.walk(parse(script)))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        return _unreadable(
            script,
            Finding(code="syntax", line=line, message=f"This is not Python: {str(error) or 'it is nested too deep'}."),
        )
    derivation = derive(script)
    own, wrong = inline.declared(script)
    dependencies = (*draft.dependencies, *own)
    modules = allowed.modules_of(name for name, _ in dependencies)
    findings += (
        _undecided(derivation) + dialect.lint(nodes, derivation, modules=modules) + calls.check(derivation, nodes)
    )
    findings += _pagination(nodes, derivation) + _dependencies(dependencies, wrong) + _given(script)
    findings += _contract(nodes, enforce=enforce_contract)
    wanted, refusals, actions = _judge(derivation, data_class, data_resources)
    findings += refusals + _proposed(draft.policy, data_class)
    named = tuple(need.action for need in wanted)
    given = supplementing.allowed(supplement, named, data_class)
    wanted = supplementing.widened(wanted, given)
    policy = minimal_policy(wanted)
    digests = Digests(script_digest(script), digest(policy))
    accepted = not any(finding.severity == "error" for finding in findings)
    permit = Permit(
        operations=supplementing.with_operations(_allowed(derivation, wanted), given),
        accounts=tuple(accounts),
        regions=tuple(regions),
        data_class=data_class,
        budgets=budgets or Budgets(),
        script_digest=digests.script,
        policy_digest=digests.policy,
        dependencies=allowed.pins(dependencies) if accepted else (),
    )
    return Verdict(
        accepted=accepted,
        script=script,
        findings=ordered(findings),
        operations=derivation.operations,
        actions=actions,
        policy=policy,
        permit=permit if accepted else None,
        digests=digests,
        excess=compare(policy, [*named, *(action for _, action in given)]).excess,
        difference=compare(draft.policy, [need.action for need in wanted]) if draft.policy else Difference(),
    )


def _proposed(policy: Mapping[str, Any] | None, data_class: DataClass) -> list[Finding]:
    """What is wrong with a proposed policy: remarks, since the derived one is granted whatever it says."""
    if not policy:
        return []
    return [
        Finding(
            code=f"proposed-policy-{one.code}",
            severity="warning",
            line=1,
            message=f"The proposed policy, statement {one.line}: {one.message}",
            hint=one.hint,
        )
        for one in lint(policy, data_class=data_class)
    ]


def _unreadable(script: str, finding: Finding) -> Verdict:
    empty = minimal_policy(())
    return Verdict(
        accepted=False,
        script=script,
        findings=(finding,),
        policy=empty,
        digests=Digests(script_digest(script), digest(empty)),
    )


def _undecided(derivation: Derivation) -> list[Finding]:
    return [
        Finding(code=one.code, line=one.line, message=one.reason, hint=one.hint)
        for one in derivation.undecided
        if one.code != "private"
    ]


def _pagination(nodes: Sequence[ast.AST], derivation: Derivation) -> list[Finding]:
    asks = any(isinstance(node, ast.Attribute) and node.attr == "can_paginate" for node in nodes)
    return [
        Finding(
            code=_UNFIT,
            severity="warning" if asks else "error",
            line=remark.line,
            message=f"{remark.subject} cannot be paginated.",
            hint="Call the operation directly; it answers in one piece.",
        )
        for remark in derivation.remarks
        if remark.code == _UNFIT
    ]


def _dependencies(dependencies: Sequence[tuple[str, str]], wrong: allowed.Objection | None) -> list[Finding]:
    objections = [wrong, *(allowed.objection(name, version) for name, version in dependencies)]
    return [Finding(code="dependency", line=1, message=one.message, hint=one.hint) for one in objections if one]


def _given(script: str) -> list[Finding]:
    """Every script has boto3 in the version that is here, whatever it declares."""
    return [
        Finding(
            code="dependency", severity="warning", line=1, message=said, hint="Leave the version out, or take that."
        )
        for said in inline.other_versions(script)
    ]


def _contract(nodes: Sequence[ast.AST], *, enforce: bool) -> list[Finding]:
    found = contract.check(nodes)
    if enforce:
        return found
    return [
        Finding(code=one.code, severity="warning", line=one.line, message=one.message, hint=one.hint) for one in found
    ]


def _judge(
    derivation: Derivation, data_class: DataClass, data_resources: Sequence[str]
) -> tuple[tuple[Need, ...], list[Finding], tuple[GrantedAction, ...]]:
    """Needs, what of them is refused, and the decision for each action."""
    by_action: dict[str, list[UsedOperation]] = {}
    findings: list[Finding] = []
    refused: dict[str, str] = {}
    for used in derivation.operations:
        action = action_for(used.service, used.operation)
        if action is None:
            findings.append(_unmapped(used))
            continue
        decision = decide_operation(used.service, used.operation, action, data_class)
        if not decision.allowed:
            findings.append(
                Finding(
                    code="ceiling",
                    line=used.line,
                    message=f"{used.name} is not allowed: {decision.reason}{f' ({action})' if action else ''}.",
                    hint=decision.hint,
                )
            )
            refused[action] = decision.reason
        if action:
            by_action.setdefault(action, []).append(used)
    wanted, beyond = narrowed(needs(by_action), data_resources, data_class=data_class)
    findings += beyond
    actions = []
    for need in wanted:
        first = need.operations[0]
        decision = decide_operation(first.service, first.operation, need.action, data_class)
        tier: Tier = "refused" if need.action in refused and decision.allowed else decision.tier
        actions.append(GrantedAction(need.action, tier, refused.get(need.action, decision.reason), need.resources))
    if not refused:
        findings += _apart(wanted, data_class)
    return wanted, findings, tuple(actions)


def _apart(wanted: Sequence[Need], data_class: DataClass) -> list[Finding]:
    """Rare services stand under boundaries of their own, and a role has one."""
    said = apart([need.action for need in wanted], data_class, of="script")
    return [
        Finding(code="boundary", line=need.operations[0].line, message=said[need.action][0], hint=said[need.action][1])
        for need in wanted
        if need.action in said
    ]


def _unmapped(used: UsedOperation) -> Finding:
    return Finding(
        code="unmapped",
        line=used.line,
        message=f"Nobody has said which IAM action {used.name} needs, so it cannot be granted.",
        hint="Use an operation of the same service that is better known.",
    )


def _allowed(derivation: Derivation, wanted: Sequence[Need]) -> tuple[AllowedOperation, ...]:
    resources = {used.name: need.resources for need in wanted for used in need.operations}
    return tuple(
        AllowedOperation(service=used.service, operation=used.operation, resources=resources.get(used.name, ("*",)))
        for used in derivation.operations
    )
