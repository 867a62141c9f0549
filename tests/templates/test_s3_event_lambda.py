import json
from collections.abc import Callable
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, bucket, deny
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.notifications import entry, let_in, notify, rule
from cloudprobe.emulator.worlds.building.policies import policy
from cloudprobe.emulator.worlds.building.queues import consume, queue, reading
from cloudprobe.emulator.worlds.building.workers import worker
from tests.templates.probe_runs import restricted, run_plain, run_probe
from tests.worlds.seeded import naming

TEMPLATE = "s3_event_lambda"


def arn_of(site: Site, name: str) -> str:
    return f"arn:aws:lambda:us-east-1:{site.account}:function:{site.name(name)}"


def wired(
    site: Site,
    name: str,
    *,
    let: bool = True,
    source: str = "",
    account: str = "",
    keys: tuple[str, ...] = (),
    function: dict[str, Any] | None = None,
    **way: Any,
) -> None:
    """A bucket that tells a function, which lets it in; ``way`` is what the entry says beyond its target."""
    bucket(site, name)
    worker(site, f"{name}-fn", **(function or {}))
    if let:
        let_in(site, f"{name}-fn", source or site.bucket_arn(name), account=account or site.account)
    for key in keys:
        site.client("s3").put_object(Bucket=site.name(name), Key=key, Body=b"")
    notify(site, name, entry(arn_of(site, f"{name}-fn"), **way))


def nothing_sent(site: Site, name: str) -> None:
    bucket(site, name)
    worker(site, f"{name}-fn")
    let_in(site, f"{name}-fn", site.bucket_arn(name))


def only_removed(site: Site, name: str) -> None:
    wired(site, name, events=("s3:ObjectRemoved:*",))


def only_put(site: Site, name: str) -> None:
    wired(site, name, events=("s3:ObjectCreated:Put",))


def wrong_prefix(site: Site, name: str) -> None:
    wired(site, name, prefix="/incoming/", keys=("incoming/a.csv", "incoming/b.csv"))


def wrong_suffix(site: Site, name: str) -> None:
    wired(site, name, suffix=".jpg", keys=("one.JPG", "two.JPG"))


def nothing_let_in(site: Site, name: str) -> None:
    wired(site, name, let=False)


def other_bucket_let_in(site: Site, name: str) -> None:
    wired(site, name, source="arn:aws:s3:::some-other-bucket")


def other_account_let_in(site: Site, name: str) -> None:
    wired(site, name, account="210987654321")


def function_gone(site: Site, name: str) -> None:
    wired(site, name)
    site.client("lambda").delete_function(FunctionName=site.name(f"{name}-fn"))


def never_runs(site: Site, name: str) -> None:
    wired(site, name, function={"reserved": 0})


def to_another(site: Site, name: str) -> None:
    wired(site, name)
    worker(site, f"{name}-wanted")


def over_a_queue_nobody_reads(site: Site, name: str) -> None:
    bucket(site, name)
    worker(site, f"{name}-fn")
    notify(site, name, entry(queue(site, f"{name}-queue")))


def over_a_queue_switched_off(site: Site, name: str) -> None:
    over_a_queue(site, name, enabled=False)


def over_a_queue(site: Site, name: str, *statements: dict[str, Any], let: bool = True, enabled: bool = True) -> None:
    bucket(site, name)
    arn = queue(site, f"{name}-queue", statements=LET_S3_SEND if let else ())
    if statements:  # over the answer: the embedded account would let nobody of its own read the queue any more
        url = site.client("sqs").get_queue_url(QueueName=site.name(f"{name}-queue"))["QueueUrl"]
        told = {"Attributes": {"Policy": policy(*LET_S3_SEND, *statements)}}
        record_answer(site.client, "sqs", "GetQueueAttributes", parameters={"QueueUrl": url}, overlay=told)
    worker(site, f"{name}-fn", statements=(reading(arn),))
    consume(site, f"{name}-fn", arn, enabled=enabled)
    notify(site, name, entry(arn))


