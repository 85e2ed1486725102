"""Benchmarks of the charging-pile server: decoding, and a thousand piles on real sockets."""

from __future__ import annotations

import asyncio
from datetime import UTC
import multiprocessing
from multiprocessing.connection import Connection
import os
from pathlib import Path
import socket
import time
from typing import override

from custom_components.energy_storage_hub.charging_pile.client import ChargingPiles, Settings
from custom_components.energy_storage_hub.charging_pile.clock import Clock
from custom_components.energy_storage_hub.charging_pile.command_numbers import Cmd
from custom_components.energy_storage_hub.charging_pile.commands import COMMANDS
from custom_components.energy_storage_hub.charging_pile.frame import Splitter
from custom_components.energy_storage_hub.charging_pile.limits import Limits
from custom_components.energy_storage_hub.charging_pile.tables import CONNECTOR, TABLE
from custom_components.energy_storage_hub.charging_pile.values import Converter, status
from custom_components.energy_storage_hub.hub.store import DeviceStore, counter_rows
from custom_components.energy_storage_hub.model.source import (
    Device,
    Happening,
    Problem,
    Reading,
    SourceAuthError,
    SourceListener,
)

from . import _piles
from ._tools import microseconds, seconds_per_call

_PILES = 1000
_PERIOD = 15.0
"""Time between two reports of an idle pile, s."""
_TURNS = 8


class _Stores(SourceListener):
    """Keeps states as the coordinator does, without Home Assistant behind it."""

    def __init__(self) -> None:
        self._counters = counter_rows(TABLE.rows.values())
        self._stores: dict[str, DeviceStore] = {}

    @override
    def on_device(self, device: Device) -> None:
        self._stores.setdefault(device.serial, DeviceStore(self._counters))

    @override
    def on_reading(self, reading: Reading) -> None:
        self._stores[reading.serial].merge(reading)

    @override
    def on_event(self, happening: Happening) -> None:
        pass

    @override
    def on_availability(self, serial: str = "") -> None:
        pass

    @override
    def on_problem(self, problem: Problem) -> None:
        pass

    @override
    def on_solved(self, key: str) -> None:
        pass

    @override
    def on_sign_in_refused(self, error: SourceAuthError) -> None:
        pass

    @override
    async def save_now(self) -> None:
        pass


def _decoding() -> list[tuple[str, str]]:
    frame = _piles.frame(
        Cmd.STATUS_REPORT, "PILE", connector_id=1, connector_status=2, soc=50, dc_voltage=390
    )
    data = Splitter().feed(frame)[0].data
    command = COMMANDS[Cmd.STATUS_REPORT]
    clock = Clock(UTC)
    converter = Converter(Cmd.STATUS_REPORT, TABLE.kinds[CONNECTOR].rows)
    return [
        ("104: bytes to frame", microseconds(seconds_per_call(lambda: Splitter().feed(frame)))),
        (
            "104: frame to 55 fields",
            microseconds(seconds_per_call(lambda: command.decode(data))),
        ),
        (
            "104: frame to states",
            microseconds(
                seconds_per_call(lambda: converter.states(status(command.decode(data), clock)))
            ),
        ),
    ]


def _memory() -> int:
    """Return the memory of this process, bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


async def _order(orders: Connection, order: str) -> None:
    orders.send(order)
    await asyncio.to_thread(orders.recv)


async def _crowd() -> list[tuple[str, str]]:
    _piles.allow_files(4 * _PILES)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    limits = Limits(total=4 * _PILES, per_address=4 * _PILES, strangers=4 * _PILES)
    codes = tuple(_piles.code_of(number) for number in range(_PILES))
    before = _memory()
    source = ChargingPiles(
        Settings(host="127.0.0.1", port=port, piles=codes, limits=limits),
        _Stores(),
        found=lambda _: None,
        keep=lambda _: None,
    )
    await source.start()
    running = asyncio.create_task(source.run())
    orders, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_piles.run, args=(port, _PILES, theirs), daemon=True
    )
    process.start()
    try:
        await _order(orders, "connect")
        await _order(orders, "0")
        held = (_memory() - before) / _PILES
        began, busy = time.perf_counter(), time.process_time()
        await _order(orders, "connect")
        reconnected, reconnecting = time.perf_counter() - began, time.process_time() - busy
        busy = time.process_time()
        for turn in range(1, _TURNS + 1):
            await _order(orders, str(turn))
        share = (time.process_time() - busy) / _TURNS / _PERIOD
    finally:
        orders.send("stop")
        process.join(10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return [
        (f"{_PILES} piles, two connectors, every {_PERIOD:.0f} s", f"{share:.1%} of a core"),
        ("memory of an idle pile, states and sockets included", f"{held / 1024:.0f} KiB"),
        (
            f"{_PILES} piles reconnect",
            f"{reconnected:.2f} s, of them {reconnecting:.2f} s here",
        ),
    ]


def main() -> list[tuple[str, str]]:
    """Return the figures."""
    return [*_decoding(), *asyncio.run(_crowd())]
