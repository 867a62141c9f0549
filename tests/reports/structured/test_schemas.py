"""What is taken for a schema, and what of a document does not fit it."""

import json

import pytest

from cloudprobe.errors import UsageError
from cloudprobe.reports.structured.schemas import MOST_BYTES, MOST_DEPTH, check_schema, read_schema, violation

TREE = {"type": "object", "properties": {"name": {"type": "string"}, "below": {"$ref": "#"}}}


def deep(levels):
    return {"properties": {"a": deep(levels - 2)}} if levels > 1 else {}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        TREE,
        {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"n": {}}, "$ref": "#/definitions/n"},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {"n": {"$anchor": "n"}}, "$ref": "#n"},
        {"properties": {"$ref": {"type": "string"}, "$id": {"type": "string"}}},
        deep(MOST_DEPTH - 1),
    ],
)
def test_schemas_are_taken(schema):
    check_schema(schema)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ([], "no JSON object"),
        (True, "no JSON object"),
        ({"type": "objekt"}, "At /type"),
        ({"pattern": "("}, "At /pattern"),
        ({"$ref": "#"}, "refers to itself without end"),
        ({"$ref": "#/$defs/n"}, "nothing stands there"),
        ({"$dynamicRef": "#n"}, "nothing stands there"),
        ({"$ref": "https://example.com/s.json"}, "nothing is fetched"),
        ({"items": [{"allOf": [{"$ref": "file:///etc/passwd"}]}]}, "nothing is fetched"),
        ({"$ref": "other.json#/a"}, "nothing is fetched"),
        ({"$schema": "https://example.com/dialect"}, "no dialect"),
        ({"$schema": 7}, "no dialect"),
        ({"properties": {"a": {"$id": "https://example.com/a"}}}, "an \\$id"),
        (deep(MOST_DEPTH + 2), "deeper than"),
    ],
)
def test_what_cannot_be_held_to_is_refused(schema, why):
    with pytest.raises(UsageError, match=why) as refused:
        check_schema(schema)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "no JSON"),
        ('{"maximum": NaN}', "NaN"),
        ("[" * 100_000, "bytes"),
        ("[" * 20_000, "no JSON|deeper"),
        (json.dumps({"title": "x" * MOST_BYTES}), "bytes"),
        ("\xff", "no JSON"),
    ],
)
def test_files_that_hold_no_schema_are_refused(tmp_path, text, why):
    path = tmp_path / "answer.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=why):
        read_schema(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_schema(tmp_path / "none.json")


def test_a_violation_names_its_place():
    schema = {"type": "object", "properties": {"names": {"type": "array", "items": {"type": "string"}}}}
    assert violation({"names": ["a"]}, schema) == ""
    assert violation({"names": ["a", None]}, schema).startswith("At /names/1: None is not of type")
    assert violation({"below": {"name": 3}}, TREE).startswith("At /below/name")
