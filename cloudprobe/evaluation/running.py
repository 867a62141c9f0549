"""Builds each world once, in an account of its own, and asks everything that is planned of it, one after another."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.errors import CloudprobeError, InspectionInterruptedError
from cloudprobe.evaluation.asking import Asking, OpenAsking
from cloudprobe.evaluation.judging import failed, judge
from cloudprobe.evaluation.naming import names_of
from cloudprobe.evaluation.planning import Planned, Sitting
from cloudprobe.evaluation.results import Case
from cloudprobe.evaluation.scoring import truth_for
from cloudprobe.evidence.record import InspectionRecordings

log = logging.getLogger(__name__)

ACCOUNT = "111122223333"
"""Of every world, so that a recorded conversation finds the account that it speaks of."""
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One case, with what it was judged by."""

    case: Case
    access: AccountAccess
    """Of the account that was asked about; it lasts until the next case is asked for."""
    record: InspectionRecordings | None
    """None where no report came of it."""


def ask_all(
    sittings: Sequence[Sitting],
    open_asking: OpenAsking,
    folder: Path,
    *,
    jobs: int,
    cancel: threading.Event,
    record: Path | None = None,
    started: Callable[[Sitting], None] = lambda _: None,
) -> Iterator[Case]:
    """Every case as soon as it is judged; with several jobs, of several worlds at a time.

    What is stopped by ``cancel`` gives no case.

    Args:
        sittings: what is asked.
        open_asking: how.
        folder: below it inspections that were not right are kept, by world.
        jobs: worlds at a time.
        cancel: set to stop.
        record: below it each conversation with a model is kept, by world and question, to be replayed.
        started: told of each world.
    """
    done: queue.SimpleQueue[Case] = queue.SimpleQueue()

    def sit(sitting: Sitting) -> None:
        if cancel.is_set():
            return
        started(sitting)
        for asked in ask(sitting, open_asking, folder, cancel=cancel, record=record):
            done.put(asked.case)

    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="world") as pool:
        futures = [pool.submit(sit, sitting) for sitting in sittings]
        try:
            while not all(future.done() for future in futures) or not done.empty():
                try:
                    yield done.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    _raise_first(futures)
            _raise_first(futures)
        except BaseException:
            cancel.set()  # the others end at their next safe point, and the pool waits for them
            raise


def _raise_first(futures: Sequence["Future[None]"]) -> None:
    for future in futures:
        if future.done() and (error := future.exception()):
            raise error


def ask(
    sitting: Sitting, open_asking: OpenAsking, folder: Path, *, cancel: threading.Event, record: Path | None = None
) -> Iterator[Asked]:
    """Ask everything of one sitting, in order."""
    with _built(sitting) as (access, arns):
        place = folder / (sitting.world.name if sitting.naming == "own" else f"{sitting.world.name}-renamed")
        target = f"embedded account, world {sitting.name}"
        with open_asking(access, place, target=target, cancel=cancel) as asking:
            for one in sitting.questions:
                kept = _conversation(one, record)
                asked = None if cancel.is_set() else _ask(one, asking, access, arns, record=kept)
                if asked is None:
                    return
                yield asked
                if asked.case.right:
                    asking.forget(asked.case.inspection_id)


@contextmanager
def _built(sitting: Sitting) -> Iterator[tuple[AccountAccess, Mapping[str, str]]]:
    with EmbeddedAccount.start(account_id=ACCOUNT) as account:
        yield account.access, sitting.world.seed(account.client, names=names_of(sitting.naming))


def _conversation(one: Planned, record: Path | None) -> Path | None:
    """Where an exchange with a model is kept: of the first repetition, and of things by the names they have."""
    if record is None or not one.thinks or one.key.repetition > 1 or one.key.naming != "own":
        return None
    return record / one.key.world / one.key.question


def _ask(
    one: Planned, asking: Asking, access: AccountAccess, arns: Mapping[str, str], *, record: Path | None
) -> Asked | None:
    """One case; None where it was stopped."""
    question = one.question.named(names_of(one.key.naming))
    truth = truth_for(question, thinks=one.thinks)
    before = time.perf_counter()
    try:
        answered = asking.ask(question.ask[0], one.settings, record=record)
    except InspectionInterruptedError:
        return None
    except CloudprobeError as error:
        failure = f"{type(error).__name__}: {error.message}"
    except Exception as error:
        log.exception("case %s", one.key)
        failure = f"{type(error).__name__}: {error}"  # a fault of ours in one case, which is told among its complaints
    else:
        seconds = time.perf_counter() - before
        case = judge(one.key, question, answered, truth=truth, arns=arns, seconds=seconds)
        return Asked(case=case, access=access, record=answered)
    seconds = time.perf_counter() - before
    return Asked(
        case=failed(one.key, question, truth=truth, failure=failure, seconds=seconds), access=access, record=None
    )
