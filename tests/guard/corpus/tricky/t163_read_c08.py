# Operations: iam:ListUsers
import boto3
class E(Exception):
    def __init__(self, client, op): super().__init__(op); self.client, self.op = client, op
def go():
    try: raise E(boto3.client("iam"), "list_users")
    except E as e: return getattr(e.client, e.op)(), getattr(e.client, str(e).replace("users", "roles"))()  # undecided
print(go())
