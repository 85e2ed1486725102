"""The two programs that the demo consists of, started and stopped together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
import contextlib
import ctypes
import errno
import os
import signal
import socket
import sys
from types import TracebackType
from typing import Self

from .settings import HOST, REPOSITORY, DevelopError

STOP_SECONDS = 30
_PR_SET_PDEATHSIG = 1


class Program:
    """A Python module that runs as long as the context is open.

    It has a session of its own: Ctrl-C at the terminal reaches only this program's parent,
    which stops it once and in good order.
    """

    def __init__(
        self, name: str, *arguments: str, restart_code: int | None = None, quiet: bool = False
    ) -> None:
        self.name = name
        self._arguments = ("-m", *arguments)
        self._restart_code = restart_code
        self._output = asyncio.subprocess.DEVNULL if quiet else None
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start it."""
        await self._start()
        return self

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._arguments,
            cwd=REPOSITORY,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._output,  # errors are always to be seen
            start_new_session=True,
            preexec_fn=_stop_with_parent if sys.platform == "linux" else None,
        )
        return self._process

    async def watch(self) -> None:
        """Return never: raise when the program ends by itself, start it again if it wants so."""
        process = self._process or await self._start()
        while (code := await process.wait()) == self._restart_code:
            process = await self._start()
        raise DevelopError(f"{self.name} ended by itself (exit code {code}).")

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ask it to stop; who waits too long or loses patience kills it."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):  # what it may have started, too
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _stop_with_parent() -> None:
    """Have the kernel stop this process should its parent die without a word."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def check_ports(wanted: Mapping[str, int]) -> None:
    """Say clearly which port is taken, before two programs trip over it."""
    for name, port in wanted.items():
        try:
            socket.create_server((HOST, port)).close()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise DevelopError(
                    f"Port {port} is in use. Is another scripts/develop running?"
                    f" Otherwise choose another port: {name}=... scripts/develop"
                ) from error
            raise DevelopError(f"Port {port} ({name}) cannot be used: {error}") from error


async def port_open(port: int) -> None:
    """Wait until somebody listens."""
    while True:
        try:
            _reader, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
