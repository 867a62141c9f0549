from collections.abc import Callable
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, bucket, deny
from tests.templates.meddler import Answer, Request, meddling, query_error
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe
from tests.templates.truth import judge
from tests.worlds.seeded import NAMINGS, WORLDS, Seeded, naming

TEMPLATE = "s3_public_buckets"
EVERYONE = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
ANY_ACCOUNT = 'uri="http://acs.amazonaws.com/groups/global/AuthenticatedUsers"'


@pytest.mark.parametrize("kind", NAMINGS)
@pytest.mark.parametrize("world", WORLDS)
def test_tells_the_truth_of_a_world(seeded: Callable[[str, str], Seeded], world: str, kind: str) -> None:
    place = seeded(world, kind)
    for question in place.questions(TEMPLATE):
        judge(run_probe(TEMPLATE, place.access, question.variables), question, place)


def test_runs_under_plain_python(seeded: Callable[[str, str], Seeded]) -> None:
    place = seeded("faulty", "own")
    result = run_plain(TEMPLATE, place.access)
    assert result.summary.startswith("4 of 11 buckets are open to the public: ")
    assert result.coverage.regions == ("eu-west-1", "us-east-1")
    assert [s.what for s in result.coverage.skipped] == ["public access block of the account"]
    assert {r.type for r in result.resources} == {"s3:bucket"}


def test_looks_in_the_regions_asked_for(seeded: Callable[[str, str], Seeded]) -> None:
    place = seeded("faulty", "own")
    run = run_probe(TEMPLATE, place.access, {"regions": ["eu-west-1"]})
    assert [f.resource for f in run.result.findings] == [place.arns["legacy-backups"]]
    assert "10 buckets" in {s.what for s in run.result.coverage.skipped}


def test_a_hint_names_one_bucket_or_none(seeded: Callable[[str, str], Seeded]) -> None:
    place = seeded("faulty", "own")
    run = run_probe(TEMPLATE, place.access, {"bucket": "web-downloads"})
    assert run.document["facts"]["buckets_checked"] == 1
    run = run_probe(TEMPLATE, place.access, {"bucket": "no-such-thing"})
    assert run.document["facts"]["buckets_checked"] == 11
    assert "bucket no-such-thing" in {s.what for s in run.result.coverage.skipped}


def test_asks_no_more_than_a_plain_script_would(seeded: Callable[[str, str], Seeded]) -> None:
    run = run_probe(TEMPLATE, seeded("faulty", "own").access)
    assert run.operations["s3:GetPublicAccessBlock"] == run.operations["s3:GetBucketAcl"] == 11
    assert run.operations["s3:GetBucketPolicyStatus"] == 3  # where a policy speaks of everybody
    assert run.operations["s3:GetBucketOwnershipControls"] == 2  # where an ACL does
    assert run.operations["s3:ListBuckets"] == run.operations["sts:GetCallerIdentity"] == 1


@pytest.fixture(scope="module")
def variants(embedded_account: EmbeddedAccount) -> tuple[ProbeRun, Callable[[str], str]]:
    """One account with every variant in a bucket of its own, looked at once."""
    access, names = embedded_account.second_account(), naming("own")
    site = Site(access.client, names)
    for logical, (_, options) in VARIANTS.items():
        made = options(site, logical) if callable(options) else options
        bucket(site, logical, **{"blocked": False, **made})
    with meddling(access, _no_verdict) as meddled:  # so that the probe's own judgement is what is tested
        return run_probe(TEMPLATE, meddled), names


def _no_verdict(request: Request) -> Answer | None:
    empty = Answer(200, b"<PolicyStatus/>", {"x-amz-request-id": f"status-{request.path.strip('/').partition('?')[0]}"})
    return empty if "policyStatus" in request.path else None


def _policy(
    action: Any, where: str = "both", effect: Any = allow, **more: Any
) -> Callable[[Site, str], dict[str, Any]]:
    def build(site: Site, logical: str) -> dict[str, Any]:
        return {"statements": (_statement(site, logical, action, where, effect, **more),)}

    return build


