import json
import boto3

def main():
    s3 = boto3.client("s3")
    buckets = s3.list_buckets().get("Buckets", [])
    print(json.dumps({"count": len(buckets), "names": [b["Name"] for b in buckets]}, indent=2))

if __name__ == "__main__":
    main()
