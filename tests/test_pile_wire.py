"""The wire of charging piles from outside: frames and values are worked out by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any

import pytest

from custom_components.energy_storage_hub.charging_pile.command_numbers import Cmd
from custom_components.energy_storage_hub.charging_pile.commands import decode, request
from custom_components.energy_storage_hub.charging_pile.frame import Splitter
from custom_components.energy_storage_hub.charging_pile.limits import Limits

from .pile_wire import COMMANDS_ON_THE_WIRE, Row, data_of, frame_of, local
from .piles import CODE
from .test_pile_server import Server, serve

CONNECTOR = f"{CODE}#3"

commands = pytest.mark.parametrize("command", COMMANDS_ON_THE_WIRE)


def rows_of(command: int) -> tuple[Row, ...]:
    return COMMANDS_ON_THE_WIRE[command][1]


def frame(command: int, **other: bytes) -> bytes:
    """Return a frame of the tables; some of its fields may be others."""
    rows = [row._replace(wire=other.get(row.key, row.wire)) for row in rows_of(command)]
    return frame_of(command, data_of(rows))


@commands
def test_tables_are_as_long_as_the_vendors(command: int) -> None:
    size, rows = COMMANDS_ON_THE_WIRE[command]
    assert len(data_of(rows)) == size


@commands
def test_fields_are_read_where_they_are(command: int) -> None:
    (heard,) = Splitter().feed(frame(command))
    assert heard.command == command
    assert decode(heard) == {row.key: row.value for row in rows_of(command)}


@commands
def test_fields_are_written_where_they_belong(command: int) -> None:
    said = request(Cmd(command), {row.key: row.value for row in rows_of(command)}, 7)
    assert said.encode() == frame(command)


# A pile on a socket, and the states that come of it.


class Pile:
    """Says what a test wants, and takes apart what it hears, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, command: int, **other: bytes) -> None:
        self.say_bytes(frame(command, **other))

    def say_bytes(self, data: bytes) -> None:
        self._writer.write(data)

    async def hears(self, command: int) -> bytes:
        """Return the data of the next such command."""
        async with asyncio.timeout(3):
            while True:
                head = await self._reader.readexactly(8)
                assert head[:2] == b"\xaa\xf5"
                rest = await self._reader.readexactly(int.from_bytes(head[2:4], "little") - 8)
                assert sum(head[6:] + rest[:-1]) % 256 == rest[-1]
                if int.from_bytes(head[6:], "little") == command:
                    return rest[:-1]


@asynccontextmanager
async def signed_in(**options: Any) -> AsyncIterator[tuple[Server, Pile]]:
    """Run a server and a pile that has signed in, and been asked for its tariff."""
    async with serve(Limits(), CODE, **options) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        pile = Pile(reader, writer)
        try:
            pile.say(106)
            await pile.hears(1101)
            yield server, pile
        finally:
            writer.transport.abort()


async def shown(
    server: Server, pile: Pile, command: int, serial: str = CONNECTOR, **other: bytes
) -> Mapping[str, Any]:
    """Send a command; return the states of the device that it tells of."""
    server.heard.states.clear()
    pile.say(command, **other)
    # Whether a card may charge is answered, and is no state: then the command has been read.
    pile.say(204)
    await pile.hears(203)
    return server.heard.states[serial]


def unix(text: str) -> int:
    """Return a time in UTC as Unix time."""
    return int(local(text).replace(tzinfo=UTC).timestamp())


STATUS_STATES = {
    "connector_status": "charging",
    "cable": True,
    "charging_power": 39600.0,
    "soc": 64.0,
    "dc_voltage": 401.2,
    "dc_current": 98.7,
    "ac_voltage_l1": 231.1,
    "ac_voltage_l2": 232.2,
    "ac_voltage_l3": 233.3,
    "ac_current_l1": 57.4,
    "ac_current_l2": 58.5,
    "ac_current_l3": 59.6,
    # 12.34 kWh, and seven thousandths beside it.
    "session_energy": 12.347,
    "lifetime_energy": 1312.84,
    "meter_start": 1300.5,
    "meter_value": 1312.84,
    "dc_pile_ac_meter_energy": 1391.999,
    "session_duration": 1830.0,
    "remaining_charging_time": 47.0,
    "session_cost": 12.57,
    "session_energy_cost": 7.86,
    "session_service_cost": 4.71,
    "card_balance_before": 88.03,
    "bms_demand_voltage": 410.5,
    "bms_demand_current": 120.3,
    "bms_charging_mode": "constant_voltage",
    "start_time": unix("2026-06-01T10:30:05"),
    "connector_temperature": 62.0,
    "outlet_air_temperature": 38.0,
    "ambient_temperature": 21.0,
    "reservation_timeout": 15.0,
    "charging_strategy": "by_amount",
    "charging_strategy_param": 5000,
    "parking_lock_status": "moving",
    "iec61851": "c",
    "error_code": "insulation_fault",
    "error_number": 2002,
}


