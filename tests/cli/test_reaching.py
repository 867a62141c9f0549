"""The real command line against emulated accounts: every way in, several accounts, setting up and sweeping."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cloudprobe.adapters.aws.inspector_deployment import deploy
from cloudprobe.adapters.aws.inspector_role import InspectorRole, default_external_id
from cloudprobe.adapters.aws.role_grantor import RoleGrantor
from cloudprobe.adapters.aws.session import Keys, open_session
from cloudprobe.cli.reaching import way
from cloudprobe.domain.run import GrantRequest
from cloudprobe.errors import UsageError
from cloudprobe.guard.policy import digest
from cloudprobe.testing import FakeClock

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
QUESTION = "Which S3 buckets are public?"


def keys_of(access):
    return Keys(access.access_key_id, access.secret_access_key)


def session_of(access):
    return open_session(endpoint_url=access.endpoint_url, keys=keys_of(access))


def environment_of(access, **more):
    kept = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251 - for a program
    nowhere = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    return {**inherited, **nowhere, **access.environment(), **more}


def cloudprobe(*arguments, environment, code=0):
    done = subprocess.run([CLOUDPROBE, *arguments], env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def user_of(access, name, *actions):
    """Another user's way into the same account."""
    iam = access.client("iam")
    iam.create_user(UserName=name)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    return access.acting_as(iam.create_access_key(UserName=name)["AccessKey"])


def trusting(access, principal, **changes):
    values = {"account": access.account_id, "principal": principal}
    role = InspectorRole(**(values | {"external_id": default_external_id(access.account_id)} | changes))
    deploy(session_of(access), role)
    return role


@pytest.fixture
def data(tmp_path):
    return ["--data-dir", str(tmp_path / "data")]


