"""``setup``: print what the inspector role has to be, or make it."""

import sys
from dataclasses import dataclass

import typer
from rich.console import Console

from cloudprobe.adapters.aws.inspector_role import ROLE_NAME, InspectorRole, default_external_id
from cloudprobe.bootstrap import Account, open_account
from cloudprobe.cli.setup_formats import render
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
from cloudprobe.domain.inspection import AccessSettings
from cloudprobe.errors import UsageError
from cloudprobe.sandbox.permit import DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the options say."""

    form: str
    deploy: bool
    yes: bool
    role_name: str = ROLE_NAME
    trust: str = ""
    external_id: str = ""
    data_class: DataClass = "metadata"
    profile: str = ""


def setup(wanted: Wanted) -> int:
    """Print the role, or say what will be done and do it."""
    if wanted.trust and wanted.form == "cloudformation" and not wanted.deploy:
        print_text(render(_of_no_account(wanted), wanted.form))
        return 0
    with open_account("", Config.read(), access=AccessSettings(profile=wanted.profile)) as account:
        role = _role(account, wanted)
        if not wanted.deploy:
            print_text(render(role, wanted.form))
            return 0
        return _deploy(account, role, yes=wanted.yes)


def _role(account: Account, wanted: Wanted) -> InspectorRole:
    from cloudprobe.adapters.aws.principals import checked_principal, principal_of  # noqa: PLC0415 - asks IAM at times

    identity = account.identity
    trust = wanted.trust or principal_of(account.session, identity)
    return InspectorRole(
        account=identity.account,
        principal=checked_principal(trust),
        external_id=wanted.external_id or default_external_id(identity.account),
        name=wanted.role_name,
        data_class=wanted.data_class,
        partition=identity.partition,
    )


def _of_no_account(wanted: Wanted) -> InspectorRole:
    """A template fills in the account where it is deployed, so nobody has to be asked for it."""
    from cloudprobe.adapters.aws.principals import checked_principal  # noqa: PLC0415 - as above

    anywhere = "0" * 12
    return InspectorRole(
        account=anywhere,
        principal=checked_principal(wanted.trust),
        external_id=wanted.external_id or default_external_id(anywhere),
        name=wanted.role_name,
        data_class=wanted.data_class,
    )


def _deploy(account: Account, role: InspectorRole, *, yes: bool) -> int:
    from cloudprobe.adapters.aws.inspector_deployment import deploy, steps  # noqa: PLC0415 - printing needs neither

    console = Console(stderr=True, highlight=False)
    console.print(f"In account {role.account}, as {account.identity.arn}, this will", markup=False, soft_wrap=True)
    for step in steps(role):
        console.print(f"  - {step}", markup=False, soft_wrap=True)
    if not yes and not _agreed():
        console.print("Nothing was done.")
        return 0
    arn = deploy(account.session, role)
    console.print(f"Done. Then: cloudprobe inspect QUESTION --role-arn {arn}{_id_option(role)}", soft_wrap=True)
    print_text(arn)
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            "--deploy changes the account, and there is no terminal to ask on.",
            hint="Add --yes, or leave --deploy out.",
        )
    return typer.confirm("Go on?", err=True)


def _id_option(role: InspectorRole) -> str:
    return "" if role.external_id == default_external_id(role.account) else f" --external-id {role.external_id}"
