"""The answer package: one archive with all a third person needs to check it, replay it, and run it again."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from cloudprobe.adapters.local.recordings import NoCalls, RecordedFileCalls
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.model import Model
from cloudprobe.domain.probe import Dependency, Probe
from cloudprobe.domain.report import Report
from cloudprobe.domain.run import RunOutcome
from cloudprobe.errors import CloudprobeError, RefusedError, StateCorruptedError, UnansweredError
from cloudprobe.evidence import archive
from cloudprobe.evidence.archive import PackedFile
from cloudprobe.evidence.completeness import damage
from cloudprobe.evidence.manifest import MANIFEST, SUMS, Manifest, PackagedFile, PackagedRun
from cloudprobe.evidence.readme import package_name, readme
from cloudprobe.evidence.record import InspectionRecordings, RecordedRun, permit_from
from cloudprobe.evidence.segments import check_segments
from cloudprobe.ports import RecordedCalls
from cloudprobe.reports.formats import render
from cloudprobe.sandbox.recording import Recording
from cloudprobe.sandbox.runtime import versions

_RUN = re.compile(r"[A-Za-z0-9-]+(/[1-9][0-9]{0,3}){2}/[0-9]{1,4}")
_FORMATS = ("json", "md", "html")
M = TypeVar("M", bound=Model)


class InspectionFile(Model):
    """``inspection.json``: what was asked, how and when."""

    question: str
    created: str
    settings: InspectionSettings


class ProbeFile(Model):
    """``probe.json``: what is not in the script, the policy or the manifest."""

    dependencies: tuple[Dependency, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that was found whole, unpacked for as long as it is open."""

    record: InspectionRecordings
    manifest: Manifest
    sha256: str
    """Of the file."""


def export(record: InspectionRecordings, path: Path) -> str:
    """Write the package of an inspection; its SHA-256. The same inspection gives the same bytes.

    Raises:
        UnansweredError: a recording is damaged or not all there, so that the package would prove nothing; says which.
        StoreError: it cannot be written.
    """
    if wrong := [said for said in map(damage, record.runs) if said]:
        more = f" And {len(wrong) - 1} more recordings are damaged." if len(wrong) > 1 else ""
        raise UnansweredError(
            f"Inspection {record.inspection_id} cannot be exported. {wrong[0]}{more}",
            hint="Take its folder from a backup, or ask again; `cloudprobe show` still has the report.",
        )
    runs = tuple(_packaged(run, record.inspection_id) for run in record.runs)
    members: dict[str, bytes | Path] = {
        "README.md": readme(record.report, runs).encode(),
        "inspection.json": _json(
            InspectionFile(question=record.report.question, created=record.created, settings=record.settings)
        ),
        "inventory.json": _json(record.inventory),
        **{f"report.{form}": render(record.report, form).encode() for form in _FORMATS},
    }
    for run, packaged in zip(record.runs, runs, strict=True):
        members |= {f"{packaged.folder}/{name}": content for name, content in _run_files(run).items()}
    files = tuple(_packaged_file(name, members[name]) for name in sorted(members))
    manifest = Manifest(
        inspection_id=record.inspection_id,
        question=record.report.question,
        account=record.report.account,
        cloudprobe_version=record.report.cloudprobe_version,
        runs=runs,
        files=files,
    )
    members[MANIFEST] = _json(manifest)
    members[SUMS] = _sums((*files, _packaged_file(MANIFEST, members[MANIFEST])))
    top = package_name(record.inspection_id)
    return archive.write(path, {f"{top}/{name}": content for name, content in members.items()})


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Unpack somebody's package, hold it against its manifest, and read it.

    Raises:
        RefusedError: it is not whole, or not in the form ``export`` gives.
    """
    with tempfile.TemporaryDirectory(prefix="cloudprobe-package-") as folder:
        found = archive.unpack(path, Path(folder))
        yield read(path, Path(folder), found)


def read(path: Path, folder: Path, found: Mapping[str, PackedFile]) -> Package:
    """A package that ``archive.unpack`` unpacked.

    Raises:
        RefusedError: it is not what its manifest says, or something of it cannot be read.
    """
    try:
        top = _top(found)
        manifest = _model(Manifest, folder / top / MANIFEST)
        problems = [*_against_manifest(manifest, _inside(found, top)), *_against_sums(folder / top, found, top)]
        if top != package_name(manifest.inspection_id):
            problems.append(f"its folder {top} is not named after inspection {manifest.inspection_id}")
        if problems:
            raise StateCorruptedError("; ".join(problems[:5]))
        record = _record(manifest, folder / top)
    except CloudprobeError as error:
        raise RefusedError(
            f"The package {path.name} is refused: {error.message.rstrip('.')}.",
            hint="Ask whoever made it for the file again.",
        ) from error
    return Package(record=record, manifest=manifest, sha256=archive.file_sha256(path))


def _packaged(run: RecordedRun, inspection_id: str) -> PackagedRun:
    return PackagedRun(
        run_id=run.run_id,
        folder=_folder(run.run_id, inspection_id),
        template=run.probe.template or "",
        description=run.probe.description,
        script_sha256=run.permit.script_digest,
        policy_sha256=run.permit.policy_digest,
        probe_sha256=run.probe.digest,
        result_sha256=run.outcome.result_digest,
    )


def _folder(run_id: str, inspection_id: str) -> str:
    """Of a run, in the package; one of an inspection that was continued has that one's id before its place."""
    inspection, *place = run_id.split("/")
    return "runs/" + "-".join(place if inspection == inspection_id else (inspection, *place))


