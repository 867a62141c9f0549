"""What exceptions, generators and tasks carry from one place of a script to another."""

import pytest

from cloudprobe.guard.derivation import derive

HEAD = "import asyncio, contextlib, sys, boto3\niam = boto3.client('iam')\n"
CARRY = "class Found(Exception): pass\ndef go():\n    raise Found(iam, 'list_users')\n"

DERIVED: dict[str, tuple[str, str]] = {
    "arguments": (CARRY + "try: go()\nexcept Found as e:\n    c, n = e.args\n    getattr(c, n)()", "iam:ListUsers"),
    "attributes": (
        "class Late(Exception):\n    def __init__(self, m, c, n):\n        super().__init__(m)\n        self.c, self.n = c, n\n"
        "try: raise Late('x', iam, 'list_roles')\nexcept (KeyError, Late) as e: getattr(e.c, e.n)()",
        "iam:ListRoles",
    ),
    "a method carried": (CARRY + "try: raise Found(iam.list_groups)\nexcept Exception as e: e.args[0]()", "iam:ListGroups"),
    "what yield from gives": (
        "def inner():\n    yield 1\n    return iam, 'list_users'\ndef outer():\n    c, n = yield from inner()\n    getattr(c, n)()\nlist(outer())",
        "iam:ListUsers",
    ),
    "a task's result": (
        "async def pair(): return iam, 'list_users'\nasync def main():\n    task = asyncio.create_task(pair())\n    await task\n"
        "    c, n = task.result()\n    getattr(c, n)()\n    d, _ = await task\n    d.list_roles()\nasyncio.run(main())",
        "iam:ListUsers iam:ListRoles",
    ),
    "a null context": ("with contextlib.nullcontext((iam, 'list_users')) as (c, n): getattr(c, n)()", "iam:ListUsers"),
    "a manager told of an exception": (
        CARRY + "class Net:\n    def __enter__(self): return self\n    def __exit__(self, kind, e, trace):\n        getattr(*e.args)()\n        return True\n"
        "with Net(): go()",
        "iam:ListUsers",
    ),
    "ordinary exceptions of a script": (
        "class Wrong(ValueError): pass\ndef f():\n    try: return iam.list_users()\n    except iam.exceptions.NoSuchEntityException as e:\n"
        "        raise Wrong(str(e)) from e\ntry: f()\nexcept Wrong as e: print(e.args[0], e.with_traceback(None), e.message)",
        "iam:ListUsers",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("script", "operations"), DERIVED.values(), ids=DERIVED)
def test_what_is_carried_arrives(script: str, operations: str) -> None:
    assert derive(HEAD + script).names == set(operations.split())


@pytest.mark.parametrize(
    "script",
    [
        "try: assert False, (iam, 'delete_group')\nexcept AssertionError as e: c, n = e.args[0]\ngetattr(c, n)()",
        "try: {}[(iam, 'delete_group')]\nexcept KeyError as e: c, n = e.args[0]\ngetattr(c, n)()",
        "try: raise ValueError(iam, 'delete_group')\nexcept ValueError: c, n = sys.exc_info()[1].args\ngetattr(c, n)()",
        "def g():\n    return iam, 'delete_group'\n    yield\ntry: next(g())\nexcept StopIteration as e: c, n = e.value\ngetattr(c, n)()",
        "s = slice(iam, 'delete_group')\ngetattr(s.start, s.stop)()",
        "def f(x: iam, y: 'delete_group'): ...\ngetattr(f.__annotations__['x'], f.__annotations__['y'])()",
        "import warnings\nwith warnings.catch_warnings(record=True) as w:\n    warnings.warn(Warning(iam, 'delete_group'))\n"
        "getattr(*w[0].message.args)()",
    ],
)
def test_what_cannot_be_followed_is_named(script: str) -> None:
    derivation = derive(HEAD + script)
    assert "iam:DeleteGroup" in derivation.names or derivation.undecided


def test_data_chosen_by_a_computed_name_is_nothing_to_name() -> None:
    derivation = derive(
        HEAD + "import datetime, logging\nfields = input().split()\n"
        "for user in iam.list_users()['Users']:\n    print([getattr(user, f, None) for f in fields])\n"
        "getattr(logging, input())('text')\ngetattr(datetime.datetime.now(), input())()"
    )
    assert derivation.names == {"iam:ListUsers"}
    assert not derivation.undecided
