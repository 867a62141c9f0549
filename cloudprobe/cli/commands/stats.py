"""``stats``: what inspections took."""

from typing import Annotated, Literal

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataDir, Json

stats_command = typer.Typer(rich_markup_mode=None)


@stats_command.command("stats")
@reported
def stats(
    days: Annotated[int | None, typer.Option("--days", min=1, help="Of inspections begun in so many days.")] = None,
    format: Annotated[
        Literal["text", "json", "prometheus", "emf"],
        typer.Option("--format", help="A table and a chart, JSON, or as a collector reads it."),
    ] = "text",
    json: Json = False,
    data_dir: DataDir = None,
) -> int:
    """Sum up the stored inspections: outcomes, times, cost, retries and failures, by agent, model and day."""
    from cloudprobe.cli import statistics

    return statistics.stats("json" if json else format, days=days, data_dir=data_dir)
