import json
from datetime import UTC, datetime

import pytest

from cloudprobe.agents.orchestrator import LibraryOrchestrator
from cloudprobe.domain.agents import Action, CollectedRun, OrchestratorInput
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Severity, Skipped, Suggestion
from cloudprobe.domain.run import RunStatus, Usage
from cloudprobe.templates.registry import TemplateLibrary

NOW = datetime(2026, 11, 24, 3, 42, tzinfo=UTC)


@pytest.fixture(scope="module")
def orchestrator():
    return LibraryOrchestrator(TemplateLibrary.builtin())


def given(question="which S3 buckets are public?", **changes):
    values = {"user_request": question, "asked_at": NOW, "current_iteration": 0, "max_iterations": 3}
    return OrchestratorInput(**{**values, **changes})


def run(template="s3_public_buckets", *, status=RunStatus.SUCCEEDED, variables=None, **changes):
    return CollectedRun(
        run_id="20261124-034200-9f86d081/1/1/0",
        iteration=1,
        template=template,
        variables=variables or {},
        status=status,
        usage=Usage(calls=7),
        **changes,
    )


def test_a_question_the_library_knows_is_collected_for(orchestrator):
    decision = orchestrator.decide(given()).decision
    assert decision.action is Action.COLLECT
    assert [objective.template for objective in decision.objectives] == ["s3_public_buckets"]


def test_several_questions_in_one_become_several_objectives(orchestrator):
    decision = orchestrator.decide(given("Are any buckets public? And which IAM users have no MFA?")).decision
    assert {o.template for o in decision.objectives} == {"s3_public_buckets", "iam_users_mfa_and_keys"}


@pytest.mark.parametrize("question", ["What is the capital of France?", "How do I make sourdough?", "asdf qwer"])
def test_a_question_nothing_fits_is_ended_plainly(orchestrator, question):
    decision = orchestrator.decide(given(question)).decision
    assert (decision.action, decision.outcome) == (Action.COMPLETE, Outcome.UNANSWERED)
    assert "model" in decision.reason


def test_a_lead_is_followed(orchestrator):
    lead = Suggestion(template="iam_users_mfa_and_keys", variables={"not_a_variable": 1})
    decision = orchestrator.decide(
        given(current_iteration=1, collected_data=(run(),), recommendations=(lead,))
    ).decision
    assert decision.action is Action.COLLECT
    [objective] = decision.objectives
    assert (objective.template, objective.variables) == ("iam_users_mfa_and_keys", {})


def test_a_lead_in_words_is_matched_like_a_question(orchestrator):
    lead = Suggestion(question="Which security groups are open to the world?")
    decision = orchestrator.decide(
        given(current_iteration=1, collected_data=(run(),), recommendations=(lead,))
    ).decision
    assert [o.template for o in decision.objectives] == ["ec2_open_security_groups"]


def test_what_was_asked_is_not_asked_again_whatever_the_regions(orchestrator):
    template = TemplateLibrary.builtin().get("s3_public_buckets")
    asked = run(variables={**template.complete({}), "regions": ["eu-west-1"]})
    lead = Suggestion(template="s3_public_buckets")
    decision = orchestrator.decide(
        given(current_iteration=1, collected_data=(asked,), recommendations=(lead,))
    ).decision
    assert decision.action is Action.COMPLETE


def test_an_unknown_template_is_not_followed(orchestrator):
    lead = Suggestion(template="rm_rf")
    decision = orchestrator.decide(
        given(current_iteration=1, collected_data=(run(),), recommendations=(lead,))
    ).decision
    assert decision.action is Action.COMPLETE


def test_the_last_iteration_ends_with_its_leads_named(orchestrator):
    lead = Suggestion(template="iam_users_mfa_and_keys")
    decision = orchestrator.decide(
        given(current_iteration=3, collected_data=(run(),), recommendations=(lead,))
    ).decision
    assert decision.action is Action.COMPLETE
    assert "1 lead not followed" in decision.reason


@pytest.mark.parametrize(
    ("findings", "outcome"),
    [({}, Outcome.NOTHING_FOUND), ({Severity.INFO: 2}, Outcome.NOTHING_FOUND), ({Severity.LOW: 1}, Outcome.ANSWERED)],
)
def test_the_outcome_follows_the_findings(orchestrator, findings, outcome):
    decision = orchestrator.decide(given(current_iteration=1, collected_data=(run(findings=findings),))).decision
    assert decision.outcome is outcome


