"""Running the library's probes as their users do: under plain python, in a process of their own."""

import atexit
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cloudprobe.domain.pointers import resolve, split
from cloudprobe.domain.probe import ProbeResult
from cloudprobe.emulator.access import AccountAccess
from cloudprobe.templates.registry import BUILTIN_FOLDER

RECORDER = Path(__file__).with_name("recorder.py")
# What most probes call; the models of other services are read when a probe asks for them.
MODELS = ("sts", "ec2", "iam", "s3", "lambda", "logs", "cloudwatch", "sqs", "rds", "ecs", "elbv2", "cloudtrail")


@dataclass(frozen=True)
class ProbeRun:
    result: ProbeResult
    document: dict[str, Any]
    calls: dict[str, dict[str, Any]]

    @property
    def verdict(self) -> set[tuple[str, str, str]]:
        """Resource, kind and severity of every finding."""
        return {(f.resource, f.id, f.severity.value) for f in self.result.findings}

    @property
    def operations(self) -> Counter[str]:
        return Counter(call["operation"] for call in self.calls.values())

    def cited(self) -> list[Any]:
        """Every value the findings point at; fails where a pointer leads nowhere."""
        places = {"result": self.document, "calls": self.calls}
        return [resolve(places, split(pointer)) for f in self.result.findings for pointer in f.evidence]


def run_plain(template: str, access: AccountAccess, variables: Mapping[str, Any] | None = None) -> ProbeResult:
    """``python probe.py < variables``, nothing else."""
    done = subprocess.run(
        [sys.executable, str(_script(template))],
        input=json.dumps(variables or {}),
        env=access.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return ProbeResult.model_validate_json(done.stdout)


def run_probe(
    template: str,
    access: AccountAccess,
    variables: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    options: tuple[str, ...] = (),
) -> ProbeRun:
    """The same with every answer written down, in a fork of a process that has boto3 loaded already."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stdin").write_text(json.dumps(variables or {}))
        order = {
            "probe": str(_script(template)),
            "folder": name,
            "environment": {**access.environment(), **(environment or {})},
            "options": options,
        }
        status = _recorder().run(order)
        assert status == 0, (folder / "stderr").read_text()[-4000:]
        document = json.loads((folder / "stdout").read_text())
        calls = json.loads((folder / "calls.json").read_text())
    return ProbeRun(ProbeResult.model_validate(document), document, calls)


def _script(template: str) -> Path:
    return BUILTIN_FOLDER / template / "probe.py"


class _Recorder:
    """The process that forks for each probe; one for a session of tests."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(RECORDER), *MODELS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={}
        )

    def run(self, order: Mapping[str, Any]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def stop(self) -> None:
        self._process.communicate()


@cache
def _recorder() -> _Recorder:
    recorder = _Recorder()
    atexit.register(recorder.stop)
    return recorder


def restricted(access: AccountAccess, name: str, *statements: dict[str, Any]) -> AccountAccess:
    """Keys of a user who may do only what some statements say."""
    iam = access.client("iam")
    iam.create_user(UserName=name)
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return AccountAccess(
        endpoint_url=access.endpoint_url,
        account_id=access.account_id,
        region=access.region,
        access_key_id=key["AccessKeyId"],
        secret_access_key=key["SecretAccessKey"],
    )
