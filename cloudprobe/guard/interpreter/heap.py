"""What objects hold. Content only ever grows, so the order in which parts of a script run matters little."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from cloudprobe.guard.interpreter.values import NOTHING, PLAIN, WIDTH, Box, Const, Value, Values, union

Mirror: TypeAlias = Callable[[str | int | None, Values], None]
_NESTING = 10
"""Levels of boxes in boxes that are told apart."""
_REPEATS = 2
"""Levels of dictionaries in dictionaries made at the same place: ``found = {**found, "before": found}``."""


@dataclass(slots=True)
class Content:
    """Content of one box."""

    kind: str
    """``list`` (any sequence or set), ``dict``, ``library`` (an object of foreign code) or ``partial``."""
    items: list[Values] = field(default_factory=list)
    keyed: dict[str | int, Values] = field(default_factory=dict)
    rest: Values = NOTHING
    """Elements at an unknown place, values under an unknown key."""
    keys: Values = NOTHING
    """Keys that are not constants."""
    exact: bool = True
    """``items`` are all elements, in order."""

    def boxes(self) -> set[Box]:
        parts = (self.rest, *self.items, *self.keyed.values())
        return {value for part in parts for value in part if isinstance(value, Box)}


class Heap:
    """Boxes and attributes, under numbers that are the same for the same origin."""

    def __init__(self) -> None:
        self.growth = 0
        """How often content was added."""
        self.news = 0
        """How often what was added can matter; a round over the script without news has seen everything."""
        self.telling: Callable[[Values], Values] = frozenset
        """What of some values makes a difference; set by the interpreter."""
        self._numbers: dict[Hashable, int] = {}
        self._contents: dict[int, Content] = {}
        self._depths: dict[int, int] = {}
        self._again: dict[int, tuple[Hashable, int]] = {}
        """Where a box was made, and how many boxes made there it holds inside each other."""
        self._mirrors: dict[int, Mirror] = {}
        self._owners: dict[int, Value] = {}
        self._attributes: dict[tuple[Value, str], Values] = {}
        self._attribute_names: dict[Value, set[str]] = {}

    def number(self, key: Hashable) -> int:
        """The same number for the same key, ever."""
        return self._numbers.setdefault(key, len(self._numbers))

    def content(self, box: Box) -> Content:
        return self._contents[box.id]

    def sequence(self, key: Hashable, items: Iterable[Values], *, exact: bool = True, rest: Values = NOTHING) -> Box:
        """A list, tuple, set or generator; the same place with the same elements is the same box."""
        elements = list(items) if exact else list(dict.fromkeys(items))
        if len(elements) > WIDTH * 4:
            elements, exact, rest = [], False, union(rest, *elements)
        return self._box(key, Content("list", elements, rest=rest, exact=exact and not rest))

    def mapping(self, key: Hashable, keyed: dict[str | int, Values], rest: Values = NOTHING) -> Box:
        return self._box(key, Content("dict", keyed=dict(keyed), rest=rest))

    def library(self, key: Hashable, held: Values) -> Box:
        """An object of a library that may give back what it was given."""
        return self._box(key, Content("library", rest=held, exact=False))

    def partial(self, key: Hashable) -> Box:
        return self._box(key, Content("partial"))

    def namespace(self, owner: Value, keyed: dict[str | int, Values], rest: Values, store: Mirror) -> Box:
        """The dictionary behind an object: one for each, whose every change is told to ``store``."""
        box = Box(self.number(("namespace", owner)))
        self._mirrors.pop(box.id, None)
        if box.id not in self._contents:
            self._contents[box.id] = Content("dict")
            self._depths[box.id] = 1
        for name, values in keyed.items():
            self.put(box, name, values)
        if rest:
            self.put(box, None, rest)
        self._mirrors[box.id] = store
        self._owners[box.id] = owner
        return box

    def owner(self, box: Box) -> Value | None:
        """Whose namespace a box is."""
        return self._owners.get(box.id)

    def _box(self, key: Hashable, content: Content) -> Box:
        """The box of a place and a content. Boxes in boxes in boxes, as recursion makes them, end in one for all."""
        inner = content.boxes()
        depth = 1 + max((self._depths.get(one.id, 0) for one in inner), default=0)
        again = 1 + max(
            (self._again[one.id][1] for one in inner if self._again.get(one.id, (None,))[0] == key), default=0
        )
        if depth > _NESTING or (again > _REPEATS and content.kind == "dict"):
            return self._summary(key, content)
        items = tuple(self.telling(item) for item in content.items)
        keyed = tuple((name, self.telling(values)) for name, values in content.keyed.items())
        box = Box(self.number((key, items, keyed, self.telling(content.rest))))
        known = self._contents.get(box.id)
        if known is None:
            self._contents[box.id] = content
            self._depths[box.id] = depth
            self._again[box.id] = (key, again)
        else:
            self._join(box, known, content)
        return box

    def _join(self, box: Box, known: Content, content: Content) -> None:
        """Add another content that differs only in what cannot matter, place by place."""
        for index, item in enumerate(content.items):
            if index < len(known.items) and not item <= known.items[index]:
                added = item - known.items[index]
                known.items[index] |= item
                self._grow(added)
        for name, values in content.keyed.items():
            self.put(box, name, values)
        if content.rest:
            self.put(box, None, content.rest)

    def _summary(self, key: Hashable, content: Content) -> Box:
        box = Box(self.number(("summary", key)))
        if box.id not in self._contents:
            self._contents[box.id] = Content(content.kind, exact=False)
            self._depths[box.id] = _NESTING if content.kind != "dict" else 1
            self._again[box.id] = (key, _REPEATS)
        for item in content.items:
            self.append(box, item)
        for name, values in content.keyed.items():
            self.put(box, name, values)
        if content.rest:
            self.put(box, None, content.rest)
        return box

    def _narrowed(self, values: Values) -> Values:
        return values if len(values) <= WIDTH else self.telling(values)

    def _grow(self, added: Values) -> None:
        self.growth += 1
        if self.telling(added) - PLAIN:
            self.news += 1

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
        self._grow(values)

    def disorder(self, box: Box) -> None:
        """Forget at which place of a sequence its elements stand."""
        self.content(box).exact = False

    def put_keys(self, box: Box, keys: Values) -> None:
        """Add keys that are not constants, such as futures."""
        content = self.content(box)
        if not keys <= content.keys:
            added = keys - content.keys
            content.keys |= keys
            self._grow(added)

    def put(self, box: Box, key: str | int | None, values: Values) -> None:
        """Add values under a key, or under an unknown one."""
        content = self.content(box)
        mirror = self._mirrors.get(box.id)
        if mirror is not None:
            mirror(key, values)
        known = content.rest if key is None else content.keyed.get(key, NOTHING)
        if values <= known and (key is None or key in content.keyed):
            return
        if key is None and len(known) >= WIDTH and self.telling(values) <= known:
            return
        added = values - known
        if key is None:
            content.rest = self._narrowed(known | values)
            content.exact = False
        else:
            added |= NOTHING if key in content.keyed else frozenset({Const(key)})
            content.keyed[key] = known | values
        self._grow(added)

    def held(self, box: Box) -> Values:
        """Everything a box may give back."""
        content = self.content(box)
        return union(content.rest, *content.items, *content.keyed.values())

    def elements(self, box: Box) -> list[Values]:
        """What iteration over a box gives, element by element; keys for a mapping."""
        content = self.content(box)
        if content.kind == "dict":
            keys: list[Values] = [frozenset({Const(key)}) for key in content.keyed]
            return [*keys, content.keys | PLAIN] if content.rest or content.keys else keys
        return [*content.items, content.rest] if content.rest else list(content.items)

    def pairs(self, box: Box) -> list[tuple[Values, Values]]:
        """Keys and values of a mapping."""
        content = self.content(box)
        known: list[tuple[Values, Values]] = [(frozenset({Const(key)}), held) for key, held in content.keyed.items()]
        return [*known, (content.keys | PLAIN, content.rest)] if content.rest else known

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

    def named_attributes(self, owner: Value) -> dict[str, Values]:
        return {name: self._attributes[owner, name] for name in sorted(self._attribute_names.get(owner, ()))}

    def attributes(self, owner: Value) -> Values:
        return union(*(self._attributes[owner, name] for name in self._attribute_names.get(owner, ())))

    def set_attribute(self, owner: Value, name: str, values: Values) -> None:
        known = self._attributes.get((owner, name))
        if known is not None and values <= known:
            return
        self._attributes[owner, name] = (known or NOTHING) | values
        self._attribute_names.setdefault(owner, set()).add(name)
        self._grow(values - (known or NOTHING))
