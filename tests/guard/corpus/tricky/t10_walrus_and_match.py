# Operations: lambda:ListFunctions, lambda:ListEventSourceMappings, ecs:ListServices
import boto3
import json
import sys

kind = json.load(sys.stdin).get("kind")
if client := boto3.client("lambda"):
    print(client.list_functions())
match kind:
    case "mapping":
        result = client.list_event_source_mappings()
    case "service":
        result = boto3.client("ecs").list_services()
    case other:
        result = other
print(result)
