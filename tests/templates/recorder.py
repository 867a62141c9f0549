"""Run a probe as ``python probe.py`` does, and write down every answer it gets: ``recorder.py PROBE RECORDING``.

Outside any package on purpose: it runs in a process of its own, with nothing on its path but boto3.
"""

import json
import runpy
import socket
import sys
from pathlib import Path

import boto3

calls = {}


def write_down(parsed, model, **_):
    meta = parsed["ResponseMetadata"]
    call = {"operation": f"{model.service_model.service_name}:{model.name}"}
    if "Error" in parsed:
        call["error"] = parsed["Error"]
    else:
        call["response"] = {key: value for key, value in parsed.items() if key != "ResponseMetadata"}
    if request := meta.get("RequestId"):
        assert request not in calls, "a request id came twice"
        calls[request] = call


def resolve_below_loopback(host, *rest, **options):
    """``123456789012.127.0.0.1``, which s3control makes of a loopback endpoint, is the loopback endpoint."""
    return plain_getaddrinfo("127.0.0.1" if str(host).endswith(".127.0.0.1") else host, *rest, **options)


plain_getaddrinfo = socket.getaddrinfo
if "--resolve-below-loopback" in sys.argv:
    socket.getaddrinfo = resolve_below_loopback
boto3.setup_default_session()
# Least specific, so that it comes last: after botocore has decoded IAM's policy documents.
boto3.DEFAULT_SESSION._session.register("after-call", write_down)
try:
    runpy.run_path(sys.argv[1], run_name="__main__")
finally:
    Path(sys.argv[2]).write_text(json.dumps(calls, default=str))
