"""Ways in which the simulated cloud answers wrongly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

CLOSING: web.AppKey[asyncio.Event] = web.AppKey("closing", asyncio.Event)
"""Set when the server closes: nothing waits any longer."""

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Fault = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]


def http(status: int, retry_after: int | None = None, body: str = "refused") -> Fault:
    """Answer with an HTTP status."""

    async def answer(_request: web.Request, _handler: Handler) -> web.StreamResponse:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return web.Response(status=status, text=body, headers=headers)

    return answer


def raw(body: bytes, content_type: str = "application/json") -> Fault:
    """Answer 200 with these bytes."""

    async def answer(_request: web.Request, _handler: Handler) -> web.StreamResponse:
        return web.Response(body=body, content_type=content_type)

    return answer


def html() -> Fault:
    """Answer with a web page."""
    return raw(b"<!DOCTYPE html><html><body>Maintenance</body></html>", "text/html")


def empty() -> Fault:
    """Answer with nothing."""
    return raw(b"")


def envelope(**fields: Any) -> Fault:
    """Answer with a success, changed by these fields."""

    async def answer(_request: web.Request, _handler: Handler) -> web.StreamResponse:
        success = {"errorCode": 0, "info": None, "body": None, "successful": True}
        return web.json_response(success | fields)

    return answer


def error(info: Any) -> Fault:
    """Answer with errorCode 1 and this info: an object, a text, or nothing."""
    return envelope(errorCode=1, info=info, successful=False)


def drop() -> Fault:
    """Break the connection off without having done anything."""

    async def answer(request: web.Request, _handler: Handler) -> web.StreamResponse:
        return _abort(request)

    return answer


def lost() -> Fault:
    """Do what was asked, and break the connection off without saying so."""

    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        await handler(request)
        return _abort(request)

    return answer


def slow(seconds: float, *, act: bool = True) -> Fault:
    """Wait before the answer; with `act` what was asked is done at once, else never."""

    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request) if act else web.Response(status=504)
        with suppress(TimeoutError):
            await asyncio.wait_for(request.app[CLOSING].wait(), seconds)
        return response

    return answer


def held(until: asyncio.Event) -> Fault:
    """Do what was asked and answer, but not before the event is set."""

    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        await request.read()  # the client may be gone afterwards
        await until.wait()
        return await handler(request)

    return answer


def _abort(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response(status=499)
