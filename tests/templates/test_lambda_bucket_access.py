"""Why a function cannot reach a bucket: every way to be denied that is seeded here, and every thing that only looks it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, bucket, deny, function, key
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe
from tests.templates.truth import judge
from tests.worlds.seeded import NAMINGS, WORLDS, Seeded, naming

TEMPLATE = "lambda_bucket_access"
EVERYONE = {"Principal": "*"}


@pytest.mark.parametrize("kind", [NAMINGS[0], pytest.param(NAMINGS[1], marks=pytest.mark.full)])
@pytest.mark.parametrize("world", WORLDS)
def test_tells_the_truth_of_a_world(seeded: Callable[[str, str], Seeded], world: str, kind: str) -> None:
    place = seeded(world, kind)
    for question in place.questions(TEMPLATE):
        judge(run_probe(TEMPLATE, place.access, question.variables), question, place)


@dataclass
class Variant:
    """A function ``<name>``, its role ``<name>-role`` and its bucket ``<name>-store``, made in some way."""

    kind: str = ""
    """The finding that must come, alone; empty for none."""
    resource: str = ""
    """Logical name of what is at fault."""
    mentions: tuple[str, ...] = ()
    statements: Callable[["Place"], tuple[Any, ...]] | None = None
    """Of the role beside writing logs; None lets it read and write its bucket."""
    boundary: Callable[["Place"], tuple[Any, ...]] | None = None
    policy: Callable[["Place"], tuple[Any, ...]] | None = None
    """Of the bucket."""
    key_policy: Callable[["Place"], tuple[Any, ...]] | None = None
    severity: str = "high"
    enforced: bool = True
    """Whether the emulator decides as AWS does, so that trying tells the truth."""
    region: str = "us-east-1"
    extra: Callable[["Place"], None] | None = None


@dataclass
class Place:
    """What a variant's builders may name."""

    site: Site
    logical: str
    arns: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> str:
        return self.site.bucket_arn(f"{self.logical}-store")

    @property
    def objects(self) -> str:
        return f"{self.store}/*"

    @property
    def role(self) -> str:
        return self.site.role_arn(f"{self.logical}-role")

    @property
    def session(self) -> str:
        role, name = self.site.name(f"{self.logical}-role"), self.site.name(self.logical)
        return f"arn:aws:sts::{self.site.account}:assumed-role/{role}/{name}"

    @property
    def root(self) -> str:
        return f"arn:aws:iam::{self.site.account}:root"


def when(operator: str, name: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {name: value}}}


def all_but(effect: Any, actions: Any, **more: Any) -> dict[str, Any]:
    statement = effect("", "*", NotAction=actions, **more)
    del statement["Action"]
    return dict(statement)


def work(p: Place) -> Any:
    return allow(["s3:GetObject", "s3:PutObject"], p.objects, Sid="Work")


def with_work(*more: Callable[[Place], Any]) -> Callable[[Place], tuple[Any, ...]]:
    return lambda p: (work(p), *(make(p) for make in more))


def denied_in_bucket(sid: str, action: Any = "s3:PutObject", **more: Any) -> Callable[[Place], tuple[Any, ...]]:
    return lambda p: (deny(action, p.objects, Sid=sid, **{**EVERYONE, **more}),)


def delegating(p: Place) -> Any:
    return allow("kms:*", "*", Sid="DecidedByIam", Principal={"AWS": p.root})


