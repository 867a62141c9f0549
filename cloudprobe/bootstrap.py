"""The one place that wires an inspection in this process: stores, account, agents, engine."""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cloudprobe.adapters.aws.session import AwsSession, Identity, Keys, open_session
from cloudprobe.adapters.local.file_artifacts import FileArtifactStore
from cloudprobe.adapters.local.inspection_lock import InspectionLocks
from cloudprobe.adapters.local.logs import configure, logged_inspection
from cloudprobe.adapters.local.recordings import FileRecordings
from cloudprobe.adapters.local.sqlite_store import SqliteStateStore
from cloudprobe.config import DEFAULT_REGION, Config, Credentials, Target
from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings, InspectionStatus
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import CloudprobeError, UsageError
from cloudprobe.ports import ArtifactStore, InspectionEngine, Observer, Ports, StateStore
from cloudprobe.steps.perform import StepFunction

if TYPE_CHECKING:
    from cloudprobe.adapters.aws.role_grantor import RoleGrantor

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What a data folder holds."""

    config: Config
    states: StateStore
    artifacts: ArtifactStore
    recordings: FileRecordings
    locks: InspectionLocks

    def folder(self, inspection_id: str) -> Path:
        return self.config.data_dir / "inspections" / inspection_id

    @contextmanager
    def lock(self, inspection_id: str) -> Iterator[None]:
        """Keep other processes from an inspection; what is logged meanwhile carries its id."""
        with self.locks.hold(inspection_id), logged_inspection(inspection_id):
            yield

    def inspection(self, inspection_id: str) -> InspectionRecord:
        """One record, with the status it really has.

        Raises:
            UsageError: there is no such inspection.
        """
        return self._as_it_is(self.states.load(inspection_id))

    def inspections(self) -> Sequence[InspectionRecord]:
        """Newest first."""
        return [self._as_it_is(record) for record in self.states.list()]

    def _as_it_is(self, record: InspectionRecord) -> InspectionRecord:
        """A process that was killed could not write down that it stopped; its lock is gone, though."""
        if record.status is InspectionStatus.RUNNING and not self.locks.is_held(record.id):
            return record.model_copy(update={"status": InspectionStatus.INTERRUPTED})
        return record


def start_logging(config: Config) -> None:
    """Set logging up: the first act of a command that does more than show.

    Raises:
        UsageError: the log level is none.
    """
    configure(config.log_level, folder=config.data_dir / "logs", secrets=config.secrets, colour=config.colour)


def open_workspace(config: Config) -> Workspace:
    """Nothing is read or written yet."""
    inspections = config.data_dir / "inspections"
    return Workspace(
        config=config,
        states=SqliteStateStore(config.data_dir / "inspections.sqlite"),
        artifacts=FileArtifactStore(inspections),
        recordings=FileRecordings(inspections),
        locks=InspectionLocks(config.data_dir / "locks"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that answers, and who we are in it."""

    session: AwsSession
    identity: Identity
    description: str
    """For people: what is inspected."""

    def narrow(self, settings: InspectionSettings) -> InspectionSettings:
        """The settings of an inspection of this account."""
        return settings.model_copy(
            update={
                "account": self.identity.account,
                "home_region": self.identity.region,
                "target": self.description,
            }
        )

    def check_same(self, settings: InspectionSettings) -> None:
        """Refuse to carry on an inspection in another account than it began in.

        Raises:
            UsageError: it began in another one.
        """
        if settings.account != self.identity.account:
            raise UsageError(
                f"The inspection began in account {settings.account}; the credentials given are of "
                f"{self.identity.account}.",
                hint="Resume it with credentials of the first account, or ask again.",
            )


