"""Which S3 buckets are open to everybody, by policy or by ACL, and which would be but for a block.

Reads JSON from standard input: {"regions": ["eu-west-1"] or ["*"], "bucket": "name, or part of one, or empty"}.
A policy is judged as S3 judges it ("The meaning of public" in its user guide). Needs boto3 and read access, no more.
"""

import ipaddress
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16)
ONE_TRY = Config(retries={"mode": "standard", "max_attempts": 1}, connect_timeout=5, read_timeout=10)

# What everybody could do, worst first; a grant of any of these actions is a grant of the kind.
KINDS = {
    "write": [
        "PutObject", "DeleteObject", "DeleteObjectVersion", "PutObjectAcl", "RestoreObject", "AbortMultipartUpload",
        "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketAcl", "PutBucketPublicAccessBlock", "DeleteBucket",
        "PutLifecycleConfiguration", "PutReplicationConfiguration", "PutEncryptionConfiguration",
    ],
    "read": ["GetObject", "GetObjectVersion"],
    "list": ["ListBucket", "ListBucketVersions", "ListBucketMultipartUploads"],
    "settings": ["GetBucketAcl", "GetBucketPolicy", "GetObjectAcl", "GetBucketLocation", "GetLifecycleConfiguration"],
}  # fmt: skip
ACL_KINDS = {"READ": ["list"], "WRITE": ["write"], "READ_ACP": ["settings"], "WRITE_ACP": ["write"]}
ACL_KINDS["FULL_CONTROL"] = ["write", "list", "settings"]
GROUPS = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "everybody",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "everybody with any AWS account",
}
SEVERITIES = {"write": "critical", "read": "high", "list": "high", "settings": "medium"}
FINDING_IDS = {"write": "s3-bucket-public-write", "read": "s3-bucket-public-read", "list": "s3-bucket-public-read"}

# Condition keys by which a statement for everybody can still mean somebody in particular.
FIXED_KEYS = {
    "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:sourceorgid",
    "aws:sourceip", "aws:userid", "aws:principalarn", "aws:principalaccount", "aws:principalorgid",
    "aws:principalorgpaths", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
}  # fmt: skip
MUST_MATCH = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
MUST_NOT_MATCH = {"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike"}
MUST_NOT_MATCH |= {"notipaddress"}


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def like(text, pattern):
    """Match as IAM does: ``*`` and ``?`` alone are wild."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.DOTALL) is not None


def is_fixed(key, value):
    """Whether a condition's value names somebody in particular."""
    if key == "aws:sourceip":
        try:
            network = ipaddress.ip_network(value, strict=False)
        except ValueError:
            return False
        return network.prefixlen >= (8 if network.version == 4 else 32)
    wild = re.split(r"[*?]|\$\{", value, maxsplit=1)[0]  # all that stands before the first wildcard or variable
    if wild == value:
        return bool(value)
    if key in ("aws:principalarn", "aws:sourcearn", "s3:dataaccesspointarn"):
        return re.match(r"arn:[\w-]+:[\w-]+:[\w-]*:\d{12}:", wild) is not None  # any thing of one account
    if key == "aws:userid":
        return re.match(r"A[A-Z0-9]{15,}:", wild) is not None  # any session of one role
    return key == "aws:principalorgpaths" and re.match(r"o-\w+/", wild) is not None


def conditions(statement):
    for operator, pairs in (statement.get("Condition") or {}).items():
        for key, values in pairs.items():
            yield operator.lower(), key.lower(), [str(value) for value in as_list(values)]


def limits_to_somebody(statement):
    """An Allow for everybody whose conditions only somebody in particular can meet."""
    return any(
        operator.removeprefix("foranyvalue:")
        in MUST_MATCH  # "…IfExists" and "ForAllValues:" pass where the key is absent
        and key in FIXED_KEYS
        and values
        and all(is_fixed(key, value) for value in values)
        for operator, key, values in conditions(statement)
    )


def hits_everybody_else(statement):
    """A Deny that every stranger runs into."""
    return all(
        (
            operator.removesuffix("ifexists") in MUST_NOT_MATCH
            and key in FIXED_KEYS
            and all(is_fixed(key, v) for v in values)
        )
        or (key in ("aws:principalisawsservice", "aws:viaawsservice") and values == ["false"])
        for operator, key, values in conditions(statement)
    )


