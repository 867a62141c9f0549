# Operations: dynamodb:DescribeTable
import boto3
from boto3.dynamodb.conditions import Key
t = boto3.resource("dynamodb").Table("x")
print("{t.item_count}".format(t=t))
