"""Why a Lambda function cannot read, write, list or delete in an S3 bucket, or what lets it.

Reads JSON from standard input, every member optional:
{"function": "name, part of one, or ARN", "bucket": "name or part of one", "access": "write", "prefix": "incoming/",
 "regions": ["eu-west-1"] or ["*"]}.
Follows function, execution role, its policies and boundary, bucket policy, encryption key and network, and evaluates
the policies as AWS does for the request the function's code would make. Reads configuration, never an object.
"""

import difflib
import fnmatch
import ipaddress
import json
import re
import shlex
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16)
WORKERS = 12
MAX_FUNCTIONS = 100
MAX_BUCKETS_PER_FUNCTION = 10
MAX_POLICIES_READ = 200
MAX_SENTENCES = 3
ORDINARY_WORD = re.compile("[a-z]+")  # a hint like this that fits nothing was perhaps a word of the question, no name

S3_ACTIONS = {"read": "s3:GetObject", "write": "s3:PutObject", "delete": "s3:DeleteObject", "list": "s3:ListBucket"}
KMS_ACTIONS = {"read": "kms:Decrypt", "write": "kms:GenerateDataKey"}
VERBS = {"read": "read from", "write": "write to", "delete": "delete from", "list": "list"}
ANY = ("write", "read")
LIMITS = [
    "Service control policies of an organization are not visible from a member account and were not considered.",
    "The function's code was not read: which keys it uses and which headers it sends is not known.",
]
UNKNOWN, NEVER = "\x03", "\x04"  # in place of a policy variable: one whose value is not known, one that has none
ABSENT: list[str] = []  # a condition key the request certainly does not carry


# --- Reading the account -------------------------------------------------------------------------------------------


@dataclass
class Notes:
    """What could not be read, and what was cut off."""

    skipped: list[dict[str, str]] = field(default_factory=list)
    truncated: list[str] = field(default_factory=list)

    def skip(self, what: str, why: str) -> None:
        if {"what": what, "why": why} not in self.skipped:
            self.skipped.append({"what": what, "why": why})


@dataclass
class Answer:
    """A response or an error code, and where the recording has it."""

    data: dict[str, Any] | None
    request_id: str = ""
    code: str = ""

    def pointer(self, *path: object) -> str:
        where = "response" if self.data is not None else "error"
        return "/".join(["", "calls", self.request_id, where, *(escape(part) for part in path)])

    @property
    def error_pointer(self) -> str:
        return self.pointer("Code")


def escape(token: object) -> str:
    return str(token).replace("~", "~0").replace("/", "~1")


def attempt(notes: Notes, what: str, call: Callable[[], dict[str, Any]], *, expected: tuple[str, ...] = ()) -> Answer:
    """Make a call; an error is noted as skipped unless its code is an answer too."""
    try:
        response = call()
        return Answer(response, response["ResponseMetadata"].get("RequestId", ""))
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "Unknown")
        if code not in expected:
            notes.skip(what, f"{code}: {error.response.get('Error', {}).get('Message', '')}".strip(": "))
        return Answer(None, error.response.get("ResponseMetadata", {}).get("RequestId", ""), code)
    except BotoCoreError as error:
        notes.skip(what, str(error))
        return Answer(None, "", type(error).__name__)


@dataclass
class Listing:
    """The items of a paginated listing, each with its evidence pointer."""

    items: list[tuple[Any, str]] = field(default_factory=list)
    complete: bool = True


def listing(notes: Notes, what: str, pages: Callable[[], Iterable[dict[str, Any]]], key: str) -> Listing:
    """Follow a listing to its end; what came before an error is kept."""
    found = Listing()
    try:
        for page in pages():
            answer = Answer(page, page["ResponseMetadata"].get("RequestId", ""))
            found.items.extend((item, answer.pointer(key, i)) for i, item in enumerate(page.get(key) or []))
    except ClientError as error:
        problem = error.response.get("Error", {})
        notes.skip(what, f"{problem.get('Code', 'Unknown')}: {problem.get('Message', '')}".strip(": "))
        found.complete = False
    except BotoCoreError as error:
        notes.skip(what, str(error))
        found.complete = False
    return found


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, and where it stands."""

    layer: str  # identity, boundary, bucket, key, endpoint
    policy: str  # for people: "inline policy work of role orders-role"
    index: int
    body: dict[str, Any]
    pointer: str

    @property
    def name(self) -> str:
        return self.body.get("Sid") or f"number {self.index + 1}"

    def described(self, why: str = "") -> dict[str, Any]:
        shown = {"policy": self.policy, "statement": self.name, "index": self.index, "json": self.body}
        return shown | ({"why": why} if why else {})


def statements_of(layer: str, policy: str, document: Any, pointer: str) -> list[Statement]:
    """The statements of a policy document, given as JSON text or already parsed."""
    text = isinstance(document, str)
    parsed = json.loads(document) if text else document
    listed = parsed.get("Statement", []) if isinstance(parsed, dict) else []
    many = isinstance(listed, list)
    return [
        Statement(layer, policy, i, body, pointer if text else f"{pointer}/Statement" + (f"/{i}" if many else ""))
        for i, body in enumerate(as_list(listed))
        if isinstance(body, dict)
    ]


@dataclass
class Role:
    arn: str
    name: str
    found: bool = False
    role_id: str = ""
    tags: dict[str, str] | None = None
    trust: list[Statement] = field(default_factory=list)
    identity: list[Statement] = field(default_factory=list)
    boundary: list[Statement] | None = None  # None: there is none
    boundary_arn: str = ""
    complete: bool = True  # every policy could be read
    pointers: list[str] = field(default_factory=list)
    boundary_pointer: str = ""


def read_role(iam: Any, arn: str, notes: Notes) -> Role:
    """A role with all its policies; what could not be read makes it incomplete."""
    role = Role(arn=arn, name=arn.rsplit("/", 1)[-1])
    answer = attempt(notes, f"role {role.name}", lambda: iam.get_role(RoleName=role.name), expected=("NoSuchEntity",))
    role.pointers.append(answer.pointer() if answer.data else answer.error_pointer)
    if answer.data is None:
        role.complete = answer.code == "NoSuchEntity"
        if role.complete:
            return role
    else:
        body = answer.data["Role"]
        role.found, role.role_id = True, body.get("RoleId", "")
        role.tags = {tag["Key"]: tag["Value"] for tag in body.get("Tags", [])}
        trust_pointer = answer.pointer("Role", "AssumeRolePolicyDocument")
        role.trust = statements_of(
            "trust", f"trust policy of role {role.name}", body["AssumeRolePolicyDocument"], trust_pointer
        )
        role.boundary_arn = (body.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")
        role.pointers[0] = answer.pointer("Role")
    read_inline_policies(iam, role, notes)
    read_attached_policies(iam, role, notes)
    if role.boundary_arn:
        read_boundary(iam, role, notes)
    return role


def read_inline_policies(iam: Any, role: Role, notes: Notes) -> None:
    names = listing(
        notes,
        f"inline policies of role {role.name}",
        lambda: iam.get_paginator("list_role_policies").paginate(RoleName=role.name),
        "PolicyNames",
    )
    role.complete &= names.complete
    for name, _ in names.items:
        policy = f"inline policy {name} of role {role.name}"
        answer = attempt(notes, policy, lambda name=name: iam.get_role_policy(RoleName=role.name, PolicyName=name))
        if answer.data is None:
            role.complete = False
            continue
        pointer = answer.pointer("PolicyDocument")
        role.identity += statements_of("identity", policy, answer.data["PolicyDocument"], pointer)
        role.pointers.append(pointer)


def read_attached_policies(iam: Any, role: Role, notes: Notes) -> None:
    attached = listing(
        notes,
        f"attached policies of role {role.name}",
        lambda: iam.get_paginator("list_attached_role_policies").paginate(RoleName=role.name),
        "AttachedPolicies",
    )
    role.complete &= attached.complete
    for policy, _ in attached.items:
        read = read_managed_policy(iam, policy["PolicyArn"], notes)
        if read is None:
            role.complete = False
            continue
        document, pointer = read
        role.identity += statements_of("identity", f"attached policy {policy['PolicyArn']}", document, pointer)
        role.pointers.append(pointer)


def read_boundary(iam: Any, role: Role, notes: Notes) -> None:
    read = read_managed_policy(iam, role.boundary_arn, notes)
    if read is None:
        role.complete = False
        return
    document, role.boundary_pointer = read
    policy = f"permissions boundary {role.boundary_arn}"
    role.boundary = statements_of("boundary", policy, document, role.boundary_pointer)


def read_managed_policy(iam: Any, arn: str, notes: Notes) -> tuple[Any, str] | None:
    """The document of a managed policy's default version, and its pointer."""
    policy = attempt(notes, f"policy {arn}", lambda: iam.get_policy(PolicyArn=arn))
    if policy.data is None:
        return None
    version = policy.data["Policy"]["DefaultVersionId"]
    answer = attempt(notes, f"policy {arn} {version}", lambda: iam.get_policy_version(PolicyArn=arn, VersionId=version))
    if answer.data is None:
        return None
    return answer.data["PolicyVersion"]["Document"], answer.pointer("PolicyVersion", "Document")


@dataclass
class Key:
    """A KMS key that encrypts a bucket."""

    arn: str
    readable: bool = False
    state: str = "Enabled"
    aws_managed: bool = False
    policy: list[Statement] = field(default_factory=list)
    grants: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    grants_known: bool = True
    state_pointer: str = ""
    policy_pointer: str = ""


@dataclass
class Bucket:
    name: str
    arn: str
    region: str
    listed_at: str = ""
    policy: list[Statement] = field(default_factory=list)
    policy_known: bool = False
    policy_pointer: str = ""
    key: Key | None = None
    bucket_key: bool = False
    encryption: str = ""
    encryption_pointer: str = ""
    ownership: str = ""
    public_access_block: dict[str, bool] | None = None


