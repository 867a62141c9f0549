"""The command as a person runs it: two worlds asked, results kept as they come, resumed, compared."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cloudprobe.evaluation import store

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")


def environment():
    kept = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    found = {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251 - for a program under test
    return found | {"COLUMNS": "100"}


def evaluate(*arguments):
    done = subprocess.run(
        [CLOUDPROBE, "eval", *map(str, arguments)], env=environment(), capture_output=True, text=True, timeout=240
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def chosen(two_worlds):
    return [part for world in two_worlds for part in ("--world", world)]


@pytest.fixture(scope="module")
def run(two_worlds, tmp_path_factory):
    """Both worlds, as they are and renamed."""
    folder = tmp_path_factory.mktemp("run") / "results"
    done = evaluate(*chosen(two_worlds), "--rename", "--jobs", 2, "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder, done


def cases(folder):
    return {(c.key.world, c.key.question, c.key.naming): c for c in store.read(folder).cases}


def test_every_question_is_scored(run):
    found = cases(run[0])
    assert len(found) == 8
    for naming in ("own", "renamed"):
        right, shut = found["open-shelf", "public", naming], found["shut-shelf", "public", naming]
        assert (right.right, right.facts_found, right.claims, right.claims_wrong, right.claims_cited) == (
            True,
            1,
            1,
            0,
            1,
        )
        assert right.citations == right.citations_resolved > 0
        assert (right.abstained, shut.abstained, shut.right) == (None, True, True)
        assert (right.iterations, right.retries, right.policy_excess) == (1, 0, 0)
        assert right.calls > 3
        assert right.seconds > 0


def test_what_needs_a_model_is_declined_and_that_is_right(run):
    declined = cases(run[0])["open-shelf", "topics", "own"]
    assert (declined.right, declined.abstained, declined.outcome, declined.facts) == (True, True, "unanswered", 0)


def test_an_answer_against_the_truth_is_told_and_its_inspection_kept(run):
    folder, done = run
    wrong = cases(folder)["open-shelf", "misjudged", "own"]
    assert not wrong.right
    assert set(wrong.complaints) == {
        "missing: shelf s3-bucket-public-read low",
        "wrong: shelf s3-bucket-public-read high",
    }
    assert "open-shelf/misjudged" in done.stdout
    kept = folder / store.INSPECTIONS / "open-shelf" / "inspections"
    assert [path.name for path in kept.iterdir()] == [wrong.inspection_id]
    shown = subprocess.run(
        [CLOUDPROBE, "show", wrong.inspection_id, "--data-dir", kept.parent],
        env=environment(), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "public" in shown.stdout


def test_the_table_fits_and_the_page_is_there(run):
    folder, done = run
    assert max(map(len, done.stdout.splitlines())) <= 100 or str(folder) in done.stdout
    table = [line for line in done.stdout.splitlines() if line.startswith(("open-shelf", "shut-shelf", "all"))]
    assert [line.split()[:3] for line in table] == [
        ["open-shelf", "6", "4/6"],
        ["shut-shelf", "2", "2/2"],
        ["all", "8", "6/8"],
    ]
    assert all(len(line) <= 100 for line in table)
    assert "Renaming everything changed no verdict." in done.stdout
    assert "6 of 8 answers right" in (folder / store.PAGE).read_text()


def test_the_last_line_has_the_totals(run):
    found = store.read(run[0])
    assert found.totals is not None
    assert [(g.world, g.summary.right.count) for g in found.totals.groups] == [
        ("", 6),
        ("open-shelf", 4),
        ("shut-shelf", 2),
    ]
    assert found.totals.renamings == ()


def test_a_run_that_was_cut_goes_on_where_it_was(run, tmp_path):
    folder = tmp_path / "cut"
    folder.mkdir()
    lines = (run[0] / store.FILE).read_text().splitlines(keepends=True)
    own = [line for line in lines[1:-1] if '"shut-shelf"' not in line]
    (folder / store.FILE).write_text(lines[0] + "".join(own) + '{"kind":"case","key":{"world":"shu')
    done = evaluate("--resume", "--output", folder, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["version"], document["evaluation"]["rename"]) == (1, True)
    assert len(document["cases"]) == 8
    asked = [case["key"]["world"] for case in document["cases"][len(own) :]]
    assert asked == ["shut-shelf", "shut-shelf"]
    assert document["totals"]["groups"][0]["summary"]["right"]["count"] == 6
    assert store.read(folder).totals is not None


def test_a_stop_keeps_what_there_is(two_worlds, tmp_path):
    folder = tmp_path / "stopped"
    command = [CLOUDPROBE, "eval", "--world", two_worlds[1], "--repeat", "30", "--output", folder]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        while not (folder / store.FILE).exists() or len((folder / store.FILE).read_text().splitlines()) < 2:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert "--resume" in said
    found = store.read(folder)
    assert 1 <= len(found.cases) < 30
    assert found.totals is None
    assert "stopped before its end" in (folder / store.PAGE).read_text()


def test_two_runs_are_compared_and_a_regression_may_fail(run, tmp_path):
    worse = tmp_path / "worse"
    shutil.copytree(run[0], worse)
    text = (worse / store.FILE).read_text()
    first = next(line for line in text.splitlines() if line.startswith('{"kind":"case"'))
    broken = first.replace('"right":true', '"right":false').replace('"claims_wrong":0', '"claims_wrong":2')
    assert broken != first
    (worse / store.FILE).write_text(text.replace(first, broken))
    same = evaluate("--compare", run[0], run[0], "--fail-on-regression")
    assert (same.returncode, "8 equal" in same.stdout) == (0, True)
    said = evaluate("--compare", run[0], worse)
    assert said.returncode == 0
    assert "1 worsened" in said.stdout
    failing = evaluate("--compare", run[0], worse, "--fail-on-regression", "--json")
    assert failing.returncode == 4
    document = json.loads(failing.stdout)
    assert document["regressed"] is True
    assert [change["kind"] for change in document["changes"]][:2] == ["worsened", "equal"]
    assert evaluate("--compare", worse, run[0], "--fail-on-regression").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--world", "fulty"), "faulty"),
        (("--world", "healthy", "--question", "nonsense"), "nonsense"),
        (("--world", "healthy", "--model", "nobody"), "nobody"),
        (("--world", "healthy", "--model", "library:x"), "library"),
        (("--world", "healthy", "--model", "replay:/nowhere/at/all"), "/nowhere/at/all"),
        (("--world", "healthy", "--model", "replay:"), "replay:DIR"),
        (("--resume",), "--output"),
        (("--resume", "--output", "{tmp}"), "holds no results"),
        (("--resume", "--output", "{tmp}", "--world", "healthy"), "--resume"),
        (("--compare", "{tmp}", "{tmp}"), "holds no results"),
        (("--compare", "{tmp}", "{tmp}", "--world", "healthy"), "--compare"),
        (("--fail-on-regression",), "--compare"),
        (("--repeat", "0"), "repeat"),
        (("--budget-usd", "-1", "--world", "healthy"), "budget"),
    ],
)
def test_what_cannot_be_done_is_a_usage_error_that_helps(arguments, said, tmp_path):
    done = evaluate(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert not list(tmp_path.iterdir())


def test_results_are_not_written_over(run):
    before = (run[0] / store.FILE).read_bytes()
    done = evaluate("--world", "healthy", "--output", run[0])
    assert (done.returncode, "--resume" in done.stderr) == (2, True)
    assert (run[0] / store.FILE).read_bytes() == before