def over_a_topic(
    site: Site, name: str, *, let: bool = False, publish: bool = True, filtered: Any = None, scope: str = ""
) -> None:
    bucket(site, name)
    worker(site, f"{name}-fn")
    sns = site.client("sns")
    topic = sns.create_topic(Name=site.name(f"{name}-topic"))["TopicArn"]
    if publish:
        let_s3 = policy(allow("sns:Publish", topic, Principal={"Service": "s3.amazonaws.com"}))
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=let_s3)
    attributes = ({"FilterPolicy": json.dumps(filtered)} if filtered else {}) | (
        {"FilterPolicyScope": scope} if scope else {}
    )
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn_of(site, f"{name}-fn"), Attributes=attributes)
    if let:
        let_in(site, f"{name}-fn", topic, service="sns.amazonaws.com")
    notify(site, name, entry(topic))


def over_a_bridge(
    site: Site, name: str, *, bridge: bool = True, enabled: bool = True, let: bool = True, prefix: str = ""
) -> None:
    bucket(site, name)
    worker(site, f"{name}-fn")
    made = rule(site, f"{name}-rule", name, arn_of(site, f"{name}-fn"), enabled=enabled, prefix=prefix)
    if let:
        let_in(site, f"{name}-fn", made, service="events.amazonaws.com")
    notify(site, name, bridge=bridge)


def bridge_off(site: Site, name: str) -> None:
    over_a_bridge(site, name, bridge=False)


def rule_off(site: Site, name: str) -> None:
    over_a_bridge(site, name, enabled=False)


def rule_not_let_in(site: Site, name: str) -> None:
    over_a_bridge(site, name, let=False)


SEND = "sqs:SendMessage"
S3 = {"Service": "s3.amazonaws.com"}
LET_S3_SEND = (allow(SEND, "*", Sid="S3", Principal=S3),)
IN_PLAIN_TEXT = {"Bool": {"aws:SecureTransport": "false"}}


def queue_lets_nobody_send(site: Site, name: str) -> None:
    over_a_queue(site, name, let=False)


