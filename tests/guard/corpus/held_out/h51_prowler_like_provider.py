# Operations: sts:GetCallerIdentity, ec2:DescribeRegions, ec2:GetEbsEncryptionByDefault, ec2:DescribeSecurityGroups, rds:DescribeDBInstances
import sys
import threading
from typing import Optional

from boto3 import session
from colorama import Fore, Style
from pydantic import BaseModel


class Finding(BaseModel):
    check: str
    region: str
    resource: str
    status: str


class Provider:
    def __init__(self, profile: Optional[str] = None):
        self.session = session.Session(profile_name=profile)
        self.account = self.session.client("sts").get_caller_identity()["Account"]
        self.regions = [r["RegionName"] for r in self.session.client("ec2", region_name="us-east-1").describe_regions()["Regions"]]

    def regional_clients(self, service):
        clients = {}
        for region in self.regions:
            client = self.session.client(service, region_name=region)
            client.region = region
            clients[region] = client
        return clients


class AwsService:
    def __init__(self, service, provider):
        self.service = service
        self.provider = provider
        self.regional_clients = provider.regional_clients(service)

    def _threading_call(self, call):
        threads = []
        for client in self.regional_clients.values():
            t = threading.Thread(target=call, args=(client,))
            threads.append(t)
            t.start()
        for t in threads:
            t.join()


class Ec2(AwsService):
    def __init__(self, provider):
        super().__init__("ec2", provider)
        self.groups = []
        self.encryption = {}
        self._threading_call(self._describe_security_groups)
        self._threading_call(self._ebs_encryption)

    def _describe_security_groups(self, client):
        for page in client.get_paginator("describe_security_groups").paginate():
            self.groups.extend(page["SecurityGroups"])

    def _ebs_encryption(self, client):
        self.encryption[client.meta.region_name] = client.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]


class Rds(AwsService):
    def __init__(self, provider):
        super().__init__("rds", provider)
        self.instances = []
        self._threading_call(self._describe)

    def _describe(self, client):
        for page in client.get_paginator("describe_db_instances").paginate():
            self.instances += page["DBInstances"]


def main():
    provider = Provider()
    ec2, rds = Ec2(provider), Rds(provider)
    findings = []
    for region, on in ec2.encryption.items():
        findings.append(Finding(check="ebs", region=region, resource=provider.account, status="PASS" if on else "FAIL"))
    for db in rds.instances:
        findings.append(Finding(check="rds_public", region="", resource=db["DBInstanceArn"], status="FAIL" if db["PubliclyAccessible"] else "PASS"))
    for f in findings:
        color = Fore.GREEN if f.status == "PASS" else Fore.RED
        print(f"{color}{f.status}{Style.RESET_ALL} {f.check} {f.resource}", file=sys.stderr)


main()
