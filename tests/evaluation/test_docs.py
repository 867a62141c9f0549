"""docs/evaluation.md names every option, every field, and as many questions as there are."""

import re
from pathlib import Path

import pytest
import typer.main

from cloudprobe.cli.main import app
from cloudprobe.emulator.worlds import list_worlds
from cloudprobe.evaluation.results import Case, CaseKey, Cost, Plan, Totals
from cloudprobe.evaluation.running import ACCOUNT

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
IN_WORDS = {
    7: "seven",
    8: "eight",
    9: "nine",
    12: "twelve",
    13: "thirteen",
    14: "fourteen",
    15: "fifteen",
    16: "sixteen",
}


@pytest.mark.parametrize("model", [Plan, Case, CaseKey, Cost, Totals])
def test_it_names_every_field(model):
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert set(model.model_fields) - {"finished", "tokens"} <= named


def test_it_names_every_option():
    command = typer.main.get_command(app).commands["eval"]
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    assert {option for option in options if option not in PAGE} <= {"--help", "--log-level", "--quiet"}


def test_it_counts_the_questions_for_a_model():
    worlds = [[q for q in world.questions if q.needs_model] for world in list_worlds()]
    count, places = sum(map(len, worlds)), sum(map(bool, worlds))
    assert f"There are {IN_WORDS[count]}, over {IN_WORDS[places]} worlds." in PAGE
    assert ACCOUNT in PAGE
