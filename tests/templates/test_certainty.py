"""A question costs no tokens only where templates answer all of it."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloudprobe.templates.certainty import answers_whole
from cloudprobe.templates.matching import TemplateMatcher
from cloudprobe.templates.registry import TemplateLibrary

NOW = datetime(2026, 11, 24, tzinfo=UTC)
QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text())
SECTIONS = ["fit", "fresh", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]

# Each asks for more than the template that fits a part of it can say.
PARTLY = [
    "Which S3 buckets are public, and how much do they cost us?",
    "Which S3 buckets are public and which DynamoDB tables have no backups?",
    "Are any buckets public, and which Glue jobs write to them?",
    "Which IAM users have no MFA, and is the cardinality of our Kinesis shards too high?",
    "Which security groups are open to the world, and what are the TTLs of the DNS records in front of them?",
    "Which queues grow, and what does EventBridge send them?",
    "Do Lambda functions fail because of the AppConfig rollout?",
]

# What is asked stands between the words: the template that is taken for it is the one the matching takes for it as well.
MISREAD = {"Since the subnet change nobody can get to the billing database any more"}


@pytest.fixture(scope="module")
def certain():
    matcher = TemplateMatcher(TemplateLibrary.builtin())

    def judge(question):
        matches = matcher.match(question, now=NOW)
        return answers_whole(question, matches), {found.template.name for found in matches}

    return judge


def of(section):
    found = QUESTIONS[section].get("fit", QUESTIONS[section])
    return [(name, text) for name, texts in found.items() for text in texts if isinstance(texts, list)]


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_beyond_doubt_is_right(certain, section):
    judged = [(name, text, *certain(text)) for name, text in of(section)]
    assert judged
    wrong = {text for name, text, sure, names in judged if sure and name not in names}
    assert wrong <= MISREAD
    assert sum(sure for _, _, sure, _ in judged) / len(judged) > 0.5, "or most questions would cost tokens for nothing"


@pytest.mark.parametrize("question", PARTLY)
def test_what_is_answered_in_part_is_not_beyond_doubt(certain, question):
    sure, _ = certain(question)
    assert not sure


def test_a_wrong_template_is_hardly_ever_beyond_doubt(certain):
    parts = [QUESTIONS, *(QUESTIONS[section] for section in SECTIONS if section != "fit")]
    asked = [question for part in parts for question in part["none"]["questions"]]
    assert len(asked) == 266
    assert {question for question in asked if certain(question)[0]} <= {"which alarms have no actions"}


def test_a_question_nothing_fits_is_not_covered():
    assert not answers_whole("What is the capital of France?", ())


def test_the_figures_in_the_documents_are_these(certain):
    judged = [(name, *certain(text)) for section in SECTIONS for name, text in of(section)]
    sure = [(name, names) for name, beyond_doubt, names in judged if beyond_doubt]
    assert len([1 for name, names in sure if name not in names]) == 1
    root = Path(__file__).parents[2]
    for document in ("docs/agents.md", "cloudprobe/templates/certainty.py"):
        text = " ".join((root / document).read_text().split())
        assert re.search(rf"{len(judged)} .*?\b{len(sure)}\b|\b{len(sure)} of {len(judged)}\b", text), document
