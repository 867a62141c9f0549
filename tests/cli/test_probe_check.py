"""``probe check``: a verdict for whatever bytes it is given, without running any of them."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
SOUND = (
    "import boto3, json, sys\nvariables = json.load(sys.stdin)\n"
    "names = [b['Name'] for b in boto3.client('s3').list_buckets()['Buckets']]\n"
    "json.dump({'facts': {'names': names}}, sys.stdout)\n"
)


def check(*arguments, data=None):
    done = subprocess.run([CLOUDPROBE, "probe", "check", *arguments], input=data, capture_output=True, timeout=120)
    assert b"Traceback" not in done.stderr
    return done


def verdict(data, *options):
    done = check("-", "--json", *options, data=data)
    told = json.loads(done.stdout)
    assert done.returncode == (0 if told["verdict"] == "accepted" else 3), done.stderr
    return told


def errors(told):
    return {finding["code"] for finding in told["findings"] if finding["severity"] == "error"}


def test_a_sound_script():
    told = verdict(SOUND.encode())
    assert told["verdict"] == "accepted"
    assert told["findings"] == []
    assert told["operations"] == [{"service": "s3", "operation": "ListBuckets", "lines": [3]}]
    assert [set(one) for one in told["actions"]] == [{"action", "tier", "reason", "resources", "meaning"}]
    assert told["policy"]["Statement"] == [{"Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": "*"}]
    assert {name: len(value) for name, value in told["digests"].items()} == {"script": 64, "policy": 64}
    assert told["script"] is None
    assert set(told) == {"version", "verdict", "findings", "operations", "actions", "policy", "digests", "script"}


def test_a_write_is_refused_with_its_line():
    told = verdict(b"import boto3\nboto3.client('s3').delete_bucket(Bucket='x')\n")
    assert told["verdict"] == "refused"
    (finding,) = [one for one in told["findings"] if one["code"] == "ceiling"]
    assert finding["line"] == 2
    assert set(finding) == {"code", "severity", "line", "message", "hint"}
    assert told["actions"][0]["tier"] == "refused"


@pytest.mark.parametrize(
    "data",
    [
        SOUND.encode("utf-8-sig"),
        SOUND.replace("\n", "\r\n").encode(),
        ("# -*- coding: latin-1 -*-\n# Größe\n" + SOUND).encode("latin-1"),
    ],
    ids=["bom", "crlf", "coding line"],
)
def test_what_python_reads_is_read(data):
    told = verdict(data)
    assert told["verdict"] == "accepted"
    assert [one["operation"] for one in told["operations"]] == ["ListBuckets"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe\x00\x01", "encoding"),
        (b"# coding: none-such\n", "encoding"),
        (b"# coding: rot13\n", "encoding"),
        (b"# coding: raw_unicode_escape\nx = '\\ud800'\n", "encoding"),
        (b"x = 1\nname = '\xe9'\n", "encoding"),
        (b"x = 1\0\n", "syntax"),
        (b"def f(:\n", "syntax"),
        (b"print 'two'\n", "syntax"),
        (b"(" * 5000 + b")" * 5000, "syntax"),
        (b"x = 1" + b" + 1" * 20_000, "syntax"),
        (b"x = " + b"-" * 50_000 + b"1", "syntax"),
        (b"x = 1\n" * 50_000, "size"),
        (b"#" * 5_000_000, "size"),
    ],
)
def test_what_cannot_be_a_probe_is_refused_by_name(data, code):
    told = verdict(data)
    assert told["verdict"] == "refused"
    assert code in errors(told)
    assert told["policy"]["Statement"] == []


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00\x01", b"# coding: none-such\n", b"# coding: rot13\n", b"x = '\xe9'\n", b"def f(:\n", b""]
)
def test_the_digest_is_of_the_bytes_given(data):
    assert verdict(data)["digests"]["script"] == hashlib.sha256(data).hexdigest()


def test_what_was_not_read_to_its_end_has_no_digest():
    told = verdict(b"#" * 5_000_000)
    assert told["digests"]["script"] is None
    assert "no digest" in told["findings"][0]["message"]
    assert check("-", data=b"#" * 5_000_000).stdout.startswith(b"refused: script without a digest")


def test_an_undecodable_byte_is_told_with_its_line():
    assert verdict(b"x = 1\nname = '\xe9'\n")["findings"][0]["line"] == 2


def test_the_contract_refuses_only_where_asked():
    data = b"import boto3\nprint(len(boto3.client('s3').list_buckets()['Buckets']), 'buckets')\n"
    told = verdict(data)
    assert told["verdict"] == "accepted"
    assert "contract-output" in {finding["code"] for finding in told["findings"]}
    assert errors(verdict(data, "--contract")) == {"contract-output"}


@pytest.mark.parametrize("data", [b"", b"\n", b"# nothing\n"])
def test_a_script_without_calls_may_do_nothing(data):
    told = verdict(data)
    assert (told["verdict"], told["operations"], told["actions"]) == ("accepted", [], [])


def test_the_data_class_decides_and_a_named_resource_narrows():
    data = b"import boto3, sys, json\nv = json.load(sys.stdin)\nboto3.client('s3').get_object(Bucket=v['b'], Key='k')\n"
    assert errors(verdict(data)) == {"ceiling"}
    assert verdict(data, "--data-class", "data")["policy"]["Statement"][0]["Resource"] == "*"
    named = verdict(data, "--data-class", "data", "--data-resource", "arn:aws:s3:::b")
    assert named["policy"]["Statement"][0]["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]


def test_the_script_is_never_run_or_imported(tmp_path):
    mark = tmp_path / "ran"
    told = verdict(f"open({str(mark)!r}, 'w').write('x')\n{SOUND}".encode())
    assert told["operations"]
    assert not mark.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["/none/such.py"],
        ["/"],
        ["-", "--variables", "{"],
        ["-", "--variables", "[1]"],
        ["-", "--data-resource", "arn:aws:s3:::b"],
        ["-", "--data-class", "everything"],
    ],
)
def test_what_cannot_be_carried_out(arguments):
    done = check(*arguments, "--json", data=SOUND.encode())
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["exit_code"] == 2


def test_what_a_person_reads():
    done = check("-", data=b"import boto3\nboto3.client('ec2').terminate_instances(InstanceIds=['i-1'])\n")
    text = done.stdout.decode()
    assert done.returncode == 3
    assert text.startswith("refused")
    assert "line 2: ec2:TerminateInstances is not allowed" in text
