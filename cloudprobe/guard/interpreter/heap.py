"""What objects hold. Content only ever grows, so the order in which parts of a script run matters little."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from cloudprobe.guard.interpreter.values import NOTHING, PLAIN, WIDTH, Box, Const, Value, Values, union


@dataclass(slots=True)
class Content:
    """Content of one box."""

    kind: str
    """``list`` (any sequence or set), ``dict``, ``library`` (an object of foreign code) or ``partial``."""
    items: list[Values] = field(default_factory=list)
    keyed: dict[str | int, Values] = field(default_factory=dict)
    rest: Values = NOTHING
    """Elements at an unknown place, values under an unknown key."""
    exact: bool = True
    """``items`` are all elements, in order."""


class Heap:
    """Boxes and attributes; every growth is counted in ``version``."""

    def __init__(self) -> None:
        self.version = 0
        self.growth = 0
        """Growth since the last round; unlike ``version`` it does not count variables."""
        self._numbers: dict[Hashable, int] = {}
        self._contents: dict[int, Content] = {}
        self._attributes: dict[tuple[Value, str], Values] = {}
        self._attribute_names: dict[Value, set[str]] = {}

    def _grow(self) -> None:
        self.version += 1
        self.growth += 1

    def number(self, key: Hashable) -> int:
        """The same number for the same key, ever."""
        return self._numbers.setdefault(key, len(self._numbers))

    def content(self, box: Box) -> Content:
        return self._contents[box.id]

    def sequence(self, key: Hashable, items: Iterable[Values], *, exact: bool = True, rest: Values = NOTHING) -> Box:
        """A list, tuple, set or generator; the same place with the same elements is the same box."""
        elements = list(items)
        if len(elements) > WIDTH * 4:
            elements, exact, rest = [], False, union(rest, *elements)
        box = Box(self.number((key, tuple(elements), rest)))
        self._contents.setdefault(box.id, Content("list", elements, rest=rest, exact=exact))
        return box

    def mapping(self, key: Hashable, keyed: dict[str | int, Values], rest: Values = NOTHING) -> Box:
        box = Box(self.number((key, tuple(keyed.items()), rest)))
        self._contents.setdefault(box.id, Content("dict", keyed=dict(keyed), rest=rest))
        return box

    def library(self, key: Hashable, held: Values) -> Box:
        """An object of a library that may give back what it was given."""
        box = Box(self.number((key, held)))
        self._contents.setdefault(box.id, Content("library", rest=held, exact=False))
        return box

    def partial(self, key: Hashable) -> Box:
        box = Box(self.number(key))
        self._contents.setdefault(box.id, Content("partial"))
        return box

    def append(self, box: Box, values: Values) -> None:
        """Add one element at the end; where it comes to stand is no longer certain."""
        content = self.content(box)
        if not values or values in content.items:
            return
        if len(content.items) >= WIDTH * 4:
            self.put(box, None, values)
            return
        content.items.append(values)
        content.exact = False
        self._grow()

    def put(self, box: Box, key: str | int | None, values: Values) -> None:
        """Add values under a key, or under an unknown one."""
        content = self.content(box)
        known = content.rest if key is None else content.keyed.get(key, NOTHING)
        if values <= known and (key is None or key in content.keyed):
            return
        if key is None:
            content.rest = known | values
            content.exact = False
        else:
            content.keyed[key] = known | values
        self._grow()

    def held(self, box: Box) -> Values:
        """Everything a box may give back."""
        content = self.content(box)
        return union(content.rest, *content.items, *content.keyed.values())

    def elements(self, box: Box) -> list[Values]:
        """What iteration over a box gives, element by element; keys for a mapping."""
        content = self.content(box)
        if content.kind == "dict":
            keys: list[Values] = [frozenset({Const(key)}) for key in content.keyed]
            return [*keys, PLAIN] if content.rest else keys
        return [*content.items, content.rest] if content.rest else list(content.items)

    def pairs(self, box: Box) -> list[tuple[Values, Values]]:
        """Keys and values of a mapping."""
        content = self.content(box)
        known: list[tuple[Values, Values]] = [(frozenset({Const(key)}), held) for key, held in content.keyed.items()]
        return [*known, (PLAIN, content.rest)] if content.rest else known

    def item(self, box: Box, keys: Values) -> Values:
        """What stands under any of the keys."""
        content = self.content(box)
        if not keys or not all(isinstance(key, Const) for key in keys):
            return self.held(box)
        return union(*(self._item(content, key.value) for key in keys if isinstance(key, Const)))

    @staticmethod
    def _item(content: Content, key: str | int) -> Values:
        if content.kind == "list":
            if content.exact and isinstance(key, int) and -len(content.items) <= key < len(content.items):
                return content.items[key]
            return union(content.rest, *content.items)
        return content.keyed.get(key, NOTHING) | content.rest

    def attribute(self, owner: Value, name: str) -> Values:
        return self._attributes.get((owner, name), NOTHING)

    def attributes(self, owner: Value) -> Values:
        return union(*(self._attributes[owner, name] for name in self._attribute_names.get(owner, ())))

    def set_attribute(self, owner: Value, name: str, values: Values) -> None:
        known = self._attributes.get((owner, name))
        if known is not None and values <= known:
            return
        self._attributes[owner, name] = (known or NOTHING) | values
        self._attribute_names.setdefault(owner, set()).add(name)
        self._grow()
