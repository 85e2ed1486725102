"""A thousand charging piles in a process of their own, so that they cost the server nothing."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection
import resource

from custom_components.energy_storage_hub.charging_pile.command_numbers import Cmd
from custom_components.energy_storage_hub.charging_pile.commands import COMMANDS
from custom_components.energy_storage_hub.charging_pile.frame import Frame


def code_of(number: int) -> str:
    """Return a pile's code."""
    return f"BENCH{number:06}"


def frame(command: Cmd, code: str, **fields: object) -> bytes:
    """Return a frame of a pile."""
    values = {"charge_point_id": code, **fields}
    return Frame(command, COMMANDS[command].encode(values)).encode()


def allow_files(count: int) -> None:
    """Allow as many open sockets as are needed, if that can be."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, most), most))


def run(port: int, piles: int, orders: Connection) -> None:
    """Do what the other end orders, and say when it is done."""
    allow_files(4 * piles)
    asyncio.run(_run(port, piles, orders))


async def _run(port: int, piles: int, orders: Connection) -> None:
    crowd: list[_Pile] = []
    while (order := await asyncio.to_thread(orders.recv)) != "stop":
        if order == "connect":
            for pile in crowd:
                pile.writer.transport.abort()
            crowd = await _connect(port, piles)
        else:
            turn = int(order)
            for pile in crowd:
                pile.report(turn)
            await asyncio.gather(*(pile.answered() for pile in crowd))
        orders.send("done")


async def _connect(port: int, piles: int) -> list[_Pile]:
    gate = asyncio.Semaphore(200)

    async def connect(number: int) -> _Pile:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            pile = _Pile(code_of(number), reader, writer)
            writer.write(frame(Cmd.LOGIN, pile.code, connector_count=2, heartbeat_interval=15))
            await reader.readexactly(9 + 184 + 9)  # 105 and 1101
            return pile

    return list(await asyncio.gather(*(connect(number) for number in range(piles))))


class _Pile:
    def __init__(
        self, code: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.code = code
        self.writer = writer
        self._reader = reader

    def report(self, turn: int) -> None:
        """Send a heartbeat and the status of two connectors, one of which charges."""
        self.writer.write(frame(Cmd.HEARTBEAT, self.code, heartbeat_sequence=turn))
        self.writer.write(frame(Cmd.STATUS_REPORT, self.code, connector_id=2, meter_value=5.0))
        self.writer.write(
            frame(
                Cmd.STATUS_REPORT,
                self.code,
                connector_id=1,
                connector_status=2,
                vehicle_connection_status=2,
                soc=30 + turn % 70,
                dc_voltage=390 + turn / 10,
                dc_current=100 - turn / 10,
                charging_power=39 + turn / 10,
                session_energy=turn,
                session_duration=15 * turn,
                meter_value=10 + turn,
            )
        )

    async def answered(self) -> None:
        """Wait for 101 and two times 103."""
        await self._reader.readexactly(3 * (9 + 6))
