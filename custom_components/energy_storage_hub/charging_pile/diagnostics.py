"""What helps to understand a problem with a pile, without anything that tells who or where."""

from __future__ import annotations

from typing import Any

from .commands import COMMANDS
from .connector import Connector
from .pile import Pile
from .server import PileServer


def describe_server(server: PileServer) -> dict[str, Any]:
    """Describe the server and its connections."""
    return {
        "listening": bool(server.port),
        "connections": len(server.connections),
        "refused": dict(server.refused),
        "skipped_bytes": sum(connection.skipped for connection in server.connections),
    }


def describe_pile(pile: Pile) -> dict[str, Any]:
    """Describe a pile."""
    counts = pile.counts
    return {
        "number": pile.number,
        "online": pile.online,
        "silence_allowed": pile.silence,
        "connects": counts.connects,
        "frames": {
            str(COMMANDS.get(command, command)): count
            for command, count in sorted(counts.frames.items())
        },
        "encrypted_frames": counts.encrypted,
        "foreign_frames": counts.foreign,
        "unknown_commands": {str(command): data for command, data in counts.unknown.items()},
        "alarm_table": counts.alarm_table,
        "connectors": [_describe(connector) for connector in pile.connectors.values()],
    }


def _describe(connector: Connector) -> dict[str, Any]:
    return {
        "number": connector.number,
        "state": connector.state,
        "linked": connector.linked,
        "sessions": connector.sessions,
        "status_bytes": len(connector.last_data),
    }
