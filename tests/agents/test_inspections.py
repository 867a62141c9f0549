"""Whole inspections with a scripted model: real guard, grant, sandbox and account, whatever the model is like."""

import threading

import pytest

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings, Outcome
from cloudprobe.plugins.model_agents import model_agents
from cloudprobe.templates.registry import TemplateLibrary
from cloudprobe.testing import NullObserver
from tests.agents import brains


@pytest.fixture(scope="module")
def account(embedded_account):
    access = embedded_account.second_account()
    logs = access.client("logs")
    for name, days in (("/app/orders", None), ("/app/billing", 30), ("/app/audit", None)):
        logs.create_log_group(logGroupName=name)
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    return access


class Inspection:
    def __init__(self, access, folder):
        self.workspace = open_workspace(Config.read(access.environment(), data_dir=folder))
        self.id = ""

    def ask(self, brain, question=brains.QUESTION, **settings):
        library = TemplateLibrary.builtin()
        with open_account("", self.workspace.config) as account:
            engine = build_engine(
                self.workspace,
                account,
                observer=NullObserver(),
                cancel=threading.Event(),
                agents=model_agents(brain, library),
            )
            self.id = engine.start(question, account.narrow(InspectionSettings(model="scripted", **settings)))
            return engine.run(self.id)


@pytest.fixture
def inspection(account, tmp_path):
    return Inspection(account, tmp_path)


def test_a_question_no_template_covers_is_answered_by_a_script_the_model_wrote(inspection):
    brain = brains.careful()
    report = inspection.ask(brain)
    assert report.outcome is Outcome.ANSWERED
    assert [finding.title.split()[2] for finding in report.findings] == ["/app/orders", "/app/audit"] or sorted(
        finding.title.split()[2] for finding in report.findings
    ) == ["/app/audit", "/app/orders"]
    assert all(finding.verified for finding in report.findings)
    (run,) = report.runs
    assert run.access.used == ("logs:DescribeLogGroups",)
    assert run.policy["Statement"][0]["Action"] in ("logs:DescribeLogGroups", ["logs:DescribeLogGroups"])
    assert dict(brain.asked) == {
        "orchestrator": 3,
        "prompt_generator": 1,
        "code_generator": 1,
        "discovery_analyst": 1,
    }
