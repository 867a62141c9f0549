# Operations: elb:DescribeLoadBalancers, elbv2:DescribeLoadBalancers, elb:DescribeTags, elbv2:DescribeTargetGroups
import boto3

client = boto3.client("elb")
print(client.describe_load_balancers(), client.describe_tags(LoadBalancerNames=["a"]))
for region in ("us-east-1", "eu-west-1"):
    client = boto3.client("elbv2", region_name=region)
    print(client.describe_load_balancers(), client.describe_target_groups())
