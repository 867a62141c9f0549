from cloudprobe.agents.discovery_analyst import DiscoveryAnalyst
from cloudprobe.domain.agents import DiscoveryAnalystInput
from cloudprobe.domain.probe import Coverage, ProbeFinding, ProbeResult, Severity, Skipped, Suggestion
from cloudprobe.domain.run import Access, RunOutcome, RunStatus, Usage


def outcome(number=0, **result):
    return RunOutcome(
        run_id=f"20261124-034200-9f86d081/1/1/{number}",
        status=RunStatus.SUCCEEDED,
        result=ProbeResult(**result),
        usage=Usage(calls=3),
        access=Access(denied=("s3:GetBucketAcl",)) if number else Access(),
    )


def analyze(*outcomes, failures=()):
    given = DiscoveryAnalystInput(user_request="q", iteration=1, outcomes=outcomes, failures=failures)
    return DiscoveryAnalyst().analyze(given)


def finding(severity, title="t"):
    return ProbeFinding(id="f", title=title, severity=severity, resource="r")


def test_insights_are_the_summary_then_findings_worst_first():
    output = analyze(
        outcome(facts={"summary": "two"}, findings=(finding(Severity.LOW, "b"), finding(Severity.HIGH, "a")))
    )
    assert [i.statement for i in output.insights] == ["two", "a", "b"]
    assert output.context_update["known"] == {"20261124-034200-9f86d081/1/1/0": "two"}


def test_a_summary_that_is_no_sentence_is_not_taken_for_one():
    assert analyze(outcome(facts={"summary": {"not": "text"}})).insights == ()


def test_whatever_was_not_looked_at_makes_it_incomplete():
    coverage = Coverage(regions=("eu-west-1",), skipped=(Skipped(what="b", why="denied"),), truncated=("users",))
    output = analyze(outcome(coverage=coverage), outcome(1), failures=(Skipped(what="keys", why="timeout"),))
    quality = output.quality
    assert not quality.complete
    assert (quality.skipped, quality.truncated, quality.calls_denied, quality.runs_failed) == (1, 1, 1, 1)
    assert (quality.calls, quality.regions) == (6, ("eu-west-1",))
    assert [gap.what for gap in output.gaps] == ["keys", "b", "users"]


def test_everything_looked_at_is_complete():
    assert analyze(outcome(coverage=Coverage(regions=("eu-west-1",)))).quality.complete


def test_nothing_at_all_is_not_complete():
    assert not analyze().quality.complete


def test_a_lead_said_twice_is_one():
    lead = Suggestion(template="x", variables={"a": 1})
    assert analyze(outcome(next=(lead,)), outcome(1, next=(lead,))).recommendations == (lead,)
