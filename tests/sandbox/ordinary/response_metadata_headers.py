import json
import boto3
response = boto3.client("sts").get_caller_identity()
metadata = response.pop("ResponseMetadata")
print(json.dumps({"status": metadata["HTTPStatusCode"], "retries": metadata.get("RetryAttempts", 0), "keys": sorted(response),
                  "id": bool(metadata["RequestId"]), "headers": isinstance(metadata.get("HTTPHeaders", {}), dict)}))
