"""Each value of a structured answer against the place it names."""

import pytest

from cloudprobe.domain.agents import LeafSource, StructuredDraft
from cloudprobe.domain.pointers import UnresolvedPointerError, resolve, split
from cloudprobe.domain.report import Evidence, EvidenceCall
from cloudprobe.reports.evidence import Proof
from cloudprobe.reports.structured.checking import MOST_VALUES, NAMELESS, NO_SOURCE, NOWHERE, OTHER, checked

RUN = "20261124-034200-9f86d081/1/1/0"
RECORDED = {
    "name": "order-records",
    "count": 3,
    "share": 0.5,
    "size": "1024",
    "version": "1.20",
    "public": True,
    "none": [],
    "rules": [{"id": 1}, {"id": 2}],
    "by": {"order-records": {"public": True}},
}
OPEN = {"type": "object", "properties": {"x": {}, "y": {}, "n": {}}}


def look_up(cited):
    try:
        path = split(cited.partition("#")[2])
        value = resolve({"result": {"facts": RECORDED}}, path)
    except UnresolvedPointerError:
        return Proof(Evidence(pointer=cited, verified=False))
    call = EvidenceCall(
        index=0,
        service="s3",
        operation="X",
        region="",
        account="",
        request_id="",
        started="",
        parameters={"Bucket": "b-1"},
    )
    return Proof(Evidence(pointer=cited, verified=True, value=value, call=call), value)


def draft(document, **sources):
    named = [LeafSource(at=f"/{at}", source=f"{RUN}#/result/facts/{place}") for at, place in sources.items()]
    return StructuredDraft(document=document, sources=tuple(named))


def answer(document, schema=OPEN, **sources):
    return checked(draft(document, **sources), schema, look_up, by="model")


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("order-records", "name"),
        (3, "count"),
        (3.0, "count"),
        (0.5, "share"),
        (1024, "size"),
        ("1024", "size"),
        (1.2, "version"),
        (True, "public"),
        ([], "none"),
    ],
)
def test_what_stands_there_is_shown(value, place):
    found = answer({"x": value}, x=place)
    assert found.document == {"x": value}
    assert [(one.at, one.derived) for one in found.values] == [("/x", "value")]
    assert not found.unverified


@pytest.mark.parametrize(
    ("value", "place", "why"),
    [
        ("Order-Records", "name", OTHER),
        ("order-records ", "name", OTHER),
        ("3", "count", OTHER),
        (4, "count", OTHER),
        (True, "count", OTHER),
        (1, "public", OTHER),
        (False, "public", OTHER),
        (0.49, "share", OTHER),
        ([], "rules", OTHER),
        ({}, "none", OTHER),
        (2, "rules", OTHER),
        ("x", "nowhere", NOWHERE),
    ],
)
def test_what_does_not_stand_there_is_null(value, place, why):
    found = answer({"x": value}, x=place)
    assert found.document == {"x": None}
    assert [(one.at, one.why) for one in found.unverified] == [("/x", why)]
    assert not found.values


def test_a_count_is_the_length_code_counts():
    source = LeafSource(at="/n", source=f"{RUN}#/result/facts/rules", derived="count")
    for value, shown in ((2, True), (3, False), (2.0, True)):
        found = checked(StructuredDraft(document={"n": value}, sources=(source,)), OPEN, look_up, by="model")
        assert bool(found.values) is shown
    alien = source.model_copy(update={"source": f"{RUN}#/result/facts/name"})
    assert not checked(StructuredDraft(document={"n": 13}, sources=(alien,)), OPEN, look_up, by="model").values


def test_what_names_no_source_is_null():
    assert answer({"x": {"y": ["a", None]}}).document == {"x": {"y": [None, None]}}
    assert [one.why for one in answer({"x": "a"}).unverified] == [NO_SOURCE]


def test_what_the_schema_gives_needs_no_source():
    schema = {
        "properties": {
            "kind": {"const": "bucket"},
            "list": {"items": {"$ref": "#/$defs/one"}},
            "other": {"enum": ["a", "b"]},
        },
        "$defs": {"one": {"properties": {"v": {"enum": [1]}}}},
    }
    found = answer({"kind": "bucket", "list": [{"v": 1}, {"v": 1}], "other": "a"}, schema)
    assert [(one.at, one.derived) for one in found.values] == [
        ("/kind", "schema"),
        ("/list/0/v", "schema"),
        ("/list/1/v", "schema"),
    ]
    assert [one.at for one in found.unverified] == ["/other"]


def test_where_null_is_not_allowed_the_whole_is_refused():
    schema = {"type": "object", "properties": {"x": {"type": "string"}}}
    found = answer({"x": "invented"}, schema, x="name")
    assert found.document is None
    assert "At /x" in found.refused
    assert "1 of its values" in found.refused


def test_where_null_is_allowed_it_stands():
    schema = {"type": "object", "properties": {"x": {"type": ["string", "null"]}}, "required": ["x"]}
    found = answer({"x": "invented"}, schema, x="name")
    assert (found.document, found.refused) == ({"x": None}, "")


def test_a_document_that_does_not_fit_is_refused_though_every_value_is_shown():
    found = answer({"x": 3}, {"type": "array"}, x="count")
    assert found.document is None
    assert found.refused.startswith("It does not fit the schema. At the root")


def test_names_of_entries_are_statements_too():
    shown = LeafSource(at="/order-records/public", source=f"{RUN}#/result/facts/by/order-records/public")
    same_value = shown.model_copy(update={"at": "/payments/public"})
    asked = shown.model_copy(update={"at": "/b-1/public"})
    document = {name: {"public": True} for name in ("order-records", "payments", "b-1")}
    schema = {"additionalProperties": {"properties": {"public": {}}}}
    found = checked(StructuredDraft(document=document, sources=(shown, same_value, asked)), schema, look_up, by="model")
    assert found.document == {"order-records": {"public": True}, "b-1": {"public": True}}
    assert [(one.at, one.why) for one in found.unverified] == [("/payments", NAMELESS)]
    assert {one.at for one in found.values} == {"/order-records/public", "/b-1/public"}


def test_a_document_of_any_size_ends():
    found = answer({"x": list(range(MOST_VALUES + 1))})
    assert found.document is None
    assert f"{MOST_VALUES:,}" in found.refused


def test_a_scalar_is_a_document():
    source = LeafSource(at="", source=f"{RUN}#/result/facts/count")
    found = checked(StructuredDraft(document=3, sources=(source,)), {"type": "integer"}, look_up, by="model")
    assert (found.document, found.values[0].at) == (3, "")