FAULTS = {
    "nothing-allows": Variant(
        "role-lacks-permission", "role", ("s3:PutObject", "only s3:GetObject"),
        statements=lambda p: (allow("s3:GetObject", p.objects, Sid="ReadOnly"),),
    ),
    "identity-denies": Variant(
        "role-policy-denies", "role", ("NoWrites",),
        statements=with_work(lambda p: deny("s3:Put*", "*", Sid="NoWrites")),
    ),
    "identity-denies-all-but": Variant(
        "role-policy-denies", "role", ("OnlyReads",),
        statements=with_work(lambda p: all_but(deny, ["s3:Get*", "logs:*"], Sid="OnlyReads")),
    ),
    "boundary-lacks": Variant(
        "permissions-boundary-lacks-permission", "role-boundary", ("s3:PutObject",),
        boundary=lambda p: (allow(["s3:GetObject", "logs:*"], "*"),),
    ),
    "boundary-denies": Variant(
        "permissions-boundary-denies", "role-boundary", ("NeverHere",),
        boundary=lambda p: (allow("*", "*"), deny("s3:PutObject", p.objects, Sid="NeverHere")),
    ),
    "bucket-denies": Variant("bucket-policy-denies", "store", ("Frozen",), policy=denied_in_bucket("Frozen")),
    "bucket-denies-this-one": Variant(
        "bucket-policy-denies", "store", ("ThisRole",),
        policy=lambda p: (deny("s3:*", [p.store, p.objects], Sid="ThisRole", Principal={"AWS": p.role}),),
    ),
    "bucket-denies-where": Variant(
        "bucket-policy-denies", "store", ("OnlyFromVpc", "vpce-0a1b2c3d"),
        policy=denied_in_bucket("OnlyFromVpc", "s3:*", **when("StringNotEquals", "aws:SourceVpce", "vpce-0a1b2c3d")),
    ),
    "bucket-denies-all-but-roles": Variant(
        "bucket-policy-denies", "store", ("OtherRolesOnly",),
        policy=denied_in_bucket("OtherRolesOnly", **when("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/other*")),
    ),
    "bucket-denies-not-principal": Variant(
        "bucket-policy-denies", "store", ("Admins",),
        policy=lambda p: (
            {"Sid": "Admins", "Effect": "Deny", "NotPrincipal": {"AWS": p.root}, "Action": "s3:PutObject", "Resource": p.objects},
        ),
        enforced=False,  # ministack counts the account's root among a role's names
    ),
    "bucket-denies-not-resource": Variant(
        "bucket-policy-denies", "store", ("OnlyDrop",),
        policy=lambda p: (
            {"Sid": "OnlyDrop", "Effect": "Deny", **EVERYONE, "Action": "s3:PutObject", "NotResource": f"{p.store}/drop/*"},
        ),
        statements=lambda p: (allow("s3:PutObject", f"{p.store}/work/*"),),
    ),
    "bucket-wants-encryption-header": Variant(
        "bucket-policy-denies", "store", ("NoPlain", "s3:x-amz-server-side-encryption"),
        policy=denied_in_bucket("NoPlain", **when("Null", "s3:x-amz-server-side-encryption", "true")),
        severity="medium", enforced=False,
    ),
    "arn-without-objects": Variant(
        "role-lacks-permission", "role", ("without /*",),
        statements=lambda p: (allow(["s3:GetObject", "s3:PutObject"], p.store, Sid="Work"),),
    ),
    "other-bucket-name": Variant(
        "role-lacks-permission", "role", ("which is not this bucket",),
        statements=lambda p: (allow("s3:PutObject", f"{p.store}s/*", Sid="Work"),),
    ),
    "condition-not-met": Variant(
        "role-lacks-permission", "role", ("its condition is not met",),
        statements=lambda p: (
            allow("s3:PutObject", p.objects, Sid="Tagged", **when("StringEquals", "aws:PrincipalTag/team", "blue")),
        ),
    ),
    "key-policy-lacks": Variant(
        "kms-key-policy-lacks-permission", "key", ("kms:GenerateDataKey",),
        key_policy=lambda p: (), enforced=False,
        statements=with_work(lambda p: allow("kms:*", "*")),
    ),
    "key-policy-denies": Variant(
        "kms-key-policy-denies", "key", ("NotThisRole",),
        key_policy=lambda p: (
            delegating(p), deny("kms:GenerateDataKey*", "*", Sid="NotThisRole", **EVERYONE, **when("ArnEquals", "aws:PrincipalArn", p.role)),
        ),
        statements=with_work(lambda p: allow("kms:*", "*")), enforced=False,
    ),
    "role-lacks-key": Variant(
        "role-lacks-kms-permission", "role", ("kms:GenerateDataKey",), key_policy=lambda p: (delegating(p),), enforced=False,
    ),
    "role-denies-key": Variant(
        "role-policy-denies", "role", ("NoKeys",), key_policy=lambda p: (delegating(p),), enforced=False,
        statements=with_work(lambda p: allow("kms:*", "*"), lambda p: deny("kms:*", "*", Sid="NoKeys")),
    ),
    "boundary-lacks-key": Variant(
        "permissions-boundary-lacks-permission", "role-boundary", ("kms:GenerateDataKey",), key_policy=lambda p: (delegating(p),),
        statements=with_work(lambda p: allow("kms:*", "*")), boundary=lambda p: (allow(["s3:*", "logs:*"], "*"),), enforced=False,
    ),
    "key-disabled": Variant(
        "kms-key-unusable", "key", ("Disabled",), key_policy=lambda p: (delegating(p),), enforced=False,
        statements=with_work(lambda p: allow("kms:*", "*")),
        extra=lambda p: p.site.client("kms").disable_key(KeyId=p.site.arns[f"{p.logical}-key"]),
    ),
    "cross-region": Variant(
        "bucket-policy-denies", "store", ("Frozen",), policy=denied_in_bucket("Frozen"), region="eu-west-1",
    ),
    "cannot-be-assumed": Variant(
        "role-not-assumable", "role", ("lambda.amazonaws.com",), enforced=False,
        extra=lambda p: p.site.client("iam").update_assume_role_policy(
            RoleName=p.site.name(f"{p.logical}-role"),
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}),
        ),
    ),
}  # fmt: skip