async def test_states_of_a_status() -> None:
    async with signed_in() as (server, pile):
        states = await shown(server, pile, 104)
        told = {key: states[f"cmd104_{key}"] for key in STATUS_STATES}
        assert told == STATUS_STATES
        # Nine thousandths are a third decimal, ten are none; 0 on the AC side is no meter.
        third = await shown(server, pile, 104, session_energy_thousandth=b"\x09")
        assert third["cmd104_session_energy"] == 12.349
        none = await shown(
            server, pile, 104, session_energy_thousandth=b"\x0a", dc_pile_ac_meter_energy=b"\0"
        )
        assert none["cmd104_session_energy"] == 12.34
        assert none["cmd104_dc_pile_ac_meter_energy"] is None


RECORD_STATES = {
    "sessions": 1,
    "session_cost": 12.57,
    "session_service_cost": 4.71,
    "card_balance_before": 88.03,
    "session_duration": 1830.0,
    "soc_start": 30.0,
    "soc_stop": 81.0,
    "start_time": unix("2026-06-01T10:30:05"),
    "stop_time": unix("2026-06-01T11:00:35"),
    "stop_reason": "bms_soc_full",
    "stop_reason_code": 316,
    "license_plate": "***",
    "record_index": 12,
}


@pytest.mark.parametrize(
    ("command", "energies", "half_hour"),
    [
        # In 0.01 kWh, and seven thousandths beside it.
        (202, {"session_energy": 12.347, "meter_start": 1300.5, "meter_stop": 1312.84}, 48.07),
        # In 0.001 kWh, which are all: what stands beside it is not added.
        (222, {"session_energy": 12.347, "meter_start": 1300.503, "meter_stop": 1312.85}, 48.007),
        (206, {"session_energy": 12.347, "meter_start": 1300.503, "meter_stop": 1312.85}, 48.007),
    ],
)
async def test_states_of_a_record(
    command: int, energies: dict[str, float], half_hour: float
) -> None:
    async with signed_in() as (server, pile):
        states = await shown(server, pile, command)
        wanted = {**RECORD_STATES, **energies}
        if command == 206:
            del wanted["session_service_cost"]
        assert {key: states[f"cmd202_{key}"] for key in wanted} == wanted
        half_hours = states["cmd202_session_energy.half_hours"]
        assert (len(half_hours), half_hours[47]) == (48, half_hour)


@pytest.mark.parametrize("cell", [b"\x3c\x00", b"\x3d\x00", b"\x6d\x01"])
async def test_states_of_a_battery(cell: bytes) -> None:
    """Up to 6 V a cell's limit is in 0.1 V, as the table says; more would be in 0.01 V."""
    async with signed_in() as (server, pile):
        states = await shown(server, pile, 302, bcp_max_cell_voltage=cell)
        wanted = {
            "brm_rated_capacity": 152.0,
            "brm_rated_total_voltage": 395.1,
            "brm_manufacture_date": "2021-06-14",
            "brm_bms_protocol_version": "1.1",
            "bcp_max_cell_voltage": {0x3C: 6.0, 0x3D: 0.61, 0x6D: 3.65}[cell[0]],
            "bcp_max_charging_current": 125.2,
            "bcp_rated_total_energy": 60.3,
            "bcp_max_total_voltage": 432.4,
            "bcp_max_temperature": 55.0,
            "bcp_soc": 30.5,
            "bcp_pack_voltage": 364.6,
            "bcl_voltage_demand": 431.7,
            "bcl_current_demand": 124.8,
            "bcs_measured_voltage": 365.9,
            "bcs_measured_current": 119.9,
            "bcs_max_cell_voltage": 3.51,
            "bcs_soc": 55.6,
            "bcs_remaining_charging_time": 38.0,
            "bsm_max_battery_temperature": 34.0,
            "bsd_final_soc": 81.2,
            "bsd_min_cell_voltage": 2.97,
            "bsd_max_cell_voltage": 3.64,
        }
        assert {key: states[f"cmd302_{key}"] for key in wanted} == wanted


async def test_states_of_a_pile() -> None:
    async with signed_in() as (server, pile):
        login = await shown(server, pile, 106, CODE)
        assert login["cmd106_firmware_version"] == "104.10"
        assert login["cmd106_protocol_version"] == "5.2"
        assert (login["cmd106_boot_count"], login["cmd106_login_interval"]) == (77, 60.0)
        assert login["cmd106_encryption_supported"] is True
        alarms = await shown(server, pile, 108, CODE)
        assert alarms["cmd108_alarm"] == "insulation_fault"
        assert alarms["cmd108_byte1_bit2"] is True
        assert [key for key, on in alarms.items() if on is True] == ["cmd108_byte1_bit2"]
        assert alarms["cmd108_unknown_bits"] == ("21.1",)
        tariff = await shown(server, pile, 1102, CODE)
        assert tariff["cmd1102_slots"][:2] == ("01:30-02:00: 1.01", "03:30-04:00: 1.02")
        assert len(tariff["cmd1102_slots"]) == 12


