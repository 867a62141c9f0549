"""What a probe may not read is never an all-clear: each template in a healthy account, with each of its calls denied.

Every action that a call there needs is denied once. Either the answer does not rest on it, for a reason given below, or
the probe says that it cannot tell: by its exit where nothing is left to read, else by ``facts.undecided``.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, bucket
from cloudprobe.emulator.worlds.building.logs import logged
from cloudprobe.emulator.worlds.building.metrics import measure_queue
from cloudprobe.emulator.worlds.building.queues import queue
from cloudprobe.emulator.worlds.building.users import AccessKey, user
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.probe_runs import ProbeRun, restricted, run_probe
from tests.worlds.seeded import Seeded, seed

LIBRARY = TemplateLibrary.builtin()
NAMES = [template.name for template in LIBRARY]
RESTS_NOT = {
    ("unencrypted_storage", "ec2:GetEbsEncryptionByDefault"): "it is about volumes that are yet to be made",
    ("s3_public_buckets", "s3:GetAccountPublicAccessBlock"): "what is not open needs no block",
    ("lambda_vpc_egress", "ec2:DescribeVpcEndpoints"): "with a way to the internet no endpoint is needed",
    ("lambda_bucket_access", "lambda:ListTags"): "no policy of the account asks for a tag",
}
ALL_CLEAR = re.compile(
    r"\b(?:none of|nothing stands|0 of|no fault|has no fault|no change among|0 failures)\b", re.IGNORECASE
)


@pytest.fixture(scope="module")
def healthy(embedded_account: EmbeddedAccount) -> Seeded:
    """A shop in which everything works, with a little more in it, so that every template has something to read."""
    world = seed(embedded_account, "all-well", "own")
    site = Site(world.access.client, world.names)
    queue(site, "work-of-the-hour", messages=3)
    measure_queue(site, "work-of-the-hour", visible=(3, 2, 3), sent=90, received=90, deleted=90)
    user(site, "ann", password=True, mfa=True, keys=(AccessKey(used=0),))
    bucket(site, "ledger", blocked=False)
    rights = allow(["s3:GetObject", "s3:PutObject", "s3:ListBucket"], "*", Sid="Ledger")
    worker(site, "scribe", statements=(rights,), variables={"BUCKET": site.name("ledger")})
    for function in ("failing-taker", "never-started", "no-way-out", "scribe"):
        logged(site, function)
    return world


def _variables(healthy: Seeded, template: str) -> dict[str, Any]:
    """What is asked of a template: for most of them nothing in particular, for some what is well of several things."""
    asked: dict[str, dict[str, Any]] = {
        "lambda_bucket_access": {"function": healthy.names("scribe"), "bucket": healthy.names("ledger")},
        "unencrypted_storage": {"name": healthy.names("unencrypted-no-more")},
    }
    return {"regions": ["us-east-1"], **asked.get(template, {})}


@pytest.fixture(scope="module")
def reader(healthy: Seeded) -> AccountAccess:
    return restricted(healthy.access, "reader", {"Effect": "Allow", "Action": "*", "Resource": "*"})


def _deny(access: AccountAccess, action: str) -> None:
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": action, "Resource": "*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    access.client("iam").put_user_policy(UserName="reader", PolicyName="only", PolicyDocument=document)


def _actions(template: str) -> Sequence[str]:
    verdict = validate(ProbeDraft(script=LIBRARY.get(template).script), data_class="data")
    return [granted.action for granted in verdict.actions]


def _denied(run: ProbeRun) -> bool:
    return any(call.get("error", {}).get("Code", "") in DENIALS for call in run.calls.values())


DENIALS = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"}


@pytest.mark.parametrize("template", NAMES)
def test_what_is_denied_is_no_all_clear(healthy: Seeded, reader: AccountAccess, template: str) -> None:
    asked = _variables(healthy, template)
    free = run_probe(template, healthy.access, asked)
    assert {f.severity.value for f in free.result.findings} <= {"info"}, "the account is healthy"
    assert not free.result.undecided
    rests, wrong = [], {}
    for action in _actions(template):
        if action == "sts:GetCallerIdentity":
            continue  # which nobody can be denied
        _deny(healthy.access, action)
        try:
            everywhere = {"regions": ["*"]} if action == "ec2:DescribeRegions" else {}
            run = run_probe(template, reader, {**asked, **everywhere})
        except AssertionError as ended:
            if not any(code in str(ended) for code in DENIALS):
                raise
            rests.append(action)
            continue
        if not _denied(run):
            continue  # nothing here needs it
        if (template, action) in RESTS_NOT:
            assert run.verdict == free.verdict
            continue
        rests.append(action)
        if not run.result.undecided or ALL_CLEAR.search(run.result.summary):
            wrong[action] = run.result.summary
    assert not wrong
    assert rests, "or nothing was tried"
