# Operations: ec2:DescribeRegions, ec2:DescribeInstances, ec2:DescribeVolumes
import boto3


def get_regions():
    ec2 = boto3.client("ec2", region_name="us-east-1")
    return [r["RegionName"] for r in ec2.describe_regions()["Regions"]]


def main():
    total = 0
    for region in get_regions():
        ec2 = boto3.client("ec2", region_name=region)
        paginator = ec2.get_paginator("describe_instances")
        for page in paginator.paginate(Filters=[{"Name": "instance-state-name", "Values": ["running"]}]):
            for reservation in page["Reservations"]:
                total += len(reservation["Instances"])
        vols = ec2.describe_volumes(Filters=[{"Name": "status", "Values": ["available"]}])
        print(region, len(vols["Volumes"]))
    print(total)


if __name__ == "__main__":
    main()
