"""``cloudprobe templates`` and ``cloudprobe plugins``: what answers without a model, and what was added to it."""

from pathlib import Path
from typing import Annotated

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataDir, Json

templates = typer.Typer(no_args_is_help=True, help="Probes written by hand.", rich_markup_mode=None)
plugins = typer.Typer(rich_markup_mode=None)


@templates.command("list")
@reported
def templates_list(json: Json = False, data_dir: DataDir = None) -> int:
    """List the templates: the library's, those of your own folders, those of plugins."""
    from cloudprobe.cli import template_library

    return template_library.list_templates(data_dir, json=json)


@templates.command("show")
@reported
def templates_show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `cloudprobe templates list` prints it.")],
    script: Annotated[bool, typer.Option("--script", help="The probe itself instead.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
) -> int:
    """Show a template: what it answers, takes, calls, and is allowed."""
    from cloudprobe.cli import template_library

    return template_library.show(name, data_dir, script=script, json=json)


@templates.command("new")
@reported
def templates_new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Lower case, with underscores.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where its folder is made.")] = Path(),
) -> int:
    """Start a template: a folder that passes `cloudprobe templates test`, to be changed from there."""
    from cloudprobe.cli import template_test

    return template_test.new(name, folder)


@templates.command("test")
@reported
def templates_test(
    source: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A template by name, or the folder of one.")],
    world: Annotated[
        str | None, typer.Option("--world", help="Run it against this world; else the healthy one.")
    ] = None,
    variables: Annotated[str | None, typer.Option("--variables", metavar="JSON", help="Values it is run with.")] = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> int:
    """Test a template: its definition, the guard's verdict, its questions, and a whole run on the embedded account.

    Exit code 0 when everything holds, 3 when the guard refuses the probe, 4 otherwise.
    """
    from cloudprobe.cli import template_test

    return template_test.test(source, world, variables, data_dir, json=json)


@plugins.command("plugins")
@reported
def list_plugins(json: Json = False, data_dir: DataDir = None) -> int:
    """List the plugins, what each adds, and which were left out and why."""
    from cloudprobe.cli import template_library

    return template_library.list_plugins(data_dir, json=json)
