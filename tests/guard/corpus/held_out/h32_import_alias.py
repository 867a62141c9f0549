# Operations: wafv2:ListWebACLs, cloudfront:ListDistributions
import boto3 as aws
from boto3 import client as make

cf = make("cloudfront")
waf = aws.client("wafv2", region_name="us-east-1")
print(cf.list_distributions().get("DistributionList", {}).get("Quantity"))
print(waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"])
