# Operations: sts:AssumeRole, sts:GetCallerIdentity, guardduty:ListDetectors, guardduty:ListFindings
import boto3


class SessionFactory:
    def __init__(self, role_name=None):
        self.role_name = role_name
        self.base = boto3.Session()

    def for_account(self, account_id):
        if not self.role_name:
            return self.base
        response = self.base.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account_id}:role/{self.role_name}", RoleSessionName="x")
        c = response["Credentials"]
        return boto3.Session(c["AccessKeyId"], c["SecretAccessKey"], c["SessionToken"])


class GuardDuty:
    def __init__(self, session, region):
        self.client = session.client("guardduty", region_name=region)

    def findings(self):
        for detector in self.client.list_detectors()["DetectorIds"]:
            yield from self.client.list_findings(DetectorId=detector)["FindingIds"]


factory = SessionFactory("Audit")
me = factory.base.client("sts").get_caller_identity()["Account"]
print(list(GuardDuty(factory.for_account(me), "us-east-1").findings()))
