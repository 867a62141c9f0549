"""docs/plugins.md says what is so: its example works, and every hook is listed."""

import re
import sys
from pathlib import Path

import pluggy
from typer.testing import CliRunner

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.report import Confidence, Report
from cloudprobe.plugins.hookspecs import PROJECT, Hooks
from cloudprobe.plugins.manager import Plugins

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")


def test_the_example_works(tmp_path, monkeypatch, capsys):
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "gadget_reports.py").write_text(source)
    info = tmp_path / "gadget_reports-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gadget-reports\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[cloudprobe]\ngadget = gadget_reports\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        plugins = Plugins.load()
        report = Report(
            inspection_id="i", question="q", outcome=Outcome.NOTHING_FOUND, answer="Nothing was wrong.",
            confidence=Confidence(level="high", reason="r"),
        )  # fmt: skip
        assert plugins.report_formats()["text"].render(report) == "Nothing was wrong."
        plugins.ended(report)
        assert capsys.readouterr().err == "i: nothing_found\n"
        assert plugins.problems == ()
    finally:
        sys.modules.pop("gadget_reports", None)


def test_every_hook_is_listed():
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    known = {name for name in vars(Hooks) if name.startswith("cloudprobe_")}
    assert set(re.findall(r"^\| `(cloudprobe_\w+)\(", PAGE, re.MULTILINE)) == known


def test_the_command_it_names_is_there():
    from cloudprobe.cli.main import app

    assert CliRunner().invoke(app, ["plugins"]).exit_code == 0
