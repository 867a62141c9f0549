import json

import jsonschema
import pytest

from cloudprobe.agents.discovery_analyst import DiscoveryAnalyst
from cloudprobe.domain.agents import DataQuality, DiscoveryAnalystInput, Feedback
from cloudprobe.domain.contracts import FOLDER
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Coverage, ProbeResult, Severity, Skipped, Suggestion
from cloudprobe.domain.report import Report
from cloudprobe.domain.run import Access, RunError, RunOutcome, RunStatus
from cloudprobe.domain.work import WorkStatus
from cloudprobe.errors import StoreError

RUN = "20260101-000000-9f86d081/1/1/0"
NO_TEMPLATE = "No template of the library fits this question, and no language model is configured."


def result(*findings, summary="", resources=(), **more):
    return ProbeResult(facts={"summary": summary} if summary else {}, findings=findings, resources=resources, **more)


def fits_its_schema(report):
    document = json.loads(report.model_dump_json())
    jsonschema.validate(document, json.loads((FOLDER / "report.schema.json").read_text()))
    return Report.model_validate_json(report.model_dump_json()) == report


def test_an_answered_inspection(faulty):
    report = faulty.report()
    assert report.outcome is Outcome.ANSWERED
    assert report.answer == (
        "1 of 2 buckets is open to the public: acme-logs. "
        "1 high finding; looked at 2 S3 buckets in eu-west-1, with 2 calls."
    )
    assert report.confidence.level == "high"
    assert report.confidence.reason == (
        "The finding leads to recorded answers of the account; 2 calls made, none denied, nothing skipped or cut."
    )
    (finding,) = report.findings
    assert finding.verified
    assert finding.region == "eu-west-1"
    assert [proof.pointer for proof in finding.evidence] == [
        f"{RUN}#/calls/1/response/Policy",
        f"{RUN}#/result/facts/public/acme-logs",
    ]
    assert finding.evidence[0].call.operation == "GetBucketPolicy"
    assert report.not_covered == ()
    assert report.inventory == {"s3:bucket": 2}
    assert (report.account, report.target) == ("123456789012", "embedded account, world faulty")
    assert (report.started, report.finished) == ("2026-01-01T00:00:00.000+00:00", "2026-01-01T00:00:09.000+00:00")
    assert report.seconds == 1.8
    assert [entry.step for entry in report.timeline] == ["orchestrate", "execute"]
    assert fits_its_schema(report)


def test_a_run_is_told_with_script_policy_access_and_usage(faulty):
    (run,) = faulty.report().runs
    assert run.script.startswith("import boto3")
    assert len(run.script_digest) == 64
    assert run.policy_digest == "b" * 64
    assert run.policy["Statement"]
    assert run.access.excess == ("s3:GetBucketAcl",)
    assert run.usage.calls == 2
    assert run.isolation == "bubblewrap"


def test_nothing_wrong_is_an_answer_that_says_what_was_checked(case, bucket, two_calls):
    healthy = result(
        summary="None of 2 buckets is open to the public",
        resources=(bucket("a"), bucket("b", region="us-east-1")),
        coverage=Coverage(regions=("eu-west-1", "us-east-1")),
    )
    case.probe(healthy, calls=two_calls())
    case.aggregate()
    case.decide(Outcome.NOTHING_FOUND)
    report = case.report()
    assert report.outcome is Outcome.NOTHING_FOUND
    assert report.answer == (
        "Nothing wrong was found. None of 2 buckets is open to the public. "
        "Checked: 2 S3 buckets in eu-west-1 and us-east-1, with 2 calls."
    )
    assert report.confidence.level == "high"


def test_nothing_found_where_something_was_denied_is_no_all_clear(case, bucket, two_calls):
    case.probe(
        result(resources=(bucket("a"),)),
        calls=two_calls(),
        access=Access(
            granted=("s3:GetBucketPolicy",), used=("s3:GetBucketPolicy",), denied=("s3:GetBucketPolicy", "s3:GetObject")
        ),
    )
    case.aggregate()
    case.decide(Outcome.NOTHING_FOUND)
    report = case.report()
    assert "2 things could not be looked at: this is no all-clear for those." in report.answer
    assert report.confidence.level == "low"
    assert "2 operations denied" in report.confidence.reason
    assert [gap.why for gap in report.not_covered] == [
        "The account denied it, though the run was granted it.",
        "The run was not granted it.",
    ]


