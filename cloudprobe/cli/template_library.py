"""``templates list``, ``templates show`` and ``plugins``."""

import json as jsonlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudprobe.bootstrap import load_plugins
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
from cloudprobe.domain.text import printable
from cloudprobe.guard.policy import policy_of
from cloudprobe.templates.registry import Template


def list_templates(data_dir: Path | None, *, json: bool) -> int:
    plugins = load_plugins(Config.read(data_dir=data_dir))
    library = plugins.template_library()
    _tell([*plugins.problems, *library.problems])
    if json:
        rows = [{**_row(one), "folder": str(one.folder), "version": one.version} for one in library]
        print_text(jsonlib.dumps(rows, indent=2))
        return 0
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("template", "reads", "answers"):
        table.add_column(column, no_wrap=column != "answers")
    for one in library:
        table.add_row(Text(one.name, style="bold"), one.data_class, printable(one.title))
    Console(highlight=False).print(table)
    return 0


def show(name: str, data_dir: Path | None, *, script: bool, json: bool) -> int:
    plugins = load_plugins(Config.read(data_dir=data_dir))
    library = plugins.template_library()
    _tell([*plugins.problems, *library.problems])
    template = library.get(name)
    if script:
        print_text(template.script)
        return 0
    policy = policy_of(template.script)
    if json:
        print_text(
            jsonlib.dumps(
                {
                    **_row(template),
                    "version": template.version,
                    "folder": str(template.folder),
                    "description": template.description,
                    "services": list(template.services),
                    "questions": list(template.questions),
                    "success_criteria": list(template.success_criteria),
                    "variables": template.variables_schema["properties"],
                    "digest": template.digest,
                    "policy": policy,
                },
                indent=2,
            )
        )
        return 0
    Console(highlight=False, soft_wrap=True).print(_described(template, policy))
    return 0


def _described(template: Template, policy: dict[str, Any]) -> Text:
    text = Text.assemble((template.name, "bold"), f"  {printable(template.title)}, version {template.version}\n\n")
    text.append(printable(template.description.strip()) + "\n")
    sections = {
        "asked as": template.questions,
        "a full answer": template.success_criteria,
        "takes": [f"{name} ({v.type}): {v.description}" for name, v in template.variables.items()],
        "is allowed": [action for statement in policy["Statement"] for action in statement["Action"]],
    }
    for title, lines in sections.items():
        text.append(f"\n{title}\n", style="dim")
        text.append("".join(f"  {printable(line)}\n" for line in lines))
    text.append(f"\nreads {template.data_class}; script SHA-256 {template.digest}", style="dim")
    return text


def list_plugins(data_dir: Path | None, *, json: bool) -> int:
    plugins = load_plugins(Config.read(data_dir=data_dir))
    library, formats, models = plugins.template_library(), plugins.report_formats(), plugins.models()
    problems = [*plugins.problems, *library.problems]
    known = plugins.list()
    if json:
        document = {
            "plugins": [{"name": one.name, "version": one.version, "hooks": list(one.hooks)} for one in known],
            "templates": [one.name for one in library],
            "formats": list(formats),
            "models": [{"name": one.name, "description": one.description} for one in models.values()],
            "problems": [str(problem) for problem in problems],
        }
        print_text(jsonlib.dumps(document, indent=2))
        return 0
    console = Console(highlight=False, soft_wrap=True)
    for one in known:
        added = ", ".join(hook.removeprefix("cloudprobe_").replace("_", " ") for hook in one.hooks)
        console.print(Text.assemble((printable(one.name), "bold"), f" {printable(one.version)}".rstrip(), f"  {added}"))
    console.print(Text(f"report formats  {', '.join(formats)}", style="dim"))
    console.print(Text(f"models          {', '.join(models)}", style="dim"))
    for problem in problems:
        console.print(Text(printable(str(problem)), style="red"))
    return 0


def _row(template: Template) -> dict[str, str]:
    return {"name": template.name, "title": template.title, "data_class": template.data_class}


def _tell(problems: Iterable[object]) -> None:
    for problem in problems:
        sys.stderr.write(f"cloudprobe: {printable(str(problem))}\n")
