"""From an answer to a case: scored by the truth, its citations looked up again, its effort counted."""

from collections.abc import Iterable, Mapping

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.report import Cost as ReportCost
from cloudprobe.domain.report import Evidence, Report
from cloudprobe.emulator.worlds import Question
from cloudprobe.evaluation.results import Case, CaseKey, Cost
from cloudprobe.evaluation.scoring import abstained, score
from cloudprobe.evidence.citations import Citations
from cloudprobe.evidence.record import InspectionRecordings

_SAYS = {"nothing": "leads to nothing that is recorded", "other": "does not lead to the value that the report shows"}
_NOTED_CITATIONS = 5


def judge(
    key: CaseKey,
    question: Question,
    record: InspectionRecordings,
    *,
    truth: Question,
    arns: Mapping[str, str],
    seconds: float,
) -> Case:
    """Score an answer.

    Args:
        key: which case it is.
        question: as the world has it, in real names.
        record: the finished inspection.
        truth: what this brain is held to; see ``scoring.truth_for``.
        arns: the ARN of each thing by its logical name.
        seconds: from question to report.
    """
    report = record.report
    told = score(truth, report, arns)
    cited = list(_cited(report))
    astray = list(_astray(cited, Citations(record)))
    return Case(
        key=key,
        asked=question.ask[0],
        template=question.template,
        needs_model=question.needs_model,
        inspection_id=report.inspection_id,
        outcome=report.outcome,
        right=told.right and not astray and not report.failure,
        complaints=(*told.complaints(), *astray[:_NOTED_CITATIONS], *_ended_early(report)),
        facts=len(told.stated) + len(told.missing),
        facts_found=len(told.stated),
        claims=told.claims,
        claims_wrong=len(told.wrong),
        claims_cited=told.claims - told.uncited_claims,
        citations=len(cited),
        citations_resolved=len(cited) - len(astray),
        abstained=abstained(truth, report),
        verdict=told.verdict,
        policy_excess=sum(run.figures.policy_excess for run in report.runs),
        operations_denied=report.access.denied,
        iterations=max((entry.iteration for entry in report.timeline), default=0),
        retries=_retries(report),
        runs=len(report.runs),
        calls=report.usage.calls,
        seconds=round(seconds, 3),
        cost=_cost(report.cost),
        failure=report.failure,
    )


def failed(key: CaseKey, question: Question, *, truth: Question, failure: str, seconds: float) -> Case:
    """A question that ended in an error, and not in a report."""
    facts = len(truth.expect) + len(truth.state)
    return Case(
        key=key,
        asked=question.ask[0],
        template=question.template,
        needs_model=question.needs_model,
        outcome=Outcome.FAILED,
        right=False,
        complaints=(f"no report: {failure}",),
        facts=facts,
        abstained=None if facts else False,
        verdict=(str(Outcome.FAILED),),
        seconds=round(seconds, 3),
        failure=failure,
    )


def _cited(report: Report) -> Iterable[Evidence]:
    """Every place that is cited for a finding or a sentence of the answer."""
    for finding in report.findings:
        yield from finding.evidence
    for claim in report.claims:
        yield from claim.evidence


def _astray(cited: Iterable[Evidence], citations: Citations) -> Iterable[str]:
    for evidence in cited:
        verdict = citations.verdict(evidence)
        if verdict != "resolves":
            yield f"citation: {evidence.pointer} {_SAYS[verdict]}"


def _ended_early(report: Report) -> Iterable[str]:
    """An answer that a fault left behind is no right one, though there may be nothing wrong in it."""
    if report.failure:
        yield f"ended early: {report.failure}"


def _retries(report: Report) -> int:
    """Attempts after the first of each iteration."""
    attempts: dict[int, int] = {}
    for entry in report.timeline:
        attempts[entry.iteration] = max(entry.attempt, attempts.get(entry.iteration, 1))
    return sum(attempt - 1 for attempt in attempts.values())


def _cost(cost: ReportCost) -> Cost:
    return Cost(
        aws_usd=round(cost.usd - cost.model_usd, 6),
        model_usd=cost.model_usd,
        unpriced=cost.unpriced,
        tokens=cost.usage,
        exchanges=sum(one.exchanges for one in cost.models),
    )
