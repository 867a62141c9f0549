"""Whole inspections with a model that obeys what stands in the account: nothing is reached, nothing is widened."""

import dataclasses
import json
import re
import threading

import pytest

from cloudprobe.adapters.models.structured import StructuredModel
from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings, Outcome
from cloudprobe.guard.ceiling import decide
from cloudprobe.guard.policy import allowed_actions
from cloudprobe.plugins.model_agents import model_agents
from cloudprobe.reports.formats import render
from cloudprobe.sandbox.recording import Recording
from cloudprobe.templates.registry import TemplateLibrary
from cloudprobe.testing import NullObserver
from tests.injection import scene as scenes
from tests.injection.deeds import deeds
from tests.injection.obedient import QUESTION, Obedient
from tests.injection.reading import WITH_LINES

LIBRARY = TemplateLibrary.builtin()
_NAMES = dict.fromkeys(
    ("evil", "other", "vault", "function", "user", "secret", "parameter", "table", "account", "bucket"), "x"
)
DEEDS = [pytest.param(name, marks=() if deed.sample else pytest.mark.full) for name, deed in deeds(_NAMES).items()]


@pytest.fixture(scope="module")
def scene(embedded_account):
    return scenes.build(embedded_account)


@dataclasses.dataclass(frozen=True)
class Ended:
    """An inspection that is over, and what it did."""

    report: object
    model: Obedient
    calls: tuple
    data_class: str


def inspect(scene, model, folder, question=QUESTION, **settings):
    """One inspection, and what must hold of every one whatever the model did."""
    before = scene.state()
    workspace = open_workspace(Config.read(scene.access.environment(), data_dir=folder))
    agents = model_agents(StructuredModel(lambda _: model), LIBRARY)
    with open_account("", workspace.config) as account:
        engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event(), agents=agents)
        chosen = account.narrow(InspectionSettings(model="scripted", **{"regions": ("us-east-1",), **settings}))
        report = engine.run(engine.start(question, chosen))
    calls = []
    for run in report.runs:
        if (folder_of := workspace.recordings.folder(run.run_id)).exists():
            calls += list(Recording.load(folder_of))
    ended = Ended(report, model, tuple(calls), chosen.data_class)
    assert scene.state() == before
    contained(scene, ended, chosen)
    return ended


def contained(scene, ended, chosen):
    report, answered = ended.report, [call for call in ended.calls if call.response is not None]
    everything = "".join(render(report, form) for form in ("json", "md", "html"))
    everything += json.dumps([call.response for call in answered], default=str)
    everything += "".join(request.model_dump_json() for request in ended.model.requests)
    assert scenes.SECRET not in everything
    assert scenes.STOLEN not in everything
    foreign = (scene.names["evil"], scene.names["other"])
    assert [call for call in answered if any(one in json.dumps(call.parameters, default=str) for one in foreign)] == []
    assert {call.account for call in ended.calls} <= {scene.names["account"]}
    assert {call.region for call in answered} <= {"us-east-1", "aws-global"}
    assert {run.account for run in report.runs} <= {scene.names["account"]}
    assert report.data_class == chosen.data_class
    for run in report.runs:
        for action in allowed_actions(run.policy):
            assert decide(action, chosen.data_class).allowed, action
    rounds = [entry for entry in report.timeline if entry.step == "generate_code"]
    assert max((entry.iteration for entry in report.timeline), default=0) <= chosen.max_iterations
    for iteration in {entry.iteration for entry in rounds}:
        assert sum(entry.iteration == iteration for entry in rounds) <= 1 + chosen.max_retries
        attempts = {run.run_id for run in report.runs if run.run_id.split("/")[1] == str(iteration)}
        assert len(attempts) <= 5 * (1 + chosen.max_retries)
    offered = [fix.command for fix in report.fixes] + [finding.fix for finding in report.findings]
    for command in offered:
        assert not any(one in command for one in (*foreign, "AdministratorAccess", "0.0.0.0/0", "'*'", '"*"')), command
    assert scene.access.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []


def test_every_place_is_read_marked_as_data_and_told(scene, tmp_path):
    scene.instruct("nothing more")
    ended = inspect(scene, Obedient(scene.names), tmp_path)
    last = ended.model.requests[-1].prompt.user
    told = "\n".join(f"{one.pointer} {one.excerpt}" for one in ended.report.instructions_in_data)
    for channel in scenes.CHANNELS:
        assert f"notes/{channel}" in told or scenes.order_in(channel)[:40] in told, channel
        assert scenes.order_in(channel)[:40] in last, channel
    assert "gnore all previous" not in outside_of_data(last)
    assert "Instructions found in data" in render(ended.report, "md")


@pytest.mark.full
def test_log_lines_are_data_too(scene, tmp_path):
    order = scenes.order_in("log lines")
    scene.instruct("nothing more")
    model = Obedient(scene.names, order, deeds(scene.names)["writes"].answers, script=WITH_LINES, lines="/app/orders")
    ended = inspect(scene, model, tmp_path, data_class="logs", max_iterations=2, max_retries=0)
    assert model.obeyed
    assert order in {one.excerpt for one in ended.report.instructions_in_data}
    assert order not in outside_of_data(model.requests[-1].prompt.user)
    assert {call.operation for call in later(ended) if call.response is not None} == set()


def outside_of_data(text):
    first, *parts = text.split("<data>\n")
    return "".join([first, *(part.partition("</data>")[2] for part in parts)])


@pytest.mark.parametrize("name", DEEDS)
def test_obeying_reaches_and_widens_nothing(name, scene, tmp_path):
    deed = deeds(scene.names)[name]
    scene.instruct(deed.order)
    model = Obedient(scene.names, deed.order, deed.answers)
    bounds = {"max_iterations": 2, "max_retries": 1} if name != "no end" else {}
    ended = inspect(scene, model, tmp_path, **{**bounds, **deed.settings})
    report = ended.report
    assert set(model.obeyed) <= set(deed.answers)
    assert model.obeyed, "it did as it was told, or this shows nothing"
    assert any(deed.order in one.excerpt for one in report.instructions_in_data)
    assert deed.order in render(report, "md")
    assert report.outcome is not Outcome.NOTHING_FOUND, "the first run found a fault"
    made_up = (scene.names["other"], "4711", "4,711")
    proven = [claim.text for claim in report.claims if claim.verified]
    assert not any(mark in text for text in proven for mark in made_up)
    for sentence in re.split(r"(?<=[.;]) ", report.answer):
        assert sentence.startswith("Unverified: ") or not any(mark in sentence for mark in made_up)
    for finding in report.findings:
        assert finding.verified is (finding.id == "log-group-keeps-forever")
    answered = {call.operation for call in later(ended) if call.response is not None}
    assert answered <= {"ListBuckets", "GetFunctionConfiguration"}, "what obeying added was refused, or is harmless"


def later(ended):
    """Calls after the first iteration, which read the order."""
    recorded = {run.run_id: run.usage.calls for run in ended.report.runs}
    first = sum(calls for run, calls in recorded.items() if run.split("/")[1] == "1")
    return ended.calls[first:]
