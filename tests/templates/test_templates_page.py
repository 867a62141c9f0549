"""docs/templates.md says what is so: its example runs, its lists are whole, its figures are today's."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cloudprobe.domain.probe import ProbeResult
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.extraction import EXTRACTORS
from cloudprobe.templates.matching import TemplateMatcher
from cloudprobe.templates.registry import BUILTIN_FOLDER, Template, TemplateLibrary
from tests.worlds.seeded import naming

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def section(name: str) -> str:
    return PAGE.partition(f"<!-- {name} -->")[2].partition("<!-- end -->")[0]


@pytest.fixture
def example(tmp_path: Path) -> Template:
    definition = block("toml")
    folder = tmp_path / tomllib.loads(definition)["name"]
    folder.mkdir()
    (folder / "template.toml").write_text(definition)
    (folder / "probe.py").write_text(block("python"))
    library = TemplateLibrary.from_folders([BUILTIN_FOLDER, folder])
    assert library.problems == ()
    return library.get(folder.name)


def test_the_example_is_a_probe_that_may_run(example: Template) -> None:
    assert validate(ProbeDraft(script=example.script)).accepted


def test_the_example_answers(example: Template, embedded_account: EmbeddedAccount) -> None:
    access, names = embedded_account.second_account(), naming("own")
    s3 = access.client("s3")
    for logical in ("kept", "unkept"):
        s3.create_bucket(Bucket=names(logical))
    s3.put_bucket_versioning(Bucket=names("kept"), VersioningConfiguration={"Status": "Enabled"})
    done = subprocess.run(
        [sys.executable, str(example.folder / "probe.py")],
        input=json.dumps(example.complete({})), env=access.environment(), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    result = ProbeResult.model_validate_json(done.stdout)
    assert [f.resource for f in result.findings] == [f"arn:aws:s3:::{names('unkept')}"]
    assert result.summary == "1 of 2 buckets keep no old versions."


def test_the_example_is_found_and_takes_nothing_from_the_others(example: Template) -> None:
    matcher = TemplateMatcher([*TemplateLibrary.builtin(), example])
    for question, name in (
        ("Which S3 buckets lack versioning?", example.name),
        ("Is versioning enabled on the bucket invoices?", example.name),
        ("Which S3 buckets are public?", "s3_public_buckets"),
        ("Why can't my Lambda write to its bucket?", "lambda_bucket_access"),
    ):
        assert [found.template.name for found in matcher.match(question)][:1] == [name], question


def test_every_template_and_every_extractor_is_listed() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGE.partition("## Writing")[0], re.MULTILINE))
    assert rows == {template.name for template in TemplateLibrary.builtin()}
    assert re.findall(r"`(\w+)`", section("extractors")) == sorted(EXTRACTORS)


def test_the_figures_are_todays() -> None:
    matcher = TemplateMatcher(TemplateLibrary.builtin())

    def right(pairs: list[tuple[str, str]]) -> str:
        good = sum([f.template.name for f in matcher.match(question)][:1] == [name] for name, question in pairs)
        return f"{good} of {len(pairs)}"

    def fitted(questions: list[str]) -> str:
        return f"{sum(bool(matcher.match(question)) for question in questions)} of {len(questions)}"

    def pairs(part: dict[str, list[str]], *, held_out: bool | None) -> list[tuple[str, str]]:
        return [
            (n, q) for n, qs in part.items() for i, q in enumerate(qs) if held_out is None or (i % 3 == 2) == held_out
        ]

    def measured(part: dict[str, Any], *, held_out: bool | None) -> tuple[str, str]:
        none = part["none"]["questions"]
        kept = [q for i, q in enumerate(none) if held_out is None or (i % 3 == 2) == held_out]
        return right(pairs(part["fit"], held_out=held_out)), fitted(kept)

    expected = [
        measured(QUESTIONS, held_out=False),
        measured(QUESTIONS, held_out=True),
        measured(QUESTIONS["fresh"], held_out=None),
        measured(QUESTIONS["third"], held_out=None),
        measured(QUESTIONS["fourth"], held_out=False),
        measured(QUESTIONS["fourth"], held_out=True),
        *(measured(QUESTIONS[name], held_out=None) for name in ("fifth", "sixth", "seventh", "eighth", "ninth")),
    ]
    told = re.findall(r"^\| [^|]+ \| (\d+ of \d+) \| (\d+ of \d+) \|", section("measured"), re.MULTILINE)
    assert told == expected
