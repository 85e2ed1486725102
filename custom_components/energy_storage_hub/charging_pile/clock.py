"""The piles' clock: local time without a time zone on the wire, Unix time in Home Assistant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

TOLERANCE = 5.0
"""A pile's clock may be off by so much before it is set, s [NUMBO-DOC]."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Local time at the piles."""

    zone: tzinfo

    def now(self) -> datetime:
        """Return the local time, in whole seconds and without its zone."""
        local = datetime.now(UTC).astimezone(self.zone)
        return local.replace(tzinfo=None, microsecond=0)

    def unix(self, local: datetime | None) -> float | None:
        """Return a pile's time as Unix time, s."""
        return None if local is None else local.replace(tzinfo=self.zone).timestamp()

    def deviation(self, local: datetime | None) -> float | None:
        """Return by how much a pile's clock is fast, s."""
        return None if local is None else (local - self.now()).total_seconds()