def test_an_answer_whose_worst_claim_is_not_proven_says_so_first(case, public_bucket, two_calls):
    case.probe(
        result(
            public_bucket("a", "/calls/INVENTED/response", severity="critical"),
            public_bucket("b", "/calls/R2/response/Policy"),
            summary="Two buckets are open.",
        ),
        calls=two_calls(),
    )
    case.aggregate()
    case.decide(Outcome.ANSWERED)
    report = case.report()
    assert report.answer.startswith(
        "Unverified: 1 critical finding of 2 cannot be traced to recorded evidence; check before you act. Two buckets"
    )
    assert report.confidence.level == "low"
    assert "1 of 2 findings unverified" in report.confidence.reason
    assert [finding.verified for finding in report.findings] == [False, True]


def test_a_claim_without_any_evidence_is_not_verified(case, public_bucket, two_calls):
    case.probe(result(public_bucket("a")), calls=two_calls())
    case.decide(Outcome.ANSWERED)
    report = case.report()
    assert not report.findings[0].verified
    assert report.answer.startswith("Unverified: 1 high finding cannot be traced")


def test_a_lesser_claim_that_is_not_proven_lowers_confidence_but_not_the_answer(case, public_bucket, two_calls):
    case.probe(
        result(
            public_bucket("a", "/calls/R2/response/Policy"), public_bucket("b", "/calls/X/response", severity="low")
        ),
        calls=two_calls(),
    )
    case.decide(Outcome.ANSWERED)
    report = case.report()
    assert "Unverified" not in report.answer
    assert (report.confidence.level, report.confidence.reason) == ("medium", "1 of 2 findings unverified.")


def test_a_claim_on_the_script_s_word_alone_is_worth_less(case, public_bucket, two_calls):
    case.probe(result(public_bucket("a", "/result/facts/summary"), summary="One."), calls=two_calls())
    case.decide(Outcome.ANSWERED)
    assert case.report().confidence.level == "medium"


def test_findings_are_listed_once_and_worst_first(case, public_bucket, two_calls):
    proof = "/calls/R2/response/Policy"
    case.probe(
        result(
            public_bucket("low", proof, severity="low"),
            public_bucket("same", "/calls/INVENTED/response"),
            public_bucket("unproven", severity="high"),
            public_bucket("worst", proof, severity="critical"),
        ),
        calls=two_calls(),
    )
    case.probe(
        result(
            public_bucket("same", proof),
            public_bucket("same", proof, title="Bucket same is open by another statement, too"),
        ),
        calls=two_calls(),
        iteration=2,
    )
    case.decide(Outcome.ANSWERED)
    report = case.report()
    assert [(f.severity, f.resource.rpartition(":")[2], f.verified) for f in report.findings] == [
        (Severity.CRITICAL, "worst", True),
        (Severity.HIGH, "same", True),
        (Severity.HIGH, "same", True),
        (Severity.HIGH, "unproven", False),
        (Severity.LOW, "low", True),
    ]
    assert report.findings[1].run_id.endswith("/2/1/0")


def test_where_something_was_found_only_the_probes_that_found_it_speak(case, public_bucket, two_calls):
    case.probe(result(summary="All is well with users."), calls=two_calls(), number=0)
    case.probe(
        result(public_bucket("a", "/calls/R1/response/Buckets"), summary="One bucket is open!"),
        calls=two_calls(),
        number=1,
    )
    case.decide(Outcome.ANSWERED)
    assert case.report().answer.startswith("One bucket is open! 1 high finding; looked at nothing of the kind, with 4")


def test_many_summaries_do_not_make_an_endless_answer(case, two_calls):
    for number in range(5):
        case.probe(result(summary=f"Probe {number} saw nothing wrong."), calls=two_calls(), number=number)
    case.decide(Outcome.NOTHING_FOUND)
    assert "Probe 2 saw nothing wrong. 2 more summaries below." in case.report().answer


def test_several_severities_are_counted_in_words(case, public_bucket, two_calls):
    proof = "/calls/R2/response/Policy"
    severities = ["critical", "high", "high", "info"]
    case.probe(
        result(*(public_bucket(f"b{n}", proof, severity=s) for n, s in enumerate(severities))), calls=two_calls()
    )
    case.decide(Outcome.ANSWERED)
    assert "3 findings (1 critical and 2 high); looked at" in case.report().answer


