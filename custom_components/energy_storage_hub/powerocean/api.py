"""EcoFlow's HTTPS API, as its app uses it [IOBROKER].

Everything that a cloud may answer instead of an answer (HTML, an endless body, code 0 without
data) ends in an exception of `source`, with a text key that tells a person what to do.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp

from ..model.source import (
    SourceAuthError,
    SourceConnectionError,
    SourceDataError,
    SourceError,
    SourceRefusedError,
)
from ..model.web import TIMEOUT, check_address, fetch, is_loopback

LOGIN_HOSTS = ("https://api.ecoflow.com", "https://api-e.ecoflow.com")
DATA_HOSTS = ("https://api-e.ecoflow.com", "https://api-a.ecoflow.com")

LOGIN_INTERVAL = 60.0
"""Nobody knows when the cloud locks an account: better not to find out, s."""

_TWO_FACTOR = ("two-factor", "two factor", "two-step", "2fa", "verification")
"""Words of the cloud's refusal, whose code is not known, when it wants a second factor."""

_SLAVE_SERIAL = "非法设备"
"""Message of the cloud for the serial number of a slave inverter: "illegal device"."""


@dataclass(frozen=True, slots=True)
class Token:
    """A login."""

    user_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Broker:
    """Where and how to reach the MQTT broker: always as the cloud says, never fixed."""

    host: str
    port: int
    tls: bool
    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """An entry of the account's device list."""

    serial: str
    name: str
    online: bool | None


def check_server(address: str) -> str:
    """Return the base URL of a custom server, without a slash at the end.

    Raises ValueError for what is not the address of a server, or more than a host.
    """
    parts = check_address(address)
    if parts.query or parts.path.strip("/"):
        raise ValueError("more than a host")
    return f"{parts.scheme}://{parts.netloc}"


