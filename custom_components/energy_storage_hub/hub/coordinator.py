"""The coordinator of a config entry: runs the source, keeps what it tells, tells the entities.

Data flows one way: the source reports, the store merges and compares, and only the entities
whose value changed are written, once a report at most and measurements not more often than the
owner chose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
import time
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import CONF_SOURCE, DOMAIN, LOGGER
from ..model.source import (
    Device,
    Happening,
    Problem,
    Reading,
    Shown,
    Source,
    SourceAuthError,
    SourceError,
    SourceListener,
    SourceRefusedError,
)
from ..model.states import SettingRow, Value
from .adding import Adding
from .devices import async_device_info, async_register
from .doubts import Doubts
from .errors import command_error, setup_error, update_error
from .guard import Now
from .keeping import Counters, Kept, async_newest_counters
from .problems import Problems
from .settings import Changing
from .store import Changes, DeviceStore, counter_rows
from .writer import Writer

type HubConfigEntry = ConfigEntry[HubCoordinator]
type MakeSource = Callable[[SourceListener], Source]

_TICK = timedelta(seconds=30)
_SAVE_DELAY = 300.0
_SAVE_INTERVAL = timedelta(seconds=_SAVE_DELAY + 10)
_EXPIRED_AT_ONCE = 20
"""Devices."""

_FIRST_SAVE = 60.0
"""Whoever restarts again and again has written something too, s."""


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
        self._events: dict[tuple[str, str], Callable[[Happening], None]] = {}
        self._availability: dict[str, bool] = {}
        self._kept = Kept(hass, entry.entry_id)
        self._counters_kept: Counters = {}
        self._changing = Changing()
        self.problems = Problems(hass, entry)
        self.source = make_source(self)
        self.adding = Adding(hass, entry.entry_id, self.source, self._stores)
        rows = self.source.table.rows
        self._attributes = self.source.table.attributes
        self._counters = counter_rows(rows.values())
        # Whoever has just set something wants to see it.
        set_here = {
            row.shown_by for kind in self.source.table.kinds.values() for row in kind.settings
        }
        paced = frozenset(key for key, row in rows.items() if row.paced and key not in set_here)
        self.writer = Writer(hass.loop, paced, write_interval)
        self.doubts = Doubts(hass, self._stores, self._counters, self.problems, self.writer)
        self._started = False

    # Running the source.

    @override
    async def _async_setup(self) -> None:
        """Sign in and find the devices."""
        kept = await self._kept.async_load() or {"source": {}, "counters": {}}
        self._counters_kept = await async_newest_counters(
            self.hass, self.config_entry.entry_id, self._counters, kept["counters"]
        )
        if kept["source"]:
            self.source.restore(kept["source"])
        self.source.resume(_shown_last(self._counters_kept))
        try:
            await self.source.start()
        except SourceRefusedError as err:
            self.problems.solve_earlier()
            raise setup_error(err) from err
        except SourceError as err:
            raise setup_error(err) from err
        self.problems.solve_earlier()

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
        # The one listener: with none, Home Assistant would not poll.
        entry.async_on_unload(self.async_add_listener(self.on_availability))
        entry.async_on_unload(async_track_time_interval(self.hass, self._async_tick, _TICK))
        entry.async_on_unload(self.writer.cancel)
        entry.async_on_unload(
            async_track_time_interval(self.hass, self._async_save_later, _SAVE_INTERVAL)
        )
        self._kept.async_delay_save(self._to_keep, _FIRST_SAVE)

    @callback
    def _async_tick(self, _: datetime) -> None:
        self.source.tick()
        self._async_expire(list(self._stores))
        self.doubts.watch()
        if self.source.poll_due:
            self.config_entry.async_create_background_task(
                self.hass, self.async_request_refresh(), f"{DOMAIN} poll"
            )

    @callback
    def _async_expire(self, serials: list[str]) -> None:
        """Write what is over its life, not so much at once that it holds up everything else."""
        expired = 0
        while serials and expired < _EXPIRED_AT_ONCE:
            serial = serials.pop()
            if (store := self._stores.get(serial)) and (unknown := store.expire()):
                self.writer.write(serial, unknown)
                expired += 1
        if serials:
            self.hass.loop.call_soon(self._async_expire, serials)

    @callback
    def _async_save_later(self, _: datetime | None = None) -> None:
        """Keep a write pending, so that Home Assistant's stop writes too."""
        self._kept.async_delay_save(self._to_keep, _SAVE_DELAY)

    def _to_keep(self) -> dict[str, Any]:
        counters = {serial: store.saved() for serial, store in self._stores.items()}
        return {
            "source": self.source.saved(),
            "counters": {**self._counters_kept, **counters},
        }

    @override
    async def save_now(self) -> None:
        """Write what has to be kept, and go on keeping what comes later."""
        await self._kept.async_save(self._to_keep())
        self._async_save_later()

    async def async_close(self) -> None:
        """Write what has to be kept for the last time."""
        await self._kept.async_save(self._to_keep())

    # Devices and their states.

    def store(self, serial: str) -> DeviceStore:
        """Return the store of a device."""
        if (store := self._stores.get(serial)) is None:
            store = self._stores[serial] = DeviceStore(self._counters, _now)
            store.restore(self._counters_kept.get(serial, {}))
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
        self.store(device.serial).rated_power = device.rated_power
        self.adding.async_found(device)
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
            self.adding.async_reported([(serial, key) for key in changes.new])
            # Entities of before a restart are there already and wait for their first value.
            changes.changed += changes.new
        if changes.changed:
            self.writer.write(serial, changes.changed)
        if self._changing:
            self._changing.take(reading)

    def _shown(self, changes: Changes) -> Changes:
        """Let a value beside a state count as a change of that state."""
        beside = self._attributes
        changed = [beside.get(key, key) for key in changes.changed]
        changed += [beside[key] for key in changes.new if key in beside]
        return Changes(
            list(dict.fromkeys(changed)), [key for key in changes.new if key not in beside]
        )

    @callback
    def async_forget(self, serial: str) -> bool:
        """Let a device that a person removes be forgotten; it may come back as a new one."""
        before = set(self.source.devices)
        if not self.source.forget(serial):
            return False
        for gone in {serial, *before.difference(self.source.devices)}:
            self._stores.pop(gone, None)
            self._counters_kept.pop(gone, None)
            self._availability.pop(gone, None)
            self.adding.async_forget(gone)
        return True

    # Events, commands, settings.

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

    async def async_change(self, serial: str, row: SettingRow, value: Value) -> None:
        """Change a setting, and come back when the device shows it."""
        try:
            await self._changing.change(self.source, self.store(serial).values, serial, row, value)
        except SourceError as err:
            raise command_error(err) from err

    # Availability, problems, errors.

    @callback
    @override
    def on_availability(self, serial: str = "") -> None:
        """Write the entities of the devices that were lost or are back, and no others."""
        for known in [serial] if serial else list(self._availability):
            before = self._availability.get(known)
            if before is None:
                continue  # nobody has asked for it: it has no entities
            available = self._availability[known] = self.source.available(known)
            if before is not available:
                self.writer.write_all(known)

    @callback
    @override
    def on_problem(self, problem: Problem) -> None:
        """Raise a repair issue."""
        self.problems.there(problem)

    @callback
    @override
    def on_solved(self, key: str) -> None:
        """Take the repair issue back."""
        self.problems.gone(key)

    @callback
    @override
    def on_sign_in_refused(self, error: SourceAuthError) -> None:
        """Ask the person to sign in again."""
        LOGGER.warning("%s: the credentials were refused, please sign in again", self.name)
        self.config_entry.async_start_reauth(self.hass)


def _now() -> Now:
    return Now(time.monotonic(), dt_util.now())


def _shown_last(counters: Counters) -> dict[str, dict[str, Shown]]:
    """Return what counters showed last, by serial number and key."""
    return {
        serial: {
            key: Shown(float(value), float(kept.get("at", 0.0)))
            for key, kept in of_device.items()
            if isinstance(value := kept.get("value"), int | float)
        }
        for serial, of_device in counters.items()
    }
