# Operations: ec2:DescribeInstances, ec2:DescribeVolumes, ec2:DescribeVpcs
import boto3

ec2 = boto3.resource("ec2", region_name="us-west-2")
for instance in ec2.instances.filter(Filters=[{"Name": "tag:env", "Values": ["prod"]}]):
    print(instance.id, instance.instance_type, instance.vpc_id)
    for volume in instance.volumes.all():
        print(volume.size, volume.encrypted)
    if instance.vpc:
        print(instance.vpc.cidr_block)