async def test_half_hours_and_the_heartbeats_bits() -> None:
    async with signed_in() as (server, pile):
        energies = (await shown(server, pile, 114))["cmd114_periods"]
        assert (energies[0], energies[47], len(energies)) == (1.07, 48.07, 48)
        # One bit a connector: 2 is the second, 4 the third.
        for bits, plugged in ((b"\x02", [False, True, False]), (b"\x04", [False, False, True])):
            await shown(server, pile, 102, connector_plugged_bits=bits)
            states = [server.heard.states[f"{CODE}#{number}"] for number in (1, 2, 3)]
            assert [state["cmd102_plugged"] for state in states] == plugged


# What the server says.


@pytest.mark.parametrize(
    ("wish", "strategy", "parameter"),
    [
        ({"strategy": "until_full"}, 0, 0),
        ({"strategy": "until_full", "limit": 5.0}, 0, 0),
        # 90 min are 5400 s.
        ({"strategy": "by_time", "limit": 90.0}, 1, 5400),
        # 12.5 CNY are 1250 times 0.01 CNY; 0.29 * 100 is 28.999999999999996.
        ({"strategy": "by_amount", "limit": 12.5}, 2, 1250),
        ({"strategy": "by_amount", "limit": 0.29}, 2, 29),
    ],
)
async def test_a_start_on_the_wire(wish: dict[str, Any], strategy: int, parameter: int) -> None:
    async with signed_in() as (server, pile):
        await shown(server, pile, 104, connector_status=b"\x00")
        starting = asyncio.create_task(server.source.run_action(CONNECTOR, "start_charging", wish))
        order = await pile.hears(7)
        assert len(order) == 104
        assert order[4] == 3
        assert int.from_bytes(order[13:17], "little") == strategy
        assert int.from_bytes(order[17:21], "little") == parameter
        assert order[30:62] == b"HOMEASSISTANT".ljust(32, b"\0")
        assert order[67:87].isdigit()
        assert not any(order[87:104])
        pile.say(104)
        assert (await starting)["state"] == "charging"


async def test_a_stop_on_the_wire() -> None:
    async with signed_in() as (server, pile):
        await shown(server, pile, 104)
        stopping = asyncio.create_task(server.source.run_action(CONNECTOR, "stop_charging", {}))
        order = await pile.hears(5)
        # Connector 3, address 2, one command of four bytes: 0x55.
        assert order == bytes.fromhex("00000000 03 02000000 01 0400 55000000")
        stopped = frame_of(6, bytes(4) + CODE.encode().ljust(32, b"\0") + order[4:10] + b"\0")
        pile.say_bytes(stopped)
        await pile.hears(103)
        pile.say(104, connector_status=b"\x03")
        assert (await stopping)["state"] == "finished"


@pytest.mark.parametrize(("cards", "code"), [((), 1), (("1234567890",), 0)])
async def test_the_answer_to_a_card_on_the_wire(cards: tuple[str, ...], code: int) -> None:
    async with signed_in(cards=cards) as (_, pile):
        pile.say(204)
        answer = await pile.hears(203)
        assert len(answer) == 70
        assert int.from_bytes(answer[4:8], "little") == code
        # No balance, no prices, nothing to verify.
        assert not any(answer[8:20])
        assert answer[20:40].isdigit() is (code == 0)
        assert answer[69] == 3


async def test_a_tariff_on_the_wire() -> None:
    async with signed_in() as (server, pile):
        slots = [{"start": "0:00", "end": "24:00", "price": 0.29}]
        setting = asyncio.create_task(
            server.source.run_action(CODE, "set_tariff", {"slots": slots})
        )
        order = await pile.hears(1103)
        assert [order[at : at + 4] for at in range(4, 96, 8)] == [b"\x1d\0\0\0"] * 12
        pile.say_bytes(frame_of(1104, b"\0"))
        await pile.hears(1101)
        pile.say_bytes(frame_of(1102, order))
        assert await setting == {"slots": [{"start": "00:00", "end": "24:00", "price": 0.29}]}


async def test_the_confirmation_of_a_wide_record_on_the_wire() -> None:
    """205 takes over what the session cost: 1257 times 0.01 CNY."""
    async with signed_in() as (_, pile):
        pile.say(206)
        answer = await pile.hears(205)
        assert answer[4:37] == b"\x03" + CODE.encode().ljust(32, b"\0")
        assert answer[37:45] == b"\xe9\x04\0\0" + bytes(4)
