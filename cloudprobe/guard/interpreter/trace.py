"""What an interpretation has seen: calls, things it could not decide, things a reader should know."""

from dataclasses import dataclass, field

from cloudprobe.guard.interpreter.values import Arguments, Site, texts


@dataclass(frozen=True, slots=True)
class CallSite:
    """One place that calls an operation."""

    line: int
    parameters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Names of the parameters, each with its constant values; none where it is computed."""
    complete: bool = False
    """All parameters are seen: no unpacked mapping, no call made elsewhere."""
    positional: bool = False
    """Parameters are given by position, which boto3 refuses."""
    mention: bool = False
    """Only named: the paginator or waiter made here is called elsewhere."""


@dataclass(frozen=True, slots=True, order=True)
class Undecided:
    """Something that may call AWS in a way the text does not tell."""

    line: int
    code: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """Something decided, but worth a word: a private attribute, a hook, own credentials."""

    line: int
    code: str
    subject: str


@dataclass(slots=True)
class Trace:
    calls: dict[tuple[str, str], set[CallSite]] = field(default_factory=dict)
    undecided: set[Undecided] = field(default_factory=set)
    remarks: set[Remark] = field(default_factory=set)

    def call(self, service: str, operation: str, site: Site, arguments: Arguments | None = None) -> None:
        """Record that an operation can be called here.

        Args:
            service: as botocore names it.
            operation: as botocore names it, ``ListBuckets``.
            site: where.
            arguments: what it is given, None where that is not seen here.
        """
        if arguments is None:
            place = CallSite(site.line)
        else:
            named = tuple(sorted((name, _constants(values)) for name, values in arguments.keywords))
            open_ = arguments.more_keywords or arguments.positional or arguments.more_positional
            place = CallSite(site.line, named, complete=not open_, positional=bool(arguments.positional))
        self.calls.setdefault((service, operation), set()).add(place)

    def mention(self, service: str, operation: str, site: Site) -> None:
        """Record that an operation is named here and called where its parameters are seen."""
        self.calls.setdefault((service, operation), set()).add(CallSite(site.line, mention=True))

    def undecide(self, site: Site, code: str, reason: str, hint: str = "") -> None:
        self.undecided.add(Undecided(site.line, code, reason, hint))

    def names(self, line: int) -> bool:
        """Whether something on a line is undecided already."""
        return any(known.line == line for known in self.undecided)

    def remark(self, site: Site, code: str, subject: str) -> None:
        self.remarks.add(Remark(site.line, code, subject))


def _constants(values: frozenset[object]) -> tuple[str, ...]:
    found = texts(values)  # type: ignore[arg-type]
    return tuple(found) if len(found) == len(values) else ()
