"""A PowerOcean in Home Assistant: finding its states, and waiting until a report has arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.powerocean import frames
from simulator.powerocean.plant import PACK_SERIALS, SYSTEM_SERIAL, WALL_BOX_SERIAL
from simulator.powerocean.system import SimulatedCloud

SYSTEM = SYSTEM_SERIAL
PACKS = PACK_SERIALS
WALL_BOX = WALL_BOX_SERIAL

STREAM = "JTS1_ENERGY_STREAM_REPORT"
HEARTBEAT = "JTS1_EMS_HEARTBEAT"
CHANGE = "JTS1_EMS_CHANGE_REPORT"
PACK = "statusReportBattery"
ERROR = "ErrorChangeReport_emsErrCode"

_STEP = 30.0
"""Longest jump of the clock, s: half of what keeps a connection alive."""


def entity_id(hass: HomeAssistant, key: str, serial: str = SYSTEM) -> str | None:
    """Return the entity of a state, None if there is none."""
    registry = er.async_get(hass)
    for platform in ("sensor", "binary_sensor"):
        if found := registry.async_get_entity_id(platform, DOMAIN, f"{serial}_{key}"):
            return found
    return None


def state_of(hass: HomeAssistant, key: str, serial: str = SYSTEM) -> State:
    """Return the state of a state's entity."""
    found = entity_id(hass, key, serial)
    assert found, f"no entity for {key}"
    state = hass.states.get(found)
    assert state, f"{found} is disabled"
    return state


def value_of(hass: HomeAssistant, key: str, serial: str = SYSTEM) -> str:
    """Return what a state's entity shows."""
    return state_of(hass, key, serial).state


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something that no event tells; the test's clock may stand still meanwhile."""
    end = time.clock_gettime(time.CLOCK_MONOTONIC) + seconds
    while not condition():
        if time.clock_gettime(time.CLOCK_MONOTONIC) > end:
            raise TimeoutError
        await asyncio.to_thread(time.sleep, 0.0005)


async def turns(count: int = 60) -> None:
    """Let everything that is ready to run, run: also what answers it over a socket."""
    for _ in range(count):
        await asyncio.sleep(0)


class House:
    """The simulated system as Home Assistant hears it."""

    def __init__(self, hass: HomeAssistant, cloud: SimulatedCloud) -> None:
        """Wait for what `cloud` says in `hass`."""
        self._hass = hass
        self._cloud = cloud
        self._fences = 0

    async def online(self, count: int = 1) -> None:
        """Wait until the stream is up for the `count`th time, and its first answer is in."""
        topic, counts = self._cloud.device.get_reply_topic, self._cloud.broker.publish_counts
        await until(lambda: counts[topic] >= count)
        await self.fence()

    async def back(self, count: int = 2) -> None:
        """Wait until both ends are at a restarted broker; the first answer may be lost."""
        topic, subscribed = self._cloud.device.property_topic, self._cloud.broker.subscriptions
        await until(lambda: sum(item.topic == topic for item in subscribed) >= count)
        await until(self._cloud.device.connected.is_set)
        await self.fence()

    async def send(self, *reports: frames.Report) -> None:
        """Let the system send reports; returns when Home Assistant has merged them."""
        if reports:
            await self._cloud.device.send(*reports)
        await self.fence()

    async def send_bytes(self, *payloads: bytes) -> None:
        """Let the system send payloads; returns when Home Assistant has seen them."""
        for payload in payloads:
            await self._cloud.device.push(payload)
        await self.fence()

    async def fence(self) -> None:
        """Send an error code that was never there, and wait for it: all before it is in."""
        self._fences += 1
        code = self._fences
        seen: set[int] = set()

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            new = event.data["new_state"]
            if new and new.attributes.get("code") == [code]:
                seen.add(code)

        fault = entity_id(self._hass, ERROR, self._cloud.serial)
        assert fault
        remove = async_track_state_change_event(self._hass, fault, changed)
        self._cloud.plant.errors = {"ems": [code]}
        await self._cloud.device.send(frames.errors(self._cloud.plant))
        try:
            await until(lambda: seen)
        finally:
            remove()
        await self._hass.async_block_till_done()


async def pass_time(
    freezer: FrozenDateTimeFactory,
    seconds: float,
    stop: Callable[[], object] = lambda: False,
    *,
    step: float = _STEP,
) -> None:
    """Let time pass, until `stop`, in steps that everything can follow.

    The clock has to tick by itself: what waits for a thread, waits in real time.
    """
    while seconds > 0 and not stop():
        # Not tick: of a ticking clock it would take the time since the last jump back.
        freezer.move_to(dt_util.utcnow() + timedelta(seconds=min(seconds, step)))
        seconds -= step
        await turns(30)
        await asyncio.to_thread(time.sleep, 0.001)
        await turns(30)
