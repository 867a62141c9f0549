# Operations: dynamodb:Query, dynamodb:GetItem, dynamodb:DescribeTable
import boto3
from boto3.dynamodb.conditions import Attr, Key

table = boto3.resource("dynamodb").Table("orders")
print(table.creation_date_time)
print(table.query(KeyConditionExpression=Key("pk").eq("user#1"), FilterExpression=Attr("status").ne("done"))["Items"])
print(table.get_item(Key={"pk": "user#1", "sk": "profile"}).get("Item"))
