"""Short forms of Python, each with the operations it calls; longer scripts stand in the corpus."""

import pytest

from cloudprobe.guard.derivation import derive
from cloudprobe.guard.interpreter import core

HEAD = "import boto3\ns3 = boto3.client('s3')\niam = boto3.client('iam')\n"

FORMS: dict[str, tuple[str, str]] = {
    "list methods": (
        "jobs = []\njobs.append(s3.list_buckets)\njobs.insert(0, iam.list_users)\njobs.extend([iam.list_roles])\n"
        "more = jobs.copy()\nmore.pop()()\nfor j in jobs: j()",
        "s3:ListBuckets iam:ListUsers iam:ListRoles",
    ),
    "a set of clients": ("for c in {s3} | {iam}: c.meta\nfor c in {s3}.union({iam}): c.meta\ns3.list_buckets()", "s3:ListBuckets"),
    "dict methods": (
        "d = {'a': s3}\nd.update(b=iam)\nd.update({'c': iam})\nd['a'].list_buckets()\nd.pop('b').list_users()\n"
        "d.get('c').list_roles()\nk, v = d.popitem()\nx = d.copy()['a'].get_bucket_acl(Bucket='b')",
        "s3:ListBuckets iam:ListUsers iam:ListRoles s3:GetBucketAcl",
    ),
    "a client kept by a library's object": (
        "import json\nd = json.loads('{}')\nd['c'] = s3\nd['c'].list_buckets()\nx = json.loads('[]')\nx.append(iam)\nx[0].list_users()",
        "s3:ListBuckets iam:ListUsers",
    ),
    "dict from keys and pairs": (
        "d = dict([('a', s3), ('b', iam)], c=s3)\nd['b'].list_users()\nd['c'].list_buckets()\n"
        "e = dict(zip(['s3', 'iam'], [s3, iam]))\ne['s3'].get_bucket_acl(Bucket='b')",
        "iam:ListUsers s3:ListBuckets s3:GetBucketAcl",
    ),
    "merged dictionaries": ("d = {**{'a': s3}, 'b': iam}\ne = d | {'c': iam}\ne['a'].list_buckets()\ne['c'].list_users()", "s3:ListBuckets iam:ListUsers"),
    "negative index and slice": ("x = [s3, iam]\nx[-1].list_users()\nfor c in x[:1]: c.meta\ns3.list_buckets()", "iam:ListUsers s3:ListBuckets"),
    "starred unpacking": ("a, *rest = [s3, iam]\na.list_buckets()\nrest[0].list_users()", "s3:ListBuckets iam:ListUsers"),
    "nested unpacking": ("for i, (name, c) in enumerate([('a', s3)]): c.list_buckets()", "s3:ListBuckets"),
    "swap": ("a, b = s3, iam\na, b = b, a\na.list_users()\nb.list_buckets()", "iam:ListUsers s3:ListBuckets"),
    "chained assignment": ("a = b = s3\na.list_buckets()\nb.get_bucket_acl(Bucket='x')", "s3:ListBuckets s3:GetBucketAcl"),
    "augmented list": ("x = [s3]\nx += [s3]\nfor c in x: c.list_buckets()", "s3:ListBuckets"),
    "augmented attribute and item": (
        "class A: jobs = []\na = A()\na.jobs += [s3.list_buckets]\nd = {'x': []}\nd['x'] += [iam.list_users]\nfor j in a.jobs + d['x']: j()",
        "s3:ListBuckets iam:ListUsers",
    ),
    "nonlocal": ("def f():\n    c = None\n    def g():\n        nonlocal c\n        c = s3\n    g()\n    c.list_buckets()\nf()", "s3:ListBuckets"),
    "match binds": ("match {'c': s3}:\n    case {'c': c}: c.list_buckets()\n    case [x, *y]: pass", "s3:ListBuckets"),
    "while else, for else": ("while input(): break\nelse: s3.list_buckets()\nfor _ in (): pass\nelse: iam.list_users()", "s3:ListBuckets iam:ListUsers"),
    "break and continue": ("for c in (s3, iam):\n    if input(): continue\n    if c is None: break\n    c.meta\ns3.list_buckets()", "s3:ListBuckets"),
    "a return in both branches": ("def f(x):\n    if x: return s3\n    else: return s3\nf(1).list_buckets()", "s3:ListBuckets"),
    "try star": ("try:\n    c = s3\nexcept* ValueError:\n    c = s3\nc.list_buckets()", "s3:ListBuckets"),
    "a client left by a failed try": ("try:\n    c = s3\n    int('x')\n    c = None\nexcept ValueError:\n    c.list_buckets()", "s3:ListBuckets"),
    "star import of boto3": ("from boto3 import *\nclient('ec2').describe_vpcs()", "ec2:DescribeVpcs"),
    "string methods": ("getattr(s3, 'LIST_BUCKETS'.lower())()\ngetattr(s3, 'get-bucket-acl'.replace('-', '_'))(Bucket='b')", "s3:ListBuckets s3:GetBucketAcl"),
    "a string per element": ("for n in ('list_users', 'list_roles'): getattr(iam, n.strip())()", "iam:ListUsers iam:ListRoles"),
    "conditional expression": ("(s3 if input() else s3).list_buckets()", "s3:ListBuckets"),
    "and, or": ("(None or s3).list_buckets()\n(s3 and iam).list_users()", "s3:ListBuckets iam:ListUsers"),
    "walrus in a comprehension": ("[c.list_buckets() for _ in (1,) if (c := s3)]\nc.get_bucket_acl(Bucket='b')", "s3:ListBuckets s3:GetBucketAcl"),
    "map, filter, next, sorted, max": (
        "list(map(lambda c: c.list_buckets(), [s3]))\nnext(filter(None, [iam])).list_users()\n"
        "sorted([s3], key=lambda c: c.get_bucket_acl(Bucket='b'))\nmax([iam], key=lambda c: 1).list_roles()",
        "s3:ListBuckets iam:ListUsers s3:GetBucketAcl iam:ListRoles",
    ),
    "product and chain": (
        "import itertools\nfor c, n in itertools.product([iam], ['list_users']): getattr(c, n)()\n"
        "for c in itertools.chain([s3], [s3]): c.list_buckets()\nfor c in itertools.chain.from_iterable([[s3]]): c.meta",
        "iam:ListUsers s3:ListBuckets",
    ),
    "vars and dict": ("class A:\n    def __init__(self): self.c = s3\nfor c in vars(A()).values(): c.list_buckets()\nA().__dict__['c'].get_bucket_acl(Bucket='b')", "s3:ListBuckets s3:GetBucketAcl"),
    "type of an instance": ("class A:\n    def f(self): return s3.list_buckets()\ntype(A())().f()\nA().__class__().f()", "s3:ListBuckets"),
    "computed method of our own": ("class A:\n    def one(self): return s3.list_buckets()\n    def two(self): return iam.list_users()\ngetattr(A(), input())()", "s3:ListBuckets iam:ListUsers"),
    "setattr under a computed name": ("class A: pass\na = A()\nsetattr(a, input(), s3)\na.anything.list_buckets()", "s3:ListBuckets"),
    "getitem and contains": ("class A:\n    def __getitem__(self, k): return boto3.client(k)\nA()['s3'].list_buckets()", "s3:ListBuckets"),
    "iterator protocol": ("class A:\n    def __iter__(self): return self\n    def __next__(self): return s3\nfor c in A(): c.list_buckets()", "s3:ListBuckets"),
    "enter": ("class A:\n    def __enter__(self): return s3\n    def __exit__(self, *a): pass\nwith A() as c: c.list_buckets()", "s3:ListBuckets"),
    "staticmethod as a function": ("class A:\n    @staticmethod\n    def f(c): return c.list_buckets()\nA.f(s3)\nA().f(s3)", "s3:ListBuckets"),
    "super in a classmethod": ("class A:\n    @classmethod\n    def make(cls): return s3\nclass B(A):\n    @classmethod\n    def make(cls): return super().make()\nB.make().list_buckets()", "s3:ListBuckets"),
    "diamond": ("class A:\n    def c(self): return s3\nclass B(A): pass\nclass C(A):\n    def c(self): return iam\nclass D(B, C): pass\nD().c().list_users()", "iam:ListUsers"),
    "keyword only, defaults, var keywords": ("def f(*a, c=s3, **k):\n    c.list_buckets()\n    for o in a: o.list_users()\n    k['x'].list_roles()\nf(iam, x=iam)", "s3:ListBuckets iam:ListUsers iam:ListRoles"),
    "unpacked unknown mapping": ("import json\ndef f(client=s3, **k): client.list_buckets()\nf(**json.loads('{}'))", "s3:ListBuckets"),
    "deep recursion": ("def f(n, c):\n    if n: return f(n - 1, c)\n    return c.list_buckets()\nf(100, s3)", "s3:ListBuckets"),
    "recursion that builds": ("def f(acc):\n    if len(acc) < 9: return f(acc + [s3])\n    return acc\nfor c in f([]): c.list_buckets()", "s3:ListBuckets"),
    "mutual recursion": ("def a(c): return b(c)\ndef b(c): return a(c) if input() else c.list_buckets()\na(s3)", "s3:ListBuckets"),
    "a linked list": ("node = None\nfor c in (s3, iam):\n    node = {'c': c, 'next': node}\nwhile node:\n    node['c'].meta\n    node = node['next']\ns3.list_buckets()", "s3:ListBuckets"),
    "loop over a dictionary": ("for name in {'s3': 1, 'iam': 2}: boto3.client(name).meta\ns3.list_buckets()", "s3:ListBuckets"),
    "send to a generator": ("def g():\n    while True:\n        c = yield s3\nit = g()\nit.send(None).list_buckets()", "s3:ListBuckets"),
    "async comprehension": ("async def f():\n    async for p in s3.get_paginator('list_objects_v2').paginate(Bucket='b'): pass\n    async with s3 as c: c.list_buckets()\nimport asyncio\nasyncio.run(f())", "s3:ListObjectsV2 s3:ListBuckets"),
    "weak and copied": ("import copy\ncopy.copy(s3).list_buckets()\ncopy.deepcopy([iam])[0].list_users()", "s3:ListBuckets iam:ListUsers"),
    "a partial of a class": ("import functools\nclass A:\n    def __init__(self, c, n): self.c = c\nfunctools.partial(A, s3)(1).c.list_buckets()", "s3:ListBuckets"),
    "lru_cache on a method": ("import functools\nclass A:\n    @functools.lru_cache\n    def c(self, n): return boto3.client(n)\nA().c('s3').list_buckets()", "s3:ListBuckets"),
    "resource from a session": ("r = boto3.Session().resource('dynamodb')\nt = r.Table('x')\nt.load()\nt.meta.client.list_tables()", "dynamodb:DescribeTable dynamodb:ListTables"),
    "bound resource action": ("t = boto3.resource('dynamodb').Table('x')\nscan = t.scan\nscan()", "dynamodb:Scan"),
    "collection pages and batch": ("q = boto3.resource('sqs').Queue('u')\nb = boto3.resource('s3').Bucket('b')\nfor p in b.objects.pages():\n    for o in p: o.key\nstop = boto3.resource('ec2').instances.stop\nstop()", "s3:ListObjects ec2:DescribeInstances ec2:StopInstances"),
    "client methods by meta": ("boto3.resource('s3').meta.client.get_bucket_acl(Bucket='b')", "s3:GetBucketAcl"),
    "presigned post and transfer object": ("from boto3.s3.transfer import S3Transfer\nS3Transfer(s3).download_file('b', 'k', 'f')\ns3.generate_presigned_post('b', 'k')", "s3:HeadObject s3:GetObject s3:PutObject"),
    "a session of our own": ("class S(boto3.Session): pass\nS().client('ec2').get_ebs_encryption_by_default()", "ec2:GetEbsEncryptionByDefault"),
    "the session inside a session": ("boto3.Session()._session.create_client('ec2').get_ebs_encryption_by_default()", "ec2:GetEbsEncryptionByDefault"),
    "names as keys": ("for n in dict.fromkeys(['s3', 'iam']): boto3.client(n).meta\ns3.list_buckets()", "s3:ListBuckets"),
    "a read-only view": ("import types\nd = types.MappingProxyType({'a': s3})\nd['a'].list_buckets()", "s3:ListBuckets"),
    "a waiter kept": ("w = s3.get_waiter('bucket_exists')\ndone = w.wait\ndone(Bucket='b')", "s3:HeadBucket"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_followed(name: str) -> None:
    body, operations = FORMS[name]
    derivation = derive(HEAD + body)
    assert derivation.names == set(operations.split())
    assert derivation.undecided == ()


HIDDEN: dict[str, tuple[str, str]] = {
    "a client sent to a library that inspects it": ("import inspect\ninspect.getmembers(s3)", "escapes"),
    "a client stored in data": ("d = s3.list_buckets()\nd['c'] = s3", "escapes"),
    "a client appended to data": ("s3.list_buckets()['Buckets'].append(s3)", "escapes"),
    "a client set on data": ("d = s3.list_buckets()\nd.client = s3", "escapes"),
    "a method replaced": ("s3.list_buckets = print", "replaces"),
    "boto3 patched": ("boto3.client = print", "replaces"),
    "a client called": ("s3()", "no-such-operation"),
    "botocore's inside": ("s3._endpoint.http_session", "private"),
    "the client's dictionary": ("s3.__dict__['x']", "private"),
    "an unknown session's client": ("from other import session\nsession.client('ec2').describe_vpcs()", "unknown-client"),
    "an unknown paginator": ("from other import c\nc.get_paginator('list_users')", "unknown-client"),
    "an unknown with a capital parameter": ("from other import t\nt.query(TableName='x')", "unknown-client"),
    "an unknown scan": ("from other import t\nt.scan()", "unknown-client"),
    "code never reached": ("def f():\n    return 1\n    s3.list_buckets()\nf()", "unreached"),
    "a name nobody gave a value": ("undefined.list_buckets()", "unreached"),
    "data with the method of a client": ("x = str(1.5)\nx.describe_instances()", "unknown-client"),
    "a paginator chosen by input": ("s3.get_paginator(input())", "dynamic-operation"),
    "a wrong presigned name": ("s3.generate_presigned_url('get_objekt')", "no-such-operation"),
    "a resource boto3 has not": ("boto3.resource('lambda')", "no-such-resource"),
    "a raw call by a wrong name": ("s3._make_api_call('ListBukets', {})", "no-such-operation"),
    "a foreign base": ("from other import Base\nclass A(Base):\n    def f(self): return self.client.list_buckets()\nA().f()", "unknown-client"),
    "star import of something": ("from other import *\nclient.list_buckets()", "unknown-client"),
    "a way into boto3 by input": ("getattr(boto3, input())('ec2').get_ebs_encryption_by_default()", "unknown-client"),
    "boto3's own class": ("boto3.Session.client(boto3.Session(), 'ec2').get_ebs_encryption_by_default()", "unknown-client"),
    "exec": ("exec('x = 1')", "dynamic-code"),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_what_cannot_be_followed_is_named(name: str) -> None:
    body, code = HIDDEN[name]
    assert code in {one.code for one in derive(HEAD + body).undecided}


def test_too_many_paths_end_in_a_refusal_not_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "STEPS", 20)
    (one,) = derive(HEAD + "for c in (s3, iam): c.meta\ns3.list_buckets()").undecided
    assert one.code == "too-complex"


def test_a_deeply_nested_expression_ends_in_a_refusal() -> None:
    with pytest.raises(SyntaxError, match="cannot read"):
        derive("x = 1" + " + 1" * 5000)
    nested = HEAD + "x = " + "f(" * 80 + "s3" + ")" * 80
    assert {one.code for one in derive(nested).undecided} <= {"too-complex", "escapes", "unassigned"}


def test_remarks_say_what_is_decided_but_worth_a_word() -> None:
    source = HEAD + "s3.meta.events.register('x', print)\nboto3.client('s3', endpoint_url='http://x')\n"
    assert {remark.code for remark in derive(source).remarks} == {"hook", "endpoint"}
