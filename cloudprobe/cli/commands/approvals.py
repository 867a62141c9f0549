"""``approve`` and ``approvals``: what a person said yes to."""

from typing import Annotated

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataDir, InspectionId, Json

approve_command = typer.Typer(rich_markup_mode=None)
approvals = typer.Typer(no_args_is_help=True, help="What was approved, by whom and when.", rich_markup_mode=None)


@approve_command.command("approve")
@reported
def approve(
    inspection_id: InspectionId,
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="SHA256", help="Approve this policy without being asked; repeatable."),
    ] = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> int:
    """Show what a stopped inspection asks for, and approve it; `resume` then carries on."""
    from cloudprobe.cli import approving

    return approving.approve(inspection_id, policy or [], data_dir, json=json)


@approvals.command("list")
@reported
def list_approvals(json: Json = False, data_dir: DataDir = None) -> int:
    """List approvals, oldest first, revoked ones too."""
    from cloudprobe.cli import approving

    return approving.list_approvals(data_dir, json=json)


@approvals.command("revoke")
@reported
def revoke(
    approval_id: Annotated[str, typer.Argument(metavar="ID", help="As printed by `cloudprobe approvals list`.")],
    json: Json = False,
    data_dir: DataDir = None,
) -> int:
    """Take an approval back: what it covered is asked for again."""
    from cloudprobe.cli import approving

    return approving.revoke(approval_id, data_dir, json=json)
