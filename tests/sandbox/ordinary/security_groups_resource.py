import json, boto3
open_groups = []
for group in boto3.resource("ec2").security_groups.all():
    for rule in group.ip_permissions:
        if any(r.get("CidrIp") == "0.0.0.0/0" for r in rule.get("IpRanges", [])):
            open_groups.append({"id": group.id, "name": group.group_name, "from": rule.get("FromPort")})
print(json.dumps(open_groups))
