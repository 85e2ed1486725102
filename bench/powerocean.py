"""PowerOcean: decoding, fan-out to entities, set-up, memory, and a burst of frames."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any, Self

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_component, entity_registry as er
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from bench._frames import stream_payloads
from bench._tools import LoopWatch, microseconds, seconds_per_call
from custom_components.energy_storage_hub.const import DOMAIN
from custom_components.energy_storage_hub.hub.store import DeviceStore
from custom_components.energy_storage_hub.model.source import Reading
from custom_components.energy_storage_hub.powerocean.decode import Decoder
from custom_components.energy_storage_hub.powerocean.envelope import Route
from custom_components.energy_storage_hub.powerocean.messages import Frame, Message
from custom_components.energy_storage_hub.powerocean.models import Model, model_of
from simulator.powerocean import frames
from simulator.powerocean.plant import SYSTEM_SERIAL, Plant

type Rows = list[tuple[str, str]]

_STREAM: Route = (96, 33)
_BURST = 10_000
_MANY = 1_000_000


def main() -> Rows:
    """Return all figures."""
    logging.disable(logging.CRITICAL)
    rows = [*decoding(), *memory()]
    with tempfile.TemporaryDirectory() as folder, _Cloud() as cloud:
        rows += asyncio.run(_in_home_assistant(folder, cloud))
    return rows


# Decoding.


def _decoder() -> Decoder:
    model = model_of(SYSTEM_SERIAL)
    assert isinstance(model, Model)
    return Decoder(SYSTEM_SERIAL, model, "", lambda device: None)


def _bundle(plant: Plant) -> bytes:
    return frames.get_answer(frames.bundle(plant), frames.sequence())


def decoding() -> Rows:
    """Decode a get answer: to readings, against parsing it and touching every field."""
    decoder = _decoder()
    payload = _bundle(Plant())
    headers = len(Frame.FromString(payload).header)  # type: ignore[attr-defined]
    states = sum(len(reading.values) for reading in decoder.decode(payload))
    bare = seconds_per_call(lambda: _bare(decoder, payload))
    full = seconds_per_call(lambda: list(decoder.decode(payload)))
    return [
        (f"get answer, {headers} headers: bare parse and field access", microseconds(bare)),
        (f"get answer: decoded to {states} states", f"{microseconds(full)}  {full / bare:.2f}x"),
    ]


def _bare(decoder: Decoder, payload: bytes) -> None:
    """Parse the same messages and read every field that is there, nothing else."""
    frame: Any = Frame.FromString(payload)
    for header in frame.header:
        report = decoder.report_type((header.cmd_func, header.cmd_id))
        if report is not None:
            _touch(report.message.FromString(header.pdata))


def _touch(message: Message) -> None:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for part in value if field.is_repeated else (value,):
            _touch(part)


# Memory.


def memory() -> Rows:
    """Decode and store a million stream frames; what does the process hold on to?"""
    decoder = _decoder()
    store = DeviceStore({})
    payloads = stream_payloads(100)
    began_at = 0
    began = time.perf_counter()
    for number in range(_MANY):
        for reading in decoder.decode(payloads[number % 100]):
            store.merge(reading)
        if number == _MANY // 10:
            began_at = _resident()
    seconds = time.perf_counter() - began
    grown = _resident() - began_at
    return [
        (
            f"{_MANY:,} stream frames decoded and stored",
            f"{microseconds(seconds / _MANY)} each, memory +{grown} KiB over the last 90 %",
        )
    ]


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# Inside Home Assistant.


class _Cloud:
    """The simulated cloud, in its own process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench._cloud"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Wait until it serves."""
        self.access: dict[str, str] = json.loads(self._read())
        return self

    def __exit__(self, *_: object) -> None:
        """Let it end."""
        self._process.communicate(timeout=30)

    def push(self, frames_wanted: int) -> None:
        """Make it push stream frames."""
        assert self._process.stdin
        self._process.stdin.write(f"{frames_wanted}\n")
        self._process.stdin.flush()

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()


