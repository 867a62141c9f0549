import json, math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
import boto3
hours = Decimal(len([i for r in boto3.client("ec2").describe_instances()["Reservations"] for i in r["Instances"]])) * Decimal("730")
cost = (hours * Decimal("0.0104")).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
print(json.dumps({"cost": str(cost), "ceil": math.ceil(float(cost)), "third": str(Fraction(1, 3)), "log": round(math.log2(8), 1)}))
