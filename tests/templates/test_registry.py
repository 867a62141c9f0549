"""The template library: what is read, what is left out and why."""

import hashlib
import os

import pytest

from cloudprobe.errors import StoreError, UsageError
from cloudprobe.templates.registry import BUILTIN_FOLDER, TemplateLibrary

DEFINITION = """
name = "{name}"
title = "Title"
description = "Description"
version = "1.0.0"
services = ["s3"]
questions = ["Which gadgets are blue?"]
success_criteria = ["Says which"]
[variables.size]
type = "integer"
description = "How large"
default = 3
[variables.names]
type = "list"
description = "Which"
pattern = '[a-z]+'
[variables.mode]
type = "string"
description = "How"
pattern = 'fast|slow'
"""


def write(parent, name, *, definition=DEFINITION, script="print('{}')", folder=None):
    path = parent / (folder or name)
    path.mkdir(parents=True)
    if definition is not None:
        (path / "template.toml").write_text(definition.format(name=name))
    if script is not None:
        (path / "probe.py").write_bytes(script if isinstance(script, bytes) else script.encode())
    return path


@pytest.fixture
def template(tmp_path):
    return TemplateLibrary.from_folders([write(tmp_path, "blue_gadgets")]).get("blue_gadgets")


def test_the_built_in_library_is_whole():
    library = TemplateLibrary.builtin()
    assert library.problems == ()
    assert len(library) == len(list(BUILTIN_FOLDER.glob("*/template.toml")))
    for template in library:
        compile(template.script, template.name, "exec")
        assert template.digest == hashlib.sha256(template.script.encode()).hexdigest()
        assert template.complete({}).keys() <= template.variables.keys()
        assert (template.data_class == "metadata") == (template.name != "lambda_error_logs")


def test_templates_iterate_in_the_order_of_their_names(tmp_path):
    write(tmp_path, "zebras")
    write(tmp_path, "apples")
    library = TemplateLibrary.from_folders([tmp_path])
    assert [template.name for template in library] == ["apples", "zebras"]
    assert "apples" in library
    assert "pears" not in library


def test_what_a_template_says(template):
    assert (template.title, template.description, template.version) == ("Title", "Description", "1.0.0")
    assert template.questions == ("Which gadgets are blue?",)
    assert template.keywords == ()
    assert template.services == ("s3",)
    assert template.success_criteria == ("Says which",)
    assert template.variables_schema == {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "size": {"type": "integer", "description": "How large", "default": 3},
            "names": {"type": "array", "description": "Which", "items": {"type": "string", "pattern": "[a-z]+"}},
            "mode": {"type": "string", "description": "How", "pattern": "fast|slow"},
        },
    }


def test_defaults_give_way_to_what_is_given(template):
    assert template.complete({}) == {"size": 3}
    assert template.complete({"size": 5, "names": ["a"], "mode": "slow"}) == {"size": 5, "names": ["a"], "mode": "slow"}


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"colour": 1}, "has no variable 'colour'. It has: mode, names, size."),
        ({"size": "5"}, "is not of type integer"),
        ({"size": True}, "is not of type integer"),
        ({"names": ["A"]}, "does not match"),
        ({"mode": "medium"}, "does not match fast|slow"),
    ],
)
def test_values_that_do_not_fit_are_named(template, values, complaint):
    with pytest.raises(UsageError) as raised:
        template.complete(values)
    assert complaint in str(raised.value)


def test_an_unknown_name_brings_the_nearest():
    with pytest.raises(UsageError, match="Nearest: s3_public_buckets"):
        TemplateLibrary.builtin().get("s3_public_bucket")
    with pytest.raises(UsageError, match="There are: none"):
        TemplateLibrary([]).get("x")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"definition": None}, "it has no template.toml"),
        ({"script": None}, "it has no probe.py"),
        ({"definition": "name = "}, "template.toml cannot be read"),
        ({"definition": 'name = "{name}"'}, "template.toml: title: Field required"),
        ({"definition": DEFINITION + "colour = 1"}, "variables.mode.colour: Extra inputs are not permitted"),
        ({"definition": DEFINITION.replace("default = 3", "default = 'x'")}, "the default is not of type integer"),
        ({"definition": DEFINITION.replace("'fast|slow'", "'('")}, "template.toml: variables.mode"),
        ({"folder": "other"}, "it is called 'blue_gadgets' but its folder is not"),
    ],
)
def test_a_broken_folder_is_left_out_and_named(tmp_path, arguments, reason):
    write(tmp_path, "blue_gadgets", **arguments)
    write(tmp_path, "good_one")
    library = TemplateLibrary.from_folders([tmp_path])
    assert [template.name for template in library] == ["good_one"]
    (problem,) = library.problems
    assert reason in problem.reason
    assert str(problem.folder) in str(problem)


def test_of_two_with_one_name_the_first_stays(tmp_path):
    first = write(tmp_path / "a", "same_name")
    write(tmp_path / "b", "same_name")
    library = TemplateLibrary.from_folders([tmp_path / "a", tmp_path / "b"])
    assert library.get("same_name").folder == first
    assert "already has the name" in library.problems[0].reason


def test_a_folder_that_is_not_there_is_a_problem(tmp_path):
    (problem,) = TemplateLibrary.from_folders([tmp_path / "nowhere"]).problems
    assert problem.reason == "it has no template.toml"


@pytest.mark.skipif(os.geteuid() == 0, reason="the root user may read any folder")
def test_a_folder_that_may_not_be_read_is_a_problem(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert TemplateLibrary.from_folders([closed]).problems


def test_the_script_is_read_on_demand_and_must_still_be_there(tmp_path):
    folder = write(tmp_path, "blue_gadgets")
    template = TemplateLibrary.from_folders([folder]).get("blue_gadgets")
    (folder / "probe.py").unlink()
    with pytest.raises(StoreError, match="blue_gadgets"):
        _ = template.script
    not_text = write(tmp_path, "not_text", script=b"\xff\xfe")
    with pytest.raises(StoreError):
        _ = TemplateLibrary.from_folders([not_text]).get("not_text").digest
