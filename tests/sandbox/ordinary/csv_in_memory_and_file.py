import csv, io, json, os, tempfile, boto3
buffer = io.StringIO()
writer = csv.DictWriter(buffer, fieldnames=["name"])
writer.writeheader()
for b in boto3.client("s3").list_buckets()["Buckets"]:
    writer.writerow({"name": b["Name"]})
with tempfile.NamedTemporaryFile("w+", suffix=".csv") as f:
    f.write(buffer.getvalue())
    f.flush()
    size = os.path.getsize(f.name)
print(json.dumps({"size": size, "same": size == len(buffer.getvalue())}))
