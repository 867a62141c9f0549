"""Run probes as ``python probe.py`` does, and write down every answer they get.

Outside any package on purpose: it runs in a process of its own, with nothing on its path but boto3. That process imports
boto3 and reads the services' models once, then forks for every probe: a fresh interpreter takes 0.4 s for each, which over
all templates was minutes. It reads one order a line from standard input and answers each with a line, its exit status.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
import traceback
from pathlib import Path

import boto3
import botocore.session
from botocore.loaders import create_loader

LONGEST_RUN = 120  # seconds
calls = {}
loader = create_loader()


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


def record(probe, recording, options):
    if "--resolve-below-loopback" in options:
        socket.getaddrinfo = resolve_below_loopback
    session = botocore.session.get_session()
    session.register_component("data_loader", loader)
    boto3.setup_default_session(botocore_session=session)
    # Least specific, so that it comes last: after botocore has decoded IAM's policy documents.
    session.register("after-call", write_down)
    try:
        runpy.run_path(probe, run_name="__main__")
    finally:
        Path(recording).write_text(json.dumps(calls, default=str))


def become_probe(order):
    """Turn this process, just forked, into a probe's: its environment, its standard streams, its time limit."""
    folder = Path(order["folder"])
    modes = {"stdin": os.O_RDONLY, "stdout": os.O_WRONLY | os.O_CREAT, "stderr": os.O_WRONLY | os.O_CREAT}
    for number, (name, mode) in enumerate(modes.items()):
        os.dup2(os.open(folder / name, mode, 0o600), number)
    os.environ.clear()  # noqa: TID251 - this is the probe's process, and boto3 reads its environment
    os.environ.update(order["environment"])  # noqa: TID251 - as above
    signal.alarm(LONGEST_RUN)
    sys.argv = [order["probe"]]
    record(order["probe"], folder / "calls.json", order["options"])


def run_in_a_fork(order):
    """The exit status of a probe; its threads are waited for, as at the end of any program."""
    child = os.fork()
    if child == 0:
        try:
            become_probe(order)
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
        except BaseException:
            traceback.print_exc()
            status = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def read_models(services):
    """What every session would read again; EC2's model alone takes 150 ms."""
    for service in services:
        for kind in ("service-2", "paginators-1", "endpoint-rule-set-1"):
            if service in loader.list_available_services(kind):
                loader.load_service_model(service, kind)
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        loader.load_data(name)
    gc.freeze()


def serve(services):
    read_models(services)
    for line in sys.stdin:
        print(run_in_a_fork(json.loads(line)), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1:])