def queue_denies_services(site: Site, name: str) -> None:
    """Meant against strangers: whoever is of no organisation is denied, and S3 is of none."""
    others = {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    over_a_queue(site, name, deny("sqs:*", "*", Sid="OursOnly", Principal="*", Condition=others))


def function_for_an_organisation(site: Site, name: str) -> None:
    wired(site, name, let=False)
    site.client("lambda").add_permission(
        FunctionName=site.name(f"{name}-fn"),
        StatementId="ours",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        PrincipalOrgID="o-abcdefghij",
    )


def topic_of_its_account_alone(site: Site, name: str) -> None:
    over_a_topic(site, name, let=True, publish=False)


def subscription_for_attributes(site: Site, name: str) -> None:
    over_a_topic(site, name, let=True, filtered={"kind": ["invoice"]})


def subscription_for_removals(site: Site, name: str) -> None:
    removed = {"Records": {"eventName": [{"prefix": "ObjectRemoved:"}]}}
    over_a_topic(site, name, let=True, filtered=removed, scope="MessageBody")


# What looks wrong and is not.


def subscription_for_creations(site: Site, name: str) -> None:
    made: dict[str, Any] = {
        "eventName": [{"prefix": "ObjectCreated:"}],
        "s3": {"bucket": {"name": [site.name(name), "other"]}},
    }
    made["s3"]["object"] = {"key": [{"suffix": ".csv"}]}
    over_a_topic(site, name, let=True, filtered={"Records": made}, scope="MessageBody")


def works_over_a_queue(site: Site, name: str) -> None:
    others = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:PrincipalIsAWSService": "false"}}
    plain = deny("sqs:*", "*", Sid="Tls", Principal="*", Condition=IN_PLAIN_TEXT)
    over_a_queue(site, name, plain, deny("sqs:*", "*", Sid="Ours", Principal="*", Condition=others))


def works(site: Site, name: str) -> None:
    wired(site, name, prefix="incoming/", suffix=".csv", keys=("incoming/a.csv", "done/a.csv"))


def works_without_account(site: Site, name: str) -> None:
    bucket(site, name)
    worker(site, f"{name}-fn")
    let_in(site, f"{name}-fn", "arn:aws:s3:::*")
    notify(site, name, entry(arn_of(site, f"{name}-fn")))


def filtered_but_empty(site: Site, name: str) -> None:
    wired(site, name, prefix="not-yet/")


def works_over_topic(site: Site, name: str) -> None:
    over_a_topic(site, name, let=True)


def works_over_bridge(site: Site, name: str) -> None:
    over_a_bridge(site, name)


def reserved_but_running(site: Site, name: str) -> None:
    wired(site, name, function={"reserved": 1})


Seed = Callable[[Site, str], None]
HIGH, MEDIUM = "high", "medium"
# name: how it is made, what must be said, a piece of what must be read
VARIANTS: dict[str, tuple[Seed, set[tuple[str, str]], str]] = {
    "nothing-sent": (nothing_sent, {("s3-event-none", HIGH)}, "sends no events at all"),
    "only-removed": (only_removed, {("s3-event-type", HIGH)}, "s3:ObjectRemoved:* alone"),
    "only-put": (
        only_put,
        {("s3-event-type-narrow", MEDIUM)},
        "s3:ObjectCreated:CompleteMultipartUpload start nothing",
    ),
    "wrong-prefix": (wrong_prefix, {("s3-event-filter", HIGH)}, "a leading slash, 2 would pass"),
    "wrong-suffix": (wrong_suffix, {("s3-event-filter", HIGH)}, "such as 'one.JPG'"),
    "nothing-let-in": (nothing_let_in, {("s3-event-not-permitted", HIGH)}, "no statement names s3.amazonaws.com"),
    "other-bucket": (other_bucket_let_in, {("s3-event-not-permitted", HIGH)}, "SourceArn arn:aws:s3:::some-other"),
    "other-account": (other_account_let_in, {("s3-event-not-permitted", HIGH)}, "SourceAccount 210987654321"),
    "function-gone": (function_gone, {("s3-event-function-missing", HIGH)}, "does not exist"),
    "never-runs": (never_runs, {("s3-event-function-stopped", HIGH)}, "reserved concurrency of 0"),
    "queue-unread": (over_a_queue_nobody_reads, {("s3-event-goes-elsewhere", HIGH)}, "go to the queue"),
    "queue-off": (over_a_queue_switched_off, {("s3-event-consumer-disabled", HIGH)}, "switched off"),
    "topic-not-let-in": (over_a_topic, {("s3-event-not-permitted", HIGH)}, "no statement names sns.amazonaws.com"),
    "bridge-off": (bridge_off, {("s3-event-bridge-off", HIGH)}, "sends none to EventBridge"),
    "rule-off": (rule_off, {("s3-event-rule-disabled", HIGH)}, "is disabled"),
    "rule-not-let-in": (rule_not_let_in, {("s3-event-not-permitted", HIGH)}, "events.amazonaws.com"),
    "queue-lets-nobody": (
        queue_lets_nobody_send,
        {("s3-event-not-permitted", HIGH)},
        "does not let s3.amazonaws.com Send",
    ),
    "queue-denies": (queue_denies_services, {("s3-event-not-permitted", HIGH)}, "statement OursOnly denies it"),
    "function-of-org": (
        function_for_an_organisation,
        {("s3-event-not-permitted", HIGH)},
        "aws:principalorgid o-abcdefghij, which s3.amazonaws.com does not carry",
    ),
    "topic-of-account": (
        topic_of_its_account_alone,
        {("s3-event-not-permitted", HIGH)},
        "does not let s3.amazonaws.com Pub",
    ),
    "subscription-attributes": (
        subscription_for_attributes,
        {("s3-event-subscription-filter", HIGH)},
        "message attributes, of which S3 sends none",
    ),
    "subscription-removals": (subscription_for_removals, {("s3-event-subscription-filter", HIGH)}, "ObjectRemoved"),
    "subscription-creations": (subscription_for_creations, set(), ""),
    "works-over-queue": (works_over_a_queue, set(), ""),
    "works": (works, set(), ""),
    "works-any-bucket": (works_without_account, set(), ""),
    "filtered-but-empty": (filtered_but_empty, set(), ""),
    "works-over-topic": (works_over_topic, set(), ""),
    "works-over-bridge": (works_over_bridge, set(), ""),
    "reserved-but-running": (reserved_but_running, set(), ""),
}


@pytest.fixture(scope="module", params=["own", pytest.param("renamed", marks=pytest.mark.full)])
def variants(request: pytest.FixtureRequest, embedded_account: EmbeddedAccount) -> Site:
    site = Site(embedded_account.second_account().client, naming(request.param))
    for logical, (make, _, _) in VARIANTS.items():
        make(site, logical)
    return site


@pytest.fixture(scope="module")
def access_of(embedded_account: EmbeddedAccount) -> Callable[[Site], AccountAccess]:
    """Keys of a reader in the account a site was built in."""

    def access(site: Site) -> AccountAccess:
        iam, name = site.client("iam"), "reader"
        try:
            iam.create_user(UserName=name)
            document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
            iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document)
        except iam.exceptions.EntityAlreadyExistsException:
            pass  # made by the test before this one
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return AccountAccess(
            endpoint_url=embedded_account.endpoint_url,
            account_id=site.account,
            region="us-east-1",
            access_key_id=key["AccessKeyId"],
            secret_access_key=key["SecretAccessKey"],
        )

    return access