@pytest.mark.parametrize(("findings", "outcome"), [({}, Outcome.UNANSWERED), ({Severity.HIGH: 1}, Outcome.ANSWERED)])
def test_what_cannot_be_decided_is_no_all_clear(orchestrator, findings, outcome):
    runs = (run(), run(findings=findings, undecided=True))
    assert orchestrator.decide(given(current_iteration=1, collected_data=runs)).decision.outcome is outcome


def test_failures_are_totalled_and_directed(orchestrator):
    failed = run(status=RunStatus.FAILED, error="AccessDenied")
    gaps = (Skipped(what="buckets", why="AccessDenied"),)
    output = orchestrator.decide(given(current_iteration=1, collected_data=(failed,), gaps=gaps))
    assert output.decision.outcome is Outcome.UNANSWERED
    assert output.decision.reason == "AccessDenied"
    assert (output.aggregated.runs, output.aggregated.succeeded, output.aggregated.calls) == (1, 0, 7)
    assert [d.directive for d in output.error_directives] == ["stop"]


def test_output_is_plain_data(orchestrator):
    output = orchestrator.decide(given())
    assert json.loads(output.model_dump_json()) == output.model_dump(mode="json")


@pytest.fixture
def with_logs(tmp_path):
    """A library of two templates: one reads metadata and leads to the other, which reads logs."""
    for name, data_class in (("blue_gadgets", "metadata"), ("gadget_diaries", "logs")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "probe.py").write_text("print('{}')")
        (folder / "template.toml").write_text(
            f'name = "{name}"\ntitle = "{name}"\ndescription = "d"\nversion = "1.0.0"\nservices = ["logs"]\n'
            f'data_class = "{data_class}"\nsuccess_criteria = ["s"]\nquestions = ["Which {name.replace("_", " ")}?"]\n'
            '[variables.gadget]\ntype = "string"\ndescription = "d"\ndefault = ""\n'
        )
    return LibraryOrchestrator(TemplateLibrary.from_folders([tmp_path]))


def test_a_template_that_reads_more_than_allowed_is_withheld_and_says_what_would_allow_it(with_logs):
    output = with_logs.decide(given("Which gadget diaries?"))
    assert (output.decision.action, output.decision.outcome) == (Action.COMPLETE, Outcome.UNANSWERED)
    assert "--data-class logs" in output.decision.reason
    assert [gap.what for gap in output.withheld] == ["gadget_diaries"]
    for wide in ("logs", "data"):
        allowed = with_logs.decide(given("Which gadget diaries?", data_class=wide))
        assert [o.template for o in allowed.decision.objectives] == ["gadget_diaries"]
        assert allowed.withheld == ()


def test_a_lead_into_a_wider_class_is_withheld_too(with_logs):
    lead = Suggestion(template="gadget_diaries", variables={"gadget": "g-1"})
    values = {"current_iteration": 1, "collected_data": (run("blue_gadgets"),), "recommendations": (lead,)}
    output = with_logs.decide(given(**values))
    assert output.decision.action is Action.COMPLETE
    assert output.decision.outcome is Outcome.NOTHING_FOUND
    assert [(gap.what, "--data-class logs" in gap.why) for gap in output.withheld] == [("gadget_diaries (g-1)", True)]
    allowed = with_logs.decide(given(data_class="logs", **values))
    assert [o.template for o in allowed.decision.objectives] == ["gadget_diaries"]


def test_a_lead_of_some_accounts_is_followed_there_and_once(orchestrator):
    accounts = ("111111111111", "222222222222", "333333333333")
    leads = [Suggestion(template="iam_users_mfa_and_keys", account=account) for account in accounts[:2]]
    collected = tuple(run(account=account) for account in accounts)
    decision = orchestrator.decide(
        given(current_iteration=1, collected_data=collected, recommendations=tuple(leads))
    ).decision
    (objective,) = decision.objectives
    assert objective.accounts == accounts[:2]


def test_a_lead_that_was_followed_in_one_account_is_open_in_another(orchestrator):
    variables = TemplateLibrary.builtin().get("iam_users_mfa_and_keys").complete({})
    followed = run("iam_users_mfa_and_keys", variables=variables, account="111111111111")
    leads = [Suggestion(template="iam_users_mfa_and_keys", account=a) for a in ("111111111111", "222222222222")]
    decision = orchestrator.decide(
        given(current_iteration=1, collected_data=(followed,), recommendations=tuple(leads))
    ).decision
    (objective,) = decision.objectives
    assert objective.accounts == ("222222222222",)
