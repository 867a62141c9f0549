import csv, json, os, pathlib, shutil, tempfile
import boto3
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "out" / "users.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", newline="") as f:
        writer = csv.DictWriter(f, fieldnames=["user"])
        writer.writeheader()
        for user in boto3.resource("iam").users.all():
            writer.writerow({"user": user.name})
    rows = list(csv.DictReader(path.read_text().splitlines()))
    shutil.copy(path, path.with_suffix(".bak"))
    names = sorted(os.listdir(path.parent))
with open("scratch.txt", "w") as f:
    f.write("x")
print(json.dumps({"rows": len(rows), "names": names, "scratch": os.path.getsize("scratch.txt"), "gone": not os.path.exists(folder)}))
