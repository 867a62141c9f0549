import itertools, json
import boto3
iam = boto3.client("iam")
full = iam.get_paginator("list_users").paginate().build_full_result()
limited = iam.get_paginator("list_users").paginate(PaginationConfig={"MaxItems": 7, "PageSize": 5}).build_full_result()
first = list(itertools.islice(itertools.chain.from_iterable(p["Users"] for p in iam.get_paginator("list_users").paginate()), 2))
print(json.dumps({"full": len(full["Users"]), "limited": len(limited["Users"]), "more": "NextToken" in limited,
                  "first": [u["UserName"] for u in first], "can": iam.can_paginate("list_users"), "cannot": iam.can_paginate("get_user")}))
