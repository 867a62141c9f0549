# Operations: support:DescribeTrustedAdvisorChecks, support:DescribeTrustedAdvisorCheckResult
import boto3

support = boto3.client("support", region_name="us-east-1")
for check in support.describe_trusted_advisor_checks(language="en")["checks"]:
    result = support.describe_trusted_advisor_check_result(checkId=check["id"])["result"]
    print(check["category"], check["name"], result["status"])
