"""Commands of the AWS CLI that a person may be offered: built by code, or parsed, against botocore's models.

Nothing here runs a command. What a model or a generated script proposes is text of unknown worth; only what is a real
operation with valid parameters, about things that were seen, becomes a command somebody might paste into a terminal.
"""

import difflib
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from botocore.validate import ParamValidator

from cloudprobe.domain.agents import ProposedFix
from cloudprobe.domain.report import ReportFix
from cloudprobe.domain.text import printable
from cloudprobe.guard import models
from cloudprobe.reports.checking.granting import CLOSING, danger, danger_in_text

Known = Callable[[str], bool]
"""Whether a text was recorded, or stands in the question."""

_CLI_NAMES = {"s3": "s3api", "config": "configservice", "codedeploy": "deploy"}
"""Services the CLI calls otherwise than botocore does."""
_BOTOCORE_NAMES = {cli: service for service, cli in _CLI_NAMES.items()}
_HIGH_LEVEL = {
    "s3": frozenset({"ls", "cp", "mv", "rm", "sync", "mb", "rb", "presign", "website"}),
    "logs": frozenset({"tail", "start-live-tail"}),
    "cloudformation": frozenset({"deploy", "package"}),
    "eks": frozenset({"update-kubeconfig", "get-token"}),
}
"""Commands the CLI adds, which are no operation; their options are not checked."""
_GLOBAL_OPTIONS = frozenset(
    """region profile output query no-cli-pager endpoint-url no-verify-ssl no-paginate cli-input-json cli-input-yaml
    generate-cli-skeleton debug color ca-bundle cli-read-timeout cli-connect-timeout no-sign-request max-items page-size
    starting-token cli-binary-format""".split(  # noqa: SIM905 - a list of words reads better as words
    )
)
_ADDED_OPTIONS = {
    "authorize-security-group-ingress": frozenset({"protocol", "port", "cidr", "source-group", "group-owner"}),
    "authorize-security-group-egress": frozenset({"protocol", "port", "cidr", "source-group", "group-owner"}),
    "revoke-security-group-ingress": frozenset({"protocol", "port", "cidr", "source-group", "group-owner"}),
    "revoke-security-group-egress": frozenset({"protocol", "port", "cidr", "source-group", "group-owner"}),
    "run-instances": frozenset({"count", "associate-public-ip-address", "secondary-private-ip-addresses"}),
    "create-function": frozenset({"zip-file"}),
    "update-function-code": frozenset({"zip-file"}),
}
"""Options the CLI adds to single operations. Source: awscli/customizations."""
_SHELL = re.compile(r"[;&|<>`\n]|\$\(")
_ARN = re.compile(r"arn:[a-z-]+:[^\s\"'`<>|)\]},;]+")
_ID = re.compile(r"(?<![\w-])(?:[a-z]{1,12}-[0-9a-f]{8}(?:[0-9a-f]{9})?|\d{12})(?![\w-])")
_AWS_OWNED = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:aws:")
_BUCKET_ARN = re.compile(r"(arn:[a-z-]+:s3:::[a-z0-9.-]+)/.*")
_MAKING = re.compile(r"(?:Create|Put|Register|Run|Import|Copy|Allocate|Restore|Start|Add)(?P<made>\w+)")
_NAMING = re.compile(
    r"(?P<kind>\w*?)(?:Name|Identifier|Id|Url)s?$"
    r"|(?:[Cc]luster|[Ss]ervice|[Rr]ule|[Ss]tream|[Qq]ueue|[Tt]opic|[Tt]able|[Ff]unction|[Rr]ole|[Uu]ser|[Gg]roup|[Tt]ask)s?$"
)
_WRITTEN_COMMAND = re.compile(
    r"(?<![\w-])(?:[\\/\w.-]*/)?[\\\"']?aws[\"']?[\s\u200b-\u200f]+"
    r"(?:--?[\w-]+(?:[= ]\S+)?\s+)*[a-z0-9-]{2,30}\s+[a-z0-9-]{2,60}"
    r"(?=\s+-|\s*$|\s+s3://|[`\"')])"
    r"|(?<![\w-])aws\s+(?:s3|s3api|ec2|iam|kms|rds|ecs|eks|lambda|logs|sts)\s+[a-z0-9-]{2,60}"
    r"|(?<![\w-])terraform\s+(?:apply|destroy)[^`\n]*",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\s+#\s.*$")
_SHELL_COMMAND = re.compile(
    r"(?:(?<=`)|(?<![\w./-]))"
    r"(?:sudo |(?:curl|wget|nc|ssh|scp|bash|sh|zsh|eval|powershell|pip3?|npm|npx|python3?|chmod|rm)"
    r"(?= +(?:install )?[-/\w'\"$~]*[-/:.$'\"~|]))[^`\n]*"
)
"""A shell's command has a path, an option, an address or a pipe behind its name; a word of the language has none."""
_ADDRESS = re.compile(r"https?://[^\s`'\"<>)]+")
_OWN_PAGES = re.compile(r"https://(?:docs\.aws\.amazon\.com|(?:[a-z0-9-]+\.)*console\.aws\.amazon\.com)/")
_DESTRUCTIVE = (*CLOSING, "Terminate", "Stop", "Disassociate", "Deregister", "Release", "Purge", "Reset", "Reboot")


class NotOfferedError(Exception):
    """Why a command is not offered, in words for a report."""


@dataclass(frozen=True, slots=True)
class _Operation:
    service: str
    name: str


def offered(fix: ProposedFix, *, known: Known) -> ReportFix:
    """What may be shown of a fix that a model proposed."""
    text, refused = without_commands(fix.text, known=known)
    if not fix.operation:
        return ReportFix(text=text, refused=refused)
    try:
        command = build(fix, known=known)
    except NotOfferedError as error:
        return ReportFix(text=text, refused=str(error))
    return ReportFix(text=text, command=command, refused=refused, destructive=fix.operation.startswith(_DESTRUCTIVE))


def build(fix: ProposedFix, *, known: Known) -> str:
    """The command that makes the one call a fix names; its parameters as one JSON object, which every operation takes.

    Raises:
        NotOfferedError: no such operation, wrong parameters, or something named that was never seen.
    """
    operation = _operation(fix.service, fix.operation)
    shape = models.service_model(operation.service).operation_model(operation.name).input_shape
    if shape is None and fix.parameters:
        raise NotOfferedError(f"{operation.name} takes no parameters.")
    if shape is not None:
        report = ParamValidator().validate(fix.parameters, shape)
        if report.has_errors():
            raise NotOfferedError(f"Its parameters are not valid: {printable(report.generate_report())[:300]}")
    if reason := danger(operation.name, fix.parameters):
        raise NotOfferedError(reason)
    written = json.dumps(fix.parameters)
    for address in _ADDRESS.findall(written):
        if not known(address):
            raise NotOfferedError(f"It names the address {printable(address)[:100]}, which was not seen.")
    _check_named(written, operation.name, known)
    _check_things(fix.parameters, operation.name, known)
    region = f" --region {_region(fix.region, known)}" if fix.region else ""
    given = f" --cli-input-json {shlex.quote(written)}" if fix.parameters else ""
    service = _CLI_NAMES.get(operation.service, operation.service)
    return f"aws {service} {xform_name(operation.name, '-')}{region}{given}"


def check(command: str, *, known: Known) -> None:
    """Judge a command somebody wrote.

    Raises:
        NotOfferedError: the CLI does not have it, or it names something that was never seen.
    """
    if _SHELL.search(_unquoted(command)):
        raise NotOfferedError("It is more than one command.")
    words = _words(command)
    if len(words) < 3 or words[0] != "aws":  # noqa: PLR2004 - aws, service, operation
        raise NotOfferedError("It is no command of the AWS CLI.")
    service, name, rest = words[1], words[2], words[3:]
    if name in _HIGH_LEVEL.get(service, frozenset()) or name == "wait":
        raise NotOfferedError("What it names cannot be looked up: it is none of AWS's operations.")
    if any(word.startswith(("file://", "fileb://", "--endpoint-url", "--cli-input-yaml")) for word in rest):
        raise NotOfferedError("What it does stands somewhere else.")
    operation = _cli_operation(service, name)
    _check_options(operation, name, rest)
    given = _options(operation, rest)
    if reason := danger(operation.name, given):
        raise NotOfferedError(reason)
    _check_named(shlex.join(words), operation.name, known)
    _check_things(given, operation.name, known)


def without_commands(text: str, *, known: Known) -> tuple[str, str]:
    """A text without the commands in it that are not offered, and why the first of them is not."""
    text, refused = _without_shell(text, known)
    begin = _command_begin(text)
    if begin < 0:
        return text, refused
    try:
        for command in _COMMENT.sub("", text[begin:].strip().strip("`")).split(" && "):
            check(command, known=known)
    except NotOfferedError as error:
        return f"{text[:begin].rstrip(' :`')} (a command was left out)".strip(), str(error)
    return text, refused


def _without_shell(text: str, known: Known) -> tuple[str, str]:
    """The text without commands of a shell, and without addresses that nobody recorded and that are not AWS's own."""
    shown = _SHELL_COMMAND.sub("(a command was left out)", text)
    reason = "It is no command of the AWS CLI." if shown != text else ""

    def kept(found: re.Match[str]) -> str:
        return found[0] if _OWN_PAGES.match(found[0]) or known(found[0]) else "(an address was left out)"

    without = _ADDRESS.sub(kept, shown)
    return without, reason or ("It names an address that was not seen." if without != shown else "")


def _command_begin(text: str) -> int:
    found = _WRITTEN_COMMAND.search(text)
    return found.start() if found else -1


def _operation(service: str, name: str) -> _Operation:
    botocore_name = _BOTOCORE_NAMES.get(service, service)
    if botocore_name not in models.services():
        raise NotOfferedError(f"AWS has no service {printable(service)[:60]!r}.{_near(service, models.services())}")
    names = models.operation_names(botocore_name)
    if name not in names:
        raise NotOfferedError(f"{botocore_name} has no operation {printable(name)[:60]!r}.{_near(name, names)}")
    return _Operation(botocore_name, name)


def _cli_operation(service: str, name: str) -> _Operation:
    botocore_name = _BOTOCORE_NAMES.get(service, service)
    if botocore_name not in models.services() or service in _CLI_NAMES:
        raise NotOfferedError(f"The AWS CLI has no service {printable(service)[:60]!r}.")
    by_command = {xform_name(operation, "-"): operation for operation in models.operation_names(botocore_name)}
    if name not in by_command:
        raise NotOfferedError(f"aws {service} has no command {printable(name)[:60]!r}.{_near(name, by_command)}")
    return _Operation(botocore_name, by_command[name])


def _check_options(operation: _Operation, command: str, words: list[str]) -> None:
    shape = models.service_model(operation.service).operation_model(operation.name).input_shape
    members = {xform_name(name, "-"): member for name, member in (shape.members.items() if shape else ())}
    switches = {f"no-{name}" for name, member in members.items() if member.type_name == "boolean"}
    allowed = {*members, *switches, *_GLOBAL_OPTIONS, *_ADDED_OPTIONS.get(command, ())}
    for word in words:
        if word.startswith("--") and word[2:].partition("=")[0] not in allowed:
            raise NotOfferedError(f"aws … {command} has no option {printable(word)[:60]}.{_near(word[2:], members)}")
    given = {word[2:].partition("=")[0] for word in words if word.startswith("--")}
    required = {xform_name(name, "-") for name in (shape.required_members if shape else ())}
    missing = sorted(required - given)
    if missing and not given & {"cli-input-json", "cli-input-yaml"}:
        raise NotOfferedError(f"aws … {command} needs {', '.join(f'--{name}' for name in missing)}.")


def _check_named(written: str, operation: str, known: Known) -> None:
    written = written.replace('\\"', '"')  # a policy is JSON within JSON
    for arn in _ARN.findall(written):
        if not (_AWS_OWNED.match(arn) or _known_arn(arn, known)):
            raise NotOfferedError(f"It names {printable(arn)[:200]}, which was not seen.")
    for identifier in _ID.findall(_ARN.sub("", written)):
        if not known(identifier):
            raise NotOfferedError(f"It names {printable(identifier)[:60]}, which was not seen.")
    if reason := danger_in_text(operation, written):
        raise NotOfferedError(reason)


def _check_things(parameters: Mapping[str, Any], operation: str, known: Known) -> None:
    """What is there already was seen; only what a call makes may have a name of its own."""
    for name in _buckets(parameters):
        if not known(name):
            raise NotOfferedError(f"It names the bucket {printable(name)[:100]}, which was not seen.")
    making = _MAKING.fullmatch(operation)
    made = making["made"].lower() if making else None
    for member, value in parameters.items():
        naming = _NAMING.fullmatch(member)
        if naming is None or (
            made is not None and naming["kind"] is not None and made.endswith(naming["kind"].lower())
        ):
            continue
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and not name.startswith("arn:") and not known(name):
                raise NotOfferedError(f"It names {printable(name)[:100]}, which was not seen.")


def _options(operation: _Operation, words: list[str]) -> dict[str, Any]:
    """Options of a written command by the member each stands for."""
    shape = models.service_model(operation.service).operation_model(operation.name).input_shape
    members = {xform_name(name, "-"): name for name in (shape.members if shape else ())}
    given: dict[str, Any] = {}
    option = ""
    for word in words:
        if option == "cli-input-json":
            given.update(_object(word))
        if word.startswith("--"):
            option, _, value = word[2:].partition("=")
            if value and option in members:
                given.setdefault(members[option], []).append(value)
        elif option in members:
            given.setdefault(members[option], []).append(word)
    return given


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise NotOfferedError("Its parameters are no JSON object.") from None
    return found if isinstance(found, dict) else {}


def _known_arn(arn: str, known: Known) -> bool:
    """An ARN that was seen, or what lies in a bucket that was."""
    bare = arn.rstrip("*").rstrip("/:")
    if known(arn) or known(bare):
        return True
    bucket = _BUCKET_ARN.fullmatch(arn)
    name = (bucket[1] if bucket else bare).rpartition(":::")[2] if ":s3:::" in arn else ""
    return bool(name) and known(name)


def _buckets(value: Any, member: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if re.search(r"bucket(?:name)?$", member, re.IGNORECASE) and not value.startswith("arn:"):
            yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _buckets(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _buckets(item, member)


def _region(region: str, known: Known) -> str:
    if not re.fullmatch(r"[a-z]{2}(?:-[a-z]+)+-\d", region) or not known(region):
        raise NotOfferedError(f"It is for the region {printable(region)[:40]}, which was not looked at.")
    return region


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        raise NotOfferedError("Its quotes do not match.") from None


def _unquoted(command: str) -> str:
    return re.sub(r"'[^']*'|\"(?:[^\"\\$`]|\\.)*\"", "", command)


def _near(name: str, names: Any) -> str:
    near = difflib.get_close_matches(name, names, n=2, cutoff=0.6)
    return f" Near it: {', '.join(near)}." if near else ""