def is_for_everybody(statement):
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    return principal == "*" or (isinstance(principal, dict) and "*" in as_list(principal.get("AWS")))


def covers_action(statement, action):
    listed = as_list(statement.get("Action")) or as_list(statement.get("NotAction"))
    return any(like(action.lower(), pattern.lower()) for pattern in listed) != ("NotAction" in statement)


def covered_resources(statement, action, arn):
    """Those of a statement's resources in one bucket to which an action applies."""
    if "NotResource" in statement:
        return [arn + "/*" if "Object" in action else arn]
    if "Object" in action or action == "AbortMultipartUpload":
        return [r for r in as_list(statement.get("Resource")) if r.startswith(arn + "/") or like(arn + "/any", r)]
    return [r for r in as_list(statement.get("Resource")) if like(arn, r)]


def open_by_policy(policy, arn, *, heed_conditions=True):
    """What a policy lets everybody do: kind to the names of the statements that do it."""
    statements = [
        (f"policy statement {s.get('Sid') or number}", s) for number, s in enumerate(as_list(policy.get("Statement")))
    ]
    shared = [(name, s) for name, s in statements if is_for_everybody(s)]
    denials = [s for _, s in shared if s.get("Effect") == "Deny" and "NotResource" not in s and hits_everybody_else(s)]
    found = {}
    for name, statement in shared:
        if statement.get("Effect") != "Allow" or (heed_conditions and limits_to_somebody(statement)):
            continue
        for kind, actions in KINDS.items():
            for action in actions:
                resources = covered_resources(statement, action, arn)
                if not resources or not covers_action(statement, f"s3:{action}"):
                    continue
                stopped = [d for d in denials if covers_action(d, f"s3:{action}")]
                if all(any(like(r, p) for d in stopped for p in as_list(d.get("Resource"))) for r in resources):
                    continue
                found.setdefault(kind, set()).add(name)
    return {kind: sorted(names) for kind, names in found.items()}


def ask(call):
    """What a call says, where that stands on record, and the error code if it failed."""
    try:
        response = call()
    except ClientError as error:
        request = error.response.get("ResponseMetadata", {}).get("RequestId", "")
        return {}, [f"/calls/{request}/error/Code"] if request else [], error.response["Error"]["Code"]
    except BotoCoreError as error:
        return {}, [], type(error).__name__
    return response, [f"/calls/{response['ResponseMetadata']['RequestId']}/response"], ""


def inspect_account_block(control, account):
    response, proof, failed = ask(lambda: control.get_public_access_block(AccountId=account))
    known = not failed or failed == "NoSuchPublicAccessBlockConfiguration"
    return response.get("PublicAccessBlockConfiguration", {}), proof, "" if known else failed


