"""Energy from power, for what the vendor does not count.

Exact in what it adds and honest in what it leaves out: two samples count as one stretch only if
they are close together, so a gap in the data, a restart or a jumping clock adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
import math

MAX_GAP = 150.0
"""Longest time between two samples that still counts as one stretch, s: twice the slowest
regular cadence of a power report (60 to 80 s)."""

_JOULE_PER_KWH = 3_600_000


@dataclass(slots=True)
class EnergyMeter:
    """Adds up the energy of several powers that are sampled together.

    `totals` are kWh by name and survive a restart; the last sample does not.
    """

    totals: dict[str, float] = field(default_factory=dict)
    _powers: dict[str, float] = field(default_factory=dict)
    _at: float = -math.inf

    def add(self, now: float, powers: Mapping[str, float]) -> None:
        """Take a sample: monotonic time in s, power in W (never negative) by name."""
        step = now - self._at
        self._at = now
        before, self._powers = self._powers, dict(powers)
        if not 0 < step <= MAX_GAP:
            return
        for name, power in powers.items():
            if (last := before.get(name)) is not None:
                energy = (last + power) / 2 * step / _JOULE_PER_KWH
                self.totals[name] = self.totals.get(name, 0.0) + energy
