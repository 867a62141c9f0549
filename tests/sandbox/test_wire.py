import datetime as dt
import socket
import struct
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.child.channel import Channel, ChannelClosedError

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.datetimes(timezones=st.just(dt.UTC))
)
KEYS = st.text() | st.sampled_from(["$t", "$b", "$d", "$m"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


@given(VALUES)
def test_whatever_an_account_holds_comes_out_as_it_went_in(value):
    assert wire.decode(wire.encode(value)) == value


def test_a_key_that_looks_like_a_tag_is_kept_apart():
    value = {"$t": "not a time", "list": [{"$b": b"bytes"}, {"$m": {}}]}
    assert wire.decode(wire.encode(value)) == value


def test_dates_and_tuples_travel_as_botocore_takes_them():
    assert wire.decode(wire.encode({"d": dt.date(2026, 1, 2), "t": (1, 2)})) == {
        "d": dt.datetime(2026, 1, 2),  # noqa: DTZ001  # botocore takes dates as naive times
        "t": [1, 2],
    }


@pytest.mark.parametrize("value", [object(), {1, 2}, {("a",): 1}, lambda: None])
def test_what_no_parameter_can_be_is_refused(value):
    with pytest.raises(wire.WireError):
        wire.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1,]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
        b"NaN",
        b'{"x": Infinity}',
        b'{"$t": "yesterday"}',
        b'{"$t": 5}',
        b'{"$b": "*"}',
        b'{"$d": "many"}',
        b'{"$m": 3}',
        b'{"$m": [[[], 1]]}',
    ],
)
def test_garbage_is_one_kind_of_error(data):
    with pytest.raises(wire.WireError):
        wire.decode(data, untrusted=True)


def reader(data):
    position = 0

    def read_into(view):
        nonlocal position
        part = data[position : position + min(len(view), 3)]
        view[: len(part)] = part
        position += len(part)
        return len(part)

    return read_into


def test_frames_arrive_in_pieces():
    assert wire.read_frame(reader(wire.frame(b"hel", b"lo")), limit=10) == b"hello"


@pytest.mark.parametrize("data", [b"", b"\0\0", struct.pack(">I", 5) + b"abc"])
def test_a_stream_that_ends_inside_a_frame(data):
    with pytest.raises(EOFError):
        wire.read_frame(reader(data), limit=10)


def test_a_frame_too_long_is_refused_before_it_is_read():
    with pytest.raises(wire.WireError, match="4294967295"):
        wire.read_frame(reader(b"\xff\xff\xff\xff"), limit=10)


class Echo:
    """The other end of a channel: answers in batches, in reverse."""

    def __init__(self, batch):
        self.ours, self.theirs = socket.socketpair()
        self.batch = batch
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        held = []
        try:
            while True:
                message = wire.decode(wire.read_frame(self.theirs.recv_into, limit=wire.MAX_REQUEST_BYTES))
                held.append(message)
                if len(held) == self.batch:
                    for question in reversed(held):
                        self.theirs.sendall(wire.frame(wire.encode({"id": question["id"], "echo": question["x"]})))
                    held.clear()
        except (EOFError, OSError):
            return

    def close(self):
        self.theirs.close()
        self.ours.close()


def test_many_threads_wait_on_one_channel():
    echo = Echo(batch=8)
    channel = Channel(echo.ours.fileno())
    answers = {}

    def ask(n):
        for turn in range(20):
            answers[n, turn] = channel.ask({"x": [n, turn]})["echo"]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == {(n, turn): [n, turn] for n in range(8) for turn in range(20)}
    echo.close()


def test_everybody_who_waits_hears_that_the_broker_is_gone():
    echo = Echo(batch=100)
    channel = Channel(echo.ours.fileno())
    failures = []

    def ask():
        try:
            channel.ask({"x": 1})
        except ChannelClosedError as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    echo.theirs.shutdown(2)
    for thread in threads:
        thread.join(30)
    assert len(failures) == 5
    echo.close()


def test_parameters_beyond_the_frame_limit_are_refused_here():
    echo = Echo(batch=1)
    with pytest.raises(wire.WireError, match="more than"):
        Channel(echo.ours.fileno()).ask({"x": "y" * wire.MAX_REQUEST_BYTES})
    echo.close()