HEALTHY = {
    "plain": Variant(),
    "by-wildcards": Variant(statements=lambda p: (allow("s3:P?t*", f"{p.store[:-3]}*"),)),
    "all-actions-but": Variant(statements=lambda p: (all_but(allow, "iam:*"),)),
    "by-bucket-policy": Variant(
        statements=lambda p: (allow("s3:GetObject", p.objects),),
        policy=lambda p: (allow("s3:PutObject", p.objects, Sid="Granted", Principal={"AWS": p.role}),),
    ),
    "one-prefix": Variant(statements=lambda p: (allow("s3:PutObject", f"{p.store}/incoming/*"),)),
    "denied-elsewhere-in-bucket": Variant(
        statements=lambda p: (allow("s3:PutObject", f"{p.store}/incoming/*"),),
        policy=lambda p: (deny("s3:PutObject", f"{p.store}/frozen/*", Sid="Frozen", **EVERYONE),),
    ),
    "denies-other-bucket": Variant(statements=with_work(lambda p: deny("s3:*", "arn:aws:s3:::quite-another/*"))),
    "denies-other-role": Variant(
        policy=lambda p: (deny("s3:*", p.objects, Sid="Other", Principal={"AWS": p.site.role_arn("plain-role")}),),
    ),
    "denies-other-action": Variant(policy=denied_in_bucket("KeepAll", "s3:DeleteObject")),
    "denies-without-tls": Variant(
        policy=denied_in_bucket("Tls", "s3:*", **when("Bool", "aws:SecureTransport", "false")), enforced=False,
    ),
    "denies-other-accounts": Variant(
        policy=lambda p: (
            deny("s3:*", p.objects, Sid="Ours", **EVERYONE, **when("StringNotEquals", "aws:PrincipalAccount", p.site.account)),
        ),
    ),
    "denies-all-but-this-role": Variant(
        policy=lambda p: (
            deny("s3:*", p.objects, Sid="Mine", **EVERYONE, **when("ArnNotEquals", "aws:PrincipalArn", p.role)),
        ),
        enforced=False,  # ministack puts the session for the role in aws:PrincipalArn
    ),
    "exempt-by-not-principal": Variant(
        policy=lambda p: (
            {"Effect": "Deny", "NotPrincipal": {"AWS": [p.root, p.role, p.session]}, "Action": "s3:*", "Resource": p.objects},
        ),
    ),
    "denies-service-calls": Variant(
        policy=denied_in_bucket(
            "Confused",
            Condition={"StringNotEqualsIfExists": {"aws:SourceAccount": "1"}, "Bool": {"aws:PrincipalIsAWSService": "true"}},
        ),
        enforced=False,  # ministack knows no aws:PrincipalIsAWSService
    ),
    "wide-boundary": Variant(boundary=lambda p: (allow(["s3:*", "logs:*"], "*"),)),
    "condition-met": Variant(
        statements=lambda p: (
            allow("s3:PutObject", p.objects, **when("StringEquals", "aws:ResourceAccount", p.site.account)),
        ),
        enforced=False,  # ministack knows no aws:ResourceAccount
    ),
    "key-names-role": Variant(
        key_policy=lambda p: (allow("kms:GenerateDataKey", "*", Principal={"AWS": p.role}),), enforced=False,
    ),
    "key-through-s3-only": Variant(
        key_policy=lambda p: (
            allow("kms:*", "*", **EVERYONE, Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:CallerAccount": p.site.account}}),
        ),
        enforced=False,
    ),
    "key-granted": Variant(
        key_policy=lambda p: (), enforced=False,
        extra=lambda p: p.site.client("kms").create_grant(
            KeyId=p.site.arns[f"{p.logical}-key"], GranteePrincipal=p.role, Operations=["GenerateDataKey"]
        ),
    ),
    "cross-region-healthy": Variant(region="eu-west-1"),
}  # fmt: skip

VARIANTS = FAULTS | HEALTHY


@dataclass
class Built:
    access: AccountAccess
    names: Callable[[str], str]
    arns: dict[str, str]
    run: ProbeRun

    def check(self, logical: str) -> dict[str, Any]:
        (check,) = [c for c in self.run.document["facts"]["checks"] if c["function"] == self.names(logical)]
        return dict(check)

    def findings(self, logical: str) -> list[Any]:
        titles = self.check(logical)["because"]
        return [f for f in self.run.result.findings if f.title in titles]


@pytest.fixture(scope="module")
def built(embedded_account: EmbeddedAccount) -> Built:
    """One account with every variant in it, looked at once."""
    return build_all(embedded_account, "own")


@pytest.fixture(scope="module")
def renamed(embedded_account: EmbeddedAccount) -> Built:
    """The same under names that say nothing."""
    return build_all(embedded_account, "renamed")


def build_all(embedded_account: EmbeddedAccount, kind: str) -> Built:
    access, names = embedded_account.second_account(), naming(kind)
    site = Site(access.client, names)
    for logical, variant in VARIANTS.items():
        build(site, logical, variant)
    return Built(access, names, site.arns, run_probe(TEMPLATE, access))


def build(site: Site, logical: str, variant: Variant) -> None:
    place = Place(site, logical)
    statements = variant.statements or (lambda p: (work(p),))
    boundary = variant.boundary(place) if variant.boundary else ()
    function(site, logical, bucket=f"{logical}-store", statements=statements(place), boundary=boundary)
    encryption = key(site, f"{logical}-key", *variant.key_policy(place)) if variant.key_policy else ""
    policy = variant.policy(place) if variant.policy else ()
    bucket(site, f"{logical}-store", statements=policy, key=encryption, region=variant.region)
    if variant.extra:
        variant.extra(place)


@pytest.mark.parametrize("logical", VARIANTS)
def test_names_the_cause_and_nothing_else(built: Built, logical: str) -> None:
    assert_told(built, logical)


@pytest.mark.full
@pytest.mark.parametrize("logical", VARIANTS)
def test_names_play_no_part(renamed: Built, logical: str) -> None:
    assert_told(renamed, logical)


def assert_told(built: Built, logical: str) -> None:
    variant, check = VARIANTS[logical], built.check(logical)
    found = [(f.id, f.resource, f.severity.value) for f in built.findings(logical)]
    resource = built.arns.get(f"{logical}-{variant.resource}")
    assert found == ([(variant.kind, resource, variant.severity)] if variant.kind else []), check
    assert check["verdict"] == (
        "allowed" if not variant.kind else "denied" if variant.severity == "high" else "depends"
    )
    for mention in variant.mentions:
        assert mention in check["because"][0]
    assert check["bucket"] == built.names(f"{logical}-store")
    if not variant.kind:
        assert check["allowed_by"]


@pytest.mark.parametrize("logical", [logical for logical, variant in VARIANTS.items() if variant.enforced])
def test_trying_it_ends_as_the_verdict_says(built: Built, logical: str) -> None:
    role, only = built.arns[f"{logical}-role"], built.check(logical)["only_keys"]
    principal = {"AWS": role.split(":")[4], "Service": "lambda.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    built.access.client("iam").update_assume_role_policy(RoleName=role.rsplit("/", 1)[1], PolicyDocument=document)
    session = built.access.client("sts").assume_role(RoleArn=role, RoleSessionName=built.names(logical))
    credentials = session["Credentials"]
    s3 = boto3.client(
        "s3",
        endpoint_url=built.access.endpoint_url,
        region_name=VARIANTS[logical].region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    path = only[0].split("/", 1)[1].replace("*", "x") if only else "work/x"
    try:
        s3.put_object(Bucket=built.names(f"{logical}-store"), Key=path, Body=b"x")
        ended = "allowed"
    except ClientError as error:
        ended = {"AccessDenied": "denied"}.get(error.response["Error"]["Code"], str(error))
    assert ended == built.check(logical)["verdict"]


def test_every_finding_points_at_what_was_recorded(built: Built) -> None:
    assert len(built.run.cited()) >= len(FAULTS)
    for found in built.run.result.findings:
        if found.id == "bucket-policy-denies":
            policy = json.loads(ProbeCited(built.run).values(found)[0])
            assert any(s["Effect"] == "Deny" for s in policy["Statement"])
        if found.id == "role-policy-denies":
            assert ProbeCited(built.run).values(found)[0]["Effect"] == "Deny"


@dataclass
class ProbeCited:
    run: ProbeRun

    def values(self, found: Any) -> list[Any]:
        one = ProbeRun(self.run.result.model_copy(update={"findings": (found,)}), self.run.document, self.run.calls)
        return one.cited()


def test_reads_configuration_and_no_more_often_than_it_must(built: Built) -> None:
    operations = built.run.operations
    assert set(operations) == {
        "sts:GetCallerIdentity", "lambda:ListFunctions", "iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies", "iam:GetPolicy", "iam:GetPolicyVersion", "s3:ListBuckets", "s3:GetBucketPolicy",
        "s3:GetBucketEncryption", "s3:GetBucketOwnershipControls", "s3:GetPublicAccessBlock", "kms:DescribeKey",
        "kms:GetKeyPolicy", "kms:ListGrants",
    }  # fmt: skip
    assert operations["s3:ListBuckets"] == operations["sts:GetCallerIdentity"] == 1
    assert operations["s3:GetBucketPolicy"] == operations["iam:GetRole"] == len(VARIANTS)


def test_the_summary_counts_and_tells(built: Built) -> None:
    facts = built.run.document["facts"]
    assert facts["checks_made"] == len(VARIANTS)
    assert facts["checks_failing"] == len(FAULTS)
    assert f"{len(FAULTS)} of {len(VARIANTS)} checks fail" in facts["summary"]
    assert {r.type for r in built.run.result.resources} == {
        "lambda:function",
        "iam:role",
        "iam:policy",
        "s3:bucket",
        "kms:key",
    }


def test_one_function_by_hint_gets_one_sentence(built: Built) -> None:
    name = built.names("bucket-denies")
    result = run_plain(TEMPLATE, built.access, {"function": name.upper()})
    assert result.summary == (
        f"{name} cannot write to {built.names('bucket-denies-store')}: Statement Frozen of the policy of bucket "
        f"{built.names('bucket-denies-store')} denies s3:PutObject on arn:aws:s3:::{built.names('bucket-denies-store')}/* "
        f"for {built.names('bucket-denies-role')}."
    )
    healthy = run_plain(TEMPLATE, built.access, {"function": built.arns["plain"], "access": "any"})
    assert "can write to" in healthy.summary
    assert "can read from" in healthy.summary
    assert healthy.findings == ()


@pytest.mark.parametrize(
    ("logical", "access", "verdicts"),
    [
        ("nothing-allows", "read", ["allowed"]),
        ("nothing-allows", "any", ["allowed"]),
        ("nothing-allows", "read,write", ["allowed", "denied"]),
        ("denies-other-action", "delete", ["denied"]),
        ("plain", "list", ["denied"]),
        ("plain", "nonsense", ["allowed"]),
        ("role-lacks-key", "read", ["denied"]),
        ("role-lacks-key", "list", ["denied"]),
    ],
)
def test_the_access_that_is_asked_about(built: Built, logical: str, access: str, verdicts: list[str]) -> None:
    run = run_probe(TEMPLATE, built.access, {"function": built.arns[logical], "access": access})
    assert [c["verdict"] for c in run.document["facts"]["checks"]] == verdicts
    if access == "any":
        assert "allows s3:PutObject" in run.result.summary  # said, but no fault
        assert run.result.findings == ()


def test_a_prefix_decides_where_only_some_keys_are_allowed(built: Built) -> None:
    def verdict(prefix: str) -> str:
        run = run_probe(TEMPLATE, built.access, {"function": built.arns["one-prefix"], "prefix": prefix})
        return str(run.document["facts"]["checks"][0]["verdict"])

    assert [verdict("incoming/2024/"), verdict("outgoing/"), verdict("")] == ["allowed", "denied", "allowed"]


def test_a_bucket_alone_finds_the_function_that_works_on_it(built: Built) -> None:
    run = run_probe(TEMPLATE, built.access, {"bucket": built.names("bucket-denies-store")})
    assert [c["function"] for c in run.document["facts"]["checks"]] == [built.names("bucket-denies")]


def test_names_that_nothing_has_are_said(built: Built) -> None:
    run = run_plain(TEMPLATE, built.access, {"function": "no-such-function-at-all"})
    assert "No Lambda function is like 'no-such-function-at-all'" in run.summary
    assert run.findings == ()
    gone = f"arn:aws:lambda:us-east-1:{built.access.account_id}:function:gone-entirely"
    assert "No Lambda function is like" in run_plain(TEMPLATE, built.access, {"function": gone}).summary
    run = run_plain(TEMPLATE, built.access, {"function": built.names("plain"), "bucket": "no-such-bucket-at-all"})
    assert [f.id for f in run.findings] == ["bucket-not-in-account"]


def test_other_regions_are_looked_at_when_asked(built: Built) -> None:
    run = run_probe(TEMPLATE, built.access, {"regions": ["eu-west-1"]})
    assert run.document["facts"]["functions_found"] == 0
    run = run_probe(TEMPLATE, built.access, {"regions": ["*"], "function": built.names("plain")})
    assert set(run.result.coverage.regions) >= {"us-east-1", "eu-west-1"}
    assert run.document["facts"]["checks_made"] == 1


READ_FUNCTIONS = allow(["lambda:ListFunctions", "lambda:GetPolicy", "s3:ListAllMyBuckets"], "*")


def test_without_sight_of_the_role_nothing_is_claimed(built: Built) -> None:
    access = restricted(built.access, f"blind-{built.names('plain')}", READ_FUNCTIONS)
    run = run_probe(
        TEMPLATE, access, {"function": built.names("nothing-allows"), "bucket": built.names("nothing-allows-store")}
    )
    assert run.result.findings == ()
    assert "could not be told" in run.result.summary
    skipped = " ".join(s.what for s in run.result.coverage.skipped)
    for what in ("role", "policies of role", "policy of bucket", "default encryption"):
        assert what in skipped


def test_without_the_list_of_buckets_a_named_one_is_still_judged(built: Built) -> None:
    sight = allow(["lambda:ListFunctions", "iam:Get*", "iam:List*", "s3:GetBucketPolicy", "s3:GetBucketLocation"], "*")
    access = restricted(built.access, f"no-list-{built.names('plain')}", sight)
    run = run_probe(TEMPLATE, access, {"function": built.names("bucket-denies")})
    assert [f.id for f in run.result.findings] == ["bucket-policy-denies"]
    run = run_probe(TEMPLATE, access, {"function": built.names("plain")})
    assert run.result.findings == ()


def test_a_grant_that_may_not_be_seen_leaves_a_doubt(built: Built) -> None:
    sight = allow(["lambda:ListFunctions", "iam:Get*", "iam:List*", "s3:*", "kms:DescribeKey", "kms:GetKeyPolicy"], "*")
    access = restricted(built.access, f"no-grants-{built.names('plain')}", sight)
    run = run_probe(TEMPLATE, access, {"function": built.names("key-policy-lacks")})
    assert [(f.id, f.severity.value) for f in run.result.findings] == [("kms-key-policy-lacks-permission", "medium")]


def test_what_can_be_seen_is_still_judged(built: Built) -> None:
    sight = allow(["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "s3:GetBucketPolicy"], "*")
    access = restricted(built.access, f"dim-{built.names('plain')}", READ_FUNCTIONS, sight)
    run = run_probe(TEMPLATE, access, {"function": built.names("bucket-denies")})
    assert [f.id for f in run.result.findings] == ["bucket-policy-denies"]
    assert any("attached policies" in s.what for s in run.result.coverage.skipped)


def test_an_account_with_nothing_in_it(embedded_account: EmbeddedAccount) -> None:
    result = run_plain(TEMPLATE, embedded_account.second_account(), {})
    assert result.summary == "No Lambda function with a bucket was found."
    assert result.findings == ()
