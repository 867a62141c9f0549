"""Functions and classes that are made more than once, and names that Python changes."""

from cloudprobe.guard.derivation import derive


def test_a_function_made_in_a_loop_keeps_every_set_of_defaults() -> None:
    derivation = derive("""
import boto3
tasks = []
for service, operation in (("rds", "describe_db_clusters"), ("eks", "list_clusters"), ("ecs", "list_clusters")):
    client = boto3.client(service)
    tasks.append(lambda client=client, operation=operation: getattr(client, operation)())
print([task() for task in tasks])
""")
    assert derivation.names == {"rds:DescribeDBClusters", "eks:ListClusters", "ecs:ListClusters"}
    assert not derivation.undecided


def test_its_defaults_stay_together() -> None:
    derivation = derive("""
import boto3
tasks = []
for service, operation in (("iam", "list_users"), ("ecs", "list_clusters")):
    def task(client=boto3.client(service), *, operation=operation):
        return getattr(client, operation)()
    tasks.append(task)
for task in tasks:
    print(task())
""")
    assert derivation.names == {"iam:ListUsers", "ecs:ListClusters"}
    assert not derivation.undecided


def test_more_definitions_than_are_told_apart_are_merged() -> None:
    names = [f"list_{number}" for number in range(60)] + ["list_users"]
    derivation = derive(f"""
import boto3
tasks = []
for name in {names!r}:
    tasks.append(lambda name=name: getattr(boto3.client("iam"), name)())
for task in tasks:
    task()
""")
    assert derivation.names == {"iam:ListUsers"}


def test_a_class_made_in_a_loop_keeps_every_value_of_its_attributes() -> None:
    derivation = derive("""
import boto3
checks = []
for name in ("list_users", "list_roles", "list_groups"):
    class Check:
        operation = name
        def run(self):
            return getattr(boto3.client("iam"), self.operation)()
    checks.append(Check())
print([check.run() for check in checks])
""")
    assert derivation.names == {"iam:ListUsers", "iam:ListRoles", "iam:ListGroups"}


def test_private_names_mean_what_python_makes_of_them() -> None:
    derivation = derive("""
import boto3
class Base:
    __operation = "list_users"
    def run(self):
        return getattr(boto3.client("iam"), self.__operation)()
class Scan(Base):
    __operation = "list_roles"
    def other(self):
        return getattr(boto3.client("iam"), self._Base__operation)()
class _Late(Base):
    def __init__(self):
        self.__client = boto3.client("sqs")
    def queues(self):
        return self._Late__client.list_queues()
print(Scan().run(), Scan().other(), _Late().queues())
""")
    assert derivation.names == {"iam:ListUsers", "sqs:ListQueues"}
    assert not derivation.undecided
