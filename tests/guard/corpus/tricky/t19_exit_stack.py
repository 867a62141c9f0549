# Operations: athena:ListWorkGroups
import contextlib
import boto3

with contextlib.ExitStack() as stack:
    athena = stack.enter_context(contextlib.closing(boto3.client("athena")))
    print(athena.list_work_groups())
