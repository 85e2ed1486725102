"""The TCP server that piles dial into: connections, and how much of them is put up with.

A peer is nobody until its first valid frame: it may send a few bytes for a few seconds. No frame
is answered here; that is up to whom the connection belongs to.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
import errno
import logging
import time
from typing import Protocol, override

from ..model.source import SourceConnectionError, SourceRefusedError
from .frame import LONGEST, Frame, Splitter
from .limits import Limits

_LOGGER = logging.getLogger(__name__)

_LOGIN_FRAME = 512
"""The longest frame of a peer that has not signed in, bytes; a login has 100 to 142."""

_GARBAGE = 4096
"""So many bytes that are no frames, and a peer that has not signed in is sent away."""

_UNREAD = 65536
"""So many bytes that a peer does not take, and it is sent away."""


class Owner(Protocol):
    """Whom a connection belongs to once a pile has signed in on it."""

    known: bool
    """Whether it is a pile that was added."""

    @property
    def silence(self) -> float:
        """Longest time without a frame, s."""

    def on_frame(self, connection: Connection, frame: Frame) -> None:
        """A frame came in."""

    def on_lost(self, connection: Connection) -> None:
        """The connection is gone."""


class Reception(Protocol):
    """Where new connections are taken in."""

    def on_first_frame(self, connection: Connection, frame: Frame) -> None:
        """A frame came in on a connection that belongs to nobody yet."""


class Connection(asyncio.Protocol):
    """One TCP connection of a pile, or of whoever."""

    __slots__ = (
        "_refused",
        "_server",
        "_splitter",
        "_transport",
        "address",
        "frames",
        "heard",
        "owner",
    )

    def __init__(self, server: PileServer) -> None:
        """Belong to nobody."""
        self._server = server
        self._splitter = Splitter(_LOGIN_FRAME)
        self._transport: asyncio.Transport | None = None
        self._refused = False
        self.address = ""
        self.owner: Owner | None = None
        self.heard = 0.0
        """Monotonic time of the last valid frame, s; of its begin, while it belongs to nobody."""
        self.frames = 0

    @property
    def skipped(self) -> int:
        """Bytes that were no part of a frame."""
        return self._splitter.skipped

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        self.heard = time.monotonic()
        if not self._server.take_in(self):
            self._refused = True
            transport.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._refused:
            return
        self._server.let_go(self)
        if self.owner:
            self.owner.on_lost(self)

    @override
    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        for frame in self._splitter.feed(data, now):
            if self._transport is None or self._transport.is_closing():
                return
            self.frames += 1
            if self.owner:
                self.heard = now
                self.owner.on_frame(self, frame)
            else:
                self._server.reception.on_first_frame(self, frame)
        if self.owner is None and self._splitter.skipped > _GARBAGE:
            self.close()

    def belong_to(self, owner: Owner) -> None:
        """Let a pile, known or not, have the connection."""
        self.owner = owner
        self.heard = time.monotonic()
        self._server.set_known(self, owner.known)
        self._splitter.longest = LONGEST if owner.known else _LOGIN_FRAME

    def send(self, frame: Frame) -> None:
        """Send a frame; a peer that does not read is sent away."""
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > _UNREAD:
            self._transport.abort()
            return
        self._transport.write(frame.encode())

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.abort()


class PileServer:
    """Listens, counts the connections and sends the quiet ones away."""

    def __init__(self, reception: Reception, limits: Limits) -> None:
        """Prepare; nothing listens before `start`."""
        self.reception = reception
        self.limits = limits
        self.connections: set[Connection] = set()
        self.refused: Counter[str] = Counter()
        """Connections that were not taken in, by reason."""
        self._addresses: Counter[str] = Counter()
        self._strangers: dict[Connection, None] = {}
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that it listens on, 0 while it does not."""
        sockets = self._server.sockets if self._server else ()
        return int(sockets[0].getsockname()[1]) if sockets else 0

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises SourceError."""
        self._server = await listen(lambda: Connection(self), host, port)

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        server, self._server = self._server, None
        if server:
            server.close()
        for connection in list(self.connections):
            connection.close()
        if server:
            await server.wait_closed()

    def take_in(self, connection: Connection) -> bool:
        """Whether there is room for one more."""
        limits = self.limits
        if len(self.connections) >= limits.total:
            reason = "total"
        elif self._addresses[connection.address] >= limits.per_address:
            reason = "per_address"
        else:
            self.connections.add(connection)
            self._addresses[connection.address] += 1
            self._strangers[connection] = None
            if len(self._strangers) > limits.strangers:
                next(iter(self._strangers)).close()
            return True
        if not self.refused[reason]:
            _LOGGER.warning("Too many connections to the charging-pile server: %s", reason)
        self.refused[reason] += 1
        return False

    def set_known(self, connection: Connection, known: bool) -> None:
        """Take note whether a connection belongs to a pile that was added."""
        if known:
            self._strangers.pop(connection, None)
        else:
            self._strangers[connection] = None

    def let_go(self, connection: Connection) -> None:
        """Forget a connection that is gone."""
        self.connections.discard(connection)
        self._strangers.pop(connection, None)
        self._addresses[connection.address] -= 1
        if not self._addresses[connection.address]:
            del self._addresses[connection.address]

    def sweep(self) -> None:
        """Hang up on those that did not sign in in time, and on those that fell silent."""
        now = time.monotonic()
        for connection in list(self.connections):
            owner = connection.owner
            patience = owner.silence if owner else self.limits.login
            if now - connection.heard > patience:
                connection.close()


async def listen(make: Callable[[], asyncio.BaseProtocol], host: str, port: int) -> asyncio.Server:
    """Listen on an address and a port.

    Raises SourceConnectionError, or SourceRefusedError if it will never work.
    """
    loop = asyncio.get_running_loop()
    try:
        return await loop.create_server(make, host, port, reuse_address=True, backlog=128)
    except OSError as err:
        if err.errno == errno.EADDRINUSE:
            raise SourceConnectionError("port in use", "port_in_use", port=str(port)) from err
        if err.errno in (errno.EACCES, errno.EPERM):
            raise SourceRefusedError(
                "port not allowed", "port_not_allowed", port=str(port)
            ) from err
        raise SourceConnectionError(
            f"cannot listen: {err.strerror}", "address_not_here", host=host
        ) from err
