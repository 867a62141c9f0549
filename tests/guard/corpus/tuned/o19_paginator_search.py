# Operations: ec2:DescribeInstances, s3:ListObjectsV2
import boto3

ec2 = boto3.client("ec2")
pages = ec2.get_paginator("describe_instances").paginate()
for instance in pages.search("Reservations[].Instances[?State.Name=='stopped'][]"):
    print(instance["InstanceId"])
s3 = boto3.client("s3")
iterator = s3.get_paginator("list_objects_v2").paginate(Bucket="backups", Prefix="db/")
print(sum(1 for _ in iterator.search("Contents[?Size > `1000`][]")))
