# Operations: ec2:DescribeSnapshots, ec2:DeleteSnapshot, ec2:DescribeImages, sts:GetCallerIdentity
import datetime
import boto3

ec2 = boto3.client("ec2")
account = boto3.client("sts").get_caller_identity().get("Account")
cutoff = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=30)


def images_of(snapshot_id):
    return ec2.describe_images(Filters=[{"Name": "block-device-mapping.snapshot-id", "Values": [snapshot_id]}])["Images"]


def lambda_handler(event, context):
    deleted = []
    for snapshot in ec2.describe_snapshots(OwnerIds=[account])["Snapshots"]:
        if snapshot["StartTime"] < cutoff and not images_of(snapshot["SnapshotId"]):
            ec2.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
            deleted.append(snapshot["SnapshotId"])
    return {"deleted": deleted}
