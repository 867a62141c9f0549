# Operations: logs:DescribeLogGroups
import boto3


def call_all(func, result_key, token_key="nextToken", **params):
    out = []
    token = None
    while True:
        if token:
            params[token_key] = token
        resp = func(**params)
        out.extend(resp[result_key])
        token = resp.get(token_key)
        if not token:
            return out


logs = boto3.client("logs")
groups = call_all(logs.describe_log_groups, "logGroups")
print(sum(g.get("storedBytes", 0) for g in groups))