def inspect_bucket(s3, name, arn):
    """Everything that decides whether one bucket is public; nothing here depends on the account's own block."""
    skipped, proofs = [], []

    def read(call, what, absent):
        response, proof, failed = ask(call)
        if failed and failed not in absent:
            why = "it was deleted while this ran" if failed == "NoSuchBucket" else failed
            skipped.append({"what": f"{what} of bucket {name}", "why": why})
        return response, proof

    answer, block_proof = read(
        lambda: s3.get_public_access_block(Bucket=name), "public access block", ["NoSuchPublicAccessBlockConfiguration"]
    )
    if skipped and skipped[0]["why"].startswith("it was deleted"):
        return {"name": name, "skipped": skipped, "gone": True}
    block = answer.get("PublicAccessBlockConfiguration", {})
    if block:
        block_proof = [f"{block_proof[0]}/PublicAccessBlockConfiguration"]
    answer, policy_proof = read(lambda: s3.get_bucket_policy(Bucket=name), "policy", ["NoSuchBucketPolicy"])
    policy = json.loads(answer.get("Policy", "{}"))
    by_policy = open_by_policy(policy, arn)
    suspicious = open_by_policy(policy, arn, heed_conditions=False)
    if suspicious:  # S3's own verdict counts, where it gives one
        status, proof = read(lambda: s3.get_bucket_policy_status(Bucket=name), "policy status", [])
        verdict = status.get("PolicyStatus", {}).get("IsPublic")
        if verdict is not None:
            by_policy = (by_policy or suspicious) if verdict else {}
            policy_proof = [*policy_proof, f"{proof[0]}/PolicyStatus/IsPublic"]
    if by_policy:
        proofs += [f"{policy_proof[0]}/Policy", *policy_proof[1:]]

    answer, acl_proof = read(lambda: s3.get_bucket_acl(Bucket=name), "ACL", [])
    by_acl = {}
    for number, grant in enumerate(answer.get("Grants", [])):
        group = GROUPS.get(grant.get("Grantee", {}).get("URI"))
        for kind in ACL_KINDS.get(grant.get("Permission"), []) if group else []:
            by_acl.setdefault(kind, []).append(f"ACL grant {grant['Permission']} to {group}")
            proofs.append(f"{acl_proof[0]}/Grants/{number}")
    if by_acl:
        answer, _ = read(
            lambda: s3.get_bucket_ownership_controls(Bucket=name), "ownership", ["OwnershipControlsNotFoundError"]
        )
        rules = answer.get("OwnershipControls", {}).get("Rules", [])
        if any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules):
            by_acl = {}
    website = False
    if "read" in by_policy:
        answer, _ = read(lambda: s3.get_bucket_website(Bucket=name), "website", ["NoSuchWebsiteConfiguration"])
        website = bool(answer.get("IndexDocument") or answer.get("RedirectAllRequestsTo"))
    return {
        "name": name, "skipped": skipped, "by_policy": by_policy, "by_acl": by_acl, "website": website,
        "block": block, "proofs": proofs, "block_proof": block_proof,
    }  # fmt: skip


def list_buckets(s3):
    for page in s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1000}):
        yield from page["Buckets"]


def choose(buckets, hint, skipped):
    """The bucket a hint names, those it is part of, or else all."""
    named = [b for b in buckets if b["Name"] == hint] or [b for b in buckets if hint.lower() in b["Name"]]
    if not named and buckets:
        skipped.append({"what": f"bucket {hint}", "why": "no bucket has that name, so all were checked"})
    return named or buckets


def combine(seen, account_block):
    """What is public after the blocks of bucket and account, and what they stopped: kind to reasons."""
    stops = {"by_policy": "RestrictPublicBuckets", "by_acl": "IgnorePublicAcls"}
    public, blocked, blockers = {}, {}, []
    for way, setting in stops.items():
        who = [w for w, b in (("bucket", seen["block"]), ("account", account_block)) if b.get(setting)]
        for kind, reasons in seen[way].items():
            (blocked if who else public).setdefault(kind, []).extend(reasons)
            blockers += [f"{setting} of the {w}" for w in who if f"{setting} of the {w}" not in blockers]
    return public, blocked, blockers


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def describe(kinds):
    """Kind to reasons, in words, worst kind first."""
    return "; ".join(f"{kind}: {', '.join(dict.fromkeys(kinds[kind]))}" for kind in KINDS if kind in kinds)


def doubt(gaps):
    """The answer where what could not be read decides."""
    more = "; and more" if len(gaps) > 5 else ""
    return f"No bucket is open in what could be read, but this could not be: {'; '.join(gaps[:5])}{more}."


