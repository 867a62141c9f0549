"""What "that function" stands for, and when nobody can know."""

import pytest

from cloudprobe.agents.orchestrator.antecedents import resolved
from cloudprobe.domain.agents import Antecedents
from cloudprobe.templates.definition import Variable

FUNCTION = {"function": Variable(type="string", description="", default="", extract="lambda_function")}
QUEUES = {"queues": Variable(type="list", description="", default=[], extract="sqs_queue")}
DAYS = {"days": Variable(type="integer", description="", default=1, extract="days")}
ONE = Antecedents(
    variables={"function": ("invoices",), "access": ("write",)},
    things={"lambda:function": ("arn:aws:lambda:eu-west-1:111122223333:function:invoices-writer",)},
)


@pytest.mark.parametrize(
    "question",
    [
        "Which errors does that function log?",
        "Does this Lambda time out?",
        "Why is the same function slow?",
        "Is it slow?",
    ],
)
def test_what_was_asked_about_is_meant(question):
    assert resolved(question, FUNCTION, ONE) == {"function": "invoices"}


@pytest.mark.parametrize(
    "question", ["Which functions are slow?", "Is that bucket public?", "What is the function of that role?", "Slow?"]
)
def test_nothing_is_meant_where_nothing_is_pointed_at(question):
    assert resolved(question, FUNCTION, ONE) == {}


def test_the_only_one_that_was_seen_is_meant():
    known = ONE.model_copy(update={"variables": {}})
    assert resolved("Does that function fail?", FUNCTION, known) == {"function": "invoices-writer"}


def test_of_several_none_is_meant():
    arns = tuple(f"arn:aws:lambda:eu-west-1:111122223333:function:{name}" for name in ("a-b", "c-d"))
    known = Antecedents(variables={"function": ("a-b", "c-d")}, things={"lambda:function": arns})
    assert resolved("Does that function fail?", FUNCTION, known) == {}


def test_it_is_nothing_where_two_kinds_were_spoken_of():
    known = ONE.model_copy(update={"variables": {"function": ("invoices",), "bucket": ("archive",)}})
    assert resolved("Is it slow?", FUNCTION, known) == {}


def test_a_name_that_was_seen_is_found_wherever_it_stands():
    assert resolved("Any trouble with invoices-writer lately?", FUNCTION, ONE) == {"function": "invoices-writer"}
    assert resolved("Any trouble with invoices-writer-2 lately?", FUNCTION, ONE) == {}


def test_a_list_takes_one_and_what_is_no_thing_takes_none():
    known = Antecedents(things={"sqs:queue": ("arn:aws:sqs:eu-west-1:111122223333:mail",)})
    assert resolved("Is that queue growing?", QUEUES, known) == {"queues": ["mail"]}
    assert resolved("Is that queue growing?", DAYS, known) == {}
