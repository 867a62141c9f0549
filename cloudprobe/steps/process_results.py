"""The end of the loop, whichever way it was reached: the report, stored before anybody hears of it."""

from cloudprobe import __version__
from cloudprobe.domain.state import StateUpdate, WorkflowState, merge
from cloudprobe.ports import Ports
from cloudprobe.reports.assembly import assemble
from cloudprobe.steps.artifacts import encode, metrics_key, report_key
from cloudprobe.steps.following import cited, followed_of, suspects


def process_results(state: WorkflowState, ports: Ports) -> StateUpdate:
    known_before = StateUpdate(collected_data=cited(state, ports.artifacts))
    state = merge(state, known_before)
    if told := suspects(state, ports.artifacts):
        state = merge(state, StateUpdate(context={"instructions_in_data": told}))
    report = assemble(
        state,
        followed=followed_of(state, ports.artifacts),
        artifacts=ports.artifacts,
        recordings=ports.recordings,
        clock=ports.clock,
        version=__version__,
    )
    key = report_key(state["inspection_id"])
    ports.artifacts.put(metrics_key(state["inspection_id"]), encode(report.metrics))
    ports.artifacts.put(key, encode(report))
    return StateUpdate(**known_before, context={"report": key, "outcome": report.outcome.value})