def test_a_question_no_template_fits_is_told_what_to_do(case):
    case.decide(Outcome.UNANSWERED, NO_TEMPLATE)
    report = case.report()
    assert report.outcome is Outcome.UNANSWERED
    assert report.answer.startswith(f"{NO_TEMPLATE} Nothing was run. Ask again naming the service")
    assert "needs a language model" in report.answer
    assert (report.confidence.level, report.confidence.reason) == ("none", "No probe gave a result.")
    assert fits_its_schema(report)


def test_retries_used_up_tell_how_far_it_got_and_the_last_error(case, two_calls):
    error = RunError(type="KeyError", message="'Owner'", line=7)
    feedback = tuple(
        Feedback(source="execute", code="KeyError", message=f"'Owner' (attempt {n})", line=7, hint="Look first.")
        for n in (1, 2, 3)
    )
    case.probe(None, status=RunStatus.FAILED, error=error, calls=two_calls(), attempt=3, feedback=feedback)
    case.decide(Outcome.UNANSWERED, "The probe failed three times")
    report = case.report()
    assert report.answer == (
        "The probe failed three times. "
        "It got as far as iteration 1: 1 probe, 3 attempts, 0 results, 2 calls. "
        "Last error: 'Owner' (attempt 3) Look first."
    )
    assert [(a.iteration, a.number, a.source, a.code, a.line) for a in report.attempts] == [
        (1, 0, "execute", "KeyError", 7)
    ] * 3
    assert report.not_covered == (Skipped(what="Title of s3_public_buckets", why="'Owner' (attempt 3) Look first."),)
    assert report.runs[0].error == error


def test_an_error_the_reason_already_tells_is_not_told_twice(case):
    feedback = Feedback(source="validate", code="abandoned", message="The template has no other version.")
    case.unfinished(WorkStatus.ABANDONED, feedback)
    case.decide(Outcome.UNANSWERED, feedback.message)
    report = case.report()
    assert report.answer.count(feedback.message) == 1
    assert report.not_covered == (Skipped(what="A thing no script could read", why=feedback.message),)


@pytest.mark.parametrize(
    "outcome",
    [Outcome.REFUSED, Outcome.NO_ACCESS, Outcome.FAILED, Outcome.INTERRUPTED, Outcome.UNANSWERED],
)
def test_a_failure_ends_with_what_happened_and_what_is_known(faulty, outcome):
    faulty.unfinished(WorkStatus.APPROVED, iteration=2)
    faulty.fail("The role could not be made", outcome=outcome)
    report = faulty.report()
    assert report.outcome is outcome
    assert report.answer.startswith("Stopped at grant: The role could not be made. It got as far as iteration 2")
    assert "1 of 2 buckets is open to the public" in report.answer
    assert report.failure == "Stopped at grant: The role could not be made"
    assert report.confidence.level == "low"
    assert not report.quality.complete
    assert Skipped(what="A thing no script could read", why="The probe never ran.") in report.not_covered
    if outcome is Outcome.INTERRUPTED:
        assert report.answer.endswith("cloudprobe resume 20260101-000000-9f86d081")


def test_a_failure_before_anything_ran(case):
    case.fail("The endpoint does not answer.", step="orchestrate", outcome=Outcome.NO_ACCESS)
    assert case.report().answer == ("Stopped at orchestrate: The endpoint does not answer. Nothing was run.")


def test_a_refusal_without_a_failure_gives_the_reason_of_the_decision(case):
    case.unfinished(WorkStatus.VALIDATED)
    case.decide(Outcome.REFUSED, "The script was changed after it was validated")
    assert case.report().answer.startswith("The script was changed after it was validated. It got as far")


def test_a_state_that_was_cut_off_is_reported_as_interrupted(case):
    assert case.report().outcome is Outcome.INTERRUPTED
    assert case.report().answer.startswith("It was cut off before it was decided how it ends. Nothing")


def test_a_decision_that_claims_an_answer_without_any_result_is_not_believed(case):
    case.unfinished(WorkStatus.ABANDONED)
    case.decide(Outcome.ANSWERED)
    assert case.report().outcome is Outcome.UNANSWERED


