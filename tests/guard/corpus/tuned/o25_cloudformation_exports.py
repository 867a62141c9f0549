# Operations: cloudformation:ListExports, cloudformation:ListImports, cloudformation:DescribeStackResources
import boto3
import sys


def main():
    cf = boto3.client("cloudformation")
    for page in cf.get_paginator("list_exports").paginate():
        for export in page["Exports"]:
            try:
                users = cf.list_imports(ExportName=export["Name"])["Imports"]
            except cf.exceptions.ClientError as error:
                if "is not imported" not in str(error):
                    raise
                users = []
            print(export["Name"], users)
    print(cf.describe_stack_resources(StackName=sys.argv[1])["StackResources"])


main()
