"""Which entities are written when: those that changed, and what moves not too often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

type Write = Callable[[], None]


class Writer:
    """Writes the entities whose state changed, by serial number and key of the state.

    What moves as time passes is written at most every `interval` s, with what is known then;
    everything else (modes, flags, faults) is written at once.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, paced: frozenset[str], interval: float
    ) -> None:
        """Begin without entities; `paced` are the keys of what is not written at once."""
        self._loop = loop
        self._paced = paced
        self._interval = interval
        self._entities: dict[str, dict[str, list[Write]]] = {}
        self._pending: dict[str, set[str]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._written: dict[str, float] = {}

    def add(self, serial: str, keys: Iterable[str], write: Write) -> Callable[[], None]:
        """Write an entity from now on when one of these states changes; return what ends that."""
        entities = self._entities.setdefault(serial, {})
        listened = [entities.setdefault(key, []) for key in keys]
        for writes in listened:
            writes.append(write)

        def remove() -> None:
            for writes in listened:
                writes.remove(write)

        return remove

    def write_all(self, serial: str) -> None:
        """Write every entity of a device now."""
        listened = self._entities.get(serial, {}).values()
        for write in dict.fromkeys(write for writes in listened for write in writes):
            write()

    def write(self, serial: str, keys: Sequence[str]) -> None:
        """Write the entities of these states: they changed."""
        if not (entities := self._entities.get(serial)):
            return
        paced = self._paced
        later = [key for key in keys if key in paced and key in entities]
        for key in keys:
            if key not in paced:
                for write in entities.get(key, ()):
                    write()
        if later:
            self._pending.setdefault(serial, set()).update(later)
            self._write_in_time(serial)

    def _write_in_time(self, serial: str) -> None:
        if serial in self._timers:
            return
        wait = self._written.get(serial, 0.0) + self._interval - self._loop.time()
        if wait <= 0:
            self._write_pending(serial)
        else:
            self._timers[serial] = self._loop.call_later(wait, self._write_pending, serial)

    def _write_pending(self, serial: str) -> None:
        self._timers.pop(serial, None)
        self._written[serial] = self._loop.time()
        entities = self._entities.get(serial, {})
        for key in self._pending.pop(serial, ()):
            for write in entities.get(key, ()):
                write()

    def cancel(self) -> None:
        """Write nothing more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._pending.clear()
