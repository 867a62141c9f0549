"""Answers in the caller's shape, with scripted models: careful, lying, lazy, and against a real account."""

import json
from dataclasses import replace

import jsonschema
import pytest

from cloudprobe.domain.inspection import Outcome
from cloudprobe.errors import ModelAnswerError
from cloudprobe.evidence import package
from cloudprobe.evidence.verification import verify
from cloudprobe.reports.formats import render
from tests.agents import brains
from tests.agents.test_inspections import Inspection, account

__all__ = ["account"]
SCHEMA = {
    "type": "object",
    "properties": {
        "forever": {"type": ["array", "null"], "items": {"type": ["string", "null"]}},
        "how_many": {"type": ["integer", "null"]},
        "kind": {"const": "log-groups"},
    },
    "required": ["forever", "how_many"],
    "additionalProperties": False,
}
FACTS = "1/1/0#/result/facts"


def form(document, *sources):
    named = [dict(zip(("at", "place", "derived"), one, strict=False)) for one in sources]
    return {"document": document, "sources": named}


CAREFUL = form(
    {"forever": ["/app/audit", "/app/orders"], "how_many": 2, "kind": "log-groups"},
    ("/forever/0", f"{FACTS}/names/0"),
    ("/forever/1", f"{FACTS}/names/1"),
    ("/how_many", f"{FACTS}/names", "count"),
)


@pytest.fixture
def inspection(account, tmp_path):
    return Inspection(account, tmp_path)


def ask(inspection, answer, schema=SCHEMA):
    brain = brains.careful(form=answer)
    report = inspection.ask(brain, answer_schema=schema)
    return report, brain


def test_a_careful_model_is_shown_value_by_value(inspection, tmp_path):
    report, brain = ask(inspection, CAREFUL)
    answer = report.structured
    assert (answer.document, answer.by, answer.refused) == (CAREFUL["document"], "model", "")
    jsonschema.validate(answer.document, SCHEMA)
    assert {one.at: one.derived for one in answer.values} == {
        "/forever/0": "value",
        "/forever/1": "value",
        "/how_many": "count",
        "/kind": "schema",
    }
    assert all(one.evidence.verified for one in answer.values if one.derived != "schema")
    assert '"how_many"' in brain.last.user
    assert json.loads(render(report, "json"))["structured"]["document"] == answer.document
    assert "## Structured answer" in render(report, "md")
    assert "/app/audit" in render(report, "html")
    packed = tmp_path / "package.tar.gz"
    package.export(inspection.workspace.recorded(inspection.workspace.inspection(report.inspection_id)), packed)
    checked = verify(packed)
    assert checked.ok, checked.to_json()


def test_a_package_whose_document_says_something_else_is_noticed(inspection, tmp_path):
    report, _ = ask(inspection, CAREFUL)
    record = inspection.workspace.recorded(inspection.workspace.inspection(report.inspection_id))
    changed = report.structured.model_copy(update={"document": {**CAREFUL["document"], "how_many": 3}})
    packed = tmp_path / "package.tar.gz"
    package.export(replace(record, report=report.model_copy(update={"structured": changed})), packed)
    problems = [problem for check in verify(packed).checks for problem in check.problems]
    assert problems == ["The structured answer is not shown at /how_many: Its source holds another value."]
    for schema, found in (
        ({**SCHEMA, "required": ["more"]}, "'more' is a required property"),
        ({**SCHEMA, "$ref": "https://example.com/s"}, "nothing is fetched"),
        (None, "no schema"),
        ({**SCHEMA, "required": ["more"], "pattern": "(a+)+$"}, ""),
    ):
        settings = record.settings.model_copy(update={"answer_schema": schema})
        package.export(replace(record, settings=settings), packed)
        problems = [problem for check in verify(packed).checks for problem in check.problems]
        assert len(problems) == bool(found)
        assert found in "".join(problems)


def test_a_lying_model_gets_null_and_is_named(inspection):
    lie = form(
        {"forever": ["/app/payments", "/app/audit"], "how_many": 7},
        ("/forever/0", f"{FACTS}/names/0"),
        ("/forever/1", "9/9/9#/result/facts/names/1"),
        ("/how_many", f"{FACTS}/names", "count"),
    )
    report, _ = ask(inspection, lie)
    assert report.structured.document == {"forever": [None, None], "how_many": None}
    assert {one.at for one in report.structured.unverified} == {"/forever/0", "/forever/1", "/how_many"}
    assert "/app/payments" not in json.dumps(report.structured.document)


def test_a_lying_model_is_refused_where_null_is_not_allowed(inspection):
    strict = {"type": "object", "properties": {"how_many": {"type": "integer"}}, "required": ["how_many"]}
    report, _ = ask(inspection, form({"how_many": 7}, ("/how_many", f"{FACTS}/forever")), strict)
    assert report.structured.document is None
    assert "At /how_many" in report.structured.refused
    assert report.outcome is Outcome.ANSWERED  # in words; the shape is what could not be given


@pytest.mark.parametrize(
    "lazy", [ModelAnswerError("The model answered in prose."), form(None), form({"forever": ["/app/audit"]})]
)
def test_where_a_model_is_lazy_code_fills_in_what_is_named_as_facts_are(inspection, lazy):
    names = {"type": "object", "properties": {"names": {"type": "array"}, "groups": {"type": "integer"}}}
    report, _ = ask(inspection, lazy, {**names, "additionalProperties": False})
    assert report.structured.by == "code"
    assert set(report.structured.document["names"]) == {"/app/audit", "/app/orders"}
    assert report.structured.document["groups"] == 3


def test_a_document_that_came_as_text_is_read(inspection):
    report, _ = ask(inspection, {**CAREFUL, "document": json.dumps(CAREFUL["document"])})
    assert report.structured.document == CAREFUL["document"]


def test_a_continued_inspection_fills_a_shape_from_what_is_known(inspection):
    first, _ = ask(inspection, CAREFUL)
    known = form(
        {"forever": ["/app/audit"], "how_many": None},
        ("/forever/0", "earlier1/1/1/0#/result/facts/names/0"),
    )
    conclusion = {
        "verdict": "answered",
        "reason": "Known.",
        "claims": [{"text": "`/app/audit` never expires.", "evidence": ["earlier1/1/1/0#/result/facts/names"]}],
    }
    brain = brains.Brain(move=brains.COMPLETE, conclusion=conclusion, form=known)
    report = inspection.ask(brain, "Name one of them.", follows=first.inspection_id, answer_schema=SCHEMA)
    assert report.usage.calls == 0
    assert report.structured.document == known["document"]
    assert report.structured.values[0].evidence.as_of
