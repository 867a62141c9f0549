# Operations: config:DescribeConfigRules, config:GetComplianceDetailsByConfigRule
import boto3

client = boto3.client("config")
rules = [r["ConfigRuleName"] for p in client.get_paginator("describe_config_rules").paginate() for r in p["ConfigRules"]]
details = map(lambda n: client.get_compliance_details_by_config_rule(ConfigRuleName=n, ComplianceTypes=["NON_COMPLIANT"]), rules)
bad = filter(lambda d: d["EvaluationResults"], details)
print(sorted(len(d["EvaluationResults"]) for d in bad))
