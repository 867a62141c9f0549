"""Installed plugins that do their worst, under the real command: they are named, and nothing else changes."""

import subprocess
import sys
from pathlib import Path

import pytest

QUESTION = "Which S3 buckets are public?"
WORST = """
import sys
from cloudprobe.plugins import ReportFormat, hookimpl

def render(report):
    sys.exit(7)

@hookimpl
def cloudprobe_report_formats():
    return [ReportFormat(name="seven", suffix=".seven", render=render)]

@hookimpl
def cloudprobe_agent(role, agent):
    return 42

@hookimpl
def cloudprobe_inspection_ended(report):
    sys.exit(9)

@hookimpl
def cloudprobe_progress(event):
    raise SystemExit("enough")
"""
AT_WORK = """
import sys
from cloudprobe.plugins import hookimpl

class Orchestrator:
    def decide(self, given):
        sys.exit(5)

@hookimpl
def cloudprobe_agent(role, agent):
    return Orchestrator() if role == "orchestrator" else None
"""


@pytest.fixture
def with_plugins(tmp_path):
    """Runs the command line with packages on its path, as an installer would leave them."""

    def run(*arguments, **sources):
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(source)
            info = tmp_path / f"{name}-1.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
            (info / "entry_points.txt").write_text(f"[cloudprobe]\nany = {name}\n")
        data = ["--data-dir", str(tmp_path / "data")]
        command = [str(Path(sys.executable).with_name("cloudprobe")), *arguments, *data]
        environment = {"PYTHONPATH": str(tmp_path), "HOME": str(tmp_path)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)

    return run


def test_the_answer_and_the_exit_code_stay(with_plugins):
    ended = "import sys; sys.exit(3)"
    done = with_plugins("inspect", QUESTION, "--world", "faulty", "--format", "seven", worst=WORST, ended=ended)
    assert done.returncode == 0
    assert "buckets are open to the public" in " ".join(done.stdout.split())
    assert "The plugin ended was left out: it cannot be imported: SystemExit: 3." in done.stderr
    assert "The plugin worst was left out: it gave a int as orchestrator, which has no method decide." in done.stderr
    assert "The plugin worst's report format seven failed: SystemExit: 7." in done.stderr
    assert "SystemExit: 9" in done.stderr
    assert "SystemExit: enough" in done.stderr


def test_an_agent_that_ends_at_work_is_named_in_the_answer(with_plugins):
    done = with_plugins("inspect", QUESTION, "--world", "faulty", "--quiet", at_work=AT_WORK)
    assert done.returncode == 4
    assert "The plugin at_work's orchestrator failed: SystemExit: 5." in " ".join(done.stdout.split())


def test_plugins_that_end_are_listed(with_plugins):
    done = with_plugins("plugins", "--json", ended="raise SystemExit(3)")
    assert done.returncode == 0
    assert "The plugin ended was left out" in done.stdout


@pytest.mark.parametrize("arguments", [["list"], ["templates", "list"]])
def test_nobody_who_reads_is_no_failure(arguments, tmp_path):
    command = [str(Path(sys.executable).with_name("cloudprobe")), *arguments, "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        told = process.stderr.read()
    assert (process.returncode, told) == (0, "")