def read_bucket_policy(s3: Any, bucket: Bucket, notes: Notes) -> None:
    what = f"policy of bucket {bucket.name}"
    answer = attempt(notes, what, lambda: s3.get_bucket_policy(Bucket=bucket.name), expected=("NoSuchBucketPolicy",))
    bucket.policy_known = answer.data is not None or answer.code == "NoSuchBucketPolicy"
    bucket.policy_pointer = answer.pointer("Policy") if answer.data else answer.error_pointer
    if answer.data:
        bucket.policy = statements_of("bucket", what, answer.data["Policy"], bucket.policy_pointer)


def read_bucket_settings(s3: Any, kms: Any, bucket: Bucket, notes: Notes) -> None:
    """Encryption with its key, ownership, public access block."""
    name = bucket.name
    encryption = attempt(
        notes,
        f"default encryption of bucket {name}",
        lambda: s3.get_bucket_encryption(Bucket=name),
        expected=("ServerSideEncryptionConfigurationNotFoundError",),
    )
    bucket.encryption_pointer = encryption.error_pointer
    if encryption.data:
        for i, rule in enumerate(encryption.data["ServerSideEncryptionConfiguration"].get("Rules", [])):
            default = rule.get("ApplyServerSideEncryptionByDefault") or {}
            bucket.encryption = default.get("SSEAlgorithm", "")
            bucket.bucket_key = bool(rule.get("BucketKeyEnabled"))
            bucket.encryption_pointer = encryption.pointer("ServerSideEncryptionConfiguration", "Rules", i)
            if bucket.encryption.startswith("aws:kms") and default.get("KMSMasterKeyID"):
                bucket.key = read_key(kms, default["KMSMasterKeyID"], notes)
    ownership = attempt(
        notes,
        f"object ownership of bucket {name}",
        lambda: s3.get_bucket_ownership_controls(Bucket=name),
        expected=("OwnershipControlsNotFoundError",),
    )
    if ownership.data:
        rules = ownership.data["OwnershipControls"].get("Rules", [])
        bucket.ownership = rules[0].get("ObjectOwnership", "") if rules else ""
    block = attempt(
        notes,
        f"public access block of bucket {name}",
        lambda: s3.get_public_access_block(Bucket=name),
        expected=("NoSuchPublicAccessBlockConfiguration",),
    )
    if block.data:
        bucket.public_access_block = block.data["PublicAccessBlockConfiguration"]


def read_key(kms: Any, key_id: str, notes: Notes) -> Key:
    key = Key(arn=key_id)
    described = attempt(notes, f"KMS key {key_id}", lambda: kms.describe_key(KeyId=key_id))
    key.state_pointer = described.pointer("KeyMetadata") if described.data else described.error_pointer
    if described.data:
        metadata = described.data["KeyMetadata"]
        key.arn, key.state = metadata["Arn"], metadata.get("KeyState", "Enabled")
        key.aws_managed = metadata.get("KeyManager") == "AWS"
    if key.aws_managed:
        key.readable = True
        return key
    what = f"policy of KMS key {key.arn}"
    policy = attempt(notes, what, lambda: kms.get_key_policy(KeyId=key.arn, PolicyName="default"))
    key.policy_pointer = policy.pointer("Policy") if policy.data else policy.error_pointer
    if policy.data:
        key.readable = True
        key.policy = statements_of("key", what, policy.data["Policy"], key.policy_pointer)
        grants = listing(
            notes,
            f"grants of KMS key {key.arn}",
            lambda: kms.get_paginator("list_grants").paginate(KeyId=key.arn),
            "Grants",
        )
        key.grants, key.grants_known = grants.items, grants.complete
    return key


@dataclass
class Function:
    arn: str
    name: str
    region: str
    role_arn: str
    environment: dict[str, str]
    vpc_id: str
    subnets: list[str]
    security_groups: list[str]
    pointer: str


def function_from(configuration: dict[str, Any], pointer: str) -> Function:
    vpc = configuration.get("VpcConfig") or {}
    return Function(
        arn=configuration["FunctionArn"],
        name=configuration["FunctionName"],
        region=configuration["FunctionArn"].split(":")[3],
        role_arn=configuration.get("Role", ""),
        environment=(configuration.get("Environment") or {}).get("Variables") or {},
        vpc_id=vpc.get("VpcId") or "",
        subnets=list(vpc.get("SubnetIds") or []),
        security_groups=list(vpc.get("SecurityGroupIds") or []),
        pointer=pointer,
    )


def list_functions(region: str, notes: Notes) -> list[Function]:
    client = boto3.client("lambda", region_name=region, config=CONFIG)
    listed = listing(
        notes, f"functions in {region}", lambda: client.get_paginator("list_functions").paginate(), "Functions"
    )
    return [function_from(item, pointer) for item, pointer in listed.items]


def list_all_buckets(account: "Account") -> None:
    s3 = boto3.client("s3", region_name=home_region(), config=CONFIG)
    listed = listing(
        account.notes, "the list of buckets", lambda: s3.get_paginator("list_buckets").paginate(), "Buckets"
    )
    account.buckets_known = listed.complete
    for item, pointer in listed.items:
        arn = f"arn:{account.partition}:s3:::{item['Name']}"
        account.buckets[item["Name"]] = Bucket(item["Name"], arn, item.get("BucketRegion") or "", pointer)


def locate(bucket: Bucket, notes: Notes) -> None:
    """Find a bucket's region where listing did not say it."""
    if bucket.region:
        return
    s3 = boto3.client("s3", region_name=home_region(), config=CONFIG)
    answer = attempt(notes, f"region of bucket {bucket.name}", lambda: s3.get_bucket_location(Bucket=bucket.name))
    constraint = answer.data.get("LocationConstraint") if answer.data else None
    bucket.region = {"EU": "eu-west-1", None: "us-east-1"}.get(constraint, constraint) if answer.data else home_region()


def home_region() -> str:
    return boto3.session.Session().region_name or "us-east-1"


def regions_to_search(asked: list[str], notes: Notes) -> list[str]:
    if "*" not in asked:
        return list(asked) or [home_region()]
    ec2 = boto3.client("ec2", region_name=home_region(), config=CONFIG)
    answer = attempt(notes, "the list of enabled regions", lambda: ec2.describe_regions(AllRegions=False))
    if answer.data is None:
        return [home_region()]
    return sorted(region["RegionName"] for region in answer.data["Regions"])


# --- Names -----------------------------------------------------------------------------------------------------------


def tokens(name: str) -> list[str]:
    """``prod-ordersApi_v2`` → prod, orders, api, v2."""
    return [t for t in re.split(r"[^a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1-\2", name).lower()) if t]


def resolve(hint: str, names: Iterable[str]) -> list[str]:
    """Names a hint may mean: the exact name alone, else those it is a whole word of, else those it is a part of."""
    names = sorted(names)
    wanted = hint.strip().lower()
    words = tokens(hint)
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == hint,
        lambda name: name.lower() == wanted,
        lambda name: bool(words) and tokens(name) == words,
        lambda name: bool(words) and set(words) <= set(tokens(name)),
        lambda name: wanted in name.lower(),
        lambda name: bool(words) and "".join(words) in "".join(tokens(name)),
    )
    for test in tests:
        found = [name for name in names if test(name)]
        if found:
            return found
    return []


def nearest(name: str, names: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.6)


def likely_same(first: str, second: str) -> bool:
    """Names one is probably a misspelling of the other of, or the other in another stage."""
    close = difflib.SequenceMatcher(None, first, second).ratio() >= 0.8
    return close or (bool(tokens(first)) and sorted(tokens(first)) == sorted(tokens(second)))


# --- Evaluating policies as AWS does ------------------------------------------------------------------------------


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def like(text: str, pattern: str) -> bool:
    """Match as IAM does: ``*`` and ``?`` alone are wild."""
    wild = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(wild, text, re.DOTALL) is not None


def overlap(first: str, second: str) -> bool:
    """Whether some text matches both patterns."""
    reachable = {(0, 0)}
    seen = set(reachable)
    while reachable:
        i, j = reachable.pop()
        if i == len(first) and j == len(second):
            return True
        a, b = first[i : i + 1], second[j : j + 1]
        steps = set()
        if a == "*":
            steps |= {(i + 1, j)} | ({(i, j + 1)} if b and b != "*" else set())
        if b == "*":
            steps |= {(i, j + 1)} | ({(i + 1, j)} if a and a != "*" else set())
        if a and b and (a == b or "?" in (a, b)) and "*" not in (a, b):
            steps.add((i + 1, j + 1))
        reachable |= steps - seen
        seen |= steps
    return False


def relation(patterns: list[str], target: str) -> str:
    """Whether patterns cover "all", "part" or "none" of what ``target`` (a pattern too) stands for."""
    # Only a wildcard can match a control character; and a wildcard of the target may stand for nothing at all.
    samples = [target.replace("*", filling).replace("?", "\x01") for filling in ("\x01\x02\x01", "")]
    if any(all(like(sample, pattern) for sample in samples) for pattern in patterns):
        return "all"
    return "part" if any(overlap(pattern, target) for pattern in patterns) else "none"


@dataclass(frozen=True)
class Request:
    """What a function's code would ask of AWS. ``target`` is an ARN, in which ``*`` stands for a key not known."""

    action: str
    target: str
    role: Role
    session_arn: str
    account: str
    partition: str
    context: dict[str, list[str]]
    """Condition keys in lower case. A key that is not here is unknown; one with no values is not in the request."""


