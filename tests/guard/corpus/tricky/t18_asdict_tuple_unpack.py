# Operations: efs:DescribeFileSystems, fsx:DescribeFileSystems
import boto3

efs, fsx = (boto3.client(name) for name in ("efs", "fsx"))
print(efs.describe_file_systems(), fsx.describe_file_systems())
