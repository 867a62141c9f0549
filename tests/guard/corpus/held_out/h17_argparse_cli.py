# Operations: cloudformation:DescribeStacks, cloudformation:ListStackResources
import argparse
import sys

import boto3


def parse():
    p = argparse.ArgumentParser(description="stack drift overview")
    p.add_argument("--region", default="us-east-1")
    p.add_argument("--profile")
    p.add_argument("--name", action="append")
    return p.parse_args()


def main():
    args = parse()
    session = boto3.Session(profile_name=args.profile, region_name=args.region)
    cfn = session.client("cloudformation")
    stacks = []
    if args.name:
        for n in args.name:
            stacks.extend(cfn.describe_stacks(StackName=n)["Stacks"])
    else:
        for page in cfn.get_paginator("describe_stacks").paginate():
            stacks.extend(page["Stacks"])
    for s in stacks:
        n = 0
        for page in cfn.get_paginator("list_stack_resources").paginate(StackName=s["StackName"]):
            n += len(page["StackResourceSummaries"])
        print(s["StackName"], s["StackStatus"], n)
    return 0


if __name__ == "__main__":
    sys.exit(main())
