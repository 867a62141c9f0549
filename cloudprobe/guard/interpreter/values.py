"""What a variable can hold. A set of these stands for every value it may have; the empty set for "never assigned".

The important distinction is between ``Plain`` — data, certainly no way to call AWS — and ``Unknown``, which may be
anything, a client included. Losing a client into ``Plain`` would be a silent miss, so what leaves sight is reported.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Plain:
    """Data, or a library's object: nothing that can call AWS."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An attribute whose name is computed, of something that counts as data: harmless until it is called."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything at all, an AWS client included."""

    origin: str = ""
    """``parameter`` where a function nobody calls in this file would be given it, ``reported`` where it was named."""


@dataclass(frozen=True, slots=True)
class Const:
    """A string or whole number written in the script."""

    value: str | int


@dataclass(frozen=True, slots=True)
class Module:
    """A module, or something in it, by its dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class Builtin:
    name: str


@dataclass(frozen=True, slots=True)
class TextMethod:
    """A method of a constant string."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Session:
    """A boto3 or botocore session; methods and factory functions of boto3 itself count as one."""


@dataclass(frozen=True, slots=True)
class SessionMethod:
    name: str


@dataclass(frozen=True, slots=True)
class Client:
    service: str


@dataclass(frozen=True, slots=True)
class ClientMethod:
    """A method of a client that stands for one operation."""

    service: str
    name: str


@dataclass(frozen=True, slots=True)
class ClientTool:
    """Any other method of a client: ``get_paginator``, a transfer method, ``_make_api_call``."""

    service: str
    name: str


@dataclass(frozen=True, slots=True)
class Meta:
    service: str


@dataclass(frozen=True, slots=True)
class Paginator:
    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class Waiter:
    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class Poller:
    """A bound ``paginate`` or ``wait``."""

    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A boto3 resource; ``type`` is empty for the service's own root object."""

    service: str
    type: str = ""
    loaded: bool = False
    """Its data came with the response that made it; reading an attribute costs no call."""


@dataclass(frozen=True, slots=True)
class ResourceMethod:
    """A bound action, waiter, loader or constructor of a resource."""

    resource: Resource
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of a resource, by the name boto3's model gives it."""

    owner: Resource
    name: str


@dataclass(frozen=True, slots=True)
class CollectionMethod:
    collection: Collection
    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function or lambda of the script together with the frame it was made in."""

    code: int
    frame: int


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A function under ``staticmethod``, ``classmethod`` or ``property``."""

    kind: str
    function: "Value"


@dataclass(frozen=True, slots=True)
class Class:
    id: int


@dataclass(frozen=True, slots=True)
class Instance:
    id: int
    of: Class


@dataclass(frozen=True, slots=True)
class Bound:
    function: "Value"
    receiver: "Value"


@dataclass(frozen=True, slots=True)
class Super:
    of: Class
    receiver: "Value"


@dataclass(frozen=True, slots=True)
class Box:
    """A container, or a library's object that may hold what it was given; its content lives in the heap."""

    id: int


@dataclass(frozen=True, slots=True)
class BoxMethod:
    box: Box
    name: str


Value: TypeAlias = (
    Plain
    | Chosen
    | Unknown
    | Const
    | Module
    | Builtin
    | TextMethod
    | Session
    | SessionMethod
    | Client
    | ClientMethod
    | ClientTool
    | Meta
    | Paginator
    | Waiter
    | Poller
    | Resource
    | ResourceMethod
    | Collection
    | CollectionMethod
    | Function
    | Wrapped
    | Class
    | Instance
    | Bound
    | Super
    | Box
    | BoxMethod
)
Values: TypeAlias = frozenset[Value]

NOTHING: Values = frozenset()
PLAIN: Values = frozenset({Plain()})
UNKNOWN: Values = frozenset({Unknown()})
PARAMETER: Values = frozenset({Unknown("parameter")})

AWS_HANDLES = (
    Session,
    SessionMethod,
    Client,
    ClientTool,
    Meta,
    Paginator,
    Poller,
    Resource,
    ResourceMethod,
    Collection,
)
"""What lets its holder make calls nobody has seen yet; a ``ClientMethod`` is counted when it is taken."""

CALLABLES = (
    Function,
    Bound,
    Class,
    Chosen,
    ClientMethod,
    ClientTool,
    Poller,
    ResourceMethod,
    CollectionMethod,
    SessionMethod,
)

WIDTH = 48
"""So many alternatives are followed one by one; beyond, they are merged."""


def union(*parts: Values) -> Values:
    return NOTHING.union(*parts)


def texts(values: Values) -> list[str]:
    """The constant strings among the values, sorted."""
    return sorted(value.value for value in values if isinstance(value, Const) and isinstance(value.value, str))


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of one call."""

    positional: tuple[Values, ...] = ()
    keywords: tuple[tuple[str, Values], ...] = ()
    more_positional: Values = NOTHING
    """What an unpacked sequence of unknown length may add."""
    more_keywords: Values = NOTHING
    """What an unpacked mapping with unknown keys may add."""

    def get(self, position: int, name: str = "") -> Values:
        """The argument at a position or under a name; empty when it is not given."""
        for key, values in self.keywords:
            if key == name:
                return values
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return self.more_positional | (self.more_keywords if name else NOTHING)

    @property
    def every(self) -> Values:
        keyword_values = (values for _, values in self.keywords)
        return union(*self.positional, *keyword_values, self.more_positional, self.more_keywords)

    def after(self, count: int) -> "Arguments":
        """Without the first ``count`` positional arguments."""
        return Arguments(self.positional[count:], self.keywords, self.more_positional, self.more_keywords)

    def prepend(self, values: Values) -> "Arguments":
        return Arguments((values, *self.positional), self.keywords, self.more_positional, self.more_keywords)


@dataclass(frozen=True, slots=True)
class Site:
    """Where in the script something happens."""

    line: int
    name: str = ""
    """Name under which a call is made: ``submit`` in ``pool.submit(…)``."""
    called: bool = False
    """An attribute that is called at once, so that its arguments will be seen."""
