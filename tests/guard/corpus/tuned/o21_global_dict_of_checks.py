# Operations: iam:GetAccountSummary, iam:GetAccountPasswordPolicy, cloudtrail:DescribeTrails, config:DescribeConfigurationRecorders
import boto3
import json

_clients = {}


def _client(service):
    global _clients
    if service not in _clients:
        _clients[service] = boto3.client(service)
    return _clients[service]


def root_mfa():
    return _client("iam").get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1


def password_policy():
    iam = _client("iam")
    try:
        return iam.get_account_password_policy()["PasswordPolicy"].get("MinimumPasswordLength", 0) >= 14
    except iam.exceptions.NoSuchEntityException:
        return False


def multi_region_trail():
    return any(t["IsMultiRegionTrail"] for t in _client("cloudtrail").describe_trails()["trailList"])


def config_recorder():
    return bool(_client("config").describe_configuration_recorders()["ConfigurationRecorders"])


CHECKS = {"1.5": root_mfa, "1.8": password_policy, "3.1": multi_region_trail, "3.5": config_recorder}
print(json.dumps({number: check() for number, check in CHECKS.items()}))
