import json, boto3
from decimal import Decimal
table = boto3.resource("dynamodb").Table("orders")
item = table.get_item(Key={"id": 7})["Item"]
print(json.dumps({"price": str(item["price"]), "is_decimal": isinstance(item["price"], Decimal), "status": table.table_status}))
