"""Questions find the templates that answer them, and only those."""

import re
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudprobe.emulator.worlds import list_worlds
from cloudprobe.templates.matching import THRESHOLD, TemplateMatcher, is_about_state, match
from cloudprobe.templates.names import tokens
from cloudprobe.templates.registry import TemplateLibrary
from tests.worlds.seeded import NAMINGS, naming

QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))
LIBRARY = TemplateLibrary.builtin()
MATCHER = TemplateMatcher(LIBRARY)

SETS = [QUESTIONS, *(QUESTIONS[name] for name in ("fresh", "third", "fourth", "sixth", "seventh", "eighth", "ninth"))]
FIT = [(name, question) for part in SETS for name, questions in part["fit"].items() for question in questions]
NONE = [question for part in SETS for question in part["none"]["questions"]]
NOW = datetime(2026, 11, 24, 11, 45, tzinfo=UTC)
MISLEADING = [
    "alarm-notifier", "bucket-sweeper", "queue-drainer", "error-collector", "quota-watch", "snapshot-keeper",
    "prod-bucket-7", "mfa-lambda-db", "cost-logs", "change-tracker", "PublicKeyRotator", "idle_volume_report",
]  # fmt: skip
ID = re.compile(r"[a-z]{1,8}-[0-9a-f]{8,17}|.*/.*")


def fitting(question):
    return [found.template.name for found in MATCHER.match(question)]


def test_the_right_template_comes_first_for_nearly_every_phrasing():
    wrong = [(name, question, fitting(question)) for name, question in FIT if fitting(question)[:1] != [name]]
    assert len(FIT) >= 400
    assert {name for name, _ in FIT} == {template.name for template in LIBRARY}
    assert len(wrong) <= 0.05 * len(FIT), wrong


def test_a_single_question_rarely_brings_a_second_template():
    several = [(question, fitting(question)) for _, question in FIT if len(fitting(question)) > 1]
    assert len(several) <= 0.02 * len(FIT), several


def test_hardly_anything_fits_what_no_template_answers():
    assert len(NONE) >= 120
    wrong = {question: fitting(question) for question in NONE if fitting(question)}
    assert len(wrong) <= 0.03 * len(NONE), wrong


@pytest.mark.parametrize("case", QUESTIONS["fit_several"], ids=lambda case: case["ask"][:30])
def test_a_question_of_several_parts_finds_a_template_for_each(case):
    assert sorted(fitting(case["ask"])) == sorted(case["templates"])


@pytest.mark.parametrize(
    "question", ["", " ", "?", "\x00", "🙂", "'" * 50, "-" * 4000, "a" * 100_000, "bucket " * 20_000]
)
def test_no_input_is_too_strange(question):
    assert fitting(question) in ([], ["s3_public_buckets"])


def test_a_very_long_question_is_read_to_a_limit_and_quickly():
    started = time.process_time()
    assert "s3_public_buckets" in fitting("Which buckets are public? " + "and then some more words " * 4000)
    assert time.process_time() - started < 5  # seconds of its own, not of the clock; the point is that it ends


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_is_scored_the_same_twice(text):
    first, second = MATCHER.match(text), TemplateMatcher(LIBRARY).match(text)
    assert [(m.template.name, m.score) for m in first] == [(m.template.name, m.score) for m in second]
    assert all(THRESHOLD <= m.score <= 1 for m in first)


def test_a_match_says_why_and_what_the_question_says_of_its_variables():
    (found,) = match("Why can the orders function not write to its bucket in eu-west-1?", LIBRARY)
    assert found.template.name == "lambda_bucket_access"
    assert "bucket" in found.why
    assert "function" in found.why
    assert dict(found.variables) == {"function": "orders", "access": "write", "regions": ["eu-west-1"]}


@pytest.mark.parametrize(
    "request_",
    [
        "delete the public buckets",
        "Please make my bucket private",
        "How do I open port 22 to the internet?",
        "can you rotate the old access keys",
        "What is a public bucket?",
        "Explain what an open security group is",
        "Hi, please enable MFA for every user",
        "Increase the Lambda concurrency quota",
        "pls raise our VPC limit",
        "Could you redrive the dead letter queue?",
        "silence the alarm high-cpu",
        "roll back the ECS deployment",
    ],
)
def test_a_wish_for_a_change_or_a_definition_is_no_question_about_the_account(request_):
    assert not is_about_state(request_)
    assert fitting(request_) == []


@pytest.mark.parametrize(
    "question",
    [
        "open security groups?",
        "How do I find out which buckets are public?",
        "deploy of the ECS service failed, why?",
        "Which limits should be raised?",
    ],
)
def test_words_that_also_name_changes_do_not_turn_a_question_into_a_wish(question):
    assert len(fitting(question)) == 1


