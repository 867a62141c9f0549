import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, deny, key
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.metrics import measure, measure_function, measure_queue
from cloudprobe.emulator.worlds.building.queues import consume, queue, reading
from cloudprobe.emulator.worlds.building.workers import worker
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe
from tests.worlds.seeded import naming

TEMPLATE = "sqs_queue_backlog"
HOME = {"regions": ["us-east-1"]}
HELD = 40


def consumed(
    site: Site,
    name: str,
    *,
    messages: int = HELD,
    enabled: bool = True,
    window: int = 0,
    most: int | None = None,
    role: tuple[dict[str, Any], ...] | None = None,
    function: dict[str, Any] | None = None,
    **of_queue: Any,
) -> str:
    """A queue, and a function that consumes it. The mapping is kept from taking messages; its state is put over."""
    arn = queue(site, name, messages=messages, **of_queue)
    worker(site, f"{name}-fn", statements=(reading(arn),) if role is None else role, **(function or {}))
    uuid = consume(site, f"{name}-fn", arn, enabled=False, window=window, most=most)
    if enabled:
        place = f"EventSourceMappings[UUID={uuid}]"
        record_answer(site.client, "lambda", "ListEventSourceMappings", overlay=_so_far(site, place))
    return arn


def _so_far(site: Site, place: str) -> dict[str, Any]:
    """Records for one operation replace each other, so all mappings that are on stand in one."""
    known: dict[str, Any] = site.__dict__.setdefault("overlaid", {})
    known[place] = {"State": "Enabled"}
    return known


def disabled(site: Site, name: str) -> None:
    consumed(site, name, enabled=False)


def disabled_and_empty(site: Site, name: str) -> None:
    consumed(site, name, messages=0, enabled=False)


def unread(site: Site, name: str) -> None:
    queue(site, name, messages=HELD)
    measure_queue(site, name, visible=(1, 10, 25, 40), sent=HELD)


def never_deleted(site: Site, name: str) -> None:
    queue(site, name, messages=HELD)
    measure_queue(site, name, visible=(40, 40), sent=HELD, received=400)


def without_function(site: Site, name: str) -> None:
    consumed(site, name)
    site.client("lambda").delete_function(FunctionName=site.name(f"{name}-fn"))


def never_runs(site: Site, name: str) -> None:
    consumed(site, name, function={"reserved": 0})


def throttled(site: Site, name: str) -> None:
    consumed(site, name, most=50, function={"reserved": 2})
    measure_function(site, f"{name}-fn", invocations=(50, 60), throttles=(20, 31))


def failing(site: Site, name: str) -> None:
    consumed(site, name)
    measure_function(site, f"{name}-fn", invocations=(50, 60), errors=(48, 55))


def too_slow(site: Site, name: str) -> None:
    consumed(site, name, messages=60)
    measure_function(site, f"{name}-fn", invocations=(50, 60))
    measure_queue(site, name, visible=(5, 20, 41, 60), sent=600, received=545, deleted=545)


def short_visibility(site: Site, name: str) -> None:
    consumed(site, name, messages=0, visibility=30, function={"timeout": 60})


def short_for_the_window(site: Site, name: str) -> None:
    consumed(site, name, visibility=60, window=30, function={"timeout": 45})


def may_not_delete(site: Site, name: str) -> None:
    arn = f"arn:aws:sqs:us-east-1:{site.account}:{site.name(name)}"
    consumed(site, name, role=(reading(arn, "sqs:ReceiveMessage", "sqs:GetQueueAttributes"),))


def denied_by_the_queue(site: Site, name: str) -> None:
    consumed(site, name, statements=(deny("sqs:ReceiveMessage", "*", Sid="Freeze", Principal="*"),))


def key_without_delegation(site: Site, name: str) -> None:
    own = key(site, f"{name}-key")
    consumed(site, name, key=own)


def key_for_another(site: Site, name: str) -> None:
    root = {"AWS": f"arn:aws:iam::{site.account}:root"}
    own = key(site, f"{name}-key", allow("kms:*", "*", Principal=root))
    consumed(site, name, key=own)