@pytest.mark.parametrize("logical", VARIANTS)
def test_judges_a_bucket(variants: Site, access_of: Callable[[Site], AccountAccess], logical: str) -> None:
    run = run_probe(TEMPLATE, access_of(variants), {"bucket": variants.name(logical)})
    assert {f.resource for f in run.result.findings} <= {variants.arns[logical]}
    assert {(f.id, f.severity.value) for f in run.result.findings} == VARIANTS[logical][1]
    assert VARIANTS[logical][2] in " ".join(f.title for f in run.result.findings)
    assert len(run.cited()) >= len(run.result.findings)
    assert all(f.fix and variants.name(logical) in f.title for f in run.result.findings)
    assert run.result.coverage.skipped == ()


def test_looks_at_all_buckets_where_none_is_named(variants: Site, access_of: Callable[[Site], AccountAccess]) -> None:
    run = run_probe(TEMPLATE, access_of(variants))
    said = {(f.resource, f.id) for f in run.result.findings}
    expected = {(variants.arns[name], kind) for name, (_, kinds, _) in VARIANTS.items() for kind, _ in kinds}
    # Whether a bucket that leads nowhere should lead somewhere, only who asks about it knows.
    unasked = {"s3-event-none", "s3-event-goes-elsewhere", "s3-event-bridge-off"}
    assert said == {claim for claim in expected if claim[1] not in unasked}
    assert run.cited()


def test_a_function_is_found_by_what_its_policy_lets_in(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, naming("own"))
    nothing_sent(site, "inbox")
    to_another(site, "photos")
    run = run_probe(TEMPLATE, clean_account, {"function": site.name("inbox-fn")})
    assert run.verdict == {(site.arns["inbox"], "s3-event-none", "high")}
    assert arn_of(site, "inbox-fn") in run.result.findings[0].fix
    assert run_probe(TEMPLATE, clean_account, {"function": site.name("photos-fn")}).verdict == set()
    wanted = {"bucket": site.name("photos"), "function": site.name("photos-wanted")}
    other = run_probe(TEMPLATE, clean_account, wanted)
    assert other.verdict == {(site.arns["photos"], "s3-event-goes-elsewhere", "high")}
    assert site.name("photos-fn") in other.result.findings[0].title
    lost = run_probe(TEMPLATE, clean_account, {"function": site.name("photos-wanted")})
    assert lost.verdict == set()
    assert "its policy names none" in lost.result.coverage.skipped[0].why