def _statement(
    site: Site, logical: str, action: Any, where: str = "both", effect: Any = allow, **more: Any
) -> dict[str, Any]:
    own, objects = site.bucket_arn(logical), site.bucket_arn(logical, "/*")
    resource: Any = {"both": [own, objects], "bucket": own, "objects": objects, "all": "*"}.get(
        where, site.bucket_arn(logical, where)
    )
    return effect(action, resource, **{"Principal": "*", **more})


def _when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def _with_denial(**denial: Any) -> Callable[[Site, str], dict[str, Any]]:
    def build(site: Site, logical: str) -> dict[str, Any]:
        opened = _statement(site, logical, "s3:GetObject", "objects")
        return {"statements": (opened, _statement(site, logical, "s3:GetObject", "objects", deny, **denial))}

    return build


def _not_action(site: Site, logical: str) -> dict[str, Any]:
    statement = _statement(site, logical, "x", "objects")
    del statement["Action"]
    return {"statements": (statement | {"NotAction": ["s3:Get*", "s3:List*"]},)}


def _not_principal(site: Site, logical: str) -> dict[str, Any]:
    statement = _statement(site, logical, "s3:GetObject", "objects")
    del statement["Principal"]
    return {"statements": (statement | {"NotPrincipal": {"AWS": f"arn:aws:iam::{site.account}:root"}},)}


WRITE, READ, SETTINGS = "s3-bucket-public-write", "s3-bucket-public-read", "s3-bucket-public-settings"

