"""Solinteg's OpenAPI on 127.0.0.1, with one inverter."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
import json
import secrets
import time
from types import TracebackType
from typing import Any, NamedTuple, Self

from aiohttp import web

from . import page
from .faults import CLOSING, Fault, Handler
from .inverter import Inverter
from .scenarios import SCENARIOS

HOST = "127.0.0.1"
BASE = "/openapi/v2"

_KEPT = 2000
_SHUTDOWN_SECONDS = 0.05
_TOKEN_SECONDS = 3600.0
_NO_PERMISSION = "You do not have permission for this device."


@dataclass(slots=True)
class Account:
    """An account of the OpenAPI."""

    name: str = "demo@example.com"
    password: str = "demo"


class Request(NamedTuple):
    """A request that the cloud saw, and the status it answered."""

    endpoint: str
    time: float
    status: int
    fields: dict[str, Any]


def success(body: object) -> web.Response:
    """Answer as the vendor does."""
    return web.json_response({"errorCode": 0, "info": None, "body": body, "successful": True})


def refusal(code: str, description: str) -> web.Response:
    """Answer with an error."""
    info = {"code": code, "description": description}
    return web.json_response({"errorCode": 1, "info": info, "body": None, "successful": False})


class SimulatedSolinteg:
    """The OpenAPI and its inverter, between `async with` and its end."""

    def __init__(
        self,
        *,
        http_port: int = 0,
        clock: Callable[[], float] = lambda: time.monotonic(),  # noqa: PLW0108 tests freeze it
        wall: Callable[[], float] = lambda: time.time(),  # noqa: PLW0108
    ) -> None:
        """Describe what to simulate; port 0 is a free one, `clock` moves tokens and checks."""
        self.account = Account()
        self.inverter = Inverter(clock)
        self.linked = [self.inverter.serial]
        self.camel = True
        """Whether measurements are spelled as in the second version of the API."""
        self.wrapped = True
        """Whether the paths are those of the second version."""
        self.scenario = "pass"
        self.port = http_port
        self.requests: deque[Request] = deque(maxlen=_KEPT)
        self.counts: Counter[str] = Counter()
        """Requests answered, by endpoint."""
        self.arrived: Counter[str] = Counter()
        """Requests that came, answered already or not."""
        self._clock, self._wall = clock, wall
        self._faults: dict[str, list[tuple[Fault, int | None]]] = {}
        self._tokens: dict[str, float] = {}
        self._runner: web.AppRunner | None = None
        self._came = asyncio.Condition()

    @property
    def url(self) -> str:
        """Where the browser page is."""
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self.url + BASE

    # What a person or a test decides.

    def choose(self, name: str) -> None:
        """Let the next check go as in a scenario; everything else works again."""
        self.heal()
        self.scenario = name
        scenario = SCENARIOS[name]
        self.inverter.stop()
        self.inverter.plan = scenario.plan
        scenario.arrange(self)

    def fail(self, endpoint: str, fault: Fault, times: int | None = 1) -> None:
        """Queue a fault for an endpoint (or `*`, all), `times` times; None = until healed."""
        self._faults.setdefault(endpoint, []).append((fault, times))

    def heal(self) -> None:
        """Make everything work again."""
        self._faults.clear()

    def expire_tokens(self) -> None:
        """Make all tokens invalid."""
        self._tokens.clear()

    async def asked(self, endpoint: str, count: int) -> None:
        """Wait until so many requests have come to an endpoint, answered already or not."""
        async with self._came:
            await self._came.wait_for(lambda: self.arrived[endpoint] >= count)

    # The server.

    async def __aenter__(self) -> Self:
        """Listen."""
        app = web.Application(client_max_size=65536)
        app[CLOSING] = asyncio.Event()
        for name, method, path, handler in self._endpoints():
            app.router.add_route(method, BASE + path, self._noted(name, handler))
        page.add(app, self)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port)
        try:
            await site.start()
        except BaseException:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        runner, self._runner = self._runner, None
        if runner:
            runner.app[CLOSING].set()
            await runner.cleanup()

    def _endpoints(self) -> tuple[tuple[str, str, str, Handler], ...]:
        linked, realtime = "/topic/getLinkedDevices", "/device/queryDeviceRealtimeData"
        return (
            ("login", "POST", "/loginv2/auth", self._login),
            ("linked", "GET", "/wrapper" + linked, self._second(self._linked)),
            ("linked", "GET", linked, self._first(self._linked)),
            ("realtime", "GET", "/wrapper" + realtime, self._second(self._realtime)),
            ("realtime", "GET", realtime, self._first(self._realtime)),
            ("precheck", "GET", "/device/getInerterBMSMeterStatus", self._precheck),
            ("start", "POST", "/device/startCheck", self._start),
            ("result", "GET", "/device/getCheckResult", self._result),
        )

    def _second(self, handler: Handler) -> Handler:
        """Serve a path of the second version of the API."""
        return self._version(handler, wrapped=True)

    def _first(self, handler: Handler) -> Handler:
        """Serve a path of the first version of the API."""
        return self._version(handler, wrapped=False)

    def _version(self, handler: Handler, *, wrapped: bool) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            if self.wrapped is not wrapped:
                raise web.HTTPNotFound
            return await handler(request)

        return answer

    def _noted(self, name: str, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            status = 0
            fault = self._next_fault(name)
            async with self._came:
                self.arrived[name] += 1
                self._came.notify_all()
            try:
                response = await (fault(request, handler) if fault else handler(request))
                status = response.status
            except web.HTTPException as err:
                status = err.status
                raise
            finally:
                fields = dict(request.query)
                self.requests.append(Request(name, self._clock(), status, fields))
                self.counts[name] += 1
            return response

        return answer

    def _next_fault(self, endpoint: str) -> Fault | None:
        for name in (endpoint, "*"):
            if waiting := self._faults.get(name):
                fault, times = waiting.pop(0)
                left = times if times is None else times - 1
                if left != 0:
                    waiting.insert(0, (fault, left))
                return fault
        return None

    # The endpoints.

    async def _login(self, request: web.Request) -> web.StreamResponse:
        body = await _json(request)
        known = (body.get("authAccount"), body.get("authPassword"))
        if known != (self.account.name, self.account.password):
            return refusal("error.40001", "The account or the password is wrong")
        return success(self._issue())

    def _issue(self) -> str:
        """Return a token in the shape of the vendor's: no end is named in it."""

        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        claims = {"iat": int(self._wall()), "U_NAME": self.account.name, "IS_ADMIN": False}
        token = f"{part({'alg': 'HS256'})}.{part(claims)}.{secrets.token_urlsafe(32)}"
        self._tokens[token] = self._clock() + _TOKEN_SECONDS
        return token

    def _known(self, request: web.Request, serial: object) -> web.Response | None:
        """Answer for a token or an inverter that is not known."""
        if self._tokens.get(request.headers.get("Token", ""), 0.0) <= self._clock():
            return web.Response(status=401, text="Unauthorized")
        if serial != self.inverter.serial:
            return refusal(_NO_PERMISSION, _NO_PERMISSION)
        return None

    async def _linked(self, request: web.Request) -> web.StreamResponse:
        if answer := self._known(request, self.inverter.serial):
            return answer
        return success([{"deviceSn": serial, "lastUploadTime": None} for serial in self.linked])

    async def _precheck(self, request: web.Request) -> web.StreamResponse:
        if answer := self._known(request, request.query.get("sn")):
            return answer
        return success(self.inverter.precheck())

    async def _result(self, request: web.Request) -> web.StreamResponse:
        if answer := self._known(request, request.query.get("sn")):
            return answer
        return success(self.inverter.check_result())

    async def _start(self, request: web.Request) -> web.StreamResponse:
        body = await _json(request)
        if answer := self._known(request, body.get("deviceSn")):
            return answer
        self.inverter.start()
        SCENARIOS[self.scenario].at_start(self)
        return success(body=True)

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        if answer := self._known(request, request.query.get("deviceSn")):
            return answer
        measured = self.inverter.realtime_camel if self.camel else self.inverter.realtime
        return success(measured(self._wall()))


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
