# Operations: resourcegroupstaggingapi:GetResources, resourcegroupstaggingapi:GetTagKeys
import argparse
import logging
import boto3

log = logging.getLogger(__name__)


class TagAuditor(object):
    REQUIRED = ("owner", "cost-center")

    def __init__(self, region, profile):
        session = boto3.session.Session(profile_name=profile, region_name=region)
        self.api = session.client("resourcegroupstaggingapi")

    def _resources(self):
        token = ""
        while True:
            response = self.api.get_resources(PaginationToken=token, ResourcesPerPage=100)
            for mapping in response["ResourceTagMappingList"]:
                yield mapping
            token = response.get("PaginationToken")
            if not token:
                return

    def audit(self):
        keys = set(self.api.get_tag_keys()["TagKeys"])
        log.info("%d keys", len(keys))
        return [m["ResourceARN"] for m in self._resources() if not set(self.REQUIRED) <= {t["Key"] for t in m["Tags"]}]


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--profile", default=None)
    options = parser.parse_args(argv)
    for arn in TagAuditor(options.region, options.profile).audit():
        print(arn)


if __name__ == "__main__":
    main()
