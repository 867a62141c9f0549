# Operations: dynamodb:BatchWriteItem, dynamodb:Scan, dynamodb:DeleteItem
import boto3

source = boto3.resource("dynamodb").Table("a")
target = boto3.resource("dynamodb", region_name="eu-west-1").Table("b")
items = source.scan()["Items"]
with target.batch_writer() as batch:
    for item in items:
        batch.put_item(Item=item)
source.delete_item(Key={"pk": "x"})