def key_disabled(site: Site, name: str) -> None:
    own = key(site, f"{name}-key", allow("kms:*", "*", Principal={"AWS": "*"}))
    consumed(site, name, key=own)
    site.client("kms").disable_key(KeyId=own)


def letters(site: Site, name: str, *, max_receives: int = 5) -> None:
    dead = queue(site, f"{name}-dead", messages=7)
    consumed(site, name, messages=0, dead_letters_to=dead, max_receives=max_receives)
    measure_function(site, f"{name}-fn", invocations=(50,), errors=(7,))


def given_up_at_once(site: Site, name: str) -> None:
    letters(site, name, max_receives=1)


def letters_nowhere(site: Site, name: str) -> None:
    dead = queue(site, f"{name}-dead")
    queue(site, name, dead_letters_to=dead)
    url = site.client("sqs").get_queue_url(QueueName=site.name(f"{name}-dead"))["QueueUrl"]
    site.client("sqs").delete_queue(QueueUrl=url)


def denied_by_leaving_out(site: Site, name: str) -> None:
    """Everybody is denied but some, of which the role is none; that its account is named does not help it."""
    consumed(site, name)
    arn, root = site.arns[name], f"arn:aws:iam::{site.account}:root"
    only = {"Sid": "Only", "Effect": "Deny", "NotPrincipal": {"AWS": [root, f"{root.removesuffix('root')}role/ops"]}}
    document = {"Version": "2012-10-17", "Statement": [{**only, "Action": "sqs:*", "Resource": arn}]}
    put_policy(site, name, document)
    measure_queue(site, name, visible=(5, 20, 40), sent=40)


def put_policy(site: Site, name: str, document: dict[str, Any]) -> None:
    """Over the answer: the embedded account would let nobody read the queue any more, its root neither."""
    url = site.client("sqs").get_queue_url(QueueName=site.name(name))["QueueUrl"]
    policy = {"Attributes": {"Policy": json.dumps(document)}}
    record_answer(site.client, "sqs", "GetQueueAttributes", parameters={"QueueUrl": url}, overlay=policy)


def nothing_done(site: Site, name: str) -> None:
    consumed(site, name)
    measure_queue(site, name, visible=(5, 20, 40), sent=40)


def of_a_function(site: Site, name: str) -> None:
    arn = queue(site, name, messages=12)
    worker(site, f"{name}-fn", statements=(allow("sqs:SendMessage", arn),))
    target = {"TargetArn": arn}
    site.client("lambda").update_function_configuration(FunctionName=site.name(f"{name}-fn"), DeadLetterConfig=target)
    measure_queue(site, name, visible=(2, 5, 8, 12), sent=10)


def received(site: Site, name: str, *hours_ago: float, messages: int = HELD) -> None:
    """A queue from which something took messages at some hours; all of what it took it also deleted."""
    queue(site, name, messages=messages)
    for hours in hours_ago:
        until = datetime.now(UTC) - timedelta(hours=hours)  # noqa: TID251 - the account's own time is the machine's
        for metric in ("NumberOfMessagesReceived", "NumberOfMessagesDeleted"):
            measure(site, metric, 50, namespace="AWS/SQS", dimensions={"QueueName": site.name(name)}, until=until)
    measure(site, "NumberOfMessagesSent", messages, namespace="AWS/SQS", dimensions={"QueueName": site.name(name)})
    for metric in ("NumberOfMessagesReceived", "NumberOfMessagesDeleted"):
        measure(site, metric, 0, namespace="AWS/SQS", dimensions={"QueueName": site.name(name)})


def stopped_yesterday(site: Site, name: str) -> None:
    received(site, name, *range(16, 60))


def left_out_of_the_week(site: Site, name: str) -> None:
    received(site, name, 60, 84, 108)


# What looks wrong and is not.


def nightly(site: Site, name: str) -> None:
    received(site, name, 20, 44, 68)


def nightly_since_yesterday(site: Site, name: str) -> None:
    received(site, name, 20, messages=5)


