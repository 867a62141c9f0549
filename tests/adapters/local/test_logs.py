import io
import json
import logging
import sys
import threading
from pathlib import Path

import pytest

from cloudprobe.adapters.local import logs
from cloudprobe.adapters.local.log_redaction import keep_out_of_logs
from cloudprobe.errors import UsageError

ID = "20261124-034200-9f86d081"
OTHER = "20261124-034201-9f86d081"
log = logging.getLogger("cloudprobe.sandbox.broker")
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


class Shown:
    """What the console has shown so far."""

    def __init__(self, capsys):
        self._capsys = capsys
        self._text = ""

    def getvalue(self):
        self._text += self._capsys.readouterr().err
        return self._text


@pytest.fixture
def errors(capsys):
    return Shown(capsys)


@pytest.fixture(autouse=True)
def as_before():
    root = logging.getLogger()
    before = [(logger, logger.level) for logger in (root, logging.getLogger("cloudprobe"))]
    yield
    logs._undo(root)
    for logger, level in before:
        logger.setLevel(level)


@pytest.fixture
def configured(tmp_path, errors):
    """Configure, and read back the file's lines."""

    def configure(level="WARNING", **options):
        logs.configure(level, folder=tmp_path / "logs", **options)

        def lines():
            path = tmp_path / "logs" / logs.FILE_NAME
            return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

        return lines

    return configure


def test_the_console_shows_what_was_asked_for_and_the_file_more(configured, errors):
    lines = configured("WARNING")
    log.debug("too little")
    log.info("for the file")
    log.warning("for both")
    assert "for both" in errors.getvalue()
    assert "for the file" not in errors.getvalue()
    assert [line["message"] for line in lines()] == ["for the file", "for both"]


def test_a_line_of_the_file(configured):
    lines = configured()
    with logs.logged_inspection(ID):
        log.info("%d calls", 3)
    (line,) = lines()
    assert line["level"] == "INFO"
    assert line["logger"] == "cloudprobe.sandbox.broker"
    assert line["inspection"] == ID
    assert line["message"] == "3 calls"
    assert line["thread"] == "MainThread"
    assert line["time"].endswith("+00:00")


def test_a_line_of_the_console(configured, errors):
    configured("INFO")
    with logs.logged_inspection(ID):
        log.info("hello")
    assert f"INFO cloudprobe.sandbox.broker [{ID}] hello\n" in errors.getvalue()


def test_levels_by_component(configured, errors):
    lines = configured("cloudprobe.sandbox=DEBUG,ERROR")
    log.debug("sandbox debug")
    logging.getLogger("cloudprobe.guard").warning("guard warning")
    logging.getLogger("cloudprobe.guard").error("guard error")
    logging.getLogger("cloudprobe.sandboxed").debug("another component")
    shown = errors.getvalue()
    assert "sandbox debug" in shown
    assert "guard warning" not in shown
    assert "guard error" in shown
    assert [line["message"] for line in lines()] == ["sandbox debug", "guard warning", "guard error"]


def test_the_most_specific_component_decides(configured, errors):
    configured("cloudprobe=ERROR,cloudprobe.sandbox=DEBUG,cloudprobe.sandbox.broker=WARNING")
    log.info("broker")
    logging.getLogger("cloudprobe.sandbox.runner").debug("runner")
    assert "runner" in errors.getvalue()
    assert "broker [" not in errors.getvalue()


def test_others_are_silent_unless_named(configured, errors):
    lines = configured("DEBUG")
    other = logging.getLogger("botocore.test")
    other.info("chatter")
    other.warning("trouble")
    assert [line["message"] for line in lines()] == ["trouble"]
    configured("botocore=DEBUG")
    other.debug("wanted")
    assert "wanted" in errors.getvalue()
    configured("DEBUG")
    other.debug("no longer")
    assert "no longer" not in errors.getvalue()


