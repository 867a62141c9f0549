# Operations: ec2:DescribeRegions, ec2:DescribeInstances, ec2:DescribeNetworkAcls, ec2:DescribeVpcs, ec2:DescribeAddresses
import boto3

client = boto3.client("ec2")
for region in [r["RegionName"] for r in client.describe_regions()["Regions"]]:
    resource = boto3.resource("ec2", region_name=region)
    stopped = [i for i in resource.instances.all() if i.state["Name"] == "stopped"]
    for acl in resource.network_acls.all():
        if not acl.is_default:
            print(acl.id, len(acl.entries), acl.vpc.id)
    for vpc in resource.vpcs.all():
        names = [t["Value"] for t in vpc.tags or [] if t["Key"] == "Name"]
        print(vpc.id, names, len(stopped))
    for address in resource.vpc_addresses.all():
        if address.association_id is None:
            print(address.public_ip)
