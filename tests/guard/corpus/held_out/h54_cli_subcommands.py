# Operations: ec2:DescribeInstances, ec2:DescribeImages, lambda:ListFunctions, lambda:GetFunctionConfiguration
import argparse
import json
import boto3


class Command:
    name = ""
    help = ""

    def add_arguments(self, parser):
        parser.add_argument("--region", default="us-east-1")

    def run(self, args):
        raise NotImplementedError


class Instances(Command):
    name = "instances"

    def run(self, args):
        ec2 = boto3.client("ec2", region_name=args.region)
        instances = [i for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
        images = ec2.describe_images(ImageIds=list({i["ImageId"] for i in instances}))["Images"]
        return {i["ImageId"]: i.get("Name") for i in images}


class Functions(Command):
    name = "functions"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--env", action="store_true")

    def run(self, args):
        client = boto3.client("lambda", region_name=args.region)
        names = [f["FunctionName"] for p in client.get_paginator("list_functions").paginate() for f in p["Functions"]]
        if args.env:
            return {n: sorted(client.get_function_configuration(FunctionName=n).get("Environment", {}).get("Variables", {})) for n in names}
        return names


def main():
    parser = argparse.ArgumentParser()
    sub = parser.add_subparsers(dest="command", required=True)
    commands = {c.name: c() for c in Command.__subclasses__()}
    for name, command in commands.items():
        command.add_arguments(sub.add_parser(name, help=command.help))
    args = parser.parse_args()
    print(json.dumps(commands[args.command].run(args), indent=2))


if __name__ == "__main__":
    main()
