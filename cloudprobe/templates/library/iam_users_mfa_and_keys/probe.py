"""Which IAM users sign in without MFA, which access keys are old or unused, and how the root user is kept.

Reads JSON from standard input: {"max_key_age_days": 90, "max_unused_days": 90, "user": "name or part of one"}; all of
them may be left out. Asks for each user rather than for the credential report: the report may be four hours old, and
nothing in it can be pointed at. Needs boto3 and read access, no more.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# IAM allows few calls a second for the whole account, so throttling is met with patience.
CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 10}, max_pool_connections=16)
GONE = "NoSuchEntity"
ROOT = "root user"
NOW = datetime.now(UTC)


def days_since(moment):
    return (NOW - moment).days


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def code_of(error):
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def has_password(iam, name):
    """Whether a user can sign in to the console, and the proof."""
    try:
        profile = iam.get_login_profile(UserName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != GONE:
            raise
        return False, f"/calls/{error.response['ResponseMetadata']['RequestId']}/error/Code"
    return True, f"{pointer(profile)}/LoginProfile"


def list_devices(iam, name):
    pages = list(iam.get_paginator("list_mfa_devices").paginate(UserName=name))
    return [
        device["SerialNumber"] for page in pages for device in page["MFADevices"]
    ], f"{pointer(pages[0])}/MFADevices"


def list_keys(iam, name):
    """A user's access keys with age and last use in days; only of active ones is the last use asked for."""
    keys = []
    for page in iam.get_paginator("list_access_keys").paginate(UserName=name):
        for number, key in enumerate(page["AccessKeyMetadata"]):
            proof = [f"{pointer(page)}/AccessKeyMetadata/{number}"]
            seen = {"id": key["AccessKeyId"], "active": key["Status"] == "Active", "age": days_since(key["CreateDate"])}
            if seen["active"]:
                answer = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
                last = answer["AccessKeyLastUsed"].get("LastUsedDate")
                seen["unused"] = days_since(last) if last else None
                seen["service"] = answer["AccessKeyLastUsed"].get("ServiceName")
                proof.append(f"{pointer(answer)}/AccessKeyLastUsed")
            keys.append((seen, proof))
    return keys


def inspect_user(iam, user):
    """What is known of one user; each part that could not be read is said in ``skipped``."""
    name, seen = user["UserName"], {"password": None, "mfa": None, "keys": [], "proofs": [], "skipped": []}
    try:
        seen["password"], proof = has_password(iam, name)
        seen["proofs"].append(proof)
        if seen["password"]:
            devices, proof = list_devices(iam, name)
            seen["mfa"] = bool(devices)
            seen["proofs"].append(proof)
    except (ClientError, BotoCoreError) as error:
        seen["skipped"].append({"what": f"sign-in of user {name}", "why": code_of(error)})
    try:
        seen["keys"] = list_keys(iam, name)
    except (ClientError, BotoCoreError) as error:
        why = "it was deleted while this ran" if code_of(error) == GONE else code_of(error)
        seen["skipped"].append({"what": f"access keys of user {name}", "why": why})
    return seen


def inspect_root(iam):
    try:
        answer = iam.get_account_summary()
    except (ClientError, BotoCoreError) as error:
        return {}, "", [{"what": ROOT, "why": code_of(error)}]
    return answer["SummaryMap"], f"{pointer(answer)}/SummaryMap", []


def judge_root(summary, proof, arn):
    if summary.get("AccountMFAEnabled") == 0:
        yield {
            "id": "iam-root-no-mfa",
            "title": "The root user signs in without MFA",
            "severity": "critical",
            "resource": arn,
            "evidence": [f"{proof}/AccountMFAEnabled"],
            "fix": "Sign in as root and assign an MFA device under My security credentials.",
        }
    if summary.get("AccountAccessKeysPresent"):
        yield {
            "id": "iam-root-access-key",
            "title": f"The root user has {summary['AccountAccessKeysPresent']} access key(s)",
            "severity": "critical",
            "resource": arn,
            "evidence": [f"{proof}/AccountAccessKeysPresent"],
            "fix": "Sign in as root and delete its access keys; give what uses them a role.",
        }


def judge_user(user, seen, max_age, max_unused):
    name, arn = user["UserName"], user["Arn"]

    def finding(kind, title, severity, evidence, fix):
        return {"id": kind, "title": title, "severity": severity, "resource": arn, "evidence": evidence, "fix": fix}

    if seen["password"] and seen["mfa"] is False:
        title = f"User {name} signs in to the console without MFA"
        fix = f"Assign an MFA device, or take the password away: aws iam delete-login-profile --user-name {name}"
        yield finding("iam-user-no-mfa", title, "high", seen["proofs"], fix)
    active = [(key, proof) for key, proof in seen["keys"] if key["active"]]
    for key, proof in active:
        off = f"aws iam update-access-key --user-name {name} --access-key-id {key['id']} --status Inactive"
        whose = f"Access key {key['id']} of user {name}"
        if key["age"] > max_age:
            title = f"{whose} is {key['age']} days old, more than {max_age}"
            fix = f"Make a new key, move what uses this one, then: {off}"
            yield finding("iam-access-key-old", title, "medium", proof, fix)
        if key["unused"] is None and key["age"] > max_unused:
            title = f"{whose} was never used in {key['age']} days"
            yield finding("iam-access-key-never-used", title, "medium", proof, off)
        if key["unused"] is not None and key["unused"] > max_unused:
            title = f"{whose} was last used {key['unused']} days ago, more than {max_unused}"
            yield finding("iam-access-key-unused", title, "medium", proof, off)
    if len(active) > 1:
        ids = " and ".join(key["id"] for key, _ in active)
        title = f"User {name} has two active access keys: {ids}"
        proofs = [place for _, proof in active for place in proof]
        yield finding("iam-user-two-active-keys", title, "low", proofs, "Keep one; two are for the days of a rotation.")


