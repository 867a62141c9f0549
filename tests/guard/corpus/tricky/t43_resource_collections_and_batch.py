# Operations: ec2:DescribeVpcs, ec2:DescribeSubnets, ec2:DescribeSecurityGroups, ec2:DescribeInternetGateways, ec2:DescribeRouteTables
import boto3

ec2 = boto3.resource("ec2")
for vpc in ec2.vpcs.all():
    print(vpc.id, vpc.cidr_block, vpc.is_default)
    print([s.id for s in vpc.subnets.all()])
    print(list(vpc.security_groups.all()))
    print(vpc.internet_gateways.limit(1))
    for gateway in vpc.internet_gateways.all():
        print(gateway.attachments)
    for table in vpc.route_tables.filter(Filters=[]):
        print([r.destination_cidr_block for r in table.routes])
