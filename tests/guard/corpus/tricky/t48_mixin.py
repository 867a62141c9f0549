# Operations: ec2:DescribeFlowLogs, ec2:DescribeVpcs
import boto3


class Ec2Mixin:
    @property
    def ec2(self):
        return boto3.client("ec2", region_name=self.region)


class Reporter:
    def report(self, rows):
        print(rows)


class FlowLogs(Ec2Mixin, Reporter):
    def __init__(self, region):
        self.region = region

    def run(self):
        logged = {f["ResourceId"] for f in self.ec2.describe_flow_logs()["FlowLogs"]}
        self.report([v["VpcId"] for v in self.ec2.describe_vpcs()["Vpcs"] if v["VpcId"] not in logged])


FlowLogs("us-east-1").run()
