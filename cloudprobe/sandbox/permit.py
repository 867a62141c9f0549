"""Contract 2: the frozen statement of what one run may call (docs/adr/0002, ``domain/schemas/permit.schema.json``).

``guard`` compiles a permit from the derived policy; the broker interprets it. It is plain data so that the same
bytes are stored, hashed, handed to a Fargate task, and shown to a person.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from cloudprobe.errors import RefusedError

DataClass = Literal["metadata", "logs", "data"]
PERMIT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedOperation:
    """One operation as botocore names it, for example ``s3`` / ``GetBucketPolicy``."""

    service: str
    operation: str
    resources: tuple[str, ...] = ("*",)
    """ARN patterns the policy narrows the operation to; IAM enforces them, the broker shows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """What one run may use of the account's patience."""

    calls: int = 10_000
    response_bytes: int = 256 * 1024 * 1024
    calls_per_second: float = 200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What a run may call, where, how often, and which script and policy it was signed off for."""

    operations: tuple[AllowedOperation, ...]
    accounts: tuple[str, ...]
    """Twelve-digit ids of the inspected accounts; anything a call names must belong to one of them."""
    regions: tuple[str, ...] = ("*",)
    data_class: DataClass = "metadata"
    redaction: tuple[str, ...] = ("secrets",)
    """Names of the redaction rule sets applied to every response."""
    budgets: Budgets = field(default_factory=Budgets)
    script_digest: str
    """SHA-256, lower-case hexadecimal, of the script's UTF-8 bytes."""
    policy_digest: str
    """SHA-256 of the policy as canonical JSON."""
    dependencies: tuple[str, ...] = ()
    """``name==version`` of each package the script has beside boto3; all on the allow-list."""
    version: int = PERMIT_VERSION

    def allows(self, service: str, operation: str) -> bool:
        return any(o.service == service and o.operation == operation for o in self.operations)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Rebuild a permit; fails closed on anything unknown.

        Raises:
            RefusedError: the document is not a permit of this version.
        """
        try:
            values = dict(document)
            if values.get("version") != PERMIT_VERSION:
                raise RefusedError(f"The permit has version {values.get('version')!r}, not {PERMIT_VERSION}.")
            values["operations"] = tuple(
                AllowedOperation(**{**operation, "resources": tuple(operation["resources"])})
                for operation in values["operations"]
            )
            values.setdefault("dependencies", ())
            for name in ("accounts", "regions", "redaction", "dependencies"):
                values[name] = tuple(values[name])
            values["budgets"] = Budgets(**values["budgets"])
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise RefusedError(f"The permit cannot be read: {error}.") from error
