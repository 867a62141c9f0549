# Operations: dms:DescribeReplicationInstances, datasync:ListTasks
from types import SimpleNamespace
import boto3

aws = SimpleNamespace(dms=boto3.client("dms"), sync=boto3.client("datasync"))
print(aws.dms.describe_replication_instances(), aws.sync.list_tasks())
