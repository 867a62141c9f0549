"""``probe run`` and ``probe replay``: one script under a role of its own, and again without any cloud."""

import json
import os
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
LISTING = """\
import boto3, json, sys, time
variables = json.load(sys.stdin)
names = sorted(b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"])
print(json.dumps({"facts": {"names": names, "given": variables, "at": time.time()}}))
"""
TEXT = "import boto3\nprint('buckets:', len(boto3.client('s3').list_buckets()['Buckets']))\n"
ASKING = """\
import boto3, json, sys
variables = json.load(sys.stdin)
try:
    boto3.client("s3").get_bucket_acl(Bucket=variables["bucket"])
except Exception as error:
    print(json.dumps({"facts": {"said": type(error).__name__}}))
else:
    print(json.dumps({"facts": {"said": "answered"}}))
"""
DELETING = "import boto3\nboto3.client('s3').delete_bucket(Bucket='never-there')\n"
STATUS = {"version", "status", "result", "result_digest", "error", "limit", "calls", "granted", "used", "denied",
          "denials", "hidden", "remarks", "granted_actions", "policy_excess", "limits", "usage", "isolation", "started", "account", "data_class", "policy", "digests", "log",
          "recording"}  # fmt: skip


@pytest.fixture
def account(clean_account):
    for name in ("one", "two"):
        clean_account.client("s3").create_bucket(Bucket=f"{name}-{clean_account.account_id}")
    return clean_account


