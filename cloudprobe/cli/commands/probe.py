"""``cloudprobe probe``: one script, without an inspection around it."""

from typing import Annotated

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataClass, DataResource, Json

probe = typer.Typer(no_args_is_help=True, help="One script: check it, run it, replay it.", rich_markup_mode=None)

Script = Annotated[str, typer.Argument(metavar="SCRIPT", help="A file with Python and boto3; - for standard input.")]
Variables = Annotated[
    str | None,
    typer.Option(metavar="JSON", help="What the script reads on standard input: a JSON object, or @FILE that has one."),
]


@probe.command("check")
@reported
def check(
    script: Script,
    data_class: DataClass = "metadata",
    data_resource: DataResource = None,
    variables: Variables = None,
    contract: Annotated[
        bool, typer.Option("--contract", help="Refuse a script that does not follow the probe contract.")
    ] = False,
    json: Json = False,
) -> int:
    """Say what a script may do, known from its code, and whether that is allowed. It is neither run nor imported.

    Exit codes: 0 accepted, 3 refused, 2 usage.
    """
    from cloudprobe.cli import probing

    wanted = probing.Wanted(
        data_class=data_class, data_resources=tuple(data_resource or ()), contract=contract, variables=variables
    )
    return probing.check(script, wanted, json=json)