def allowed_by_name(site: Site, name: str) -> None:
    consumed(site, name)
    role = {"AWS": [site.role_arn(f"{name}-fn-role"), f"arn:aws:iam::{site.account}:root"]}
    only = {"Effect": "Deny", "NotPrincipal": role, "Action": "sqs:*", "Resource": site.arns[name]}
    put_policy(site, name, {"Version": "2012-10-17", "Statement": [only]})
    measure_queue(site, name, visible=(40, 40), sent=40, received=40, deleted=40)


def works(site: Site, name: str) -> None:
    consumed(site, name, messages=8)
    measure_queue(site, name, visible=(9, 7, 8), sent=900, received=905, deleted=903)
    measure_function(site, f"{name}-fn", invocations=(90, 90), errors=(0, 0))


def empty_and_unread(site: Site, name: str) -> None:
    queue(site, name)


def only_delayed(site: Site, name: str) -> None:
    queue(site, name, delayed=HELD)


def dead_letters_none(site: Site, name: str) -> None:
    consumed(site, name, messages=0, dead_letters_to=queue(site, f"{name}-dead"), max_receives=1)


def spare_mapping_off(site: Site, name: str) -> None:
    arn = consumed(site, name, messages=8)
    worker(site, f"{name}-spare", statements=(reading(arn),))
    consume(site, f"{name}-spare", arn, enabled=False)


def read_by_a_machine(site: Site, name: str) -> None:
    queue(site, name, messages=HELD)
    measure_queue(site, name, visible=(300, 150, 40), sent=100, received=360, deleted=360)


def just_long_enough(site: Site, name: str) -> None:
    consumed(site, name, messages=0, visibility=60, function={"timeout": 60})


def let_in_by_the_queue(site: Site, name: str) -> None:
    role = {"AWS": site.role_arn(f"{name}-fn-role")}
    consumed(site, name, role=(), statements=(allow("sqs:*", "*", Principal=role),))


def key_lets_it(site: Site, name: str) -> None:
    use = allow("kms:Decrypt", "*", Principal={"AWS": site.role_arn(f"{name}-fn-role")})
    consumed(site, name, key=key(site, f"{name}-key", use))


def errors_of_old(site: Site, name: str) -> None:
    consumed(site, name, messages=0)
    measure_function(site, f"{name}-fn", invocations=(10,), errors=(2,))


