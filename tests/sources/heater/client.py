"""The heater, and the source that talks to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, override

from ..model.source import (
    Device,
    Happening,
    Reading,
    Source,
    SourceConnectionError,
    SourceListener,
    SourceRefusedError,
)
from ..model.states import SourceTable, Value
from .tables import TABLE

SERIAL = "HEATER01"


class Heaters(Source):
    """One heater."""

    def __init__(self, listener: SourceListener) -> None:
        """Have one in memory."""
        self.listener = listener
        self.online = True
        self.refuses = False
        """Whether it says no."""
        self.deaf = False
        """Whether it takes what it is told, and does nothing."""
        self.fails_to_poll = False
        self.asked: list[tuple[str, Value]] = []
        self.was_asked = asyncio.Event()
        self.boosted = 0
        self.state: dict[str, Value | None] = {
            "now_power": 0.0,
            "now_limit": 1000.0,
            "now_largest": 2000.0,
            "now_mode": "eco",
            "now_lock": False,
            "now_energy": 12.5,
        }

    @property
    @override
    def devices(self) -> Mapping[str, Device]:
        return {SERIAL: Device(serial=SERIAL, kind="heater", manufacturer="", model="Heater")}

    @property
    @override
    def table(self) -> SourceTable:
        return TABLE

    @override
    async def start(self) -> None:
        self.listener.on_device(self.devices[SERIAL])
        self.tell()

    @override
    async def poll(self) -> None:
        if self.fails_to_poll:
            raise SourceConnectionError("nobody there")
        self.tell()

    @override
    def available(self, serial: str) -> bool:
        return self.online

    @override
    async def run_command(self, serial: str, command: str) -> None:
        self.boosted += 1

    @override
    async def change_setting(self, serial: str, setting: str, value: Value) -> None:
        self.asked.append((setting, value))
        self.was_asked.set()
        if self.refuses:
            raise SourceRefusedError("the heater says no")
        if not self.deaf:
            self.state[f"now_{setting}"] = value

    def tell(self, **changes: Value | None) -> None:
        """Report everything."""
        self.state |= {f"now_{name}": value for name, value in changes.items()}
        self.listener.on_reading(Reading(SERIAL, dict(self.state), report="now"))

    def open_door(self) -> None:
        """Let an event happen."""
        self.listener.on_event(Happening(SERIAL, "event_door", "opened"))

    @override
    def diagnostics(self, serial: str | None = None) -> dict[str, Any]:
        return {"heaters": 1}

    @override
    def health(self) -> dict[str, Any]:
        return {"heaters": 1}
