"""Local Lambda functions and ECS tasks of the tests' embedded account; see ``tests/conftest.py``."""

import json
import os
import sys
import threading
import time


class CustomError(Exception):
    pass


_attempts = {}


def echo(event, context):
    return event


def add(event, context):
    return {"sum": event["a"] + event["b"]}


def double(event, context):
    return event["v"] * 2


def fail(event, context):
    raise CustomError("boom")


def crash(event, context):
    raise SystemExit(3)


def flaky(event, context):
    """Fails ``fails`` times for each ``key``, then answers how often it was called."""
    seen = _attempts[event["key"]] = _attempts.get(event["key"], 0) + 1
    if seen <= event["fails"]:
        raise CustomError(f"attempt {seen}")
    return {"attempts": seen}


def slow(event, context):
    time.sleep(event["seconds"])
    return "late"


def whoami(event, context):
    """Who the function is by its own credentials, and what its context says."""
    import boto3

    arn = context.client("sts").get_caller_identity()["Arn"]
    own = context.environment()
    session = boto3.client(
        "sts",
        endpoint_url=own["AWS_ENDPOINT_URL"],
        region_name=own["AWS_REGION"],
        aws_access_key_id=own["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=own["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=own["AWS_SESSION_TOKEN"],
    )
    return {
        "arn": arn,
        "name": context.function_name,
        "request": context.aws_request_id,
        "milliseconds": context.get_remaining_time_in_millis(),
        "session": session.get_caller_identity()["Arn"],
    }


def reach_out(event, context):
    """What becomes of every way out of the machine, and of one that stays on it."""
    import socket

    def outcome(attempt):
        try:
            attempt()
        except PermissionError as error:
            return "refused" if "127.0.0.1" in str(error) else str(error)
        except OSError as error:
            return type(error).__name__
        return "done"

    with socket.socket() as stream, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        return {
            "connect": outcome(lambda: stream.connect(("192.0.2.1", 80))),
            "resolve": outcome(lambda: socket.getaddrinfo("example.com", 80)),
            "listen": outcome(lambda: stream.bind(("0.0.0.0", 0))),
            "send": outcome(lambda: datagram.sendto(b"", ("192.0.2.1", 53))),
            "loopback": outcome(lambda: stream.bind(("127.0.0.1", 0))),
        }


def deliver(event, context):
    """Answers a task token from a thread of its own, after ``beats`` heartbeats."""

    def later():
        client = context.client("stepfunctions")
        for _ in range(event.get("beats", 0)):
            time.sleep(0.5)
            client.send_task_heartbeat(taskToken=event["token"])
        if event.get("fail"):
            client.send_task_failure(taskToken=event["token"], error="DeliveryError", cause="because")
        else:
            client.send_task_success(taskToken=event["token"], output=json.dumps({"ok": event.get("v", 1)}))

    if not event.get("never"):
        threading.Thread(target=later, daemon=True).start()
    return {}


def task_done():
    pass


def task_broken():
    sys.exit(3)


def task_slow():
    time.sleep(30)


def task_deliver():
    import boto3

    environ = os.environ  # noqa: TID251 - a task gets its orders by its environment
    client = boto3.client("stepfunctions")
    output = json.dumps({"said": environ["WORDS"], "who": boto3.client("sts").get_caller_identity()["Arn"]})
    client.send_task_success(taskToken=environ["TASK_TOKEN"], output=output)
