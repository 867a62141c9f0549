"""Declared packages: from the allow-list and its hashes alone, installed once, read-only, on every tier."""

import base64
import hashlib
import importlib.metadata
import json
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from cloudprobe.errors import RefusedError, SandboxUnavailableError, TemporaryError
from cloudprobe.sandbox import isolation, runner
from cloudprobe.sandbox.dependencies import allowed, environment, inline
from cloudprobe.sandbox.dependencies.allowed import Package
from cloudprobe.sandbox.dependencies.environment import Environments
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.isolation import Tier


def wheel(folder, name, source, *, version="1.0"):
    """A wheel as an index would serve it; returns its file name and hash."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [
        f"{file},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}"
        for file, text in files.items()
    ]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path.name, hashlib.sha256(path.read_bytes()).hexdigest()


def package(name, file, digest, *, needs=()):
    return Package(name=name, version="1.0", modules=(name,), purpose="tests", needs=needs, wheels={file: digest})


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A list of our own with a house of wheels for it: no index is asked."""
    folder = tmp_path_factory.mktemp("wheels")
    listed = {}
    for name, source, needs in (
        (
            "greeter",
            "import six, manners\nBOTO = six.__file__\ndef greet(who): return manners.polite('hello ' + who)",
            ("manners",),
        ),
        ("manners", "def polite(text): return text + ', please'", ()),
        ("boto9", "x = 1", ()),
    ):
        listed[name] = package(name, *wheel(folder, name, source), needs=needs)
    file, _ = wheel(folder, "swapped", "x = 1")
    listed["swapped"] = package("swapped", file, "0" * 64)
    listed["absent"] = package("absent", "absent-1.0-py3-none-any.whl", "1" * 64)
    return listed, ("--no-index", "--find-links", str(folder))


@pytest.fixture
def environments(house, tmp_path, monkeypatch):
    monkeypatch.setattr(allowed, "packages", lambda: house[0])
    yield Environments(tmp_path / "environments", options=house[1])
    environment._discard(tmp_path / "environments")


def test_an_environment_is_made_once_and_holds_what_is_needed(environments, tmp_path):
    library = environments.prepare(["greeter==1.0"])
    assert {"greeter.py", "manners.py"} <= {path.name for path in library.iterdir()}
    before = (library / "greeter.py").stat().st_ino
    assert environments.prepare(["manners==1.0", "greeter==1.0"]) == library
    assert (library / "greeter.py").stat().st_ino == before
    assert environments.prepare(["manners==1.0"]) != library
    assert not [path for path in library.rglob("*") if path.stat().st_mode & 0o222]
    assert environments.prepare([]) is None
    assert environments.prepare(["boto3==1.34.0", "python-dateutil==2.8"]) is None


def test_what_was_changed_since_is_not_used(environments):
    library = environments.prepare(["greeter==1.0"])
    (library / "greeter.py").chmod(0o644)
    (library / "greeter.py").write_text("evil = True")
    again = environments.prepare(["greeter==1.0"])
    assert again == library
    assert "evil" not in (library / "greeter.py").read_text()
    library.chmod(0o755)
    (library / "extra.py").write_text("evil = True")
    environments.prepare(["greeter==1.0"])
    assert not (library / "extra.py").exists()


