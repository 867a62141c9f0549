"""What only a real AWS account can show: that IAM, STS and CloudTrail take our sessions as they are meant.

Opt-in: ``CLOUDPROBE_E2E=1 pytest tests/e2e``, with ``AWS_PROFILE`` or keys of an account where an inspector role stands
(``cloudprobe setup --deploy``). Reads only; with ``CLOUDPROBE_E2E_ROLES=1`` also makes and deletes a role for a run.
The emulated account cannot show these: propagation of new roles, the packed size of session policies, source
identities of chained sessions, and what organisations deny.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
ENVIRONMENT = dict(os.environ)  # noqa: TID251 - handed on to the program under test
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(ENVIRONMENT.get("CLOUDPROBE_E2E") != "1", reason="asks a real AWS account; CLOUDPROBE_E2E=1"),
]


def inspect(tmp_path, *options):
    done = subprocess.run(
        [CLOUDPROBE, "inspect", "Which S3 buckets are public?", "--json", "--data-dir", str(tmp_path), *options],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def test_a_session_policy_bounds_a_run(tmp_path):
    report, told = inspect(tmp_path, "--access", "session")
    assert "session policy on arn:aws" in told
    assert report["quality"]["calls"] > 0
    assert report["quality"]["calls_denied"] == 0


@pytest.mark.skipif(ENVIRONMENT.get("CLOUDPROBE_E2E_ROLES") != "1", reason="makes a role; CLOUDPROBE_E2E_ROLES=1")
def test_a_role_for_each_run_is_waited_for_and_deleted(tmp_path):
    report, told = inspect(tmp_path, "--access", "role")
    assert "a role for each run" in told
    assert report["quality"]["calls_denied"] == 0
    left = subprocess.run(
        [CLOUDPROBE, "access", "sweep", "--dry-run", "--json"], env=ENVIRONMENT, capture_output=True, text=True
    )
    assert report["inspection_id"] not in left.stdout
