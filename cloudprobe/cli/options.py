"""Options that several commands take, in one spelling."""

from pathlib import Path
from typing import Annotated, Literal

import typer

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Where inspections are kept.  [default: the platform's data folder]"),
]
LogLevel = Annotated[
    str | None, typer.Option("--log-level", help="A level, or component=level pairs: cloudprobe.sandbox=DEBUG,INFO.")
]
DataClass = Annotated[
    Literal["metadata", "logs", "data"],
    typer.Option(help="What may be read: settings and state; also logs and traces; also content, by resource."),
]
DataResource = Annotated[
    list[str] | None,
    typer.Option("--data-resource", metavar="ARN", help="Whose content --data-class data may read; repeatable."),
]
Profile = Annotated[str | None, typer.Option("--profile", metavar="NAME", help="Of the shared AWS configuration.")]
RoleArn = Annotated[
    str | None, typer.Option("--role-arn", metavar="ARN", help="The inspector role of the account to look into.")
]
RoleName = Annotated[
    str | None,
    typer.Option("--role-name", metavar="NAME", help="Of the inspector role.  [default: cloudprobe-inspector]"),
]
ExternalId = Annotated[
    str | None,
    typer.Option("--external-id", metavar="ID", help="The inspector role asks for it.  [default: cloudprobe-ACCOUNT]"),
]
Access = Annotated[
    Literal["auto", "role", "session", "federation"],
    typer.Option("--access", help="A role for each run, a session policy, a federation token; auto tries in order."),
]
Accounts = Annotated[
    list[str] | None, typer.Option("--account", metavar="ID", help="Look into this account; repeatable.")
]
AccountsFile = Annotated[
    Path | None, typer.Option("--accounts-file", metavar="FILE", help="Look into these: one id a line.")
]
Unit = Annotated[
    str | None,
    typer.Option("--organizational-unit", metavar="OU", help="Look into every active account below this unit."),
]
ApprovePolicy = Annotated[
    list[str] | None,
    typer.Option("--approve-policy", metavar="SHA256", help="Approve the policy with this digest; repeatable."),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="Who thinks: library, bedrock[:ID], PROVIDER:MODEL, replay:DIR.  [default: CLOUDPROBE_MODEL or library]",
    ),
]
ModelFor = Annotated[
    list[str] | None,
    typer.Option("--model-for", metavar="AGENT=NAME", help="Another model for one agent; repeatable."),
]
RecordModel = Annotated[
    Path | None, typer.Option("--record-model", metavar="DIR", help="Keep what is said with the model, for replay:DIR.")
]
Mask = Annotated[
    bool, typer.Option("--mask", help="Hide account ids from the model; they are put back in what it answers.")
]
BudgetUsd = Annotated[
    float | None,
    typer.Option("--budget-usd", metavar="USD", help="Spend at most this on models and on calls that cost money."),
]
BudgetSeconds = Annotated[
    float | None, typer.Option("--budget-seconds", metavar="SECONDS", help="Begin nothing after this long.")
]
Estimate = Annotated[
    bool, typer.Option("--estimate", help="Say what it is likely to cost, and at most, before anything is paid.")
]
Schema = Annotated[
    Path | None,
    typer.Option("--schema", metavar="FILE", help="Also answer as JSON that fits this JSON Schema (docs/ask.md)."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help="Print the report as md, json, html, csv, or as a plugin's format."),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file instead.")]
InspectionId = Annotated[str, typer.Argument(metavar="ID", help="As printed by `cloudprobe list`.")]
