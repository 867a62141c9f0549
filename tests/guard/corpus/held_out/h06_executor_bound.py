# Operations: sqs:ListQueues, sns:ListTopics, dynamodb:ListTables
import boto3
from concurrent.futures import ThreadPoolExecutor, as_completed

jobs = {
    "queues": boto3.client("sqs").list_queues,
    "topics": boto3.client("sns").list_topics,
    "tables": boto3.client("dynamodb").list_tables,
}
with ThreadPoolExecutor(max_workers=3) as pool:
    futures = {pool.submit(fn): name for name, fn in jobs.items()}
    for future in as_completed(futures):
        print(futures[future], future.result())
