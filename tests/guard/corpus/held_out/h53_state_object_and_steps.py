# Operations: iam:ListRoles, iam:GetRole, iam:ListAttachedRolePolicies, accessanalyzer:ListAnalyzers, accessanalyzer:ListFindings
import boto3
from dataclasses import dataclass, field
from typing import Callable, Dict, List


@dataclass
class State:
    clients: Dict[str, object] = field(default_factory=dict)
    roles: List[dict] = field(default_factory=list)
    notes: List[str] = field(default_factory=list)

    def client(self, name):
        return self.clients.setdefault(name, boto3.client(name))


Step = Callable[[State], State]


def load_roles(state: State) -> State:
    iam = state.client("iam")
    for page in iam.get_paginator("list_roles").paginate():
        state.roles += page["Roles"]
    return state


def unused_roles(state: State) -> State:
    iam = state.client("iam")
    for role in state.roles:
        detail = iam.get_role(RoleName=role["RoleName"])["Role"]
        if "LastUsedDate" not in detail.get("RoleLastUsed", {}):
            attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
            state.notes.append(f"{role['RoleName']} {len(attached)}")
    return state


def external_access(state: State) -> State:
    analyzer = state.client("accessanalyzer")
    for a in analyzer.list_analyzers()["analyzers"]:
        for page in analyzer.get_paginator("list_findings").paginate(analyzerArn=a["arn"]):
            state.notes.extend(f["resource"] for f in page["findings"])
    return state


def compose(*steps: Step) -> Step:
    def run(state: State) -> State:
        for step in steps:
            state = step(state)
        return state

    return run


print(compose(load_roles, unused_roles, external_access)(State()).notes)
