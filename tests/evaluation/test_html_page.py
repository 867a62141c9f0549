"""The page says what the results say, obeys nothing in them, and is drawn by a real browser in light, dark and print."""

import html.parser
import re
import shutil
import struct
import subprocess

import pytest

from cloudprobe.evaluation import plots
from cloudprobe.evaluation.html_page import render
from cloudprobe.evaluation.results import Rate
from tests.evaluation.conftest import a_case, a_run

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "\x1b[31mred\x1b[0m \x07",
    "\u202egnp.exe \u200b",
    "javascript:alert(1)",
    "https://attacker.example/x",
    "<wbr",
)


class Seen(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


def seen(page):
    found = Seen()
    found.feed(page)
    return found


@pytest.fixture(scope="module")
def page():
    cases = [a_case(f"q{n}", world=f"world-{n % 5}", seconds=0.3 * 2**n, calls=3**n) for n in range(8)]
    cases += [a_case("wrong", right=False, facts_found=0, complaints=("missing: shelf s3-bucket-public-read high",))]
    cases += [case.model_copy(update={"key": case.key.model_copy(update={"model": "bedrock"})}) for case in cases]
    cases += [a_case("q1", world="world-1", naming="renamed", verdict=("nothing_found",))]
    return render(a_run(*cases, models=("library", "bedrock"), rename=True))


def test_nothing_in_it_acts_or_loads(page):
    found = seen(page)
    assert not found.tags & {"script", "img", "iframe", "object", "embed", "link", "form", "a", "base"}
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in {"src", "href", "style"}]
    assert "default-src 'none'" in page


def test_it_says_what_the_results_say(page):
    text = " ".join(" ".join(seen(page).text).split())
    assert "2 models compared" in text
    assert "missing: shelf s3-bucket-public-read high" in text
    assert "world-1/q1" in text
    assert "→ nothing_found" in text


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words_wherever_they_stand(words):
    case = a_case(words, world=words, asked=words, model=words, right=False, complaints=(words,), verdict=(words,))
    renamed = a_case(words, world=words, model=words, naming="renamed", right=False, failure=words)
    run = a_run(case, renamed, worlds=(words,), questions=(words,), models=(words,), rename=True)
    run = run.__class__(plan=run.plan, cases=run.cases, totals=run.totals.model_copy(update={"left_out": (words,)}))
    page, plain = render(run), render(a_run(a_case(right=False, complaints=("x",)), rename=True))
    found = seen(page)
    assert found.tags <= seen(plain).tags | {"small", "br"}
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in {"src", "href", "style"}]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b\u202e]", page)
    visible = "".join(found.text)
    if words.isprintable() and words.isascii():
        assert visible.count(words) >= 5


def test_a_run_that_was_stopped_and_one_of_nothing_are_pages_too():
    run = a_run(a_case())
    assert "stopped before its end" in render(run.__class__(plan=run.plan, cases=run.cases, totals=None))
    assert "stopped before its end" not in render(run)
    assert "Nothing was asked" in render(a_run())


def test_plots_stay_within_their_frame():
    cases = [a_case(f"q{n}", seconds=seconds, calls=1) for n, seconds in enumerate((0.0, 0.004, 0.1, 1, 59.2, 100_000))]
    for plot in (plots.strip(cases, lambda case: case.seconds, "s"), plots.strip(cases, lambda case: case.calls, "")):
        assert len(plot.dots) == 6
        assert all(plot.left <= dot.x <= plot.right and 0 < dot.y < plot.height for dot in plot.dots)
    assert plots.strip([], lambda case: case.seconds, "s").dots == ()


def test_a_rate_stands_within_its_whiskers():
    run = a_run(*(a_case(f"q{n}", right=n < 7) for n in range(10)))
    (right, *_) = plots.rates(run.totals.groups[:1]).whiskers
    span = plots.rates(run.totals.groups[:1]).right - plots.rates(run.totals.groups[:1]).left
    assert right.low < right.x < right.high
    assert right.x == pytest.approx(plots.rates(run.totals.groups[:1]).left + 0.7 * span, abs=0.1)
    assert Rate(count=7, of=10, low=0.3968, high=0.8922) == run.totals.groups[0].summary.right


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine (Debian package chromium)")
def test_a_browser_draws_it_in_light_and_dark_and_prints_it(page, tmp_path):
    path = tmp_path / "evaluation.html"
    path.write_text(page, encoding="utf-8")

    def browse(*options):
        command = [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
            f"--user-data-dir={tmp_path}/profile", "--window-size=1000,1600", "--enable-logging=stderr", "--v=0",
            *options, path.as_uri(),
        ]  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, cwd=tmp_path)

    said = browse(f"--screenshot={tmp_path}/light.png").stderr
    browse(f"--screenshot={tmp_path}/dark.png", "--blink-settings=preferredColorScheme=0")
    browse(f"--print-to-pdf={tmp_path}/page.pdf", "--no-pdf-header-footer")
    light, dark = ((tmp_path / f"{name}.png").read_bytes() for name in ("light", "dark"))
    for picture in (light, dark):
        assert struct.unpack(">II", picture[16:24]) == (1000, 1600)
        assert len(picture) > 30_000, "an empty page compresses to a few kilobytes"
    assert light != dark
    assert "Refused to" not in said, "the page's own style fits its policy, and it asks for nothing"
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
