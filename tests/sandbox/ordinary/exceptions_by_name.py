import json
import boto3
import botocore.exceptions as be
iam = boto3.client("iam")
got = []
for call in (lambda: iam.get_user(UserName="x"), lambda: boto3.client("kms").list_keys(), lambda: boto3.client("ec2").describe_instances(Nope=1),
             lambda: boto3.client("nonsense")):
    try:
        call()
    except iam.exceptions.NoSuchEntityException as e:
        got.append(["entity", e.response["Error"]["Code"], e.operation_name])
    except be.ClientError as e:
        got.append(["client", e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"]])
    except be.ParamValidationError as e:
        got.append(["param", "Nope" in str(e), 0])
    except be.UnknownServiceError as e:
        got.append(["unknown", "nonsense" in str(e), 0])
print(json.dumps(got))
