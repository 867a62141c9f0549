# Operations: s3:ListBuckets, iam:ListRoles
import argparse
import boto3


def buckets(args):
    return boto3.client("s3").list_buckets()


def roles(args):
    return boto3.client("iam").list_roles()


parser = argparse.ArgumentParser()
commands = parser.add_subparsers()
commands.add_parser("buckets").set_defaults(func=buckets)
commands.add_parser("roles").set_defaults(func=roles)
options = parser.parse_args()
print(options.func(options))
