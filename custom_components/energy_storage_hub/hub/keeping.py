"""What outlives a restart: what a source keeps, and where its counters stood.

After any end, planned or not, a counter goes on from what was known last: the entry's own file,
the states that Home Assistant restores, or the recorder, whichever is the newest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, override

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er, restore_state
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter

from ..const import DOMAIN, LOGGER
from ..model.quantity import QUANTITIES
from ..model.states import StateRow

type Counters = dict[str, dict[str, dict[str, Any]]]
"""By serial number and key of the state: what a guard keeps."""

type CounterId = tuple[str, StateRow]
"""Serial number of a device, and one of its counters."""

_VERSION, _MINOR_VERSION = 1, 2
_LOOKED_AT = 10
"""So many states of the past are looked at for a number; the rest are restarts."""
_PATIENCE = 10.0
"""A recorder that does not answer, as one that is far away, holds nothing up for longer, s."""


class Kept(Store[dict[str, Any]]):
    """The storage of an entry: `source` is what its source keeps, `counters` where they stand."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Keep it under the entry's id."""
        super().__init__(hass, _VERSION, f"{DOMAIN}.{entry_id}", minor_version=_MINOR_VERSION)

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, Any]
    ) -> dict[str, Any]:
        """Before 1.2 a source alone was kept."""
        return {"source": old_data, "counters": {}}


async def async_newest_counters(
    hass: HomeAssistant, entry_id: str, rows: Mapping[str, StateRow], kept: Mapping[str, Any]
) -> Counters:
    """Return where the counters of an entry stood last: as kept, or as Home Assistant knows."""
    newest: Counters = {
        serial: {key: dict(value) for key, value in counters.items() if isinstance(value, Mapping)}
        for serial, counters in kept.items()
        if isinstance(counters, Mapping)
    }
    now = dt_util.utcnow().timestamp()
    entities = dict(_counter_entities(hass, entry_id, rows))
    for states in (_restored(hass, entities), await _async_recorded(hass, entities)):
        for entity_id, state in states.items():
            serial, row = entities[entity_id]
            if (value := _number(state, row)) is None:
                continue
            known = newest.setdefault(serial, {}).setdefault(row.key, {"at": 0.0})
            if float(known.get("at", 0.0)) > now:
                known["at"] = 0.0  # written while the clock was wrong
            if state.last_updated_timestamp > float(known.get("at", 0.0)):
                known |= {"value": value, "at": state.last_updated_timestamp}
    return newest


def _counter_entities(
    hass: HomeAssistant, entry_id: str, rows: Mapping[str, StateRow]
) -> Iterator[tuple[str, CounterId]]:
    devices = dr.async_get(hass)
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry_id):
        device = devices.async_get(entity.device_id) if entity.device_id else None
        for domain, serial in device.identifiers if device else ():
            row = rows.get(entity.unique_id.removeprefix(f"{serial}_"))
            if domain == DOMAIN and row and not entity.disabled_by:
                yield entity.entity_id, (serial, row)


def _restored(hass: HomeAssistant, entities: Iterable[str]) -> dict[str, State]:
    stored = restore_state.async_get(hass).last_states
    return {entity_id: stored[entity_id].state for entity_id in entities if entity_id in stored}


async def _async_recorded(hass: HomeAssistant, entities: Mapping[str, Any]) -> dict[str, State]:
    """Return the last state of each entity in the recorder that is a number."""
    if not entities or "recorder" not in hass.config.components:
        return {}
    try:
        async with asyncio.timeout(_PATIENCE):
            return await get_instance(hass).async_add_executor_job(
                _last_recorded, hass, tuple(entities)
            )
    except TimeoutError:
        LOGGER.warning("The recorder did not tell in time where the counters stood")
        return {}


def _last_recorded(hass: HomeAssistant, entities: Iterable[str]) -> dict[str, State]:
    # Not everybody has a recorder, and this takes the database's library.
    from homeassistant.components.recorder import history  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    found: dict[str, State] = {}
    try:
        for entity_id in entities:
            for how_many in (1, _LOOKED_AT):
                states = history.get_last_state_changes(hass, how_many, entity_id)
                numbers = [state for state in states.get(entity_id, ()) if _is_number(state.state)]
                if numbers:
                    found[entity_id] = max(numbers, key=lambda state: state.last_updated_timestamp)
                    break
    except SQLAlchemyError as err:  # as while the recorder changes its tables
        LOGGER.warning("The recorder could not tell where the counters stood: %s", err)
    return found


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False


def _number(state: State, row: StateRow) -> float | None:
    """Return what a state says, in the unit of its quantity: a person may have chosen another."""
    if not _is_number(state.state):
        return None
    value = float(state.state)
    own, shown = QUANTITIES[row.quantity].unit, state.attributes.get("unit_of_measurement")
    if shown in (own, None):
        return value
    convert: Callable[[float], float] | None = None
    if own in EnergyConverter.VALID_UNITS and shown in EnergyConverter.VALID_UNITS:
        convert = EnergyConverter.converter_factory(shown, own)
    return convert(value) if convert else None