Seed = Callable[[Site, str], None]
HIGH, MEDIUM, LOW = "high", "medium", "low"
# name: how it is made, what must be said of it, and a piece of what must be read
VARIANTS: dict[str, tuple[Seed, set[tuple[str, str]], str]] = {
    "disabled": (disabled, {("sqs-consumer-disabled", HIGH)}, "USER_INITIATED); 40 messages wait"),
    "disabled-and-empty": (disabled_and_empty, {("sqs-consumer-disabled", LOW)}, "0 messages wait"),
    "unread": (unread, {("sqs-no-consumer", HIGH)}, "nobody received any in 14 days"),
    "never-deleted": (never_deleted, {("sqs-messages-not-deleted", HIGH)}, "received 400 messages and deleted none"),
    "without-function": (without_function, {("sqs-consumer-missing", HIGH)}, "does not exist"),
    "never-runs": (never_runs, {("sqs-consumer-throttled", HIGH)}, "reserved concurrency of 0"),
    "throttled": (
        throttled,
        {("sqs-consumer-throttled", MEDIUM)},
        "throttled 51 times (its reserved concurrency is 2)",
    ),
    "failing": (failing, {("sqs-consumer-failing", HIGH)}, "failed 103 of 110 times"),
    "too-slow": (
        too_slow,
        {("sqs-queue-growing", MEDIUM)},
        "from 5 to 60 waiting messages; 600 came in, 545 were done",
    ),
    "short-visibility": (short_visibility, {("sqs-visibility-timeout-short", MEDIUM)}, "after 30 s"),
    "short-for-window": (short_for_the_window, {("sqs-visibility-timeout-short", HIGH)}, "work on them for 75 s"),
    "may-not-delete": (may_not_delete, {("sqs-consumer-denied", HIGH)}, "lacks sqs:DeleteMessage on it"),
    "denied-by-queue": (denied_by_the_queue, {("sqs-consumer-denied", HIGH)}, "policy denies sqs:ReceiveMessage"),
    "key-own-only": (key_without_delegation, {("sqs-consumer-denied", HIGH)}, "kms:Decrypt"),
    "key-for-another": (key_for_another, {("sqs-consumer-denied", HIGH)}, "kms:Decrypt"),
    "key-disabled": (key_disabled, {("sqs-key-unusable", HIGH)}, "is Disabled"),
    "letters": (letters, {("sqs-consumer-failing", HIGH)}, "failed 7 of 50"),
    "given-up-at-once": (
        given_up_at_once,
        {("sqs-consumer-failing", HIGH), ("sqs-max-receive-count-low", MEDIUM)},
        "given up after 1 receive;",
    ),
    "letters-nowhere": (letters_nowhere, {("sqs-dlq-missing", HIGH)}, "does not exist"),
    "denied-by-leaving-out": (
        denied_by_leaving_out,
        {("sqs-consumer-denied", HIGH)},
        "the queue's own policy denies sqs:ReceiveMessage",
    ),
    "nothing-done": (nothing_done, {("sqs-queue-growing", MEDIUM)}, "gets nothing done"),
    "of-a-function": (of_a_function, {("sqs-dlq-not-empty", HIGH)}, "it holds 12 events that"),
    "stopped-yesterday": (stopped_yesterday, {("sqs-no-consumer", HIGH)}, "its consumer stopped"),
    "missed-its-nights": (left_out_of_the_week, {("sqs-no-consumer", HIGH)}, "its consumer stopped"),
    "nightly": (nightly, set(), ""),
    "nightly-since-yesterday": (nightly_since_yesterday, set(), ""),
    "allowed-by-name": (allowed_by_name, set(), ""),
    "works": (works, set(), ""),
    "empty-and-unread": (empty_and_unread, set(), ""),
    "only-delayed": (only_delayed, set(), ""),
    "dead-letters-none": (dead_letters_none, set(), ""),
    "spare-mapping-off": (spare_mapping_off, set(), ""),
    "read-by-machine": (read_by_a_machine, set(), ""),
    "just-long-enough": (just_long_enough, set(), ""),
    "let-in-by-queue": (let_in_by_the_queue, set(), ""),
    "key-lets-it": (key_lets_it, set(), ""),
    "errors-of-old": (errors_of_old, set(), ""),
}
DEAD = {"letters-dead", "given-up-at-once-dead"}


@pytest.fixture(scope="module", params=["own", pytest.param("renamed", marks=pytest.mark.full)])
def variants(request: pytest.FixtureRequest, embedded_account: EmbeddedAccount) -> tuple[ProbeRun, Site]:
    """One account with every variant in queues of its own, looked at once; once more with everything renamed."""
    access = embedded_account.second_account()
    site = Site(access.client, naming(request.param))
    for logical, (make, _, _) in VARIANTS.items():
        make(site, logical)
    return run_probe(TEMPLATE, access, HOME), site


@pytest.mark.parametrize("logical", VARIANTS)
def test_judges_a_queue(variants: tuple[ProbeRun, Site], logical: str) -> None:
    run, site = variants
    said = [f for f in run.result.findings if f.resource == site.arns[logical]]
    assert {(f.id, f.severity.value) for f in said} == VARIANTS[logical][1]
    assert VARIANTS[logical][2] in " ".join(f.title for f in said)
    assert all(site.name(logical) in f.title and f.evidence and f.fix for f in said)


def test_tells_dead_letters_with_the_queue_that_gave_them_up(variants: tuple[ProbeRun, Site]) -> None:
    run, site = variants
    said = {f.resource: f.title for f in run.result.findings if f.id == "sqs-dlq-not-empty"}
    assert said.keys() == {site.arns[name] for name in DEAD | {"of-a-function"}}
    told = said[site.arns["letters-dead"]]
    assert "7 dead letters" in told
    assert f"{site.name('letters')} (after 5 receives)" in told


