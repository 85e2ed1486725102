"""Solinteg's OpenAPI, as far as the CT check needs it [SOLINTEG].

Everything that a cloud may answer instead of an answer (a web page, nothing, an error in Chinese,
success with the text "false") ends in an exception of `source`, with a text key that tells a
person what to do. Only the start of a check is never sent again on doubt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
import re
import time
from typing import Any

import aiohttp

from ..model.source import (
    SourceAuthError,
    SourceConnectionError,
    SourceDataError,
    SourceRefusedError,
)
from ..model.web import TIMEOUT, Answer, check_address, fetch
from .codes import Precheck, Result, flag, whole

DEFAULT_BASE_URL = "https://lb.solinteg-cloud.com/openapi/v2"

_LIST_TIMEOUT = aiohttp.ClientTimeout(total=70, connect=10)
"""The list of devices is slow at times."""
_LOGIN_INTERVAL = 10.0
_RENEW_AFTER = 50 * 60.0
"""s: a token is valid for 60 min, and nothing in it says so."""
_WRAPPER = "/wrapper"
_LOGIN_STATUSES = (HTTPStatus.OK, HTTPStatus.BAD_REQUEST, 401, 403)
"""A refused login is told by the body, whatever the status."""

_NO_PERMISSION = "do not have permission for this device"
_TOKEN_WORDS = re.compile(r"token|login|log in|登录|登陆|令牌", re.IGNORECASE)
_SERIAL = re.compile(r"[A-Z0-9]{8,32}")


class RateLimitedError(SourceConnectionError):
    """Too many requests; `retry_after` s is what the server asks for, 0 if it says nothing."""

    key = "too_many_requests"

    def __init__(self, retry_after: float) -> None:
        """Keep how long to wait."""
        super().__init__("too many requests")
        self.retry_after = retry_after


class CloudError(SourceConnectionError):
    """The cloud answered that something is wrong, in its own words."""

    key = "cloud_error"

    def __init__(self, words: str) -> None:
        """Keep what the cloud said."""
        super().__init__("the cloud answered with an error", words=words)
        self.words = words


class NotFoundError(SourceConnectionError):
    """There is nothing at this path."""

    key = "not_found"


class NoPermissionError(SourceRefusedError):
    """The account may not see this inverter."""

    key = "ct_not_permitted"


class StartRefusedError(SourceRefusedError):
    """The cloud surely did not start a check."""

    key = "ct_not_started"

    def __init__(self, words: str) -> None:
        """Keep what the cloud said."""
        super().__init__("the start was refused", words=words)
        self.words = words


class _TokenRefusedError(SourceConnectionError):
    """The cloud no longer knows the token."""

    key = "token_refused"


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    issued: float


def check_base_url(address: str) -> str:
    """Return the base URL, without a slash at the end.

    Raises ValueError for what is not the address of a server, or more than that.
    """
    parts = check_address(address)
    if parts.query:
        raise ValueError("more than an address")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def check_serial(serial: str) -> str:
    """Return a serial number as the cloud writes it. Raises SourceRefusedError."""
    serial = serial.strip().upper()
    if not _SERIAL.fullmatch(serial):
        raise SourceRefusedError("not a serial number", "invalid_serial")
    return serial


class OpenApi:
    """An OpenAPI account. Logs in when needed, never in parallel, never after a refusal."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        account: str,
        password: str,
        base_url: str = DEFAULT_BASE_URL,
    ) -> None:
        """Use the account."""
        self._session = session
        self._account, self._password = account, password
        self._base_url = base_url
        self._token: _Token | None = None
        self._refused: SourceAuthError | None = None
        self._lock = asyncio.Lock()
        self._next_login = -1e9
        self._prefix = _WRAPPER
        self.logins = 0
        self.answers: dict[str, dict[str, Any]] = {}
        """The latest answers by serial number, as they came, for diagnostics."""

    # What it can do.

    async def linked_devices(self) -> list[str]:
        """Return the serial numbers of the account's devices."""
        body = await self._wrapped("/topic/getLinkedDevices", {}, _LIST_TIMEOUT)
        if not isinstance(body, list):
            raise SourceDataError("the list of devices is no list")
        serials = (entry.get("deviceSn") for entry in body if isinstance(entry, Mapping))
        return list(dict.fromkeys(str(serial).strip().upper() for serial in serials if serial))

    async def precheck(self, serial: str) -> Precheck:
        """Read whether an inverter is ready for a check."""
        # The path is spelled as the vendor spells it.
        answer = await self._call("GET", "/device/getInerterBMSMeterStatus", {"sn": serial})
        return Precheck.parse(self._kept(serial, "precheck", answer.get("body")))

    async def result(self, serial: str) -> Result:
        """Read the result of the latest check."""
        answer = await self._call("GET", "/device/getCheckResult", {"sn": serial})
        return Result.parse(self._kept(serial, "result", answer.get("body")))

    async def realtime(self, serial: str) -> Mapping[str, Any]:
        """Read what the inverter measures."""
        body = await self._wrapped("/device/queryDeviceRealtimeData", {"deviceSn": serial})
        return self._kept(serial, "realtime", body)

    async def start_check(self, serial: str) -> None:
        """Start a check. Sent once, and again only if the token was refused.

        Raises StartRefusedError or NoPermissionError if it surely was not started; after any
        SourceConnectionError it may have been.
        """
        try:
            answer = await self._call("POST", "/device/startCheck", {"deviceSn": serial})
        except CloudError as err:
            raise StartRefusedError(err.words) from err
        except RateLimitedError as err:
            raise StartRefusedError("HTTP 429") from err
        except NotFoundError as err:
            raise StartRefusedError("HTTP 404") from err
        if flag(answer.get("body")) is not True:
            raise StartRefusedError(f"body: {answer.get('body')!r:.60}")

    def _kept(self, serial: str, name: str, body: Any) -> Mapping[str, Any]:
        """Return an answer's data, which is an object, and keep it for diagnostics."""
        if not isinstance(body, Mapping):
            raise SourceDataError("answer without data", "empty_answer")
        self.answers.setdefault(serial, {})[name] = body
        return body

    async def login(self) -> None:
        """Make sure that there is a login. Raises SourceAuthError when it is refused."""
        await self._valid_token()

    # The token.

    async def _valid_token(self) -> _Token:
        async with self._lock:
            token = self._token
            age = time.monotonic() - token.issued if token else 0.0
            if token and age < _RENEW_AFTER:
                return token
            if self._refused:
                # Asking again and again with a wrong password locks accounts.
                raise self._refused
            if time.monotonic() < self._next_login:
                raise SourceConnectionError("waiting before the next login")
            self._next_login = time.monotonic() + _LOGIN_INTERVAL
            self.logins += 1
            try:
                self._token = await self._log_in()
            except SourceAuthError as err:
                self._refused = err
                raise
            return self._token

    async def _log_in(self) -> _Token:
        answer = await self._request(
            "POST",
            "/loginv2/auth",
            json={"authAccount": self._account, "authPassword": self._password},
            login=True,
        )
        if not _successful(answer):
            raise SourceAuthError("the login was refused")
        if not isinstance(text := answer.get("body"), str) or not text:
            raise SourceDataError("login without token")
        return _Token(text, time.monotonic())

    # Requests.

    async def _wrapped(
        self,
        path: str,
        query: Mapping[str, str],
        within: aiohttp.ClientTimeout = TIMEOUT,
    ) -> Any:
        """Get from a path that one version of the API has in a wrapper and the other has not."""
        other = "" if self._prefix else _WRAPPER
        try:
            answer = await self._call("GET", self._prefix + path, query, within)
        except NotFoundError:
            answer = await self._call("GET", other + path, query, within)
            self._prefix = other
        return answer.get("body")

    async def _call(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str],
        within: aiohttp.ClientTimeout = TIMEOUT,
    ) -> Mapping[str, Any]:
        """Send a request, once more if the token is refused, and return a successful answer."""
        sent: dict[str, Any] = {"params" if method == "GET" else "json": dict(fields)}
        for last_try in (False, True):
            token = await self._valid_token()
            try:
                answer = await self._request(
                    method, path, headers={"Token": token.text}, within=within, **sent
                )
                _raise_for_token(answer)
            except _TokenRefusedError:
                if self._token is token:
                    self._token = None
                if last_try:
                    raise
                continue
            _raise_for_error(answer)
            return answer
        raise AssertionError("unreachable")

    async def _request(
        self, method: str, path: str, *, login: bool = False, **options: Any
    ) -> Mapping[str, Any]:
        """Send a request and return the envelope that came back."""
        read = _LOGIN_STATUSES if login else (HTTPStatus.OK,)
        answer = await fetch(self._session, method, self._base_url + path, read=read, **options)
        if answer.status not in read:
            _raise_for_status(answer)
        return _envelope(answer)


