"""The page in a real browser, where there is one: it draws, in light and dark and on paper, and asks for nothing."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from cloudprobe.domain.report import Connection, Connections, PicturedResource
from cloudprobe.reports.formats import render

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine (Debian package chromium)")
WIDTH, HEIGHT = 1000, 1600


@pytest.fixture
def page(full, tmp_path):
    report = full.report()
    ends = [PicturedResource(resource=finding.resource, severity=finding.severity) for finding in report.findings[:1]]
    ends.append(PicturedResource(resource="arn:aws:iam::123456789012:role/<b>writer</b>", type="iam:role"))
    line = Connection(source=ends[0].resource, target=ends[1].resource, label='role"><script>alert(1)</script>')
    connected = report.model_copy(update={"connections": Connections(resources=tuple(ends), lines=(line,))})
    path = tmp_path / "report.html"
    path.write_text(render(connected, "html"))
    return path


def browse(folder: Path, page: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
            f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{HEIGHT}", *options, page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True, cwd=folder,
    )  # fmt: skip


def screenshot(folder: Path, page: Path, name: str, *options: str) -> bytes:
    path = folder / name
    browse(folder, page, f"--screenshot={path}", *options)
    return path.read_bytes()


def test_it_is_drawn_in_light_and_dark(page, tmp_path):
    light = screenshot(tmp_path, page, "light.png")
    dark = screenshot(tmp_path, page, "dark.png", "--blink-settings=preferredColorScheme=0")
    for picture in (light, dark):
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", picture[16:24]) == (WIDTH, HEIGHT)
        assert len(picture) > 40_000, "an empty page compresses to a few kilobytes"
    assert light != dark


def test_what_the_browser_makes_of_it_holds_the_picture_and_nothing_active(page, tmp_path):
    document = browse(tmp_path, page, "--dump-dom", "--enable-logging=stderr", "--v=0")
    assert document.stdout.count('<g class="box') == 2
    assert "<script" not in document.stdout
    assert "<b>writer" not in document.stdout
    assert "Refused to" not in document.stderr, "the page's own style fits its policy, and it asks for nothing"


def test_it_can_be_printed(page, tmp_path):
    browse(tmp_path, page, f"--print-to-pdf={tmp_path}/report.pdf", "--no-pdf-header-footer")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
