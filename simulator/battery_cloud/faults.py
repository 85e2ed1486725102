"""What the endpoint answers wrongly, on request."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web

from .cloud_answers import answer


@dataclass(slots=True)
class Fault:
    """One way to answer wrongly, `times` times (None = until cleared), to one battery or all."""

    body: bytes = b""
    times: int | None = None
    serial: str | None = None
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: tuple[bytes, ...] = ()
    interval: float = 0.0
    drops: bool = False

    @classmethod
    def http(cls, status: int, times: int | None = None, serial: str | None = None) -> Fault:
        """Answer with an HTTP status."""
        return cls(b"no", times, serial, status, "text/plain")

    @classmethod
    def code(
        cls, code: int, message: str, times: int | None = None, serial: str | None = None
    ) -> Fault:
        """Answer 200 with a code of the server's own."""
        return cls(answer(code, message), times, serial)

    @classmethod
    def raw(cls, body: bytes, times: int | None = None, serial: str | None = None) -> Fault:
        """Answer with these bytes as JSON."""
        return cls(body, times, serial)

    @classmethod
    def html(cls, times: int | None = None) -> Fault:
        """Answer with a login page."""
        page = "<!DOCTYPE html><html><body>请登录 <b>login</b></body></html>"
        return cls(page.encode(), times, content_type="text/html")

    @classmethod
    def redirect(cls, to: str, times: int | None = None) -> Fault:
        """Point to another address."""
        return cls(b"", times, status=302, headers={"Location": to})

    @classmethod
    def long(cls, size: int = 10 << 20, times: int | None = None) -> Fault:
        """Answer with JSON of this many bytes, in pieces: its length is not told before."""
        piece = b" " * 65536
        return cls(b"", times, chunks=(piece,) * (size // len(piece)))

    @classmethod
    def drip(cls, interval: float = 0.2, times: int | None = None) -> Fault:
        """Answer one byte at a time."""
        return cls(b"", times, chunks=(b" ",) * 4096, interval=interval)

    @classmethod
    def drop(cls, times: int | None = None) -> Fault:
        """Break the connection off without an answer."""
        return cls(times=times, drops=True)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request wrongly."""
        if self.drops:
            if request.transport:
                request.transport.abort()
            return web.Response(status=499)
        if self.chunks:
            return await self._in_pieces(request)
        return web.Response(
            body=self.body,
            status=self.status,
            content_type=self.content_type,
            headers=self.headers,
        )

    async def _in_pieces(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": self.content_type})
        with suppress(OSError, ConnectionError):
            await response.prepare(request)
            for chunk in self.chunks:
                await response.write(chunk)
                if self.interval:
                    await asyncio.sleep(self.interval)
            await response.write(self.body)
        return response