@dataclass(frozen=True)
class Truth:
    """True, False, or None for undecided; with the reasons for doubt, and whether an assumption was needed."""

    value: bool | None
    doubts: tuple[str, ...] = ()
    assumed: bool = False
    unlikely: bool = False  # in doubt only about what is nearly always so


@dataclass(frozen=True)
class Hit:
    """A statement that applies to a request, at least perhaps or in part."""

    statement: Statement
    truth: Truth
    part: bool  # to some of the keys only

    @property
    def certain(self) -> bool:
        return self.truth.value is True and not self.truth.assumed

    @property
    def doubt(self) -> str:
        return "; ".join(self.truth.doubts)


def hits(statements: Iterable[Statement], effect: str, request: Request) -> list[Hit]:
    """The statements of an effect that apply to a request, certain ones first."""
    found = []
    for statement in statements:
        body = statement.body
        if body.get("Effect") != effect or not action_matches(body, request.action):
            continue
        if statement.layer in ("bucket", "key", "endpoint") and not principal_matches(body, request):
            continue
        covered = "all" if statement.layer == "key" else resource_relation(body, request)
        if covered == "none":
            continue
        truth = condition_truth(body.get("Condition") or {}, request)
        if truth.value is not False or truth.assumed:
            found.append(Hit(statement, truth, covered == "part"))
    return sorted(found, key=lambda hit: (not hit.certain, hit.part))


def action_matches(body: dict[str, Any], action: str) -> bool:
    if "NotAction" in body:
        return not any(like(action.lower(), pattern.lower()) for pattern in as_list(body["NotAction"]))
    return any(like(action.lower(), str(pattern).lower()) for pattern in as_list(body.get("Action")))


def resource_relation(body: dict[str, Any], request: Request) -> str:
    if "NotResource" in body:
        excluded = covered_by(as_list(body["NotResource"]), request)
        return {"all": "none", "part": "part", "none": "all"}[excluded]
    return covered_by(as_list(body.get("Resource", "*")), request)


def covered_by(resources: list[Any], request: Request) -> str:
    """As ``relation``; a pattern with a variable nobody knows covers a part at most."""
    patterns = [fill(str(resource), request) for resource in resources]
    covered = relation([p for p in patterns if UNKNOWN not in p], request.target)
    if covered == "all":
        return covered
    open_ones = [p.replace(UNKNOWN, "*") for p in patterns]
    return "none" if relation(open_ones, request.target) == "none" else "part"


def principal_matches(body: dict[str, Any], request: Request) -> bool:
    """Whether a resource policy's statement is about the function's role."""
    if "NotPrincipal" in body:
        named = named_principals(body["NotPrincipal"])
        # AWS exempts a role's session only where both the role and the session are listed, or everybody is.
        exempt = {"*"} & named or (request.role.arn in named and request.session_arn in named)
        return not exempt
    named = named_principals(body.get("Principal"))
    return bool(
        named & {"*", request.role.arn, request.session_arn, request.role.role_id or "-", *account_names(request)}
    )


def account_names(request: Request) -> tuple[str, str]:
    return request.account, f"arn:{request.partition}:iam::{request.account}:root"


def named_principals(principal: Any) -> set[str]:
    if isinstance(principal, dict):
        return {str(p) for p in as_list(principal.get("AWS"))}
    return {str(p) for p in as_list(principal)}


def fill(text: str, request: Request) -> str:
    """Put known values for policy variables, ``UNKNOWN`` for others; a variable without a value matches nothing."""

    def value(match: re.Match[str]) -> str:
        name, _, default = match.group(1).partition(",")
        if name.strip() in ("*", "?", "$"):
            return name.strip()
        known = request.context.get(name.strip().lower())
        if known is None:
            return UNKNOWN
        return known[0] if known else default.strip(" '") or NEVER

    return re.sub(r"\$\{([^}]*)\}", value, text)


def condition_truth(conditions: dict[str, Any], request: Request) -> Truth:
    """All conditions of a statement together."""
    results = [
        one_condition(
            operator,
            key,
            [fill(str(v).lower() if isinstance(v, bool) else str(v), request) for v in as_list(values)],
            request,
        )
        for operator, pairs in conditions.items()
        for key, values in pairs.items()
    ]
    certain_no = [r for r in results if r.value is False and not r.assumed]
    if certain_no:
        return Truth(False)
    doubts = tuple(doubt for r in results for doubt in r.doubts)
    assumed = any(r.assumed for r in results)
    open_ones = [r for r in results if r.value is None]
    unlikely = bool(open_ones) and all(r.unlikely for r in open_ones)
    if any(r.value is False for r in results):
        return Truth(False, doubts, assumed)
    return Truth(None if open_ones else True, doubts, assumed, unlikely)


def one_condition(operator: str, key: str, values: list[str], request: Request) -> Truth:
    name = operator.lower()
    quantifier, _, name = name.rpartition(":")
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    lowered = key.lower()
    told = f"{key} {operator} {', '.join(values)}"
    if any(UNKNOWN in value for value in values):
        return Truth(None, (told.replace(UNKNOWN, "(unknown)"),))
    # A plain SDK call carries none of these headers; whether this code adds one cannot be seen.
    assumed = lowered.startswith("s3:x-amz-") or lowered in ("aws:referer", "aws:sourceidentity")
    present = ABSENT if assumed else request.context.get(lowered)
    if present is None:
        unlikely = lowered in ("aws:principalorgid", "aws:resourceorgid", "aws:principalorgpaths")
        return Truth(None, (told,), unlikely=unlikely)
    doubts = (told,) if assumed else ()
    if name == "null":
        return Truth((not present) == (values[:1] == ["true"]), doubts, assumed)
    negated = "not" in name and name != "null"
    if not present:
        return Truth(negated or if_exists or quantifier == "forallvalues", doubts, assumed)
    matched = [compare(name.replace("not", ""), actual, values) for actual in present]
    if any(m is None for m in matched):
        return Truth(None, (told,))
    outcomes = [m != negated for m in matched]
    return Truth(all(outcomes) if quantifier == "forallvalues" or negated else any(outcomes), doubts, assumed)


def compare(name: str, actual: str, values: list[str]) -> bool | None:
    """Whether a value meets an operator for any of the values listed; None for an operator not known here."""
    tests: dict[str, Callable[[str], bool]] = {
        "stringequals": lambda v: actual == v,
        "stringequalsignorecase": lambda v: actual.lower() == v.lower(),
        "stringlike": lambda v: like(actual, v),
        "arnequals": lambda v: arn_like(actual, v),
        "arnlike": lambda v: arn_like(actual, v),
        "bool": lambda v: actual.lower() == v.lower(),
        "numericequals": lambda v: float(actual) == float(v),
        "numericlessthan": lambda v: float(actual) < float(v),
        "numericlessthanequals": lambda v: float(actual) <= float(v),
        "numericgreaterthan": lambda v: float(actual) > float(v),
        "numericgreaterthanequals": lambda v: float(actual) >= float(v),
        "ipaddress": lambda v: ipaddress.ip_address(actual) in ipaddress.ip_network(v, strict=False),
    }
    if name not in tests:
        return None
    try:
        return any(tests[name](value) for value in values)
    except ValueError:
        return None


def arn_like(actual: str, pattern: str) -> bool:
    """ARNs match part by part: a wildcard does not reach over a colon, except in the last part."""
    ours, theirs = actual.split(":", 5), pattern.split(":", 5)
    return len(ours) == len(theirs) and all(like(a, b) for a, b in zip(ours, theirs, strict=True))


# --- The layers of one decision ----------------------------------------------------------------------------------


@dataclass
class Cause:
    """Why something is denied, as a finding."""

    id: str
    severity: str
    resource: str
    title: str
    evidence: list[str]
    fix: str
    statement: dict[str, Any] | None = None


@dataclass
class Check:
    """One function, one bucket, one kind of access."""

    function: Function
    role: Role
    bucket: Bucket
    access: str
    found_by: str
    requests: list[Request] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    remarks: list[Cause] = field(default_factory=list)  # worth saying, no fault
    allowed_by: list[dict[str, Any]] = field(default_factory=list)
    only_keys: list[str] = field(default_factory=list)
    granted: bool = False  # some statement means to allow it, whatever else denies
    undecided: bool = False

    @property
    def action(self) -> str:
        return S3_ACTIONS[self.access]

    @property
    def verdict(self) -> str:
        if any(cause.severity in ("critical", "high") for cause in self.causes):
            return "denied"
        return "depends" if self.causes else "unknown" if self.undecided else "allowed"


def request_context(
    function: Function, role: Role, bucket: Bucket, account: str, known: dict[str, list[str]]
) -> dict[str, list[str]]:
    """Condition keys of the request a function's code makes to S3, as far as they can be known."""
    context = {
        "aws:principalarn": [role.arn],
        "aws:principalaccount": [account],
        "aws:principaltype": ["AssumedRole"],
        "aws:userid": [f"{role.role_id}:{function.name}"] if role.role_id else ["*"],
        "aws:username": ABSENT,
        "aws:securetransport": ["true"],
        "aws:requestedregion": [bucket.region],
        "aws:resourceaccount": [account],
        "s3:resourceaccount": [account],
        "aws:sourcearn": ABSENT,
        "aws:sourceaccount": ABSENT,
        "aws:sourceorgid": ABSENT,
        "aws:multifactorauthpresent": ABSENT,
        "aws:multifactorauthage": ABSENT,
        "aws:viaawsservice": ["false"],
        "aws:calledvia": ABSENT,
        "aws:principalisawsservice": ["false"],
        "aws:principalservicename": ABSENT,
        "aws:federatedprovider": ABSENT,
        "lambda:sourcefunctionarn": [function.arn],
        "s3:authtype": ["REST-HEADER"],
        "s3:signatureversion": ["AWS4-HMAC-SHA256"],
        "s3:dataaccesspointarn": ABSENT,
        "s3:dataaccesspointaccount": ABSENT,
        "s3:accessgrantsinstancearn": ABSENT,
        "s3:versionid": ABSENT,
    }
    if not role.role_id:
        del context["aws:userid"]
    if role.tags is not None:
        context |= {f"aws:principaltag/{key.lower()}": [value] for key, value in role.tags.items()}
    if not function.vpc_id:
        context |= {"aws:sourcevpce": ABSENT, "aws:sourcevpc": ABSENT, "aws:vpcsourceip": ABSENT}
    return context | known