def test_every_claim_can_be_looked_up(variants: tuple[ProbeRun, Site]) -> None:
    run, _ = variants
    values = run.cited()
    assert len(values) > 2 * len(run.result.findings)
    assert run.result.coverage.skipped == ()


def test_leads_to_the_functions_that_fail(variants: tuple[ProbeRun, Site]) -> None:
    run, site = variants
    led = {lead.variables["function"] for lead in run.result.next}
    assert led == {site.name(f"{name}-fn") for name in ("failing", "letters", "given-up-at-once", "of-a-function")}


def test_offers_commands_that_fit(variants: tuple[ProbeRun, Site]) -> None:
    run, site = variants
    fixes = {(f.resource, f.id): f.fix for f in run.result.findings}
    short = fixes[site.arns["short-visibility"], "sqs-visibility-timeout-short"]
    assert '\'{"VisibilityTimeout":"360"}\'' in short
    assert fixes[site.arns["disabled"], "sqs-consumer-disabled"].endswith("--enabled")
    denied = fixes[site.arns["may-not-delete"], "sqs-consumer-denied"]
    assert '"Action":["sqs:DeleteMessage"]' in denied
    assert site.arns["may-not-delete"] in denied


def _some(access: AccountAccess, count: int, *, region: str = "us-east-1") -> Site:
    site = Site(access.client, lambda logical: logical)
    for number in range(count):
        queue(site, f"many-{number:04}", region=region)
    return site