def test_judges_the_key_that_is_asked_about(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, naming("own"))
    wired(site, "drop", prefix="incoming/", suffix=".csv")
    over_a_bridge(site, "far", prefix="incoming/")

    def said(name: str, key: str) -> set[str]:
        run = run_probe(TEMPLATE, clean_account, {"bucket": site.name(name), "key": key})
        assert not run.result.findings or run.cited()
        return {f.id for f in run.result.findings}

    for key in ("incoming/a.csv", "incoming/", "incoming/deep/"):
        assert said("drop", key) == set()
    for key in ("outgoing/a.csv", "incoming/a.txt", "outgoing/"):
        assert said("drop", key) == {"s3-event-filter"}
    assert said("far", "incoming/x") == set()
    assert said("far", "outgoing/x") == {"s3-event-filter"}


def test_offers_commands_that_keep_what_is_there(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, naming("own"))
    wired(site, "mixed", events=("s3:ObjectRemoved:*",))
    second = entry(queue(site, "archive"), prefix="old/")
    notify(site, "mixed", entry(arn_of(site, "mixed-fn"), events=("s3:ObjectRemoved:*",)), second)
    run = run_probe(TEMPLATE, clean_account, {"bucket": site.name("mixed"), "function": site.name("mixed-fn")})
    (finding,) = run.result.findings
    assert '"Events": ["s3:ObjectCreated:*"]' in finding.fix
    assert '"QueueConfigurations"' in finding.fix
    assert "old/" in finding.fix


def test_asks_no_more_than_a_plain_script_would(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, naming("own"))
    works(site, "fine")
    bucket(site, "plain")
    run = run_probe(TEMPLATE, clean_account)
    assert run.operations == {
        "sts:GetCallerIdentity": 1,
        "s3:ListBuckets": 1,
        "s3:GetBucketNotificationConfiguration": 2,
        "lambda:GetFunctionConfiguration": 1,
        "lambda:GetPolicy": 1,
        "lambda:GetFunctionConcurrency": 1,
        "s3:ListObjectsV2": 1,  # of the bucket whose entry has a filter
    }


def test_reads_every_page(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, naming("own"))
    nothing_let_in(site, "zz-last")
    pages = clean_account.client("s3").list_buckets()["Buckets"]
    record_answer(
        site.client,
        "s3",
        "ListBuckets",
        parameters={"ContinuationToken": None},
        response={"Buckets": [], "ContinuationToken": "two"},
    )
    record_answer(
        site.client, "s3", "ListBuckets", parameters={"ContinuationToken": "two"}, response={"Buckets": pages}
    )
    result = run_plain(TEMPLATE, clean_account)
    assert [f.resource for f in result.findings] == [site.arns["zz-last"]]


def test_survives_denials_throttling_and_what_vanishes(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, naming("own"))
    nothing_let_in(site, "told")
    bucket(site, "vanished")
    bucket(site, "closed")
    gone, closed = ("NoSuchBucket", "Gone", 404), ("AccessDenied", "Access Denied", 403)
    for name, error in (("vanished", gone), ("closed", closed)):
        where = {"Bucket": site.name(name)}
        record_answer(site.client, "s3", "GetBucketNotificationConfiguration", parameters=where, error=error)
    record_answer(site.client, "lambda", "GetPolicy", error=("TooManyRequestsException", "Rate", 429), times=2)
    run = run_probe(TEMPLATE, clean_account)
    assert run.verdict == {(site.arns["told"], "s3-event-not-permitted", "high")}
    assert [gap.why for gap in run.result.coverage.skipped] == ["AccessDenied"]
    some = allow(["s3:ListAllMyBuckets", "s3:GetBucketNotification"], "*")
    blind = run_probe(TEMPLATE, restricted(clean_account, "blind", some))
    assert blind.verdict == set()
    assert any("AccessDenied" in gap.why and "function" in gap.what for gap in blind.result.coverage.skipped)


def test_a_name_nobody_has_is_told(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, naming("own"))
    works(site, "fine")
    run = run_probe(TEMPLATE, clean_account, {"bucket": "nothing-like-it"})
    assert run.result.coverage.skipped[0].what == "bucket nothing-like-it"
    assert run.document["facts"]["buckets_checked"] == 1
