import datetime, decimal, json, sys
import boto3

class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, (datetime.datetime, datetime.date)):
            return o.isoformat()
        if isinstance(o, decimal.Decimal):
            return float(o)
        if isinstance(o, set):
            return sorted(o)
        if isinstance(o, bytes):
            return o.decode("utf-8", "replace")
        return super().default(o)

item = boto3.resource("dynamodb").Table("orders").get_item(Key={"id": 7})["Item"]
buckets = boto3.client("s3").list_buckets()["Buckets"]
json.dump({"item": item, "buckets": buckets, "set": {"b", "a"}, "day": datetime.date(2020, 1, 1)}, sys.stdout, cls=Encoder)
