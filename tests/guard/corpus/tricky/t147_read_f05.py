# Operations: ecr:DescribeRegistry, ecr:DescribeRepositories
import boto3
class Api:
    def __init__(self): self._client = boto3.client("ecr")
for _op in ("describe_repositories", "describe_registry"):
    def _m(self, *a, _op=_op, **k): return getattr(self._client, _op)(*a, **k)
    setattr(Api, _op, _m)
api = Api()
print(api.describe_repositories(), api.describe_registry())
