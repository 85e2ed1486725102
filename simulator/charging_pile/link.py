"""A pile's connection: it dials in again and again, signs in, and hears the server."""

from __future__ import annotations

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable, Mapping
import contextlib
import time
from types import TracebackType
from typing import Any, Self

from custom_components.energy_storage_hub.charging_pile.command_numbers import Cmd
from custom_components.energy_storage_hub.charging_pile.commands import COMMANDS
from custom_components.energy_storage_hub.charging_pile.fields import Values
from custom_components.energy_storage_hub.charging_pile.frame import Frame, Splitter

from .dialects import Dialect

_RESEND = 5.0
"""Time after which a login that was not answered is sent again, s."""


class Link(ABC):
    """The connection of a simulated pile, between `async with` and its end."""

    def __init__(self, host: str, port: int, code: str, dialect: Dialect, retry: float) -> None:
        """Prepare; `retry` is the time before the pile dials in again, s."""
        self.code = code
        self.dialect = dialect
        self.mute: set[int] = set()
        """Commands of the server that are not answered."""
        self.received: list[tuple[int, Values]] = []
        """What the server said, by command."""
        self.answers: dict[int, Callable[[Values], None]] = {}
        """What is done about a command of the server."""
        self.is_signed_in = asyncio.Event()
        self._host, self._port, self._retry = host, port, retry
        self._sequence = 0
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    @abstractmethod
    def login(self) -> None:
        """Send 106."""

    @abstractmethod
    async def report_for_ever(self) -> None:
        """Send what is to be sent by itself."""

    async def __aenter__(self) -> Self:
        """Dial in."""
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up for good."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def signed_in(self, seconds: float = 10.0) -> None:
        """Wait until the server has answered the login."""
        async with asyncio.timeout(seconds):
            await self.is_signed_in.wait()

    async def heard(
        self, command: int, seconds: float = 10.0, *, after: int = 0, count: int = 1
    ) -> Values:
        """Wait until the server has sent a command, `count` times after the first `after` ones."""
        async with asyncio.timeout(seconds):
            while True:
                found = [values for said, values in self.received[after:] if said == command]
                if len(found) >= count:
                    return found[-1]
                self._news.clear()
                await self._news.wait()

    def drop(self) -> None:
        """Lose the connection; the pile dials in again."""
        if self._writer:
            self._writer.transport.abort()

    def send_bytes(self, data: bytes) -> None:
        """Send bytes that are no frame, or half of one."""
        if self._writer:
            self._writer.write(data)

    def send(self, command: Cmd, fields: Mapping[str, Any], *, encrypted: bool = False) -> None:
        """Send a command in the pile's dialect."""
        data = self.encode(command, fields)
        self._sequence = (self._sequence + 1) % 256
        info = self.dialect.info | (0x80 if encrypted else 0)
        self.send_bytes(Frame(command, data, info, self._sequence).encode())

    def encode(self, command: Cmd, fields: Mapping[str, Any]) -> bytes:
        """Return the data of a command: as long as the dialect has it."""
        known = COMMANDS[command]
        if known.says_who:
            fields = {"charge_point_id": self.code, **fields}
        data = known.encode({key: value for key, value in fields.items() if key in known.by_key})
        length = self.dialect.lengths.get(command, len(data))
        return data[:length].ljust(length, b"\0")

    # Connecting.

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError):
                await self._session()
            self.is_signed_in.clear()
            await asyncio.sleep(self._retry)

    async def _session(self) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        self._writer = writer
        try:
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(self._listen(reader))
                await self._sign_in()
                loop = tasks.create_task(self.report_for_ever())
                await listening
                loop.cancel()
        except* ConnectionError:
            pass
        finally:
            self._writer = None
            writer.transport.abort()

    async def _sign_in(self) -> None:
        for _ in range(3):
            self.login()
            with contextlib.suppress(TimeoutError):
                await self.signed_in(_RESEND)
                return
        raise ConnectionError("no answer to the login")

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        splitter = Splitter()
        while data := await reader.read(4096):
            for frame in splitter.feed(data, time.monotonic()):
                self._take(frame)
        raise ConnectionError("the server hung up")

    def _take(self, frame: Frame) -> None:
        values = COMMANDS[frame.command].decode(frame.data)
        self.received.append((frame.command, values))
        self._news.set()
        if frame.command not in self.mute and (answer := self.answers.get(frame.command)):
            answer(values)
