"""What the simulated cloud does wrong, on request."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
import json

from aiohttp import web

_ENDLESS_BYTES = 50 * 1024 * 1024
_DRIP_BYTES = 4096


class Kind(Enum):
    """What a broken answer looks like."""

    STATUS = auto()
    CODE = auto()
    BODY = auto()
    ENDLESS = auto()
    DRIP = auto()
    DROP = auto()


@dataclass(slots=True)
class Fault:
    """One way to answer wrongly, `times` times (None = until cleared)."""

    kind: Kind
    times: int | None = None
    status: int = 200
    code: str = "0"
    message: str = ""
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    interval: float = 0.2

    @classmethod
    def http(cls, status: int, times: int | None = None, retry_after: int | None = None) -> Fault:
        """Answer with an HTTP status."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return cls(Kind.STATUS, times, status, headers=headers)

    @classmethod
    def api(cls, code: str, message: str = "error", times: int | None = None) -> Fault:
        """Answer 200 with an EcoFlow code and no data."""
        return cls(Kind.CODE, times, code=code, message=message)

    @classmethod
    def html(cls, times: int | None = None) -> Fault:
        """Answer with a page instead of JSON."""
        body = b"<!DOCTYPE html><html><body>Maintenance</body></html>"
        return cls(Kind.BODY, times, body=body, content_type="text/html")

    @classmethod
    def empty(cls, times: int | None = None) -> Fault:
        """Answer with no bytes."""
        return cls(Kind.BODY, times)

    @classmethod
    def raw(cls, body: bytes, times: int | None = None) -> Fault:
        """Answer with these bytes as JSON."""
        return cls(Kind.BODY, times, body=body)

    @classmethod
    def endless(cls, times: int | None = None) -> Fault:
        """Answer with JSON that does not end before 50 MB."""
        return cls(Kind.ENDLESS, times)

    @classmethod
    def drip(cls, interval: float = 0.2, times: int | None = None) -> Fault:
        """Answer one byte at a time."""
        return cls(Kind.DRIP, times, interval=interval)

    @classmethod
    def drop(cls, times: int | None = None) -> Fault:
        """Break the connection off; aiohttp asks again once on a kept connection: `times=2`."""
        return cls(Kind.DROP, times)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request wrongly."""
        match self.kind:
            case Kind.STATUS:
                return web.Response(status=self.status, headers=self.headers, text="refused")
            case Kind.CODE:
                return web.json_response({"code": self.code, "message": self.message})
            case Kind.BODY:
                return web.Response(body=self.body, content_type=self.content_type)
            case Kind.DROP:
                if request.transport:
                    request.transport.abort()
                return web.Response(status=499)
            case Kind.ENDLESS:
                return await _stream(request, b" " * 65536, _ENDLESS_BYTES // 65536, 0.0)
            case Kind.DRIP:
                return await _stream(request, b" ", _DRIP_BYTES, self.interval)


async def _stream(
    request: web.Request, chunk: bytes, count: int, interval: float
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    with suppress(OSError, ConnectionError):
        await response.prepare(request)
        await response.write(b'{"code":"0","data":')
        for _ in range(count):
            await response.write(chunk)
            if interval:
                await asyncio.sleep(interval)
        await response.write(json.dumps({}).encode() + b"}")
    return response


@dataclass(slots=True)
class Faults:
    """Everything that can be made to go wrong; set an attribute or `add` a fault."""

    login_rejected: bool = False
    two_factor: bool = False
    mqtt_password_refused: bool = False
    wrong_region: bool = False
    illegal_device: bool = False
    not_allowed: bool = False
    no_devices: bool = False
    report_age: timedelta = timedelta()
    queued: dict[str, list[Fault]] = field(default_factory=dict)

    def add(self, endpoint: str, fault: Fault) -> None:
        """Queue a fault for `login`, `certification`, `devices`, `detail` or `*` (all of them)."""
        self.queued.setdefault(endpoint, []).append(fault)

    def clear(self) -> None:
        """Make everything work again."""
        for name, value in vars_of(Faults()).items():
            setattr(self, name, value)

    def next_for(self, endpoint: str) -> Fault | None:
        """Take the next fault for an endpoint."""
        for name in (endpoint, "*"):
            waiting = self.queued.get(name)
            if not waiting:
                continue
            fault = waiting[0]
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    waiting.pop(0)
            return fault
        return None


def vars_of(faults: Faults) -> dict[str, object]:
    """Return the attributes of a `Faults`."""
    return {name: getattr(faults, name) for name in Faults.__slots__}
