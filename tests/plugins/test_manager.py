"""Plugins are found, asked one by one, and named when they fail."""

import sys
from types import SimpleNamespace

import pytest

from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.errors import StoreError, UsageError
from cloudprobe.plugins import Agents, ModelProvider, ReportFormat, hookimpl
from cloudprobe.plugins.foreign import AGENT_METHODS
from cloudprobe.plugins.manager import Plugins
from cloudprobe.templates.registry import BUILTIN_FOLDER

DEFINITION = """
name = "{name}"
title = "Title"
description = "Description"
version = "1.0.0"
services = ["s3"]
questions = ["Which gadgets are blue?"]
success_criteria = ["Says which"]
"""


def template(parent, name):
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(DEFINITION.format(name=name))
    (folder / "probe.py").write_text("print('{}')")
    return folder


def plugin(**hooks):
    return SimpleNamespace(**{f"cloudprobe_{name}": hookimpl(function) for name, function in hooks.items()})


def empty():
    return []


@pytest.fixture
def plugins():
    return Plugins.load(installed=False)


def reasons(plugins):
    return [(problem.plugin, problem.reason) for problem in plugins.problems]


def test_what_is_built_in_comes_through_the_hooks(plugins):
    assert {folder.name for folder in BUILTIN_FOLDER.iterdir() if (folder / "template.toml").exists()} == {
        found.name for found in plugins.template_library()
    }
    assert {"html", "md", "json"} <= plugins.report_formats().keys()
    assert list(plugins.models()) == ["library", "bedrock", "replay"]
    assert plugins.problems == ()


def test_folders_of_ones_own_add_templates_and_take_no_names(tmp_path):
    template(tmp_path, "blue_gadgets")
    template(tmp_path, "s3_public_buckets")
    library = Plugins.load(folders=[tmp_path], installed=False).template_library()
    assert library.get("blue_gadgets").folder == tmp_path / "blue_gadgets"
    assert library.get("s3_public_buckets").folder.parent == BUILTIN_FOLDER
    assert ["already has the name" in str(problem) for problem in library.problems] == [True]


def test_a_format_of_a_plugin_is_added_and_a_taken_name_is_told(plugins):
    plain = ReportFormat(name="plain", suffix=".txt", render=lambda report: report.answer)
    mine = ReportFormat(name="html", suffix=".htm", render=lambda report: "mine")
    plugins.add("plain-text", plugin(report_formats=lambda: [plain, mine]))
    formats = plugins.report_formats()
    assert (formats["plain"].name, formats["plain"].suffix) == ("plain", ".txt")
    assert formats["plain"].render(SimpleNamespace(answer="Three.")) == "Three."
    assert formats["html"].suffix == ".html"
    assert reasons(plugins) == [("plain-text", "there is a report format 'html' already")]


def test_a_plugin_that_raises_is_named_and_the_others_stay(plugins, caplog):
    def broken():
        raise ValueError("no such gadget")

    def late():
        yield ReportFormat(name="first", suffix=".1", render=str)
        raise StoreError("The disk is full.")

    plugins.add("broken", plugin(report_formats=broken, template_folders=broken))
    plugins.add("late", plugin(report_formats=late))
    plugins.add("odd", plugin(report_formats=lambda: ["csv"], models=lambda: None))
    assert "first" not in plugins.report_formats()
    assert plugins.report_formats().keys() >= {"html"}
    assert len(plugins.template_library()) > 0
    assert plugins.models().keys() == {"library", "bedrock", "replay"}
    assert reasons(plugins) == [
        ("broken", "ValueError: no such gadget"),
        ("late", "The disk is full"),
        ("odd", "cloudprobe_report_formats gave a str, no ReportFormat"),
    ]
    assert caplog.text.count("The plugin broken was left out") == 1


def test_a_hook_of_a_wrong_shape_or_name_leaves_the_plugin_out(plugins):
    plugins.add("shape", plugin(report_formats=lambda unknown: []))
    plugins.add("name", plugin(repotr_formats=empty))
    plugins.add("good", plugin(report_formats=empty))
    assert [problem.plugin for problem in plugins.problems] == ["shape", "name"]
    assert [info.name for info in plugins.list()] == ["cloudprobe", "good"]


class Thinker:
    """Has the method of every agent's protocol, and answers nothing."""

    def __init__(self, agent=None):
        self.agent = agent

    def decide(self, given):
        raise NotImplementedError

    generate = analyze = decide


def test_agents_can_be_wrapped_and_models_added(plugins):
    def agent(role, agent):
        return Thinker(agent) if role == "discovery_analyst" else None

    asked = []

    def made(model, library):
        asked.append((model, len(library)))
        return Agents(**dict.fromkeys(AGENT_METHODS, Thinker(model)))

    provider = ModelProvider(name="parrot", description="repeats", agents=made)
    plugins.add("wrapping", plugin(agent=agent, models=lambda: [provider]))
    library = plugins.template_library()
    agents = plugins.agents("library", library)
    assert isinstance(agents.discovery_analyst.agent, Thinker)
    assert hasattr(agents.discovery_analyst.agent.agent, "analyze")
    assert hasattr(agents.orchestrator, "decide")
    assert plugins.agents("parrot:grey:2", library).orchestrator.agent.agent == "grey:2"
    assert asked == [("grey:2", len(library))]
    for absent in ("nobody:x", "library:x"):
        with pytest.raises(UsageError):
            plugins.agents(absent, library)


def test_notifiers_hear_of_progress_and_a_deaf_one_harms_nobody(plugins):
    heard = []

    def broken(event):
        raise RuntimeError("deaf")

    plugins.add("deaf", plugin(progress=broken))
    plugins.add("bell", plugin(progress=lambda event: heard.append(event.step)))
    event = ProgressEvent(kind="step_started", inspection_id="i", iteration=0, attempt=1, step="orchestrate")
    plugins.progress(event)
    plugins.progress(event)
    assert heard == ["orchestrate", "orchestrate"]
    assert reasons(plugins) == [("deaf", "RuntimeError: deaf")]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package on the path, as an installer would leave it."""

    def install(name, source):
        (tmp_path / f"{name}.py").write_text(source)
        info = tmp_path / f"{name}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[cloudprobe]\nany = {name}\n")

    monkeypatch.syspath_prepend(str(tmp_path))
    yield install
    for name in ("gadget_reports", "gadget_broken"):
        sys.modules.pop(name, None)


def test_installed_packages_are_found_by_their_entry_point(installed):
    installed(
        "gadget_reports",
        "from cloudprobe.plugins import ReportFormat, hookimpl\n"
        "@hookimpl\n"
        "def cloudprobe_report_formats():\n"
        "    return [ReportFormat(name='gadget', suffix='.gadget', render=lambda report: report.answer)]\n",
    )
    installed("gadget_broken", "import a_module_that_is_not_there\n")
    plugins = Plugins.load()
    assert "gadget" in plugins.report_formats()
    (info,) = [one for one in plugins.list() if one.name == "gadget_reports"]
    assert (info.version, info.hooks) == ("1.2", ("cloudprobe_report_formats",))
    assert [problem.plugin for problem in plugins.problems] == ["gadget_broken"]
    assert "a_module_that_is_not_there" in plugins.problems[0].reason
    assert "gadget" not in Plugins.load(installed=False).report_formats()
