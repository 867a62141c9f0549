import json
import boto3
calls = []
session = boto3.Session()
client = session.client("sts")
client.meta.events.register("provide-client-params.sts.*", lambda **kw: calls.append("params"))
client.meta.events.register("before-call.sts.GetCallerIdentity", lambda **kw: calls.append("before"))
print(json.dumps({"account": client.get_caller_identity()["Account"], "type": type(calls).__name__}))