def test_several_may_want_the_same_at_once(environments, monkeypatch):
    installs, found = [], []
    real = Environments._install

    def counted(self, packages, scratch):
        installs.append(1)
        real(self, packages, scratch)

    monkeypatch.setattr(Environments, "_install", counted)
    threads = [threading.Thread(target=lambda: found.append(environments.prepare(["manners==1.0"]))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 5
    assert len(installs) == 1


def test_a_file_that_is_not_the_listed_one_is_refused(environments, tmp_path):
    with pytest.raises(RefusedError, match="not what the allow-list names"):
        environments.prepare(["swapped==1.0"])
    assert [path.name for path in (tmp_path / "environments").iterdir() if not path.name.endswith(".lock")] == []


def test_an_index_without_it_may_have_it_later(environments):
    with pytest.raises(TemporaryError, match=r"absent==1\.0 could not be installed"):
        environments.prepare(["absent==1.0"])


def test_a_folder_that_others_can_write_is_not_trusted(environments, tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(RefusedError, match="written by others"):
        Environments(tmp_path / "open").prepare(["manners==1.0"])
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(RefusedError, match="written by others"):
        Environments(tmp_path / "link").prepare(["manners==1.0"])


SCRIPT = """
import greeter, json, os, boto3
folder = os.path.dirname(greeter.__file__)
wrote = []
for path in (os.path.join(folder, "new.py"), greeter.__file__):
    try:
        open(path, "a").close()
        wrote.append(path)
    except OSError:
        pass
print(json.dumps([greeter.greet("you"), wrote, greeter.BOTO == __import__("six").__file__]))
"""


@pytest.mark.parametrize("tier", Tier)
def test_a_script_has_what_it_declared_and_cannot_change_it(tier, environments, sandbox):
    try:
        chosen = isolation.require(tier)
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    permit = {"dependencies": ("greeter==1.0",)}
    done = sandbox.run(SCRIPT, isolation=chosen, permit=permit, environments=environments)
    assert done.status is Status.SUCCEEDED, (done.error, done.stderr)
    assert done.result == ["hello you, please", [], True]
    without = sandbox.run(SCRIPT, isolation=chosen)
    assert (without.status, without.error.type) == (Status.FAILED, "ModuleNotFoundError")


def test_a_replay_has_the_same_packages(environments, sandbox, aws):
    permit = aws.permit(SCRIPT, dependencies=("greeter==1.0",))
    done = sandbox.run(SCRIPT, permit={"dependencies": ("greeter==1.0",)}, environments=environments)
    again = runner.replay(SCRIPT, {}, permit=permit, recording=sandbox.recording(), environments=environments)
    assert again.result == done.result


def test_a_permit_for_anything_else_is_refused_before_anything_runs(environments, sandbox):
    for pin in ("requests==2.32.0", "greeter==2.0", "greeter", "greeter @ https://evil.example/x.whl", "../x==1"):
        with pytest.raises(RefusedError):
            sandbox.run("print(1)", permit={"dependencies": (pin,)}, environments=environments)


@pytest.mark.parametrize(
    ("name", "version", "says", "hint"),
    [
        ("tabulat", "0.9", "not among", "tabulate=="),
        ("yaml", "6", "not among", "pyyaml=="),
        ("dateutil", "2", "not among", "python-dateutil, which every script has"),
        ("arrow", "1.3", "not among", "python-dateutil, which every script has"),
        ("requests", "2.32", "not among", "standard library and boto3"),
        ("tabulate", "", "no version", "Declare tabulate=="),
        ("tabulate", "0.8.1", "not on the list", "Declare tabulate=="),
        ("tabulate", ">=0.1", "not on the list", "Declare tabulate=="),
    ],
)
def test_the_nearest_allowed_thing_is_named(name, version, says, hint):
    objection = allowed.objection(name, version)
    assert says in objection.message
    assert hint in objection.hint


def test_names_are_compared_as_indexes_do():
    listed = allowed.packages()
    assert allowed.objection("PyYAML", listed["pyyaml"].version) is None
    assert allowed.objection("More.Itertools", f"=={listed['more-itertools'].version}") is None
    assert allowed.modules_of(["PyYAML", "prettytable"]) >= {"yaml", "prettytable", "wcwidth"}
    assert allowed.objection("boto3", "1.0") is None
    assert allowed.pins([("PyYAML", ""), ("boto3", "1")]) == (listed["pyyaml"].pin,)


def test_the_list_covers_every_supported_machine_and_python():
    for package in allowed.packages().values():
        assert all(len(digest) == 64 and int(digest, 16) >= 0 for digest in package.wheels.values())
        assert all(need in allowed.packages() for need in package.needs)
        pure = [file for file in package.wheels if file.endswith("-none-any.whl")]
        for python in ("cp311", "cp312", "cp313", "cp314"):
            for machine in ("x86_64", "aarch64"):
                built = [file for file in package.wheels if f"-{python}-" in file and file.endswith(f"{machine}.whl")]
                assert pure or built, (package.name, python, machine)


INDEX_PINS = [package.pin for package in allowed.packages().values()]


@pytest.mark.full
def test_every_listed_package_installs_and_imports(sandbox, tmp_path):
    environments = Environments(tmp_path / "environments")
    try:
        environments.prepare(INDEX_PINS)
    except TemporaryError as error:
        pytest.skip(f"no package index here: {error}")
    modules = sorted(module for package in allowed.packages().values() for module in package.modules)
    script = f"import json, importlib\nprint(json.dumps([importlib.import_module(m).__name__ for m in {modules!r}]))"
    done = sandbox.run(script, permit={"dependencies": tuple(INDEX_PINS)}, environments=environments)
    assert done.result == modules, (done.error, done.stderr)
    environment._discard(tmp_path / "environments")


def test_without_an_installer_it_says_so(environments, monkeypatch):
    environment._installer.cache_clear()
    monkeypatch.setattr(environment.shutil, "which", lambda _: None)
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "_base_executable", "/bin/false")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(RefusedError, match="neither uv nor pip"):
        environments.prepare(["boto9==1.0"])
    environment._installer.cache_clear()


def test_a_permit_says_what_a_script_has(aws):
    permit = aws.permit("", dependencies=("tabulate==0.10.0",))
    assert type(permit).from_json(json.loads(json.dumps(permit.to_json()))) == permit
    old = {key: value for key, value in permit.to_json().items() if key != "dependencies"}
    assert type(permit).from_json(old).dependencies == ()


def test_an_environment_is_named_for_its_interpreter(environments):
    place = environments.prepare(["manners==1.0"]).parent
    assert place.name.startswith(f"cp{sys.version_info.major}{sys.version_info.minor}-")
    assert Path(place / "installed.json").exists()
    assert place.stat().st_mode & 0o022 == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('dependencies = ["tabulate==0.10.0", "boto3>=1.40"]', (("tabulate", "==0.10.0"),)),
        ('requires-python = ">=3.11"', ()),
        ('dependencies = ["a @ https://evil.example/a.whl"]', (("a", "@ https://evil.example/a.whl"),)),
        ('dependencies = ["https://evil.example/a.whl"]', (("https", "://evil.example/a.whl"),)),
        ('dependencies = ["-r x"]', (("-r x", ""),)),
    ],
)
def test_a_script_may_declare_by_itself(text, expected):
    found, wrong = inline.declared(f"#!/usr/bin/env python3\n# /// script\n# {text}\n# ///\nimport boto3\n")
    assert (found, wrong) == (expected, None)