def test_asks_no_more_than_a_plain_script_would(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    disabled(site, "stopped")
    works(site, "running")
    queue(site, "elsewhere", region="eu-west-1")
    run = run_probe(TEMPLATE, clean_account, {"regions": ["us-east-1", "eu-west-1", "eu-north-1"]})
    assert run.operations == {
        "sqs:ListQueues": 3,
        "sqs:GetQueueAttributes": 3,
        "lambda:ListEventSourceMappings": 2,  # of the regions that have a queue
        "lambda:GetFunctionConfiguration": 2,
        "lambda:GetFunctionConcurrency": 2,
        "cloudwatch:GetMetricData": 1,  # of the region in which messages wait
        "iam:SimulatePrincipalPolicy": 1,  # of the one consumer that is on and has a backlog
    }


def test_reads_every_page(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    for name in ("first", "second"):
        unread(site, name)
    urls = site.client("sqs").list_queues()["QueueUrls"]
    for token, some, after in ((None, urls[:1], {"NextToken": "more"}), ("more", urls[1:], {})):
        answer: dict[str, Any] = {"QueueUrls": some, **after}
        record_answer(site.client, "sqs", "ListQueues", parameters={"NextToken": token}, response=answer)
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.operations["sqs:ListQueues"] == 2
    assert {f.resource for f in run.result.findings} == {site.arns["first"], site.arns["second"]}
    assert run_plain(TEMPLATE, clean_account, HOME).summary.startswith("2 of 2 queues in 1 region,")


@pytest.mark.full
def test_reads_a_thousand_queues_and_every_enabled_region(clean_account: AccountAccess) -> None:
    site = _some(clean_account, 1005)
    unread(site, "zz-last")
    record_answer(
        site.client,
        "sqs",
        "GetQueueAttributes",
        region="eu-west-3",
        parameters={},
        response={"Attributes": {"QueueArn": f"arn:aws:sqs:eu-west-3:{site.account}:far", "ApproximateNumberOfMessages": "3"}},
    )  # fmt: skip
    queue(site, "far", region="eu-west-3")
    run = run_probe(TEMPLATE, clean_account)
    assert {f.resource for f in run.result.findings} == {site.arns["zz-last"], site.arns["far"]}
    assert run.operations["sqs:ListQueues"] == len(run.result.coverage.regions) + 1
    assert len(run.document["facts"]["queues"]) == 1007
    assert run_plain(TEMPLATE, clean_account, HOME).summary.startswith("1 of 1006 queues in 1 region,")


def test_a_hint_names_one_queue_some_or_none(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    letters(site, "orders")
    unread(site, "orders-late")
    unread(site, "invoices")

    def found(hint: str) -> set[str]:
        run = run_probe(TEMPLATE, clean_account, {**HOME, "queue": hint})
        assert not run.result.coverage.skipped
        return {fact["name"] for fact in run.document["facts"]["queues"]}

    url = site.client("sqs").get_queue_url(QueueName="invoices")["QueueUrl"]
    assert found("orders") == {"orders"}
    assert found("order") == {"orders", "orders-dead", "orders-late"}
    assert found(site.arns["invoices"]) == found(url) == found("INVOICES") == {"invoices"}
    dead = run_probe(TEMPLATE, clean_account, {**HOME, "queue": "orders-dead"})
    assert [f.id for f in dead.result.findings] == ["sqs-dlq-not-empty"]
    wrong = run_probe(TEMPLATE, clean_account, {**HOME, "queue": "nothing-like-it"})
    assert len(wrong.document["facts"]["queues"]) == 4
    assert wrong.result.coverage.skipped[0].what == "queue nothing-like-it"


def test_counts_only_what_the_time_asked_about_saw(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    never_deleted(site, "received-lately")
    before = {**HOME, "start": "2026-01-01T00:00:00+00:00", "end": "2026-01-02T00:00:00Z"}
    assert [f.id for f in run_probe(TEMPLATE, clean_account, before).result.findings] == ["sqs-no-consumer"]


def test_says_what_it_may_not_see(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    unread(site, "waiting")
    failing(site, "broken")
    queues = allow(["sqs:ListQueues", "sqs:GetQueueAttributes"], "*")
    only_queues = run_probe(TEMPLATE, restricted(clean_account, "queues", queues), HOME)
    assert only_queues.verdict == set()  # without the mappings nobody can say that a queue has no consumer
    skipped = {gap.what: gap.why for gap in only_queues.result.coverage.skipped}
    assert "AccessDenied" in skipped["event source mappings in us-east-1"]
    assert "AccessDenied" in skipped["metrics in us-east-1"]
    mappings = allow(["lambda:ListEventSourceMappings", "lambda:ListFunctions"], "*")
    blind = run_probe(TEMPLATE, restricted(clean_account, "mappings", queues, mappings), HOME)
    assert {(f.resource, f.id, f.severity.value) for f in blind.result.findings} == {
        (site.arns["waiting"], "sqs-no-consumer", "info")  # for all that is known, something else reads it
    }
    assert blind.result.undecided
    growing = run_probe(TEMPLATE, restricted(clean_account, "no-mappings", queues, allow("cloudwatch:*", "*")), HOME)
    assert "no function" not in growing.result.summary + " ".join(f.title for f in growing.result.findings)


def test_survives_throttling_what_vanishes_and_regions_that_are_off(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    unread(site, "stays")
    queue(site, "vanishes")
    url = site.client("sqs").get_queue_url(QueueName="vanishes")["QueueUrl"]
    gone = ("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.", 400)
    record_answer(site.client, "sqs", "GetQueueAttributes", parameters={"QueueUrl": url}, error=gone)
    slow_down = ("ThrottlingException", "Rate exceeded", 400)
    record_answer(site.client, "sqs", "ListQueues", region="us-east-1", error=slow_down, times=2)
    off = ("UnrecognizedClientException", "The security token included in the request is invalid.", 403)
    record_answer(site.client, "sqs", "ListQueues", region="eu-south-1", error=off)
    run = run_probe(TEMPLATE, clean_account, {"regions": ["us-east-1", "eu-south-1"]})
    assert [f.resource for f in run.result.findings] == [site.arns["stays"]]
    assert run.result.coverage.regions == ("us-east-1",)
    assert [gap.what for gap in run.result.coverage.skipped] == ["queues in eu-south-1"]
    assert "not enabled" in run.result.coverage.skipped[0].why


def test_is_plain_json(variants: tuple[ProbeRun, Site]) -> None:
    run, _ = variants
    assert json.loads(json.dumps(run.document)) == run.document
    assert run.result.summary.endswith(".")
