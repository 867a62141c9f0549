# Operations: organizations:DescribeOrganization, organizations:ListPolicies, organizations:ListTargetsForPolicy
import boto3
from tenacity import retry, stop_after_attempt, wait_exponential

org = boto3.client("organizations")


@retry(stop=stop_after_attempt(5), wait=wait_exponential())
def policies(kind):
    return org.list_policies(Filter=kind)["Policies"]


@retry(stop=stop_after_attempt(5))
def targets(policy_id):
    return org.list_targets_for_policy(PolicyId=policy_id)["Targets"]


print(org.describe_organization()["Organization"]["Id"])
for p in policies("SERVICE_CONTROL_POLICY"):
    print(p["Name"], targets(p["Id"]))