def _raise_for_status(answer: Answer) -> None:
    """Sort out what is no answer: try again, sign in again, or not there at all."""
    match answer.status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimitedError(_seconds(answer.headers.get("Retry-After", "")))
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise _TokenRefusedError(f"token refused with status {answer.status}")
        case HTTPStatus.NOT_FOUND:
            raise NotFoundError("no such path")
        case HTTPStatus.REQUEST_TIMEOUT:
            pass
        case status if 300 <= status < 500:
            raise CloudError(f"HTTP {status}")
    raise SourceConnectionError(f"answer with status {answer.status}", "http_error")


def _seconds(retry_after: str) -> float:
    digits = retry_after.strip()
    return min(float(digits), 3600.0) if digits.isascii() and digits.isdigit() else 0.0


def _envelope(answer: Answer) -> Mapping[str, Any]:
    if not answer.body.strip():
        raise SourceDataError("answer is empty", "empty_answer")
    envelope = answer.json_object()
    if whole(envelope.get("errorCode")) is None:
        raise SourceDataError("answer is not an envelope")
    return envelope


def _successful(answer: Mapping[str, Any]) -> bool:
    return whole(answer["errorCode"]) == 0 and flag(answer.get("successful")) is not False


def _words(answer: Mapping[str, Any]) -> str:
    """Return what the cloud says of an error: an object, a text or nothing."""
    info = answer.get("info")
    if isinstance(info, Mapping):
        info = info.get("description") or info.get("code")
    text = info.strip() if isinstance(info, str) else ""
    return text[:200] or f"errorCode {answer.get('errorCode')!r:.20}"


def _raise_for_token(answer: Mapping[str, Any]) -> None:
    """Tell a refused token, for which no code is documented, from other errors."""
    if _successful(answer) or _NO_PERMISSION in _words(answer).lower():
        return
    if _TOKEN_WORDS.search(_words(answer)):
        raise _TokenRefusedError("token refused")


def _raise_for_error(answer: Mapping[str, Any]) -> None:
    if _successful(answer):
        return
    if _NO_PERMISSION in _words(answer).lower():
        raise NoPermissionError("no permission for the inverter")
    raise CloudError(_words(answer))
