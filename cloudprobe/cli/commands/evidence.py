"""Commands that show again what was answered: ``replay``."""

from typing import Annotated

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataDir, Json

evidence = typer.Typer(rich_markup_mode=None)

Source = Annotated[str, typer.Argument(metavar="ID|FILE", help="An inspection, or a package that `export` wrote.")]


@evidence.command()
@reported
def replay(source: Source, json: Json = False, data_dir: DataDir = None) -> int:
    """Run every script of an inspection again on its recording: the same result, byte for byte, without any cloud.

    Exit codes: 0 all equal, 4 something differs.
    """
    from cloudprobe.cli import replaying

    return replaying.replay(source, data_dir, json=json)
