"""Which volumes, snapshots, databases, file systems and caches are not encrypted at rest.

Reads JSON from standard input: {"regions": ["eu-west-1"] or ["*"], "kinds": ["volume", "snapshot", "database",
"file system", "cache"], "name": "id, name or part of one"}; all of them may be left out. What cannot be otherwise is
said once: members of a database cluster with their cluster, automated snapshots with their database. Needs boto3 and
read access, no more.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
ORDER = ["critical", "high", "medium", "low", "info"]
DEFAULT = "encryption by default"  # of what is yet to be made: no answer rests on it
LEAVING = ("deleting", "deleted", "error")
NOUNS = {
    "ec2:volume": "EBS volume",
    "ec2:snapshot": "EBS snapshot",
    "rds:db": "Database instance",
    "rds:cluster": "Database cluster",
    "rds:snapshot": "Database snapshot",
    "rds:cluster-snapshot": "Database cluster snapshot",
    "elasticfilesystem:file-system": "EFS file system",
    "elasticache:replicationgroup": "ElastiCache replication group",
    "elasticache:cluster": "ElastiCache cluster",
}


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def listed(pages, key):
    """Every item of every page, and where it stands on record."""
    for page in pages:
        for number, item in enumerate(page[key]):
            yield item, f"{pointer(page)}/{key}/{number}"


def called(identifier, item):
    """An id, with the name it is tagged with."""
    name = next((tag["Value"] for tag in item.get("Tags") or [] if tag["Key"] == "Name"), "")
    return f"{identifier} ({name})" if name else identifier


def thing(arn, name, item, field, proof, *, severity="medium", note="", fix="", automated=False):
    return {
        "arn": arn, "name": name, "encrypted": bool(item.get(field)), "proof": f"{proof}/{field}", "severity": severity,
        "note": note, "fix": fix, "key": item.get("KmsKeyId") or "", "automated": automated,
    }  # fmt: skip


def list_volumes(ec2, owner):
    region, pages = ec2.meta.region_name, ec2.get_paginator("describe_volumes")
    for volume, proof in listed(pages.paginate(PaginationConfig={"PageSize": 500}), "Volumes"):
        if volume["State"] in LEAVING:
            continue
        volume_id, users = volume["VolumeId"], [a["InstanceId"] for a in volume["Attachments"] if a.get("InstanceId")]
        swap = f"with {users[0]} stopped, detach the old one and attach the new" if users else "delete the old one"
        fix = (
            f"Make an encrypted copy by way of a snapshot; then {swap}: "
            f"aws ec2 create-snapshot --region {region} --volume-id {volume_id} && aws ec2 create-volume "
            f"--region {region} --availability-zone {volume['AvailabilityZone']} --volume-type {volume['VolumeType']} "
            "--encrypted --snapshot-id SNAPSHOT_ID"
        )
        yield thing(
            f"arn:{ec2.meta.partition}:ec2:{region}:{owner}:volume/{volume_id}",
            called(volume_id, volume),
            volume,
            "Encrypted",
            proof,
            severity="medium" if users else "low",
            note=f"in use by {', '.join(users)}" if users else "attached to nothing",
            fix=fix,
        )


def list_snapshots(ec2):
    region, pages = ec2.meta.region_name, ec2.get_paginator("describe_snapshots")
    own = pages.paginate(OwnerIds=["self"], PaginationConfig={"PageSize": 1000})
    for snapshot, proof in listed(own, "Snapshots"):
        snapshot_id = snapshot["SnapshotId"]
        fix = (
            "Make an encrypted copy, and delete this one once the copy is complete: "
            f"aws ec2 copy-snapshot --region {region} --source-region {region} --source-snapshot-id {snapshot_id} "
            "--encrypted"
        )
        arn = f"arn:{ec2.meta.partition}:ec2:{region}::snapshot/{snapshot_id}"
        note = f"of {snapshot['VolumeId']}, {snapshot['StartTime']:%Y-%m-%d}"
        yield thing(
            arn, called(snapshot_id, snapshot), snapshot, "Encrypted", proof, severity="low", note=note, fix=fix
        )


def list_databases(rds):
    region = rds.meta.region_name
    for database, proof in listed(rds.get_paginator("describe_db_instances").paginate(), "DBInstances"):
        if database.get("DBClusterIdentifier") or database["DBInstanceStatus"] in LEAVING:
            continue  # the storage of a member is its cluster's
        name = database["DBInstanceIdentifier"]
        fix = (
            "Restore an encrypted copy of a snapshot beside it, and switch over: "
            f"aws rds create-db-snapshot --region {region} --db-instance-identifier {name} --db-snapshot-identifier "
            f"{name}-plain && aws rds copy-db-snapshot --region {region} --source-db-snapshot-identifier {name}-plain "
            f"--target-db-snapshot-identifier {name}-encrypted --kms-key-id alias/aws/rds && aws rds "
            f"restore-db-instance-from-db-snapshot --region {region} --db-snapshot-identifier {name}-encrypted "
            f"--db-instance-identifier {name}-encrypted"
        )
        note = f"{database['Engine']}, {database['AllocatedStorage']} GiB"
        yield thing(database["DBInstanceArn"], name, database, "StorageEncrypted", proof, note=note, fix=fix)


def list_clusters(rds):
    region = rds.meta.region_name
    for cluster, proof in listed(rds.get_paginator("describe_db_clusters").paginate(), "DBClusters"):
        if cluster["Status"] in LEAVING:
            continue
        name = cluster["DBClusterIdentifier"]
        fix = (
            "Restore a snapshot of it as an encrypted cluster, add instances to that, and switch over: "
            f"aws rds create-db-cluster-snapshot --region {region} --db-cluster-identifier {name} "
            f"--db-cluster-snapshot-identifier {name}-plain && aws rds restore-db-cluster-from-snapshot --region "
            f"{region} --snapshot-identifier {name}-plain --engine {cluster['Engine']} --kms-key-id alias/aws/rds "
            f"--db-cluster-identifier {name}-encrypted"
        )
        members = [member["DBInstanceIdentifier"] for member in cluster.get("DBClusterMembers", [])]
        note = f"{cluster['Engine']}, {'members ' + ', '.join(members) if members else 'no members'}"
        yield thing(cluster["DBClusterArn"], name, cluster, "StorageEncrypted", proof, note=note, fix=fix)


def list_database_snapshots(rds):
    region = rds.meta.region_name
    for snapshot, proof in listed(rds.get_paginator("describe_db_snapshots").paginate(), "DBSnapshots"):
        name, kind = snapshot["DBSnapshotIdentifier"], snapshot["SnapshotType"]
        fix = (
            "Make an encrypted copy, and delete this one once the copy is available: "
            f"aws rds copy-db-snapshot --region {region} --source-db-snapshot-identifier {name} "
            f"--target-db-snapshot-identifier {name}-encrypted --kms-key-id alias/aws/rds"
        )
        note, arn = f"of {snapshot['DBInstanceIdentifier']}, {kind}", snapshot["DBSnapshotArn"]
        yield thing(
            arn, name, snapshot, "Encrypted", proof, severity="low", note=note, fix=fix, automated=kind == "automated"
        )


def list_cluster_snapshots(rds):
    region, pages = rds.meta.region_name, rds.get_paginator("describe_db_cluster_snapshots").paginate()
    for snapshot, proof in listed(pages, "DBClusterSnapshots"):
        name, kind = snapshot["DBClusterSnapshotIdentifier"], snapshot["SnapshotType"]
        fix = (
            "Restore it as an encrypted cluster, make a snapshot of that, and then delete this one: "
            f"aws rds restore-db-cluster-from-snapshot --region {region} --snapshot-identifier {name} --engine "
            f"{snapshot['Engine']} --kms-key-id alias/aws/rds --db-cluster-identifier {name}-encrypted"
        )
        note, arn = f"of {snapshot['DBClusterIdentifier']}, {kind}", snapshot["DBClusterSnapshotArn"]
        automated = kind == "automated"
        yield thing(
            arn, name, snapshot, "StorageEncrypted", proof, severity="low", note=note, fix=fix, automated=automated
        )


def list_file_systems(efs):
    region = efs.meta.region_name
    for system, proof in listed(efs.get_paginator("describe_file_systems").paginate(), "FileSystems"):
        if system["LifeCycleState"] in LEAVING:
            continue
        system_id = system["FileSystemId"]
        fix = (
            f"Encryption is chosen when a file system is made; this makes an encrypted copy to fail over to: aws efs "
            f"create-replication-configuration --region {region} --source-file-system-id {system_id} --destinations "
            f"Region={region}"
        )
        note = f"{system.get('NumberOfMountTargets', 0)} mount targets"
        yield thing(system["FileSystemArn"], called(system_id, system), system, "Encrypted", proof, note=note, fix=fix)


def list_caches(elasticache):
    region = elasticache.meta.region_name
    pages = elasticache.get_paginator("describe_replication_groups").paginate()
    for group, proof in listed(pages, "ReplicationGroups"):
        if group["Status"] in LEAVING:
            continue
        name = group["ReplicationGroupId"]
        fix = (
            "Fill an encrypted group from a snapshot, and switch over: "
            f"aws elasticache create-snapshot --region {region} --replication-group-id {name} --snapshot-name "
            f"{name}-plain && aws elasticache create-replication-group --region {region} --replication-group-id "
            f"{name}-encrypted --replication-group-description Encrypted --snapshot-name {name}-plain "
            "--at-rest-encryption-enabled"
        )
        yield thing(group["ARN"], name, group, "AtRestEncryptionEnabled", proof, note="what it writes to disk", fix=fix)


def list_single_caches(elasticache):
    """Clusters of their own; the others are told with their group. Memcached writes nothing to a disk."""
    region, pages = elasticache.meta.region_name, elasticache.get_paginator("describe_cache_clusters")
    for cache, proof in listed(pages.paginate(ShowCacheClustersNotInReplicationGroups=True), "CacheClusters"):
        stored = cache.get("Engine", "") != "memcached" and not cache.get("ReplicationGroupId")
        if not stored or cache["CacheClusterStatus"] in LEAVING:
            continue
        name = cache["CacheClusterId"]
        fix = (
            "Only a replication group can be encrypted: fill one from a snapshot, and switch over: "
            f"aws elasticache create-snapshot --region {region} --cache-cluster-id {name} --snapshot-name {name}-plain "
            f"&& aws elasticache create-replication-group --region {region} --replication-group-id {name}-encrypted "
            f"--replication-group-description Encrypted --snapshot-name {name}-plain --at-rest-encryption-enabled"
        )
        note = f"{cache.get('Engine', '')} of its own, what it writes to disk"
        yield thing(cache["ARN"], name, cache, "AtRestEncryptionEnabled", proof, note=note, fix=fix)


def plan(kinds, region, owner):
    """What to ask a region: label, type of what is found, way of listing, client. Clients are made one by one."""
    steps = []
    if {"volume", "snapshot"} & kinds:
        ec2 = boto3.client("ec2", region_name=region, config=CONFIG)
        steps.append((DEFAULT, "", ask_default, ec2))
        if "volume" in kinds:
            steps.append(("EBS volumes", "ec2:volume", partial(list_volumes, owner=owner), ec2))
        if "snapshot" in kinds:
            steps.append(("EBS snapshots", "ec2:snapshot", list_snapshots, ec2))
    if {"database", "snapshot"} & kinds:
        rds = boto3.client("rds", region_name=region, config=CONFIG)
        if "database" in kinds:
            steps.append(("databases", "rds:db", list_databases, rds))
            steps.append(("database clusters", "rds:cluster", list_clusters, rds))
        if "snapshot" in kinds:
            steps.append(("database snapshots", "rds:snapshot", list_database_snapshots, rds))
            steps.append(("database cluster snapshots", "rds:cluster-snapshot", list_cluster_snapshots, rds))
    if "file system" in kinds:
        efs = boto3.client("efs", region_name=region, config=CONFIG)
        steps.append(("file systems", "elasticfilesystem:file-system", list_file_systems, efs))
    if "cache" in kinds:
        elasticache = boto3.client("elasticache", region_name=region, config=CONFIG)
        steps.append(("caches", "elasticache:replicationgroup", list_caches, elasticache))
        steps.append(("caches without a group", "elasticache:cluster", list_single_caches, elasticache))
    return steps


def ask_default(ec2):
    """Whether EBS encrypts what is made from now on."""
    answer = ec2.get_ebs_encryption_by_default()
    yield {"default": answer["EbsEncryptionByDefault"]}


def perform(step, region):
    """What a step found, and why it failed if it did; what came before a failure is kept."""
    _, kind, ask, client = step
    found = []
    try:
        found.extend({**item, "kind": kind, "region": region} for item in ask(client))
    except (ClientError, BotoCoreError) as error:
        return found, why(error)
    return found, ""


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        off = ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")
        return f"{code}: the region is not enabled" if code in off else code
    return type(error).__name__


def find_regions(home, skipped):
    """The regions that are enabled, asked of the home region; that one alone where the question is not allowed."""
    ec2 = boto3.client("ec2", region_name=home, config=CONFIG)
    enabled = [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]
    try:
        return sorted(region["RegionName"] for region in ec2.describe_regions(Filters=enabled)["Regions"])
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"all regions but {home}", "why": f"{why(error)}: they could not be listed"})
        return [home]


def choose(things, hint, skipped):
    """The things a hint names, those it is part of, or else all."""
    hint = hint.lower()
    named = [t for t in things if hint in (t["name"].lower(), t["arn"].lower(), t["arn"].lower().split("/")[-1])]
    named = named or [t for t in things if hint in t["name"].lower()]
    if not named:
        skipped.append({"what": f"what is called {hint}", "why": "nothing has that name, so all was checked"})
    return named or things


def join_gaps(gaps):
    """One entry where the same thing failed for the same reason in several regions."""
    joined = {}
    for label, region, reason in gaps:
        joined.setdefault((label, reason), []).append(region)
    return [{"what": f"{label} in {', '.join(where)}", "why": reason} for (label, reason), where in joined.items()]


# Why something was left out that can hide no fault: it is not there.
HIDES_NOTHING = ("is not enabled", "was checked", "NotFound", "NotFoundException", "NoSuchEntity", "NoSuchBucket")


def unseen(skipped, findings):
    """What could not be read where the rest shows no fault, so that it decides."""
    if any(finding["severity"] != "info" for finding in findings):
        return []
    return [f"{gap['what']} ({gap['why']})" for gap in skipped if not gap["why"].endswith(HIDES_NOTHING)]


def doubt(gaps):
    """The answer where what could not be read decides."""
    more = "; and more" if len(gaps) > 5 else ""
    return f"Nothing that could be read is unencrypted, but this could not be: {'; '.join(gaps[:5])}{more}."


def main():
    variables = json.load(sys.stdin)
    home = boto3.session.Session().region_name or "us-east-1"
    kinds = set(variables.get("kinds") or ["volume", "snapshot", "database", "file system", "cache"])
    owner = boto3.client("sts", region_name=home, config=CONFIG).get_caller_identity()["Account"]
    skipped, regions = [], variables.get("regions") or ["*"]
    if "*" in regions:
        regions = find_regions(home, skipped)

    running = []
    with ThreadPoolExecutor(24) as pool:
        for region in regions:
            steps = plan(kinds, region, owner)
            running += [(step[0], region, pool.submit(perform, step, region)) for step in steps]
        done = [(label, region, *task.result()) for label, region, task in running]

    gaps = [(label, region, failed) for label, region, _, failed in done if failed]
    if len(gaps) == len(done):
        sys.exit(f"Nothing could be looked at: {'; '.join(sorted({reason for _, _, reason in gaps}))}")
    skipped += join_gaps(gaps)
    defaults = {item["region"]: item["default"] for _, _, items, _ in done for item in items if "default" in item}
    things = [item for _, _, items, _ in done for item in items if "arn" in item]
    if variables.get("name"):
        things = choose(things, variables["name"], skipped)

    plain = [t for t in things if not t["encrypted"] and not t["automated"]]
    off = sorted(region for region, on in defaults.items() if not on)
    findings = [
        {
            "id": f"{t['kind'].replace(':', '-')}-unencrypted",
            "title": f"{NOUNS[t['kind']]} {t['name']} in {t['region']} is not encrypted ({t['note']})",
            "severity": t["severity"],
            "resource": t["arn"],
            "evidence": [t["proof"]],
            "fix": t["fix"]
            + (
                f" && aws ec2 enable-ebs-encryption-by-default --region {t['region']}  # the last for volumes to come"
                if t["kind"] == "ec2:volume" and t["region"] in off
                else ""
            ),
        }
        for t in plain
    ]
    findings.sort(key=lambda finding: (ORDER.index(finding["severity"]), finding["id"], finding["resource"]))

    checked, unencrypted = {}, {}
    for t in things:
        checked[t["kind"]] = checked.get(t["kind"], 0) + 1
    for t in plain:
        unencrypted.setdefault(t["kind"], []).append(t["name"])
    waiting = sum(t["automated"] and not t["encrypted"] for t in things)
    failed = sorted({region for _, region, _ in gaps})
    said = [f"None of {len(things)} volumes, snapshots, databases, file systems and caches checked is unencrypted"]
    if plain:
        parts = (
            f"{len(names)} of {many(checked[kind], NOUNS[kind])} "
            f"({', '.join(names[:5])}{', …' if len(names) > 5 else ''})"
            for kind, names in unencrypted.items()
        )
        said = [f"{len(plain)} of {len(things)} checked are not encrypted: {'; '.join(parts)}"]
    if waiting:
        said.append(f"{many(waiting, 'automated snapshot')} unencrypted as their database, to expire by themselves")
    if off:
        said.append(f"new EBS volumes are not encrypted by default in {len(off)} of {many(len(defaults), 'region')}")
    if failed:
        said.append(f"not everything could be looked at in {many(len(failed), 'region')}")
    looked = sorted(set(regions) - {r for r in regions if all(g for _, at, _, g in done if at == r)})
    deciding = [gap for gap in skipped if not gap["what"].startswith(DEFAULT)]
    missing = unseen(deciding, findings)
    facts = {
        "summary": doubt(missing) if missing else "; ".join(said) + ".",
        "undecided": bool(missing),
        "unseen": missing,
        "checked": checked,
        "checked_count": len(things),
        "unencrypted": unencrypted,
        "unencrypted_count": len(plain),
        "automated_snapshots_unencrypted": waiting,
        "ebs_encryption_by_default": defaults,
        "regions_without_default": off,
    }
    resources = [
        {
            "arn": t["arn"],
            "type": t["kind"],
            "region": t["region"],
            "summary": {"name": t["name"], "encrypted": t["encrypted"], "key": t["key"], "note": t["note"]},
        }
        for t in things
    ]
    coverage = {"regions": looked, "skipped": skipped, "truncated": []}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": []}, sys.stdout
    )


if __name__ == "__main__":
    main()
