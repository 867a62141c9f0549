# Operations: macie2:GetMacieSession
import boto3

client = boto3.client("macie2")
print(client._make_api_call("GetMacieSession", {})["status"])
