import json, boto3
ec2 = boto3.client("ec2", region_name="eu-west-1")
ids = []
for page in ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5}):
    for reservation in page["Reservations"]:
        ids += [i["InstanceId"] for i in reservation["Instances"]]
print(json.dumps({"count": len(ids), "unique": len(set(ids))}))
