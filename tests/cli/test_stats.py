"""``cloudprobe stats`` over stored inspections, as a person and as a program reads it."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cloudprobe.bootstrap import open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.ids import inspection_id
from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings, InspectionStatus, Outcome
from cloudprobe.domain.metrics import AgentMetrics, Metrics
from cloudprobe.domain.report import Confidence, Report
from cloudprobe.steps.artifacts import encode, metrics_key, report_key

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Store:
    """A data folder with inspections as they are kept."""

    def __init__(self, folder):
        self.folder = folder
        self.workspace = open_workspace(Config.read({}, data_dir=folder))
        self._made = 0

    def add(self, *, days_ago=0, status=InspectionStatus.FINISHED, metrics=None, report=None, now=NOW):
        self._made += 1
        identifier = inspection_id(now - timedelta(days=days_ago), self._made.to_bytes(4))
        self.workspace.states.create(
            InspectionRecord(id=identifier, question="q", status=status, settings=InspectionSettings(),
                             created=now.isoformat(), updated=now.isoformat())
        )  # fmt: skip
        if metrics:
            begun = (now - timedelta(days=days_ago)).isoformat()
            values = metrics.model_copy(update={"inspection_id": identifier, "started": begun})
            self.workspace.artifacts.put(metrics_key(identifier), encode(values))
        if report:
            self.workspace.artifacts.put(
                report_key(identifier), encode(report.model_copy(update={"inspection_id": identifier}))
            )
        return identifier

    def stats(self, *options):
        return subprocess.run(
            [CLOUDPROBE, "stats", "--data-dir", str(self.folder), *options], capture_output=True, text=True, timeout=60
        )


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


ANSWERED = Metrics(
    outcome="answered", seconds=2.0, probes=1, probes_succeeded=1, from_templates=1, attempts=1, calls_usd=0.01,
    agents=(AgentMetrics(agent="code_generator", model="bedrock:strong", exchanges=1, seconds=(3.0,), usd=0.25),),
    model_usd=0.25,
)  # fmt: skip
FAILED = Metrics(outcome="unanswered", seconds=8.0, probes=1, retries=2, failures={"execute:budget": 3})
OLD = Report(
    inspection_id="", question="q", outcome=Outcome.NOTHING_FOUND, answer="a", confidence=Confidence(level="low", reason=""),
    seconds=4.0, started="2026-11-01T00:00:00+00:00",
)  # fmt: skip


def test_without_inspections_it_says_so_and_makes_no_folder(tmp_path):
    folder = tmp_path / "none"
    done = Store(folder).stats()
    assert (done.returncode, "No inspections yet" in done.stdout, folder.exists()) == (0, True, True)


def test_the_numbers_as_json(store):
    store.add(metrics=ANSWERED)
    store.add(metrics=FAILED, days_ago=1)
    store.add(report=OLD)
    store.add()
    store.add(status=InspectionStatus.RUNNING)
    damaged = store.add(metrics=ANSWERED)
    store.workspace.artifacts.put(metrics_key(damaged), b"{")
    found = json.loads(store.stats("--json").stdout)
    assert (found["inspections"], found["unread"], found["unfinished"]) == (3, 2, {"interrupted": 1})
    assert found["outcomes"] == {"answered": 1, "unanswered": 1, "nothing_found": 1}
    assert (found["seconds"]["p50"], found["usd"]["total"]) == (4.0, 0.26)
    assert [day["day"] for day in found["days"]] == ["2026-11-01", "2026-11-23", "2026-11-24"]
    assert found["agents"][0]["model"] == "bedrock:strong"
    assert found["failures"] == {"execute:budget": 3}


def test_the_numbers_for_a_person(store):
    store.add(metrics=ANSWERED)
    store.add(metrics=FAILED, days_ago=1)
    done = store.stats()
    assert (done.returncode, done.stderr) == (0, "")
    for told in ("1 answered", "1 unanswered", "$0.2600", "execute:budget", "code generator", "2026-11-23", "█", "░"):
        assert told in done.stdout


def test_only_the_last_days(store):
    now = datetime.now(UTC)  # noqa: TID251 - the command counts back from now
    store.add(metrics=ANSWERED, now=now)
    store.add(metrics=FAILED, now=now, days_ago=9)
    assert json.loads(store.stats("--json", "--days", "7").stdout)["outcomes"] == {"answered": 1}
    assert json.loads(store.stats("--json").stdout)["inspections"] == 2


def test_as_collectors_read_them(store):
    store.add(metrics=ANSWERED)
    store.add(metrics=FAILED)
    families = {one.name: one for one in text_string_to_metric_families(store.stats("--format", "prometheus").stdout)}
    counts = {sample.labels["outcome"]: sample.value for sample in families["cloudprobe_inspections"].samples}
    assert counts == {"answered": 1, "unanswered": 1}
    events = [json.loads(line) for line in store.stats("--format", "emf").stdout.splitlines()]
    assert [event.get("Outcome", event.get("Agent")) for event in events] == [
        "unanswered",
        "answered",
        "code_generator",
    ]
    assert {event["_aws"]["Timestamp"] for event in events} == {int(NOW.timestamp() * 1000)}
