# Operations: cloudtrail:LookupEvents, iam:ListAccessKeys, iam:ListUsers
import time
import boto3
from botocore.exceptions import ClientError

trail = boto3.client("cloudtrail", region_name="us-east-1")
iam = boto3.client("iam")


def with_backoff(operation, attempts=6, **kwargs):
    delay = 1
    for attempt in range(attempts):
        try:
            return operation(**kwargs)
        except ClientError as exc:
            if exc.response["Error"]["Code"] not in {"ThrottlingException", "Throttling"} or attempt == attempts - 1:
                raise
            time.sleep(delay)
            delay *= 2


def events(**attributes):
    token = None
    while True:
        extra = {"NextToken": token} if token else {}
        page = with_backoff(trail.lookup_events, LookupAttributes=[attributes], MaxResults=50, **extra)
        yield from page["Events"]
        token = page.get("NextToken")
        if not token:
            break


for user in with_backoff(iam.list_users)["Users"]:
    for key in with_backoff(iam.list_access_keys, UserName=user["UserName"])["AccessKeyMetadata"]:
        count = sum(1 for _ in events(AttributeKey="AccessKeyId", AttributeValue=key["AccessKeyId"]))
        print(user["UserName"], key["AccessKeyId"], count)
