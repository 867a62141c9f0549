"""``inspect``, ``resume`` and ``demo``: open the account, run the loop with live progress, tell the answer."""

import math
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cloudprobe.adapters.aws.regions import check_region
from cloudprobe.bootstrap import Account, Workspace, build_engine, open_account, open_workspace, start_logging
from cloudprobe.cli.approving import Consent, approver
from cloudprobe.cli.progress import ConsoleProgress
from cloudprobe.cli.reaching import Way, announce, way_of
from cloudprobe.cli.stopping import stop_requested
from cloudprobe.cli.summary import print_report
from cloudprobe.cli.thinking import Brain, Override
from cloudprobe.cli.thinking import announce as announce_brain
from cloudprobe.cli.writing import print_text, report_format, write_file, write_report_files
from cloudprobe.config import Config
from cloudprobe.domain.inspection import (
    MAX_QUESTION_CHARACTERS,
    InspectionSettings,
    InspectionStatus,
    Outcome,
)
from cloudprobe.domain.report import Report
from cloudprobe.domain.text import encodable, printable
from cloudprobe.errors import PluginError, UsageError
from cloudprobe.evidence.planned import kept_agents
from cloudprobe.plugins.hookspecs import ReportFormat
from cloudprobe.reports.formats import render
from cloudprobe.sandbox.permit import DataClass
from cloudprobe.steps.artifacts import load, report_key