def choose(users, hint, skipped):
    """The user a hint names, those it is part of, or else all."""
    named = [u for u in users if u["UserName"] == hint] or [u for u in users if hint.lower() in u["UserName"].lower()]
    if not named:
        skipped.append({"what": f"user {hint}", "why": "no user has that name, so all were checked"})
    return named or users


# Why something was left out that can hide no fault: it is not there.
HIDES_NOTHING = ("were checked", "while this ran", "NotFound", "NotFoundException", "NoSuchEntity", "NoSuchBucket")


def unseen(skipped, findings):
    """What could not be read where the rest shows no fault, so that it decides."""
    if any(finding["severity"] != "info" for finding in findings):
        return []
    return [f"{gap['what']} ({gap['why']})" for gap in skipped if not gap["why"].endswith(HIDES_NOTHING)]


def doubt(gaps):
    """The answer where what could not be read decides."""
    more = "; and more" if len(gaps) > 5 else ""
    return f"Nothing is at fault in what could be read, but this could not be: {'; '.join(gaps[:5])}{more}."


def main():
    variables = json.load(sys.stdin)
    max_age = variables.get("max_key_age_days", 90)
    max_unused = variables.get("max_unused_days", 90)
    home = boto3.session.Session().region_name or "us-east-1"
    iam = boto3.client("iam", region_name=home, config=CONFIG)
    account, skipped = boto3.client("sts", region_name=home, config=CONFIG).get_caller_identity(), []
    root_arn = f"arn:{account['Arn'].split(':')[1]}:iam::{account['Account']}:root"

    users = [
        user
        for page in iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1000})
        for user in page["Users"]
    ]
    if hint := variables.get("user"):
        users = choose(users, hint, skipped)
    with ThreadPoolExecutor(16) as pool:
        root = pool.submit(inspect_root, iam)
        looked = list(pool.map(lambda user: inspect_user(iam, user), users))
        summary, proof, missed = root.result()
    skipped += missed

    findings, facts_by_user, resources = list(judge_root(summary, proof, root_arn)), {}, []
    for user, seen in zip(users, looked, strict=True):
        skipped += seen["skipped"]
        findings += judge_user(user, seen, max_age, max_unused)
        known = {"console": seen["password"], "mfa": seen["mfa"], "keys": [key for key, _ in seen["keys"]]}
        facts_by_user[user["UserName"]] = known
        resources.append({"arn": user["Arn"], "type": "iam:user", "region": "", "summary": known})

    order = ["critical", "high", "medium", "low", "info"]
    findings.sort(key=lambda finding: (order.index(finding["severity"]), finding["resource"], finding["id"]))

    def names(*kinds):
        return sorted({f["resource"].rpartition("/")[2] for f in findings if f["id"] in kinds})

    without_mfa, old = names("iam-user-no-mfa"), names("iam-access-key-old")
    idle = names("iam-access-key-unused", "iam-access-key-never-used")

    def said(people):
        return f"{len(people)} ({', '.join(people[:10])}{', …' if len(people) > 10 else ''})" if people else "0"

    unclear = [user["UserName"] for user, seen in zip(users, looked, strict=True) if seen["skipped"]]
    unknown = f"; {said(unclear)} could not be judged wholly" if unclear else ""
    root_mfa = {1: "has", 0: "has no"}.get(summary.get("AccountMFAEnabled"), "was not checked for")
    # Of one user that was asked about nothing is said by the root user.
    deciding = [gap for gap in skipped if not (hint and gap["what"] == ROOT)]
    gaps = unseen(deciding, findings)
    facts = {
        "summary": doubt(gaps)
        if gaps
        else f"Of {many(len(users), 'user')}, {said(without_mfa)} sign in without MFA, {said(old)} have access keys "
        f"older than {max_age} days, {said(idle)} have keys unused for more than {max_unused} days; "
        f"the root user {root_mfa} MFA{unknown}.",
        "undecided": bool(gaps),
        "unseen": gaps,
        "users_checked": len(users),
        "users_not_judged": unclear,
        "users_without_mfa": without_mfa,
        "users_with_old_keys": old,
        "users_with_unused_keys": idle,
        "users_with_two_active_keys": names("iam-user-two-active-keys"),
        "root_mfa": {1: True, 0: False}.get(summary.get("AccountMFAEnabled")),
        "root_access_keys": summary.get("AccountAccessKeysPresent"),
        "max_key_age_days": max_age,
        "max_unused_days": max_unused,
        "users": facts_by_user,
    }
    coverage = {"regions": [], "skipped": skipped, "truncated": []}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": []}, sys.stdout
    )


if __name__ == "__main__":
    main()
