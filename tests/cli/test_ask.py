"""``ask`` and ``--schema`` at the command line: an account of the AWS variables, and a world."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from cloudprobe.testing.converse import ConverseServer, use
from tests.cli import test_models as models
from tests.worlds.seeded import seed

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
BUCKETS = "Which buckets are public?"


@pytest.fixture(scope="module")
def account(embedded_account):
    return seed(embedded_account, "faulty", "own").access


@pytest.fixture(scope="module")
def command(account, tmp_path_factory):
    data = str(tmp_path_factory.mktemp("asked") / "data")

    def run(*arguments, world=False, server=None):
        variables = {} if world else account.environment()
        if server:
            variables = {**variables, "CLOUDPROBE_BEDROCK_ENDPOINT_URL": server.url}
        done = subprocess.run(
            [CLOUDPROBE, *arguments, "--data-dir", data],
            env={**os.environ, **variables},  # noqa: TID251 - for a program under test
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def first(command):
    return json.loads(command("inspect", BUCKETS, "--json").stdout)


def write(folder, schema):
    path = folder / "schema.json"
    path.write_text(json.dumps(schema))
    return str(path)


def test_a_question_continues_an_inspection(command, first):
    done = command("ask", first["inspection_id"], BUCKETS)
    assert done.returncode == 0, done.stderr
    assert "no call was made" in done.stdout
    assert f"continues  {first['inspection_id']}" in done.stdout
    assert "known from run" in done.stderr


def test_what_is_old_is_looked_at_again(command, first):
    told = json.loads(command("ask", first["inspection_id"], BUCKETS, "--fresh", "0", "--json").stdout)
    assert told["usage"]["calls"] > 0
    assert told["follows"]["runs"] == 0


def test_another_question_is_looked_at_in_the_same_account(command, first):
    done = command("ask", first["inspection_id"], "Which security groups are open to the world?", "--json", "--quiet")
    told = json.loads(done.stdout)
    assert (told["account"], told["target"]) == (first["account"], first["target"])
    assert told["usage"]["calls"] > 0


def test_a_shape_is_filled_in_from_facts_of_its_names(command, first, tmp_path):
    schema = write(tmp_path, {"type": "object", "properties": {"public": {"type": "object"}, "other": {}}})
    done = command("ask", first["inspection_id"], BUCKETS, "--schema", schema, "--json")
    told = json.loads(done.stdout)["structured"]
    assert done.returncode == 0
    assert told["by"] == "code"
    assert told["document"]["public"]
    assert all(value["evidence"]["as_of"] for value in told["values"])
    assert [one["at"] for one in told["unverified"]] == ["/other"]


def test_a_shape_that_cannot_be_given_is_not_answered(command, first, tmp_path):
    schema = write(tmp_path, {"type": "object", "properties": {"public": {"type": "integer"}}, "required": ["public"]})
    done = command("ask", first["inspection_id"], BUCKETS, "--schema", schema)
    assert done.returncode == 4
    assert "structured answer refused" in done.stdout


def test_a_schema_that_is_none_is_refused_before_anything_runs(command, first, tmp_path):
    before = command("list", "--json").stdout
    for arguments, schema, why in (
        (("inspect",), {"type": "objekt"}, "At /type"),
        (("ask", first["inspection_id"]), {"$ref": "https://example.com/a"}, "nothing is fetched"),
        (("inspect",), {"type": "array"}, "Without a language model"),
    ):
        done = command(*arguments, BUCKETS, "--schema", write(tmp_path, schema))
        assert (done.returncode, done.stdout) == (2, "")
        assert why in done.stderr
    assert command("list", "--json").stdout == before


def shaping(request, *, number):
    """A model that reads the aliases, and gives in the caller's shape their number, and an owner it makes up."""
    if request.tool != "form_answer":
        return models.careful(request)
    sources = [
        {"at": "/number", "place": "1/1/0#/result/facts/aliases", "derived": "count"},
        {"at": "/owner", "place": "1/1/0#/result/facts/owner"},
    ]
    return use(request.tool, {"document": {"number": number, "owner": "the king"}, "sources": sources})


def test_a_model_fills_in_a_shape_and_what_it_makes_up_is_null(command, account, tmp_path):
    nullable = {"number": {"type": "integer"}, "owner": {"type": ["string", "null"]}}
    schema = write(tmp_path, {"type": "object", "properties": nullable, "additionalProperties": False})
    number = sum(len(page["Aliases"]) for page in account.client("kms").get_paginator("list_aliases").paginate())
    with ConverseServer(then=partial(shaping, number=number)) as server:
        done = command("inspect", models.QUESTION, "--model", "bedrock", "--schema", schema, "--json", server=server)
        assert server.conversations[-1].tool == "form_answer"
    answer = json.loads(done.stdout)["structured"]
    assert (answer["by"], answer["document"]) == ("model", {"number": number, "owner": None}), answer
    assert [one["at"] for one in answer["unverified"]] == ["/owner"]


def test_only_what_is_there_can_be_asked(command):
    done = command("ask", "20200101-000000-00000000", BUCKETS)
    assert done.returncode == 2
    assert "no inspection" in done.stderr


@pytest.mark.full
def test_a_world_is_started_anew_and_says_so(command):
    about = "Why can the orders function not write to its bucket?"
    named = json.loads(command("inspect", about, "--world", "faulty", "--json", world=True).stdout)
    again = command("ask", named["inspection_id"], about, world=True)
    assert "started anew" in again.stderr
    assert "no call was made" in again.stdout  # everything in it is named by people, and so the same
    groups = "Which security groups are open to the world?"
    made_up = json.loads(command("inspect", groups, "--world", "faulty", "--json", world=True).stdout)
    told = json.loads(command("ask", made_up["inspection_id"], groups, "--json", world=True).stdout)
    assert told["usage"]["calls"] > 0
    assert "other ids" in told["follows"]["left_out"][0]["why"]