class PrincipalTags(dict[str, list[str]]):
    """A context in which a principal tag that the role does not have is absent, not unknown."""

    def get(self, key: str, default: Any = None) -> Any:
        if key.startswith("aws:principaltag/"):
            return super().get(key, ABSENT)
        return super().get(key, default)


def decide(check: Check, request: Request) -> None:
    """Add to a check what S3 itself would decide: explicit denies, then boundary, then an allow."""
    role, bucket = check.role, check.bucket
    identity = hits(role.identity, "Allow", request)
    direct = [hit for hit in hits(bucket.policy, "Allow", request) if not only_names_account(hit, request)]
    check.granted = bool(identity or direct)
    targets = narrowed(identity + direct, request)
    for target in targets:
        add_denials(check, replace(request, target=target))
    boundary_holds(check, request, targets)
    add_allows(check, request, identity, direct)


def only_names_account(hit: Hit, request: Request) -> bool:
    """An Allow for the account itself leaves the decision to the role's own policies."""
    named = named_principals(hit.statement.body.get("Principal"))
    return not named & {"*", request.role.arn, request.session_arn, request.role.role_id or "-"}


def narrowed(allows: list[Hit], request: Request) -> list[str]:
    """The keys an allow reaches: all that was asked, or the patterns it is limited to."""
    if not allows or any(not hit.part for hit in allows):
        return [request.target]
    resources = {fill(str(r), request) for hit in allows for r in as_list(hit.statement.body.get("Resource"))}
    patterns = {resource.replace(UNKNOWN, "*") for resource in resources}
    base = request.target.rstrip("*")
    inside = sorted(p for p in patterns if p.startswith(base) and overlap(p, request.target))
    return inside or [request.target]


DENY_IDS = {
    "identity": "role-policy-denies",
    "boundary": "permissions-boundary-denies",
    "bucket": "bucket-policy-denies",
    "endpoint": "vpc-endpoint-policy-denies",
    "key": "kms-key-policy-denies",
}


def add_denials(check: Check, request: Request) -> None:
    layers = [*check.role.identity, *(check.role.boundary or []), *check.bucket.policy]
    for hit in hits(layers, "Deny", request):
        check_denial(check, request, hit, resource_of(check, hit.statement.layer))


def resource_of(check: Check, layer: str) -> str:
    return {"identity": check.role.arn, "boundary": check.role.boundary_arn}.get(layer, check.bucket.arn)


def check_denial(check: Check, request: Request, hit: Hit, resource: str) -> None:
    """File one denying statement: as a cause, as a doubtful one, or as a remark."""
    statement, kind = hit.statement, DENY_IDS[hit.statement.layer]
    where = f"Statement {statement.name} of the {statement.policy}"
    what = f"{request.action} on {request.target} for {check.role.name}"
    shown = json.dumps(statement.body)
    if hit.part:
        title = (
            f"{where} denies {request.action} for some keys of {check.bucket.name} only: {resources_said(statement)}"
        )
        add(
            check.remarks,
            Cause(kind, "info", resource, title, [statement.pointer], "", statement.described("some keys")),
        )
    elif hit.certain:
        title = f"{where} denies {what}" + condition_said(statement)
        fix = (
            f"Take {check.role.arn} out of the statement or remove it. It reads: {shown}. {exemption(statement, check)}"
        )
        add(check.causes, Cause(kind, "high", resource, title, [statement.pointer], fix, statement.described()))
    elif hit.truth.value is True:
        title = f"{where} denies {what} unless the request sends a matching header ({hit.doubt})"
        fix = f"Send the header the statement asks for, or exempt the role. It reads: {shown}"
        add(
            check.causes,
            Cause(kind, "medium", resource, title, [statement.pointer], fix, statement.described(hit.doubt)),
        )
    elif hit.truth.value is None:
        severity = "info" if hit.truth.unlikely else "medium"
        title = f"{where} denies {what} where this holds, which cannot be decided from here: {hit.doubt}"
        fix = f"See whether the function meets the condition. The statement reads: {shown}"
        into = check.remarks if severity == "info" else check.causes
        add(into, Cause(kind, severity, resource, title, [statement.pointer], fix, statement.described(hit.doubt)))


def add(causes: list[Cause], cause: Cause) -> None:
    if all((c.id, c.resource, c.title) != (cause.id, cause.resource, cause.title) for c in causes):
        causes.append(cause)


def resources_said(statement: Statement) -> str:
    body = statement.body
    named = as_list(body.get("NotResource")) or as_list(body.get("Resource"))
    return ("all but " if "NotResource" in body else "") + ", ".join(str(r) for r in named)


def condition_said(statement: Statement) -> str:
    condition = statement.body.get("Condition")
    return f", for its condition holds: {json.dumps(condition)}" if condition else ""


def exemption(statement: Statement, check: Check) -> str:
    if statement.layer not in ("bucket", "key") or statement.body.get("Principal") not in ("*", {"AWS": "*"}):
        return ""
    condition = json.dumps({"ArnNotEquals": {"aws:PrincipalArn": check.role.arn}})
    return f"To exempt the role alone, add this condition to it: {condition}."


def boundary_holds(check: Check, request: Request, targets: list[str]) -> None:
    """A boundary must allow too, whatever grants: an identity policy or a resource policy that names the role."""
    role = check.role
    if role.boundary is None:
        return
    allows = [hit for t in targets for hit in hits(role.boundary, "Allow", replace(request, target=t))]
    if any(hit.truth.value is True for hit in allows):
        return
    if allows:
        check_doubtful_allow(check, request, allows[0], role.boundary_arn)
        return
    statement = {"Effect": "Allow", "Action": request.action, "Resource": request.target}
    add(
        check.causes,
        Cause(
            "permissions-boundary-lacks-permission",
            "high",
            role.boundary_arn,
            f"The permissions boundary {role.boundary_arn} of role {role.name} has no statement that allows "
            f"{request.action} on {request.target}, so no other policy can grant it",
            [role.boundary_pointer],
            f"Add to the boundary policy, or use a wider boundary: {json.dumps(statement)}",
        ),
    )


def check_doubtful_allow(check: Check, request: Request, hit: Hit, resource: str) -> None:
    statement = hit.statement
    add(
        check.causes,
        Cause(
            "permission-depends-on-condition",
            "medium",
            resource,
            f"{request.action} on {request.target} is allowed by statement {statement.name} of the {statement.policy} "
            f"only where this holds, which cannot be decided from here: {hit.doubt}",
            [statement.pointer],
            f"See whether the function meets the condition. The statement reads: {json.dumps(statement.body)}",
            statement.described(hit.doubt),
        ),
    )


def add_allows(check: Check, request: Request, identity: list[Hit], direct: list[Hit]) -> None:
    """Name what allows, or say that nothing does and what comes nearest."""
    allows = [hit for hit in identity + direct if hit.truth.value is True]
    if allows:
        check.allowed_by = [hit.statement.described() for hit in allows]
        if all(hit.part for hit in allows):
            check.only_keys = narrowed(allows, request)
        return
    if identity or direct:
        check_doubtful_allow(check, request, (identity + direct)[0], check.role.arn)
        return
    if not check.role.complete:
        check.undecided = True
        return
    add(check.causes, missing_permission(check, request))


def missing_permission(check: Check, request: Request) -> Cause:
    role = check.role
    statement = {"Effect": "Allow", "Action": request.action, "Resource": request.target}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    command = (
        f"aws iam put-role-policy --role-name {shlex.quote(role.name)} "
        f"--policy-name {shlex.quote('allow-' + request.action.split(':')[1])} "
        f"--policy-document {shlex.quote(document)}"
    )
    miss = near_miss(role.identity, request)
    title = f"No policy of role {role.name} allows {request.action} on {request.target}"
    evidence = [miss.pointer] if miss else []
    if miss:
        title += f"; {why_missed(miss, request)}"
    return Cause(
        "role-lacks-permission",
        "high",
        role.arn,
        title[:990],
        (evidence + [p for p in role.pointers if p not in evidence])[:20],
        f"Let the role do it with the statement {json.dumps(statement)}, for example: {command}",
        miss.described("comes nearest, and does not apply") if miss else None,
    )


def near_miss(statements: list[Statement], request: Request) -> Statement | None:
    """The allow that was probably meant to grant this: right action on another resource, or the reverse."""
    allows = [s for s in statements if s.body.get("Effect") == "Allow"]
    same_action = [
        s for s in allows if action_matches(s.body, request.action) and resource_relation(s.body, request) == "none"
    ]
    bucket = request.target.split(":::")[-1].split("/")[0]
    about = [s for s in same_action if any(likely_same(bucket_in(r), bucket) for r in as_list(s.body.get("Resource")))]
    if about:
        return about[0]
    same_resource = [s for s in allows if resource_relation(s.body, request) != "none" and touches_s3(s.body)]
    conditional = [s for s in allows if action_matches(s.body, request.action) and s.body.get("Condition")]
    return next(iter(same_resource + conditional + same_action), None)


