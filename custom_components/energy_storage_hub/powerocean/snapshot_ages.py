"""How old the reports of the HTTPS snapshot are.

The cloud writes local times of a zone that it does not name, and hours that come twice when
summer ends; some reports have no time, or an impossible one. So times are compared with those of
the same answer only, and what is certain comes first: a report that reads otherwise than in an
earlier answer was renewed since then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import time
from typing import Any

_EASTERNMOST = timedelta(hours=14, minutes=30)
_WESTERNMOST = timedelta(hours=12, minutes=30)
"""How far a local time may be ahead of and behind UTC, with half an hour for wrong clocks."""

_KEPT = 2000
"""Reports of a large system are some hundred: what is beyond is invented."""

type Key = tuple[str, str, str]
"""Inverter, name of the report, and the part of it that has an age of its own."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """A report of a snapshot with what says how old it is."""

    key: Key
    stamp: str
    """Local time, or anything else."""
    content: Any
    own_pace: bool = False
    """Whether the stamp is renewed by others too, so that the content alone says what is new."""
    behind: float = 0.0
    """By how much it is older than its stamp, s."""


class SnapshotAges:
    """Remembers when each report was seen to change."""

    def __init__(self) -> None:
        """Have seen no snapshot yet."""
        self._seen: dict[Key, tuple[object, float]] = {}

    def of_renewed(self, reports: Iterable[Stamped]) -> dict[Key, float]:
        """Return the ages of the reports that were renewed since they were seen last, s.

        One whose age nothing tells is taken for new when it is seen first, and when it changes.
        """
        now = time.monotonic()
        reports = list(reports)
        if len(self._seen) > _KEPT:
            self._seen.clear()
        utc = datetime.now(UTC).replace(tzinfo=None)
        times = {report.key: _local_time(report.stamp, utc) for report in reports}
        present = max([at for at in times.values() if at is not None], default=utc)
        present = max(present, utc - _WESTERNMOST)
        ages = {}
        for report in reports:
            at = times[report.key]
            identity = _identity(report, at is not None)
            before, seen_at = self._seen.get(report.key, (None, 0.0))
            self._seen[report.key] = identity, now
            if before == identity:
                continue
            age = (present - at).total_seconds() + report.behind if at is not None else 0.0
            ages[report.key] = age if before is None else min(age, now - seen_at)
        return ages


def _identity(report: Stamped, has_time: bool) -> object:
    """Return what is another when the report is renewed."""
    if report.own_pace:
        return report.content
    return report.stamp if has_time else (report.stamp, report.content)


def _local_time(text: str, utc: datetime) -> datetime | None:
    """Return the time that a stamp says, None for one that no zone explains."""
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return at if at <= utc + _EASTERNMOST else None
