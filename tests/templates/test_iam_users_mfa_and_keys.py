from collections.abc import Callable
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import AccessKey, Site, allow, deny, root_mfa, user
from tests.templates.meddler import Answer, Request, meddling, query_error
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe
from tests.templates.truth import judge
from tests.worlds.seeded import NAMINGS, WORLDS, Seeded

TEMPLATE = "iam_users_mfa_and_keys"
NO_MFA, TWO = ("iam-user-no-mfa", "high"), ("iam-user-two-active-keys", "low")
OLD, UNUSED, NEVER = (
    ("iam-access-key-old", "medium"),
    ("iam-access-key-unused", "medium"),
    ("iam-access-key-never-used", "medium"),
)


@pytest.mark.parametrize("kind", NAMINGS)
@pytest.mark.parametrize("world", WORLDS)
def test_tells_the_truth_of_a_world(seeded: Callable[[str, str], Seeded], world: str, kind: str) -> None:
    place = seeded(world, kind)
    for question in place.questions(TEMPLATE):
        judge(run_probe(TEMPLATE, place.access, question.variables), question, place)


def test_runs_under_plain_python(seeded: Callable[[str, str], Seeded]) -> None:
    place = seeded("faulty", "own")
    result = run_plain(TEMPLATE, place.access)
    assert place.names("console-operator") in result.summary
    assert result.summary.endswith("the root user has no MFA.")
    assert result.coverage.skipped == ()
    assert {r.type for r in result.resources} == {"iam:user"}


def test_asks_no_more_than_a_plain_script_would(seeded: Callable[[str, str], Seeded]) -> None:
    run = run_probe(TEMPLATE, seeded("faulty", "own").access)
    assert run.operations == {
        "iam:ListUsers": 1,
        "iam:GetAccountSummary": 1,
        "sts:GetCallerIdentity": 1,
        "iam:GetLoginProfile": 8,
        "iam:ListAccessKeys": 8,
        "iam:ListMFADevices": 3,  # of those who have a password
        "iam:GetAccessKeyLastUsed": 7,  # of keys that are active
    }


# name: how the user is, and what must be said
VARIANTS: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "password-only": ({"password": True}, {NO_MFA}),
    "password-and-key": ({"password": True, "keys": (AccessKey(age=1, used=0),)}, {NO_MFA}),
    "password-and-old-key": ({"password": True, "keys": (AccessKey(age=91, used=0),)}, {NO_MFA, OLD}),
    "password-and-device": ({"password": True, "mfa": True}, set()),
    "device-without-password": ({"mfa": True}, set()),
    "nothing": ({}, set()),
    "at-the-limit": ({"keys": (AccessKey(age=90, used=90),)}, set()),
    "just-beyond": ({"keys": (AccessKey(age=91, used=1),)}, {OLD}),
    "years-old": ({"keys": (AccessKey(age=2000, used=3),)}, {OLD}),
    "forgotten": ({"keys": (AccessKey(age=400, used=91),)}, {OLD, UNUSED}),
    "never-used": ({"keys": (AccessKey(age=200),)}, {OLD, NEVER}),
    "just-made": ({"keys": (AccessKey(age=10),)}, set()),
    "inactive": ({"keys": (AccessKey(age=900, used=800, active=False),)}, set()),
    "inactive-beside-active": ({"keys": (AccessKey(age=900, active=False), AccessKey(age=5, used=1))}, set()),
    "two-fresh": ({"keys": (AccessKey(age=3, used=1), AccessKey(age=2, used=1))}, {TWO}),
    "two-of-which-one-old": ({"keys": (AccessKey(age=300, used=1), AccessKey(age=2, used=1))}, {TWO, OLD}),
}


@pytest.fixture(scope="module")
def variants(embedded_account: EmbeddedAccount) -> tuple[ProbeRun, dict[str, str]]:
    access = embedded_account.second_account()
    site = Site(access.client, lambda logical: logical)
    for logical, (options, _) in VARIANTS.items():
        user(site, logical, **options)
    return run_probe(TEMPLATE, access), site.arns


@pytest.mark.parametrize("logical", VARIANTS)
def test_judges_a_user(variants: tuple[ProbeRun, dict[str, str]], logical: str) -> None:
    run, arns = variants
    said = [f for f in run.result.findings if f.resource == arns[logical]]
    assert {(f.id, f.severity.value) for f in said} == VARIANTS[logical][1]
    assert all(logical in f.title and f.fix for f in said)


def test_every_claim_can_be_looked_up(variants: tuple[ProbeRun, dict[str, str]]) -> None:
    run, arns = variants
    assert len(run.cited()) > len(run.result.findings)
    ages = {f.resource: f.title for f in run.result.findings if f.id == "iam-access-key-unused"}
    assert "91 days ago, more than 90" in ages[arns["forgotten"]]


def test_limits_may_be_set(variants: tuple[ProbeRun, dict[str, str]], clean_account: AccountAccess) -> None:
    user(Site(clean_account.client, lambda logical: logical), "worker", keys=(AccessKey(age=40, used=20),))

    def said(age: int, unused: int) -> list[str]:
        run = run_probe(TEMPLATE, clean_account, {"max_key_age_days": age, "max_unused_days": unused})
        return [f.id for f in run.result.findings if "worker" in f.title]

    assert said(40, 20) == []
    assert said(39, 20) == [OLD[0]]
    assert said(40, 0) == [UNUSED[0]]


