"""``ask``: continues a finished inspection; and ``--schema``, which says in what shape an answer is wanted besides."""

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudprobe.bootstrap import open_account
from cloudprobe.cli.approving import Consent
from cloudprobe.cli.inspecting import Output, checked_question, data_resources, emit, exit_code, open_data, run
from cloudprobe.cli.reaching import way_of
from cloudprobe.cli.thinking import Brain, Override
from cloudprobe.cli.writing import report_format
from cloudprobe.domain.approval import ApprovalMode
from cloudprobe.domain.inspection import FRESH_SECONDS, InspectionSettings
from cloudprobe.errors import UsageError
from cloudprobe.reports.structured.filling import NEEDS_NAMES
from cloudprobe.reports.structured.schemas import properties_of, read_schema
from cloudprobe.sandbox.permit import DataClass
from cloudprobe.steps.following import check_finished

_ANEW = (
    "again       the embedded account is started anew with the world {world}: what has a made-up id has another one"
    " now, and is looked at again\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is said anew where an inspection is continued; None, or empty, leaves it as it was."""

    regions: tuple[str, ...] = ()
    data_class: DataClass | None = None
    data_resources: tuple[str, ...] = ()
    max_iterations: int | None = None
    max_retries: int | None = None
    fresh_hours: float | None = None
    mask: bool = False
    budget_usd: float | None = None
    budget_seconds: float | None = None
    approve: ApprovalMode | None = None
    schema: Path | None = None

    def over(self, before: InspectionSettings, *, follows: str, brain: Brain) -> InspectionSettings:
        """The settings of the new inspection. What was masked stays masked; budgets are of each inspection alone.

        Raises:
            UsageError: a number that is none.
            RefusedError: the class is ``data`` and nothing is named.
        """
        fresh = FRESH_SECONDS if self.fresh_hours is None else self.fresh_hours * 3600
        if not 0 <= fresh < math.inf:
            raise UsageError(f"--fresh is {fresh / 3600:g}; it has to be a number of hours, 0 or more.")
        data_class = self.data_class or before.data_class
        kept = before.data_resources if data_class == "data" else ()
        return before.model_copy(
            update={
                "follows": follows,
                "fresh_seconds": fresh,
                "regions": self.regions or before.regions,
                "data_class": data_class,
                "data_resources": data_resources(self.data_resources or kept, data_class=data_class),
                "max_iterations": self.max_iterations or before.max_iterations,
                "max_retries": before.max_retries if self.max_retries is None else self.max_retries,
                "model": brain.choice.model,
                "model_for": dict(brain.choice.model_for),
                "mask": self.mask or before.mask,
                "budget_usd": self.budget_usd,
                "budget_seconds": self.budget_seconds,
                "approve": self.approve or before.approve,
                "answer_schema": answer_schema(self.schema, brain),
            }
        )


def answer_schema(path: Path | None, brain: Brain) -> dict[str, Any] | None:
    """What ``--schema`` says.

    Raises:
        UsageError: the file is no schema that can be held to, or nobody is there who could fill it in.
    """
    if path is None:
        return None
    schema = read_schema(path)
    if not brain.asks and not properties_of(schema):
        raise UsageError(NEEDS_NAMES, hint="Name a model with --model, or give the root properties.")
    return schema


def ask(
    inspection_id: str,
    question: str,
    asked: Asked,
    wanted: Output,
    *,
    consent: Consent,
    brain: Override,
    data_dir: Path | None,
    log_level: str | None,
) -> int:
    """Continue a finished inspection: a new one, in the same account by the same way, that knows what it knows."""
    question = checked_question(question)
    workspace = open_data(data_dir, log_level)
    form = report_format(workspace.config, wanted.format, wanted.path)
    before = workspace.inspection(inspection_id)
    check_finished(before)
    settings = before.settings
    thinker = brain.over(settings)
    settled = asked.over(settings, follows=inspection_id, brain=thinker)
    way = way_of(settings)
    with open_account(
        settings.world, workspace.config, account_id=settings.account, access=way.access, accounts=way.accounts
    ) as account:
        account.check_same(settings)
        if settings.world and not wanted.quiet:
            sys.stderr.write(_ANEW.format(world=settings.world))
        chosen = account.narrow(settled)
        report = run(workspace, account, wanted, question=question, settings=chosen, consent=consent, brain=thinker)
    emit(report, wanted, form)
    return exit_code(report)
