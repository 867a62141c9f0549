"""What a script can change behind its own back: each way is followed or named, none is missed in silence."""

import pytest

from cloudprobe.guard.derivation import derive

HEAD = """import boto3
op = "list_buckets"
def run(name="list_buckets", *, other="list_buckets"):
    return getattr(boto3.client("s3"), name)()
class Task:
    op = "list_buckets"
task = Task()
run()
"""
LINE = HEAD.count("\n") + 1

NAMED = (
    'run.__globals__["op"] = "delete_bucket"',
    'run.__defaults__ = ("delete_bucket",)',
    'run.__kwdefaults__.update(other="delete_bucket")',
    'run.__closure__[0].cell_contents = "delete_bucket"',
    "run.__code__ = Task.__init__.__code__",
    'setattr(run, "__defaults__", ("delete_bucket",))',
    'getattr(run, input())["op"] = "delete_bucket"',
    "task.__class__ = dict",
    "Task.__bases__ = (dict,)",
    'globals()[input()] = "delete_bucket"',
    'import sys; sys._getframe().f_globals["op"] = "delete_bucket"',
    'import sys; sys.modules["boto3"] = task',
    "import sys; sys.settrace(run)",
    "import builtins; builtins.getattr = run",
    "import json; json.loads = run",
    "import gc; gc.get_objects()[0].update(op='delete_bucket')",
    "import unittest.mock; unittest.mock.patch.object(Task, 'op', 'delete_bucket').start()",
    "import types; types.FunctionType(run.__code__, {})()",
    "boto3.__dict__['client']('s3')",
    "().__class__.__base__.__subclasses__()",
)


@pytest.mark.parametrize("statement", NAMED)
def test_reaching_into_the_state_of_running_code_is_named_on_its_line(statement: str) -> None:
    found = {one.line for one in derive(HEAD + statement + "\n").undecided if one.code == "reflection"}
    assert LINE in found


FOLLOWED = (
    'task.__dict__["op"] = "get_bucket_acl"; use = task.op',
    'vars(task).update(op="get_bucket_acl"); use = task.op',
    'task.__dict__ = {"op": "get_bucket_acl"}; use = task.op',
    'object.__setattr__(task, "op", "get_bucket_acl"); use = task.op',
    'type.__setattr__(Task, "op", "get_bucket_acl"); use = task.op',
    'import operator; operator.setitem(vars(task), "op", "get_bucket_acl"); use = task.op',
    'list(map(setattr, [task], ["op"], ["get_bucket_acl"])); use = task.op',
    'globals()["op"] = "get_bucket_acl"; use = op',
    'g = globals(); g |= {"op": "get_bucket_acl"}; use = op',
    'import sys; setattr(sys.modules[__name__], "op", "get_bucket_acl"); use = op',
    'import __main__; __main__.op = "get_bucket_acl"; use = op',
    'names = [op]; list.append(names, "get_bucket_acl"); use = names[1]',
    'names = [op]; names.__iadd__(["get_bucket_acl"]); use = names[1]',
    'names = {op}; same = names; same |= {"get_bucket_acl"}; use = names.pop()',
    'import queue; names = [op]; queue.Queue().sort_into(names, "get_bucket_acl"); use = names[1]',
    'import heapq; names = [op]; heapq.heappush(names, "get_bucket_acl"); use = names[1]',
)


@pytest.mark.parametrize("statement", FOLLOWED)
def test_what_is_stored_by_another_way_is_what_is_read(statement: str) -> None:
    derivation = derive(HEAD + statement + "\ngetattr(boto3.client('s3'), use)(Bucket='b')\n")
    assert "s3:GetBucketAcl" in derivation.names
    assert derivation.undecided == ()


STORED = (
    "import toolbox\nnames = [op]\ntoolbox.fill(names)\nuse = names[1]",
    "import operator\nnames = {'a': op}\nfill = getattr(operator, input())\nfill(names, 'a', 'delete_bucket')\nuse = names['a']",
    "import argparse\nargparse.ArgumentParser().parse_args(namespace=task)\nuse = task.op",
    "names = {}\ndef load(line):\n    names[line[0]] = line[1:]\nload(input())\nuse = names.get('op', op)",
    "names = {'op': op}\nimport json\nnames |= json.load(open('f'))\nuse = names['op']",
    "names = [op]\nnames += [line.strip() for line in open('f')]\nuse = names[1]",
)


@pytest.mark.parametrize("statements", STORED)
def test_a_name_other_code_may_have_stored_is_undecided_where_it_is_used(statements: str) -> None:
    script = HEAD + statements + "\ngetattr(boto3.client('s3'), use)(Bucket='b')\n"
    assert script.count("\n") in {one.line for one in derive(script).undecided}


def test_what_is_called_but_never_assigned_is_named() -> None:
    assert [one.code for one in derive("import boto3\nboto3.client('s3').list_buckets()\nnobody(1)\n").undecided] == [
        "unassigned"
    ]


def test_a_function_stored_where_nothing_is_tracked_is_followed_with_unknown_arguments() -> None:
    script = HEAD + "run('list_buckets')\nreply = boto3.client('s3').list_buckets()\nreply['later'] = run\n"
    assert {(one.line, one.code) for one in derive(script).undecided} == {(4, "dynamic-operation")}
