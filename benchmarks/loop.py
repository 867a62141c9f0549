"""What the loop costs beyond the script: a whole inspection on the embedded account, split by step."""

import statistics
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.report import Report
from cloudprobe.testing import NullObserver

ROUNDS = 5
QUESTIONS = ("Which S3 buckets are public?", "Why can the orders function not write to its bucket?")


def run() -> list[tuple[str, str]]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Config.read({}, data_dir=Path(folder)))
        before = time.perf_counter()
        with open_account("faulty", workspace.config) as account:
            rows.append(("start and seed the embedded account", f"{time.perf_counter() - before:.2f} s"))
            before = time.perf_counter()
            engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event())
            rows.append(("load LangGraph and the agents", f"{time.perf_counter() - before:.2f} s"))
            settings = account.narrow(InspectionSettings(world="faulty"))
            for question in QUESTIONS:
                reports = [engine.run(engine.start(question, settings)) for _ in range(1 + ROUNDS)]
                rows.append((question, ""))
                rows += _split(reports[0], "first ", [reports[0]])
                rows += _split(reports[-1], "later ", reports[1:])
    return rows


def _split(one: Report, label: str, reports: list[Report]) -> list[tuple[str, str]]:
    """Medians over reports: the whole, the script's own time, and what is left by step."""
    steps: dict[str, list[float]] = defaultdict(list)
    for report in reports:
        for entry in report.timeline:
            steps[entry.step].append(entry.seconds)
    whole = statistics.median(sum(e.seconds for e in r.timeline) for r in reports)
    script = statistics.median(r.usage.wall_seconds for r in reports)
    slowest = sorted(((statistics.median(times), step) for step, times in steps.items()), reverse=True)[:5]
    return [
        (
            f"{label}whole loop",
            f"{whole * 1000:.0f} ms, {whole / script:.2f} x the script's run ({one.usage.calls} calls)",
        ),
        (f"{label}overhead beyond the script's run", f"{(whole - script) * 1000:.0f} ms"),
        (f"{label}slowest steps", ", ".join(f"{step} {seconds * 1000:.0f} ms" for seconds, step in slowest)),
    ]
