# Operations: iam:ListRoles, iam:ListPolicies, lambda:ListFunctions, lambda:ListTags
import boto3


def paginate(client, method, key, **kwargs):
    paginator = client.get_paginator(method)
    for page in paginator.paginate(**kwargs):
        for item in page[key]:
            yield item


iam = boto3.client("iam")
lam = boto3.client("lambda")

roles = list(paginate(iam, "list_roles", "Roles"))
policies = list(paginate(iam, "list_policies", "Policies", Scope="Local"))
for fn in paginate(lam, "list_functions", "Functions"):
    tags = lam.list_tags(Resource=fn["FunctionArn"])
    print(fn["FunctionName"], tags.get("Tags"))
print(len(roles), len(policies))
