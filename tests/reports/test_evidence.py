import pytest

from cloudprobe.domain.pointers import EvidencePointer
from cloudprobe.domain.probe import ProbeResult
from cloudprobe.errors import StateCorruptedError
from cloudprobe.reports.evidence import RunEvidence
from cloudprobe.testing import InMemoryRecordings

RUN = "20260101-000000-9f86d081/1/1/0"


@pytest.fixture
def recordings():
    store = InMemoryRecordings()
    store.record(
        RUN,
        [
            {
                "service": "s3",
                "operation": "ListBuckets",
                "request_id": "R0",
                "response": {"Buckets": [{"Name": "a/b"}]},
            },
            {
                "service": "s3",
                "operation": "GetBucketPolicy",
                "request_id": "R/1",
                "region": "eu-west-1",
                "parameters": {"Bucket": "a", "Blob": "x" * 5_000},
                "response": {"Policy": "{}", "Nothing": None},
            },
            {
                "service": "s3",
                "operation": "GetBucketAcl",
                "request_id": "R2",
                "error": {"Error": {"Code": "AccessDenied", "Message": "no"}},
            },
        ],
    )
    return store


@pytest.fixture
def resolve(recordings, public_bucket):
    result = ProbeResult(
        facts={"summary": "s", "public": {"a~b": {"n": [1, 2]}}, "many": list(range(1_000))},
        findings=(public_bucket(),),
    )
    evidence = RunEvidence(RUN, result, recordings)
    return lambda *cited: evidence.of(public_bucket("x", *cited))


@pytest.mark.parametrize(
    ("cited", "pointer", "value"),
    [
        ("/result/facts/public/a~0b/n/1", f"{RUN}#/result/facts/public/a~0b/n/1", 2),
        ("/calls/R0/response/Buckets/0/Name", f"{RUN}#/calls/0/response/Buckets/0/Name", "a/b"),
        ("/calls/R~11/response/Policy", f"{RUN}#/calls/1/response/Policy", "{}"),
        ("/calls/R~11/response/Nothing", f"{RUN}#/calls/1/response/Nothing", None),
        ("/calls/R2/error/Error/Code", f"{RUN}#/calls/2/error/Error/Code", "AccessDenied"),
        ("/calls/R2/error/Code", f"{RUN}#/calls/2/error/Error/Code", "AccessDenied"),
    ],
)
def test_a_citation_leads_to_its_recorded_value(resolve, recordings, cited, pointer, value):
    (evidence,) = resolve(cited)
    assert (evidence.pointer, evidence.verified, evidence.value) == (pointer, True, value)
    path = EvidencePointer.parse(evidence.pointer).path
    if path[0] == "calls":
        assert evidence.call.index == int(path[1])
        assert evidence.call == recordings.open(RUN).describe(evidence.call.index).model_copy(
            update={"parameters": evidence.call.parameters}
        )
    else:
        assert evidence.call is None


@pytest.mark.parametrize(
    "cited",
    [
        "",
        "nonsense",
        "/",
        "/result/facts/public/missing",
        "/result/facts/public/a~0b/n/2",
        "/result/facts/public/a~0b/n/" + "9" * 6_000,
        "/result/findings/0/title",
        "/calls",
        "/calls/R0",
        "/calls/R9/response/Buckets",
        "/calls/R0/parameters",
        "/calls/R0/error",
        "/calls/R2/response",
        "/calls/R2/error/Detail",
        "/calls/0/response/Buckets",
        f"{RUN}#/calls/0/response/Buckets",
        "/calls//response",
        "\ud800",
    ],
)
def test_what_leads_nowhere_is_unverified_and_shown_as_it_was_cited(resolve, cited):
    (evidence,) = resolve(cited)
    assert not evidence.verified
    assert evidence.value is None
    assert evidence.call is None
    assert evidence.pointer == cited.encode("utf-8", "backslashreplace").decode()[:1000]


def test_a_citation_made_twice_is_shown_once(resolve):
    assert len(resolve("/result/facts/summary", "/result/facts/summary")) == 1


def test_values_and_parameters_are_cut_to_a_size_a_person_reads(resolve):
    (call, many) = resolve("/result/facts/many", "/calls/R~11/response/Policy")
    assert many.value[-1] == "… and 950 more"
    assert len(call.call.parameters["Blob"]) < 1_100


def test_a_run_that_cites_very_much_gets_shorter_values(recordings, public_bucket):
    facts = {str(n): "x" * 3_000 for n in range(600)}
    evidence = RunEvidence(RUN, ProbeResult(facts=facts), recordings)
    proofs = evidence.of(public_bucket("x", *(f"/result/facts/{n}" for n in range(600))))
    assert all(proof.verified for proof in proofs)
    assert len(proofs[0].value) > 2_000
    assert len(proofs[-1].value) < 300


def test_many_calls_are_looked_up_without_keeping_them_all(public_bucket):
    store = InMemoryRecordings()
    calls = [{"service": "s3", "operation": "HeadBucket", "response": {"n": n}} for n in range(30)]
    store.record(RUN, calls)
    evidence = RunEvidence(RUN, ProbeResult(), store)
    proofs = evidence.of(public_bucket("x", *(f"/calls/request-{n}/response/n" for n in range(30))))
    assert [proof.value for proof in proofs] == list(range(30))


class DamagedRecordings:
    def open(self, run_id):
        raise StateCorruptedError(f"The recording of {run_id} is damaged.")


def test_a_damaged_recording_proves_nothing_and_is_told(public_bucket):
    evidence = RunEvidence(RUN, ProbeResult(), DamagedRecordings())
    (proof,) = evidence.of(public_bucket("x", "/calls/R0/response"))
    assert not proof.verified
    assert evidence.unreadable == f"The recording of {RUN} is damaged."