def test_a_failed_attempt_that_was_made_good_is_kept_and_costs_no_confidence(case, bucket, two_calls):
    feedback = Feedback(source="execute", code="Throttling", message="Too fast.")
    case.probe(None, status=RunStatus.FAILED, error=RunError(type="ClientError", message="Too fast."), attempt=1)
    case.probe(result(resources=(bucket("a"),)), calls=two_calls(), attempt=2, feedback=(feedback,))
    case.aggregate()
    case.decide(Outcome.NOTHING_FOUND)
    report = case.report()
    assert len(report.runs) == 2
    assert len(report.attempts) == 1
    assert report.not_covered == ()
    assert report.quality.complete
    assert report.confidence.level == "high"
    assert report.usage.wall_seconds == 2.5


def test_what_was_skipped_and_cut_is_not_covered(case, bucket, two_calls):
    coverage = Coverage(skipped=(Skipped(what="30 buckets", why="not in eu-west-1"),), truncated=("objects of a",))
    case.probe(result(resources=(bucket("a"),), coverage=coverage), calls=two_calls())
    case.update(
        context={"gaps": [{"what": "30 buckets", "why": "not in eu-west-1"}, {"what": "costs", "why": "not asked"}]}
    )
    case.decide(Outcome.NOTHING_FOUND)
    report = case.report()
    assert [(gap.what, gap.why) for gap in report.not_covered] == [
        ("objects of a", "The list was cut."),
        ("30 buckets", "not in eu-west-1"),
        ("costs", "not asked"),
    ]
    assert report.confidence.level == "low"


def test_quality_is_what_discovery_analysis_counts(faulty):
    outcome = RunOutcome.model_validate_json(faulty.artifacts.get(f"{RUN}/outcome.json"))
    analysed = DiscoveryAnalyst().analyze(DiscoveryAnalystInput(user_request="?", iteration=1, outcomes=(outcome,)))
    assert faulty.report().quality == analysed.quality


def test_an_account_in_which_nothing_of_the_kind_exists(case, two_calls):
    case.probe(result(summary="None of 0 buckets is open."), calls=two_calls())
    case.decide(Outcome.NOTHING_FOUND)
    report = case.report()
    assert "Checked: nothing of the kind, with 2 calls." in report.answer
    assert (report.confidence.level, report.confidence.reason) == (
        "medium",
        "Nothing of the kind was seen in the account.",
    )


def test_an_answer_that_asked_the_account_nothing_is_worth_little(case, bucket):
    case.probe(result(resources=(bucket("a"),)), calls=[])
    case.decide(Outcome.NOTHING_FOUND)
    assert case.report().confidence.level == "low"


def test_the_inventory_is_put_together_again_where_aggregation_did_not_happen(faulty, bucket, two_calls):
    faulty.probe(result(resources=(bucket("later"),)), calls=two_calls(), iteration=2)
    faulty.fail("No space is left.", step="aggregate")
    assert faulty.report().inventory == {"s3:bucket": 3}


def test_conflicting_observations_are_reported(case, bucket, two_calls):
    case.probe(result(resources=(bucket("a", public=True),)), calls=two_calls(), number=0)
    case.probe(result(resources=(bucket("a", public=False),)), calls=two_calls(), number=1)
    case.aggregate()
    case.decide(Outcome.NOTHING_FOUND)
    (entry,) = case.report().conflicts
    assert (entry.conflict.attribute, entry.conflict.values) == ("public", (True, False))


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (f"{RUN}/outcome.json", f"the result of run {RUN}"),
        (f"{RUN}/probe.json", f"the script of run {RUN}"),
        ("20260101-000000-9f86d081/inventory/1.json", "the inventory"),
    ],
)
@pytest.mark.parametrize("damage", [None, b"", b"{}{", b"\xff\xfe", b'{"unexpected": 1}'])
def test_what_is_missing_or_damaged_is_said_and_the_rest_is_reported(faulty, key, what, damage):
    if damage is None:
        del faulty.artifacts.contents[key]
    else:
        faulty.artifacts.contents[key] = damage
    report = faulty.report()
    assert what in [gap.what for gap in report.not_covered]
    assert report.confidence.level == "low"
    assert report.inventory == {"s3:bucket": 2}
    assert fits_its_schema(report)


