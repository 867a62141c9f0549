"""Run scripts as somebody else: started by ``test_tiers`` with another user or fewer rights, alone in its process.

Reads ``{"tier": name or null, "scripts": {name: source}, "variables": {…}}``, prints what came of each.
"""

import dataclasses
import json
import os
import sys
import tempfile
from pathlib import Path

import botocore.awsrequest
import botocore.session

from cloudprobe.errors import SandboxUnavailableError
from cloudprobe.sandbox import isolation, runner
from cloudprobe.sandbox.clients import SessionClients
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.ownership import ListedBuckets
from cloudprobe.sandbox.permit import AllowedOperation, Permit
from cloudprobe.sandbox.recording import Recorder

ACCOUNT = "123456789012"
LIMITS = Limits(wall_seconds=8.0, cpu_seconds=3, memory_bytes=512 * 1024 * 1024, file_bytes=8 * 1024 * 1024)


def answer(model, **_):
    metadata = {"RequestId": "r", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
    return botocore.awsrequest.AWSResponse("", 200, {}, None), {"Account": ACCOUNT, "ResponseMetadata": metadata}


def main():
    work = json.load(sys.stdin)
    session = botocore.session.Session()
    session.set_credentials("x", "trusted-side-only")
    session.register("before-call", answer)
    found = {finding.tier: finding.reason if not finding.available else "" for finding in isolation.explain()}
    outcomes = {}
    try:
        chosen = isolation.require(isolation.Tier(work["tier"])) if work["tier"] else isolation.detect()
    except SandboxUnavailableError as error:
        print(json.dumps({"found": found, "refused": str(error), "outcomes": {}}))
        return
    for name, script in work["scripts"].items():
        with tempfile.TemporaryDirectory() as folder, Recorder(Path(folder) / "r") as recorder:
            permit = Permit(
                operations=(AllowedOperation(service="sts", operation="GetCallerIdentity"),),
                accounts=(ACCOUNT,),
                script_digest=runner.digest(script),
                policy_digest="",
            )
            done = runner.run(
                script,
                work["variables"],
                permit=permit,
                clients=SessionClients(session),
                ownership=ListedBuckets({ACCOUNT}, list_buckets=list),
                recorder=recorder,
                isolation=chosen,
                limits=LIMITS,
            )
            outcomes[name] = dataclasses.asdict(done)
    left = [str(path) for path in Path("/tmp").glob(f"cloudprobe-run-{os.getpid()}-*")]
    print(json.dumps({"found": found, "refused": "", "outcomes": outcomes, "chosen": chosen.tier, "left": left}))


main()