DEMO_QUESTION = "Why can the orders function not write to its bucket?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """How the answer is wanted."""

    format: str | None = None
    """None prints a summary for a person."""
    path: Path | None = None
    json: bool = False
    quiet: bool = False


def regions(chosen: Sequence[str], *, all_regions: bool) -> tuple[str, ...]:
    """What ``InspectionSettings.regions`` says of the two options.

    Raises:
        UsageError: both were given, or a region AWS does not have.
    """
    if chosen and all_regions:
        raise UsageError("Both --region and --all-regions were given.", hint="Give one of them.")
    for region in chosen:
        check_region(region)
    return ("*",) if all_regions else tuple(dict.fromkeys(chosen))


def data_resources(arns: Sequence[str], *, data_class: DataClass) -> tuple[str, ...]:
    """What ``InspectionSettings.data_resources`` says of ``--data-resource``.

    Raises:
        RefusedError: the class is ``data`` and nothing is named.
        UsageError: something is named that cannot be.
    """
    if data_class != "data" and not arns:
        return ()
    from cloudprobe.guard.data_resources import checked  # noqa: PLC0415 - reads the ceiling, which most never need

    return checked(arns, data_class=data_class)


def budget(given: float | None, option: str) -> float | None:
    """What may be spent.

    Raises:
        UsageError: that is nothing, or no number.
    """
    if given is not None and not 0 < given < math.inf:
        raise UsageError(f"{option} is {given:g}; it has to be a number above 0.", hint="Leave it away for no bound.")
    return given


def exit_code(report: Report) -> int:
    """By the outcome; a shape that was asked for and could not be given is a question that was not answered."""
    refused = report.structured is not None and bool(report.structured.refused)
    return report.outcome.exit_code or (Outcome.UNANSWERED.exit_code if refused else 0)


def inspect(
    question: str,
    settings: InspectionSettings,
    wanted: Output,
    *,
    way: Way,
    consent: Consent,
    brain: Brain,
    estimate: bool,
    data_dir: Path | None,
    log_level: str | None,
) -> int:
    question = checked_question(question)
    workspace = open_data(data_dir, log_level)
    form = report_format(workspace.config, wanted.format, wanted.path)
    if estimate:
        from cloudprobe.cli import estimating  # noqa: PLC0415 - most never ask for it

        estimating.tell(question, settings, workspace.config, Console(stderr=True, highlight=False))
    with open_account(settings.world, workspace.config, access=way.access, accounts=way.accounts) as opened:
        account = way.into(opened, Console(stderr=True, highlight=False, quiet=wanted.quiet))
        narrowed = account.narrow(settings)
        report = run(workspace, account, wanted, question=question, settings=narrowed, consent=consent, brain=brain)
    emit(report, wanted, form)
    return exit_code(report)


def resume(
    inspection_id: str,
    wanted: Output,
    *,
    consent: Consent,
    brain: Override,
    data_dir: Path | None,
    log_level: str | None,
) -> int:
    workspace = open_data(data_dir, log_level)
    form = report_format(workspace.config, wanted.format, wanted.path)
    record = workspace.states.load(inspection_id)
    if record.status is InspectionStatus.FINISHED and not record.may_go_on:
        report = load(Report, report_key(inspection_id), workspace.artifacts)
    else:
        way = way_of(record.settings)
        with open_account(
            record.settings.world,
            workspace.config,
            account_id=record.settings.account,
            access=way.access,
            accounts=way.accounts,
        ) as account:
            account.check_same(record.settings)
            report = run(
                workspace,
                account,
                wanted,
                question=record.question,
                settings=record.settings,
                known=inspection_id,
                consent=consent,
                brain=brain.over(record.settings),
            )
    emit(report, wanted, form)
    return exit_code(report)


def demo(
    question: str | None, settings: InspectionSettings, output: Path, *, data_dir: Path | None, log_level: str | None
) -> int:
    console = Console(stderr=True, highlight=False)
    asked = checked_question(question or DEMO_QUESTION)
    console.print(f"cloudprobe demo: an embedded AWS account, seeded with the world '{settings.world}'", markup=False)
    console.print(f"question: {asked}\n", markup=False)
    workspace = open_data(data_dir, log_level)
    with open_account(settings.world, workspace.config) as account:
        report = run(workspace, account, Output(), question=asked, settings=account.narrow(settings))
    written = write_report_files(report, output)
    print_report(report, Console(highlight=False))
    console.print("\nreport     " + "\n           ".join(str(path) for path in written), markup=False, soft_wrap=True)
    console.print(f'ask more   make demo Q="..." WORLD={settings.world}', markup=False)
    return report.outcome.exit_code


def open_data(data_dir: Path | None, log_level: str | None) -> Workspace:
    config = Config.read(data_dir=data_dir, log_level=log_level)
    start_logging(config)
    return open_workspace(config)


def checked_question(question: str) -> str:
    """The question without surrounding blanks.

    Raises:
        UsageError: nothing is asked, or far too much.
    """
    text = encodable(question.strip())
    if not text:
        raise UsageError("The question is empty.", hint='Ask something: cloudprobe inspect "which buckets are public?"')
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise UsageError(
            f"The question has {len(text):,} characters; at most {MAX_QUESTION_CHARACTERS:,} are taken.",
            hint="Ask in a sentence or two; cloudprobe reads the account itself.",
        )
    return text


def run(
    workspace: Workspace,
    account: Account,
    wanted: Output,
    *,
    question: str,
    settings: InspectionSettings,
    known: str | None = None,
    consent: Consent | None = None,
    brain: Brain | None = None,
) -> Report:
    """Start an inspection, or carry on the known one, and show how it goes."""
    console = Console(stderr=True, highlight=False, quiet=wanted.quiet)
    thinker = brain or Brain()
    announce(account, settings, console)
    announce_brain(thinker, Console(stderr=True, highlight=False, quiet=wanted.quiet or wanted.json))
    with stop_requested() as cancel, ExitStack() as stack:
        progress = stack.enter_context(ConsoleProgress(console))
        asked = approver(workspace, consent or Consent(), console=console, paused=progress.paused, cancel=cancel)
        engine = build_engine(
            workspace,
            account,
            observer=progress,
            cancel=cancel,
            model=thinker.choice,
            record_model=thinker.record,
            approver=asked,
            agents=kept_agents(known, workspace.artifacts) if known else None,
        )
        identifier = known or engine.start(question, settings)
        console.print(f"inspection {identifier} of {settings.target}", markup=False)
        return engine.run(identifier)


def emit(report: Report, wanted: Output, form: ReportFormat | None) -> None:
    try:
        text = form.render(report) if form else None
    except PluginError as failed:  # the question was answered all the same
        sys.stderr.write(f"cloudprobe: {printable(str(failed))}\n")
        text = None
    if wanted.path is not None and text is not None:
        write_file(wanted.path, text)
        sys.stderr.write("" if wanted.quiet else f"report written to {wanted.path}\n")
    if wanted.json:  # after the file: one that cannot be written leaves one document, the error's
        print_text(render(report, "json"))
    elif text is not None and wanted.path is None:
        print_text(text)
    if text is None and not wanted.json:
        print_report(report, Console(highlight=False))
        sys.stderr.write(
            "" if wanted.quiet else f"\nfull report  cloudprobe report {report.inspection_id} --format html\n"
        )
