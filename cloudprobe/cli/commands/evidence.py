"""Commands that show again what was answered: ``replay``, ``rerun``, ``audit``, ``export``, ``verify``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataDir, InspectionId, Json, Quiet

evidence = typer.Typer(rich_markup_mode=None)

Source = Annotated[str, typer.Argument(metavar="ID|FILE", help="An inspection, or a package that `export` wrote.")]


@evidence.command()
@reported
def replay(source: Source, json: Json = False, data_dir: DataDir = None) -> int:
    """Run every script of an inspection again on its recording: the same result, byte for byte, without any cloud.

    Exit codes: 0 all equal, 4 something differs, or a recording is damaged or a fragment.
    """
    from cloudprobe.cli import replaying

    return replaying.replay(source, data_dir, json=json)


@evidence.command()
@reported
def rerun(
    source: Source,
    world: Annotated[
        str | None,
        typer.Option("--world", help="The world to start; `environment` for the account of the AWS variables."),
    ] = None,
    data_class: Annotated[
        Literal["metadata", "logs", "data"] | None,
        typer.Option(help="The widest class a package's scripts may read.  [default: metadata]"),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    data_dir: DataDir = None,
) -> int:
    """Run the same scripts against the account again, without a model, and say what changed.

    It is kept as an inspection of its own. Each run has a grant of its own, taken back on every way out.
    """
    from cloudprobe.cli import rerunning

    return rerunning.rerun(source, world, data_class, data_dir, json=json, quiet=quiet)


@evidence.command()
@reported
def audit(source: Source, json: Json = False, data_dir: DataDir = None) -> int:
    """Hold an inspection's recordings against the account's CloudTrail: the same calls, none more, none less.

    Exit codes: 0 the same, 4 something differs, is not in the trail yet (it lags by up to 15 minutes), a region cannot
    be asked, or a recording is damaged.
    """
    from cloudprobe.cli import auditing

    return auditing.audit_inspection(source, data_dir, json=json)


@evidence.command()
@reported
def export(
    inspection_id: InspectionId,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it here.  [default: cloudprobe-ID.tar.gz]")
    ] = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> int:
    """Write one archive with scripts, policies, recordings, report and digests, for a third person to check.

    Exit codes: 0 written, 4 a recording is damaged or not all there.
    """
    from cloudprobe.cli import packages

    return packages.export(inspection_id, output, data_dir, json=json)


@evidence.command()
@reported
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A package that `export` wrote.")],
    replay: Annotated[bool, typer.Option("--replay", help="Also replay its scripts, in the sandbox.")] = False,
    sha256: Annotated[str | None, typer.Option("--sha256", help="What its author says its SHA-256 is.")] = None,
    json: Json = False,
) -> int:
    """Check that a package is whole and hangs together; one changed byte anywhere is noticed.

    Exit codes: 0 verified, 4 not.
    """
    from cloudprobe.cli import packages

    return packages.verify(file, sha256, replay=replay, json=json)
