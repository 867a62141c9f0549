"""Killed at any step, an inspection is carried on: no finished run is repeated, no role is left behind."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.transitions import Step
from tests.local import crash_child

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
STEPS = [step for step in Step if step is not Step.END]
EFFECTS = {Step.GRANT, Step.EXECUTE, Step.REVOKE, Step.PROCESS_RESULTS}
CASES = [
    *((step, "before") for step in STEPS),
    *(pytest.param(step, "after", marks=() if step in EFFECTS else pytest.mark.full) for step in STEPS),
]
LATER = (Step.REVOKE, Step.ANALYZE, Step.AGGREGATE, Step.PROCESS_RESULTS)
FINISHED_RUN = {(Step.EXECUTE, "after"), *((step, when) for step in LATER for when in ("before", "after"))}


@pytest.fixture
def account(clean_account):
    s3 = clean_account.client("s3")
    s3.create_bucket(Bucket=f"plain-{clean_account.account_id}")
    return clean_account


@pytest.fixture
def environment(account):
    return {**os.environ, **account.environment()}  # noqa: TID251 - handed on to a program under test


def roles(account):
    return [role["RoleName"] for role in account.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"]]


def resume(identifier, tmp_path, environment):
    return subprocess.run(
        [CLOUDPROBE, "resume", identifier, "--data-dir", str(tmp_path), "--json", "--quiet"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def processes():
    """Forks from a process that has loaded everything once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.local.crash_child"])
    return context


def kill_at(step, when, *, processes, account, tmp_path):
    """The id of an inspection that died there."""
    said = tmp_path / "id"
    process = processes.Process(
        target=crash_child.inspect, args=(account.environment(), tmp_path, said, step.value, when)
    )
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    process.close()
    return said.read_text()


@pytest.mark.parametrize(("step", "when"), CASES)
def test_killed_at_a_step_it_is_carried_on(step, when, tmp_path, account, processes):
    identifier = kill_at(step, when, processes=processes, account=account, tmp_path=tmp_path)
    outcomes = {path: path.read_bytes() for path in (tmp_path / "inspections" / identifier).rglob("outcome.json")}
    assert bool(outcomes) == ((step, when) in FINISHED_RUN)

    report = crash_child.resume(account.environment(), tmp_path, identifier)

    assert (report.inspection_id, report.outcome) == (identifier, Outcome.NOTHING_FOUND)
    assert len(report.runs) == 1
    assert all(path.read_bytes() == content for path, content in outcomes.items())
    assert roles(account) == []


def test_the_command_carries_on_what_was_killed(tmp_path, account, environment, processes):
    identifier = kill_at(Step.GRANT, "after", processes=processes, account=account, tmp_path=tmp_path)
    assert len(roles(account)) == 1

    resumed = resume(identifier, tmp_path, environment)

    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout)["outcome"] == "nothing_found"
    assert roles(account) == []


def interrupted_at(word, data_dir, environment):
    """The exit code and what was said of an inspection that is sent Ctrl-C when it tells of a step."""
    command = [CLOUDPROBE, "inspect", "Which S3 buckets are public?", "--data-dir", str(data_dir)]
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        said = []
        for line in process.stderr:
            said.append(line)
            if line.split()[:1] == [word]:
                process.send_signal(signal.SIGINT)
                break
        said += process.stderr.readlines()
        return process.wait(60), said


def test_ctrl_c_stops_cleanly_and_can_be_resumed(tmp_path, account, environment):
    # On a busy machine it may be over before the signal arrives; then earlier is tried.
    for number, word in enumerate(("grant", "prompt", "orchestrator", "inspection")):
        folder = tmp_path / str(number)
        code, said = interrupted_at(word, folder, environment)
        if code != 0:
            break
    tmp_path = folder
    assert code == 130, "".join(said)
    assert "resume" in said[-1]
    assert roles(account) == []

    listed = subprocess.run(
        [CLOUDPROBE, "list", "--json", "--data-dir", str(tmp_path)], capture_output=True, text=True, check=True
    )
    [record] = json.loads(listed.stdout)
    assert record["status"] == "interrupted"
    assert resume(record["id"], tmp_path, environment).returncode == 0
    assert roles(account) == []


def test_a_finished_inspection_resumes_to_the_same_report(tmp_path, account, environment):
    command = [CLOUDPROBE, "inspect", "Which S3 buckets are public?", "--json", "--quiet", "--data-dir", str(tmp_path)]
    first = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert first.returncode == 0, first.stderr
    again = resume(json.loads(first.stdout)["inspection_id"], tmp_path, environment)
    assert again.stdout == first.stdout


def test_two_inspections_at_once_do_not_disturb_each_other(tmp_path, account, environment):
    command = [CLOUDPROBE, "inspect", "Which S3 buckets are public?", "--json", "--quiet", "--data-dir", str(tmp_path)]
    both = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    reports = []
    for process in both:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        reports.append(json.loads(out))
    assert len({report["inspection_id"] for report in reports}) == 2
    assert {report["outcome"] for report in reports} == {"nothing_found"}
    assert roles(account) == []


def test_an_inspection_that_runs_is_not_run_twice(tmp_path, account, environment):
    process = subprocess.Popen(
        [CLOUDPROBE, "inspect", "Which S3 buckets are public?", "--data-dir", str(tmp_path)],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    identifier = next(line for line in process.stderr if line.startswith("inspection ")).split()[1]
    next(process.stderr)  # of the first step: by now it holds the inspection
    process.send_signal(signal.SIGSTOP)
    try:
        second = resume(identifier, tmp_path, environment)
    finally:
        process.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    assert identifier in second.stderr
    process.communicate(timeout=60)
    assert process.returncode == 0
