"""A connector: its last status, its meter, the sessions that it has charged."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import hashlib
from typing import Any

from ..model.source import Reading, SourceConnectionError, SourceError, SourceRefusedError
from ..model.states import Value
from .enums import START_RESULT
from .fields import Values
from .states_connector import LIFETIME, METER_START, METER_VALUE, SESSIONS
from .values import CHARGING

PREPARING = 1
FINISHED = 3
START_FAILED = 4
SYSTEM_FAULT = 6
OUT_OF_SERVICE = 7
RUNNING = (PREPARING, CHARGING)

_ENDED = (FINISHED, START_FAILED, SYSTEM_FAULT, OUT_OF_SERVICE)

_RECORDS_REMEMBERED = 128
"""A pile sends up to 50 records again when it reconnects."""


class Start:
    """An attempt to start: what the pile answers and what its status shows, in any order.

    Some piles acknowledge at once and prove it by the next status, some acknowledge only when
    charging has begun.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._accepted = False
        self._moved = False

    def answered(self, result: int) -> None:
        """Take the result of 8 or 110: 0 is success."""
        if result:
            self.fail(refusal(result))
            return
        self._accepted = True
        if self._moved:
            self._succeed(PREPARING)

    def status(self, state: int) -> None:
        """Take the state of a 104."""
        if state == CHARGING or (state == PREPARING and self._accepted):
            self._succeed(state)
        elif state == PREPARING:
            self._moved = True
        elif state in _ENDED and (self._moved or self._accepted):
            self.fail(SourceRefusedError("start failed", "start_failed"))

    def fail(self, error: SourceError) -> None:
        """Give up."""
        if not self._outcome.done():
            self._outcome.set_exception(error)

    async def wait(self, seconds: float) -> int:
        """Return the state of the connector that proves the start. Raises SourceError."""
        try:
            async with asyncio.timeout(seconds):
                return await self._outcome
        except TimeoutError as err:
            key = "start_not_confirmed" if self._accepted else "pile_silent"
            raise SourceConnectionError("no outcome", key) from err

    def _succeed(self, state: int) -> None:
        if not self._outcome.done():
            self._outcome.set_result(state)


def refusal(result: int) -> SourceRefusedError:
    """Return what a person is told of the result of a start."""
    reason = START_RESULT.get(result)
    return SourceRefusedError(
        f"start refused: {result}",
        "start_refused",
        reason=reason.replace("_", " ") if reason else str(result),
        code=str(result),
    )


@dataclass(slots=True)
class Connector:
    """One connector of a pile."""

    serial: str
    number: int
    """From 1."""
    state: int | None = None
    """Work state of the last 104, as on the wire."""
    linked: bool | None = None
    """Whether a vehicle is connected."""
    error_code: int = 0
    """Of the last 104; 0 is no alarm."""
    last_data: bytes = b""
    """Data of the last 104: an idle pile says the same again and again."""
    last_at: float = 0.0
    """When it came, monotonic time, s."""
    again: tuple[Reading, ...] = ()
    """What is told when it says the same again: that it is true still, and what is counted."""
    metered: bool = False
    """Whether its meter has ever told a current reading."""
    lifetime_before: float | None = None
    """What the meter showed before a restart, kWh, until its first 104."""
    sessions: int = 0
    last_record: dict[str, Value | None] = field(default_factory=dict)
    last_end: float = 0.0
    """When the newest session that is known ended, Unix time."""
    start: Start | None = None
    _records: deque[str] = field(default_factory=lambda: deque(maxlen=_RECORDS_REMEMBERED))
    _waiting: list[tuple[Callable[[int], bool], asyncio.Future[int]]] = field(default_factory=list)

    def take_status(self, state: int, *, linked: bool) -> None:
        """Take a 104, and tell those who wait for it."""
        self.state, self.linked = state, linked
        if self.start:
            self.start.status(state)
        for waiting in [waiting for waiting in self._waiting if waiting[0](state)]:
            self._waiting.remove(waiting)
            if not waiting[1].done():
                waiting[1].set_result(state)

    async def wait_for(self, wanted: Callable[[int], bool], seconds: float) -> int:
        """Wait for a 104 with a state that is wanted. Raises TimeoutError."""
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        waiting = (wanted, future)
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(seconds):
                return await future
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def lost(self, error: SourceError) -> None:
        """End all waiting: the pile is gone."""
        self.last_data, self.error_code = b"", 0
        if self.start:
            self.start.fail(error)
        waiting, self._waiting = self._waiting, []
        for _, future in waiting:
            if not future.done():
                future.set_exception(error)

    def lifetime(self, states: Mapping[str, Value | None]) -> Value | None:
        """Return the reading of its meter, kWh, from the states of a 104; None is not known.

        An idle pile may tell 0 as the current reading: if it has never told another one, that at
        the start of the last session stands in. Later that would be a fall.
        """
        before, self.lifetime_before = self.lifetime_before, None
        if current := states.get(METER_VALUE.key):
            self.metered = True
            return current
        if before or self.metered:
            return before
        return states.get(METER_START.key) or None

    def is_new(self, record: Values) -> bool:
        """Whether a record was never seen before; it counts as seen from now on."""
        transaction, start = record.get("transaction_id"), record.get("start_time")
        known_by = (transaction, start) if transaction else (record.get("record_index"), start)
        # Not the numbers themselves: this is kept on the disk.
        digest = hashlib.blake2s(repr(known_by).encode(), digest_size=8).hexdigest()
        if digest in self._records:
            return False
        self._records.append(digest)
        self.sessions += 1
        return True

    def saved(self) -> dict[str, Any]:
        """Return what must survive a restart."""
        return {
            "metered": self.metered,
            "sessions": self.sessions,
            "records": list(self._records),
            "last_record": self.last_record,
            "last_end": self.last_end,
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take back what was saved."""
        self.metered = bool(saved.get("metered", False))
        self.sessions = int(saved.get("sessions", 0))
        self._records.extend(saved.get("records", ()))
        self.last_end = float(saved.get("last_end", 0.0))
        self.last_record = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in saved.get("last_record", {}).items()
        }

    def resume(self, shown: Mapping[str, float]) -> None:
        """Go on from what its counters showed last, which may be later than what was saved."""
        self.lifetime_before = shown.get(LIFETIME.key)
        self.sessions = max(self.sessions, int(shown.get(SESSIONS.key, 0)))
