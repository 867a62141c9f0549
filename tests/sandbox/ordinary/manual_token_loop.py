import json, boto3
iam = boto3.client("iam")
kwargs, names = {}, []
while True:
    page = iam.list_users(**kwargs)
    names += [u["UserName"] for u in page["Users"]]
    if not page.get("IsTruncated"):
        break
    kwargs["Marker"] = page["Marker"]
print(json.dumps(len(names)))
