# Operations: stepfunctions:ListStateMachines, stepfunctions:ListExecutions, stepfunctions:DescribeStateMachine
import boto3, json, sys


def main():
    args = json.load(sys.stdin)
    client = boto3.client("stepfunctions", region_name=args["region"])

    def executions(arn, status):
        result, token = [], None
        while True:
            kw = {"stateMachineArn": arn, "statusFilter": status}
            if token:
                kw["nextToken"] = token
            r = client.list_executions(**kw)
            result += r["executions"]
            token = r.get("nextToken")
            if token is None:
                return result

    facts = {}
    for m in client.list_state_machines()["stateMachines"]:
        arn = m["stateMachineArn"]
        facts[arn] = {"failed": len(executions(arn, "FAILED")), "type": client.describe_state_machine(stateMachineArn=arn)["type"]}
    print(json.dumps({"facts": facts}))


main()
