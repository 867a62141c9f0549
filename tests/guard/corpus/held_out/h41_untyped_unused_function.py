# Operations: efs:DescribeFileSystems
import boto3


def mounts(client, fs_id):
    return client.describe_mount_targets(FileSystemId=fs_id)["MountTargets"]  # undecided


efs = boto3.client("efs")
print(efs.describe_file_systems()["FileSystems"])
