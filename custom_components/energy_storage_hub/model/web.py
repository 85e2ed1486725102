"""Asking a web server that may answer anything, for the sources that ask one.

No redirects, no endless bodies, no waiting for ever: what is no answer ends in an exception.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlsplit

import aiohttp
import orjson

from .source import SourceConnectionError, SourceDataError

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=10)
"""Time for an ordinary question, s."""

LONGEST_BODY = 2 << 20
"""No answer of any source is nearly so long, bytes."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NoAnswerError(SourceConnectionError):
    """The server did not answer at all: asking it something else would not help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the body is read only of an answer with a wanted status."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json_object(self) -> Mapping[str, Any]:
        """Return the JSON object in the body. Raises SourceDataError."""
        try:
            answer = orjson.loads(self.body)
        except orjson.JSONDecodeError as err:
            if self.body.lstrip()[:1] == b"<":
                raise SourceDataError("answer is a web page", "web_page") from err
            raise SourceDataError("answer is not JSON") from err
        if not isinstance(answer, Mapping):
            raise SourceDataError("answer is not an object")
        return answer


async def fetch(
    session: aiohttp.ClientSession,
    method: str,
    url: Any,
    *,
    within: aiohttp.ClientTimeout = TIMEOUT,
    longest: int = LONGEST_BODY,
    read: Collection[int] = (HTTPStatus.OK,),
    **options: Any,
) -> Answer:
    """Send a request and return the answer, with its body if its status is one to `read`.

    Raises NoAnswerError, and SourceDataError for a body longer than `longest` bytes.
    """
    try:
        async with session.request(
            method, url, timeout=within, allow_redirects=False, **options
        ) as response:
            body = await _read(response, longest) if response.status in read else b""
            return Answer(response.status, body, response.headers)
    except (aiohttp.ClientError, TimeoutError, OSError) as err:
        raise NoAnswerError(f"no answer: {type(err).__name__}") from err


async def _read(response: aiohttp.ClientResponse, longest: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > longest:
            raise SourceDataError("answer is too long")
    return bytes(body)


def check_address(address: str) -> SplitResult:
    """Return the parts of the address of a server, as a person typed it.

    Raises ValueError unless it is https, or http on this very machine, and nothing but an
    address: no credentials, no fragment, no port that cannot be.
    """
    address = address.strip()
    # Browsers and libraries read blanks and backslashes differently.
    if not address.isprintable() or set(" \\") & set(address):
        raise ValueError("not a web address")
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("not a web address")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("http only on this machine")
    if "@" in parts.netloc or parts.fragment:
        raise ValueError("more than an address")
    _ = parts.port  # raises ValueError for a port that cannot be
    return parts


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    return host.strip("[]").lower() in _LOOPBACK