# name: what must be said (None: nothing), and how the bucket is made
VARIANTS: dict[str, tuple[str | None, Any]] = {
    # really public
    "star-principal": (READ, _policy("s3:GetObject")),
    "aws-star": (READ, _policy("s3:GetObject", Principal={"AWS": "*"})),
    "aws-list-star": (READ, _policy("s3:GetObject", Principal={"AWS": ["*"]})),
    "prefix-only": (READ, _policy("s3:GetObject", "/public/*")),
    "all-resources": (READ, _policy("s3:GetObject", "both", Resource="*")),
    "get-star": (READ, _policy("s3:Get*", "objects")),
    "list-only": (READ, _policy("s3:ListBucket", "bucket")),
    "versions": (READ, _policy(["s3:ListBucketVersions", "s3:GetObjectVersion"])),
    "mixed-case": (READ, _policy("S3:getobject")),
    "delete-only": (WRITE, _policy("s3:DeleteObject", "objects")),
    "every-action": (WRITE, _policy("s3:*")),
    "really-everything": (WRITE, _policy("*")),
    "policy-writer": (WRITE, _policy("s3:PutBucketPolicy", "bucket")),
    "not-action": (WRITE, _not_action),
    "not-principal": (READ, _not_principal),
    "reads-acl": (SETTINGS, _policy("s3:GetBucketAcl", "bucket")),
    "wide-address": (READ, _policy("s3:GetObject", **_when("IpAddress", "aws:SourceIp", "0.0.0.0/0"))),
    "wide-six": (READ, _policy("s3:GetObject", **_when("IpAddress", "aws:SourceIp", "2000::/3"))),
    "one-wide-one-narrow": (
        READ,
        _policy("s3:GetObject", **_when("IpAddress", "aws:SourceIp", "203.0.113.0/24", "128.0.0.0/1")),
    ),
    "referer": (READ, _policy("s3:GetObject", **_when("StringLike", "aws:Referer", "https://example.com/*"))),
    "user-agent": (READ, _policy("s3:GetObject", **_when("StringEquals", "aws:UserAgent", "secret"))),
    "tls-only": (READ, _policy("s3:GetObject", **_when("Bool", "aws:SecureTransport", "true"))),
    "any-vpce": (READ, _policy("s3:GetObject", **_when("StringLike", "aws:SourceVpce", "vpce-*"))),
    "if-exists": (READ, _policy("s3:GetObject", **_when("StringEqualsIfExists", "aws:SourceVpce", "vpce-1"))),
    "for-all-values": (
        READ,
        _policy("s3:GetObject", **_when("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")),
    ),
    "not-this-org": (READ, _policy("s3:GetObject", **_when("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))),
    "policy-variable": (READ, _policy("s3:GetObject", **_when("StringEquals", "aws:userid", "${aws:userid}"))),
    "any-role": (READ, _policy("s3:GetObject", **_when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/reader"))),
    "denial-of-others": (READ, _with_denial(Principal={"AWS": "arn:aws:iam::123456789012:root"})),
    "denial-of-plain": (READ, _with_denial(**_when("Bool", "aws:SecureTransport", "false"))),
    "acl-read": (READ, {"acl": "public-read"}),
    "acl-write": (WRITE, {"acl": "public-read-write"}),
    "acl-any-account": (READ, {"acl": "authenticated-read"}),
    "acl-grant-write": (WRITE, {"grants": {"GrantWrite": EVERYONE}}),
    "acl-grant-write-acp": (WRITE, {"grants": {"GrantWriteACP": ANY_ACCOUNT}}),
    "acl-grant-full": (WRITE, {"grants": {"GrantFullControl": EVERYONE}}),
    "acl-grant-read-acp": (SETTINGS, {"grants": {"GrantReadACP": EVERYONE}}),
    "website": (READ, lambda site, name: {**_policy("s3:GetObject", "objects")(site, name), "website": True}),
    # only looking it
    "no-policy": (None, {}),
    "one-vpc": (None, _policy("s3:GetObject", **_when("StringEquals", "aws:SourceVpc", "vpc-0a1b2c3d"))),
    "any-value-vpce": (
        None,
        _policy("s3:GetObject", **_when("ForAnyValue:StringEquals", "aws:SourceVpce", "vpce-0a1b2c3d")),
    ),
    "lower-case-key": (None, _policy("s3:GetObject", **_when("StringEquals", "AWS:sourceVPCE", "vpce-0a1b2c3d"))),
    "one-org": (None, _policy("s3:*", **_when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))),
    "org-path": (
        None,
        _policy("s3:*", **_when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-*")),
    ),
    "one-account": (None, _policy("s3:GetObject", **_when("StringEquals", "aws:SourceAccount", "123456789012"))),
    "roles-of-one-account": (
        None,
        _policy("s3:GetObject", **_when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*")),
    ),
    "one-topic": (
        None,
        _policy("s3:PutObject", **_when("ArnEquals", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:t")),
    ),
    "one-role-id": (
        None,
        _policy("s3:GetObject", **_when("StringLike", "aws:userid", "AROAEXAMPLEEXAMPLE123:*")),
    ),
    "office": (
        None,
        _policy("s3:*", **_when("IpAddress", "aws:SourceIp", "203.0.113.0/24", "2001:db8::/48", "8.8.8.8")),
    ),
    "named-account": (None, _policy("s3:*", Principal={"AWS": "arn:aws:iam::123456789012:root"})),
    "service": (None, _policy("s3:GetObject", Principal={"Service": "cloudfront.amazonaws.com"})),
    "denies-all": (None, _policy("s3:PutObject", effect=deny)),
    "denied-again": (None, _with_denial()),
    "denied-outside-office": (None, _with_denial(**_when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    "denied-outside-org": (
        None,
        _with_denial(
            Condition={
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            }
        ),
    ),
    "object-action-on-bucket": (None, _policy("s3:GetObject", "bucket")),
    "bucket-action-on-objects": (None, _policy("s3:ListBucket", "objects")),
    "blocked-policy": (None, lambda site, name: {**_policy("s3:*Object")(site, name), "blocked": True}),
    "blocked-acl": (None, {"acl": "public-read-write", "blocked": True}),
    "private-acl": (None, {"acl": "private"}),
    "log-delivery": (None, {"acl": "log-delivery-write"}),
    "public-in-name": (None, {"blocked": True}),
}
del VARIANTS["all-resources"]  # "*" cannot be said in a bucket policy


@pytest.mark.parametrize("logical", VARIANTS)
def test_judges_a_bucket(variants: tuple[ProbeRun, Callable[[str], str]], logical: str) -> None:
    run, names = variants
    said = [f for f in run.result.findings if f.resource == f"arn:aws:s3:::{names(logical)}"]
    expected, _ = VARIANTS[logical]
    assert [f.id for f in said] == ([expected] if expected else [])
    if expected:
        severity = {WRITE: "critical", READ: "high", SETTINGS: "medium"}[expected]
        assert said[0].severity == severity
        assert names(logical) in said[0].title
        assert names(logical) in said[0].fix


def test_every_claim_can_be_looked_up(variants: tuple[ProbeRun, Callable[[str], str]]) -> None:
    run, names = variants
    assert len(run.cited()) > len(run.result.findings)
    proofs = {f.resource: f.evidence for f in run.result.findings}
    assert any("/Policy" in pointer for pointer in proofs[f"arn:aws:s3:::{names('star-principal')}"])
    assert any("/Grants/" in pointer for pointer in proofs[f"arn:aws:s3:::{names('acl-read')}"])


def test_says_what_is_only_blocked(variants: tuple[ProbeRun, Callable[[str], str]]) -> None:
    run, names = variants
    blocked = run.document["facts"]["blocked"]
    assert set(blocked) == {names("blocked-policy"), names("blocked-acl")}
    assert blocked[names("blocked-policy")]["blocked_by"] == ["RestrictPublicBuckets of the bucket"]
    assert blocked[names("blocked-acl")]["blocked_by"] == ["IgnorePublicAcls of the bucket"]


def test_a_website_is_not_simply_switched_off(variants: tuple[ProbeRun, Callable[[str], str]]) -> None:
    run, names = variants
    finding = next(f for f in run.result.findings if f.resource.endswith(names("website")))
    assert "CloudFront" in finding.fix


READ_ONLY = ["s3:ListAllMyBuckets", "s3:GetBucket*", "s3:GetAccountPublicAccessBlock", "sts:GetCallerIdentity"]


def _open_bucket(access: AccountAccess, logical: str = "opened", **options: Any) -> str:
    site = Site(access.client, naming("own"))
    options = options or _policy("s3:GetObject")(site, logical)
    bucket(site, logical, **{"blocked": False, **options})
    return site.name(logical)


def test_what_it_may_not_read_it_does_not_judge(clean_account: AccountAccess) -> None:
    public, hidden = _open_bucket(clean_account), _open_bucket(clean_account, "hidden", acl="private")
    deny_one = {"Effect": "Deny", "Action": "s3:*", "Resource": f"arn:aws:s3:::{hidden}"}
    reader = restricted(clean_account, "reader", allow(READ_ONLY, "*"), deny_one)
    run = run_probe(TEMPLATE, reader)
    assert [f.resource for f in run.result.findings] == [f"arn:aws:s3:::{public}"]
    assert run.document["facts"]["not_judged"] == [hidden]
    assert "1 could not be judged" in run.result.summary
    assert {s.why for s in run.result.coverage.skipped if hidden in s.what} == {"AccessDenied"}


def test_a_full_block_makes_the_rest_unimportant(clean_account: AccountAccess) -> None:
    name = _open_bucket(clean_account, "shut", blocked=True)
    blind = deny(["s3:GetBucketPolicy", "s3:GetBucketAcl"], "*")
    run = run_probe(TEMPLATE, restricted(clean_account, "reader", allow(READ_ONLY, "*"), blind))
    assert run.document["facts"]["not_judged"] == []
    assert name not in run.result.summary
    assert run.result.coverage.skipped  # it still says so


def test_an_unreadable_block_leaves_a_doubt(clean_account: AccountAccess) -> None:
    _open_bucket(clean_account)
    blind = deny("s3:GetBucketPublicAccessBlock", "*")
    run = run_probe(TEMPLATE, restricted(clean_account, "reader", allow(READ_ONLY, "*"), blind))
    assert "could not be read" in run.result.findings[0].title


def test_reads_every_page(clean_account: AccountAccess) -> None:
    names = sorted(_open_bucket(clean_account, f"many-{n:02}", acl="public-read") for n in range(7))

    def small_pages(request: Request) -> Answer | None:
        if request.method == "GET" and request.path.startswith("/?") and "max-buckets=1000" in request.path:
            start = request.path.partition("continuation-token=")[2].partition("&")[0]
            rest = [name for name in names if name > start]
            more = f"<ContinuationToken>{rest[2]}</ContinuationToken>" if len(rest) > 3 else ""
            entries = "".join(
                f"<Bucket><Name>{name}</Name><BucketRegion>us-east-1</BucketRegion></Bucket>" for name in rest[:3]
            )
            body = f"<ListAllMyBucketsResult><Buckets>{entries}</Buckets>{more}</ListAllMyBucketsResult>"
            return Answer(200, body.encode(), {"x-amz-request-id": f"page-{start or 0}"})
        return None

    with meddling(clean_account, small_pages) as meddled:
        run = run_probe(TEMPLATE, meddled)
    assert run.operations["s3:ListBuckets"] == 3
    assert [f.resource.rpartition(":")[2] for f in run.result.findings] == names


def test_a_bucket_that_is_gone_is_no_error(clean_account: AccountAccess) -> None:
    kept, gone = _open_bucket(clean_account), _open_bucket(clean_account, "gone", acl="public-read")

    def vanish(request: Request) -> Answer | None:
        return query_error("NoSuchBucket", status=404) if request.path.startswith(f"/{gone}") else None

    with meddling(clean_account, vanish) as meddled:
        run = run_probe(TEMPLATE, meddled)
    assert [f.resource for f in run.result.findings] == [f"arn:aws:s3:::{kept}"]
    assert "it was deleted while this ran" in {s.why for s in run.result.coverage.skipped}
    assert run.document["facts"]["buckets_checked"] == 1


def test_survives_being_throttled(clean_account: AccountAccess) -> None:
    name = _open_bucket(clean_account)
    refused: list[str] = []

    def throttle(request: Request) -> Answer | None:
        if request.path.startswith(f"/{name}?policy") and len(refused) < 2:
            refused.append(request.path)
            return query_error("SlowDown", status=503)
        return None

    with meddling(clean_account, throttle) as meddled:
        run = run_probe(TEMPLATE, meddled)
    assert len(refused) == 2
    assert [f.resource for f in run.result.findings] == [f"arn:aws:s3:::{name}"]


@pytest.mark.parametrize(
    ("settings", "open_still"),
    [
        (None, {"by-policy", "by-acl"}),
        ({"IgnorePublicAcls": True, "RestrictPublicBuckets": False}, {"by-policy"}),
        ({"IgnorePublicAcls": False, "RestrictPublicBuckets": True}, {"by-acl"}),
        ({"IgnorePublicAcls": True, "RestrictPublicBuckets": True}, set()),
    ],
)
def test_the_block_of_the_account_counts(
    clean_account: AccountAccess, settings: dict[str, bool] | None, open_still: set[str]
) -> None:
    real = {"by-policy": _open_bucket(clean_account), "by-acl": _open_bucket(clean_account, "acl", acl="public-read")}
    if settings:
        control = clean_account.client("s3control")
        control.put_public_access_block(AccountId=clean_account.account_id, PublicAccessBlockConfiguration=settings)
    run = run_probe(TEMPLATE, clean_account, options=("--resolve-below-loopback",))
    assert run.result.coverage.skipped == ()
    assert {f.resource for f in run.result.findings} == {f"arn:aws:s3:::{real[way]}" for way in open_still}
    assert len(run.document["facts"]["blocked"]) == 2 - len(open_still)
    assert run.cited() or not open_still


@pytest.mark.parametrize("verdict", ["true", "false"])
def test_the_verdict_of_s3_itself_counts(clean_account: AccountAccess, verdict: str) -> None:
    name = naming("own")("narrowed")
    site = Site(clean_account.client, lambda _: name)
    bucket(
        site,
        name,
        blocked=False,
        **_policy("s3:GetObject", **_when("StringEquals", "aws:SourceVpce", "vpce-1"))(site, name),
    )

    def status(request: Request) -> Answer | None:
        body = f"<PolicyStatus><IsPublic>{verdict}</IsPublic></PolicyStatus>"
        return Answer(200, body.encode(), {"x-amz-request-id": "s"}) if "policyStatus" in request.path else None

    with meddling(clean_account, status) as meddled:
        run = run_probe(TEMPLATE, meddled)
    assert [f.id for f in run.result.findings] == ([READ] if verdict == "true" else [])
    assert run.cited() or verdict == "false"


def test_an_account_without_buckets(clean_account: AccountAccess) -> None:
    result = run_plain(TEMPLATE, clean_account)
    assert result.findings == result.resources == ()
    assert "0 buckets" in result.summary