@pytest.mark.parametrize("text", ["LOUD", "cloudprobe=", "=DEBUG", "cloudprobe.sandbox=LOUD,INFO", "INFO;DEBUG", "10"])
def test_what_is_no_level(tmp_path, text):
    with pytest.raises(UsageError, match="log level") as caught:
        logs.configure(text, folder=tmp_path)
    assert "DEBUG, INFO" in caught.value.hint


def test_levels_are_taken_in_any_case_and_with_blanks():
    levels = logs.Levels.parse(" cloudprobe.sandbox = debug , info ,")
    assert levels.of("cloudprobe.sandbox.x") == logging.DEBUG
    assert levels.of("cloudprobe.x") == logging.INFO
    assert logs.Levels.parse("").of("cloudprobe") == logging.WARNING


def test_configuring_again_replaces(configured, errors):
    configured("INFO")
    lines = configured("INFO")
    log.info("once")
    assert errors.getvalue().count("once") == 1
    assert len(lines()) == 1


def test_threads_of_the_only_inspection_are_its(configured):
    lines = configured()
    with logs.logged_inspection(ID):
        thread = threading.Thread(target=log.info, args=("from a thread",))
        thread.start()
        thread.join()
    log.info("after it")
    assert [line["inspection"] for line in lines()] == [ID, "-"]


def test_two_inspections_keep_apart(configured):
    lines = configured()
    with logs.logged_inspection(ID):
        with logs.logged_inspection(OTHER):
            log.info("inner")
            thread = threading.Thread(target=log.info, args=("nobody's",))
            thread.start()
            thread.join()
        log.info("outer")
    assert [line["inspection"] for line in lines()] == [OTHER, "-", ID]


