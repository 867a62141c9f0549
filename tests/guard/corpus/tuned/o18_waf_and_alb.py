# Operations: elbv2:DescribeLoadBalancers, wafv2:GetWebACLForResource, elbv2:DescribeListeners, elbv2:DescribeLoadBalancerAttributes
import boto3

elb = boto3.client("elbv2")
waf = boto3.client("wafv2")
for lb in elb.get_paginator("describe_load_balancers").paginate().build_full_result()["LoadBalancers"]:
    arn = lb["LoadBalancerArn"]
    acl = waf.get_web_acl_for_resource(ResourceArn=arn).get("WebACL")
    attributes = {a["Key"]: a["Value"] for a in elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]}
    tls = [l for l in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"] if l["Protocol"] == "HTTPS"]
    print(lb["LoadBalancerName"], bool(acl), attributes.get("access_logs.s3.enabled"), len(tls))
