"""The inspector role as text: a CloudFormation template, JSON, or commands of the AWS CLI; each line has its reason."""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from cloudprobe.adapters.aws.inspector_role import InspectorRole
from cloudprobe.adapters.aws.run_roles import PATH
from cloudprobe.guard.ceiling_export import statement_lines

REASONS: Mapping[str, str] = {
    "ceiling": "All that any session may ever read: the ceiling. It allows reads of the catalogue and denies the rest "
    "outright, so that no resource policy that names the role grants past it.",
    "Reads": "Allows what the denials below leave, which are reads of the catalogue and nothing else.",
    "role": "The role that cloudprobe opens a session of for each run, with that run's own policy as session policy.",
    "PermissionsBoundary": "Whoever attaches more to the role later gains nothing: the ceiling bounds it still.",
    "ManagedPolicyArns": "The role's one permission. A session has what both this and the run's own policy allow.",
    "MaxSessionDuration": "An hour is the least IAM takes here, and the most a run ever needs.",
    "Tags": "By which cloudprobe knows the role as its own, and people know what it is.",
    "Principal": "Who alone may open sessions.",
    "sts:ExternalId": "Guards against mix-ups: credentials meant for another account find no way in. It is no secret.",
    "sts:RoleSessionName": "Every session is named after its run, so that one query of CloudTrail shows the run.",
    "sts:SourceIdentity": "The run's name stays on whatever the session does, and cannot be changed on the way.",
    "aws:RequestTag/cloudprobe:run": "A session without a run's tag is no session of cloudprobe.",
    "sts:SetSourceIdentity": "Lets sessions carry the run's name as source identity, and no other name.",
    "sts:TagSession": "Lets sessions carry the two tags of a run, and no others that a policy might trust.",
}


def render(role: InspectorRole, form: str) -> str:
    return {"cloudformation": cloudformation, "json": as_json, "cli": commands}[form](role)


def as_json(role: InspectorRole) -> str:
    """Every document, and a reason for each of their parts."""
    return (
        json.dumps(
            {
                "account": role.account,
                "role": {
                    "arn": role.arn,
                    "name": role.name,
                    "max_session_seconds": role.max_session_seconds,
                    "tags": role.tags,
                    "trust": role.trust,
                },
                "ceiling": {"arn": role.ceiling_arn, "name": role.ceiling_name, "policy": role.ceiling},
                "external_id": role.external_id,
                "data_class": role.data_class,
                "reasons": dict(REASONS),
            },
            indent=2,
        )
        + "\n"
    )


def cloudformation(role: InspectorRole) -> str:
    """A template for one account, or by StackSets for many: only the principal names an account."""
    return "\n".join(_template(role)) + "\n"


def _template(role: InspectorRole) -> Iterator[str]:
    own_id = role.external_id.replace(role.account, "${AWS::AccountId}")
    yield "AWSTemplateFormatVersion: '2010-09-09'"
    yield f"Description: The inspector role of cloudprobe, data class {role.data_class}."
    yield "Parameters:"
    yield "  TrustedPrincipal:"
    yield f"    # {REASONS['Principal']}"
    yield "    Type: String"
    yield f"    Default: {_quoted(role.principal)}"
    yield "  RoleName:"
    yield "    Type: String"
    yield f"    Default: {role.name}"
    yield "Resources:"
    yield "  Ceiling:"
    yield f"    # {REASONS['ceiling']}"
    yield "    Type: AWS::IAM::ManagedPolicy"
    yield "    Properties:"
    yield "      ManagedPolicyName: !Sub ${RoleName}-ceiling"
    yield f"      Path: {PATH}"
    yield "      PolicyDocument:"
    yield "        Version: '2012-10-17'"
    yield "        Statement:"
    for statement in _anywhere(role).ceiling["Statement"]:
        comment, *lines = statement_lines(statement)
        yield f"          # {REASONS['Reads']}" if statement["Sid"] == "Reads" else comment
        yield from lines
    yield "  Inspector:"
    yield f"    # {REASONS['role']}"
    yield "    Type: AWS::IAM::Role"
    yield "    Properties:"
    yield "      RoleName: !Ref RoleName"
    yield f"      Description: {_quoted(role.description)}"
    yield f"      # {REASONS['MaxSessionDuration']}"
    yield f"      MaxSessionDuration: {role.max_session_seconds}"
    yield f"      # {REASONS['PermissionsBoundary']}"
    yield "      PermissionsBoundary: !Ref Ceiling"
    yield f"      # {REASONS['ManagedPolicyArns']}"
    yield "      ManagedPolicyArns:"
    yield "        - !Ref Ceiling"
    yield f"      # {REASONS['Tags']}"
    yield "      Tags:"
    for key, value in role.tags.items():
        yield f"        - Key: {key}"
        yield f"          Value: {value}"
    yield "      AssumeRolePolicyDocument:"
    yield "        Version: '2012-10-17'"
    yield "        Statement:"
    for statement in role.trust["Statement"]:
        yield from _trust_statement(statement, own_id)
    yield "Outputs:"
    yield "  RoleArn:"
    yield "    Value: !GetAtt Inspector.Arn"
    yield "  ExternalId:"
    yield f"    Value: {_sub(own_id)}"


