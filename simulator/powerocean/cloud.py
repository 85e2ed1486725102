"""EcoFlow's HTTPS endpoints on 127.0.0.1."""

from __future__ import annotations

import base64
import binascii
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import hashlib
import json
import secrets
from typing import Any, NamedTuple

from aiohttp import web

from simulator.broker import HOST

from .clock import Now
from .faults import Fault, Faults

_KEPT = 5000
_SHUTDOWN_SECONDS = 0.05
OTHER_REGION = "/other-region"
LOGIN, CERTIFICATION = "/auth/login", "/iot-auth/app/certification"
DEVICES, DETAIL = "/iot-service/user/device", "/provider-service/user/device/detail"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Account:
    """The user's EcoFlow account."""

    email: str = "demo@example.com"
    password: str = "demo"
    user_id: str = "1700000000000000001"
    name: str = "Demo"


@dataclass(slots=True)
class MqttAccess:
    """What the certification answers."""

    host: str = HOST
    port: int = 0
    protocol: str = "mqtt"
    account: str = "app-5f3c1e0a9b7d4c2e"
    password: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Listed:
    """A device of the list that is not simulated: power stations, other systems, shared ones."""

    serial: str
    name: str = ""
    product: str = ""
    online: bool = True
    shared: bool = False


class Request(NamedTuple):
    """A request that the cloud saw, and the status it answered."""

    endpoint: str
    time: datetime
    status: int
    query: dict[str, str]
    headers: dict[str, str]


def success(data: object | None) -> web.Response:
    """Answer as EcoFlow does; without data when it is None."""
    body: dict[str, Any] = {"code": "0", "message": "Success", "eagleEyeTraceId": "", "tid": ""}
    if data is not None:
        body["data"] = data
    return web.json_response(body)


def refusal(code: str, message: str) -> web.Response:
    """Answer with a code other than 0."""
    return web.json_response({"code": code, "message": message})


class Cloud:
    """The HTTP server; `snapshot` builds what a system's detail answers."""

    def __init__(
        self,
        account: Account,
        mqtt: MqttAccess,
        now: Now,
        systems: Mapping[str, Callable[[datetime], dict[str, Any]]],
        listed: Mapping[str, Listed],
        *,
        port: int = 0,
        token_lifetime: timedelta = timedelta(days=30),
    ) -> None:
        """Serve an account with its systems and devices, from `start` on."""
        self.account, self.mqtt = account, mqtt
        self.faults = Faults()
        self.token_lifetime = token_lifetime
        self.requests: deque[Request] = deque(maxlen=_KEPT)
        self.counts: Counter[str] = Counter()
        self.port = port
        self._now = now
        self._systems, self._listed = systems, listed
        self._tokens: dict[str, datetime] = {}
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=65536)
        endpoints: tuple[tuple[str, str, str, Handler], ...] = (
            ("login", "POST", LOGIN, self._login),
            ("certification", "GET", CERTIFICATION, self._certification),
            ("devices", "GET", DEVICES, self._devices),
            ("detail", "GET", DETAIL, self._detail),
        )
        for name, method, path, handler in endpoints:
            for prefix in ("", OTHER_REGION):
                app.router.add_route(method, prefix + path, self._noted(name, handler))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        self._runner = runner

    async def stop(self) -> None:
        """Close."""
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    def expire_tokens(self) -> None:
        """Make all tokens invalid."""
        self._tokens.clear()

    def _noted(self, name: str, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.counts[name] += 1
            fault = self.faults.next_for(name)
            status = 0
            try:
                response = await (fault.answer(request) if fault else handler(request))
                status = response.status
            finally:
                self.requests.append(
                    Request(name, self._now(), status, dict(request.query), dict(request.headers))
                )
            return response

        return answer

    def _issue(self) -> str:
        """Return a token in the shape of a JWT."""

        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        ends = self._now() + self.token_lifetime
        claims = {
            "userId": self.account.user_id,
            "exp": int(ends.timestamp()),
            "jti": secrets.token_hex(8),
        }
        body = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
        token = f"{body}.{hashlib.sha256(body.encode()).hexdigest()[:43]}"
        self._tokens[token] = ends
        while len(self._tokens) > 100:
            del self._tokens[next(iter(self._tokens))]
        return token

    def _check_token(self, request: web.Request) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        ends = self._tokens.get(token)
        if ends is None or ends <= self._now():
            raise web.HTTPUnauthorized(text='{"code":"401","message":"token invalid"}')

    async def _login(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except ValueError:
            return refusal("1001", "parameter error")
        if not isinstance(body, dict) or (body.get("scene"), body.get("userType")) != (
            "IOT_APP",
            "ECOFLOW",
        ):
            return refusal("1001", "parameter error")
        try:
            password = base64.b64decode(str(body.get("password", "")), validate=True).decode()
        except binascii.Error, UnicodeDecodeError:
            password = ""
        known = body.get("email") == self.account.email and password == self.account.password
        if self.faults.login_rejected or not known:
            return refusal("2026", "The email or password is incorrect")
        if self.faults.two_factor:
            # The real code is not known; anything but 0 and 2026.
            return refusal("2099", "Two-step verification required")
        user = {"userId": self.account.user_id, "name": self.account.name}
        return success({"token": self._issue(), "user": user})

    async def _certification(self, request: web.Request) -> web.StreamResponse:
        self._check_token(request)
        user_id = request.query.get("userId")
        if user_id is None and request.can_read_body:
            try:
                body = await request.json()
            except ValueError:
                body = None
            user_id = body.get("userId") if isinstance(body, dict) else None
        if user_id != self.account.user_id:
            return refusal("1001", "parameter error")
        access = self.mqtt
        wrong = self.faults.mqtt_password_refused
        return success(
            {
                "url": access.host,
                "port": str(access.port),
                "protocol": access.protocol,
                "certificateAccount": access.account,
                "certificatePassword": "no longer valid" if wrong else access.password,
            }
        )

    async def _devices(self, request: web.Request) -> web.StreamResponse:
        self._check_token(request)
        bound: dict[str, Any] = {}
        share: dict[str, Any] = {}
        for device in self._listed.values():
            if self.faults.no_devices:
                break
            (share if device.shared else bound)[device.serial] = {
                "sn": device.serial,
                "deviceName": device.name,
                "productType": device.product,
                "online": int(device.online),
            }
        return success({"bound": bound, "share": share})

    async def _detail(self, request: web.Request) -> web.StreamResponse:
        self._check_token(request)
        if self.faults.not_allowed:
            return refusal("1006", "device is not allowed")
        serial = request.query.get("sn", "")
        build = self._systems.get(serial)
        if self.faults.illegal_device or build is None:
            # The real code of this message is not known.
            return refusal("1013", "非法设备")
        elsewhere = request.path.startswith(OTHER_REGION) or self.faults.wrong_region
        if elsewhere or "product-type" not in request.headers:
            return success(None)
        return success(build(self._now() - self.faults.report_age))


__all__ = ["Account", "Cloud", "Fault", "Faults", "Listed", "MqttAccess", "Request"]
