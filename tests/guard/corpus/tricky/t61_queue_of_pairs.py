# Operations: rds:DescribeDBInstances, efs:DescribeFileSystems
import queue
import threading
import boto3

q = queue.Queue()


def work():
    while not q.empty():
        client, operation = q.get()
        print(getattr(client, operation)())


q.put((boto3.client("rds"), "describe_db_instances"))
q.put((boto3.client("efs"), "describe_file_systems"))
for _ in range(2):
    threading.Thread(target=work).start()
