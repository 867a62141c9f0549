"""``cloudprobe account``: the embedded AWS account."""

from typing import Annotated

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import Json

account = typer.Typer(no_args_is_help=True, help="The embedded AWS account.", rich_markup_mode=None)


@account.command("start")
@reported
def account_start(
    world: Annotated[str | None, typer.Option("--world", help="Seed it with this world.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port on 127.0.0.1.")] = None,
) -> int:
    """Run the embedded account in the foreground and print how to reach it.

    Copy the printed lines into another shell; any AWS client there then uses this account.
    """
    from cloudprobe.cli import accounts

    return accounts.start(world, port)


@account.command("worlds")
@reported
def account_worlds(json: Json = False) -> int:
    """List the worlds an embedded account can be seeded with."""
    from cloudprobe.cli import accounts

    return accounts.worlds(json=json)
