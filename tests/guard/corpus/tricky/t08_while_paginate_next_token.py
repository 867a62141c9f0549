# Operations: ssm:DescribeParameters
import boto3

ssm = boto3.client("ssm")
kwargs = {"MaxResults": 50}
while True:
    page = ssm.describe_parameters(**kwargs)
    for p in page["Parameters"]:
        print(p["Name"])
    if "NextToken" not in page:
        break
    kwargs["NextToken"] = page["NextToken"]