@contextmanager
def open_account(world: str, config: Config, *, account_id: str = "") -> Iterator[Account]:
    """The account to inspect: a world in an embedded account, or what the standard AWS variables reach.

    Args:
        world: started and seeded, and gone afterwards; empty for the variables' account.
        config: says what the variables say.
        account_id: of the embedded account; random when empty.

    Raises:
        RefusedError: the variables name a real AWS account.
        AccessError: no credentials, ones that are not taken, or nothing answers.
        UsageError: there is no such world.
    """
    if not world:
        target = config.target()
        yield _reach(target, f"account at {target.endpoint_url}")
        return
    from cloudprobe.emulator.account import EmbeddedAccount
    from cloudprobe.emulator.worlds import load_world

    known = load_world(world)
    with EmbeddedAccount.start(account_id=account_id or None) as account:
        known.seed(account.client)
        target = Target(
            endpoint_url=account.endpoint_url,
            region=account.region,
            credentials=Credentials(access_key_id=account.access_key_id, secret_access_key=account.secret_access_key),
            profile=None,
        )
        yield _reach(target, f"embedded account, world {known.name}")


def _reach(target: Target, description: str) -> Account:
    given = target.credentials
    session = open_session(
        endpoint_url=target.endpoint_url,
        region=target.region,
        keys=Keys(given.access_key_id, given.secret_access_key, given.session_token) if given else None,
        profile=target.profile,
        default_region=DEFAULT_REGION,
    )
    return Account(session=session, identity=session.identify(), description=description)


def build_engine(
    workspace: Workspace,
    account: Account,
    *,
    observer: Observer,
    cancel: threading.Event,
    steps: Mapping[Step, StepFunction] | None = None,
) -> InspectionEngine:
    """An engine in this process, thinking by the template library.

    Args:
        workspace: where state and results go.
        account: what is inspected.
        observer: told of progress.
        cancel: set to stop.
        steps: other step functions than the usual ones.
    """
    from cloudprobe.local.engine import InProcessEngine
    from cloudprobe.steps.table import STEPS

    return InProcessEngine(
        _ports(workspace, account, observer=observer, cancel=cancel),
        workspace.states,
        folder=workspace.folder,
        lock=workspace.lock,
        cancel=cancel,
        steps=steps or STEPS,
    )


def _swept(grantor: "RoleGrantor") -> "RoleGrantor":
    """The grantor, after it deleted the roles that killed inspections left and nobody resumed."""
    try:
        for leftover in grantor.sweep():
            log.info("deleted the expired role %s of run %s", leftover.role, leftover.run_id)
    except CloudprobeError as error:  # whoever may not look may still be allowed to grant
        log.info("expired roles could not be swept: %s", error)
    return grantor


def _ports(workspace: Workspace, account: Account, *, observer: Observer, cancel: threading.Event) -> Ports:
    from cloudprobe.adapters.aws.role_grantor import RoleGrantor
    from cloudprobe.adapters.local.clock import SystemClock
    from cloudprobe.adapters.local.process_runner import ProcessRunner
    from cloudprobe.agents.code_executor import CodeExecutor
    from cloudprobe.agents.code_generator import LibraryCodeGenerator
    from cloudprobe.agents.discovery_analyst import DiscoveryAnalyst
    from cloudprobe.agents.orchestrator import LibraryOrchestrator
    from cloudprobe.agents.prompt_generator import LibraryPromptGenerator
    from cloudprobe.templates.registry import TemplateLibrary

    clock = SystemClock()
    library = TemplateLibrary.builtin()
    runner = ProcessRunner(
        workspace.recordings, account.session, account.identity, clock=clock, observer=observer, cancel=cancel
    )
    return Ports(
        clock=clock,
        artifacts=workspace.artifacts,
        recordings=workspace.recordings,
        grantor=_swept(RoleGrantor(account.session, account.identity, clock=clock)),
        observer=observer,
        orchestrator=LibraryOrchestrator(library),
        prompt_generator=LibraryPromptGenerator(library),
        code_generator=LibraryCodeGenerator(library),
        code_executor=CodeExecutor(runner),
        discovery_analyst=DiscoveryAnalyst(),
    )
