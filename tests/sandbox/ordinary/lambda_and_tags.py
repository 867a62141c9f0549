import json, boto3
client = boto3.client("lambda")
out = []
for page in client.get_paginator("list_functions").paginate():
    for f in page["Functions"]:
        out.append({"name": f["FunctionName"], "runtime": f.get("Runtime"), "env": sorted(f.get("Environment", {}).get("Variables", {})),
                    "tags": client.list_tags(Resource=f["FunctionArn"])["Tags"]})
print(json.dumps(out))
