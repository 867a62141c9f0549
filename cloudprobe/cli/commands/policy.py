"""``cloudprobe policy``: what a probe may ever do, for the people who answer for the account."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataClass, Json, Output

policy = typer.Typer(no_args_is_help=True, help="What probes may ever do.", rich_markup_mode=None)


@policy.command("ceiling")
@reported
def policy_ceiling(
    data_class: DataClass = "metadata",
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ID", help="The account it is for; else an example."),
    ] = None,
    form: Annotated[
        Literal["text", "json", "cloudformation"], typer.Option("--format", help="For reading, or for installing.")
    ] = "text",
    output: Output = None,
) -> int:
    """Print the ceiling: what no probe may exceed, each entry with its reason.

    The boundaries of per-run roles are made from it. Review it here; install it with --format cloudformation.
    """
    from cloudprobe.cli import policies

    return policies.ceiling(data_class, account, form, output)


@policy.command("explain")
@reported
def policy_explain(
    actions: Annotated[list[str], typer.Argument(metavar="ACTION...", help="IAM actions, or patterns of them.")],
    json: Json = False,
) -> int:
    """Say for actions whether a probe may use them, in which data class, and why. Exit code 3 when one never may."""
    from cloudprobe.cli import policies

    return policies.explain(actions, json=json)


@policy.command("check")
@reported
def policy_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy as JSON; - reads standard input.")],
    data_class: DataClass = "metadata",
    json: Json = False,
) -> int:
    """Check a policy for a probe: its form, its actions and resources, and the ceiling. Exit code 3 when refused."""
    from cloudprobe.cli import policies

    return policies.check(file, data_class, json=json)