@pytest.mark.parametrize(
    "question",
    [
        "Which IAM roles trust ci-deployer?",
        "Does the key of orders-archive belong to the billing function?",
        "list all lambda functions with runtime python3.8",
    ],
)
def test_a_name_stands_for_a_thing_and_never_for_what_is_asked(question):
    assert fitting(question) == []


@pytest.mark.parametrize(
    ("question", "template"),
    [
        ("Why does the billing queue grow?", "sqs_queue_backlog"),
        ("why is the search database not reachable", "rds_unreachable"),
        ("Is the email function throttled?", "lambda_errors"),
        ("why does the backup service in ECS not start", "ecs_not_starting"),
    ],
)
def test_words_of_other_subjects_may_be_names(question, template):
    assert fitting(question) == [template]


def test_a_template_of_ones_own_brings_its_own_words(tmp_path):
    folder = tmp_path / "zombie_gadgets"
    folder.mkdir()
    (folder / "probe.py").write_text("print('{}')")
    (folder / "template.toml").write_text(
        'name = "zombie_gadgets"\ntitle = "Zombie gadgets"\ndescription = "d"\nversion = "1.0.0"\nservices = ["iot"]\n'
        'success_criteria = ["s"]\nquestions = ["Which gadgets are zombies?"]\n'
    )
    library = TemplateLibrary.from_folders([folder])
    assert [m.template.name for m in match("are any gadgets zombies", library)] == ["zombie_gadgets"]
    assert match("are any gadgets blue", library) == ()


@pytest.mark.parametrize("kind", NAMINGS)
def test_the_questions_of_the_worlds_find_their_templates_whatever_things_are_called(kind):
    names = naming(kind)
    for world in list_worlds():
        for question in world.questions:
            for asked in question.named(names).ask:
                assert fitting(asked)[:1] == ([question.template] if question.template else []), asked


def test_a_question_about_a_function_finds_its_name_whatever_it_is_called():
    names = naming("renamed")
    for world in list_worlds():
        for question in (q.named(names) for q in world.questions if q.variables.get("function")):
            for asked in question.ask:
                (found,) = MATCHER.match(asked)
                assert found.variables["function"] == question.variables["function"], asked


def asked_with_names(question, names):
    """A question with each of its names replaced, and what is found for it, its names told by number."""
    taken = [token for token in tokens(question) if token.named and not ID.fullmatch(token.text)]
    text, called = question, {}
    for number, token in reversed(list(enumerate(taken))):
        name = token.text if names is None else f"{names[number % len(names)]}{'' if number < len(names) else number}"
        text = text[: token.start] + name + text[token.end :]
        called[name] = called.get(name, min(n for n, other in enumerate(taken) if other.text == token.text))
    found = MATCHER.match(text, now=NOW)
    return text, [(match.template.name, numbered(match.variables, called)) for match in found]


def numbered(variables, called):
    def one(value):
        return f"name {called[value]}" if isinstance(value, str) and value in called else value

    return {k: [one(item) for item in v] if isinstance(v, list) else one(v) for k, v in variables.items()}


NAMED = [
    question
    for question in (*(question for _, question in FIT), *NONE, *(case["ask"] for case in QUESTIONS["fit_several"]))
    if any(token.named and not ID.fullmatch(token.text) for token in tokens(question))
]


@pytest.mark.parametrize(
    "turn", [0, 5, pytest.param(2, marks=pytest.mark.full), pytest.param(8, marks=pytest.mark.full)]
)
def test_what_things_are_called_changes_neither_template_nor_variables(turn):
    assert len(NAMED) >= 120
    names = MISLEADING[turn:] + MISLEADING[:turn]
    changed = []
    for position, question in enumerate(NAMED):
        given = names[position % len(names) :] + names[: position % len(names)]
        (_, before), (text, after) = asked_with_names(question, None), asked_with_names(question, given)
        if before != after:
            changed.append((question, before, text, after))
    assert not changed


def test_a_port_with_its_protocol_is_a_port():
    assert fitting("is tcp/6443 open to the internet") == ["ec2_open_security_groups"]


@pytest.mark.parametrize("template", ["lambda_errors", "lambda_bucket_access"])
def test_words_in_a_name_pick_no_template(template):
    asked = {
        "lambda_errors": "Why is the {} function failing?",
        "lambda_bucket_access": "Why can't the {} function write to its bucket?",
    }[template]
    for name in MISLEADING:
        assert fitting(asked.format(name)) == [template], name


def test_variables_are_read_as_the_questions_say_them():
    told = []
    for case in QUESTIONS["says"]:
        found = MATCHER.match(case["ask"], now=NOW)
        said = dict(found[0].variables) if found else {}
        for name, value in case["variables"].items():
            got = said.get(name)
            right = (
                str(got).startswith(value)
                if name in ("start", "end")
                else got == value or str(got).endswith(f":{value}")
            )
            told.append((case["ask"], name, value, got, right))
    wrong = [entry for entry in told if not entry[-1]]
    assert len(told) >= 100
    assert len(wrong) <= 0.03 * len(told), wrong
