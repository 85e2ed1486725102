"""The coordinator of a config entry: runs the source, owns the stores, tells the entities.

Data flows one way: the source reports, the store merges and compares, and only the entities
whose value changed are written, once a report at most and measurements not more often than the
owner chose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.storage import Store
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..const import CONF_SOURCE, DOMAIN, LOGGER
from ..model.source import (
    Device,
    Happening,
    Problem,
    Reading,
    Source,
    SourceAuthError,
    SourceError,
    SourceListener,
    SourceRefusedError,
)
from ..model.states import CommandRow, EventRow, KindTable, StateRow
from .devices import async_device_info, async_register
from .errors import command_error, setup_error, update_error
from .problems import async_raise, async_solve, async_solve_others
from .quantities import platform_of
from .store import Changes, DeviceStore, counter_keys
from .writer import Writer

type HubConfigEntry = ConfigEntry[HubCoordinator]
type MakeEntity = Callable[[HubCoordinator, str, StateRow], Entity]
type MakeFixed[Row: CommandRow | EventRow] = Callable[[HubCoordinator, str, Row], Entity]
type MakeSource = Callable[[SourceListener], Source]

_TICK = timedelta(seconds=30)
_SAVE_DELAY = 300.0
_SAVE_INTERVAL = timedelta(seconds=_SAVE_DELAY + 10)
_STORAGE_VERSION = 1


def storage(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return the storage of an entry: what its source keeps over restarts."""
    return Store(hass, _STORAGE_VERSION, f"{DOMAIN}.{entry_id}")


