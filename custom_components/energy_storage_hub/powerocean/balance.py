"""Whether the powers of a report add up: home = solar + grid + battery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import time
from typing import Any

from ..model.states import Value
from .rows import by_state
from .tables import ENERGY_STREAM

_KEYS = {state: row.key for state, row in by_state(ENERGY_STREAM).items()}
_HOME, _SOLAR, _GRID, _BATTERY = (
    _KEYS[state] for state in ("sysLoadPwr", "mpptPwr", "sysGridPwr", "bpPwr")
)
_OTHERS = tuple(_KEYS[state] for state in ("pvInvPwr", "otherPvPwr"))

_SLACK = 50.0
"""Powers are rounded to 10 W each, and not measured at the same instant, W."""
_SHARE = 0.05
"""So much of the largest power may be missing."""


@dataclass(slots=True)
class Balance:
    """By how much the powers fail to add up, and since when they do."""

    reports: int = 0
    residual: float = 0.0
    """Of the last report, W."""
    largest: float = 0.0
    """Of those that were too large, W."""
    since: float | None = None
    """Since when every report had one that is too large, monotonic s."""

    def add(self, values: Mapping[str, Value | None]) -> None:
        """Take the powers of a report, as Home Assistant has them. Some missing: no balance."""
        home, solar, grid = (values.get(key) for key in (_HOME, _SOLAR, _GRID))
        battery = values.get(_BATTERY, 0.0)
        others = sum(power for key in _OTHERS if isinstance(power := values.get(key), float))
        if not (
            isinstance(home, float)
            and isinstance(solar, float)
            and isinstance(grid, float)
            and isinstance(battery, float)
        ):
            return
        self.reports += 1
        residual = home - solar - grid - battery
        # Whether the power of other inverters is part of the solar power is not known.
        self.residual = min(residual, residual - others, key=abs)
        if abs(self.residual) <= max(_SLACK, _SHARE * max(abs(home), solar, abs(grid))):
            self.since = None
            return
        self.largest = max(self.largest, abs(self.residual))
        if self.since is None:
            self.since = time.monotonic()

    def describe(self) -> dict[str, Any]:
        """Say it for the diagnostics."""
        return {
            "reports": self.reports,
            "residual_w": round(self.residual, 1),
            "largest_residual_w": round(self.largest, 1),
            "too_large_for_seconds": (
                0 if self.since is None else round(time.monotonic() - self.since)
            ),
        }