@pytest.fixture
def dev(clean_account):
    clean_account.client("s3").create_bucket(Bucket=f"plain-{clean_account.account_id}")
    return user_of(clean_account, "dev", "sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


def test_first_it_says_what_who_and_how(clean_account, dev, data):
    role = trusting(clean_account, f"arn:aws:iam::{clean_account.account_id}:user/dev")
    done = cloudprobe("inspect", QUESTION, *data, "--region", "us-east-1", environment=environment_of(dev))
    told = done.stderr.partition("inspection 20")[0]
    assert f"account     {clean_account.account_id}" in told
    assert f"identity    arn:aws:iam::{clean_account.account_id}:user/dev" in told
    assert f"access      each run's policy as session policy on {role.arn}" in told
    assert "not a role for each run" in told
    assert "data class  metadata" in told
    assert "regions     us-east-1" in told
    assert clean_account.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []


def test_a_profile_with_an_external_id_of_its_own(clean_account, dev, data, tmp_path):
    role = trusting(clean_account, f"arn:aws:iam::{clean_account.account_id}:user/dev", external_id="ours-alone")
    shared = tmp_path / "credentials"
    shared.write_text(
        f"[team]\naws_access_key_id = {dev.access_key_id}\naws_secret_access_key = {dev.secret_access_key}\n"
    )
    environment = environment_of(clean_account, AWS_SHARED_CREDENTIALS_FILE=str(shared))
    options = ["--profile", "team", "--role-arn", role.arn, "--external-id", "ours-alone"]
    done = cloudprobe("inspect", QUESTION, *data, *options, "--json", environment=environment)
    report = json.loads(done.stdout)
    assert report["outcome"] == "nothing_found"
    assert report["account"] == clean_account.account_id
    stored = "".join(
        path.read_text(errors="replace") for path in tmp_path.joinpath("data").rglob("*") if path.is_file()
    )
    assert dev.secret_access_key not in stored


def test_no_way_in_is_refused_with_the_command_that_makes_one(dev, data):
    done = cloudprobe("inspect", QUESTION, *data, environment=environment_of(dev), code=3)
    assert "cloudprobe setup --deploy --trust arn:aws:iam::" in done.stderr


@pytest.fixture(scope="module")
def organisation(embedded_account):
    """Three accounts: the caller's own, one with the role, one that lets nobody in; one bucket each."""
    home, open_, closed = (embedded_account.second_account() for _ in range(3))
    for access in (home, open_, closed):
        access.client("s3").create_bucket(Bucket=f"bucket-of-{access.account_id}")
    trusting(open_, f"arn:aws:iam::{home.account_id}:user/administrator")
    return home, open_, closed


@pytest.fixture(scope="module")
def report_of_three(organisation, tmp_path_factory):
    home, open_, closed = organisation
    folder = tmp_path_factory.mktemp("three")
    accounts = folder / "accounts.txt"
    accounts.write_text(f"# ours\n{open_.account_id}  # has the role\n\n{closed.account_id},closed\n")
    done = cloudprobe(
        *("inspect", QUESTION, "--data-dir", str(folder / "data"), "--json"),
        *("--account", home.account_id, "--accounts-file", str(accounts)),
        environment=environment_of(home),
    )
    return json.loads(done.stdout), folder, done.stderr


def test_runs_fan_out_and_each_result_carries_its_account(organisation, report_of_three):
    home, open_, closed = organisation
    report, folder, _ = report_of_three
    assert report["accounts"] == [home.account_id, open_.account_id, closed.account_id]
    assert {run["account"] for run in report["runs"]} == {home.account_id, open_.account_id}
    assert report["inventory"] == {"s3:bucket": 2}
    shown = cloudprobe(
        "data", report["inspection_id"], "--json", "--data-dir", str(folder / "data"), environment=environment_of(home)
    )
    items = json.loads(shown.stdout)["items"].values()
    assert {item["arn"]: item["account"] for item in items} == {
        f"arn:aws:s3:::bucket-of-{access.account_id}": access.account_id for access in (home, open_)
    }


def test_an_account_that_lets_nobody_in_is_a_gap(organisation, report_of_three):
    *_, closed = organisation
    report, *_ = report_of_three
    (gap,) = report["not_covered"]
    assert gap["account"] == closed.account_id
    assert "cannot be assumed" in gap["why"]
    assert "cloudprobe setup --deploy" in gap["why"]
    assert not report["quality"]["complete"]
    assert report["outcome"] == "nothing_found"


def test_the_account_is_shown_to_people(organisation, report_of_three):
    home, open_, closed = organisation
    report, folder, told = report_of_three
    assert f"account     {home.account_id}, {open_.account_id}, {closed.account_id}" in told
    for form in ("md", "html"):
        done = cloudprobe(
            *("report", report["inspection_id"], "--format", form, "--data-dir", str(folder / "data")),
            environment=environment_of(home),
        )
        for access in (home, open_, closed):
            assert access.account_id in done.stdout


def test_a_bucket_of_another_inspected_account_is_foreign_to_a_run(organisation, report_of_three):
    """Each run's permit names its own account, and nothing it recorded is of another."""
    report, folder, _ = report_of_three
    for run in report["runs"]:
        permit = json.loads((folder / "data" / "inspections" / run["run_id"] / "permit.json").read_text())
        assert permit["accounts"] == [run["account"]]


def test_no_account_that_lets_anybody_in_is_the_end(organisation, data):
    home, _, closed = organisation
    done = cloudprobe(
        *("inspect", QUESTION, *data, "--account", closed.account_id, "--json"),
        environment=environment_of(home),
        code=5,
    )
    assert json.loads(done.stdout)["error"]["type"] == "AccessError"


@pytest.mark.full
def test_a_unit_of_the_organisation(embedded_account, data):
    home = embedded_account.second_account()
    organizations = home.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="work")["OrganizationalUnit"]["Id"]
    deeper = organizations.create_organizational_unit(ParentId=unit, Name="deep")["OrganizationalUnit"]["Id"]
    ids = []
    for name, parent in (("one", unit), ("two", deeper), ("aside", root)):
        made = organizations.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
        if parent != root:
            organizations.move_account(AccountId=made["AccountId"], SourceParentId=root, DestinationParentId=parent)
        ids.append(made["AccountId"])
    for account_id in ids:
        access = embedded_account.second_account(account_id)
        access.client("s3").create_bucket(Bucket=f"bucket-of-{account_id}")
        trusting(access, f"arn:aws:iam::{home.account_id}:user/administrator", name="inspector")
    done = cloudprobe(
        *("inspect", QUESTION, *data, "--json", "--organizational-unit", unit, "--role-name", "inspector"),
        environment=environment_of(home),
    )
    report = json.loads(done.stdout)
    assert sorted(report["accounts"]) == sorted(ids[:2])
    assert {run["account"] for run in report["runs"]} == set(ids[:2])
    assert report["not_covered"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"world": "faulty", "role_arn": "arn:aws:iam::123456789012:role/x"}, "--world"),
        ({"world": "faulty", "accounts": ["123456789012"]}, "--world"),
        ({"role_arn": "arn:aws:iam::123456789012:role/x", "accounts": ["123456789012"]}, "--role-arn"),
        ({"role_arn": "arn:aws:iam::123456789012:role/x", "access": "role"}, "--access role"),
        ({"accounts": ["12345"]}, "twelve digits"),
        ({"accounts": [f"{number:012}" for number in range(201)]}, "at most 200"),
        ({"unit": "work"}, "organisational unit"),
    ],
)
def test_ways_that_make_no_sense(options, said):
    with pytest.raises(UsageError) as caught:
        way(**({"world": None} | options))
    assert said in str(caught.value)


