"""Without a model: what the schema names as facts are named."""

from cloudprobe.reports.structured.filling import DIFFERENT, NOBODY_SAYS, Facts, filled, missing

FIRST = Facts("20261124-034200-9f86d081/1/1/0", {"names": ["a", "b"], "number": 2, "deep": {"x": [1]}})
SECOND = Facts("20261124-034200-9f86d081/1/1/1", {"number": 3, "names": ["a", "b"]})


def schema(*names, **more):
    return {"type": "object", "properties": {name: {} for name in names}, **more}


def test_facts_of_that_name_are_taken_whole_each_value_with_its_place():
    draft = filled(schema("names", "deep"), [FIRST])
    assert draft.document == {"names": ["a", "b"], "deep": {"x": [1]}}
    assert [(one.at, one.source) for one in draft.sources] == [
        ("/names/0", f"{FIRST.run_id}#/result/facts/names/0"),
        ("/names/1", f"{FIRST.run_id}#/result/facts/names/1"),
        ("/deep/x/0", f"{FIRST.run_id}#/result/facts/deep/x/0"),
    ]


def test_what_runs_say_differently_is_taken_from_none():
    wanted = schema("number", "names", "size", required=["number"])
    assert filled(wanted, [FIRST, SECOND]).document == {"number": None, "names": ["a", "b"]}
    assert list(missing(wanted, [FIRST, SECOND])) == [("/number", DIFFERENT), ("/size", NOBODY_SAYS)]


def test_names_are_taken_exactly_or_not_at_all():
    assert filled(schema("Names"), [FIRST]).failure


def test_a_schema_without_names_cannot_be_filled():
    for one in ({"type": "array"}, {}, {"type": "array", "properties": {"names": {}}}):
        assert "root" in filled(one, [FIRST]).failure