class HubCoordinator(DataUpdateCoordinator[Mapping[str, DeviceStore]], SourceListener):
    """Runs the source of one config entry.

    A coordinator for Home Assistant's sake (first refresh, errors, the slow poll as a safety
    net); what is pushed goes straight to the entities that changed.
    """

    config_entry: HubConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: HubConfigEntry,
        make_source: MakeSource,
        *,
        poll_interval: timedelta | None,
        write_interval: float,
    ) -> None:
        """Prepare to run the source; measurements are written every `write_interval` s."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{entry.data[CONF_SOURCE]} source",
            update_interval=poll_interval,
            always_update=False,
        )
        self._stores: dict[str, DeviceStore] = {}
        self._platforms: dict[Platform, Callable[[Iterable[tuple[str, str]]], None]] = {}
        self._fixed: list[Callable[[Device], None]] = []
        self._events: dict[tuple[str, str], Callable[[Happening], None]] = {}
        self._added: set[tuple[str, str]] = set()
        self._availability: dict[str, bool] = {}
        self._problems: set[str] = set()
        self._storage = storage(hass, entry.entry_id)
        self.source = make_source(self)
        rows = self.source.table.rows
        self._attributes = self.source.table.attributes
        self._counters = counter_keys(rows)
        paced = frozenset(key for key, row in rows.items() if row.paced)
        self._writer = Writer(hass.loop, paced, write_interval)
        self._started = False

    # Running the source.

    @override
    async def _async_setup(self) -> None:
        """Sign in and find the devices."""
        if saved := await self._storage.async_load():
            self.source.restore(saved)
        try:
            await self.source.start()
        except SourceRefusedError as err:
            self._async_solve_earlier()
            raise setup_error(err) from err
        except SourceError as err:
            raise setup_error(err) from err
        self._async_solve_earlier()

    @override
    async def _async_update_data(self) -> Mapping[str, DeviceStore]:
        """Poll once more, as the safety net; `start` has done it the first time."""
        if not self._started:
            self._started = True
            return self._stores
        try:
            await self.source.poll()
        except SourceError as err:
            raise update_error(err) from err
        return self._stores

    @callback
    def async_run(self) -> None:
        """Start the source's own loop and the clock that watches it."""
        entry = self.config_entry
        entry.async_create_background_task(self.hass, self.source.run(), f"{DOMAIN} source")
        entry.async_on_unload(async_track_time_interval(self.hass, self._async_tick, _TICK))
        entry.async_on_unload(self._writer.cancel)
        entry.async_on_unload(
            async_track_time_interval(self.hass, self._async_save_later, _SAVE_INTERVAL)
        )
        self._async_save_later()

    @callback
    def _async_tick(self, _: datetime) -> None:
        self.source.tick()
        if self.source.poll_due:
            self.config_entry.async_create_background_task(
                self.hass, self.async_request_refresh(), f"{DOMAIN} poll"
            )

    @callback
    def _async_save_later(self, _: datetime | None = None) -> None:
        """Keep a write pending, so that Home Assistant's stop writes too."""
        self._storage.async_delay_save(self.source.saved, _SAVE_DELAY)

    @override
    async def save_now(self) -> None:
        """Write what the source keeps."""
        await self._storage.async_save(self.source.saved())

    # Devices and their states.

    def store(self, serial: str) -> DeviceStore:
        """Return the store of a device."""
        if (store := self._stores.get(serial)) is None:
            store = self._stores[serial] = DeviceStore(self._counters)
        return store

    def available(self, serial: str) -> bool:
        """Whether the device's states are current."""
        available = self._availability.get(serial)
        if available is None:
            available = self._availability[serial] = self.source.available(serial)
        return available

    @callback
    @override
    def on_device(self, device: Device) -> None:
        """Put the device into the registry: entities and children refer to it."""
        async_register(self.hass, self.config_entry.entry_id, device)
        for add in self._fixed:
            add(device)
        if device.serial in self._availability:
            self.on_availability()  # it had entities before a restart

    def device_info(self, serial: str) -> DeviceInfo | ChildDeviceInfo:
        """Return what ties an entity to a device."""
        return async_device_info(self.hass, self.config_entry.entry_id, serial)

    @callback
    @override
    def on_reading(self, reading: Reading) -> None:
        """Merge a reading and write the entities that it changed."""
        serial = reading.serial
        changes = self.store(serial).merge(reading)
        if self._attributes:
            changes = self._shown(changes)
        if changes.new:
            self._async_announce([(serial, key) for key in changes.new])
            # Entities of before a restart are there already and wait for their first value.
            changes.changed += changes.new
        if changes.changed:
            self._writer.write(serial, changes.changed)

    def _shown(self, changes: Changes) -> Changes:
        """Let a value beside a state count as a change of that state."""
        beside = self._attributes
        changed = [beside.get(key, key) for key in changes.changed]
        changed += [beside[key] for key in changes.new if key in beside]
        return Changes(
            list(dict.fromkeys(changed)), [key for key in changes.new if key not in beside]
        )

    # Entities.

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: Any = None
    ) -> Callable[[], None]:
        """Listen to one state: the context is (serial number, key)."""
        remove = super().async_add_listener(update_callback, context)
        if not isinstance(context, tuple):
            return remove
        serial, key = context
        forget = self._writer.add(serial, key, update_callback)

        def remove_both() -> None:
            remove()
            forget()

        return remove_both

    @callback
    def async_add_platform(
        self, platform: Platform, make: MakeEntity, add: AddConfigEntryEntitiesCallback
    ) -> None:
        """Let a platform add its entities: those of before, those known, those to come."""
        rows = self.source.table.rows

        def add_states(states: Iterable[tuple[str, str]]) -> None:
            wanted = [
                (serial, key)
                for serial, key in states
                if key in rows
                and (serial, key) not in self._added
                and platform_of(rows[key].quantity) is platform
            ]
            self._added.update(wanted)
            if wanted:
                add([make(self, serial, rows[key]) for serial, key in wanted])

        self._platforms[platform] = add_states
        add_states(self._registered_states())
        add_states((serial, key) for serial, store in self._stores.items() for key in store.values)

    @callback
    def async_add_commands(
        self, make: MakeFixed[CommandRow], add: AddConfigEntryEntitiesCallback
    ) -> None:
        """Let a platform add an entity for each command of each device, also of those to come."""
        self._async_add_fixed(lambda kind: kind.commands, make, add)

    @callback
    def async_add_events(
        self, make: MakeFixed[EventRow], add: AddConfigEntryEntitiesCallback
    ) -> None:
        """Let a platform add an entity for each event of each device, also of those to come."""
        self._async_add_fixed(lambda kind: kind.events, make, add)

    def _async_add_fixed[Row: CommandRow | EventRow](
        self,
        rows_of: Callable[[KindTable], Iterable[Row]],
        make: MakeFixed[Row],
        add: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Add what a device has from the start, whatever it reports."""

        def add_device(device: Device) -> None:
            rows = rows_of(self.source.table.kinds[device.kind])
            new = [row for row in rows if (device.serial, row.key) not in self._added]
            self._added.update((device.serial, row.key) for row in new)
            if new:
                add([make(self, device.serial, row) for row in new])

        self._fixed.append(add_device)
        for device in self.source.devices.values():
            add_device(device)

    @callback
    def async_listen_event(
        self, serial: str, key: str, happened: Callable[[Happening], None]
    ) -> CALLBACK_TYPE:
        """Listen to the events of one row of one device."""
        self._events[serial, key] = happened
        return lambda: self._events.pop((serial, key), None) and None

    @callback
    @override
    def on_event(self, happening: Happening) -> None:
        """Tell the event's entity."""
        if happened := self._events.get((happening.serial, happening.key)):
            happened(happening)

    async def async_run_command(self, serial: str, command: str) -> None:
        """Make a device do something; what goes wrong is told to the person who asked."""
        try:
            await self.source.run_command(serial, command)
        except SourceError as err:
            raise command_error(err) from err

    async def async_run_action(
        self, serial: str, action: str, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Do something that takes or gives values."""
        try:
            return await self.source.run_action(serial, action, data)
        except SourceError as err:
            raise command_error(err) from err

    @callback
    def async_forget(self, serial: str) -> bool:
        """Let a device that a person removes be forgotten; it may come back as a new one."""
        before = set(self.source.devices)
        if not self.source.forget(serial):
            return False
        for gone in {serial, *before.difference(self.source.devices)}:
            self._stores.pop(gone, None)
            self._availability.pop(gone, None)
            self._added = {added for added in self._added if added[0] != gone}
        return True

    def _async_announce(self, states: list[tuple[str, str]]) -> None:
        for add_states in self._platforms.values():
            add_states(states)

    def _registered_states(self) -> Iterable[tuple[str, str]]:
        """States that had an entity before: they keep it, reported already or not."""
        devices = dr.async_get(self.hass)
        rows = self.source.table.rows
        for entity in er.async_entries_for_config_entry(
            er.async_get(self.hass), self.config_entry.entry_id
        ):
            device = devices.async_get(entity.device_id) if entity.device_id else None
            for domain, serial in device.identifiers if device else ():
                key = entity.unique_id.removeprefix(f"{serial}_")
                if domain == DOMAIN and key in rows:
                    yield serial, key

    # Availability, problems, errors.

    @callback
    @override
    def on_availability(self) -> None:
        """Write the entities of the devices that were lost or are back."""
        for serial, before in list(self._availability.items()):
            available = self.source.available(serial)
            if before is available:
                continue
            self._availability[serial] = available
            self._writer.write_all(serial)

    @callback
    @override
    def on_problem(self, problem: Problem) -> None:
        """Raise a repair issue."""
        self._problems.add(problem.key)
        async_raise(self.hass, self.config_entry, problem)

    @callback
    @override
    def on_solved(self, key: str) -> None:
        """Take the repair issue back."""
        self._problems.discard(key)
        async_solve(self.hass, self.config_entry, key)

    @callback
    def _async_solve_earlier(self) -> None:
        """Take back what an earlier run raised and this one, which knows more, did not."""
        async_solve_others(self.hass, self.config_entry, self._problems)

    @callback
    @override
    def on_sign_in_refused(self, error: SourceAuthError) -> None:
        """Ask the person to sign in again."""
        LOGGER.warning("%s: the credentials were refused, please sign in again", self.name)
        self.config_entry.async_start_reauth(self.hass)
