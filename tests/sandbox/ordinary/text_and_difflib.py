import difflib, fnmatch, heapq, json, operator, textwrap, unicodedata
from itertools import groupby
import boto3
names = sorted(u["UserName"] for u in boto3.client("iam").list_users()["Users"])
print(json.dumps({"match": fnmatch.filter(names, "user-1*"), "top": heapq.nlargest(2, names), "near": difflib.get_close_matches("usr-2", names, n=1),
                  "wrap": len(textwrap.wrap("word " * 40, 80)), "norm": unicodedata.normalize("NFKD", "é")[0],
                  "groups": {k: len(list(g)) for k, g in groupby(names, key=operator.itemgetter(0))}}))
