"""EBS volumes, snapshots of them, and the machines that use them, in each region's default network."""

from typing import Any

from cloudprobe.emulator.worlds.building.past import days_ago
from cloudprobe.emulator.worlds.building.site import Site

_IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


def volume(
    site: Site,
    logical: str,
    *,
    size: int = 8,
    kind: str = "gp3",
    iops: int = 0,
    encrypted: bool = False,
    age: int = 0,
    region: str = "us-east-1",
) -> str:
    """Make a volume attached to nothing; its id. ``size`` is in GiB, ``age`` in days; ``iops`` 0 leaves the default."""
    ec2 = site.client("ec2", region)
    with days_ago(ec2, age):
        made = ec2.create_volume(
            AvailabilityZone=f"{region}a",
            Size=size,
            VolumeType=kind,
            Encrypted=encrypted,
            TagSpecifications=_named(site, logical, "volume"),
            **({"Iops": iops} if iops else {}),
        )
    volume_id: str = made["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume_id])
    site.arns[logical] = f"arn:aws:ec2:{region}:{site.account}:volume/{volume_id}"
    return volume_id


def snapshot(site: Site, logical: str, volume_id: str, *, age: int = 0, region: str = "us-east-1") -> str:
    """Make a snapshot of a volume, as encrypted as that is; its id."""
    ec2 = site.client("ec2", region)
    with days_ago(ec2, age):
        made = ec2.create_snapshot(
            VolumeId=volume_id,
            Description=site.name(logical),
            TagSpecifications=_named(site, logical, "snapshot"),
        )
    snapshot_id: str = made["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot_id])
    site.arns[logical] = f"arn:aws:ec2:{region}::snapshot/{snapshot_id}"
    return snapshot_id


def forget_volume(site: Site, logical: str, *, region: str = "us-east-1") -> None:
    """Delete a volume; its snapshots stay."""
    site.client("ec2", region).delete_volume(VolumeId=site.arns.pop(logical).rpartition("/")[2])


def server(
    site: Site,
    logical: str,
    *volumes: str,
    root_size: int = 8,
    encrypted: bool = True,
    running: bool = True,
    region: str = "us-east-1",
) -> str:
    """Run an instance with a root volume and further volumes attached to it, and stop it if it is not ``running``.

    The ARN of the root volume is kept as ``<logical>-root``. Gives back the instance's id.
    """
    ec2 = site.client("ec2", region)
    disk = {"VolumeSize": root_size, "VolumeType": "gp3", "Encrypted": encrypted}
    made = ec2.run_instances(
        ImageId=_IMAGE,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        Placement={"AvailabilityZone": f"{region}a"},
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": disk}],
        TagSpecifications=_named(site, logical, "instance"),
    )["Instances"][0]
    instance_id: str = made["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    root = _root(site, ec2, logical, instance_id, size=root_size, encrypted=encrypted)
    for number, volume_id in enumerate(volumes):
        ec2.attach_volume(VolumeId=volume_id, InstanceId=instance_id, Device=f"/dev/sd{chr(ord('f') + number)}")
    site.arns[logical] = f"arn:aws:ec2:{region}:{site.account}:instance/{instance_id}"
    site.arns[f"{logical}-root"] = f"arn:aws:ec2:{region}:{site.account}:volume/{root}"
    if not running:
        ec2.stop_instances(InstanceIds=[instance_id])
        ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance_id])
    return instance_id


def encrypt_by_default(site: Site, *, on: bool = True, region: str = "us-east-1") -> None:
    """Whether volumes made in a region from now on are encrypted, whatever they are made with."""
    ec2 = site.client("ec2", region)
    if on:
        ec2.enable_ebs_encryption_by_default()
    else:
        ec2.disable_ebs_encryption_by_default()


def _root(site: Site, ec2: Any, logical: str, instance_id: str, *, size: int, encrypted: bool) -> str:
    """The root volume's id. The embedded account makes all alike, so there it is exchanged for what is wanted."""
    found = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance_id]}])["Volumes"][0]
    volume_id: str = found["VolumeId"]
    if (found["Size"], found["Encrypted"]) == (size, encrypted):
        return volume_id
    device = found["Attachments"][0]["Device"]
    ec2.detach_volume(VolumeId=volume_id)
    ec2.delete_volume(VolumeId=volume_id)
    made = volume(site, f"{logical}-root", size=size, encrypted=encrypted, region=ec2.meta.region_name)
    ec2.attach_volume(VolumeId=made, InstanceId=instance_id, Device=device)
    return made


def _named(site: Site, logical: str, kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": site.name(logical)}]}]
