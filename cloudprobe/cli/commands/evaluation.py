"""``eval``: how right the answers are."""

from pathlib import Path
from typing import Annotated

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import Json, LogLevel, Quiet

evaluation = typer.Typer(rich_markup_mode=None)


@evaluation.command("eval")
@reported
def evaluate(
    world: Annotated[
        list[str] | None, typer.Option("--world", metavar="NAME", help="This world alone; repeatable.  [default: all]")
    ] = None,
    question: Annotated[
        list[str] | None,
        typer.Option(
            "--question", metavar="PATTERN", help="Only those whose id, world/id or template fits, as in 'alarm*'."
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="NAME", help="Who thinks, as for inspect; repeatable.  [default: library]"),
    ] = None,
    repeat: Annotated[
        int | None, typer.Option(min=1, max=100, metavar="N", help="Ask everything so many times.  [default: 1]")
    ] = None,
    rename: Annotated[
        bool, typer.Option("--rename", help="Ask also with everything renamed, and tell which verdicts differ.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="So many worlds at a time.")] = 1,
    budget_usd: Annotated[
        float | None, typer.Option("--budget-usd", metavar="USD", help="Of each question: models and calls together.")
    ] = None,
    record_model: Annotated[
        Path | None,
        typer.Option("--record-model", metavar="DIR", help="Keep conversations with models, for --model replay:DIR."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for results and page; else none kept.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what --output holds.")] = False,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--compare", metavar="DIR DIR", help="Ask nothing: tell the second run from the first."),
    ] = None,
    fail_on_regression: Annotated[
        bool, typer.Option("--fail-on-regression", help="With --compare: exit code 4 where something got worse.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    log_level: LogLevel = None,
) -> int:
    """Ask worlds whose truth is known, and score the answers.

    Exit codes: 0 it came to its end, whatever the score; 2 usage; 4 regression; 130 stopped, and --resume goes on.
    """
    from cloudprobe.cli import evaluating

    if compare is not None:
        asked = (world, question, model, repeat, rename, budget_usd, record_model, output, resume)
        return evaluating.compare(*compare, asked=any(asked), fail_on_regression=fail_on_regression, json=json)
    wanted = evaluating.Wanted(
        worlds=tuple(world or ()),
        questions=tuple(question or ()),
        models=tuple(model or ()),
        repeat=repeat,
        rename=rename,
        budget_usd=budget_usd,
    )
    return evaluating.evaluate(
        wanted,
        output=output,
        resume=resume,
        jobs=jobs,
        record=record_model,
        fail_on_regression=fail_on_regression,
        json=json,
        quiet=quiet,
        log_level=log_level,
    )
