import pytest

from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.run import Access, Denial, RunOutcome, RunStatus
from cloudprobe.domain.work import Supplement, WorkItem
from cloudprobe.steps.missing_access import CODE, feedback, missing

SETTINGS = InspectionSettings()


def item(*, library=True, **more):
    return WorkItem(iteration=1, number=0, prompt=CodeGenerationPrompt(template="t", library=library), **more)


def outcome(*denials, granted=("s3:GetBucketAcl",)):
    return RunOutcome(run_id="r", status=RunStatus.SUCCEEDED, access=Access(granted=granted), denials=denials)


def denied(cause="probe_policy", operation="s3:GetBucketAcl", action="s3:GetBucketAcl"):
    return Denial(operation=operation, cause=cause, action=action, explanation=f"{action} was denied.")


def test_what_the_account_asks_for_any_script_is_given():
    for library in (True, False):
        run, work = outcome(denied()), item(library=library)
        assert missing(run, work, SETTINGS) == (Supplement(operation="s3:GetBucketAcl", action="s3:GetBucketAcl"),)
        (told,) = feedback(run, work, SETTINGS)
        assert (told.code, told.temporary) == (CODE, True)
        assert "s3:GetBucketAcl" in told.hint


def test_an_operation_a_models_script_does_not_name_it_has_to_name():
    run = outcome(denied(operation="s3:GetBucketTagging", action="s3:GetBucketTagging"))
    assert missing(run, item(library=False), SETTINGS) == ()
    (told,) = feedback(run, item(library=False), SETTINGS)
    assert not told.temporary
    assert "s3:GetBucketTagging by name" in told.hint
    assert missing(run, item(), SETTINGS)


@pytest.mark.parametrize(
    "action", ["s3:PutBucketAcl", "secretsmanager:GetSecretValue", "logs:FilterLogEvents", "no:SuchAction", ""]
)
def test_nothing_beyond_the_ceiling_is_given_or_tried(action):
    run = outcome(denied(action=action))
    assert missing(run, item(), SETTINGS) == ()
    assert feedback(run, item(), SETTINGS) == ()


def test_content_is_never_widened_by_a_denial():
    run = outcome(denied(operation="s3:GetObject", action="s3:GetObject"), granted=("s3:GetObject",))
    settings = InspectionSettings(data_class="data", data_resources=("arn:aws:s3:::one/*",))
    assert missing(run, item(), settings) == ()


@pytest.mark.parametrize("cause", ["ceiling", "organisation", "resource_policy", "inspector", "untold", "ownership"])
def test_what_another_policy_denies_no_retry_helps(cause):
    assert feedback(outcome(denied(cause)), item(), SETTINGS) == ()


def test_a_role_too_new_is_made_again_with_nothing_added():
    run = outcome(denied("propagation"))
    assert missing(run, item(), SETTINGS) == ()
    (told,) = feedback(run, item(), SETTINGS)
    assert told.temporary


def test_never_twice():
    run = outcome(denied())
    again = item(supplement=(Supplement(operation="s3:GetBucketTagging", action="s3:GetBucketTagging"),))
    assert (missing(run, again, SETTINGS), feedback(run, again, SETTINGS)) == ((), ())
    told = item(feedback=feedback(outcome(denied("propagation")), item(), SETTINGS))
    assert (missing(run, told, SETTINGS), feedback(run, told, SETTINGS)) == ((), ())
