import inspect, json, platform, sys
import boto3, botocore
client = boto3.client("ec2", region_name="eu-central-1")
shape = client.meta.service_model.operation_model("DescribeVpcs").output_shape
print(json.dumps({"region": client.meta.region_name, "member": "Vpcs" in shape.members, "method": client.meta.method_to_api_mapping["describe_vpcs"],
                  "waiter": "instance_running" in client.waiter_names, "doc": callable(client.describe_vpcs), "py": sys.version_info >= (3, 11),
                  "endpoint": client.meta.endpoint_url.startswith("https://ec2.eu-central-1"), "v": bool(boto3.__version__ and botocore.__version__),
                  "impl": platform.python_implementation(), "fn": inspect.isfunction(json.dumps)}))
