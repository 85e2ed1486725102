"""Battery cloud: reading an answer, and an entry with 500 batteries in Home Assistant."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
import gc
import logging
import tempfile
import threading
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
import orjson
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from bench._tools import LoopWatch, microseconds, seconds_per_call
from custom_components.energy_storage_hub.battery_cloud.decode import Reader
from custom_components.energy_storage_hub.const import DOMAIN
from simulator.battery_cloud import SimulatedBattery, SimulatedBatteryCloud, many

type Rows = list[tuple[str, str]]

_BATTERIES = 500
_INTERVAL = 120


def main() -> Rows:
    """Return all figures."""
    logging.disable(logging.CRITICAL)
    rows = reading()
    with tempfile.TemporaryDirectory() as folder, _cloud_in_thread() as cloud:
        rows += asyncio.run(_in_home_assistant(folder, cloud))
    return rows


def reading() -> Rows:
    """Read an answer, against parsing its JSON."""
    info = SimulatedBattery("B6BC2122070134601").runtime_info(datetime.now(UTC))
    body = orjson.dumps({"msg": "success", "code": 0, "runtimeInfo": info})
    reader = Reader()
    answer = orjson.loads(body)["runtimeInfo"]
    parse = seconds_per_call(lambda: orjson.loads(body))
    read = seconds_per_call(lambda: reader.read(answer))
    states = len(reader.read(answer).values)
    return [
        (f"answer of {len(body)} bytes: JSON parsed", microseconds(parse)),
        (f"answer read to {states} states", microseconds(read)),
    ]


@contextmanager
def _cloud_in_thread() -> Iterator[SimulatedBatteryCloud]:
    """Run the simulated server on a loop of its own: its work is not what is measured."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    cloud = SimulatedBatteryCloud(many(_BATTERIES))
    asyncio.run_coroutine_threadsafe(cloud.__aenter__(), loop).result()
    yield cloud
    asyncio.run_coroutine_threadsafe(cloud.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def _in_home_assistant(folder: str, cloud: SimulatedBatteryCloud) -> Rows:
    async with async_test_home_assistant(config_dir=folder) as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS, None)
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="bench",
            data={
                "source": "battery_cloud",
                "url": cloud.url,
                "header": cloud.header,
                "token": cloud.token,
            },
            options={
                "batteries": {serial: {} for serial in cloud.batteries},
                "poll_seconds": _INTERVAL,
            },
        )
        await async_setup_component(hass, "network", {})
        entry.add_to_hass(hass)
        rows = await _set_up(hass, entry)
        rows += await _round(hass, entry, cloud)
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_stop(force=True)
    return rows


async def _set_up(hass: HomeAssistant, entry: MockConfigEntry) -> Rows:
    """Set up twice: the first time every entity is new."""
    rows = []
    for name in ("first set-up", "set-up after a restart"):
        began = time.perf_counter()
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        seconds = time.perf_counter() - began
        entities = len(er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id))
        states = len(hass.states.async_entity_ids())
        rows.append(
            (
                f"{_BATTERIES} batteries, {entities} entities, {states} enabled: {name}",
                f"{seconds:.1f} s",
            )
        )
        if name == "first set-up":
            await hass.config_entries.async_unload(entry.entry_id)
    return rows


async def _round(hass: HomeAssistant, entry: Any, cloud: SimulatedBatteryCloud) -> Rows:
    """Ask for all batteries at once, each with new values: the worst that can happen."""
    for battery in cloud.batteries.values():
        battery.pass_time(600)
    source = entry.runtime_data.source
    for known in source._batteries.values():  # noqa: SLF001
        known.due = 0.0
    asked = cloud.counts.total()
    gc.collect()
    began = time.perf_counter()
    async with LoopWatch() as watch:
        await source.poll()
    seconds = time.perf_counter() - began
    assert cloud.counts.total() == asked + _BATTERIES
    return [
        (
            f"one round for {_BATTERIES} batteries, all due at once",
            f"{seconds:.2f} s of {_INTERVAL}, loop held up {watch.longest * 1e3:.1f} ms at most",
        )
    ]


if __name__ == "__main__":
    for name, figure in main():
        print(f"{name}: {figure}")
