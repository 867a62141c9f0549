# Operations: elbv2:DescribeLoadBalancers, elbv2:DescribeTargetGroups, elbv2:DescribeTargetHealth, acm:ListCertificates
from dataclasses import dataclass, field

import boto3


@dataclass
class Context:
    region: str
    elb: object = None
    acm: object = None
    problems: list = field(default_factory=list)

    def __post_init__(self):
        self.elb = boto3.client("elbv2", region_name=self.region)
        self.acm = boto3.client("acm", region_name=self.region)


def unhealthy(ctx):
    for tg in ctx.elb.describe_target_groups()["TargetGroups"]:
        health = ctx.elb.describe_target_health(TargetGroupArn=tg["TargetGroupArn"])
        for t in health["TargetHealthDescriptions"]:
            if t["TargetHealth"]["State"] != "healthy":
                ctx.problems.append(t["Target"]["Id"])


ctx = Context("eu-central-1")
print(len(ctx.elb.describe_load_balancers()["LoadBalancers"]))
unhealthy(ctx)
print(ctx.problems, ctx.acm.list_certificates()["CertificateSummaryList"])
