# Operations: route53:ListHostedZones, cloudfront:ListDistributions, wafv2:ListWebACLs
import boto3

c = {s: boto3.client(s) for s in ("route53", "cloudfront", "wafv2")}
READ = {
    "zones": lambda: c["route53"].list_hosted_zones(),
    "distributions": lambda: c["cloudfront"].list_distributions(),
    "acls": lambda scope="REGIONAL": c["wafv2"].list_web_acls(Scope=scope),
}
print({name: read() for name, read in READ.items()})
