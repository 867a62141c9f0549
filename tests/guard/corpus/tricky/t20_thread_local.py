# Operations: sqs:ListQueues, sqs:GetQueueAttributes
import threading
from concurrent.futures import ThreadPoolExecutor
import boto3

local = threading.local()


def sqs():
    if not hasattr(local, "client"):
        local.client = boto3.client("sqs")
    return local.client


def attributes(url):
    return sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])


urls = sqs().list_queues().get("QueueUrls", [])
with ThreadPoolExecutor(8) as pool:
    print(list(pool.map(attributes, urls)))
