# Operations: stepfunctions:ListStateMachines
# Operations are also chosen by the caller's event, which nobody can see here.
import boto3


def handler(event, context):
    sfn = boto3.client("stepfunctions")
    machines = sfn.list_state_machines()["stateMachines"]
    other = boto3.client(event["service"])  # undecided
    return machines, other.meta.region_name