@pytest.fixture
def probe(account, tmp_path):
    def run(command, *arguments, **changes):
        environment = {**os.environ, **account.environment(), **changes}  # noqa: TID251 - for a program under test
        done = subprocess.run(
            [CLOUDPROBE, "probe", command, *map(str, arguments), "--json"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr
        assert account.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []
        return done.returncode, json.loads(done.stdout)

    return run


@pytest.fixture
def script(tmp_path):
    def written(text):
        path = tmp_path / "probe.py"
        path.write_text(text)
        return path

    return written


def policy(tmp_path, *actions):
    path = tmp_path / "policy.json"
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return path


def test_a_run_and_its_replay(probe, script, account, tmp_path):
    path, recording = script(LISTING), tmp_path / "run.recording"
    code, ran = probe("run", path, "--variables", '{"a": 1}', "--record", recording)
    assert code == 0
    assert set(ran) == STATUS
    assert ran["status"] == "succeeded"
    assert ran["result"]["facts"]["names"] == [f"{name}-{account.account_id}" for name in ("one", "two")]
    assert (ran["calls"], ran["granted"], ran["used"], ran["denied"]) == (1, ["s3:ListBuckets"], ["s3:ListBuckets"], [])
    assert ran["usage"]["calls"] == 1
    assert ran["isolation"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["probe.py", "run.recording"]

    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "none"}
    code, again = probe("replay", path, recording, **nowhere)
    assert code == 0
    assert again["result"] == ran["result"]
    assert again["result_digest"] == ran["result_digest"] != ""

    code, other = probe("replay", script(LISTING + "\n# changed\n"), recording)
    assert (code, other["error"]["type"]) == (3, "RefusedError")


def test_a_replay_that_asks_what_was_not_recorded(probe, script, account, tmp_path):
    path, recording = script(ASKING), tmp_path / "run.recording"
    bucket = f"one-{account.account_id}"
    code, _ = probe("run", path, "--variables", json.dumps({"bucket": bucket}), "--record", recording)
    assert code == 0
    code, told = probe("replay", path, recording, "--variables", '{"bucket": "another"}')
    assert code == 4
    assert "s3:GetBucketAcl" in told["error"]["message"]


def test_a_recording_that_was_cut_or_damaged(probe, script, tmp_path):
    path, whole = script(LISTING), tmp_path / "run.recording"
    assert probe("run", path, "--variables", '{"a": 1}', "--record", whole)[0] == 0
    content = whole.read_bytes()
    for name, changed in (("half", content[: len(content) // 2]), ("none", b"nothing"), ("flipped", flipped(content))):
        damaged = tmp_path / name
        damaged.write_bytes(changed)
        code, told = probe("replay", path, damaged)
        assert (code, told["error"]["exit_code"]) == (4, 4), told
        assert told["error"]["hint"]
    fragment = tmp_path / "run.partial"
    fragment.mkdir()
    with zipfile.ZipFile(whole) as archive:
        archive.extractall(fragment)
    (segment,) = fragment.glob("*.z")
    lines = zlib.decompress(segment.read_bytes()).splitlines(keepends=True)
    segment.write_bytes(zlib.compress(b"".join(lines[:-1]))[:-4])
    code, again = probe("replay", path, fragment)
    assert (code, again["fragment"]) == (0, True), again
    segment.write_bytes(zlib.compress(lines[0])[:-4])
    code, told = probe("replay", path, fragment)
    assert code == 4
    assert "s3:ListBuckets" in told["error"]["message"]
    assert "fragment" in told["error"]["hint"]


def flipped(content):
    middle = content.index(b".jsonl.z") + 40
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def test_a_script_outside_the_contract(probe, script):
    code, ran = probe("run", script(TEXT))
    assert (code, ran["status"], ran["result"]) == (0, "succeeded", "buckets: 2\n")


def test_a_failing_script(probe, script):
    code, ran = probe("run", script("import sys\nprint('half')\nraise KeyError('x')\n"))
    assert (code, ran["status"], ran["error"]["type"], ran["error"]["line"]) == (4, "failed", "KeyError", 3)


def test_a_limit_is_named(probe, script):
    code, ran = probe("run", script("while True:\n    pass\n"), "--wall-seconds", "1")
    assert (code, ran["status"], ran["limit"]["name"]) == (4, "limited", "wall")
    assert ran["limit"]["advice"]


def test_what_the_guard_refuses_is_not_run(probe, script):
    code, told = probe("run", script(DELETING))
    assert code == 3
    assert "s3:DeleteBucket" in told["error"]["message"]


def test_a_given_policy_is_what_is_granted(probe, script, tmp_path):
    code, ran = probe("run", script(TEXT), "--policy", policy(tmp_path, "ec2:DescribeVpcs"))
    assert (code, ran["granted"], ran["used"], ran["denied"]) == (4, [], [], ["s3:ListBuckets"])
    assert ran["error"]["code"].startswith("AccessDenied")


def test_a_given_policy_never_passes_the_ceiling(probe, script, tmp_path):
    code, told = probe("run", script(TEXT), "--policy", policy(tmp_path, "s3:DeleteBucket"))
    assert (code, told["error"]["type"]) == (3, "RefusedError")
    assert "s3:DeleteBucket" in told["error"]["message"]


def test_without_static_checks_the_wall_stands_alone(probe, script, tmp_path):
    given = policy(tmp_path, "s3:ListAllMyBuckets")
    code, ran = probe("run", script(DELETING), "--no-static-checks", "--policy", given)
    assert code == 4
    assert [one["cause"] for one in ran["denials"]] == ["probe_policy"]
    assert "s3:ListBuckets" in ran["granted"]
    code, told = probe("run", script(TEXT), "--no-static-checks")
    assert (code, told["error"]["type"]) == (2, "UsageError")


def test_content_is_read_of_what_is_named(probe, script, account):
    bucket = f"one-{account.account_id}"
    account.client("s3").put_object(Bucket=bucket, Key="k", Body=b"content")
    reading = (
        "import boto3, json, sys\nv = json.load(sys.stdin)\n"
        "print(boto3.client('s3').get_object(Bucket=v['b'], Key='k')['Body'].read().decode())\n"
    )
    options = ["--variables", json.dumps({"b": bucket}), "--data-class", "data"]
    code, told = probe("run", script(reading), *options)
    assert code == 3
    assert "--data-resource" in told["error"]["hint"]
    code, ran = probe("run", script(reading), *options, "--data-resource", f"arn:aws:s3:::{bucket}")
    assert (code, ran["result"]) == (0, "content\n")
    code, ran = probe("run", script(reading), *options, "--data-resource", f"arn:aws:s3:::two-{account.account_id}")
    assert (code, ran["denied"]) == (4, ["s3:GetObject"])


def test_a_replay_that_prints_something_else_says_so(probe, script, tmp_path):
    chance = "import boto3, json, uuid\nboto3.client('s3').list_buckets()\nprint(json.dumps(str(uuid.uuid4())))\n"
    path, recording = script(chance), tmp_path / "run.recording"
    code, ran = probe("run", path, "--record", recording)
    assert (code, "same" in ran) == (0, False)
    code, again = probe("replay", path, recording)
    assert (code, again["status"], again["same"]) == (4, "succeeded", False)
    equal = script(LISTING)
    recording.unlink()
    assert probe("run", equal, "--record", recording)[0] == 0
    assert probe("replay", equal, recording)[1]["same"] is True
    code, other = probe("replay", equal, recording, "--variables", '{"other": 1}')
    assert (code, "same" in other) == (0, False)


def test_a_policy_is_told_as_given_with_what_the_code_needs_for_nothing(probe, script, tmp_path):
    given = policy(tmp_path, "s3:ListAllMyBuckets", "s3:GetBucketAcl", "ec2:DescribeVpcs")
    code, ran = probe("run", script(LISTING), "--policy", given)
    assert code == 0
    assert ran["granted_actions"] == ["ec2:DescribeVpcs", "s3:GetBucketAcl", "s3:ListAllMyBuckets"]
    assert ran["policy_excess"] == ["ec2:DescribeVpcs", "s3:GetBucketAcl"]
    code, derived = probe("run", script(LISTING))
    assert (derived["granted_actions"], derived["policy_excess"]) == (["s3:ListAllMyBuckets"], [])


DENIED = """\
import boto3, json
s3 = boto3.client("s3")
said = {}
for bucket in s3.list_buckets()["Buckets"]:
    try:
        s3.get_bucket_acl(Bucket=bucket["Name"])
    except Exception as error:
        said[bucket["Name"]] = type(error).__name__
print(json.dumps(said))
"""


def test_denials_are_told_with_who_decided_and_on_what(probe, script, account):
    arns = [f"arn:aws:s3:::{name}-{account.account_id}" for name in ("one", "two")]
    closed = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetBucketAcl", "Resource": arns[0]}
    text = json.dumps({"Version": "2012-10-17", "Statement": [closed]})
    account.client("s3").put_bucket_policy(Bucket=arns[0].rpartition(":")[2], Policy=text)
    code, ran = probe("run", script(DENIED))
    assert code == 0
    (told,) = ran["denials"]
    assert (told["operation"], told["cause"], told["count"]) == ("s3:GetBucketAcl", "resource_policy", 1)
    assert told["resources"] == [arns[0]]
    assert told["statement"]["Condition"]
    assert "explicit deny" in told["message"]