def why_missed(statement: Statement, request: Request) -> str:
    body, where = statement.body, f"statement {statement.name} of the {statement.policy}"
    resources = ", ".join(str(r) for r in as_list(body.get("Resource")) or as_list(body.get("NotResource")))
    if not action_matches(body, request.action):
        actions = ", ".join(str(a) for a in as_list(body.get("Action")) or as_list(body.get("NotAction")))
        return f"{where} allows there only {actions}"
    if resource_relation(body, request) != "none":
        return f"{where} would, but its condition is not met: {json.dumps(body.get('Condition'))}"
    bucket_arn = request.target.split("/")[0]
    if bucket_arn in as_list(body.get("Resource")) and request.target != bucket_arn:
        return f"{where} names {bucket_arn} without /*, which is the bucket and not the objects in it"
    if request.target == bucket_arn and f"{bucket_arn}/*" in as_list(body.get("Resource")):
        return f"{where} names {bucket_arn}/*, which is the objects and not the bucket itself"
    return f"{where} allows it on {resources}, which is not this bucket"


def bucket_in(resource: Any) -> str:
    """The bucket part of an S3 ARN; empty for anything else."""
    match = re.match(r"arn:[^:]*:s3:::([^/]+)", str(resource))
    return match.group(1) if match else ""


def touches_s3(body: dict[str, Any]) -> bool:
    return any(str(action).lower().startswith("s3:") for action in as_list(body.get("Action")))


# --- The key, the network, the role itself ----------------------------------------------------------------------------


def decide_key(check: Check, request: Request) -> None:
    """Whether the role may use the key that encrypts the bucket, as KMS decides it."""
    key, role = check.bucket.key, check.role
    if key is None or key.aws_managed or check.access not in KMS_ACTIONS:
        return
    if key.state not in ("Enabled", ""):
        title = f"The KMS key {key.arn} that encrypts bucket {check.bucket.name} is {key.state} and cannot be used"
        fix = "Enable the key or cancel its deletion, or let the bucket use another one."
        add(check.causes, Cause("kms-key-unusable", "high", key.arn, title, [key.state_pointer], fix))
        return
    if not key.readable:
        check.undecided = True
        return
    before = len(check.causes)
    for hit in hits(
        [*key.policy, *key_statements(role.identity), *key_statements(role.boundary or [])], "Deny", request
    ):
        check_denial(
            check, request, hit, key.arn if hit.statement.layer == "key" else resource_of(check, hit.statement.layer)
        )
    if any(cause.severity == "high" for cause in check.causes[before:]):
        return
    allow_key(check, request, key)


def key_statements(statements: list[Statement]) -> list[Statement]:
    return [
        s
        for s in statements
        if "NotAction" in s.body or any(str(a).lower().startswith(("kms:", "*")) for a in as_list(s.body.get("Action")))
    ]


def allow_key(check: Check, request: Request, key: Key) -> None:
    role = check.role
    by_policy = hits(key.policy, "Allow", request)
    direct = [hit for hit in by_policy if not only_names_account(hit, request)]
    delegated = [hit for hit in by_policy if only_names_account(hit, request)]
    identity = hits(role.identity, "Allow", request)
    grant = next((p for g, p in key.grants if grant_covers(g, request)), None)
    certain = [hit for hit in direct if hit.truth.value is True]
    if delegated and not certain:
        certain = [hit for hit in identity if hit.truth.value is True]
    if grant:
        check.allowed_by.append({"policy": f"grant on KMS key {key.arn}", "statement": grant})
        return
    if certain:
        check.allowed_by += [hit.statement.described() for hit in certain]
        boundary_holds(check, request, [request.target])
        return
    doubtful = direct or (identity if delegated else [])
    if doubtful:
        check_doubtful_allow(check, request, doubtful[0], key.arn)
    elif delegated:
        lacks_key_permission(check, request, key)
    else:
        statement = {"Sid": "AllowFunctionRole", "Effect": "Allow", "Principal": {"AWS": role.arn}}
        statement |= {"Action": [request.action], "Resource": "*"}
        add(
            check.causes,
            Cause(
                "kms-key-policy-lacks-permission",
                "high" if key.grants_known else "medium",
                key.arn,
                f"Bucket {check.bucket.name} is encrypted with the KMS key {key.arn}, whose policy has no statement "
                f"that allows {request.action} to role {role.name} or leaves it to the account's own policies"
                + ("" if key.grants_known else "; whether a grant allows it could not be read"),
                [key.policy_pointer, check.bucket.encryption_pointer],
                f"Add to the key policy the statement {json.dumps(statement)}",
            ),
        )


