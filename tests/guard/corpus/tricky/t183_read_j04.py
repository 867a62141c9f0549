# Operations:
import pydoc; pydoc.locate("boto3.client")("iam").delete_user(UserName="x")  # undecided
