import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo
from dateutil.relativedelta import relativedelta
from dateutil.parser import parse
import boto3
created = boto3.client("s3").list_buckets()["Buckets"][0]["CreationDate"]
local = created.astimezone(ZoneInfo("America/New_York"))
month = created + relativedelta(months=+1)
print(json.dumps({"local": local.isoformat(), "month": month.isoformat(), "old": datetime.now(timezone.utc) - created > timedelta(days=365),
                  "same": parse("2020-01-01T00:00:00Z") == created, "sum": str(timedelta(hours=25))}))