def test_a_file_of_accounts_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match=r"nothing\.txt"):
        way(world=None, accounts_file=tmp_path / "nothing.txt")


@pytest.mark.parametrize(
    "form", ["json", *(pytest.param(form, marks=pytest.mark.full) for form in ("cloudformation", "cli"))]
)
def test_setup_prints_the_role_and_changes_nothing(clean_account, form):
    done = cloudprobe("setup", "--format", form, environment=environment_of(clean_account))
    assert f"arn:aws:iam::{clean_account.account_id}:user/administrator" in done.stdout
    assert "No session" not in done.stderr
    assert clean_account.client("iam").list_roles()["Roles"] == []
    if form == "json":
        assert json.loads(done.stdout)["role"]["arn"].endswith("role/cloudprobe-inspector")


def test_a_template_needs_no_account(tmp_path):
    nobody = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    trust = "arn:aws:iam::111122223333:role/Ops"
    done = cloudprobe("setup", "--trust", trust, environment=nobody)
    assert trust in done.stdout
    assert 'Value: !Sub "cloudprobe-${AWS::AccountId}"' in done.stdout


def test_setup_deploys_after_saying_what_it_will_do(clean_account, dev, data):
    trust = f"arn:aws:iam::{clean_account.account_id}:user/dev"
    administrator = environment_of(clean_account)
    refused = cloudprobe("setup", "--deploy", "--trust", trust, environment=administrator, code=2)
    assert "--yes" in refused.stderr
    done = cloudprobe("setup", "--deploy", "--yes", "--trust", trust, environment=administrator)
    assert f"let {trust} alone assume it" in done.stderr
    arn = done.stdout.strip()
    assert arn == f"arn:aws:iam::{clean_account.account_id}:role/cloudprobe-inspector"
    report = cloudprobe("inspect", QUESTION, *data, "--role-arn", arn, "--json", environment=environment_of(dev))
    assert json.loads(report.stdout)["outcome"] == "nothing_found"


def test_sweeping_deletes_what_has_expired_and_says_what_is_in_use(clean_account):
    session = session_of(clean_account)
    policy = {"Version": "2012-10-17", "Statement": []}
    long_ago = RoleGrantor(session, session.identify(), clock=FakeClock())
    old, new = "20200101-000000-9f86d081/1/1/0", "20991231-000000-9f86d081/1/1/0"
    long_ago.grant(GrantRequest(run_id=old, policy=policy, policy_digest=digest(policy)))
    in_use = RoleGrantor(session, session.identify(), clock=FakeClock(FakeClock().now().replace(year=2099)))
    in_use.grant(GrantRequest(run_id=new, policy=policy, policy_digest=digest(policy)))
    environment = environment_of(clean_account)

    def states(*options):
        done = cloudprobe("access", "sweep", "--json", *options, environment=environment)
        return {entry["run_id"]: entry["state"] for entry in json.loads(done.stdout)}

    assert states("--dry-run") == {old: "expired", new: "in use"}
    assert states() == {old: "deleted", new: "in use"}
    assert states("--all") == {new: "deleted"}
    assert states() == {}
