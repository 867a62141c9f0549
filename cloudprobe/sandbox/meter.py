"""What the calls of a run cost, counted while they are made. Prices are given: nothing here knows a price list."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Where it says how much a query read, which is what is paid for, and what nobody knows before."""

    operation: str
    """Whose answer says it, as botocore names it, for example ``GetQueryResults``."""
    query: str
    """Member that names the query: of the first answer, and a parameter of that operation."""
    size: tuple[str, ...]
    """Path to the number of bytes in its answer."""
    unit_bytes: int
    least_units: float = 0.0
    """What is charged for a query that reads less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Of one operation."""

    usd: float
    """Of a unit."""
    members: str = ""
    """The parameter that is a list and is paid for member by member; empty where a call is one unit."""
    scan: Scan | None = None
    """For a query that is paid for by what it reads; until that is known it counts as one unit."""

    def units(self, parameters: Mapping[str, Any]) -> float:
        given = parameters.get(self.members) if self.members else None
        return float(len(given)) if isinstance(given, list | tuple) else 1.0


@dataclass(slots=True)
class _Query:
    operation: str
    price: Price
    scan: Scan
    units: float = field(default=1.0)


class Meter:
    """Thread-safe.

    Args:
        prices: by ``service:Operation``; what is not named is free of charge.
        usd: what may be spent. None: no bound.
    """

    def __init__(self, prices: Mapping[str, Price] | None = None, *, usd: float | None = None) -> None:
        self.allowed = usd
        self._prices = dict(prices or {})
        self._lock = threading.Lock()
        self._units: Counter[str] = Counter()
        self._queries: dict[tuple[str, str], _Query] = {}

    def admits(self, operation: str, parameters: Mapping[str, Any]) -> bool:
        """Whether a call fits what is left; if so, it is charged."""
        price = self._prices.get(operation)
        if price is None:
            return True
        units = price.units(parameters)
        with self._lock:
            # A sum of list prices is no exact number, and its last digit must not cost a call.
            if self.allowed is not None and self._usd() + units * price.usd > self.allowed * (1 + 1e-9):
                return False
            self._units[operation] += units  # type: ignore[assignment]  # a Counter counts in floats too
            return True

    def heard(self, operation: str, parameters: Mapping[str, Any], answer: Any) -> None:
        """An answer may say what a query is called, and later how much it read."""
        if not self._prices or not isinstance(answer, Mapping):
            return
        service, _, name = operation.partition(":")
        with self._lock:
            price = self._prices.get(operation)
            if price is not None and price.scan is not None:
                identifier = answer.get(price.scan.query)
                if isinstance(identifier, str):
                    self._queries[service, identifier] = _Query(operation, price, price.scan)
                return
            for query in self._asked_about(service, name, parameters):
                read = _at(answer, query.scan.size)
                if read is not None:
                    units = max(read / query.scan.unit_bytes, query.scan.least_units)
                    self._units[query.operation] += units - query.units  # type: ignore[assignment]  # as above
                    query.units = units

    def _asked_about(self, service: str, name: str, parameters: Mapping[str, Any]) -> list[_Query]:
        named = {value for value in parameters.values() if isinstance(value, str)}
        return [
            query
            for (owner, identifier), query in self._queries.items()
            if owner == service and identifier in named and query.scan.operation == name
        ]

    @property
    def usd(self) -> float:
        with self._lock:
            return self._usd()

    @property
    def units(self) -> dict[str, float]:
        """By operation, of those that are not free of charge."""
        with self._lock:
            return {operation: round(units, 9) for operation, units in sorted(self._units.items()) if units}

    def _usd(self) -> float:
        return sum(units * self._prices[operation].usd for operation, units in self._units.items())


def _at(answer: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    value: Any = answer
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
