import json

from cloudprobe.sandbox.execution import Status


def test_a_script_reads_variables_calls_and_prints_a_result(sandbox):
    script = """
import boto3, json, sys
variables = json.load(sys.stdin)
print("looking", file=sys.stderr)
me = boto3.client("sts").get_caller_identity()
buckets = [b.name for b in boto3.resource("s3").buckets.all()]
print(json.dumps({"account": me["Account"], "buckets": buckets, "given": variables}))
"""
    done = sandbox.run(script, {"threshold": 90})
    assert done.error is None, done.stderr
    assert done.status is Status.SUCCEEDED
    assert done.result == {"account": "123456789012", "buckets": ["mine"], "given": {"threshold": 90}}
    assert "looking" in done.stderr
    assert done.used == ("s3:ListBuckets", "sts:GetCallerIdentity")
    assert done.usage.calls == 2
    assert json.dumps(done.result)
