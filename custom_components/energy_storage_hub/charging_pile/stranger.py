"""A pile that signs in but that nobody has added."""

from __future__ import annotations

from .answers import login
from .command_numbers import Cmd
from .commands import answer, decode
from .frame import Frame
from .pile import Host
from .server import Connection

FOUND_INTERVAL = 600.0
"""An unknown pile that signs in again and again is shown again after this time, s."""


class Stranger:
    """A pile that signed in but was not added: its logins are answered, nothing else."""

    known = False

    def __init__(self, code: str, login: Frame, host: Host) -> None:
        """Keep its login, for the case that it is added."""
        self.code = code
        self.login = login
        self.connection: Connection | None = None
        self.silence = host.limits.silence_least
        self.found_at = -FOUND_INTERVAL
        self._host = host

    def attach(self, connection: Connection) -> None:
        """Let a connection, on which it has just signed in, take over."""
        before, self.connection = self.connection, connection
        connection.belong_to(self)
        if before and before is not connection:
            before.close()
        self.on_frame(connection, self.login)

    def on_frame(self, connection: Connection, frame: Frame) -> None:
        """Answer a login."""
        if frame.command == Cmd.LOGIN and not frame.encrypted:
            fields = login(decode(frame) or {}, self._host.clock)
            connection.send(answer(frame, Cmd.LOGIN_RESPONSE, fields))

    def on_lost(self, connection: Connection) -> None:
        """Take note that it is gone."""
        if connection is self.connection:
            self.connection = None
