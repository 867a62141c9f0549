import json, boto3
pages = boto3.client("iam").get_paginator("list_users").paginate()
names = list(pages.search("Users[?starts_with(UserName, 'user-1')].UserName"))
print(json.dumps(names))
