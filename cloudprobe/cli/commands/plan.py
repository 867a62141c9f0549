"""``plan``: what would be run."""

from typing import Annotated

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataClass, DataDir, DataResource, Json, Model, ModelFor

plan_command = typer.Typer(rich_markup_mode=None)


@plan_command.command("plan")
@reported
def plan(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What you want to know, in your own words.")],
    world: Annotated[str | None, typer.Option("--world", help="As of inspect; it is not started.")] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="Look here only; repeatable.")] = None,
    all_regions: Annotated[bool, typer.Option("--all-regions", help="Look in every enabled region.")] = False,
    data_class: DataClass = "metadata",
    data_resource: DataResource = None,
    model: Model = None,
    model_for: ModelFor = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> int:
    """Show scripts, policies, expected calls and cost of a question; no account is touched and nothing is granted.

    Exit codes: 0 planned, 3 refused, 4 nothing fits the question.
    """
    from cloudprobe.cli import inspecting, planning, thinking
    from cloudprobe.domain.inspection import InspectionSettings

    brain = thinking.brain(model, model_for or [], None)
    settings = InspectionSettings(
        regions=inspecting.regions(region or [], all_regions=all_regions),
        data_class=data_class,
        data_resources=inspecting.data_resources(data_resource or [], data_class=data_class),
        model=brain.choice.model,
        model_for=dict(brain.choice.model_for),
        world=world or "",
        account="000000000000",
    )
    return planning.plan(question, settings, json=json, data_dir=data_dir)
