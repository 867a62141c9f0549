"""``plan`` shows what would be run, and touches no account: it has none here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cloudprobe.guard.estimate import ALL_REGIONS, ASSUMED_RESOURCES, estimate
from cloudprobe.guard.policy import digest, script_digest

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")


def plan(*arguments):
    done = subprocess.run([CLOUDPROBE, "plan", *arguments], env={}, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr
    return done


def test_scripts_policies_calls_and_cost(tmp_path):
    done = plan("Which S3 buckets are public?", "--json", "--data-dir", str(tmp_path / "data"))
    planned = json.loads(done.stdout)
    assert done.returncode == 0
    (probe,) = planned["probes"]
    assert probe["digests"] == {"script": script_digest(probe["script"]), "policy": digest(probe["policy"])}
    assert {one["action"] for one in probe["actions"]} == set(probe["policy"]["Statement"][0]["Action"])
    assert planned["expected_calls"] == sum(one["calls"] for one in probe["operations"]) > 0
    assert planned["expected_cost_usd"] > 0
    assert {one["operation"] for one in probe["priced"]} >= {"s3:ListBuckets"}
    assert not (tmp_path / "data").exists()


def test_what_a_person_reads(tmp_path):
    done = plan("Which S3 buckets are public?", "--data-dir", str(tmp_path))
    assert "s3:GetBucketPolicy" in done.stdout
    assert "expected   about" in done.stdout


def test_nothing_fits(tmp_path):
    done = plan("Why is the sky blue?", "--json", "--data-dir", str(tmp_path))
    assert done.returncode == 4
    assert json.loads(done.stdout)["error"]["exit_code"] == 4


@pytest.mark.parametrize(
    ("operation", "calls", "usd"),
    [
        (("ec2", "DescribeVpcs"), ALL_REGIONS, 0.0),
        (("s3", "GetBucketPolicy"), ASSUMED_RESOURCES, 0.0000004),
        (("s3control", "GetPublicAccessBlock"), 1, 0.0),
        (("ce", "GetCostAndUsage"), ASSUMED_RESOURCES, 0.01),
        (("dynamodb", "DescribeTable"), ALL_REGIONS * ASSUMED_RESOURCES, 0.0),
    ],
)
def test_how_calls_are_estimated(operation, calls, usd):
    (one,) = estimate([operation], regions=ALL_REGIONS)
    assert (one.calls, one.usd) == (calls, usd)