async def _in_home_assistant(folder: str, cloud: _Cloud) -> Rows:
    async with async_test_home_assistant(config_dir=folder) as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS, None)
        await async_setup_component(hass, "network", {})
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="bench",
            data=cloud.access,
            options={"update_seconds": 0},
        )
        rows = await _set_up(hass, entry)
        rows += await _fan_out(hass, entry)
        rows += await _burst(entry, cloud)
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_stop(force=True)
    return rows


async def _set_up(hass: HomeAssistant, entry: MockConfigEntry) -> Rows:
    """Set up the entry and wait for the get answer: every state is an entity then."""
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    began = time.perf_counter()
    await hass.config_entries.async_setup(entry.entry_id)
    entities = -1
    while entities != (now := len(er.async_entries_for_config_entry(registry, entry.entry_id))):
        entities = now
        await asyncio.sleep(0.3)
        await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)
    for row in er.async_entries_for_config_entry(registry, entry.entry_id):
        if row.disabled_by:
            registry.async_update_entity(row.entity_id, disabled_by=None)
    began = time.perf_counter()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    seconds = time.perf_counter() - began
    return [
        (
            f"set-up with {entities} entities, all enabled",
            f"{seconds:.2f} s, {microseconds(seconds / entities)} per entity",
        )
    ]


async def _fan_out(hass: HomeAssistant, entry: Any) -> Rows:
    """From a stream frame to written entities, against writing the same entities only."""
    coordinator = entry.runtime_data
    decoder = _decoder()
    payloads = stream_payloads(100)
    written = _count_writes(hass, coordinator, decoder, payloads)
    turn = iter(range(10**9))

    def frame() -> None:
        for reading in decoder.decode(payloads[next(turn) % 100]):
            coordinator.on_reading(reading)

    entities: list[Any] = [
        entity
        for platform in ("sensor", "binary_sensor")
        for entity in hass.data[entity_component.DATA_INSTANCES][platform].entities
        if entity.entity_id in written
    ]
    values = [0.0]

    def bare() -> None:
        values[0] += 1.0
        for entity in entities:
            entity._attr_native_value = values[0]  # noqa: SLF001
            entity.async_write_ha_state()

    unchanged = Reading(SYSTEM_SERIAL, dict(coordinator.store(SYSTEM_SERIAL).values))
    same = seconds_per_call(lambda: coordinator.on_reading(unchanged))
    ours, floor = seconds_per_call(frame), seconds_per_call(bare)
    return [
        (f"writing {len(entities)} changed entities, nothing else", microseconds(floor)),
        ("stream frame to the same written entities", f"{microseconds(ours)}  {ours / floor:.2f}x"),
        (
            f"unchanged report of {len(unchanged.values)} states",
            f"{same / len(unchanged.values) * 1e6:.3f} us per entity",
        ),
    ]


def _count_writes(
    hass: HomeAssistant, coordinator: Any, decoder: Decoder, payloads: list[bytes]
) -> set[str]:
    written: set[str] = set()
    remove = hass.bus.async_listen(
        EVENT_STATE_CHANGED, lambda event: written.add(event.data["entity_id"])
    )
    for payload in payloads[:3]:
        for reading in decoder.decode(payload):
            coordinator.on_reading(reading)
    remove()
    return written


async def _burst(entry: Any, cloud: _Cloud) -> Rows:
    """Ten thousand frames at once through the real broker: how long is the loop held up?"""
    system = entry.runtime_data.source.diagnostics
    route = f"{_STREAM[0]}/{_STREAM[1]}"

    def count() -> int:
        routes = system()["systems"][0]["routes"]
        return int(routes[route]["count"]) if route in routes else 0

    before = count()
    began = time.perf_counter()
    async with LoopWatch() as watch:
        cloud.push(_BURST)
        while count() < before + _BURST and time.perf_counter() - began < 60:
            await asyncio.sleep(0.2)
    seconds = time.perf_counter() - began
    return [
        (
            f"{count() - before:,} frames through the broker",
            f"{seconds:.1f} s, loop held up {watch.longest * 1e3:.0f} ms at most",
        )
    ]


if __name__ == "__main__":
    for name, figure in main():
        print(f"{name}: {figure}")
