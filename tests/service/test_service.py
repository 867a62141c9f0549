"""The service as its callers meet it: over real HTTP on 127.0.0.1, with an engine that only says what it did."""

import hashlib
import json
import threading
import time

import httpx
import pytest
import uvicorn

from cloudprobe.domain.ids import inspection_id
from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings, InspectionStatus, Outcome
from cloudprobe.domain.metrics import Metrics
from cloudprobe.domain.report import Confidence, Report
from cloudprobe.errors import UsageError
from cloudprobe.service.app import create_app
from cloudprobe.service.callers import Caller, Callers
from cloudprobe.service.desk import MOST_QUEUED, Desk
from cloudprobe.steps.artifacts import encode, report_key
from cloudprobe.testing import EPOCH, InMemoryArtifactStore, InMemoryStateStore

ANN, BOB = "ann-ann-ann-ann", "bob-bob-bob-bob"
ACCOUNT = "123456789012"


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


CALLERS = Callers(
    [
        Caller(name="ann", key_sha256=digest(ANN), data_class="logs", metrics=True, budget_usd=0.5),
        Caller(name="bob", key_sha256=digest(BOB), regions=("eu-west-1",)),
    ]
)


class Engine:
    """``InspectionEngine`` that waits to be let go, and then writes a report. ``order`` lists what ran."""

    def __init__(self, states, artifacts, gate, order):
        self.states, self.artifacts, self.gate, self.order = states, artifacts, gate, order

    def start(self, question, settings):
        number = len(self.states.list())
        identifier = inspection_id(EPOCH, number.to_bytes(4, "big"))
        stamp = f"{EPOCH.isoformat()[:-8]}{number:02d}+00:00"
        record = InspectionRecord(id=identifier, question=question, settings=settings, created=stamp, updated=stamp)
        self.states.create(record)
        return identifier

    def run(self, identifier):
        assert self.gate.wait(20)
        record = self.states.load(identifier)
        self.order.append((record.settings.caller, record.question))
        if record.question == "break":
            raise RuntimeError("out of order")
        report = Report(
            inspection_id=identifier,
            question=record.question,
            outcome=Outcome.ANSWERED,
            answer="So it is.",
            confidence=Confidence(level="high", reason="Because."),
        )
        self.artifacts.put(report_key(identifier), encode(report))
        self.states.save(
            record.model_copy(
                update={"status": InspectionStatus.FINISHED, "outcome": report.outcome, "answer": report.answer}
            )
        )
        return report


