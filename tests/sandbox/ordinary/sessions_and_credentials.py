import json
import boto3
import botocore.session
session = boto3.Session(region_name="eu-west-1")
credentials = session.get_credentials()
frozen = credentials.get_frozen_credentials() if credentials else None
core = botocore.session.get_session()
sts = core.create_client("sts", region_name="us-east-1")
print(json.dumps({"has": frozen is not None, "profile": session.profile_name, "profiles": session.available_profiles,
                  "region": session.region_name, "account": sts.get_caller_identity()["Account"],
                  "partition": session.get_partition_for_region("eu-west-1")}))
