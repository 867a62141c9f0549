import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudprobe.agents.prompting import telling
from cloudprobe.agents.prompting.citing import Citations
from cloudprobe.agents.prompting.compaction import MOST_PLACES, compact
from cloudprobe.domain.agents import Knowledge
from cloudprobe.domain.pointers import EvidencePointer, resolve
from cloudprobe.domain.probe import ProbeFinding, ProbeResource, ProbeResult, Severity
from cloudprobe.domain.tokens import estimate
from tests.agents import states

ROOT = f"{states.RUN}#/result/facts"
MANY = 20_000


def rows(count):
    return [
        {
            "id": f"i-{n}",
            "size": n % 97,
            "state": "bad" if n == 12_345 else "ok",
            "tags": {"a": n},
            "deep": [1, [2, [3]]],
        }
        for n in range(count)
    ]


def told(document):
    return compact(document, ROOT).places


def values(document):
    return {place.pointer.removeprefix(ROOT): place.value for place in told(document) if not place.note}


def about(places, what):
    return [place for place in places if what in place.note]


def test_what_is_small_stands_as_it_is():
    document = {"count": 3, "names": ["a", "b"], "open": {"x": True}, "none": None}
    assert values(document) == {"/count": 3, "/names": ["a", "b"], "/open": {"x": True}, "/none": None}


def test_a_long_list_is_counted_spread_and_sampled():
    places = told({"rows": rows(MANY)})
    assert about(places, "a list of 20,000 objects")
    assert about(places, "size: numbers from 0 to 96, median 48")
    assert about(places, '"ok" 19,999 times, "bad" 1 times')
    assert about(places, "id: 20,000 different values")
    (rare,) = [place for place in places if place.note == "rare"]
    assert (rare.pointer, rare.value) == (f"{ROOT}/rows/12345/state", "bad")
    sampled = {place.pointer for place in places}
    assert {f"{ROOT}/rows/0/id", f"{ROOT}/rows/{MANY - 1}/id"} <= sampled or {f"{ROOT}/rows/0"} <= sampled


def test_outliers_are_found_by_number_too():
    numbers = [5] * 500
    numbers[321] = 9_000
    (largest,) = [place for place in told({"latencies": numbers}) if place.note == "largest"]
    assert (largest.pointer, largest.value) == (f"{ROOT}/latencies/321", 9_000)


def test_a_string_of_five_megabytes_is_a_line():
    (place,) = told({"policy": "x" * 5_000_000})
    assert len(json.dumps(place.value)) < 400
    assert "5,000,000 characters" in place.value


def test_the_number_of_places_is_bounded_and_what_is_missing_counted():
    wide = {f"k{n}": {f"l{m}": "v" * 300 for m in range(20)} for n in range(30)}
    compacted = compact(wide, ROOT)
    assert len(compacted.places) <= MOST_PLACES
    assert compacted.left_out


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=8), inner, max_size=40),
    max_leaves=200,
)


@settings(max_examples=40, deadline=None)
@given(document=st.dictionaries(st.text(max_size=8), json_values, max_size=40))
def test_every_place_that_is_told_is_there(document):
    compacted = compact(document, ROOT)
    assert len(compacted.places) <= MOST_PLACES
    for place in compacted.places:
        found = resolve({"result": {"facts": document}}, EvidencePointer.parse(place.pointer).path)
        if place.value is not None and isinstance(found, bool | int | float):
            assert place.value == found


@pytest.fixture(scope="module")
def crowd():
    resources = tuple(
        ProbeResource(
            arn=f"arn:aws:ec2:eu-west-1:123456789012:instance/i-{n:017x}",
            type="ec2:instance",
            region="eu-west-1",
            summary={"state": "stopped" if n == 77 else "running", "cpu": n % 13},
        )
        for n in range(MANY)
    )
    findings = tuple(
        ProbeFinding(id="f", title=f"Instance {n} is open", severity=Severity.LOW, resource=f"i-{n}")
        for n in range(MANY)
    )
    return states.observation(ProbeResult(facts={"rows": rows(MANY)}, findings=findings, resources=resources))


def test_twenty_thousand_resources_fit_into_a_prompt_with_counts_samples_and_outliers(crowd):
    assert len(crowd.model_dump_json()) < 100_000
    citations = Citations([crowd])
    lines = telling.known(Knowledge(observations=(crowd,)), citations).lines
    text = "\n".join(lines)
    assert estimate(text) < 20_000
    assert "20,000 of type ec2:instance" in text
    assert "1/1/0#/result/resources/77/summary/state" in text
    assert "findings: 20000 low" in text
    assert "19,960 more findings" in text
    assert "20,000 resources are told by type" in text


def test_a_small_model_is_told_less_and_that_it_is_less(crowd):
    from cloudprobe.agents.orchestrator.model import ModelOrchestrator
    from cloudprobe.templates.registry import TemplateLibrary
    from tests.agents.brains import Brain

    knowledge = states.knowledge(observations=(crowd,) * 5)
    for room in (6_000, 8_000, 12_000):
        orchestrator = ModelOrchestrator(Brain(room=room), TemplateLibrary.builtin())
        given = states.orchestrator_input(knowledge=knowledge)
        prompt = orchestrator.plan_prompt(given, ())
        assert estimate(prompt.system) + estimate(prompt.user) <= room
        assert "lines are left out for lack of room" in prompt.user
