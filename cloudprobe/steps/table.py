"""Every step by name. An engine in one process takes the table; a Lambda imports its one step instead."""

from types import MappingProxyType

from cloudprobe.domain.transitions import Step
from cloudprobe.steps.aggregate import aggregate
from cloudprobe.steps.analyze import analyze
from cloudprobe.steps.approve import approve
from cloudprobe.steps.execute import execute
from cloudprobe.steps.generate_code import generate_code
from cloudprobe.steps.generate_prompt import generate_prompt
from cloudprobe.steps.grant import grant
from cloudprobe.steps.orchestrate import orchestrate
from cloudprobe.steps.process_results import process_results
from cloudprobe.steps.revoke import revoke
from cloudprobe.steps.validate import validate

STEPS = MappingProxyType(
    {
        Step.ORCHESTRATE: orchestrate,
        Step.GENERATE_PROMPT: generate_prompt,
        Step.GENERATE_CODE: generate_code,
        Step.VALIDATE: validate,
        Step.APPROVE: approve,
        Step.GRANT: grant,
        Step.EXECUTE: execute,
        Step.REVOKE: revoke,
        Step.ANALYZE: analyze,
        Step.AGGREGATE: aggregate,
        Step.PROCESS_RESULTS: process_results,
    }
)
