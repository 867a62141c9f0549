"""Volumes, snapshots, databases, file systems and caches in plain text."""

from typing import Any

from benchmarks.baselines import Client, Given, everything, regions

EBS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("describe_volumes", "Volumes", {}),
    ("describe_snapshots", "Snapshots", {"OwnerIds": ["self"]}),
)
RDS = (
    ("describe_db_instances", "DBInstances"),
    ("describe_db_clusters", "DBClusters"),
    ("describe_db_snapshots", "DBSnapshots"),
    ("describe_db_cluster_snapshots", "DBClusterSnapshots"),
)


def answer(client: Client, given: Given) -> list[str]:
    kinds = set(given.get("kinds", ("volume", "snapshot", "database", "file system", "cache")))
    found = []
    for region in regions(client, given):
        ec2, rds = client("ec2", region), client("rds", region)
        if kinds & {"volume", "snapshot"}:
            for operation, name, more in EBS:
                if name[:-1].lower() in kinds:
                    found += [one for one in everything(ec2, operation, name, **more) if not one["Encrypted"]]
        if "database" in kinds:
            for operation, name in RDS:
                found += [one for one in everything(rds, operation, name) if not one.get("StorageEncrypted")]
        if "file system" in kinds:
            found += list(everything(client("efs", region), "describe_file_systems", "FileSystems"))
        if "cache" in kinds:
            found += list(everything(client("elasticache", region), "describe_replication_groups", "ReplicationGroups"))
    return [str(one) for one in found]