class Service:
    """A running one, and what it is made of."""

    def __init__(self, *, workers=1, states=None, artifacts=None, let_go=True):
        self.states, self.artifacts = states or InMemoryStateStore(), artifacts or InMemoryArtifactStore()
        self.gate, self.order = threading.Event(), []
        if let_go:
            self.gate.set()
        self.desk = Desk(self._engine, self.states, self.artifacts, workers=workers)
        base = InspectionSettings(account=ACCOUNT, budget_usd=2.0)
        app = create_app(self.desk, CALLERS, base=base, metrics=self._metrics, version="1.2.3")
        self.server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        self.thread = threading.Thread(target=self.server.run)

    def _engine(self):
        return Engine(self.states, self.artifacts, self.gate, self.order)

    def _metrics(self):
        return [Metrics(inspection_id=record.id, outcome="answered") for record in self.states.list()]

    def __enter__(self):
        self.desk.open((ACCOUNT,))
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.desk.close()
        self.server.should_exit = True
        self.thread.join(20)

    def call(self, method, path, *, key=ANN, headers=None, **more):
        sent = {**({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        return httpx.request(method, self.url + path, headers=sent, timeout=20, **more)

    def ask(self, question="why?", *, key=ANN, idempotency="", **more):
        headers = {"Idempotency-Key": idempotency} if idempotency else {}
        return self.call("POST", "/inspect", key=key, headers=headers, json={"question": question, **more})

    def finished(self, identifier, *, key=ANN):
        for _ in range(500):
            view = self.call("GET", f"/status/{identifier}", key=key).json()
            if view["status"] in {"finished", "interrupted"}:
                return view
            time.sleep(0.02)
        raise AssertionError("it never finished")


@pytest.fixture
def service():
    with Service() as service:
        yield service


def test_a_question_becomes_a_report(service):
    asked = service.ask()
    assert asked.status_code == 202
    view = asked.json()
    assert asked.headers["Location"] == view["links"]["status"]
    assert service.finished(view["id"])["outcome"] == "answered"
    result = service.call("GET", view["links"]["results"])
    assert result.json()["answer"] == "So it is."
    page = service.call("GET", view["links"]["results"] + "?format=html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "So it is." in page.text
    assert page.headers["x-content-type-options"] == "nosniff"


def test_health_and_the_description_need_no_key(service):
    assert service.call("GET", "/healthz", key="").json() == {"status": "ok", "version": "1.2.3"}
    paths = service.call("GET", "/openapi.json", key="").json()["paths"]
    assert {"/inspect", "/status/{inspection_id}", "/results/{inspection_id}", "/metrics", "/healthz"} <= set(paths)


@pytest.mark.parametrize("key", ["", "wrong", ANN + "x", ANN[:-1], "é"])
@pytest.mark.parametrize("path", ["/inspections", "/status/x", "/results/x", "/metrics"])
def test_without_a_key_there_is_nothing(service, path, key):
    headers = {"Authorization": f"Bearer {key}".encode()} if key else {}
    answer = service.call("GET", path, key="", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_caller_sees_its_own_alone(service):
    identifier = service.ask().json()["id"]
    service.finished(identifier)
    for path in (f"/status/{identifier}", f"/results/{identifier}"):
        assert service.call("GET", path, key=BOB).status_code == 404
    assert service.call("GET", "/inspections", key=BOB).json() == []
    assert [view["id"] for view in service.call("GET", "/inspections").json()] == [identifier]


@pytest.mark.parametrize("name", ["../../etc/passwd", "20260101-000000-ffffffff", "%00", "x" * 5000])
def test_what_is_not_there_is_said_not_to_be(service, name):
    answer = service.call("GET", f"/status/{name}")
    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("key", "more", "detail"),
    [
        (ANN, {"data_class": "data", "data_resources": ["arn:aws:s3:::x"]}, "wider than logs"),
        (BOB, {"data_class": "logs"}, "wider than metadata"),
        (BOB, {"regions": ["us-east-1"]}, "may not ask about us-east-1"),
        (BOB, {"regions": ["*"]}, "may not ask about *"),
    ],
)
def test_a_request_goes_no_further_than_its_caller_may(service, key, more, detail):
    answer = service.ask(key=key, **more)
    assert answer.status_code == 403
    assert detail in answer.json()["detail"]
    assert service.states.list() == []


def test_what_is_asked_is_narrowed_by_every_bound(service):
    service.ask(budget_usd=1.0, data_class="logs", mask=True)
    service.ask(key=BOB)
    bob, ann = (record.settings for record in service.states.list())
    assert (ann.budget_usd, ann.data_class, ann.mask, ann.caller) == (0.5, "logs", True, "ann")
    assert (bob.budget_usd, bob.data_class, bob.regions) == (2.0, "metadata", ("eu-west-1",))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": "x" * 5000},
        {"question": "x", "model": "bedrock"},
        {"question": "x", "caller": "bob"},
        {"question": "x", "account": ACCOUNT},
        {"question": "x", "max_iterations": 9},
        {"question": "x", "budget_usd": -1},
        [],
    ],
)
def test_what_is_not_valid_is_refused_without_being_repeated(service, body):
    answer = service.call("POST", "/inspect", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "xxxxx" not in answer.text
    assert service.states.list() == []


def test_a_body_of_any_size_is_not_read(service):
    assert service.call("POST", "/inspect", content=b" " * 70_000).status_code == 413
    assert service.call("POST", "/inspect", content=iter([b"{}"])).status_code == 413  # chunked: of unknown size


def test_another_host_name_is_not_answered_to(service):
    assert service.call("GET", "/healthz", key="", headers={"Host": "rebound.example"}).status_code == 400


def test_the_same_key_is_the_same_inspection(service):
    first = service.ask("why?", idempotency="k1").json()["id"]
    assert service.ask("why?", idempotency="k1").json()["id"] == first
    assert service.ask("why?", key=BOB, idempotency="k1").json()["id"] != first
    assert service.ask("why?").json()["id"] != first
    other = service.ask("why not?", idempotency="k1")
    assert other.status_code == 400
    assert "used for another request" in other.json()["detail"]


def test_many_at_once_under_one_key_are_one(service):
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(service.ask("why?", idempotency="k").json()["id"]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert len(service.states.list()) == 1


def test_callers_take_turns_and_each_ones_order_is_kept():
    with Service(let_go=False) as service:
        for number in range(4):
            service.ask(f"a{number}")
        for number in range(2):
            service.ask(f"b{number}", key=BOB)
        assert service.call("GET", "/results/" + service.states.list()[0].id, key=BOB).status_code == 202
        service.gate.set()
        for record in service.states.list():
            service.finished(record.id, key=ANN if record.settings.caller == "ann" else BOB)
        asked = [question for _, question in service.order]
    assert asked[0] == "a0"
    assert asked.index("b0") <= 2
    assert asked.index("b1") <= 4
    assert [q for q in asked if q.startswith("a")] == ["a0", "a1", "a2", "a3"]


def test_sixty_at_a_limit_of_four_all_end_and_none_twice():
    running, most, lock = [0], [0], threading.Lock()

    class Counting(Service):
        def _engine(self):
            engine = super()._engine()
            inner = engine.run

            def run(identifier):
                with lock:
                    running[0] += 1
                    most[0] = max(most[0], running[0])
                time.sleep(0.005)
                try:
                    return inner(identifier)
                finally:
                    with lock:
                        running[0] -= 1

            engine.run = run
            return engine

    with Counting(workers=4) as service:
        asked = [service.ask(f"q{n}", key=(ANN, BOB)[n % 2]).json()["id"] for n in range(60)]
        for n, identifier in enumerate(asked):
            assert service.finished(identifier, key=(ANN, BOB)[n % 2])["status"] == "finished"
    assert len(service.order) == len(set(service.order)) == 60
    assert most[0] <= 4


def test_what_a_stopped_service_had_taken_in_goes_on_in_the_next():
    with Service(let_go=False) as first:
        identifiers = [first.ask(f"q{n}", idempotency=f"k{n}").json()["id"] for n in range(3)]
        first.desk._queue.close()  # as a service that is killed
    with Service(states=first.states, artifacts=first.artifacts) as second:
        for identifier in identifiers:
            assert second.finished(identifier)["status"] == "finished"
        assert second.ask("q1", idempotency="k1").json()["id"] == identifiers[1]
        assert len(second.states.list()) == 3


def test_an_engine_that_breaks_breaks_one_inspection(service):
    broken = service.ask("break").json()["id"]
    fine = service.ask("why?").json()["id"]
    assert service.finished(fine)["status"] == "finished"
    assert service.finished(broken)["status"] == "interrupted"
    assert service.call("GET", f"/results/{broken}").status_code == 202


def test_no_caller_fills_the_queue_for_the_others(service):
    service.gate.clear()
    for number in range(MOST_QUEUED + 1):
        service.ask(f"q{number}")
    full = service.ask("one more")
    assert full.status_code == 503
    assert full.headers["Retry-After"] == "30"
    assert service.ask(key=BOB).status_code == 202


def test_prometheus_reads_the_metrics_of_all(service):
    service.finished(service.ask().json()["id"])
    answer = service.call("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "cloudprobe_inspections_total" in answer.text
    assert service.call("GET", "/metrics", key=BOB).status_code == 403


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "caller"),
        ("caller = 1", "caller"),
        ('[[caller]]\nname = "ann"', "key_sha256"),
        ('[[caller]]\nname = "Ann Ä"\nkey_sha256 = "' + "0" * 64 + '"', "name"),
        ('[[caller]]\nname = "ann"\nkey_sha256 = "plain"', "key_sha256"),
        ('[[caller]]\nname = "ann"\nkey_sha256 = "' + "0" * 64 + '"\nadmin = true', "admin"),
        (('[[caller]]\nname = "ann"\nkey_sha256 = "' + "0" * 64 + '"\n') * 2, "twice"),
        ("= broken", "cannot be read"),
        ("caller = []", "names none"),
    ],
)
def test_a_file_of_callers_that_is_wrong_says_where(tmp_path, text, told):
    path = tmp_path / "callers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        Callers.read(path)


def test_a_file_of_callers(tmp_path):
    path = tmp_path / "callers.toml"
    path.write_text(f'[[caller]]\nname = "ann"\nkey_sha256 = "{digest(ANN)}"\nregions = ["eu-west-1"]\n')
    callers = Callers.read(path)
    assert callers.of(ANN).regions == ("eu-west-1",)
    assert callers.of(BOB) is None
    with pytest.raises(UsageError, match="cannot be read"):
        Callers.read(tmp_path / "absent.toml")


def test_a_key_of_ones_own_is_long_and_new():
    (first, one), (_, other) = Callers.single(), Callers.single()
    assert first.of(one).name == "local"
    assert one != other
    assert len(one) >= 40
    assert first.of(other) is None
    assert json.dumps(one) not in repr(first)
