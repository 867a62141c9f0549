import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from cloudprobe.domain.inspection import Outcome
from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds import Question, list_worlds, load_world
from cloudprobe.errors import UsageError
from cloudprobe.templates.registry import TemplateLibrary
from tests.worlds.seeded import ALL_WORLDS, Seeded, naming, seed

OWN = {
    "world.toml": 'title = "Mine"\ndescription = "One bucket."\nregions = ["us-east-1"]\n',
    "questions.toml": '[[questions]]\nid = "one"\nask = ["Is {mine} public?"]\noutcome = "nothing_found"\n',
    "seed.py": (
        "from dataclasses import dataclass\n\n"
        "@dataclass\nclass Made:\n    name: str\n\n"
        "def seed(clients, names):\n"
        "    made = Made(names('mine'))\n"
        "    clients('s3').create_bucket(Bucket=made.name)\n"
        "    return {'mine': f'arn:aws:s3:::{made.name}'}\n"
    ),
}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "my-world"
    folder.mkdir()
    for name, text in OWN.items():
        (folder / name).write_text(text)
    return folder


# The crowd takes its time and has names like the others; it is seeded in `full`.
@pytest.fixture(
    scope="module", params=[pytest.param(w, marks=pytest.mark.full if w == "crowded" else ()) for w in ALL_WORLDS]
)
def renamed(request: pytest.FixtureRequest, embedded_account: EmbeddedAccount) -> Seeded:
    return seed(embedded_account, request.param, "renamed")


def test_a_dozen_worlds_come_along() -> None:
    assert len(list_worlds()) >= 12
    assert {"faulty", "healthy", "red-herrings"} <= {world.name for world in list_worlds()}
    assert all(world.title and world.description.strip() and world.regions for world in list_worlds())


def test_everything_the_truth_speaks_of_is_there(renamed: Seeded) -> None:
    for question in renamed.world.questions:
        spoken_of = {e.resource for e in question.expect} | {f.resource for f in question.forbid}
        assert spoken_of <= set(renamed.arns), question.id


def test_the_truth_names_templates_and_variables_there_are(renamed: Seeded) -> None:
    library = TemplateLibrary.builtin()
    for question in renamed.world.questions:
        if question.needs_model:
            continue
        library.get(question.template).complete(question.named(renamed.names).variables)


def test_every_template_is_asked_in_two_worlds_or_more() -> None:
    asked = {(question.template, world.name) for world in list_worlds() for question in world.questions}
    counts = Counter(template for template, _ in asked)
    assert {
        template.name: counts[template.name] for template in TemplateLibrary.builtin() if counts[template.name] < 2
    } == {}


def test_nothing_in_a_renamed_world_keeps_its_name(renamed: Seeded) -> None:
    """Whatever the account shows of buckets, groups, users, roles, policies, functions and keys."""
    client = renamed.access.client
    seen: list[object] = [client("s3").list_buckets()["Buckets"], client("kms").list_aliases()["Aliases"]]
    seen += [client("iam").list_users()["Users"], client("iam").list_roles()["Roles"]]
    seen.append(client("iam").list_policies(Scope="Local")["Policies"])
    for region in renamed.world.regions:
        seen.append(client("ec2", region).describe_security_groups()["SecurityGroups"])
        seen.append(client("ec2", region).describe_instances()["Reservations"])
        seen.append(client("elbv2", region).describe_load_balancers()["LoadBalancers"])
        seen.append(client("lambda", region).list_functions()["Functions"])
    text = json.dumps(seen, default=str)
    assert any(renamed.names(logical) in text for logical in renamed.arns)
    logical_names = set(renamed.arns) - {"root", "closed"}  # "closed" is a word of the service's own
    assert [name for name in logical_names if re.search(rf'["/:]{name}["/:]', text)] == []


def test_arns_belong_to_the_account(renamed: Seeded) -> None:
    nobodys = re.compile(r"arn:aws:s3:::|arn:aws:ec2:[a-z0-9-]+::snapshot/")  # AWS leaves the account out of these
    for logical, arn in renamed.arns.items():
        assert arn.split(":")[4] in ({""} if nobodys.match(arn) else {renamed.access.account_id}), logical


