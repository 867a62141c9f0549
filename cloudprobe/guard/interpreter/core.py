"""What every part of the interpreter asks of the whole: the parts import this, never each other."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence

from cloudprobe.guard.interpreter.dull import Dullness
from cloudprobe.guard.interpreter.frames import ClassBody, Code, Frame, Snapshot
from cloudprobe.guard.interpreter.heap import Heap
from cloudprobe.guard.interpreter.narrowing import Steady
from cloudprobe.guard.interpreter.trace import Trace
from cloudprobe.guard.interpreter.values import Arguments, Box, Class, Function, Instance, Site, Value, Values

STEPS = 150_000
"""Evaluated nodes per script; beyond, the script counts as too complex to decide."""


class TooComplexError(Exception):
    """Following every path would take too long."""


class Interpreter(ABC):
    """State shared by all parts, and the operations they call each other by."""

    def __init__(self) -> None:  # noqa: PLR0915 (one statement for each thing the parts share)
        self.steps = 0
        self.version = 0
        """Counts changes of variables that functions may read from outside; remembered calls do not outlive one."""
        self.heap = Heap()
        self.dullness = Dullness(self.heap, lambda: (self.heap.news, self.version))
        self.heap.telling = self.dullness.telling
        self.trace = Trace()
        self.codes: dict[Function, Code] = {}
        self.defined: dict[tuple[int, int], dict[Function, None]] = {}
        """What each definition, in its frame, made in this round: one function for each set of defaults."""
        self.classes: dict[Class, ClassBody] = {}
        self.ancestries: dict[Class, list[Class]] = {}
        """Lines of ancestors worked out so far; forgotten when a class is defined."""
        self.raised: dict[Value, None] = {}
        """Exceptions raised anywhere that carry something."""
        self.exceptions: dict[Box, str] = {}
        """Names of the exceptions of Python that boxes stand for."""
        self.frames: dict[int, Frame] = {}
        self.steady = Steady(())
        """Names of which a branch may be decided."""
        self.taken: set[int] = set()
        """Branches taken in this round, by identity of the list of their statements."""
        self.passed_over: dict[int, tuple[Sequence[ast.stmt], Frame, Snapshot]] = {}
        """Branches not taken in this round because their condition is certainly not met."""
        self.plain_annotations = False
        """No annotation of the script calls anything, nor is one put together."""
        self.dead = False
        """Following a branch that is taken by no path, or not with these values."""
        self.executed: set[Function] = set()
        self.roots: list[Function] = []
        """Functions nobody calls, followed as if somebody outside did."""
        self.instances: dict[Instance, None] = {}
        self.services: set[str] = set()
        """Services the script makes clients for."""
        self.reached: set[int] = set()
        """Attribute accesses, by identity of their nodes, whose owner had any value."""
        self.module = Frame(self.heap.number("module"), "module")
        """The script's own scope."""
        self.growing = 0
        """The first line of this round that led to news."""
        self.line = 0
        """Of the statement that is executed."""
        self.settled = False
        """Every part of the script has been seen once, so that what is empty now stays so."""
        self.hollow = False
        """Something was empty that a part of the script not seen yet may fill."""
        self.field_marks: set[Value] = set()
        """What ``dataclasses.field`` returned: a note to the decorator, never an attribute's value."""
        self.partials: dict[Box, Arguments] = {}
        self.variants: dict[Function, dict[Value, None]] = {}
        """Functions that stand for several, by the type of their argument."""
        self.methods: set[Box] = set()
        """Partials that become methods where a class holds them."""

    def step(self, size: int = 1) -> None:
        """Count work; ``size`` is the number of alternatives it handles."""
        self.steps += size
        if self.steps > STEPS:
            raise TooComplexError

    def key(self, node: ast.AST, frame: Frame) -> Hashable:
        """Identity of what an expression makes in one activation."""
        return (id(node), frame.id)

    @abstractmethod
    def evaluate(self, node: ast.expr, frame: Frame) -> Values:
        """Values of an expression."""

    @abstractmethod
    def run(self, body: Sequence[ast.stmt], frame: Frame) -> bool:
        """Execute statements; false when none of what follows them can be reached."""

    @abstractmethod
    def assign(self, target: ast.expr, values: Values, frame: Frame) -> None:
        """Bind values to a target of an assignment, a loop or a ``with``."""

    @abstractmethod
    def call(self, callee: Values, arguments: Arguments, site: Site) -> Values:
        """Call whatever the callee may be."""

    @abstractmethod
    def attribute(self, owner: Values, name: str, site: Site) -> Values:
        """Read an attribute of whatever the owner may be."""

    @abstractmethod
    def elements(self, values: Values, site: Site) -> list[Values]:
        """What iteration gives, element by element."""

    @abstractmethod
    def subscript(self, owner: Values, keys: Values, site: Site) -> Values:
        """Read an item."""

    @abstractmethod
    def set_attribute(self, owner: Values, name: str, values: Values, site: Site) -> None:
        """Store into an attribute."""

    @abstractmethod
    def set_item(self, owner: Values, keys: Values, values: Values, site: Site) -> None:
        """Store into an item."""

    @abstractmethod
    def is_foreign(self, value: Value) -> bool:
        """Whether a value comes from code that may do anything."""

    @abstractmethod
    def is_storing(self, value: Value) -> bool:
        """Whether a value is a method or function of Python's whose call matters beyond its result."""

    @abstractmethod
    def leaves_alone(self, decorator: Value) -> bool:
        """Whether a decorator is foreign: somebody outside will call what it decorates."""

    @abstractmethod
    def instances_of(self, cls: Class) -> list[Instance]:
        """Instances made so far of a class and its subclasses."""

    @abstractmethod
    def leaves_of(self, cls: Class) -> list[Class]:
        """The classes below a class that have none below them; the class itself when it has none."""

    @abstractmethod
    def line_of(self, value: Value) -> int:
        """Where a function is defined; 0 for anything else."""

    @abstractmethod
    def new_class(self, key: Hashable, fields: list[str]) -> Class:
        """A class made by a call, such as a named tuple."""

    def joined(self, values: Values, site: Site) -> Values:
        """What iteration gives, all elements together."""
        result: Values = frozenset()
        return result.union(*self.elements(values, site))

    def fresh_list(self, key: Hashable, items: Sequence[Values], *, exact: bool = True) -> Values:
        return frozenset({self.heap.sequence(key, items, exact=exact)})

    def boxes(self, values: Values) -> list[Box]:
        return [value for value in values if isinstance(value, Box)]
