"""The recorded conversations: which there are, how they are had again with a server, and how they are replayed.

python -m tests.evals.conversing [WORLD/QUESTION ...]      record these, or all of them, anew
python -m tests.evals.conversing --by-hand DIR WORLD/QUESTION
        a person answers in DIR what the conversation's folder has no answer for
"""

import argparse
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cloudprobe.bootstrap import open_asking
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.report import Report
from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.worlds import load_world
from cloudprobe.evaluation.asking import Asking
from cloudprobe.evaluation.naming import names_of
from cloudprobe.evaluation.planning import agenda
from cloudprobe.evaluation.results import Case, Plan
from cloudprobe.evaluation.running import ask_all
from cloudprobe.evidence.record import InspectionRecordings
from cloudprobe.testing.converse import ConverseServer
from cloudprobe.testing.converse.by_hand import ByHand
from tests.evals.prepared import Each, Prepared

HERE = Path(__file__).parent
ANSWERS = HERE / "conversations"
RECORDINGS = HERE / "recordings"
_PATIENCE = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One question of a world, by ``world/question``."""

    name: str

    @property
    def world(self) -> str:
        return self.name.partition("/")[0]

    @property
    def question(self) -> str:
        """As a person asks it."""
        wanted = self.name.partition("/")[2]
        question = next(one for one in load_world(self.world).questions if one.id == wanted)
        return question.named(names_of("own")).ask[0]

    @property
    def answers(self) -> Path:
        return ANSWERS / self.name

    @property
    def recording(self) -> Path:
        return RECORDINGS / self.name


def conversations() -> list[Conversation]:
    found = sorted(path for path in ANSWERS.glob("*/*") if path.is_dir())
    return [Conversation(name="/".join(path.parts[-2:])) for path in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is left of an inspection, and of it in the account."""

    record: InspectionRecordings
    roles: int
    """Of cloudprobe."""
    access_keys: int
    """That users have since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A conversation that was had."""

    case: Case
    kept: Kept | None
    """None where it came to no report."""

    @property
    def name(self) -> str:
        return f"{self.case.key.world}/{self.case.key.question}"

    @property
    def report(self) -> Report:
        if self.kept is None:
            raise LookupError(f"{self.name} came to no report: {self.case.failure}")
        return self.kept.record.report


class _Watched:
    """An ``Asking`` that looks at the account when an inspection has ended, and forgets none."""

    def __init__(self, asking: Asking, access: AccountAccess, kept: dict[str, Kept]) -> None:
        self._asking = asking
        self._access = access
        self._kept = kept

    def ask(self, question: str, settings: InspectionSettings, *, record: Path | None = None) -> InspectionRecordings:
        before = self._access_keys()
        answered = self._asking.ask(question, settings, record=record)
        self._kept[answered.inspection_id] = Kept(
            record=answered,
            roles=len(self._access.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"]),
            access_keys=self._access_keys() - before,
        )
        return answered

    def _access_keys(self) -> int:
        iam = self._access.client("iam")
        users = [user["UserName"] for user in iam.list_users()["Users"]]
        return sum(len(iam.list_access_keys(UserName=user)["AccessKeyMetadata"]) for user in users)

    def forget(self, inspection_id: str) -> None:
        """It is kept, as long as the folder is."""


def evaluate(
    these: Sequence[Conversation], model: str, folder: Path, *, config: Config, record: Path | None = None
) -> Iterator[Ended]:
    """As ``cloudprobe eval`` does it, with every inspection kept."""
    kept: dict[str, Kept] = {}

    @contextmanager
    def watched(access: AccountAccess, data_dir: Path, *, target: str, cancel: threading.Event) -> Iterator[Asking]:
        with open_asking(config, access, data_dir, target=target, cancel=cancel) as asking:
            yield _Watched(asking, access, kept)

    plan = Plan(
        cloudprobe_version="test",
        started="2026-11-24T12:00:00+00:00",
        worlds=tuple(dict.fromkeys(one.world for one in these)),
        questions=tuple(one.name for one in these),
        models=(model,),
    )
    for case in ask_all(agenda(plan).sittings, watched, folder, jobs=1, cancel=threading.Event(), record=record):
        yield Ended(case=case, kept=kept.get(case.inspection_id))


_KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def bedrock(url: str) -> Config:
    """A process whose Bedrock is at ``url``, with keys that are none anywhere else."""
    os.environ.update(_KEYS)  # noqa: TID251 - where boto3 itself looks for keys
    os.environ.pop("AWS_BEARER_TOKEN_BEDROCK", None)  # noqa: TID251 - as above
    return Config.read({"CLOUDPROBE_BEDROCK_ENDPOINT_URL": url, "CLOUDPROBE_BEDROCK_REGION": "us-east-1"})


def record_anew(these: Sequence[Conversation], into: Path, *, by_hand: Path | None = None) -> list[Ended]:
    """Have conversations with the server, and keep them by world and question, instead of what is there.

    Raises:
        RuntimeError: one of them has answers that nobody asked for, or lacks some.
    """
    missing = ByHand(by_hand, seconds=_PATIENCE) if by_hand else None
    models = {one.name: Prepared(one.answers, missing=missing) for one in these}
    asked = {one.question: models[one.name] for one in these}
    with tempfile.TemporaryDirectory() as place, ConverseServer(then=Each(asked)) as server:
        folder, recorded = Path(place) / "inspections", Path(place) / "recorded"
        ended = list(evaluate(these, "bedrock", folder, config=bedrock(server.url), record=recorded))
        for one in these:
            model = models[one.name]
            if not by_hand and model.asked != len(model.answers):
                raise RuntimeError(f"{one.name}: {model.asked} questions were asked, {len(model.answers)} answered.")
            shutil.rmtree(into / one.name, ignore_errors=True)
            shutil.copytree(recorded / one.name, into / one.name)
    return ended


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evals.conversing", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="WORLD/QUESTION")
    parser.add_argument("--by-hand", type=Path, metavar="DIR")
    given = parser.parse_args(arguments)
    these = [Conversation(name=name) for name in given.names] or conversations()
    for ended in record_anew(these, RECORDINGS, by_hand=given.by_hand):
        case, tokens = ended.case, ended.case.cost.tokens
        sys.stdout.write(
            f"{ended.name:32} {case.outcome:13} {case.cost.exchanges:2} exchanges, {tokens.total - tokens.output:6,}"
            f" tokens sent, {tokens.cache_read:6,} from cache, {tokens.output:5,} answered, {case.cost.model_usd:.4f} USD"
            f"  {'right' if case.right else '; '.join(case.complaints)}\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
