"""Functions of the standard library that run text as code are named; those beside them that do not are not."""

import pytest

from cloudprobe.guard.derivation import derive

HEAD = "import boto3\niam = boto3.client('iam')\nCODE = \"boto3.client('iam').delete_group(GroupName='g')\"\n"


@pytest.mark.parametrize(
    "script",
    [
        "import timeit\ntimeit.timeit(CODE, setup='import boto3', number=1)",
        "import timeit\ntimeit.Timer(stmt=lambda: None, setup=CODE).timeit(1)",
        "import cProfile\ncProfile.run(CODE)",
        "import cProfile\ncProfile.Profile().run(CODE)",
        "import cProfile\ncProfile.Profile().runctx(CODE, {}, {})",
        "import profile\nprofile.runctx(CODE, globals(), {})",
        "import typing\nclass A:\n    x: \"boto3.client('iam').delete_group(GroupName='g')\"\ntyping.get_type_hints(A)",
        "import inspect\ndef f(x: \"boto3.client('iam').delete_group(GroupName='g')\"): ...\ninspect.get_annotations(f, eval_str=True)",
        "import pydoc\npydoc.locate('boto3.client')",
        "import pkgutil\npkgutil.resolve_name('boto3:client')('iam').delete_group(GroupName='g')",
        "import doctest\ndoctest.testmod()",
        "import logging.config\nlogging.config.BaseConfigurator({}).resolve('boto3.client')('iam')",
        "import logging.config\nlogging.config.dictConfig({'version': 1, 'filters': {'f': {'()': 'boto3.client', 'service_name': 'iam'}}})",
        "import logging.config\nlogging.config.dictConfig({'version': 1, 'handlers': {'h': {'class': 'boto3.client'}}})",
        "import code\ncode.InteractiveInterpreter({}).runsource(CODE)",
        "import trace\ntrace.Trace().run(CODE)",
        "import rlcompleter\nrlcompleter.Completer({}).complete(CODE + '.', 0)",
        "import unittest\nunittest.defaultTestLoader.loadTestsFromName('boto3.client')",
    ],
)
def test_what_runs_text_is_named_with_its_line(script: str) -> None:
    last = len((HEAD + script).splitlines())
    assert last in {one.line for one in derive(HEAD + script).undecided}


def test_what_stands_beside_it_is_not() -> None:
    derivation = derive(
        "import boto3, inspect, logging.config, timeit\niam = boto3.client('iam')\n"
        "logging.config.dictConfig({'version': 1, 'handlers': {'h': {'class': 'logging.StreamHandler', 'stream': 'ext://sys.stderr'}},"
        " 'root': {'level': 'INFO', 'handlers': ['h']}})\n"
        "start = timeit.default_timer()\ndef read(): return iam.list_users()\n"
        "print(timeit.timeit(read, number=1), inspect.signature(read), timeit.default_timer() - start)"
    )
    assert derivation.names == {"iam:ListUsers"}
    assert not derivation.undecided


def test_a_namespace_read_into_a_table_of_commands_is_followed_to_its_end() -> None:
    derivation = derive(
        "import boto3, sys\ndef cmd_users(args): boto3.client('iam').list_users()\ndef cmd_roles(args): boto3.client('iam').list_roles()\n"
        "COMMANDS = {k[4:]: v for k, v in list(globals().items()) if k.startswith('cmd_')}\n"
        "for name, run in COMMANDS.items(): run(sys.argv[1:])"
    )
    assert derivation.names == {"iam:ListUsers", "iam:ListRoles"}
    assert not derivation.undecided


def test_a_script_that_is_too_complex_is_told_where_it_is() -> None:
    derivation = derive(
        "import boto3\n\n\n(lambda f: f(f, ['list_users', 'list_roles']))(lambda f, ops: ops and "
        "(getattr(boto3.client('iam'), ops[0])(), f(f, ops[1:])))"
    )
    assert {one.line for one in derivation.undecided} == {4}