def lacks_key_permission(check: Check, request: Request, key: Key) -> None:
    role = check.role
    if not role.complete:
        check.undecided = True
        return
    statement = {"Effect": "Allow", "Action": request.action, "Resource": key.arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    command = (
        f"aws iam put-role-policy --role-name {shlex.quote(role.name)} --policy-name allow-bucket-key "
        f"--policy-document {shlex.quote(document)}"
    )
    add(
        check.causes,
        Cause(
            "role-lacks-kms-permission",
            "high",
            role.arn,
            f"Bucket {check.bucket.name} is encrypted with the KMS key {key.arn}, and no policy of role {role.name} "
            f"allows {request.action} on it; the key policy leaves this to the role's policies",
            [check.bucket.encryption_pointer, key.policy_pointer, *role.pointers][:20],
            f"Let the role use the key with the statement {json.dumps(statement)}, for example: {command}",
        ),
    )


def grant_covers(grant: dict[str, Any], request: Request) -> bool:
    constraints = grant.get("Constraints") or {}
    return (
        grant.get("GranteePrincipal") in (request.role.arn, request.session_arn)
        and request.action.split(":")[1] in grant.get("Operations", [])
        and not constraints.get("EncryptionContextEquals")
    )


def decide_trust(check: Check) -> None:
    """Whether Lambda can become the role at all."""
    role = check.role
    if not role.found:
        if role.complete:
            title = f"The execution role {role.arn} of function {check.function.name} does not exist"
            fix = "Give the function a role that exists."
            add(
                check.causes,
                Cause("role-missing", "high", role.arn, title, [role.pointers[0], check.function.pointer], fix),
            )
        return
    services = {
        str(service)
        for s in role.trust
        if s.body.get("Effect") == "Allow" and isinstance(s.body.get("Principal"), dict)
        for service in as_list(s.body["Principal"].get("Service"))
    }
    everyone = any("*" in named_principals(s.body.get("Principal")) for s in role.trust)
    if not everyone and not any(like("lambda.amazonaws.com", service) for service in services):
        title = (
            f"The trust policy of role {role.name} does not let lambda.amazonaws.com assume it, "
            "so the function cannot run"
        )
        statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        pointer = f"{role.pointers[0]}/AssumeRolePolicyDocument"
        fix = f"Add to the trust policy: {json.dumps(statement)}"
        add(check.causes, Cause("role-not-assumable", "high", role.arn, title, [pointer], fix))


@dataclass
class Route:
    """How a function in a VPC gets to S3."""

    known: bool
    endpoint_id: str = ""
    endpoint_policy: list[Statement] | None = None  # None: as AWS makes it, open to everything
    endpoint_pointer: str = ""
    endpoint_arn: str = ""
    blocked: list[Cause] = field(default_factory=list)


def route_to_s3(function: Function, account: str, partition: str, notes: Notes) -> Route:
    """Endpoint, NAT or nothing. Network ACLs and firewalls are not looked at."""
    ec2 = boto3.client("ec2", region_name=function.region, config=CONFIG)
    in_vpc = [{"Name": "vpc-id", "Values": [function.vpc_id]}]
    tables = listing(
        notes,
        f"route tables of {function.vpc_id}",
        lambda: ec2.get_paginator("describe_route_tables").paginate(Filters=in_vpc),
        "RouteTables",
    )
    endpoints = listing(
        notes,
        f"VPC endpoints of {function.vpc_id}",
        lambda: ec2.get_paginator("describe_vpc_endpoints").paginate(Filters=in_vpc),
        "VpcEndpoints",
    )
    groups = listing(
        notes,
        f"security groups of function {function.name}",
        lambda: ec2.get_paginator("describe_security_groups").paginate(GroupIds=function.security_groups),
        "SecurityGroups",
    )
    route = Route(known=tables.complete and endpoints.complete and groups.complete)
    if not route.known:
        return route
    own_tables = tables_of(function.subnets, tables.items)
    endpoint = s3_endpoint(own_tables, endpoints.items)
    if endpoint:
        body, pointer = endpoint
        route.endpoint_id = body["VpcEndpointId"]
        route.endpoint_arn = f"arn:{partition}:ec2:{function.region}:{account}:vpc-endpoint/{route.endpoint_id}"
        if body.get("PolicyDocument"):
            policy, route.endpoint_pointer = f"policy of VPC endpoint {route.endpoint_id}", f"{pointer}/PolicyDocument"
            route.endpoint_policy = statements_of("endpoint", policy, body["PolicyDocument"], route.endpoint_pointer)
    elif own_tables and not any(leads_outside(table) for table, _ in own_tables):
        title = (
            f"Function {function.name} runs in {function.vpc_id}, whose route tables lead to S3 neither by a VPC "
            "endpoint nor by a NAT gateway, so its requests time out (an internet gateway does not serve a function)"
        )
        command = (
            f"aws ec2 create-vpc-endpoint --vpc-id {function.vpc_id} --service-name com.amazonaws.{function.region}.s3 "
            f"--route-table-ids {' '.join(table['RouteTableId'] for table, _ in own_tables)}"
        )
        evidence = [function.pointer, *(pointer for _, pointer in own_tables)]
        route.blocked.append(
            Cause(
                "function-has-no-route-to-s3",
                "high",
                function.arn,
                title,
                evidence,
                f"Add a gateway endpoint, for example: {command}",
            )
        )
    if groups.items and not any(lets_https_out(group) for group, _ in groups.items):
        title = f"No security group of function {function.name} lets HTTPS out, so it cannot reach S3"
        evidence = [function.pointer, *(pointer for _, pointer in groups.items)]
        route.blocked.append(
            Cause("security-group-blocks-egress", "high", function.arn, title, evidence, "Allow outbound TCP 443.")
        )
    return route


def tables_of(subnets: list[str], tables: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """The route tables that subnets use: their own, or the VPC's main one."""
    by_subnet = {a.get("SubnetId"): entry for entry in tables for a in entry[0].get("Associations", [])}
    main = next((entry for entry in tables for a in entry[0].get("Associations", []) if a.get("Main")), None)
    used = [by_subnet.get(subnet) or main for subnet in subnets]
    return list({entry[0]["RouteTableId"]: entry for entry in used if entry}.values())


def s3_endpoint(tables: list[tuple[Any, str]], endpoints: list[tuple[Any, str]]) -> tuple[Any, str] | None:
    used = {table["RouteTableId"] for table, _ in tables}
    for body, pointer in endpoints:
        if not body.get("ServiceName", "").endswith(".s3") or body.get("State", "available").lower() != "available":
            continue
        gateway = body.get("VpcEndpointType", "Gateway") == "Gateway" and used & set(body.get("RouteTableIds", []))
        if gateway or (body.get("VpcEndpointType") == "Interface" and body.get("PrivateDnsEnabled")):
            return body, pointer
    return None


def leads_outside(table: dict[str, Any]) -> bool:
    """A default route that serves a function: anything but an internet gateway."""
    return any(
        route.get("DestinationCidrBlock") in ("0.0.0.0/0", "0.0.0.0/1")
        and route.get("State", "active") == "active"
        and not str(route.get("GatewayId", "")).startswith("igw-")
        for route in table.get("Routes", [])
    ) or any(str(route.get("DestinationPrefixListId", "")) for route in table.get("Routes", []))


def lets_https_out(group: dict[str, Any]) -> bool:
    https = 443
    return any(
        (
            rule.get("IpProtocol") == "-1"
            or (
                rule.get("IpProtocol") in ("tcp", "6") and rule.get("FromPort", 0) <= https <= rule.get("ToPort", 65535)
            )
        )
        and (rule.get("IpRanges") or rule.get("Ipv6Ranges") or rule.get("PrefixListIds"))
        for rule in group.get("IpPermissionsEgress", [])
    )


def decide_endpoint(check: Check, request: Request, route: Route) -> None:
    """The policy of the VPC endpoint that requests pass through must allow them too."""
    if route.endpoint_policy is None:
        return
    for hit in hits(route.endpoint_policy, "Deny", request):
        check_denial(check, request, hit, route.endpoint_arn)
    allows = hits(route.endpoint_policy, "Allow", request)
    if any(hit.truth.value is True for hit in allows):
        return
    if allows:
        check_doubtful_allow(check, request, allows[0], route.endpoint_arn)
        return
    statement = {"Effect": "Allow", "Principal": "*", "Action": request.action, "Resource": request.target}
    title = (
        f"The policy of VPC endpoint {route.endpoint_id}, which the function's requests pass, does not allow "
        f"{request.action} on {request.target}"
    )
    add(
        check.causes,
        Cause(
            "vpc-endpoint-policy-lacks-permission",
            "high",
            route.endpoint_arn,
            title,
            [route.endpoint_pointer],
            f"Add to the endpoint policy: {json.dumps(statement)}",
        ),
    )


# --- Which bucket is the function's? ------------------------------------------------------------------------------


@dataclass
class Candidate:
    """A bucket a function probably works on. One without ``bucket`` is named somewhere and not in this account."""

    name: str
    how: str
    pointer: str
    bucket: Bucket | None = None


def named_by_environment(function: Function, buckets: dict[str, Bucket]) -> list[Candidate]:
    """Buckets that stand in environment variables; where values are withheld, none."""
    found = []
    for variable, value in function.environment.items():
        for name in {value, *re.findall(r"(?:s3://|:s3:::)([a-z0-9][a-z0-9.-]+)", str(value))}:
            if name in buckets:
                pointer = f"{function.pointer}/Environment/Variables/{escape(variable)}"
                found.append(Candidate(name, f"environment variable {variable}", pointer, buckets[name]))
    return found


def named_by_role(role: Role, buckets: dict[str, Bucket]) -> list[Candidate]:
    """Buckets the role's policies name, exactly or by a pattern that is not just everything."""
    found = []
    for statement in role.identity:
        if statement.body.get("Effect") != "Allow" or not touches_s3(statement.body):
            continue
        for resource in as_list(statement.body.get("Resource")):
            pattern = re.sub(r"\$\{[^}]*\}", "*", bucket_in(resource))
            if not pattern or not pattern.strip("*?"):
                continue
            how = f"statement {statement.name} of the {statement.policy} names {resource}"
            matching = [name for name in buckets if fnmatch.fnmatchcase(name, pattern)]
            if not matching and not set("*?") & set(pattern):
                found.append(Candidate(pattern, how, statement.pointer))
            found += [Candidate(name, how, statement.pointer, buckets[name]) for name in matching]
    return found


def named_by_trigger(function: Function, buckets: dict[str, Bucket], notes: Notes) -> list[Candidate]:
    """Buckets that may invoke the function."""
    client = boto3.client("lambda", region_name=function.region, config=CONFIG)
    answer = attempt(
        notes,
        f"resource policy of function {function.name}",
        lambda: client.get_policy(FunctionName=function.arn),
        expected=("ResourceNotFoundException",),
    )
    if answer.data is None:
        return []
    names = {bucket_in(arn) for arn in re.findall(r"arn:[^:\"]*:s3:::[^\"]+", answer.data["Policy"])}
    how = "its events invoke the function"
    return [Candidate(name, how, answer.pointer("Policy"), buckets[name]) for name in sorted(names & set(buckets))]


def named_by_bucket_policy(role: Role, buckets: Iterable[Bucket]) -> list[Candidate]:
    """Buckets whose policy names the role."""
    found = []
    for bucket in buckets:
        for statement in bucket.policy:
            if role.arn in json.dumps(statement.body):
                found.append(
                    Candidate(
                        bucket.name,
                        f"statement {statement.name} of its policy names the role",
                        statement.pointer,
                        bucket,
                    )
                )
                break
    return found


def named_alike(function: Function, buckets: dict[str, Bucket]) -> list[Candidate]:
    """The buckets that share most words with the function's name; the weakest of hints."""
    common = {
        "lambda",
        "function",
        "fn",
        "func",
        "handler",
        "bucket",
        "prod",
        "dev",
        "test",
        "staging",
        "data",
        "s3",
        "aws",
    }

    def shared(name: str) -> int:
        ours, theirs = set(tokens(function.name)) - common, set(tokens(name)) - common
        return sum(len(a) for a in ours if any(a == b or a.rstrip("s") == b.rstrip("s") for b in theirs))

    best = max((shared(name) for name in buckets), default=0)
    if best < 3:  # a shared word shorter than this is chance
        return []
    how = "its name is like the function's"
    return [Candidate(name, how, b.listed_at, b) for name, b in sorted(buckets.items()) if shared(name) == best]


def tagged_alike(function: Function, buckets: dict[str, Bucket], notes: Notes) -> list[Candidate]:
    """Buckets that carry a tag of the function, where few enough do to mean something."""
    client = boto3.client("lambda", region_name=function.region, config=CONFIG)
    answer = attempt(notes, f"tags of function {function.name}", lambda: client.list_tags(Resource=function.arn))
    tags = {(k, v) for k, v in ((answer.data or {}).get("Tags") or {}).items() if not k.startswith("aws:")}
    if not tags:
        return []
    found = []
    for bucket in list(buckets.values())[:MAX_POLICIES_READ]:
        s3 = boto3.client("s3", region_name=bucket.region or home_region(), config=CONFIG)
        tagging = attempt(
            notes,
            f"tags of bucket {bucket.name}",
            lambda s3=s3, bucket=bucket: s3.get_bucket_tagging(Bucket=bucket.name),
            expected=("NoSuchTagSet",),
        )
        shared = tags & {(t["Key"], t["Value"]) for t in (tagging.data or {}).get("TagSet", [])}
        if shared:
            key, value = min(shared)
            found.append(Candidate(bucket.name, f"it shares the tag {key}={value}", tagging.pointer("TagSet"), bucket))
    few = 3
    return found if len(found) <= few else []


def intended(role: Role, candidate: Candidate, accesses: Iterable[str]) -> bool:
    """Whether a statement of the role allows one of the accesses on a bucket, going by action and resource alone."""
    for access in accesses:
        for statement in role.identity:
            body = statement.body
            named = [name for name in (bucket_in(r) for r in as_list(body.get("Resource"))) if name.strip("*")]
            allows = body.get("Effect") == "Allow" and action_matches(body, S3_ACTIONS[access])
            if allows and any(like(candidate.name, name) for name in named):
                return True
    return False


def candidates_for(
    function: Function, role: Role, accesses: tuple[str, ...], buckets: dict[str, Bucket], notes: Notes, *, guess: bool
) -> list[Candidate]:
    """The buckets a function most likely works on, from the strongest hints there are.

    ``guess`` also allows weak ones, which suit a function somebody asked about and not a sweep over all.
    """
    named = named_by_environment(function, buckets)
    if not named:
        named = named_by_role(role, buckets)
        wanted = [c for c in named if intended(role, c, accesses)]
        named = wanted or named
        if not wanted and (not named or accesses == ("read",)):
            named += named_by_trigger(function, buckets, notes)
        if not named:
            named = named_by_bucket_policy(role, buckets.values())
    here = [c for c in named if c.bucket]
    elsewhere = [c for c in named if not c.bucket]
    if not here and elsewhere:
        meant = [(c, [name for name in buckets if likely_same(c.name, name)]) for c in elsewhere]
        here = [
            Candidate(name, f"nearest in this account to {c.name}, where {c.how}", c.pointer, buckets[name])
            for c, names in meant
            for name in names
        ]
        elsewhere = [c for c, names in meant if not names]
    if guess and not here and not elsewhere:
        here = named_alike(function, buckets) or tagged_alike(function, buckets, notes)
    found = {c.name: c for c in reversed(here or elsewhere)}
    return [found[name] for name in sorted(found)][:MAX_BUCKETS_PER_FUNCTION]


# --- Putting it together ------------------------------------------------------------------------------------------


@dataclass
class Account:
    """What every check needs to know."""

    id: str
    partition: str
    notes: Notes
    buckets: dict[str, Bucket] = field(default_factory=dict)
    buckets_known: bool = True
    roles: dict[str, Role] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)
    prefix: str = ""
    routes: dict[str, Route] = field(default_factory=dict)


def parallel(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    items = list(items)
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


def find_functions(asked: dict[str, Any], regions: list[str], notes: Notes) -> tuple[list[Function], list[Function]]:
    """The functions that were asked about, and all that were seen."""
    hint = asked.get("function") or ""
    if hint.startswith("arn:"):
        region, name = hint.split(":")[3], hint.split(":")[6]
        client = boto3.client("lambda", region_name=region, config=CONFIG)
        answer = attempt(
            notes,
            f"function {hint}",
            lambda: client.get_function_configuration(FunctionName=name),
            expected=("ResourceNotFoundException",),
        )
        if answer.data:
            found = function_from(answer.data, answer.pointer())
            return [found], [found]
        hint, regions = name, sorted({*regions, region})
    everything = [f for found in parallel(lambda region: list_functions(region, notes), regions) for f in found]
    if not hint:
        return everything, everything
    names = resolve(hint, {f.name for f in everything})
    return [f for f in everything if f.name in names], everything


def prepare(checks: list[Check], account: Account) -> None:
    """Read what the checks need of their buckets, each once."""

    def read(bucket: Bucket) -> None:
        s3 = boto3.client("s3", region_name=bucket.region, config=CONFIG)
        kms = boto3.client("kms", region_name=bucket.region, config=CONFIG)
        if not bucket.policy_known and not bucket.policy_pointer:
            read_bucket_policy(s3, bucket, account.notes)
        read_bucket_settings(s3, kms, bucket, account.notes)

    buckets = {check.bucket.name: check.bucket for check in checks}.values()
    parallel(lambda bucket: locate(bucket, account.notes), buckets)
    parallel(read, buckets)
    functions = {c.function.arn: c.function for c in checks if c.function.vpc_id}.values()
    routes = parallel(lambda f: route_to_s3(f, account.id, account.partition, account.notes), functions)
    account.routes = {f.arn: route for f, route in zip(functions, routes, strict=True)}
    policies = [
        s.body
        for c in checks
        for s in [
            *c.role.identity,
            *(c.role.boundary or []),
            *c.bucket.policy,
            *(c.bucket.key.policy if c.bucket.key else []),
        ]
    ]
    if "orgid" in json.dumps(policies).lower():
        read_organization(account)


def read_organization(account: Account) -> None:
    """The organization's id, which conditions may ask for."""
    client = boto3.client("organizations", region_name=home_region(), config=CONFIG)
    answer = attempt(
        account.notes,
        "the organization's id",
        lambda: client.describe_organization(),  # noqa: PLW0108 - a call that can be seen is a call whose permission can be derived
        expected=("AWSOrganizationsNotInUseException",),
    )
    if answer.data:
        ids = [answer.data["Organization"]["Id"]]
        account.known |= {"aws:principalorgid": ids, "aws:resourceorgid": ids}
    elif answer.code == "AWSOrganizationsNotInUseException":
        account.known |= {"aws:principalorgid": ABSENT, "aws:resourceorgid": ABSENT}


def evaluate(check: Check, account: Account) -> Check:
    """Decide one check, layer by layer."""
    function, role, bucket = check.function, check.role, check.bucket
    decide_trust(check)
    if not role.found and role.complete:
        return check
    context = PrincipalTags(request_context(function, role, bucket, account.id, account.known))
    route = account.routes.get(function.arn)
    if route and route.known:
        through = [route.endpoint_id] if route.endpoint_id and function.region == bucket.region else ABSENT
        context |= {"aws:sourcevpce": through, "aws:sourcevpc": [function.vpc_id] if through else ABSENT}
        check.causes += route.blocked
    session = f"arn:{account.partition}:sts::{account.id}:assumed-role/{role.name}/{function.name}"
    target = bucket.arn if check.access == "list" else f"{bucket.arn}/{account.prefix.lstrip('/')}*"
    request = Request(check.action, target, role, session, account.id, account.partition, context)
    if not bucket.policy_known:
        check.undecided = True
    decide(check, request)
    if route and route.known and context.get("aws:sourcevpce"):
        decide_endpoint(check, request, route)
    if bucket.key and check.access in KMS_ACTIONS:
        through_s3 = {
            "kms:viaservice": [f"s3.{bucket.region}.amazonaws.com"],
            "kms:calleraccount": [account.id],
            "aws:viaawsservice": ["true"],
            "aws:calledvia": ["s3.amazonaws.com"],
            "aws:calledviafirst": ["s3.amazonaws.com"],
            "aws:calledvialast": ["s3.amazonaws.com"],
            "kms:encryptioncontext:aws:s3:arn": [bucket.arn if bucket.bucket_key else target.replace("*", "key")],
            "kms:encryptioncontextkeys": ["aws:s3:arn"],
        }
        key_context = PrincipalTags({**context, **through_s3})
        key_request = Request(
            KMS_ACTIONS[check.access], bucket.key.arn, role, session, account.id, account.partition, key_context
        )
        decide_key(check, key_request)
    return check


def fact(check: Check) -> dict[str, Any]:
    """What is printed of a check."""
    bucket = check.bucket
    return {
        "function": check.function.name,
        "function_arn": check.function.arn,
        "region": check.function.region,
        "role": check.role.name,
        "bucket": bucket.name,
        "bucket_region": bucket.region,
        "bucket_found_by": check.found_by,
        "access": check.access,
        "action": check.action,
        "verdict": check.verdict,
        "because": [cause.title for cause in check.causes],
        "statements": [cause.statement for cause in check.causes if cause.statement],
        "allowed_by": check.allowed_by,
        "only_keys": check.only_keys,
        "remarks": [remark.title for remark in check.remarks],
        "permissions_boundary": check.role.boundary_arn or None,
        "encryption": bucket.encryption or None,
        "kms_key": bucket.key.arn if bucket.key else None,
        "object_ownership": bucket.ownership or None,
        "public_access_block": bucket.public_access_block,
        "in_vpc": check.function.vpc_id or None,
    }


def sentence(check: Check) -> str:
    who, bucket = check.function.name, check.bucket.name
    if check.verdict == "allowed":
        allows = ", ".join(dict.fromkeys(f"statement {a['statement']} of the {a['policy']}" for a in check.allowed_by))
        keys = f" for keys matching {', '.join(check.only_keys)}" if check.only_keys else ""
        return f"{who} can {VERBS[check.access]} {bucket}{keys}: allowed by {allows or 'its policies'}, nothing denies."
    if check.verdict == "unknown":
        return (
            f"Whether {who} can {VERBS[check.access]} {bucket} could not be told: something needed could not be read."
        )
    worst = sorted(check.causes, key=lambda c: ["critical", "high", "medium", "low", "info"].index(c.severity))
    verb = "cannot" if check.verdict == "denied" else "may not be able to"
    return f"{who} {verb} {VERBS[check.access]} {bucket}: {worst[0].title}."


def summarize(checks: list[Check], absent: list[Cause], told: list[str]) -> str:
    """One paragraph that answers: what fails first, else what is missing, else what works."""
    failing = [c for c in checks if c.verdict in ("denied", "depends")]
    if failing:
        names = ", ".join(dict.fromkeys(c.function.name for c in failing))
        counted = f"{len(failing)} of {len(checks)} checks fail ({names}). " if len(checks) > 1 else ""
        several = list(dict.fromkeys(sentence(c) for c in failing))[:MAX_SENTENCES]
        return " ".join([*told, counted + " ".join(several)])
    if absent:
        return " ".join([*told, f"{absent[0].title}."])
    if not checks:
        return " ".join(told) or "No Lambda function with a bucket was found."
    unknown = [c for c in checks if c.verdict == "unknown"]
    if unknown:
        return " ".join([*told, sentence(unknown[0])])
    shown = " ".join(sentence(c) for c in checks[:MAX_SENTENCES])
    more = f" {len(checks)} checks in all, and nothing denies in any." if len(checks) > MAX_SENTENCES else ""
    return " ".join([*told, shown + more])


def finding(cause: Cause) -> dict[str, Any]:
    return {
        "id": cause.id,
        "title": cause.title[:1000],
        "severity": cause.severity,
        "resource": cause.resource,
        "evidence": [pointer for pointer in dict.fromkeys(cause.evidence) if pointer],
        "fix": cause.fix,
    }


def resources_of(checks: list[Check]) -> list[dict[str, Any]]:
    """What was seen, for the inventory; each thing once."""
    seen: dict[str, dict[str, Any]] = {}
    for check in checks:
        function, role, bucket = check.function, check.role, check.bucket
        buckets = list(dict.fromkeys(c.bucket.arn for c in checks if c.function.arn == function.arn))
        seen[function.arn] = inventory(
            function.arn, "lambda:function", function.region, name=function.name, role=role.arn, buckets=buckets
        )
        seen[role.arn] = inventory(role.arn, "iam:role", "", name=role.name, boundary=role.boundary_arn or None)
        seen[bucket.arn] = inventory(
            bucket.arn,
            "s3:bucket",
            bucket.region,
            name=bucket.name,
            encryption=bucket.encryption,
            key=bucket.key.arn if bucket.key else None,
        )
        if role.boundary_arn:
            seen[role.boundary_arn] = inventory(role.boundary_arn, "iam:policy", "", boundary_of=role.name)
        if bucket.key and bucket.key.arn.startswith("arn:"):
            seen[bucket.key.arn] = inventory(bucket.key.arn, "kms:key", bucket.region, state=bucket.key.state)
    return list(seen.values())


def inventory(arn: str, kind: str, region: str, **summary: Any) -> dict[str, Any]:
    return {"arn": arn, "type": kind, "region": region, "summary": {k: v for k, v in summary.items() if v is not None}}


def accesses_asked(text: str) -> tuple[str, ...]:
    if text.strip().lower() == "any":
        return ANY
    return tuple(dict.fromkeys(p for p in re.split(r"[,\s]+", text.lower()) if p in S3_ACTIONS)) or ("write",)


def unlisted(candidate: Candidate, account: Account) -> Bucket:
    """A bucket that is named, where the list to look it up in could not be read."""
    return Bucket(candidate.name, f"arn:{account.partition}:s3:::{candidate.name}", "")


def absent_bucket(candidate: Candidate, function: Function, account: Account) -> Cause:
    close = nearest(candidate.name, account.buckets)
    like_it = f" Nearest here: {', '.join(close)}." if close else ""
    return Cause(
        "bucket-not-in-account",
        "high",
        f"arn:{account.partition}:s3:::{candidate.name}",
        f"Bucket {candidate.name}, which function {function.name} works on ({candidate.how}), is not in this account: "
        "it does not exist, or belongs to another account whose bucket policy cannot be seen from here",
        [candidate.pointer, function.pointer],
        f"Correct the name or create the bucket.{like_it}",
    )


def plan(
    asked: dict[str, Any], functions: list[Function], account: Account, told: list[str]
) -> tuple[list[Check], list[Cause], list[str]]:
    """The checks to make, the buckets that are not here, and the functions nothing ties to a bucket."""
    accesses = accesses_asked(asked.get("access") or "")
    hint = asked.get("bucket") or ""
    wanted = resolve(hint, account.buckets) if hint else []
    if hint and not wanted and ORDINARY_WORD.fullmatch(hint):
        told.append(f"No bucket is like {hint!r}, so the functions' own buckets were looked for.")
        hint = ""
    if len(wanted) > 1:
        told.append(
            f"{len(wanted)} buckets are like {hint!r}: {', '.join(wanted[:MAX_BUCKETS_PER_FUNCTION])}; each is checked."
        )
    checks: list[Check] = []
    absent: list[Cause] = []
    loose: list[str] = []
    specific = bool(asked.get("function"))
    for function in functions:
        role = account.roles[function.role_arn]
        if wanted:
            chosen = [
                Candidate(n, f"asked for as {hint!r}", account.buckets[n].listed_at, account.buckets[n]) for n in wanted
            ]
            related = candidates_for(function, role, accesses, account.buckets, account.notes, guess=False)
            if not specific and len(functions) > 1 and not {c.name for c in related} & set(wanted):
                loose.append(function.name)
                continue
        elif hint:
            chosen = [Candidate(hint, "asked for", function.pointer)]
        else:
            chosen = candidates_for(function, role, accesses, account.buckets, account.notes, guess=specific)
        if not chosen:
            loose.append(function.name)
        for candidate in chosen[:MAX_BUCKETS_PER_FUNCTION]:
            bucket = candidate.bucket
            if bucket is None and not account.buckets_known:
                bucket = account.buckets.setdefault(candidate.name, unlisted(candidate, account))
            if bucket is None:
                add(absent, absent_bucket(candidate, function, account))
                continue
            checks += [Check(function, role, bucket, access, candidate.how) for access in accesses]
    return checks, absent, loose


def set_aside(checks: list[Check], accesses: tuple[str, ...]) -> tuple[list[Check], list[Cause]]:
    """Where any access was asked for, one that nothing grants counts only if nothing else is granted either.

    A function that reads alone is not broken because it may not write; it is mentioned.
    """
    if accesses != ANY:
        return checks, []
    granted = {(c.function.arn, c.bucket.name) for c in checks if c.granted}
    aside = [c for c in checks if not c.granted and (c.function.arn, c.bucket.name) in granted]
    return [c for c in checks if c not in aside], [cause for check in aside for cause in check.causes]


def inspect(asked: dict[str, Any]) -> dict[str, Any]:
    notes = Notes()
    told: list[str] = []
    sts = boto3.client("sts", region_name=home_region(), config=CONFIG)
    identity = sts.get_caller_identity()
    partition = identity["Arn"].split(":")[1]
    regions = regions_to_search(asked.get("regions") or [], notes)
    account = Account(identity["Account"], partition, notes)
    list_all_buckets(account)
    account.prefix = asked.get("prefix") or ""
    functions, everything = find_functions(asked, regions, notes)
    hint, sought = asked.get("function") or "", asked
    if hint and not functions:
        close = nearest(hint.rsplit(":", 1)[-1], {f.name for f in everything})
        told.append(
            f"No Lambda function is like {hint!r} among {len(everything)} in {', '.join(regions)}."
            + (f" Nearest: {', '.join(close)}." if close else "")
        )
        if ORDINARY_WORD.fullmatch(hint) and everything:
            told.append("All functions were checked instead.")
            sought, functions = {**asked, "function": ""}, everything
    elif hint and len(functions) > 1:
        told.append(
            f"{len(functions)} functions are like {hint!r}: {', '.join(f.name for f in functions[:10])}; "
            "each is checked."
        )
    if len(functions) > MAX_FUNCTIONS:
        notes.truncated.append(f"{len(functions)} functions found, the first {MAX_FUNCTIONS} checked")
        functions = functions[:MAX_FUNCTIONS]
    checks, absent, loose = check_all(sought, functions, account, told)
    return document(asked, checks, absent, loose, account, functions, regions, told)


def check_all(
    asked: dict[str, Any], functions: list[Function], account: Account, told: list[str]
) -> tuple[list[Check], list[Cause], list[str]]:
    iam = boto3.client("iam", region_name=home_region(), config=CONFIG)
    roles = parallel(lambda arn: read_role(iam, arn, account.notes), sorted({f.role_arn for f in functions}))
    account.roles = {role.arn: role for role in roles}
    if any(not named_by_role(account.roles[f.role_arn], account.buckets) for f in functions) and not asked.get(
        "bucket"
    ):
        read_all_policies(account)
    checks, absent, loose = plan(asked, functions, account, told)
    prepare(checks, account)
    evaluated = [evaluate(check, account) for check in checks]
    kept, mentions = set_aside(evaluated, accesses_asked(asked.get("access") or ""))
    told += [f"{cause.title}." for cause in mentions[:MAX_SENTENCES]]
    return kept, absent, loose


def read_all_policies(account: Account) -> None:
    """Every bucket's policy, for one of them may name a role whose own policies name no bucket."""
    buckets = list(account.buckets.values())
    if len(buckets) > MAX_POLICIES_READ:
        account.notes.truncated.append(f"{len(buckets)} buckets, the policies of the first {MAX_POLICIES_READ} read")

    def read(bucket: Bucket) -> None:
        locate(bucket, account.notes)
        s3 = boto3.client("s3", region_name=bucket.region, config=CONFIG)
        read_bucket_policy(s3, bucket, account.notes)

    parallel(read, buckets[:MAX_POLICIES_READ])


def document(
    asked: dict[str, Any],
    checks: list[Check],
    absent: list[Cause],
    loose: list[str],
    account: Account,
    functions: list[Function],
    regions: list[str],
    told: list[str],
) -> dict[str, Any]:
    """The one document that is printed."""
    causes: list[Cause] = []
    for check in checks:
        for cause in check.causes:
            add(causes, cause)
    for cause in absent:
        add(causes, cause)
    if loose and not checks and not absent and functions:
        told.append(f"Nothing ties {', '.join(loose[:10])} to a bucket: name the bucket to have it checked.")
    verdicts = [check.verdict for check in checks]
    # A way that could not be looked at may hold what denies, so that "nothing denies" is not known.
    gaps = [] if causes else [f"{gap['what']} ({gap['why'].partition(':')[0]})" for gap in account.notes.skipped]
    if gaps:
        more = "; and more" if len(gaps) > 5 else ""
        told = [f"Nothing is at fault in what could be read, but this could not be: {'; '.join(gaps[:5])}{more}."]
    facts = {
        "summary": " ".join(told) if gaps and "unknown" not in verdicts else summarize(checks, absent, told),
        "account": account.id,
        "asked": {k: asked.get(k) for k in ("function", "bucket", "access", "prefix") if asked.get(k)},
        "functions_found": len(functions),
        "functions": [f.name for f in functions],
        "functions_without_bucket": loose,
        "buckets_in_account": len(account.buckets),
        "checks_made": len(checks),
        "undecided": bool(gaps) or ("unknown" in verdicts and not causes),
        "unseen": gaps,
        "checks_failing": sum(verdict in ("denied", "depends") for verdict in verdicts),
        "checks": [fact(check) for check in checks],
        "limits": LIMITS,
    }
    return {
        "facts": facts,
        "findings": [finding(cause) for cause in causes],
        "resources": resources_of(checks),
        "coverage": {"regions": regions, "skipped": account.notes.skipped, "truncated": account.notes.truncated},
        "next": [],
    }


def main() -> None:
    asked = json.loads(sys.stdin.read() or "{}")
    print(json.dumps(inspect(asked), default=str))


if __name__ == "__main__":
    main()
