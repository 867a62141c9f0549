# Operations: iam:ListRoles, iam:ListUsers
import boto3
class Base:
    def __init__(self): self.__client = boto3.client("iam"); self.__ops = ("list_users",)
    def __repr__(self): return str([getattr(self.__client, o)() for o in self.__ops])
class D(Base):
    def __init__(self): super().__init__(); self._Base__ops += ("list_roles",)
print(f"{D()!r}")