def _trust_statement(statement: Mapping[str, Any], external_id: str) -> Iterator[str]:
    action = statement["Action"]
    yield from [f"          # {REASONS[action]}"] if action in REASONS else []
    yield f"          - Sid: {statement['Sid']}"
    yield "            Effect: Allow"
    yield "            Principal:"
    yield "              AWS: !Ref TrustedPrincipal"
    yield f"            Action: {action}"
    yield "            Condition:"
    for operator, operands in statement["Condition"].items():
        yield f"              {_quoted(operator)}:"
        for key, value in operands.items():
            yield from [f"                # {REASONS[key]}"] if key in REASONS and action == "sts:AssumeRole" else []
            if isinstance(value, list):
                yield f"                {_quoted(key)}:"
                yield from (f"                  - {_quoted(item)}" for item in value)
            else:
                shown = _sub(external_id) if key == "sts:ExternalId" else _quoted(value)
                yield f"                {_quoted(key)}: {shown}"


def commands(role: InspectorRole) -> str:
    """What to type with the credentials of an administrator of the account, in a POSIX shell."""
    tags = " ".join(f"Key={key},Value={value}" for key, value in role.tags.items())
    lines = [
        f"# For account {role.account}, with credentials of an administrator of it.",
        f"# {REASONS['ceiling']}",
        f"aws iam create-policy --policy-name {role.ceiling_name} --path {PATH} --policy-document "
        + _document(role.ceiling),
        "",
        f"# {REASONS['role']}",
        *(f"# {key}: {REASONS[key]}" for key in REASONS if ":" in key),
        f"# permissions boundary: {REASONS['PermissionsBoundary']}",
        f"aws iam create-role --role-name {role.name} --max-session-duration {role.max_session_seconds}"
        f" --permissions-boundary {role.ceiling_arn} --description {shlex.quote(role.description)}"
        f" --tags {tags} --assume-role-policy-document " + _document(role.trust),
        "",
        f"# {REASONS['ManagedPolicyArns']}",
        f"aws iam attach-role-policy --role-name {role.name} --policy-arn {role.ceiling_arn}",
    ]
    return "\n".join(lines) + "\n"


def _anywhere(role: InspectorRole) -> InspectorRole:
    """The same in an account whose number the template fills in."""
    return InspectorRole(
        account="0" * 12,
        principal=role.principal,
        external_id=role.external_id,
        name=role.name,
        data_class=role.data_class,
    )


def _document(document: Mapping[str, Any]) -> str:
    return shlex.quote(json.dumps(document, separators=(",", ":")))


def _quoted(value: str) -> str:
    """JSON's quotes, which YAML reads as well."""
    return json.dumps(value)


def _sub(text: str) -> str:
    return f"!Sub {_quoted(text)}" if "${" in text else _quoted(text)