def test_a_question_is_put_in_real_names() -> None:
    question = next(q for q in load_world("faulty").questions if q.id == "orders-cannot-write").named(str.upper)
    assert "ORDERS" in question.ask[0]
    assert question.variables["function"] == "ORDERS"
    assert question.expect[0].resource == "order-records"  # logical still
    nested = Question(id="n", ask=("x",), outcome=Outcome.NOTHING_FOUND, variables={"names": ["{a}", 3]}, template="")
    assert nested.named(str.upper).variables == {"names": ["A", 3]}


@pytest.mark.parametrize("name", ["fautly", "Faulty", "red-herring", "", "x" * 100_000, "\0", "~nobody-at-all/w", ".."])
def test_an_unknown_world_is_a_usage_error_that_helps(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        load_world(name)
    assert len(str(caught.value)) < 400
    assert caught.value.exit_code == 2


def test_the_nearest_names_are_offered() -> None:
    with pytest.raises(UsageError, match="Nearest: faulty"):
        load_world("fautly")
    with pytest.raises(UsageError, match=r"There are: all-well, .*faulty, .*red-herrings"):
        load_world("zzzzz")


def test_a_folder_of_ones_own_is_a_world(
    own: Path, embedded_account: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = load_world(str(own))
    assert (world.name, world.title) == ("my-world", "Mine")
    access, names = embedded_account.second_account(), naming("own")
    arns = world.seed(access.client, names=names)
    assert arns == {"mine": f"arn:aws:s3:::{names('mine')}"}
    assert [b["Name"] for b in access.client("s3").list_buckets()["Buckets"]] == [names("mine")]
    monkeypatch.chdir(own.parent)
    assert load_world("my-world").folder == own
    assert load_world("./my-world").questions[0].named(names).ask == (f"Is {names('mine')} public?",)


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("world.toml", "title = ", "cannot be read"),
        ("world.toml", 'title = "x"\n', "description"),
        ("world.toml", 'title = "x"\ndescription = "y"\nregions = []\n', "regions"),
        ("world.toml", None, "cannot be read"),
        ("questions.toml", '[[questions]]\nid = "x"\nask = []\noutcome = "nothing_found"\n', "ask"),
        ("questions.toml", '[[questions]]\nid = "x"\nask = ["y"]\noutcome = "answered"\n', "exclude each other"),
        ("questions.toml", '[[questions]]\nid = "x"\nask = ["y"]\noutcome = "maybe"\n', "outcome"),
        ("questions.toml", "questions = 3\n", "questions"),
        ("questions.toml", None, "cannot be read"),
        ("seed.py", "def seed(:\n", "cannot be loaded"),
        ("seed.py", "import nothing_of_that_name\n", "cannot be loaded"),
        ("seed.py", "seed = 3\n", "defines no function"),
        ("seed.py", None, "has no seed.py"),
    ],
)
def test_a_broken_folder_is_a_usage_error(
    own: Path, clean_account: AccountAccess, file: str, text: str | None, complaint: str
) -> None:
    (own / file).unlink()
    if text is not None:
        (own / file).write_text(text)

    def use() -> None:
        world = load_world(str(own))
        assert world.questions
        world.seed(clean_account.client)

    with pytest.raises(UsageError, match=complaint):
        use()


def test_a_world_with_nothing_to_find_expects_nothing() -> None:
    with pytest.raises(ValidationError, match="exclude each other"):
        Question.model_validate(
            {
                "id": "x",
                "ask": ["y"],
                "outcome": "nothing_found",
                "expect": [{"resource": "r", "finding": "f", "severity": "low"}],
            }
        )


def test_a_world_is_seeded_where_it_lies(own: Path, tmp_path: Path, clean_account: AccountAccess) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(own, moved)
    assert load_world(str(moved)).seed(clean_account.client, names=naming("renamed"))


def test_seeding_leaves_no_module_behind_that_another_world_could_meet(clean_account: AccountAccess, own: Path) -> None:
    (own / "seed.py").write_text("def seed(clients, names):\n    return {'a': __name__}\n")
    first = load_world(str(own)).seed(clean_account.client)
    other = own.parent / "sub" / "my-world"
    shutil.copytree(own, other)
    (other / "seed.py").write_text("def seed(clients, names):\n    return {'b': __name__}\n")
    assert set(load_world(str(other)).seed(clean_account.client)) == {"b"}
    assert set(first) == {"a"}
