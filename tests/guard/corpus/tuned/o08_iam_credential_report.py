# Operations: iam:GenerateCredentialReport, iam:GetCredentialReport
import csv
import io
import time
import boto3

iam = boto3.client("iam")
while iam.generate_credential_report()["State"] != "COMPLETE":
    time.sleep(2)
content = iam.get_credential_report()["Content"].decode()
for row in csv.DictReader(io.StringIO(content)):
    if row["mfa_active"] == "false":
        print(row["user"])
