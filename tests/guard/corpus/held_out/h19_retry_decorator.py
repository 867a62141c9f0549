# Operations: autoscaling:DescribeAutoScalingGroups, autoscaling:DescribeScalingActivities
import random
import time
from functools import wraps

import boto3
from botocore.exceptions import ClientError


def retry(times=5):
    def decorator(fn):
        @wraps(fn)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return fn(*args, **kwargs)
                except ClientError as error:
                    if error.response["Error"]["Code"] != "Throttling":
                        raise
                    time.sleep(random.random() * 2**attempt)
            raise RuntimeError("gave up")

        return wrapper

    return decorator


@retry(times=3)
def groups(client):
    return client.describe_auto_scaling_groups()["AutoScalingGroups"]


@retry()
def activities(client, name):
    return client.describe_scaling_activities(AutoScalingGroupName=name)["Activities"]


asg = boto3.client("autoscaling")
for g in groups(asg):
    print(g["AutoScalingGroupName"], activities(asg, name=g["AutoScalingGroupName"])[:1])
