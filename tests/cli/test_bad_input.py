"""Each thing a person can get wrong ends in one clear sentence, the next step, and the exit code of the contract."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
QUESTION = "Which S3 buckets are public?"


def bare_environment():
    kept = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    return {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251 - for a program under test


def cloudprobe(*arguments, **environment):
    done = subprocess.run(
        [CLOUDPROBE, *arguments],
        env={**bare_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done


def refused(done, code, *said):
    assert done.returncode == code, done.stderr
    for words in said:
        assert words in done.stderr
    return done


@pytest.fixture
def data(tmp_path):
    return ["--data-dir", str(tmp_path / "data")]


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_an_empty_question(question, data):
    refused(cloudprobe("inspect", question, "--world", "healthy", *data), 2, "empty")


def test_a_far_too_long_question(data, tmp_path):
    done = refused(cloudprobe("inspect", "x" * 100_000, "--world", "healthy", *data), 2, "100,000", "4,000")
    assert len(done.stderr) < 500
    assert not (tmp_path / "data").exists()


def test_an_unknown_world(data):
    refused(cloudprobe("inspect", QUESTION, "--world", "fulty", *data), 2, "fulty", "faulty")


def test_an_unknown_region(data):
    refused(
        cloudprobe("inspect", QUESTION, "--world", "healthy", "--region", "eu-wset-1", *data),
        2,
        "eu-wset-1",
        "eu-west-1",
    )


def test_two_ways_to_say_regions(data):
    done = cloudprobe("inspect", QUESTION, "--world", "healthy", "--region", "eu-west-1", "--all-regions", *data)
    refused(done, 2, "--region", "--all-regions")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "pdf"],
        ["--max-iterations", "4"],
        ["--max-retries", "3"],
        ["--model", "gpt"],
        ["--no-such-option"],
    ],
)
def test_an_option_there_is_not(arguments, data):
    refused(cloudprobe("inspect", QUESTION, "--world", "healthy", *arguments, *data), 2)


@pytest.mark.parametrize(
    "endpoint", ["https://s3.amazonaws.com", "https://sts.eu-west-1.amazonaws.com", "https://sts.eu-west-1.API.AWS."]
)
def test_the_address_of_one_service_of_aws_is_no_account(endpoint, data):
    done = cloudprobe(
        "inspect", QUESTION, *data, AWS_ENDPOINT_URL=endpoint, AWS_ACCESS_KEY_ID="AKIA1", AWS_SECRET_ACCESS_KEY="x"
    )
    refused(done, 2, "AWS has one for each", "Unset AWS_ENDPOINT_URL")


def test_no_credentials(data, embedded_account):
    done = cloudprobe(
        "inspect",
        QUESTION,
        *data,
        AWS_ENDPOINT_URL=embedded_account.endpoint_url,
        AWS_CONFIG_FILE="/dev/null",
        AWS_SHARED_CREDENTIALS_FILE="/dev/null",
    )
    refused(done, 5, "credentials")


def test_credentials_the_account_does_not_take(data, embedded_account):
    done = cloudprobe(
        "inspect",
        QUESTION,
        *data,
        AWS_ENDPOINT_URL=embedded_account.endpoint_url,
        AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE",
        AWS_SECRET_ACCESS_KEY="wrong",
    )
    refused(done, 5)
    assert "wrong" not in done.stderr


def test_an_endpoint_nothing_answers_at(data):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = cloudprobe(
        "inspect", QUESTION, *data, AWS_ENDPOINT_URL=endpoint, AWS_ACCESS_KEY_ID="AKIA1", AWS_SECRET_ACCESS_KEY="x"
    )
    refused(done, 5, endpoint)


def test_an_error_as_a_document(data):
    done = refused(cloudprobe("inspect", "", "--world", "healthy", "--json", *data), 2)
    error = json.loads(done.stdout)["error"]
    assert (error["type"], error["exit_code"]) == ("UsageError", 2)
    assert error["message"]
    assert error["hint"]


@pytest.mark.parametrize("command", ["show", "report", "data", "delete", "resume"])
@pytest.mark.parametrize("identifier", ["20260101-000000-00000000", "nonsense", "../../etc/passwd", ""])
def test_an_inspection_there_is_not(command, identifier, data):
    refused(cloudprobe(command, identifier, *data), 2)


def test_a_data_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    done = cloudprobe("inspect", QUESTION, "--world", "healthy", "--data-dir", str(tmp_path / "file" / "data"))
    refused(done, 1, str(tmp_path / "file"), "--data-dir")


def test_a_read_only_data_folder():
    refused(
        cloudprobe("inspect", QUESTION, "--world", "healthy", "--data-dir", "/proc/cloudprobe"),
        1,
        "/proc",
        "--data-dir",
    )


def test_a_full_disk(data, tmp_path):
    """Files may grow to a few blocks only, which is what a disk with that much room left gives."""
    program = f"ulimit -f 8; exec {CLOUDPROBE} inspect '{QUESTION}' --world healthy --data-dir {tmp_path / 'data'}"
    done = subprocess.run(["bash", "-c", program], env=bare_environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "room" in done.stderr or "full" in done.stderr
    assert not list((tmp_path / "data").rglob(".writing-*"))


def test_a_corrupted_state_file(data, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "inspections.sqlite").write_bytes(b"not a database at all" * 100)
    refused(cloudprobe("list", *data), 1, "inspections.sqlite")
    refused(cloudprobe("inspect", QUESTION, "--world", "healthy", *data), 1, "inspections.sqlite")


def test_a_port_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(cloudprobe("account", "start", "--port", port), 2, port)


def test_an_output_file_that_cannot_be_written(data, tmp_path):
    done = cloudprobe(
        "inspect", QUESTION, "--world", "healthy", "--format", "md", "--output", str(tmp_path), "--quiet", *data
    )
    refused(done, 1, str(tmp_path), "cloudprobe report")
    assert re.search(r"\d{8}-\d{6}-[0-9a-f]{8}", cloudprobe("list", *data).stdout)