def test_a_script_that_nobody_checked_has_pins_that_the_runner_judges(environments, sandbox):
    script = "# /// script\n# dependencies = ['greeter==1.0', 'six']\n# ///\nimport greeter\nprint(1)"
    assert inline.pins(script) == ("greeter==1.0",)
    done = sandbox.run(script, permit={"dependencies": inline.pins(script)}, environments=environments)
    assert done.status is Status.SUCCEEDED
    other = script.replace("greeter==1.0", "greeter>=0.5")
    with pytest.raises(RefusedError, match="not on the list"):
        sandbox.run(other, permit={"dependencies": inline.pins(other)}, environments=environments)


@pytest.mark.parametrize("text", ["dependencies = [", 'dependencies = "x"', "dependencies = [1]"])
def test_a_declaration_that_cannot_be_read_is_no_declaration(text):
    found, wrong = inline.declared(f"# /// script\n# {text}\n# ///\n")
    assert found == ()
    assert "PEP 723" in wrong.hint
    assert "twice" in inline.declared("# /// script\n# a = 1\n# ///\n\n# /// script\n# a = 1\n# ///\n")[1].message
    assert inline.declared("# /// other\n# [\n# ///\n") == ((), None)


@pytest.mark.parametrize("name", ["pandass", "requests", "numpy"])
def test_what_nothing_is_near_to_is_refused_with_all_there_is(name):
    hint = allowed.objection(name, "1.0").hint
    assert all(package in hint for package in allowed.packages())


def block(requirement):
    return f'# /// script\n# dependencies = ["{requirement}"]\n# ///\nimport boto3\n'


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ("boto3", True),
        ("boto3=={here}", True),
        ("boto3>=1.26,<2", True),
        ("boto3~=1.26", True),
        ("boto3==1.*", True),
        ("boto3==1.20.0", False),
        ("botocore<1.2", False),
        ("boto3!={here}", False),
        ("Python_DateUtil==2.0", False),
    ],
)
def test_another_version_of_a_given_package_is_said_to_be_another(wanted, fits):
    here = importlib.metadata.version("boto3")
    said = inline.other_versions(block(wanted.format(here=here)))
    assert bool(said) is not fits
    if not fits:
        assert "which every script has" in said[0]
