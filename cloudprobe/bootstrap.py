"""The one place that wires an inspection in this process: stores, account, agents, engine."""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cloudprobe.adapters.aws.session import AwsSession, Identity, Keys, open_session
from cloudprobe.adapters.local.file_artifacts import FileArtifactStore
from cloudprobe.adapters.local.inspection_lock import InspectionLocks
from cloudprobe.adapters.local.logs import configure, logged_inspection
from cloudprobe.adapters.local.recordings import FileRecordings
from cloudprobe.adapters.local.sqlite_store import SqliteStateStore
from cloudprobe.config import DEFAULT_REGION, Config, Credentials, Target
from cloudprobe.domain.conversation import AgentName
from cloudprobe.domain.inspection import AccessSettings, InspectionRecord, InspectionSettings, InspectionStatus
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import CloudprobeError, StateCorruptedError, UsageError
from cloudprobe.ports import (
    Approver,
    ArtifactStore,
    ChatModel,
    Grantor,
    InspectionEngine,
    Observer,
    Ports,
    StateStore,
    Tracer,
)
from cloudprobe.steps.perform import StepFunction

if TYPE_CHECKING:
    from cloudprobe.adapters.aws.access import AccountAccess
    from cloudprobe.adapters.models.ledger import Ledger
    from cloudprobe.adapters.models.masked import Masks
    from cloudprobe.emulator.access import AccountAccess as EmbeddedAccess
    from cloudprobe.evaluation.asking import Asking
    from cloudprobe.evidence.record import InspectionRecordings
    from cloudprobe.plugins.hookspecs import Agents
    from cloudprobe.plugins.manager import Plugins
    from cloudprobe.plugins.models import ModelChoice

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

    def runs(self, inspection_id: str) -> Sequence[str]:
        """Ids of the runs that artefacts are kept of, in order."""
        folder = self.folder(inspection_id)
        found = (path.relative_to(folder).parts for path in folder.glob("[0-9]*/[0-9]*/[0-9]*") if path.is_dir())
        numbered = sorted(tuple(map(int, parts)) for parts in found if all(part.isdecimal() for part in parts))
        return ["/".join((inspection_id, *map(str, numbers))) for numbers in numbered]

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

    def delete(self, inspection_id: str) -> None:
        """Forget an inspection and everything it stored.

        Raises:
            UsageError: there is no such inspection, or another one continues it and stands on its runs.
            StoreBusyError: it is running.
        """
        with self.lock(inspection_id):
            if followers := self._followers(inspection_id):
                raise UsageError(
                    f"Inspection {inspection_id} is continued by {', '.join(followers)}: what proves that answer stands"
                    " here.",
                    hint=f"Delete {followers[0]} first; `cloudprobe export` keeps all that proves it in one file.",
                )
            self.states.delete(inspection_id)
            self.artifacts.delete_all(inspection_id)

    def _followers(self, inspection_id: str) -> list[str]:
        try:
            return [record.id for record in self.states.list() if record.settings.follows == inspection_id]
        except StateCorruptedError:  # deleting is how an unreadable record is got rid of
            return []

    def recorded(self, record: InspectionRecord) -> "InspectionRecordings":
        """Everything kept of an inspection that came to its end.

        Raises:
            StateCorruptedError: something of it is missing or damaged.
        """
        from cloudprobe.evidence.record import read_record

        return read_record(
            record.id,
            settings=record.settings,
            created=record.created,
            artifacts=self.artifacts,
            recordings=self.recordings,
            recording_folder=self.recordings.folder,
        )

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


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account that answers, who we are in it, and the way into what is inspected."""

    session: AwsSession
    identity: Identity
    description: str
    """For people: what is inspected."""
    wanted: AccessSettings = field(default_factory=AccessSettings)
    accounts: tuple[str, ...] = ()
    """What is inspected, where it is not the one account that answers, or that of the role."""
    ours: bool = False
    """We made the account ourselves; the access path needs no trial."""

    @cached_property
    def accesses(self) -> Mapping[str, "AccountAccess"]:
        """The way into each inspected account, found by trying: the first use makes calls.

        Raises:
            RefusedError: nothing can bound what a run may do.
            AccessError: the way that was asked for is closed.
        """
        from cloudprobe.adapters.aws.access import role_access
        from cloudprobe.adapters.aws.choice import accesses, choose_access
        from cloudprobe.adapters.local.clock import SystemClock

        clock = SystemClock()
        if self.accounts:
            return accesses(self.session, self.identity, self.wanted, self.accounts, clock=clock)
        if self.ours:
            return {self.identity.account: role_access(self.session, self.identity, clock=clock)}
        access = choose_access(self.session, self.identity, self.wanted, clock=clock)
        return {access.account: access}

    @property
    def inspected(self) -> tuple[str, ...]:
        """Every account that is inspected; nothing is called to say so."""
        by_role = tuple(self.wanted.role_arn.split(":")[4:5])
        return self.accounts or by_role or (self.identity.account,)

    def narrow(self, settings: InspectionSettings) -> InspectionSettings:
        """The settings of an inspection of this account."""
        return settings.model_copy(
            update={
                "account": self.inspected[0],
                "accounts": self.accounts,
                "access": self.wanted,
                "home_region": self.identity.region,
                "target": self.description,
            }
        )

    def check_same(self, settings: InspectionSettings) -> None:
        """Refuse to carry on an inspection in another account than it began in.

        Raises:
            UsageError: it began in another one.
        """
        if settings.inspected != self.inspected:
            raise UsageError(
                f"The inspection began in account {', '.join(settings.inspected)}; the credentials given are of "
                f"{', '.join(self.inspected)}.",
                hint="Resume it with credentials of the first account, or ask again.",
            )


@contextmanager
def open_account(
    world: str,
    config: Config,
    *,
    account_id: str = "",
    access: AccessSettings | None = None,
    accounts: tuple[str, ...] = (),
) -> Iterator[Account]:
    """The account to inspect: a world in an embedded account, or what the standard AWS variables reach.

    Args:
        world: started and seeded, and gone afterwards; empty for the variables' account.
        config: says what the variables say.
        account_id: of the embedded account; random when empty.
        access: how to get into it; has no meaning with a world.
        accounts: several to inspect, or another than the one that answers.

    Raises:
        RefusedError: the variables lead to more than one account.
        AccessError: no credentials, ones that are not taken, or nothing answers.
        UsageError: there is no such world.
    """
    if not world:
        wanted = access or AccessSettings()
        target = config.with_profile(wanted.profile).target()
        description = f"account at {target.endpoint_url}" if target.endpoint_url else "account of AWS"
        yield replace(_reach(target, description), wanted=wanted, accounts=accounts)
        return
    from cloudprobe.emulator.account import EmbeddedAccount
    from cloudprobe.emulator.worlds import load_world

    known = load_world(world)
    with EmbeddedAccount.start(account_id=account_id or None) as account:
        known.seed(account.client)
        yield _embedded(account.access, f"embedded account, world {known.name}")


def _embedded(access: "EmbeddedAccess", description: str) -> Account:
    target = Target(
        endpoint_url=access.endpoint_url,
        region=access.region,
        credentials=Credentials(access_key_id=access.access_key_id, secret_access_key=access.secret_access_key),
        profile=None,
    )
    return replace(_reach(target, description), ours=True)


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


def load_plugins(config: Config) -> "Plugins":
    """The plugins there are, found once a process; those that fail are among its problems."""
    return _plugins(config.template_folders, installed=config.plugins)


@cache
def _plugins(folders: tuple[Path, ...], *, installed: bool) -> "Plugins":
    from cloudprobe.plugins.manager import Plugins

    return Plugins.load(folders=folders, installed=installed)


def build_engine(
    workspace: Workspace,
    account: Account,
    *,
    observer: Observer,
    cancel: threading.Event,
    model: "str | ModelChoice" = "library",
    record_model: Path | None = None,
    plugins: "Plugins | None" = None,
    approver: Approver | None = None,
    agents: "Agents | None" = None,
    steps: Mapping[Step, StepFunction] | None = None,
) -> InspectionEngine:
    """An engine in this process.

    Args:
        workspace: where state and results go.
        account: what is inspected.
        observer: told of progress, and with it every plugin that wants to hear.
        cancel: set to stop.
        model: who thinks.
        record_model: a folder to keep every exchange with a model in.
        plugins: other ones than those that are found.
        approver: asked before a policy is granted; by default what was approved before passes, and nothing else.
        agents: instead of the model's: what was thought once is only carried out again.
        steps: other step functions than the usual ones.

    Raises:
        UsageError: nobody provides that model.
        AccessError: it cannot be reached, or its package is not installed.
    """
    from cloudprobe.local.engine import InProcessEngine
    from cloudprobe.plugins.notifying import NotifyingEngine, NotifyingObserver
    from cloudprobe.steps.table import STEPS

    plugins = plugins or load_plugins(workspace.config)
    ledger, masks = _ledger(workspace.config), _masks(workspace)
    tracer = _tracer(workspace.config, masks)
    agents = agents or think(
        workspace.config,
        model,
        plugins=plugins,
        cancel=cancel,
        record=record_model,
        tracer=tracer,
        ledger=ledger,
        masks=masks,
    )
    told = NotifyingObserver(observer, plugins)
    engine = InProcessEngine(
        _ports(
            workspace,
            account,
            observer=told,
            cancel=cancel,
            agents=agents,
            approver=approver,
            tracer=tracer,
            ledger=ledger,
            masks=masks,
        ),
        workspace.states,
        folder=workspace.folder,
        lock=workspace.lock,
        cancel=cancel,
        steps=steps or STEPS,
    )
    return NotifyingEngine(engine, plugins)


def think(
    config: Config,
    model: "str | ModelChoice",
    *,
    plugins: "Plugins",
    cancel: threading.Event | None = None,
    record: Path | None = None,
    tracer: Tracer | None = None,
    ledger: "Ledger | None" = None,
    masks: "Masks | None" = None,
) -> "Agents":
    """The agents, and around their chat models whatever is wanted there: outermost what counts and bounds.

    Raises:
        UsageError: nobody provides that model.
        AccessError: it cannot be reached, or its package is not installed.
    """

    def wrap(chat: ChatModel, _: AgentName) -> ChatModel:
        from cloudprobe.adapters.local.clock import SystemClock
        from cloudprobe.adapters.models.masked import MaskedChat
        from cloudprobe.adapters.models.metered import MeteredChat
        from cloudprobe.adapters.models.recording import RecordedChat
        from cloudprobe.adapters.models.traced import TracedChat

        if record is not None:
            chat = RecordedChat(chat, record, secrets=config.secrets)
        chat = TracedChat(chat, tracer) if tracer else chat
        chat = MaskedChat(chat, masks) if masks else chat
        return MeteredChat(chat, ledger=ledger, clock=SystemClock()) if ledger else chat

    return plugins.agents(model, plugins.template_library(), config=config, cancel=cancel, wrap=wrap)


def _ledger(config: Config) -> "Ledger":
    """Also where no model is asked: it knows the time, too."""
    from cloudprobe.adapters.local.clock import SystemClock
    from cloudprobe.adapters.models.ledger import Ledger
    from cloudprobe.adapters.models.prices import ModelPrices

    return Ledger(ModelPrices.read(config.prices), clock=SystemClock())


def _masks(workspace: Workspace) -> "Masks":
    from cloudprobe.adapters.models.masked import Masks

    return Masks(workspace.artifacts)


def _tracer(config: Config, masks: "Masks") -> Tracer | None:
    """To LangSmith, for those who have a key; without one nothing of it is loaded."""
    if config.langsmith is None:
        return None
    from cloudprobe.adapters.langsmith.sender import Sender
    from cloudprobe.adapters.langsmith.tracer import LangSmithTracer
    from cloudprobe.adapters.local.clock import SystemClock
    from cloudprobe.adapters.local.log_redaction import redacted_values

    given = config.langsmith
    sender = Sender(api_key=given.api_key, endpoint=given.endpoint, workspace=given.workspace)
    return LangSmithTracer(
        sender,
        project=given.project,
        clock=SystemClock(),
        redact=lambda value: masks.hide_value(redacted_values(value)),
    )


def _sweep(grantors: Iterable[Grantor]) -> None:
    """Delete the roles that killed inspections left and nobody resumed, where roles are made at all."""
    from cloudprobe.adapters.aws.role_grantor import RoleGrantor

    for grantor in grantors:
        if not isinstance(grantor, RoleGrantor):
            continue
        try:
            for leftover in grantor.sweep():
                log.info("deleted the expired role %s of run %s", leftover.role, leftover.run_id)
        except CloudprobeError as error:  # whoever may not look may still be allowed to grant
            log.info("expired roles could not be swept: %s", error)


def _ports(
    workspace: Workspace,
    account: Account,
    *,
    observer: Observer,
    cancel: threading.Event,
    agents: "Agents",
    approver: Approver | None,
    tracer: Tracer | None,
    ledger: "Ledger",
    masks: "Masks",
) -> Ports:
    from cloudprobe.adapters.aws.fan_out import AccountGrantors, AccountRunners
    from cloudprobe.adapters.local.approvals import FileApprovals, LocalApprover
    from cloudprobe.adapters.local.clock import SystemClock
    from cloudprobe.adapters.local.process_runner import ProcessRunner
    from cloudprobe.agents.code_executor import CodeExecutor

    clock = SystemClock()
    accesses = account.accesses
    _sweep(access.grantor for access in accesses.values())

    def runner(access: "AccountAccess") -> ProcessRunner:
        return ProcessRunner(workspace.recordings, access, clock=clock, observer=observer, cancel=cancel)

    return Ports(
        clock=clock,
        artifacts=workspace.artifacts,
        recordings=workspace.recordings,
        grantor=AccountGrantors(accesses),
        observer=observer,
        orchestrator=agents.orchestrator,
        prompt_generator=agents.prompt_generator,
        code_generator=agents.code_generator,
        code_executor=CodeExecutor(AccountRunners(accesses, runner)),
        discovery_analyst=agents.discovery_analyst,
        approver=approver or LocalApprover(FileApprovals(workspace.config.data_dir / "approvals", clock=clock)),
        tracer=tracer,
        ledger=ledger,
        masks=masks,
    )


@contextmanager
def open_asking(
    config: Config, access: "EmbeddedAccess", data_dir: Path, *, target: str, cancel: threading.Event
) -> Iterator["Asking"]:
    """A way to ask of an embedded account, for evaluations; with its first argument given it is an ``OpenAsking``.

    Args:
        config: of the process; it says what a model needs, and which plugins and templates there are.
        access: to the account.
        data_dir: where these inspections are kept, instead of the configured folder.
        target: what is inspected, for people.
        cancel: set to stop.
    """
    workspace = open_workspace(replace(config, data_dir=data_dir))
    yield _AccountAsking(workspace, _embedded(access, target), cancel)


class _AccountAsking:
    def __init__(self, workspace: Workspace, account: Account, cancel: threading.Event) -> None:
        self._workspace = workspace
        self._account = account
        self._cancel = cancel
        self._engines: dict[tuple[str, Path | None], InspectionEngine] = {}

    def ask(self, question: str, settings: InspectionSettings, *, record: Path | None = None) -> "InspectionRecordings":
        engine = self._engine(settings.model, record)
        identifier = engine.start(question, self._account.narrow(settings))
        engine.run(identifier)
        return self._workspace.recorded(self._workspace.inspection(identifier))

    def forget(self, inspection_id: str) -> None:
        self._workspace.delete(inspection_id)

    def _engine(self, model: str, record: Path | None) -> InspectionEngine:
        from cloudprobe.testing import NullObserver

        key = (model, record)
        if key not in self._engines:
            self._engines[key] = build_engine(
                self._workspace,
                self._account,
                observer=NullObserver(),
                cancel=self._cancel,
                model=model,
                record_model=record,
            )
        return self._engines[key]
