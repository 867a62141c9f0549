# Operations: iam:ListGroups, iam:ListPolicies
import boto3
REGISTRY = []
def register(f):
    REGISTRY.append(f)
    return f
for op in ("list_groups", "list_policies"):
    @register
    def run(op=op):
        return getattr(boto3.client("iam"), op)()
for f in REGISTRY:
    print(f())
