"""The endpoint: a battery's runtime data at a URL with its serial number, on 127.0.0.1."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from datetime import UTC, datetime
import time
from typing import Self

from aiohttp import web

from .battery import SimulatedBattery
from .cloud_answers import BAD_TOKEN, SUCCESS, answer
from .faults import Fault
from .fleet import fleet

HOST = "127.0.0.1"
PATH = "/battery/runtime/info"
_KEPT = 5000
_SHUTDOWN_SECONDS = 0.05


class SimulatedBatteryCloud:
    """An operator's server with a fleet; `async with` runs it.

    With `moving`, the batteries charge and discharge while time passes.
    """

    def __init__(
        self,
        batteries: Iterable[SimulatedBattery] | None = None,
        *,
        http_port: int = 0,
        header: str = "token",
        token: str = "demo",
        moving: bool = False,
        speed: float = 1.0,
    ) -> None:
        """Serve these batteries, or one of each kind."""
        self.batteries = {b.serial: b for b in (fleet() if batteries is None else batteries)}
        self.header = header
        self.token = token
        self.faults: list[Fault] = []
        self.counts: Counter[str] = Counter()
        """Requests, by serial number."""
        self.asked: deque[str] = deque(maxlen=_KEPT)
        """Serial numbers in the order in which they were asked for."""
        self.at_once = 0
        """The largest number of requests that were open at the same time."""
        self.port = http_port
        self.was_asked = asyncio.Event()
        """Set by every request."""
        self._open = 0
        self._moving, self._speed = moving, speed
        self._moved_at = time.monotonic()
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """Where the server is."""
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """The address that a person types."""
        return f"{self.base_url}{PATH}?sn={{sn}}"

    async def __aenter__(self) -> Self:
        """Listen."""
        app = web.Application()
        app.router.add_get(PATH, self._runtime)
        runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=_SHUTDOWN_SECONDS,
            handler_cancellation=True,  # nobody drips on when the client has gone
        )
        await runner.setup()
        await web.TCPSite(runner, HOST, self.port).start()
        self.port = runner.addresses[0][1]
        self._runner = runner
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.stop()

    async def stop(self) -> None:
        """Close; nothing answers any more."""
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    def _fault_for(self, serial: str) -> Fault | None:
        for fault in self.faults:
            if fault.serial in (None, serial):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                return fault
        return None

    async def _runtime(self, request: web.Request) -> web.StreamResponse:
        serial = request.query.get("sn", "")
        self.counts[serial] += 1
        self.asked.append(serial)
        self.was_asked.set()
        self._open += 1
        self.at_once = max(self.at_once, self._open)
        try:
            if fault := self._fault_for(serial):
                return await fault.answer(request)
            if request.headers.get(self.header) != self.token:
                return _json(answer(*BAD_TOKEN))
            return _json(answer(*SUCCESS, runtimeInfo=self._info(serial)))
        finally:
            self._open -= 1

    def _info(self, serial: str) -> dict[str, object] | None:
        battery = self.batteries.get(serial)
        if self._moving:
            self._move()
        return battery.runtime_info(datetime.now(UTC)) if battery else None

    def _move(self) -> None:
        now = time.monotonic()
        for battery in self.batteries.values():
            battery.pass_time((now - self._moved_at) * self._speed)
        self._moved_at = now


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")
