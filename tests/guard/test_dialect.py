"""What a script may not use is told whatever the script calls it; what ordinary scripts use is not."""

import ast

import pytest

from cloudprobe.guard import dialect
from cloudprobe.guard.derivation import derive
from cloudprobe.guard.names import Names


def lint(script):
    return dialect.lint(list(ast.walk(ast.parse(script))), derive(script))


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ("from os import system as s\ns('id')", "import", "os.system"),
        ("import posix\nposix.system('id')", "process", "os.system"),
        ("import os\nos.execvpe('id', ['id'], {})", "process", "os.execvpe"),
        ("import os as o\no.spawnvp(0, 'id', ['id'])", "process", "os.spawnvp"),
        ("import pathlib\npathlib.os.system('id')", "process", "os.system"),
        ("import shutil\nshutil.os.popen('id')", "process", "os.popen"),
        ("import tempfile\ntempfile._os.system('id')", "process", "os.system"),
        ("import logging.handlers\nlogging.handlers.os.popen('id')", "process", "os.popen"),
        ("from pathlib import os as p\np.system('id')", "process", "os.system"),
        ("import sys\nsys.modules['os'].system('id')", "process", "os.system"),
        ("import os\nm = n = os\nn.system('id')", "process", "os.system"),
        ("import os\nrun = getattr(os, 'system')\nrun('id')", "process", "os.system"),
        ("import os\nname = 'sys' + 'tem'\ngetattr(os, name)('id')", "process", "os.system"),
        ("import os\ndef f(name): return getattr(os, name)('id')", "dynamic-name", "os"),
        ("import os\nos.__dict__['system']('id')", "process", "os.system"),
        ("import os, operator\noperator.attrgetter('system')(os)('id')", "dynamic-name", "os"),
        ("import os\n[os][0].system('id')", "dynamic-name", "os"),
        ("import os\ndef f(m): m.system('id')\nf(os)", "dynamic-name", "os"),
        ("import os\nclass A: m = os\nA.m.system('id')", "dynamic-name", "os"),
        ("import os\nlist(map(os.system, ['id']))", "process", "os.system"),
        ("import os\ndef f(run=os.popen): run('id')", "process", "os.popen"),
        ("from os import *\nsystem('id')", "import", "os"),
        ("import asyncio\nasyncio.run(asyncio.create_subprocess_exec('id'))", "process", "create_subprocess_exec"),
        ("import asyncio\nasyncio.subprocess.create_subprocess_exec('id')", "process", "subprocess"),
        ("import asyncio\nasyncio.get_running_loop().create_connection(print, 'h')", "network", "create_connection"),
        ("def f(loop): return loop.subprocess_shell(print, 'id')", "process", "subprocess_shell"),
        ("import asyncio\nasyncio.streams.open_connection('h', 1)", "network", "asyncio.open_connection"),
        ("import asyncio\nasyncio.socket.socket()", "network", "socket"),
        ("from concurrent.futures import ProcessPoolExecutor as P\nP()", "import", "ThreadPoolExecutor"),
        ("from concurrent import futures\nfutures.ProcessPoolExecutor()", "process", "ThreadPoolExecutor"),
        ("import multiprocessing as m\nm.Pool()", "process", "multiprocessing.Pool"),
        ("import webbrowser\nwebbrowser.open('http://x')", "import", "webbrowser"),
        ("import logging.handlers as h\nh.HTTPHandler('h', '/')", "network", "HTTPHandler"),
        ("from logging.handlers import SysLogHandler", "import", "SysLogHandler"),
        ("import urllib\nurllib.request.urlopen('http://x')", "network", "urllib.request"),
        ("import urllib.parse\nurllib.request.urlopen('http://x')", "network", "urllib.request"),
        ("import http\nhttp.client.HTTPConnection('x')", "network", "http.client"),
        ("import urllib.robotparser as r\nr.RobotFileParser('http://x').read()", "import", "urllib.robotparser"),
        ("import botocore.vendored.requests", "import", "requests"),
        ("import boto3\nboto3.session.botocore.httpsession", "network", "botocore.httpsession"),
        ("import boto3\nboto3.Session()._session.get_credentials()", "private", "_session"),
        ("from boto3.session import Session as S\ns = S()\ns._session", "private", "_session"),
        ("import boto3\ne = boto3.Session().events\ne.register('x', print)", "hook", "events"),
        ("import botocore.session\nbotocore.session.get_session().register('x', print)", "hook", "register"),
        ("import boto3\nc = boto3.client('iam')\nc.meta.service_model._service_description['x'] = {}", "replaces", "meta"),
        ("import boto3\nc = boto3.client('iam')\nc.meta.service_model.metadata.update(x=1)", "replaces", "meta"),
        ("def f(c): c.meta.service_model._service_description['x'] = {}", "private", "_service_description"),
        ("import boto3\nprint(boto3.Session().get_credentials().get_frozen_credentials().secret_key)", "own-credentials",
         "secret_key"),
        ("import boto3\ncreds = boto3.Session().get_credentials()\nf = creds.get_frozen_credentials()\nprint(f.token)",
         "own-credentials", "token"),
        ("import boto3\nboto3.client('rds').generate_db_auth_token(DBHostname='h', Port=1, DBUsername='u')", "presigned",
         "generate_db_auth_token"),
        ("import boto3\ngetattr(boto3.client('rds'), 'generate_db_' + 'auth_token')(DBHostname='h')", "presigned",
         "generate_db_auth_token"),
        ("def f(dsql): return dsql.generate_db_connect_admin_auth_token(Hostname='h')", "presigned", "admin"),
        ("from botocore.signers import CloudFrontSigner", "import", "signs"),
        ("e = eval\ne('1')", "dynamic-code", "eval"),
        ("__builtins__.exec('1')", "dynamic-code", "exec"),
        ("from pydoc import locate\nlocate('os.system')('id')", "dynamic-import", "pydoc"),
        ("import boto3\nboto3.Session().no_such_thing", "private", "no_such_thing"),
    ],
)  # fmt: skip
def test_what_is_forbidden_is_told_whatever_it_is_called(script, code, said):
    errors = [one for one in lint(script) if one.severity == "error"]
    assert code in {one.code for one in errors}
    assert said in " ".join(f"{one.message} {one.hint}" for one in errors if one.code == code)