def _run_files(run: RecordedRun) -> dict[str, bytes | Path]:
    return {
        "probe.py": run.probe.script.encode(),
        "probe.json": _json(ProbeFile(dependencies=run.probe.dependencies)),
        "variables.json": _document(run.variables),
        "policy.json": _document(run.probe.policy),
        "permit.json": _document(run.permit.to_json()),
        "requirements.txt": _requirements(run).encode(),
        "outcome.json": _json(run.outcome),
        **{f"recording/{segment.name}": segment for segment in sorted(run.recording.glob("*.jsonl.z"))},
    }


def _requirements(run: RecordedRun) -> str:
    """What the script ran on, as its recording says; what this machine has, for a recording that does not say."""
    recorded = Recording.load(run.recording).header.get("packages") if any(run.recording.glob("*.jsonl.z")) else None
    pinned = dict(recorded if isinstance(recorded, dict) and recorded else versions())
    pinned |= {dependency.name: dependency.version for dependency in run.probe.dependencies}
    pinned |= dict(pin.split("==", 1) for pin in run.permit.dependencies)
    return "".join(f"{name}=={version}\n" for name, version in sorted(pinned.items()))


def _packaged_file(name: str, content: bytes | Path) -> PackagedFile:
    if isinstance(content, Path):
        return PackagedFile(path=name, size=content.stat().st_size, sha256=archive.file_sha256(content))
    return PackagedFile(path=name, size=len(content), sha256=archive.bytes_sha256(content))


def _sums(files: tuple[PackagedFile, ...]) -> bytes:
    return "".join(f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path)).encode()


def _json(model: Model) -> bytes:
    return _document(model.model_dump(mode="json"))


def _document(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=True) + "\n").encode()


def _top(found: Mapping[str, PackedFile]) -> str:
    tops = {name.partition("/")[0] for name in found if "/" in name}
    if len(tops) != 1 or any("/" not in name for name in found):
        raise StateCorruptedError("it does not hold one folder")
    return tops.pop()


def _inside(found: Mapping[str, PackedFile], top: str) -> dict[str, PackedFile]:
    return {name.removeprefix(f"{top}/"): file for name, file in found.items()}


