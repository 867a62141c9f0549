"""What knowing a script costs, and how well it is known: derivation, validation, policy sizes over the corpus."""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from cloudprobe.guard.ceiling import POLICY_LIMIT, ceiling_policy, policy_size
from cloudprobe.guard.derivation import derive
from cloudprobe.guard.policy import policy_of
from cloudprobe.guard.validation import ProbeDraft, validate
from tests.guard.scripts import LIBRARY, Case, cases


def run() -> list[tuple[str, str]]:
    everything = cases()
    library = [Path(path).read_text() for path in sorted(LIBRARY.glob("*/probe.py"))]
    for case in everything:
        derive(case.source)  # service models are read once per process
    return [
        *_accuracy(everything),
        *_timed("derive one script of the corpus", [lambda c=c: _fresh(c.source) for c in everything]),
        *_timed("derive one probe of the library", [lambda s=s: _fresh(s) for s in library]),
        *_timed("validate one script of the corpus", [lambda c=c: _validated(c.source) for c in everything]),
        *_timed("validate one probe of the library", [lambda s=s: _validated(s) for s in library]),
        *_sizes(everything, library),
    ]


def _fresh(source: str) -> None:
    derive.cache_clear()
    derive(source)


def _validated(source: str) -> None:
    derive.cache_clear()
    validate(ProbeDraft(script=source))


def _accuracy(everything: list[Case]) -> list[tuple[str, str]]:
    right = wrong = missed = flagged = 0
    for case in everything:
        derivation = derive(case.source)
        right += len(derivation.names & case.operations)
        wrong += len(derivation.names - case.operations)
        missed += len(case.operations - derivation.names)
        flagged += bool(derivation.undecided)
    return [
        ("scripts", str(len(everything))),
        ("precision", f"{right / (right + wrong):.4f}"),
        ("recall", f"{right / (right + missed):.4f}"),
        ("scripts with something undecided", f"{flagged / len(everything):.0%}"),
    ]


def _timed(what: str, calls: list[Callable[[], None]]) -> list[tuple[str, str]]:
    for call in calls:
        call()  # models for parameters are read once too
    times = []
    for call in calls:
        before = time.perf_counter()
        call()
        times.append((time.perf_counter() - before) * 1000)
    times.sort()
    p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
    return [(what, f"median {statistics.median(times):.1f} ms, p95 {p95:.1f} ms, longest {times[-1]:.0f} ms")]


def _sizes(everything: list[Case], library: list[str]) -> list[tuple[str, str]]:
    sizes = sorted(
        len(json.dumps(policy_of(source), separators=(",", ":"))) for source in [c.source for c in everything]
    )
    own = max(len(json.dumps(policy_of(source), separators=(",", ":"))) for source in library)
    ceiling = policy_size(ceiling_policy(account_id="123456789012", data_class="data"))
    return [
        ("derived policy, characters", f"median {statistics.median(sizes):.0f}, largest {sizes[-1]}, library's {own}"),
        ("boundary, characters of the limit", f"{ceiling} of {POLICY_LIMIT}"),
    ]
