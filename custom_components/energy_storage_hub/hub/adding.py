"""Adding entities: those of before a restart, those that are known, and those to come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..model.source import Device, Source
from ..model.states import CommandRow, EventRow, KindTable, SettingRow, StateRow
from .quantities import platform_of
from .store import DeviceStore

type StateId = tuple[str, str]
"""Serial number of a device, and key of its state."""

type Make[Row] = Callable[[str, Row], Entity]
"""Makes the entity of a row, for the device with this serial number."""


class Adding:
    """Adds the entities of one entry's devices, each once.

    A state gets its entity when it is first reported, and with it a setting that the state shows;
    a command or an event has one from the moment its device is known.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        source: Source,
        stores: Mapping[str, DeviceStore],
    ) -> None:
        """Begin without entities; `stores` hold what is known of the devices."""
        self._hass = hass
        self._entry_id = entry_id
        self._source = source
        self._stores = stores
        self._by_state: list[Callable[[Iterable[StateId]], None]] = []
        self._by_device: list[Callable[[Device], None]] = []
        self._added: set[StateId] = set()
        self._remove_moved()

    # What a platform asks for.

    @callback
    def async_add_states(
        self,
        wanted: Callable[[StateRow], bool],
        make: Make[StateRow],
        add: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Let a platform add an entity for each state that it wants to show."""
        rows = {key: row for key, row in self._source.table.rows.items() if wanted(row)}
        self._async_add_by_state(rows, make, add)

    @callback
    def async_add_settings(
        self,
        wanted: Callable[[SettingRow], bool],
        make: Make[SettingRow],
        add: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Let a platform add an entity for each setting that it wants to offer."""
        rows = {
            row.shown_by: row
            for kind in self._source.table.kinds.values()
            for row in kind.settings
            if wanted(row)
        }
        self._async_add_by_state(rows, make, add)

    @callback
    def async_add_commands(
        self, make: Make[CommandRow], add: AddConfigEntryEntitiesCallback
    ) -> None:
        """Let a platform add an entity for each command of each device."""
        self._async_add_by_device(lambda kind: kind.commands, make, add)

    @callback
    def async_add_events(self, make: Make[EventRow], add: AddConfigEntryEntitiesCallback) -> None:
        """Let a platform add an entity for each event of each device."""
        self._async_add_by_device(lambda kind: kind.events, make, add)

    # What the coordinator tells.

    @callback
    def async_reported(self, states: Iterable[StateId]) -> None:
        """Add what belongs to states that were reported for the first time."""
        for add in self._by_state:
            add(states)

    @callback
    def async_found(self, device: Device) -> None:
        """Add what a device has from the start."""
        for add in self._by_device:
            add(device)

    @callback
    def async_forget(self, serial: str) -> None:
        """Forget a device: should it come back, it is a new one."""
        self._added = {added for added in self._added if added[0] != serial}

    # How it is done.

    def _async_add_by_state[Row: StateRow | SettingRow](
        self, rows: Mapping[str, Row], make: Make[Row], add: AddConfigEntryEntitiesCallback
    ) -> None:
        """Add an entity for each of these rows, by the key of the state that it depends on."""

        def add_states(states: Iterable[StateId]) -> None:
            new = [(serial, row) for serial, key in states if (row := rows.get(key))]
            self._async_add(new, make, add)

        self._by_state.append(add_states)
        add_states(self._registered())
        add_states((serial, key) for serial, store in self._stores.items() for key in store.values)

    def _async_add_by_device[Row: CommandRow | EventRow](
        self,
        rows_of: Callable[[KindTable], Iterable[Row]],
        make: Make[Row],
        add: AddConfigEntryEntitiesCallback,
    ) -> None:
        def add_device(device: Device) -> None:
            rows = rows_of(self._source.table.kinds[device.kind])
            self._async_add([(device.serial, row) for row in rows], make, add)

        self._by_device.append(add_device)
        for device in self._source.devices.values():
            add_device(device)

    def _async_add[Row: StateRow | SettingRow | CommandRow | EventRow](
        self,
        wanted: Iterable[tuple[str, Row]],
        make: Make[Row],
        add: AddConfigEntryEntitiesCallback,
    ) -> None:
        new = []
        for serial, row in wanted:
            if (serial, row.key) not in self._added:
                self._added.add((serial, row.key))
                new.append(make(serial, row))
        if new:
            add(new)

    def _registered(self) -> Iterator[StateId]:
        """States that had an entity before: they keep it, reported already or not."""
        return ((serial, row.key) for _, serial, row in self._state_entities())

    def _remove_moved(self) -> None:
        """Remove what an earlier version had on another platform: it would be left behind."""
        for entity, _, row in list(self._state_entities()):
            if entity.domain != platform_of(row.quantity):
                er.async_get(self._hass).async_remove(entity.entity_id)

    def _state_entities(self) -> Iterator[tuple[er.RegistryEntry, str, StateRow]]:
        """Yield the entities of states in the registry, each with serial number and row."""
        devices = dr.async_get(self._hass)
        rows = self._source.table.rows
        for entity in er.async_entries_for_config_entry(er.async_get(self._hass), self._entry_id):
            device = devices.async_get(entity.device_id) if entity.device_id else None
            for domain, serial in device.identifiers if device else ():
                row = rows.get(entity.unique_id.removeprefix(f"{serial}_"))
                if domain == DOMAIN and row:
                    yield entity, serial, row
