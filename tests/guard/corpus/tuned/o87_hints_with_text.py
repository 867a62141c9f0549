# Operations:
import typing
import boto3
class Row:
    field: "boto3.client('iam').list_users()"
try:
    typing.get_type_hints(Row)  # undecided
except Exception:
    pass
