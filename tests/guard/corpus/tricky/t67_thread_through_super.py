# Operations: logs:DescribeLogGroups
import threading
import boto3


class Job(threading.Thread):
    def __init__(self, client):
        super().__init__(target=self.work, args=(client,))

    def work(self, client):
        print(client.describe_log_groups())


Job(boto3.client("logs")).start()
