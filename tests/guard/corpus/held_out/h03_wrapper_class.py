# Operations: iam:ListUsers, iam:ListMFADevices, iam:ListAccessKeys, iam:GetAccessKeyLastUsed
import boto3
import datetime


class IamAuditor:
    MAX_AGE = 90

    def __init__(self, profile=None):
        self.session = boto3.Session(profile_name=profile)
        self.iam = self.session.client("iam")
        self.findings = []

    def users(self):
        for page in self.iam.get_paginator("list_users").paginate():
            yield from page["Users"]

    def check_mfa(self, user):
        devices = self.iam.list_mfa_devices(UserName=user["UserName"])["MFADevices"]
        if not devices:
            self.findings.append((user["UserName"], "no mfa"))

    def check_keys(self, user):
        keys = self.iam.list_access_keys(UserName=user["UserName"])
        for key in keys["AccessKeyMetadata"]:
            age = (datetime.datetime.now(datetime.timezone.utc) - key["CreateDate"]).days
            if age > self.MAX_AGE:
                used = self.iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
                self.findings.append((user["UserName"], key["AccessKeyId"], used))

    def run(self):
        for user in self.users():
            self.check_mfa(user)
            self.check_keys(user)
        return self.findings


if __name__ == "__main__":
    for finding in IamAuditor().run():
        print(finding)