def test_a_store_that_cannot_be_read_at_all_still_gives_a_report(faulty):
    class Broken:
        def get(self, key):
            raise StoreError(f"{key} cannot be read.")

        def open(self, run_id):
            raise StoreError(f"{run_id} cannot be read.")

    faulty.artifacts = faulty.recordings = Broken()
    report = faulty.report()
    assert report.findings == ()
    assert len(report.not_covered) == 3
    assert report.runs[0].script == ""


def test_a_damaged_recording_is_said(faulty):
    class Damaged:
        def open(self, run_id):
            raise StoreError(f"The recording of {run_id} is damaged.")

    faulty.recordings = Damaged()
    report = faulty.report()
    assert f"the recording of run {RUN}" in [gap.what for gap in report.not_covered]
    assert not report.findings[0].verified


def test_a_damaged_state_is_reported_as_far_as_it_can_be_read(faulty):
    state = faulty.state
    state["collected_data"].append({"run_id": "half"})
    state["work"]["9/9"] = {"iteration": 9}
    state["trace"].append({"step": "x"})
    state["context"]["gaps"] = "nonsense"
    state["context"]["recommendations"] = [3]
    state["agent_outputs"] = {"1/orchestrator": None, "2/orchestrator": {"decision": {"objectives": [1]}}}
    state["settings"] = {"regions": 7}
    report = faulty.report()
    assert report.outcome is Outcome.ANSWERED
    assert len(report.findings) == 1
    assert {"the settings", "the summary of a run", "a probe's way through the loop", "a step of the timeline"} <= {
        gap.what for gap in report.not_covered
    }


def test_a_failure_of_a_kind_nobody_knows_is_our_own(case):
    case.update(failure={"outcome": "strange"})
    report = case.report()
    assert report.outcome is Outcome.FAILED
    assert report.failure == "unknown"


def test_leads_nobody_followed_are_suggested(case, two_calls):
    followed = Suggestion(template="iam_users", variables={"user": "bob", "regions": ["*"]})
    other = Suggestion(template="iam_users", variables={"user": "eve"})
    asked, unasked = Suggestion(question="Who is bob?"), Suggestion(question="Who is eve?")
    case.probe(result(next=(followed, other, asked, unasked)), calls=two_calls())
    case.probe(result(), template="iam_users", variables={"user": "bob", "days": 90}, iteration=2, calls=two_calls())
    case.update(
        context={"recommendations": [followed.model_dump(), other.model_dump()]},
        agent_outputs={"1/orchestrator": {"decision": {"objectives": [{"question": "Who is bob?"}]}}},
    )
    case.decide(Outcome.ANSWERED)
    assert case.report().suggestions == (other, unasked)


def test_the_script_of_an_earlier_attempt_and_its_policy_digest_stand_under_its_own_run(case, two_calls):
    first = case.probe(None, status=RunStatus.FAILED, error=RunError(type="E", message="m"), attempt=1)
    case.probe(result(), attempt=2, calls=two_calls())
    case.artifacts.put(f"{first}/permit.json", b'{"policy_digest": "abc"}')
    earlier, later = case.report().runs
    assert earlier.script == later.script != ""
    assert (earlier.policy_digest, later.policy_digest) == ("abc", "b" * 64)


def test_runs_without_any_probe_known_are_still_told(case):
    case.probe(None, status=RunStatus.LIMITED, limit="memory")
    case.state["work"] = {}
    report = case.report()
    assert report.not_covered == (Skipped(what="s3_public_buckets", why="memory"),)
    assert report.quality == DataQuality(runs_failed=1, complete=False)
    assert "1 probe, 1 attempt, 0 results" in report.answer
    assert report.runs[0].limit == "memory"


@pytest.mark.parametrize(
    ("resource", "region"),
    [
        ("arn:aws:ec2:eu-central-1:123456789012:security-group/sg-1", "eu-central-1"),
        ("arn:aws:iam::123456789012:user/bob", ""),
        ("just a name", ""),
        ("", ""),
    ],
)
def test_a_finding_s_region_is_read_from_its_arn_where_the_inventory_does_not_know_it(
    case, public_bucket, two_calls, resource, region
):
    case.probe(result(public_bucket("a", resource=resource)), calls=two_calls())
    assert case.report().findings[0].region == region


def test_a_question_that_is_no_text_of_any_encoding(case):
    case.state["user_request"] = "caf\udce9?"
    report = case.report()
    assert report.question == "caf\\udce9?"
    assert fits_its_schema(report)
