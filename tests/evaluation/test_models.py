"""An evaluation with a model: over the real wire to a server on this machine, kept, and replayed without it."""

import json
import subprocess

import pytest

from cloudprobe.evaluation import store
from cloudprobe.testing.converse import ConverseServer, fault, use
from tests.agents import brains
from tests.evaluation.conftest import NOTHING, PUBLIC, make_world
from tests.evaluation.test_running import CLOUDPROBE, environment

SEED = """\
def seed(clients, names):
    logs = clients("logs")
    for logical in ("orders", "billing"):
        logs.create_log_group(logGroupName=f"/app/{names(logical)}")
    found = logs.describe_log_groups()["logGroups"]
    return {name: group["arn"] for name in ("orders", "billing") for group in found if names(name) in group["arn"]}
"""
OPEN_QUESTION = f"""\
[[questions]]
id = "retention"
ask = ["{brains.QUESTION}"]
needs_model = true
outcome = "answered"
[[questions.expect]]
resource = "orders"
[[questions.expect]]
resource = "billing"
mentions = ["{{billing}}"]
[[questions.state]]
fact = "two groups"
mentions = ["two"]
"""


class Careful:
    """Answers each tool in its turn; what the orchestrator is asked changes with what is known."""

    def __init__(self):
        self._moves = [brains.collect(), brains.COMPLETE]

    def __call__(self, request):
        answers = {
            "move_answer": self._moves[0],
            "tasks_answer": brains.TASKS,
            "script_answer": brains.SCRIPT,
            "analysis_answer": brains.ANALYSIS,
            "conclusion_answer": brains.CONCLUSION,
        }
        if request.tool == "move_answer" and len(self._moves) > 1:
            self._moves.pop(0)
        return use(request.tool, answers[request.tool])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("worlds") / "log-groups", SEED, OPEN_QUESTION, PUBLIC + NOTHING)


def evaluate(*arguments, url="http://127.0.0.1:9"):
    given = {"CLOUDPROBE_BEDROCK_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}
    given |= {"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(
        [CLOUDPROBE, "eval", *map(str, arguments)],
        env={**environment(), **given}, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def kept(world, tmp_path_factory):
    """A conversation, and what was scored when it was had."""
    folder = tmp_path_factory.mktemp("kept")
    recorded, output = folder / "conversations", folder / "results"
    with ConverseServer(then=Careful()) as server:
        done = evaluate(
            "--world", world, "--question", "retention", "--model", "bedrock", "--model", "library",
            "--record-model", recorded, "--output", output, url=server.url,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return recorded, output


def by_model(folder):
    return {case.key.model.partition(":")[0]: case for case in store.read(folder).cases}


def test_a_model_is_held_to_the_truth_and_the_library_to_declining(kept):
    found = by_model(kept[1])
    thought, declined = found["bedrock"], found["library"]
    assert thought.complaints == ()
    assert (thought.right, thought.facts, thought.facts_found, thought.abstained) == (True, 3, 3, None)
    assert thought.citations == thought.citations_resolved >= 3
    assert (thought.claims, thought.claims_wrong, thought.claims_cited) == (3, 0, 3)
    assert (declined.right, declined.facts, declined.abstained, declined.outcome) == (True, 0, True, "unanswered")


def test_tokens_and_dollars_are_counted_per_model(kept):
    found = by_model(kept[1])
    assert found["bedrock"].cost.exchanges >= 5
    assert found["bedrock"].cost.tokens.total > 1000
    assert found["bedrock"].cost.model_usd > 0
    assert (found["library"].cost.exchanges, found["library"].cost.model_usd) == (0, 0)
    overall = {g.model: g.summary for g in store.read(kept[1]).totals.groups if not g.world}
    assert overall["bedrock"].tokens == found["bedrock"].cost.tokens
    assert overall["library"].model_usd == 0


def test_what_was_kept_is_replayed_without_the_model(kept, world, tmp_path):
    assert len(list((kept[0] / "log-groups" / "retention").glob("*.json"))) >= 5
    done = evaluate("--world", world, "--model", f"replay:{kept[0]}", "--output", tmp_path / "again", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    (case,) = document["cases"]
    then = by_model(kept[1])["bedrock"]
    assert (case["right"], case["complaints"], case["verdict"]) == (True, [], list(then.verdict))
    assert case["cost"]["tokens"]["output"] == then.cost.tokens.output
    (reason,) = document["totals"]["left_out"]
    assert reason.startswith("log-groups/public of replay:")
    same = evaluate("--compare", kept[1], tmp_path / "again", "--json")
    assert "bedrock" in same.stdout


def test_a_model_that_fails_is_a_failure_and_no_abstention(world, tmp_path):
    with ConverseServer(then=fault("AccessDeniedException", "no model access")) as server:
        done = evaluate(
            "--world", world, "--question", "retention", "--model", "bedrock", "-o", tmp_path / "r", url=server.url
        )
    assert done.returncode == 0, done.stderr
    (case,) = store.read(tmp_path / "r").cases
    assert (case.right, case.facts_found, case.abstained) == (False, 0, None)
    assert case.failure
    assert any(complaint.startswith("ended early: ") for complaint in case.complaints)
    assert store.read(tmp_path / "r").totals.groups[0].summary.failures == 1
