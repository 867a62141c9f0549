import dataclasses
import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.domain.contracts import CONTRACTS, FOLDER, schema_text
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.probe import ProbeResult
from cloudprobe.domain.state import initial_state
from cloudprobe.errors import RefusedError
from cloudprobe.sandbox.permit import AllowedOperation, Budgets, Permit

PERMIT_SCHEMA = json.loads((FOLDER / "permit.schema.json").read_text())
DIGEST = "a" * 64


def permit(**changes):
    values = {
        "operations": (AllowedOperation(service="s3", operation="ListBuckets"),),
        "accounts": ("123456789012",),
        "script_digest": DIGEST,
        "policy_digest": DIGEST,
    }
    return Permit(**{**values, **changes})


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_a_published_schema_is_what_the_model_says(name):
    """Run `python -m cloudprobe.domain.contracts` after a deliberate change, and write down why in its ADR."""
    assert (FOLDER / f"{name}.schema.json").read_text() == schema_text(name)


def test_every_published_schema_is_a_valid_schema():
    for file in FOLDER.glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text()))


def test_the_hand_written_permit_schema_names_exactly_the_fields_of_the_dataclasses():
    for schema, kind in (
        (PERMIT_SCHEMA, Permit),
        (PERMIT_SCHEMA["properties"]["operations"]["items"], AllowedOperation),
        (PERMIT_SCHEMA["properties"]["budgets"], Budgets),
    ):
        names = {field.name for field in dataclasses.fields(kind)}
        assert set(schema["properties"]) == names == set(schema["required"])


@given(
    operations=st.lists(
        st.builds(
            AllowedOperation,
            service=st.from_regex(r"[a-z0-9-]+", fullmatch=True),
            operation=st.from_regex(r"[A-Za-z0-9_]+", fullmatch=True),
            resources=st.lists(st.text()).map(tuple),
        )
    ).map(tuple),
    data_class=st.sampled_from(["metadata", "logs", "data"]),
    budgets=st.builds(Budgets, calls=st.integers(0, 10**6)),
)
def test_a_permit_survives_its_json_and_fits_its_schema(operations, data_class, budgets):
    before = permit(operations=operations, data_class=data_class, budgets=budgets)
    document = json.loads(json.dumps(before.to_json()))
    jsonschema.validate(document, PERMIT_SCHEMA)
    assert Permit.from_json(document) == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("operations"),
        lambda d: d.update(version=2),
        lambda d: d.update(everything="*"),
        lambda d: d["operations"][0].pop("resources"),
        lambda d: d.update(budgets=None),
    ],
)
def test_a_damaged_permit_is_refused(damage):
    document = json.loads(json.dumps(permit().to_json()))
    damage(document)
    with pytest.raises(RefusedError):
        Permit.from_json(document)


def test_a_new_state_fits_the_published_schema():
    state = initial_state("20261124-034200-9f86d081", "who?", InspectionSettings())
    jsonschema.validate(state, json.loads((FOLDER / "workflow-state.schema.json").read_text()))


def test_a_result_with_a_field_nobody_knows_is_not_a_result():
    with pytest.raises(ValueError, match="surprise"):
        ProbeResult.model_validate({"facts": {}, "surprise": 1})