class Account:
    """An EcoFlow app account. Logs in when needed, at most once a minute, never in parallel."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        email: str,
        password: str,
        server: str = "",
        *,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        login_interval: float = LOGIN_INTERVAL,
    ) -> None:
        """Use the account; `server` stands in for all of EcoFlow's hosts.

        Logins are at least `login_interval` s apart.
        """
        self._session = session
        self._timeout = timeout
        self._login_interval = login_interval
        self._email = email
        self._password = password
        self._login_hosts: tuple[str, ...] = (server,) if server else LOGIN_HOSTS
        self._data_hosts: tuple[str, ...] = (server,) if server else DATA_HOSTS
        self._token: Token | None = None
        self._lock = asyncio.Lock()
        self._next_login = 0.0
        self.logins = 0

    async def login(self) -> Token:
        """Return a login, a new one if there is none.

        Raises SourceAuthError when it is refused, SourceConnectionError when it cannot be tried.
        """
        async with self._lock:
            if self._token is None:
                loop = asyncio.get_running_loop()
                if loop.time() < self._next_login:
                    raise SourceConnectionError("waiting before the next login")
                self._next_login = loop.time() + self._login_interval
                self.logins += 1
                self._token = await self._login_anywhere()
            return self._token

    def forget_login(self, token: Token | None = None) -> None:
        """Log in again before the next request (unless that has happened since `token`)."""
        if token is None or token is self._token:
            self._token = None

    async def broker(self) -> Broker:
        """Return where the MQTT broker is and who we are there."""
        token = await self.login()
        data = await self._get(
            "/iot-auth/app/certification", self._login_hosts[:1], {"userId": token.user_id}
        )
        try:
            protocol = str(data.get("protocol") or "mqtts")
            broker = Broker(
                host=_text(data["url"]),
                port=_port(data["port"]),
                tls=protocol != "mqtt",
                user=_text(data["certificateAccount"]),
                password=_text(data["certificatePassword"]),
            )
        except (KeyError, ValueError, TypeError) as err:
            raise SourceDataError("certification is incomplete") from err
        if not broker.tls and not is_loopback(broker.host):
            raise SourceRefusedError("the broker is not encrypted", "broker_not_encrypted")
        return broker

    async def devices(self) -> list[ListedDevice]:
        """Return the devices bound to or shared with the account."""
        await self.login()  # which finds out the host that knows the account
        data = await self._get("/iot-service/user/device", self._login_hosts[:1], {})
        listed: dict[str, ListedDevice] = {}
        for group in ("bound", "share"):
            members = data.get(group)
            if isinstance(members, Mapping):
                for serial, entry in members.items():
                    listed.setdefault(str(serial), _listed(str(serial), entry))
        return list(listed.values())

    async def snapshot(self, serial: str, product_type: int) -> Mapping[str, Any]:
        """Return everything the cloud last heard of a system [NILTRIP].

        Raises SourceRefusedError with the key `slave_serial`, `wrong_region` or `not_allowed`.
        """
        refused: SourceError | None = None
        failed: SourceError | None = None
        for host in self._data_hosts:
            try:
                data = await self._get(
                    "/provider-service/user/device/detail",
                    (host,),
                    {"sn": serial},
                    {"product-type": str(product_type)},
                )
            # Another region may answer, or know the system.
            except SourceRefusedError as err:
                refused = err
                continue
            except SourceConnectionError as err:
                failed = failed or err
                continue
            self._data_hosts = (host, *(other for other in self._data_hosts if other != host))
            return data
        # Refused is only what all of them refuse.
        raise failed or refused or SourceDataError("no host to ask")

    async def _login_anywhere(self) -> Token:
        """Try the regions in turn: refused is only what all of them refuse."""
        refused: SourceAuthError | None = None
        failed: SourceConnectionError | None = None
        for host in self._login_hosts:
            try:
                token = await self._login_at(host)
            except SourceAuthError as err:
                refused = refused or err
                continue
            except SourceConnectionError as err:
                failed = failed or err
                continue
            self._login_hosts = (host, *(other for other in self._login_hosts if other != host))
            return token
        raise failed or refused or SourceConnectionError("no host to log in to")

    async def _login_at(self, host: str) -> Token:
        answer = await self._request(
            "POST",
            f"{host}/auth/login",
            json={
                "email": self._email,
                "password": base64.b64encode(self._password.encode()).decode(),
                "scene": "IOT_APP",
                "userType": "ECOFLOW",
            },
            headers={"lang": "en_US"},
            login=True,
        )
        code = str(answer.get("code"))
        if code != "0":
            raise _login_error(code, str(answer.get("message", "")))
        data = answer.get("data")
        user = data.get("user") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(user, Mapping):
            raise SourceDataError("login without data")
        if not data.get("token") or not user.get("userId"):
            raise SourceDataError("login without token")
        return Token(str(user["userId"]), str(data["token"]))

    async def _get(
        self,
        path: str,
        hosts: tuple[str, ...],
        query: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """Get `data` of an answer; a dead token is renewed once."""
        for last_try in (False, True):
            token = await self.login()
            try:
                answer = await self._request(
                    "GET",
                    hosts[0] + path,
                    params=query,
                    headers={
                        "lang": "en_US",
                        "Authorization": f"Bearer {token.token}",
                        **(headers or {}),
                    },
                )
                return _data(answer)
            except SourceAuthError:
                self.forget_login(token)
                if last_try:
                    raise
        raise AssertionError("unreachable")

    async def _request(
        self, method: str, url: str, *, login: bool = False, **options: Any
    ) -> Mapping[str, Any]:
        """Send a request and return the JSON object that came back."""
        answer = await fetch(self._session, method, url, within=self._timeout, **options)
        if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and not login:
            raise SourceAuthError(f"token refused with {answer.status}")
        if answer.status != HTTPStatus.OK:
            raise SourceConnectionError(f"answer with status {answer.status}")
        return answer.json_object()


def _login_error(code: str, message: str) -> Exception:
    """Say why a login failed: two-factor login, wrong password, or whatever else."""
    lowered = message.lower()
    if any(word in lowered for word in _TWO_FACTOR):
        return SourceAuthError(f"login code {code}: two-factor", "two_factor")
    if code.startswith("5"):
        return SourceConnectionError(f"login code {code}")
    return SourceAuthError(f"login code {code}")


def _data(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    code, message = str(answer.get("code")), str(answer.get("message", ""))
    if _SLAVE_SERIAL in message:
        raise SourceRefusedError("serial number of a slave", "slave_serial")
    if code == "1006":
        raise SourceRefusedError("device not allowed", "not_allowed")
    if code in ("401", "403"):
        raise SourceAuthError(f"token refused with code {code}")
    if code == "6012":
        raise SourceConnectionError("system is offline", "system_offline")
    if code != "0":
        raise SourceConnectionError(f"answer with code {code}")
    data = answer.get("data")
    if not isinstance(data, Mapping):
        raise SourceRefusedError("success without data", "wrong_region")
    return data


def _text(value: object) -> str:
    """Return a text that is there. Raises ValueError for anything else."""
    if not isinstance(value, str) or not value:
        raise ValueError("no text")
    return value


def _port(value: Any) -> int:
    """Return the number of a port. Raises ValueError or TypeError for anything else."""
    port = int(value)
    if not 0 < port < 1 << 16:
        raise ValueError("no port")
    return port


def _listed(serial: str, entry: Any) -> ListedDevice:
    fields = entry if isinstance(entry, Mapping) else {}
    online = fields.get("online")
    return ListedDevice(
        serial=serial,
        name=str(fields.get("deviceName") or ""),
        online=bool(online) if isinstance(online, int) else None,
    )
