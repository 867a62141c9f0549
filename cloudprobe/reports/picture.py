"""A drawing of connections in layers from left to right: numbers only, for a page to dress."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloudprobe.domain.report import Connections, PicturedResource

WIDTH, HEIGHT = 216, 50
_ACROSS, _DOWN = 120, 22
_MARGIN = 8
_NAME = 27
"""Characters of a name that a box holds."""


@dataclass(frozen=True, slots=True)
class Box:
    resource: PicturedResource
    name: str
    kind: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    label: str
    x: float
    y: float
    bends: bool
    """It goes around on the right of the boxes it connects."""


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(connections: Connections) -> Picture | None:
    """Boxes and lines in pixels; None where there is nothing to draw."""
    if not connections.lines:
        return None
    layers = _layers(connections)
    tallest = max(len(layer) for layer in layers)
    boxes: dict[str, Box] = {}
    for column, layer in enumerate(layers):
        above = (tallest - len(layer)) * (HEIGHT + _DOWN) // 2
        for row, resource in enumerate(layer):
            boxes[resource.resource] = Box(
                resource=resource,
                name=_name(resource.resource),
                kind=resource.type.replace(":", " "),
                x=_MARGIN + column * (WIDTH + _ACROSS),
                y=_MARGIN + above + row * (HEIGHT + _DOWN),
            )
    lines = tuple(_line(boxes[one.source], boxes[one.target], one.label) for one in connections.lines)
    return Picture(
        width=2 * _MARGIN + len(layers) * (WIDTH + _ACROSS) - (0 if any(line.bends for line in lines) else _ACROSS),
        height=2 * _MARGIN + tallest * HEIGHT + (tallest - 1) * _DOWN,
        boxes=tuple(boxes.values()),
        lines=lines,
    )


def _layers(connections: Connections) -> list[list[PicturedResource]]:
    """Each thing one column right of what leads to it first; what nothing leads to stands left."""
    targets: dict[str, list[str]] = {}
    led_to = set()
    for line in connections.lines:
        targets.setdefault(line.source, []).append(line.target)
        led_to.add(line.target)
    names = [one.resource for one in connections.resources]
    column: dict[str, int] = {}
    for start in [*(name for name in names if name not in led_to), *names]:
        _place(start, targets, column)
    layers: list[list[PicturedResource]] = [[] for _ in range(max(column.values()) + 1)]
    for one in connections.resources:
        layers[column[one.resource]].append(one)
    return [layer for layer in layers if layer]


def _place(start: str, targets: Mapping[str, Sequence[str]], column: dict[str, int]) -> None:
    waiting = deque([(start, 0)])
    while waiting:
        name, at = waiting.popleft()
        if name in column:
            continue
        column[name] = at
        waiting.extend((other, at + 1) for other in targets.get(name, ()))


def _line(source: Box, target: Box, label: str) -> Line:
    """From edge to edge; within a column or backwards it bends around on the right."""
    start_x, start_y = source.x + WIDTH, source.y + HEIGHT // 2
    end_x, end_y = target.x, target.y + HEIGHT // 2
    if end_x > start_x:
        middle = (start_x + end_x) / 2
        path = f"M{start_x} {start_y} C{middle:g} {start_y} {middle:g} {end_y} {end_x} {end_y}"
        return Line(path, label, middle, (start_y + end_y) / 2 - 5, bends=False)
    end_x = target.x + WIDTH
    out = max(start_x, end_x) + _ACROSS / 2
    path = f"M{start_x} {start_y} C{out:g} {start_y} {out:g} {end_y} {end_x} {end_y}"
    return Line(path, label, out - 16, (start_y + end_y) / 2, bends=True)


def _name(resource: str) -> str:
    """The end of an ARN says what a thing is called; a long name keeps both its ends."""
    name = resource.rpartition(":")[2] if resource.startswith("arn:") else resource
    name = name.rpartition("/")[2] or name
    if len(name) <= _NAME:
        return name
    half = (_NAME - 1) // 2
    return f"{name[:half]}…{name[-half:]}"
