"""Tiers for other machines. What a profile or a command line says is no proof that it confines: that is tried on the spot.

Docker is tried for real where a daemon runs that has the image; macOS never here.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cloudprobe.errors import SandboxUnavailableError
from cloudprobe.sandbox import elsewhere, isolation
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.isolation import Tier
from cloudprobe.sandbox.launch import launch
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.runtime import runtime
from tests.sandbox.test_hostile import SCRIPTS, attack


def test_the_profile_of_macos_denies_by_default_and_names_what_is_allowed():
    text = elsewhere.profile(runtime(), folder=Path("/private/tmp/run"))
    lines = text.splitlines()
    assert lines[:2] == ["(version 1)", "(deny default)"]
    assert '(allow file-write* (subpath "/private/tmp/run") (literal "/dev/null"))' in lines
    assert not [line for line in lines if "network" in line or "mach" in line or "process-fork" in line]
    readable = next(line for line in lines if line.startswith("(allow file-read*"))
    assert f'(subpath "{runtime().standard_library}")' in readable
    assert '(subpath "/")' not in text
    assert text.count("(") == text.count(")")


def test_paths_cannot_end_their_quotation():
    text = elsewhere.profile(runtime(), folder=Path('/tmp/a") (allow network*) ("b\\'))
    assert '"/tmp/a\\") (allow network*) (\\"b\\\\"' in text


def test_macos_starts_the_child_behind_its_program(monkeypatch, tmp_path):
    program = tmp_path / "sandbox-exec"
    program.touch()
    monkeypatch.setattr(elsewhere, "SANDBOX_EXEC", program)
    plan = launch("sandbox-exec", runtime=runtime(), limits=Limits(), region="us-east-1")
    assert plan.command[:2] == (str(program), "-p")
    assert plan.command[2] == elsewhere.profile(runtime(), folder=plan.folder)
    assert plan.command[3] == str(runtime().interpreter)
    assert plan.settings["confinement"]["system"] == "darwin"
    assert set(plan.settings["confinement"]["rlimits"]) == {"CORE", "CPU", "FSIZE", "NOFILE"}


def test_docker_is_asked_for_a_container_with_nothing(monkeypatch):
    monkeypatch.setattr(elsewhere, "docker", lambda: "/usr/bin/docker")
    plan = launch("docker", runtime=runtime(), limits=Limits(memory_bytes=100, wall_seconds=5), region="eu-west-1")
    line = " ".join(plan.command)
    for part in (
        "--network none",
        "--read-only",
        "--cap-drop ALL",
        "--security-opt no-new-privileges",
        "--user 65534:65534",
        "--pull never",
        "--memory 100b --memory-swap 100b",
        "--ipc none",
        "--env AWS_DEFAULT_REGION=eu-west-1",
        f"--entrypoint timeout {elsewhere.IMAGE} --signal KILL 15 python3",
    ):
        assert part in line
    volumes = [plan.command[n + 1] for n, part in enumerate(plan.command) if part == "--volume"]
    assert all(volume.endswith(":ro") for volume in volumes)
    assert "docker.sock" not in line
    assert "--privileged" not in line
    assert plan.ending[-1] == plan.command[plan.command.index("--name") + 1]


def test_without_docker_the_tier_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(FileNotFoundError, match="docker is not installed"):
        launch("docker", runtime=runtime(), limits=Limits(), region="us-east-1")
    with pytest.raises(FileNotFoundError, match="comes with macOS"):
        launch("sandbox-exec", runtime=runtime(), limits=Limits(), region="us-east-1")


@pytest.fixture
def docker():
    try:
        return isolation.require(Tier.DOCKER)
    except SandboxUnavailableError as error:
        pytest.skip(str(error))


@pytest.mark.full
def test_a_container_runs_a_script_and_leaves_nothing(docker, sandbox):
    script = (
        "import boto3, json, os, sys, tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')\n"
        "print(json.dumps([boto3.client('sts').get_caller_identity()['Account'], json.load(sys.stdin), os.getuid()]))"
    )
    done = sandbox.run(script, {"a": 1}, isolation=docker)
    assert done.status is Status.SUCCEEDED, (done.error, done.stderr)
    assert done.result == ["123456789012", {"a": 1}, 65534]
    assert done.usage.cpu_seconds > 0
    assert done.usage.peak_memory_bytes > 10 * 1024 * 1024
    stopped = sandbox.run("import time; time.sleep(60)", isolation=docker, limits=Limits(wall_seconds=3))
    assert (stopped.status, stopped.limit) == (Status.LIMITED, "wall")
    listed = subprocess.run(
        [elsewhere.docker(), "ps", "--all", "--filter", "name=cloudprobe-", "--format", "{{json .}}"],
        capture_output=True,
        check=True,
    )
    assert [json.loads(line)["Names"] for line in listed.stdout.splitlines()] == []


SAMPLE = (
    "net_tcp_connect",
    "net_unix_abstract",
    "file_secret",
    "proc_kill_parent",
    "res_memory_list",
    "res_threads",
    "code_garbage",
)


@pytest.mark.full
@pytest.mark.parametrize("script", [path for path in SCRIPTS if path.stem in SAMPLE], ids=lambda path: path.stem)
def test_attacks_in_a_container(script, docker, canaries, aws, sandbox):
    attack(script, Tier.DOCKER, canaries=canaries, aws=aws, sandbox=sandbox)
