"""Running the library's probes as their users do: under plain python, in a process of their own."""

import atexit
import json
import re
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
from cloudprobe.domain.probe import ProbeFinding, ProbeResult
from cloudprobe.emulator.access import AccountAccess
from cloudprobe.reports.checking.grounds import Grounds
from cloudprobe.reports.checking.marks import marks
from cloudprobe.reports.outline import fix_parts
from cloudprobe.templates.registry import BUILTIN_FOLDER

RECORDER = Path(__file__).with_name("recorder.py")
# What most probes call; the models of other services are read when a probe asks for them.
MODELS = ("sts", "ec2", "iam", "s3", "lambda", "logs", "cloudwatch", "sqs", "rds", "ecs", "elbv2", "cloudtrail")


PROSE = re.compile(r"[;,](?:\s|$)|\.$|\s(?:then|if|with|and|or|once|that|afterwards)\s")
QUOTED = re.compile(r"'[^']*'")


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
        return [value for finding in self.result.findings for value in self._cited_by(finding)]

    def _cited_by(self, finding: ProbeFinding) -> list[Any]:
        places = {"result": self.document, "calls": self.calls}
        return [resolve(places, split(pointer)) for pointer in finding.evidence]

    def unfounded(self, variables: Mapping[str, Any]) -> dict[str, list[str]]:
        """Titles with the numbers and names in them that nothing recorded holds, as a report looks them up."""
        facts = {name: value for name, value in self.document["facts"].items() if name != "summary"}
        seen = (facts, self.document["resources"], self.document["coverage"], variables)
        loose = {}
        for finding in self.result.findings:
            keys = [pointer.rpartition("/")[2] for pointer in finding.evidence]
            grounds = Grounds([*seen, *self._cited_by(finding), keys], known=(finding.resource,))
            if missing := [mark.text for mark in marks(finding.title) if not grounds.support(mark)]:
                loose[finding.title] = missing
        return loose

    def unclear_fixes(self) -> list[str]:
        """Fixes that go on in prose after their command, where a report shows the command alone."""
        commands = [fix_parts(finding.fix)[1].partition("  # ")[0] for finding in self.result.findings]
        return [command for command in commands if PROSE.search(QUOTED.sub("", command))]


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
    run = ProbeRun(ProbeResult.model_validate(document), document, calls)
    assert not (loose := run.unfounded(variables or {})), loose
    assert not (mixed := run.unclear_fixes()), mixed
    return run


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
