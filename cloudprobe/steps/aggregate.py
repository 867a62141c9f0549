"""Merges what an iteration saw into the inventory."""

from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.run import RunOutcome
from cloudprobe.domain.state import StateUpdate, WorkflowState, work_of
from cloudprobe.domain.work import WorkStatus
from cloudprobe.ports import Ports
from cloudprobe.steps.artifacts import encode, inventory_key, load, outcome_key


def aggregate(state: WorkflowState, ports: Ports) -> StateUpdate:
    iteration = state["current_iteration"]
    before = inventory_key(state["inspection_id"], iteration - 1)
    inventory = load(Inventory, before, ports.artifacts) if iteration > 1 else Inventory()
    for item in work_of(state, WorkStatus.SUCCEEDED):
        outcome = load(RunOutcome, outcome_key(item.run_id), ports.artifacts)
        if outcome.result is not None:
            inventory = inventory.merge(outcome.result.resources, run_id=item.run_id, account=item.account)
    key = inventory_key(state["inspection_id"], iteration)
    ports.artifacts.put(key, encode(inventory))
    return StateUpdate(context={"inventory": key, "inventory_counts": inventory.counts()})
