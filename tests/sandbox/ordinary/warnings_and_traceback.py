import json, sys, traceback, warnings
import boto3
warnings.filterwarnings("ignore", category=DeprecationWarning)
errors = []
for operation in ("list_users", "list_nonsense"):
    try:
        getattr(boto3.client("iam"), operation)
    except AttributeError:
        errors.append(traceback.format_exc(limit=1).splitlines()[-1].split(":")[0])
        traceback.print_exc(file=sys.stderr)
print(json.dumps(errors))