def _against_manifest(manifest: Manifest, found: Mapping[str, PackedFile]) -> Iterator[str]:
    listed = {file.path: file for file in manifest.files}
    if len(listed) != len(manifest.files):
        yield "its manifest names a file twice"
    for name in sorted(listed.keys() - found.keys()):
        yield f"{name} is missing"
    for name in sorted(found.keys() - listed.keys() - {MANIFEST, SUMS}):
        yield f"{name} is not in its manifest"
    for name in sorted(found.keys() & listed.keys()):
        if (found[name].size, found[name].sha256) != (listed[name].size, listed[name].sha256):
            yield f"{name} is not what its manifest says"


def _against_sums(folder: Path, found: Mapping[str, PackedFile], top: str) -> Iterator[str]:
    if f"{top}/{SUMS}" not in found:
        yield f"{SUMS} is missing"
        return
    listed = tuple(
        PackagedFile(path=name, size=file.size, sha256=file.sha256)
        for name, file in _inside(found, top).items()
        if name != SUMS
    )
    if (folder / SUMS).read_bytes() != _sums(listed):
        yield f"{SUMS} does not name what is there"


def _record(manifest: Manifest, folder: Path) -> InspectionRecordings:
    about = _model(InspectionFile, folder / "inspection.json")
    report = _model(Report, folder / "report.json")
    own = (manifest.inspection_id, *(report.follows.chain if report.follows else ()))
    runs = tuple(_recorded(run, manifest, folder, own=own) for run in manifest.runs)
    return InspectionRecordings(
        settings=about.settings,
        created=about.created,
        report=report,
        inventory=_model(Inventory, folder / "inventory.json"),
        runs=runs,
        recordings=PackagedRecordings({run.run_id: run.recording for run in runs}),
    )


def _recorded(run: PackagedRun, manifest: Manifest, folder: Path, *, own: tuple[str, ...]) -> RecordedRun:
    inspection = run.run_id.partition("/")[0]
    if not _RUN.fullmatch(run.run_id):
        raise StateCorruptedError(f"its manifest names {run.run_id!r}, which is no run")
    if inspection not in own or run.folder != _folder(run.run_id, manifest.inspection_id):
        raise StateCorruptedError(f"its manifest puts run {run.run_id!r} into {run.folder!r}")
    at = folder.joinpath(*run.folder.split("/"))
    recorded = RecordedRun(
        run_id=run.run_id,
        probe=Probe(
            script=_text(at / "probe.py"),
            dependencies=_model(ProbeFile, at / "probe.json").dependencies,
            policy=_object(at / "policy.json"),
            template=run.template or None,
            description=run.description,
        ),
        permit=permit_from(_bytes(at / "permit.json"), what=f"permit of run {run.run_id}"),
        variables=_object(at / "variables.json"),
        outcome=_model(RunOutcome, at / "outcome.json"),
        recording=at / "recording",
    )
    check_segments(recorded.recording)
    if recorded.outcome.run_id != run.run_id:
        raise StateCorruptedError(f"the outcome in {run.folder} is of run {recorded.outcome.run_id!r}")
    return recorded


class PackagedRecordings:
    """``RecordingStore`` over an unpacked package."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = folders

    def open(self, run_id: str) -> RecordedCalls:
        folder = self._folders.get(run_id)
        if folder is None or not folder.is_dir():
            return NoCalls()
        return RecordedFileCalls(Recording.load(folder))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StateCorruptedError(f"{path.name} of {path.parent.name} cannot be read") from error


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError as error:
        raise StateCorruptedError(f"{path.name} of {path.parent.name} is no text") from error


def _object(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(_bytes(path))
    except (ValueError, RecursionError) as error:
        raise StateCorruptedError(f"{path.name} of {path.parent.name} is no JSON") from error
    if not isinstance(document, dict):
        raise StateCorruptedError(f"{path.name} of {path.parent.name} is no object")
    return document


def _model(kind: type[M], path: Path) -> M:
    try:
        return kind.model_validate_json(_bytes(path))
    except ValidationError as error:
        raise StateCorruptedError(
            f"{path.name} cannot be read: {error.error_count()} of its fields are not as this version writes them"
        ) from error