@pytest.mark.parametrize(
    "script",
    [
        "import os\nprint(os.environ.get('X'), os.path.join('a', 'b'), os.getpid(), os.cpu_count())",
        "import os\nif hasattr(os, 'sched_getaffinity'): print(len(os.sched_getaffinity(0)))",
        "import asyncio\nasync def f(): await asyncio.gather(asyncio.sleep(0))\nasyncio.run(f())",
        "import asyncio\nasync def f(g): return await asyncio.get_running_loop().run_in_executor(None, g)",
        "from http import HTTPStatus\nprint(HTTPStatus.OK)",
        "import urllib.parse\nurllib.parse.unquote('%20')",
        "import urllib.error\ntry: print()\nexcept urllib.error.HTTPError as e: print(e.code)",
        "from multiprocessing.pool import ThreadPool\nThreadPool(4).map(print, [1])",
        "import logging\nlog = logging.getLogger('x')\nlog.addHandler(logging.StreamHandler())",
        "import re\ncompile = re.compile\ncompile('x')",
        "from re import compile\ncompile('x')",
        "import datetime\ndatetime.datetime.now().time()",
        "def f(os): return os.system",
        "def f(session): return session.events",
        "import os\ndef f():\n    for os in ('Linux', 'Windows'): print(os.lower())",
        "def kill(x): return x\nkill(1)",
        "import boto3\nboto3._get_default_session().get_available_regions('ec2')",
        "import boto3\nc = boto3.client('ec2')\nprint(c.meta.service_model.operation_model('DescribeVpcs').output_shape.members)",
        "from botocore.client import BaseClient, Config\nfrom botocore.exceptions import ClientError\ndef f(c: BaseClient): ...",
        "import boto3\nprint(boto3.Session().get_credentials() is None)",
        "from typing import get_type_hints\nprint(get_type_hints(print))",
        "import timeit\nstart = timeit.default_timer()",
    ],
)  # fmt: skip
def test_what_ordinary_scripts_use_is_let_be(script):
    assert [one for one in lint(script) if one.severity == "error"] == []


@pytest.mark.parametrize(
    "script",
    [
        "import typing\nif typing.TYPE_CHECKING:\n    from mypy_boto3_ec2 import EC2Client\ndef f(c: 'EC2Client'): ...",
        "from typing import TYPE_CHECKING as T\nif T:\n    import pandas",
        "import typing as t\nif t.TYPE_CHECKING:\n    import pandas\nelse:\n    pandas = None",
        "import typing\nif not typing.TYPE_CHECKING:\n    pandas = None\nelse:\n    import pandas",
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import pandas",
        "if False:\n    import pandas",
        "if 0:\n    import socket",
        "from __future__ import annotations\nimport typing\nif typing.TYPE_CHECKING:\n    import socket\n"
        "def f(s: socket.socket) -> socket.socket: return s",
    ],
)  # fmt: skip
def test_what_only_type_checkers_read_is_no_dependency(script):
    assert lint(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "from typing import TYPE_CHECKING\nTYPE_CHECKING = True\nif TYPE_CHECKING:\n    import pandas",
        "import typing\ntyping.TYPE_CHECKING = True\nif typing.TYPE_CHECKING:\n    import pandas",
        "import typing\nsetattr(typing, 'TYPE_CHECKING', 1)\nif typing.TYPE_CHECKING:\n    import pandas",
        "import typing\nif not typing.TYPE_CHECKING:\n    import pandas",
        "import typing\nif typing.TYPE_CHECKING:\n    pass\nelse:\n    import pandas",
        "def f(TYPE_CHECKING):\n    if TYPE_CHECKING:\n        import pandas",
        "TYPE_CHECKING = False\nfor TYPE_CHECKING in (True,):\n    pass\nif TYPE_CHECKING:\n    import pandas",
    ],
)
def test_what_may_run_is_a_dependency(script):
    assert [one.code for one in lint(script)] == ["dependency"]


def test_names_are_followed_within_their_scopes():
    tree = ast.parse("import os\nx = os\ndef f(x):\n    return x.path\ny = x.path\n")
    names = Names(tree, {})
    paths = {
        one.node.lineno: names.paths(one.node, one.scope)
        for one in names.references
        if isinstance(one.node, ast.Attribute)
    }
    assert paths == {4: frozenset(), 5: frozenset({"os.path"})}
