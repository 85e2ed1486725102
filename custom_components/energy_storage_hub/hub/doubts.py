"""Counters in doubt: those that stay lower than they were, which a person is asked about."""

from __future__ import annotations

from collections.abc import Mapping

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..model.quantity import QUANTITIES
from ..model.source import Problem
from ..model.states import StateRow
from .guard import Guard
from .problems import Problems
from .store import DeviceStore
from .writer import Writer

COUNTER_FELL = "counter_fell"

_TOLD_AFTER = 1800.0
"""A counter that stays lower for so long may be a new device's, s."""


class Doubts:
    """Watches the counters of an entry's devices."""

    def __init__(
        self,
        hass: HomeAssistant,
        stores: Mapping[str, DeviceStore],
        rows: Mapping[str, StateRow],
        problems: Problems,
        writer: Writer,
    ) -> None:
        """Watch the counters of these stores; `rows` are theirs, by key."""
        self._hass = hass
        self._stores = stores
        self._rows = rows
        self._problems = problems
        self._writer = writer

    @callback
    def watch(self) -> None:
        """Ask a person about what has been in doubt for long, and no more where it is over."""
        now = dt_util.utcnow().timestamp()
        for serial, store in self._stores.items():
            for key, guard in store.guards.items():
                since = guard.doubts_since
                if since is not None and now - since >= _TOLD_AFTER:
                    self._problems.there(self._problem(serial, key, guard))
                else:
                    self._problems.gone(_problem_key(serial, key))

    @callback
    def believe(self, serial: str, key: str) -> None:
        """Let a counter begin again where it stands, at a person's word."""
        store = self._stores.get(serial)
        guard = store.guards.get(key) if store else None
        if store and guard and guard.believe_doubt(store.now()) is not None:
            store.values[key] = guard.value
            self._writer.write(serial, [key])
        self._problems.gone(_problem_key(serial, key))

    def _problem(self, serial: str, key: str, guard: Guard) -> Problem:
        row = self._rows[key]
        unit = QUANTITIES[row.quantity].unit
        entity_id = er.async_get(self._hass).async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{serial}_{key}"
        )
        return Problem(
            _problem_key(serial, key),
            COUNTER_FELL,
            {
                "entity": entity_id or row.name,
                "before": f"{guard.value:g} {unit}".strip(),
                "told": f"{guard.doubted:g} {unit}".strip(),
            },
            fix={"serial": serial, "key": key},
        )


def _problem_key(serial: str, key: str) -> str:
    return f"counter_{serial}_{key}"
