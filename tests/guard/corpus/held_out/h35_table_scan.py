# Operations: dynamodb:ListTables, dynamodb:DescribeTable, dynamodb:Scan
import boto3

dynamodb = boto3.resource("dynamodb")
for table in dynamodb.tables.all():
    print(table.name, table.item_count)
    response = table.scan(Limit=10)
    for item in response["Items"]:
        print(item)
