import ipaddress, json
import boto3

def is_public(cidr):
    net = ipaddress.ip_network(cidr, strict=False)
    return net.prefixlen == 0 or net.is_global

if __name__ == "__main__":
    ec2 = boto3.client("ec2", region_name="us-east-1")
    out = []
    for sg in ec2.describe_security_groups()["SecurityGroups"]:
        for perm in sg.get("IpPermissions", []):
            for rng in perm.get("IpRanges", []):
                if is_public(rng["CidrIp"]):
                    out.append((sg["GroupId"], perm.get("FromPort"), str(ipaddress.ip_network(rng["CidrIp"]))))
    print(json.dumps(sorted(out)))
