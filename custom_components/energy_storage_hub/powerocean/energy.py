"""Energy from power, for what the vendor does not count.

Exact in what it adds and honest in what it leaves out: the power between two samples is the
straight line between them if they are close together. What lies further apart is a hole, until
somebody who knows fills it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import math

MAX_GAP = 150.0
"""Longest time between two samples that still counts as one stretch, s: twice the slowest
regular cadence of a power report (60 to 80 s)."""

_JOULE_PER_KWH = 3_600_000

_MOST_SPANS = 200


class Spans:
    """Stretches of a line: in order, apart from each other, and not too many."""

    __slots__ = ("_spans",)

    def __init__(self, spans: Iterable[Iterable[float]] = ()) -> None:
        """Begin with these stretches, each a start and an end."""
        self._spans: list[tuple[float, float]] = []
        for start, end in spans:
            self.add(start, end)

    def __iter__(self) -> Iterator[tuple[float, float]]:
        """Go through them from the lowest to the highest."""
        return iter(self._spans)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._spans)

    @property
    def length(self) -> float:
        """How much they are together."""
        return sum(end - start for start, end in self._spans)

    def add(self, start: float, end: float) -> None:
        """Put in a stretch; it grows together with those that it touches."""
        if not start < end:
            return
        apart = []
        for span in self._spans:
            if span[1] < start or span[0] > end:
                apart.append(span)
            else:
                start, end = min(start, span[0]), max(end, span[1])
        self._spans = sorted([*apart, (start, end)])[-_MOST_SPANS:]

    def take(self, start: float, end: float) -> float:
        """Cut out what is between two places; return how much that was."""
        left: list[tuple[float, float]] = []
        taken = 0.0
        for span in self._spans:
            low, high = max(span[0], start), min(span[1], end)
            if low >= high:
                left.append(span)
                continue
            taken += high - low
            left += [part for part in ((span[0], low), (high, span[1])) if part[0] < part[1]]
        if taken:
            self._spans = left[-_MOST_SPANS:]
        return taken


class EnergyMeter:
    """Adds up the energies of several powers that are sampled together.

    `ways` names, for each power, the energy of its positive part and that of its negative part;
    an empty name leaves that part out. `totals` are kWh by name: they never fall.
    """

    __slots__ = ("_at", "_last", "_ways", "began", "holes", "totals")

    def __init__(self, ways: Mapping[str, tuple[str, str]]) -> None:
        """Begin at zero."""
        self.totals: dict[str, float] = {}
        self.began = -math.inf
        """Time of the first sample, monotonic s; -inf before."""
        self.holes = Spans()
        """Times since then that no sample tells of, monotonic s."""
        self._ways = ways
        self._at = -math.inf
        self._last: dict[str, tuple[float, float]] = {}

    @property
    def counted_to(self) -> float:
        """Up to when all time is either counted or a hole, monotonic s; -inf before a sample."""
        return self._at

    def sample(self, at: float, powers: Mapping[str, float]) -> None:
        """Take a sample: monotonic time in s, power in W by name. One that comes late is left."""
        step = at - self._at
        if not step >= 0:
            return
        if step > MAX_GAP or not self._last:
            self._leave_out(at)
        self._at = at
        last = self._last
        for name, power in powers.items():
            before = last.get(name)
            last[name] = at, power
            if before is not None and 0 < (step := at - before[0]) <= MAX_GAP:
                self._count(name, before[1], power, step)

    def knows(self, name: str) -> bool:
        """Whether the last samples told this power."""
        return name in self._last

    def pause(self, now: float) -> None:
        """Let what no sample can reach any more be a hole, up to now."""
        if now - self._at > MAX_GAP:
            self._leave_out(now)
            self._at = now

    def fill(self, start: float, end: float) -> float:
        """Close the holes between two times. Return how many seconds they had, for `count`."""
        return self.holes.take(start, end)

    def count(self, powers: Mapping[str, float], seconds: float) -> None:
        """Count steady powers for so long."""
        for name, power in powers.items():
            if power:
                self._count(name, power, power, seconds)

    def _leave_out(self, now: float) -> None:
        self._last.clear()
        if self.began == -math.inf:
            self.began = now
        else:
            self.holes.add(self._at, now)

    def _count(self, name: str, first: float, second: float, step: float) -> None:
        """Add the area between the straight line and zero, each side of it to its energy."""
        if first >= 0 <= second:
            above, below = (first + second) / 2, 0.0
        elif first <= 0 >= second:
            above, below = 0.0, (first + second) / -2
        else:
            high, low = (first, second) if first > 0 else (second, first)
            above, below = high * high / (high - low) / 2, low * low / (high - low) / 2
        plus, minus = self._ways[name]
        totals = self.totals
        if plus:
            totals[plus] = totals.get(plus, 0.0) + above * step / _JOULE_PER_KWH
        if minus:
            totals[minus] = totals.get(minus, 0.0) + below * step / _JOULE_PER_KWH