@pytest.mark.parametrize(
    "text",
    [
        "key AKIAIOSFODNN7EXAMPLE was used",
        "ASIAIOSFODNN7EXAMPLE",
        f"aws_secret_access_key = {SECRET}",
        f"{{'SecretAccessKey': '{SECRET}'}}",
        f'{{"SecretAccessKey":"{SECRET}"}}',
        f"just {SECRET} alone",
        "<SecretAccessKey>abcdefgh</SecretAccessKey><SessionToken>tok/en+==</SessionToken>",
        "'SessionToken': 'IQoJb3JpZ2luX2VjEHkaCXVzLWVhc3QtMSJHMEUCIQDexample//token'",
        "{'Authorization': b'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=fe5f80'}",
        "Authorization: Bearer abcdefghijklmnop",
        "authorization: Basic dXNlcjpwYXNz",
        "{'X-Amz-Security-Token': b'FwoGZXIvYXdzEBYaDexample'}",
        "https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA/x&X-Amz-Signature=0123abcd&X-Amz-Security-Token=FwoGexample",
        "postgres://admin:hunter22@db/prod",
        "password=hunter22",
        '"api_key": "hunter22hunter22"',
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_no_secret_stands_in_a_line(configured, errors, text):
    lines = configured("INFO")
    log.info(text)
    log.info("as an argument: %s", text)
    log.info("as a mapping: %r", {"given": text})
    try:
        int(text)
    except ValueError:
        log.exception("raised")
    written = json.dumps(lines()) + errors.getvalue()
    for secret in (
        "IOSFODNN7EXAMPLE",
        SECRET,
        "abcdefgh",
        "tok/en",
        "IQoJb3JpZ2",
        "fe5f80",
        "dXNlcjpwYXNz",
        "FwoG",
        "0123abcd",
        "hunter22",
        "MIIEpAIBAAKCAQEA",
    ):
        assert secret not in written
    assert "[redacted]" in written


@pytest.mark.parametrize(
    "text",
    [
        "run 20261124-034200-9f86d081/1/1/0: succeeded, 17 calls in 1.20 s",
        "arn:aws:iam::123456789012:role/cloudprobe/cloudprobe-20261124-034200-9f86d081-1-1-0",
        "script 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "The token bucket has 3 left; see https://127.0.0.1:4566/path and secretsmanager:ListSecrets",
        "/home/somebody/.local/share/cloudprobe/inspections/20261124-034200-9f86d081/report.json",
    ],
)
def test_ordinary_lines_stay_as_they_are(configured, text):
    lines = configured()
    log.info(text)
    assert lines()[0]["message"] == text


def test_known_secrets_are_hidden_whatever_they_look_like(configured, errors):
    lines = configured("INFO", secrets=("open sesame", "x"))
    keep_out_of_logs("open sesame and more", None, "")
    log.info("said open sesame, x, and open sesame and more")
    assert lines()[0]["message"] == "said [redacted], x, and [redacted]"
    assert "sesame" not in errors.getvalue()


def test_the_console_obeys_nothing_that_comes_from_an_account(configured, errors):
    configured("INFO")
    log.info("name \x1b[2J\u202e and\n12:00:00 ERROR another line")
    assert "\x1b" not in errors.getvalue()
    assert "\u202e" not in errors.getvalue()
    assert len(errors.getvalue().splitlines()) == 1


def test_a_terminal_gets_colours_and_nothing_else_does(configured, errors, monkeypatch):
    configured("INFO")
    log.warning("plain")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    log.warning("coloured")
    log.info("never")
    plain, coloured, never = errors.getvalue().splitlines()
    assert "\x1b" not in plain
    assert coloured.startswith("\x1b[33m")
    assert "\x1b" not in never
    configured("INFO", colour=False)
    log.warning("no colour wanted")
    assert "\x1b" not in errors.getvalue().splitlines()[-1]


def test_a_long_line_is_cut(configured):
    lines = configured()
    log.info("x" * 1_000_000)
    assert len(lines()[0]["message"]) == 20_000


def test_a_badly_formed_line_is_still_one(configured, monkeypatch):
    lines = configured()
    root = logging.getLogger()
    # pytest's own handlers raise on such a line.
    monkeypatch.setattr(root, "handlers", [h for h in root.handlers if type(h).__module__ == logs.__name__])
    for message, arguments in (("%d calls", ("three",)), ("%s %s", ("one",))):
        log.info(message, *arguments)
    assert [line["message"][:9] for line in lines()] == ["%d calls ", "%s %s (Ty"]


def test_the_file_is_rotated(configured, tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "_FILE_BYTES", 2_000)
    configured()
    for number in range(100):
        log.info("line %d", number)
    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert names == [logs.FILE_NAME, *(f"{logs.FILE_NAME}.{n}" for n in (1, 2, 3))]
    for name in names:
        assert all(json.loads(line) for line in (tmp_path / "logs" / name).read_text().splitlines())


def test_a_file_another_process_moved_away_is_opened_anew(configured, tmp_path):
    lines = configured()
    log.info("before")
    path = tmp_path / "logs" / logs.FILE_NAME
    path.rename(path.with_suffix(".old"))
    log.info("after")
    assert [line["message"] for line in lines()] == ["after"]


@pytest.mark.parametrize("folder", ["/proc/cloudprobe/logs", "/dev/null/logs"])
def test_a_folder_that_cannot_be_made_is_told_once(errors, folder):
    logs.configure("INFO", folder=Path(folder))
    log.info("goes on")
    assert errors.getvalue().count("Nothing is logged to a file") == 1
    assert "goes on" in errors.getvalue()


def test_a_folder_that_takes_no_files_is_told_once(errors):
    logs.configure("INFO", folder=Path("/proc/self"))
    for number in range(3):
        log.info("line %d", number)
    assert errors.getvalue().count("Nothing more is logged to") == 1
    assert "line 2" in errors.getvalue()


def test_a_disk_that_fills_up_is_told_once(configured, errors, full_disk, tmp_path):
    configured("INFO")
    log.info("fits")
    with full_disk(1_000):
        for number in range(50):
            log.info("line %d %s", number, "x" * 500)
    assert errors.getvalue().count("Nothing more is logged to") == 1
    assert "line 49" in errors.getvalue()
    log.info("later")
    assert (tmp_path / "logs" / logs.FILE_NAME).stat().st_size <= 1_000


def test_a_console_that_is_gone_ends_nothing(configured, monkeypatch):
    lines = configured("INFO")
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone)
    log.info("into the void")
    assert lines()[0]["message"] == "into the void"
