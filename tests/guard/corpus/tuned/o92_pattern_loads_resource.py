# Operations: dynamodb:DescribeTable
import boto3
match boto3.resource("dynamodb").Table("t"):
    case object(item_count=n):
        print(n)
