"""``cloudprobe setup`` and ``cloudprobe access``: how accounts are reached, and what was left there."""

from typing import Annotated, Literal

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataClass, ExternalId, Json, Profile, RoleName

access = typer.Typer(no_args_is_help=True, help="What cloudprobe left in an account.", rich_markup_mode=None)
setup_command = typer.Typer(rich_markup_mode=None)


@setup_command.command()
@reported
def setup(
    form: Annotated[
        Literal["cloudformation", "json", "cli"], typer.Option("--format", help="In which form to print it.")
    ] = "cloudformation",
    deploy: Annotated[bool, typer.Option("--deploy", help="Make it, after saying what will be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before --deploy.")] = False,
    role_name: RoleName = None,
    trust: Annotated[
        str | None,
        typer.Option("--trust", metavar="PRINCIPAL", help="Who may open its sessions.  [default: you]"),
    ] = None,
    external_id: ExternalId = None,
    data_class: DataClass = "metadata",
    profile: Profile = None,
) -> int:
    """Print or make the inspector role: read-only, its ceiling the boundary, one session a run.

    Every line of it comes with its reason. For many accounts, give the template to StackSets.
    """
    from cloudprobe.adapters.aws.inspector_role import ROLE_NAME
    from cloudprobe.cli import setting_up

    wanted = setting_up.Wanted(
        form=form,
        deploy=deploy,
        yes=yes,
        role_name=role_name or ROLE_NAME,
        trust=trust or "",
        external_id=external_id or "",
        data_class=data_class,
        profile=profile or "",
    )
    return setting_up.setup(wanted)


@access.command()
@reported
def sweep(
    profile: Profile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what stands there.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also roles that have not expired yet.")] = False,
    json: Json = False,
) -> int:
    """Delete the roles of runs that were killed, once they have expired; every inspection does so too."""
    from cloudprobe.cli import sweeping

    return sweeping.sweep(profile=profile or "", dry_run=dry_run, everything=everything, json=json)
