import dataclasses
import shutil

from cloudprobe.domain.run import RunStatus
from cloudprobe.evidence.replaying import replay_all
from cloudprobe.sandbox.limits import LimitName


def changed(record, **change):
    return dataclasses.replace(record, runs=tuple(dataclasses.replace(run, **change) for run in record.runs))


def test_every_run_gives_the_same_again(inspected):
    record = inspected.record()
    replayed = list(replay_all(record))
    assert [run.verdict for run in replayed] == ["equal"] * len(record.runs)
    assert [run.result_digest for run in replayed] == [run.outcome.result_digest for run in record.runs]
    assert all(run.calls for run in replayed)


def test_another_result_is_told(inspected):
    record = inspected.record()
    (run,) = record.runs
    forged = run.outcome.model_copy(update={"result_digest": "0" * 64})
    (replayed,) = replay_all(changed(record, outcome=forged))
    assert replayed.verdict == "different"
    assert "000000000000" in replayed.differences[0]


def test_another_script_is_not_run(inspected):
    record = inspected.record()
    (run,) = record.runs
    (replayed,) = replay_all(changed(record, probe=run.probe.model_copy(update={"script": "print('{}')"})))
    assert (replayed.verdict, replayed.status, replayed.calls) == ("different", "refused", 0)


def test_other_variables_give_something_else(inspected):
    (replayed,) = replay_all(changed(inspected.record(), variables={"regions": ["eu-north-1"]}))
    assert replayed.verdict == "different"


def test_a_run_the_machine_cut_short_cannot_be_compared(inspected):
    record = inspected.record()
    (run,) = record.runs
    cut = run.outcome.model_copy(update={"status": RunStatus.LIMITED, "limit": LimitName.WALL.value})
    (replayed,) = replay_all(changed(record, outcome=cut))
    assert replayed.verdict == "cut"


def test_a_recording_that_lost_its_end_is_told(inspected, tmp_path):
    record = inspected.record()
    (run,) = record.runs
    folder = tmp_path / "recording"
    shutil.copytree(run.recording, folder)
    (segment,) = folder.iterdir()
    segment.write_bytes(segment.read_bytes()[: segment.stat().st_size // 2])
    (replayed,) = replay_all(changed(record, recording=folder))
    assert replayed.verdict == "different"
