"""A bucket's notifications, and whether the function lets them in."""

from contextlib import suppress

from botocore.exceptions import ClientError

from benchmarks.baselines import Client, Given


def answer(client: Client, given: Given) -> list[str]:
    del given
    s3, functions = client("s3", "us-east-1"), client("lambda", "us-east-1")
    found = []
    for bucket in s3.list_buckets()["Buckets"]:
        told = s3.get_bucket_notification_configuration(Bucket=bucket["Name"])
        for entry in told.get("LambdaFunctionConfigurations", ()):
            functions.get_function_configuration(FunctionName=entry["LambdaFunctionArn"])
            policy = ""
            with suppress(ClientError):
                policy = functions.get_policy(FunctionName=entry["LambdaFunctionArn"])["Policy"]
            found += [] if bucket["Name"] in policy else [bucket["Name"]]
    return found
