"""Judging a probe's answer by a world's truth."""

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Severity
from cloudprobe.emulator.worlds import Question
from tests.templates.probe_runs import ProbeRun
from tests.worlds.seeded import Seeded


def judge(run: ProbeRun, question: Question, world: Seeded) -> None:
    """Fail unless the findings are exactly the truth's, and whatever must not be claimed is not."""
    logical = {arn: name for name, arn in world.arns.items()}
    claimed = {
        (logical.get(f.resource, f.resource), f.id, f.severity)
        for f in run.result.findings
        if f.severity != Severity.INFO
    }
    assert claimed == {(e.resource, e.finding, e.severity) for e in question.expect}
    for forbidden in question.forbid:
        about = {kind for name, kind, _ in claimed if name == forbidden.resource}
        assert not ({forbidden.finding} & about if forbidden.finding else about), forbidden.why
    text = run.result.summary + " ".join(f.title for f in run.result.findings)
    for expectation in question.expect:
        for mention in expectation.mentions:
            assert mention in text
    assert bool(run.result.findings) == (question.outcome is Outcome.ANSWERED)
    assert run.cited() or not run.result.findings
