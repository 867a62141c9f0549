"""The policies derived from the probes about functions, queues and events are enough for them, and within the ceiling."""

from collections.abc import Callable
from typing import get_args

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.worlds.building import Site
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.definition import DataClass
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates import (
    test_lambda_error_logs,
    test_lambda_errors,
    test_lambda_vpc_egress,
    test_s3_event_lambda,
    test_sqs_queue_backlog,
)
from tests.templates.probe_runs import restricted, run_probe
from tests.worlds.seeded import naming


def _queues(site: Site) -> None:
    test_sqs_queue_backlog.letters(site, "letters")
    test_sqs_queue_backlog.key_for_another(site, "locked")
    test_sqs_queue_backlog.unread(site, "unread")


def _functions(site: Site) -> None:
    test_lambda_errors.failing(site, "failing")
    test_lambda_errors.crowded_out(site, "crowded")


def _logs(site: Site) -> None:
    test_lambda_errors.failing(site, "failing")
    test_lambda_error_logs.logged(site, "failing", "[ERROR] KeyError: 'id'")


def _events(site: Site) -> None:
    test_s3_event_lambda.wrong_prefix(site, "filtered")
    test_s3_event_lambda.over_a_queue_switched_off(site, "queued")
    test_s3_event_lambda.over_a_topic(site, "told")
    test_s3_event_lambda.rule_off(site, "bridged")


def _networks(site: Site) -> None:
    test_lambda_vpc_egress.nat_deleted(site, "cut-off")


SEEDS: dict[str, Callable[[Site], None]] = {
    "sqs_queue_backlog": _queues,
    "lambda_errors": _functions,
    "lambda_error_logs": _logs,
    "s3_event_lambda": _events,
    "lambda_vpc_egress": _networks,
}


@pytest.mark.parametrize("template", SEEDS)
def test_the_derived_policy_is_enough_and_no_more(clean_account: AccountAccess, template: str) -> None:
    found = TemplateLibrary.builtin().get(template)
    data_class = next(one for one in get_args(DataClass) if one == found.data_class)
    verdict = validate(ProbeDraft(script=found.script), data_class=data_class)
    assert verdict.accepted
    assert verdict.findings == ()
    SEEDS[template](Site(clean_account.client, naming("own")))
    reader = restricted(clean_account, "reader", *verdict.policy["Statement"])
    confined = run_probe(template, reader)
    assert confined.verdict
    assert confined.verdict == run_probe(template, clean_account).verdict
    assert confined.result.coverage.skipped == ()
    assert set(confined.operations) == {operation.name for operation in verdict.operations}


def test_logs_are_beyond_the_class_of_metadata() -> None:
    script = TemplateLibrary.builtin().get("lambda_error_logs").script
    assert not validate(ProbeDraft(script=script), data_class="metadata").accepted