def main():
    variables = json.load(sys.stdin)
    regions, hint = variables.get("regions") or ["*"], variables.get("bucket") or ""
    home = boto3.session.Session().region_name or "us-east-1"
    caller = boto3.client("sts", region_name=home, config=CONFIG).get_caller_identity()
    account, partition = caller["Account"], caller["Arn"].split(":")[1]
    control = boto3.client("s3control", region_name=home, config=ONE_TRY)
    clients = {home: boto3.client("s3", region_name=home, config=CONFIG)}
    skipped = []
    buckets = list(list_buckets(clients[home]))
    wanted = [b for b in buckets if "*" in regions or b.get("BucketRegion", home) in regions]
    if len(wanted) < len(buckets):
        skipped.append({"what": f"{len(buckets) - len(wanted)} buckets", "why": f"not in {', '.join(regions)}"})
    if hint:
        wanted = choose(wanted, hint, skipped)
    for region in {b.get("BucketRegion", home) for b in wanted} - {home}:
        clients[region] = boto3.client("s3", region_name=region, config=CONFIG)

    with ThreadPoolExecutor(16) as pool:
        account_wide = pool.submit(inspect_account_block, control, account)
        looked = list(
            pool.map(
                lambda b: inspect_bucket(
                    clients[b.get("BucketRegion", home)], b["Name"], f"arn:{partition}:s3:::{b['Name']}"
                ),
                wanted,
            )
        )
        account_block, account_proof, failed = account_wide.result()
    if failed:
        why = f"{failed}; a block of the whole account would make buckets named here private"
        skipped.append({"what": "public access block of the account", "why": why})

    public, blocked, unclear, findings, resources = {}, {}, [], [], []
    for bucket, seen in zip(wanted, looked, strict=True):
        skipped += seen["skipped"]
        if seen.get("gone"):
            continue
        name, arn = seen["name"], f"arn:{partition}:s3:::{seen['name']}"
        kinds, stopped, blockers = combine(seen, account_block)
        resources.append(
            {
                "arn": arn,
                "type": "s3:bucket",
                "region": bucket.get("BucketRegion", ""),
                "summary": {"public": [k for k in KINDS if k in kinds], "blocked": [k for k in KINDS if k in stopped]},
            }
        )
        if stopped:
            blocked[name] = {"would_allow": stopped, "blocked_by": blockers, "evidence": seen["block_proof"]}
        shut = {**seen["block"], **{setting: True for setting, on in account_block.items() if on}}
        shut = shut.get("RestrictPublicBuckets") and shut.get("IgnorePublicAcls")
        if not kinds:
            unclear += [name] if seen["skipped"] and not shut else []  # whatever was not seen, a full block stops it
            continue
        worst = next(kind for kind in KINDS if kind in kinds)
        unread = any(gap["what"].startswith("public access block") for gap in seen["skipped"])
        unless = ", unless its public access block, which could not be read, stops that" if unread else ""
        public[name] = {"allows": kinds, "website": seen["website"]}
        fix = (
            f"aws s3api put-public-access-block --bucket {name} --public-access-block-configuration "
            "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
        )
        if seen["website"]:
            fix = f"It serves a website: put CloudFront with origin access control in front, then: {fix}"
        findings.append(
            {
                "id": FINDING_IDS.get(worst, "s3-bucket-public-settings"),
                "title": f"Bucket {name} is open to the public ({describe(kinds)}){unless}",
                "severity": SEVERITIES[worst],
                "resource": arn,
                "evidence": [f"/result/facts/public/{name}", *seen["proofs"], *seen["block_proof"]],
                "fix": fix,
            }
        )

    order = list(SEVERITIES.values())
    findings.sort(key=lambda finding: (order.index(finding["severity"]), finding["resource"]))
    checked = len(resources)
    names = ", ".join(f["resource"].rpartition(":")[2] for f in findings[:20])
    said = [
        f"{len(public)} of {many(checked, 'bucket')} are open to the public: {names}{', …' if len(public) > 20 else ''}"
    ]
    if not public:
        said = [f"None of {many(checked - len(unclear), 'bucket')} that could be judged is open to the public"]
    if blocked:
        said.append(f"{len(blocked)} would be but are blocked")
    if unclear:
        said.append(f"{len(unclear)} could not be judged")
    # What a full block stops needs no reading, nor does the account's own block where nothing is open.
    gaps = [] if findings else [f"bucket {name}" for name in unclear]
    facts = {
        "summary": doubt(gaps) if gaps else "; ".join(said) + ".",
        "undecided": bool(gaps),
        "unseen": gaps,
        "buckets_checked": checked,
        "public_count": len(public),
        "public": public,
        "blocked": blocked,
        "not_judged": unclear,
        "account_block": account_block if not failed else None,
        "account_block_evidence": account_proof,
    }
    seen_regions = sorted({r["region"] for r in resources if r["region"]})
    coverage = {"regions": seen_regions, "skipped": skipped, "truncated": []}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": []}, sys.stdout
    )


if __name__ == "__main__":
    main()