def test_a_hint_names_one_user_or_none(variants: tuple[ProbeRun, dict[str, str]], clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    user(site, "anna-admin", password=True)
    user(site, "berta-admin", password=True)

    def found(hint: str) -> set[str]:
        return set(run_probe(TEMPLATE, clean_account, {"user": hint}).document["facts"]["users_without_mfa"])

    assert found("anna-admin") == found("Anna") == {"anna-admin"}
    assert found("admin") == {"anna-admin", "berta-admin"}
    run = run_probe(TEMPLATE, clean_account, {"user": "nobody-here"})
    assert run.document["facts"]["users_checked"] == 3
    assert run.result.coverage.skipped[0].what == "user nobody-here"


@pytest.mark.parametrize(
    ("mfa", "keys", "said"),
    [
        (1, 0, set()),
        (0, 0, {"iam-root-no-mfa"}),
        (1, 1, {"iam-root-access-key"}),
        (0, 2, {"iam-root-no-mfa", "iam-root-access-key"}),
    ],
)
def test_judges_the_root_user(clean_account: AccountAccess, mfa: int, keys: int, said: set[str]) -> None:
    def summary(request: Request) -> Answer | None:
        if not request.asks("GetAccountSummary"):
            return None
        values = {"AccountMFAEnabled": mfa, "AccountAccessKeysPresent": keys, "Users": 1}
        entries = "".join(f"<entry><key>{k}</key><value>{v}</value></entry>" for k, v in values.items())
        body = (
            f"<R><GetAccountSummaryResult><SummaryMap>{entries}</SummaryMap></GetAccountSummaryResult>"
            "<ResponseMetadata><RequestId>summary</RequestId></ResponseMetadata></R>"
        )
        return Answer(200, body.encode())

    with meddling(clean_account, summary) as meddled:
        run = run_probe(TEMPLATE, meddled)
    assert {(f.id, f.severity.value) for f in run.result.findings} == {(kind, "critical") for kind in said}
    assert {f.resource for f in run.result.findings} <= {f"arn:aws:iam::{clean_account.account_id}:root"}
    proofs = {"iam-root-no-mfa": mfa, "iam-root-access-key": keys}
    assert sorted(run.cited()) == sorted(proofs[kind] for kind in said)


def test_what_it_may_not_read_it_does_not_judge(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    user(site, "seen", password=True)
    user(site, "hidden", password=True, keys=(AccessKey(age=500),))
    blind = [
        deny(["iam:GetLoginProfile", "iam:ListAccessKeys"], site.arns["hidden"]),
        deny("iam:GetAccountSummary", "*"),
    ]
    run = run_probe(TEMPLATE, restricted(clean_account, "reader", allow("iam:*", "*"), *blind))
    assert run.document["facts"]["users_without_mfa"] == ["seen"]
    assert run.document["facts"]["users_not_judged"] == ["hidden"]
    assert "1 (hidden) could not be judged wholly" in run.result.summary
    assert "was not checked for MFA" in run.result.summary
    assert {(s.what, s.why) for s in run.result.coverage.skipped} == {
        ("root user", "AccessDenied"),
        ("sign-in of user hidden", "AccessDenied"),
        ("access keys of user hidden", "AccessDenied"),
    }


def test_a_user_that_is_gone_is_no_error(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    user(site, "kept", password=True)
    user(site, "gone", keys=(AccessKey(age=500),))

    def vanish(request: Request) -> Answer | None:
        about = b"UserName=gone" in request.body
        return query_error("NoSuchEntity", status=404) if about and request.asks("ListAccessKeys") else None

    with meddling(clean_account, vanish) as meddled:
        run = run_probe(TEMPLATE, meddled)
    assert run.document["facts"]["users_without_mfa"] == ["kept"]
    assert [s.why for s in run.result.coverage.skipped] == ["it was deleted while this ran"]


def test_survives_being_throttled(clean_account: AccountAccess) -> None:
    user(Site(clean_account.client, lambda logical: logical), "worker", password=True)
    refused: list[Request] = []

    def throttle(request: Request) -> Answer | None:
        if request.asks("ListMFADevices") and len(refused) < 2:
            refused.append(request)
            return query_error("Throttling")
        return None

    with meddling(clean_account, throttle) as meddled:
        run = run_probe(TEMPLATE, meddled)
    assert len(refused) == 2
    assert run.document["facts"]["users_without_mfa"] == ["worker"]


def test_reads_every_page(clean_account: AccountAccess) -> None:
    iam = clean_account.client("iam")
    for n in range(30):
        iam.create_user(UserName=f"worker-{n:02}")
    root_mfa(Site(clean_account.client, lambda logical: logical))

    def small_pages(request: Request) -> Answer | None:
        if not request.asks("ListUsers"):
            return None
        start = int(request.body.partition(b"Marker=")[2].partition(b"&")[0] or 0)
        members = "".join(
            f"<member><UserName>worker-{n:02}</UserName><Arn>arn:aws:iam::1:user/worker-{n:02}</Arn></member>"
            for n in range(start, start + 10)
        )
        more = f"<IsTruncated>true</IsTruncated><Marker>{start + 10}</Marker>" if start < 20 else ""
        body = (
            f"<R><ListUsersResult><Users>{members}</Users>{more}</ListUsersResult>"
            f"<ResponseMetadata><RequestId>page-{start}</RequestId></ResponseMetadata></R>"
        )
        return Answer(200, body.encode())

    with meddling(clean_account, small_pages) as meddled:
        run = run_probe(TEMPLATE, meddled)
    assert run.operations["iam:ListUsers"] == 3
    assert run.operations["iam:GetLoginProfile"] == run.document["facts"]["users_checked"] == 30
    assert run.result.findings == ()
