"""The operator's runtime endpoint: one GET a battery, at a URL that the user knows.

The server is of the renren-fast kind: HTTP 200 with a `code` of its own, 401 for a token that
is not valid [RENREN]. Whatever else comes back, such as a login page or an endless body,
ends in an exception of `source` with a text key that tells a person what to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
import re
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from ..model.json_values import number
from ..model.source import SourceAuthError, SourceConnectionError, SourceDataError
from ..model.web import Answer, NoAnswerError, check_address, fetch
from .parse import text

SERIAL = "{sn}"
DEFAULT_HEADER = "token"

_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=10)
_LONGEST_BODY = 512 << 10
_LONGEST_MESSAGE = 120
_NO_WORDS = "-"

_URL = re.compile(r"[!-\[\]-~]{1,2000}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_RESERVED_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "trailer"}
)
_SERIAL_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{3,63}", re.ASCII)


class BatteryRefusedError(SourceConnectionError):
    """The server answered, and has nothing to tell about this battery, at least now."""

    key = "battery_refused"


def check_url(address: str) -> str:
    """Return the URL of the endpoint, with `{sn}` where the serial number goes.

    Raises ValueError for what is not a web address, or has no such place.
    """
    address = address.strip()
    parts = check_address(address)
    if SERIAL in parts.netloc or not _URL.fullmatch(address):
        raise ValueError("not a web address")
    if SERIAL not in address or set("{}") & set(address.replace(SERIAL, "")):
        raise ValueError("no place for the serial number")
    return address


def check_header(name: str) -> str:
    """Return the name of the header that takes the token. Raises ValueError."""
    name = name.strip()
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _RESERVED_HEADERS:
        raise ValueError("not the name of a header")
    return name


def check_token(token: str) -> str:
    """Return the token. Raises ValueError for what no header can hold."""
    token = token.strip()
    if not token.isascii() or not token.isprintable():
        raise ValueError("not a token")
    return token


def check_serial(serial: str) -> str:
    """Return a battery's serial number. Raises ValueError for what cannot be one."""
    serial = serial.strip()
    if not _SERIAL_NUMBER.fullmatch(serial):
        raise ValueError("not a serial number")
    return serial


class RuntimeApi:
    """The endpoint. `one_at_a_time` is shared by all that ask the same host."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        header: str,
        token: str,
        one_at_a_time: asyncio.Lock,
    ) -> None:
        """Ask at this URL; an empty token is not sent."""
        self._session = session
        self._url = url
        self._token = token
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if token:
            self._headers[header] = token
        self._lock = one_at_a_time

    async def runtime(self, serial: str) -> Mapping[str, Any]:
        """Return the `runtimeInfo` of a battery.

        Raises SourceAuthError, BatteryRefusedError, NoAnswerError or SourceDataError.
        """
        async with self._lock:
            answer = await self._get(serial)
        _check_status(answer.status)
        info = self._info(answer.json_object(), serial)
        sn = text(info.get("sn"))
        if sn and sn.casefold() != serial.casefold():
            raise SourceDataError("the answer is about another battery", "battery_other")
        return info

    async def _get(self, serial: str) -> Answer:
        url = URL(self._url.replace(SERIAL, quote(serial, safe="")), encoded=True)
        return await fetch(
            self._session,
            "GET",
            url,
            within=_TIMEOUT,
            longest=_LONGEST_BODY,
            headers=self._headers,
        )

    def _info(self, answer: Mapping[str, Any], serial: str) -> Mapping[str, Any]:
        code = number(answer.get("code"))
        if code is None:
            raise SourceDataError("answer without a code")
        if code == HTTPStatus.UNAUTHORIZED:
            raise SourceAuthError("token refused with code 401", "battery_token_refused")
        if code != 0:
            said = self._in_one_line(answer.get("msg"), serial)
            raise BatteryRefusedError(
                f"answer with code {code:g}: {said}", code=f"{code:g}", said=said
            )
        info = answer.get("runtimeInfo")
        if info is None or info == {}:
            raise BatteryRefusedError("the server does not know the battery", "battery_unknown")
        if not isinstance(info, Mapping):
            raise SourceDataError("runtimeInfo is not an object")
        return info

    def _in_one_line(self, message: Any, serial: str) -> str:
        """Return the server's own words: a short line, no markup, nobody's token or serial."""
        words = text(message) or ""
        for secret in filter(None, (self._token, serial)):
            words = words.replace(secret, "***")
        return _NO_WORDS if "<" in words or not words else words[:_LONGEST_MESSAGE]


def _check_status(status: int) -> None:
    if status == HTTPStatus.OK:
        return
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise SourceAuthError(f"token refused with status {status}", "battery_token_refused")
    if 300 <= status < 400:
        raise SourceDataError(f"redirected with status {status}", "battery_redirected")
    if status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise NoAnswerError(f"answer with status {status}", "battery_status", status=str(status))
    raise BatteryRefusedError(f"answer with status {status}", "battery_status", status=str(status))
