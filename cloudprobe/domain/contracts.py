"""The published JSON Schemas, generated from the models: ``python -m cloudprobe.domain.contracts`` writes them.

``permit.schema.json`` is written by hand, because a permit is defined in ``sandbox``, which knows no pydantic; a test
holds the two together.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from cloudprobe.domain.agents import CodeGeneratorOutput, Decision
from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.probe import Probe, ProbeResult
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.report import Report
from cloudprobe.domain.run import GrantRequest, RunOutcome, RunRequest
from cloudprobe.domain.state import WorkflowState
from cloudprobe.domain.work import WorkItem

FOLDER = Path(__file__).parent / "schemas"

CONTRACTS: dict[str, TypeAdapter[Any]] = {
    "code-generation-prompt": TypeAdapter(CodeGenerationPrompt),
    "code-generator-output": TypeAdapter(CodeGeneratorOutput),
    "decision": TypeAdapter(Decision),
    "grant-request": TypeAdapter(GrantRequest),
    "inventory": TypeAdapter(Inventory),
    "probe": TypeAdapter(Probe),
    "probe-result": TypeAdapter(ProbeResult),
    "report": TypeAdapter(Report),
    "run-outcome": TypeAdapter(RunOutcome),
    "run-request": TypeAdapter(RunRequest),
    "work-item": TypeAdapter(WorkItem),
    "workflow-state": TypeAdapter(WorkflowState),
}


def schema_text(name: str) -> str:
    """The schema file's content."""
    schema = CONTRACTS[name].json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def write() -> None:
    for name in CONTRACTS:
        (FOLDER / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    write()
