"""Commands of charging piles: fields, dialects, and what becomes of hostile ones."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

from homeassistant.util import dt as dt_util
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_storage_hub.charging_pile import values as make
from custom_components.energy_storage_hub.charging_pile.alarms import ALARMS, active
from custom_components.energy_storage_hub.charging_pile.clock import Clock
from custom_components.energy_storage_hub.charging_pile.command_numbers import Cmd
from custom_components.energy_storage_hub.charging_pile.commands import (
    COMMANDS,
    SEED,
    decode,
    request,
)
from custom_components.energy_storage_hub.charging_pile.enums import ALARM_CODE, STOP_REASON
from custom_components.energy_storage_hub.charging_pile.fields import (
    Command,
    Field,
    Kind,
    read_time,
    uint,
    write_time,
)
from custom_components.energy_storage_hub.charging_pile.frame import Frame
from custom_components.energy_storage_hub.charging_pile.parameters import PARAMETERS
from custom_components.energy_storage_hub.charging_pile.tariff import (
    check_slots,
    read_slots,
    write_slots,
)
from custom_components.energy_storage_hub.model.source import SourceRefusedError

SEED_BYTES = {
    1: 12,
    2: 47,
    3: 11,
    4: 42,
    5: 16,
    6: 43,
    7: 104,
    8: 73,
    101: 6,
    102: 54,
    103: 6,
    104: 239,
    105: 184,
    106: 133,
    108: 68,
    110: 159,
    113: 6,
    114: 142,
    202: 294,
    203: 70,
    204: 159,
    207: 130,
    208: 59,
    209: 54,
    210: 41,
    221: 66,
    222: 390,
    301: 4,
    302: 195,
    1102: 96,
    1103: 96,
    1104: 1,
    1105: 144,
    1302: 43,
}
"""Sum of the seed's field lengths, by command."""

ASCII = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=31)


few = settings(max_examples=40, deadline=None)


def local(text: str) -> datetime:
    """Return a time without a zone, as the protocol has them."""
    return datetime.fromisoformat(text)


def values_of(field: Field) -> st.SearchStrategy[Any]:
    """Return what a field can hold."""
    match field.kind:
        case Kind.UINT:
            return st.integers(0, 256**field.size - 1).map(
                lambda number: number if field.scale == 1 else number / round(1 / field.scale)
            )
        case Kind.TEMPERATURE:
            return st.integers(-50, 205)
        case Kind.TEXT:
            return ASCII.map(lambda text: text[: field.size])
        case Kind.PLATE:
            return st.sampled_from(["", "粤B12345", "京A8888"])
        case Kind.TIME:
            return st.one_of(
                st.none(),
                st.datetimes(local("1990-01-01"), local("2099-12-31")).map(
                    lambda time: time.replace(microsecond=0)
                ),
            )
        case Kind.UINTS:
            return st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4).map(tuple)
        case Kind.REST:
            return st.binary(min_size=1, max_size=40)
        case _:
            return st.binary(min_size=field.size, max_size=field.size)


@st.composite
def full_commands(draw: st.DrawFn) -> tuple[Command, dict[str, Any]]:
    command = draw(st.sampled_from(list(COMMANDS.values())))
    return command, {field.key: draw(values_of(field)) for field in command.fields}


def test_the_seed_is_complete() -> None:
    """34 commands, 752 fields, 3187 bytes."""
    sizes = {
        command.number: sum(field.size for field in command.fields if not field.extra)
        for command in SEED
    }
    assert sizes == SEED_BYTES
    assert sum(not field.extra for command in SEED for field in command.fields) == 752


@few
@given(full_commands())
def test_what_is_encoded_is_decoded_and_the_other_way_round(
    known: tuple[Command, dict[str, Any]],
) -> None:
    command, values = known
    data = command.encode(values)
    assert command.decode(data) == values
    assert command.encode(command.decode(data)) == data


@given(st.sampled_from(sorted(COMMANDS)), st.binary(max_size=500))
def test_hostile_data_never_raise(number: int, data: bytes) -> None:
    clock = Clock(dt_util.UTC)
    decoded = COMMANDS[number].decode(data)
    assert set(decoded) <= set(COMMANDS[number].by_key)
    if number == 104:
        make.status(decoded, clock)
    elif number == 106:
        make.login(decoded, clock)
    elif number in (110, 302):
        make.bms(decoded)
    elif number == 108:
        make.alarm_states(decoded.get("alarm_bits", b""))
    elif number == 1102:
        make.tariff_states(decoded)


@few
@given(full_commands(), st.data())
def test_a_shorter_dialect_is_a_prefix(
    known: tuple[Command, dict[str, Any]], data: st.DataObject
) -> None:
    command, values = known
    wire = command.encode(values)[: command.size]
    length = data.draw(st.integers(0, len(wire)))
    shorter = command.decode(wire[:length])
    whole = command.decode(wire)
    assert all(whole[key] == value for key, value in shorter.items())
    # An open list at the end may be there and empty.
    complete = sum(field.size for field in command.fields if shorter.get(field.key, ()) != ())
    assert complete <= length


def test_a_longer_dialect_is_read_as_far_as_it_is_known() -> None:
    status = COMMANDS[104]
    data = status.encode({"soc": 55, "charging_mode": 3})
    assert status.decode(data + b"\1\2\3") == status.decode(data)


@pytest.mark.parametrize(
    ("wire", "time"),
    [
        ("20260601103005ff", local("2026-06-01T10:30:05")),
        ("00000000000000ff", None),
        ("0000000000000000", None),
        ("ffffffffffffffff", None),
        ("20261301000000ff", None),
        ("20260230000000ff", None),
        ("955fe16468010000", None),
    ],
)
def test_times_that_are_none_are_not_known(wire: str, time: datetime | None) -> None:
    assert read_time(bytes.fromhex(wire)) == time
    assert read_time(write_time(time)) == time


def test_fields_that_do_not_fit_are_refused() -> None:
    start = Cmd.START_CHARGING_REQUEST
    with pytest.raises(ValueError, match="more than 32"):
        request(start, {"id_tag": "x" * 33})
    with pytest.raises(ValueError, match="start_charging"):
        request(start, {"connector_id": 300})
    with pytest.raises(ValueError, match="no field"):
        request(start, {"socket": 1})


@pytest.mark.parametrize("balance", [42949672.96, -0.01, float("inf"), float("nan")])
def test_amounts_that_do_not_fit_are_refused(balance: float) -> None:
    """Four bytes hold 42949672.95 at most."""
    with pytest.raises(ValueError, match=r"start_charging|account_balance"):
        request(Cmd.START_CHARGING_REQUEST, {"account_balance": balance})


def test_scales_are_tenths_hundredths_or_thousandths() -> None:
    with pytest.raises(ValueError, match="energy: scale"):
        uint(4, "energy", 0.05, "kWh")


def test_a_command_that_is_not_known_is_not_decoded() -> None:
    assert decode(Frame(4711, b"abc")) is None


def test_names_of_alarms() -> None:
    """132 names; the codes 2000 + n and the bits speak of the same alarm."""
    assert len(ALARMS) == 132
    assert len({alarm.name for alarm in ALARMS}) == 132
    named = {alarm.index: alarm.slug for alarm in ALARMS}
    assert (named[1], named[81], named[153]) == (
        "emergency_stop",
        "charging_module_communication_fault",
        "charging_module_communication_fault",
    )
    assert ALARM_CODE[2024] == "dc_output_overcurrent"
    assert 2024 not in STOP_REASON
    assert STOP_REASON[2023] == "connector_head_overtemperature"


def test_alarm_bits_count_from_the_lowest() -> None:
    bits = bytes([0b10, 0, 0b1000_0001]) + bytes(17) + b"\x04" + bytes(11)
    assert active(bits) == {1, 16, 23, 162}
    states = make.alarm_states(bits)
    assert states["cmd108_alarm"] == "emergency_stop"
    assert states["cmd108_byte1_bit1"] is True
    assert states["cmd108_byte3_bit1"] is False
    assert states["cmd108_unknown_bits"] == ("21.2",)


def test_battery_details() -> None:
    told = make.bms(
        {
            "brm_bms_protocol_version": b"\0\1\1",
            "brm_bms_software_version": bytes(8),
            "brm_manufacture_year": 0xDF07,
            "brm_manufacture_month": 3,
            "brm_manufacture_day": 9,
            "bcp_max_cell_voltage": 36.5,
        }
    )
    assert told["brm_bms_protocol_version"] == "1.1"
    assert told["brm_bms_software_version"] is None
    assert told["brm_manufacture_date"] == "2015-03-09"
    assert told["bcp_max_cell_voltage"] == 3.65
    assert make.bms({"bcp_max_cell_voltage": 4.3})["bcp_max_cell_voltage"] == 4.3


def test_an_ac_connector_has_no_dc_values() -> None:
    told = make.status(
        COMMANDS[104].decode(COMMANDS[104].encode({"connector_type": 2})), Clock(dt_util.UTC)
    )
    assert "dc_voltage" not in told
    assert "soc" not in told
    assert "ac_voltage_l1" in told


@given(st.lists(st.integers(1, 47), max_size=11, unique=True), st.data())
def test_a_tariff_has_always_twelve_slots(borders: list[int], data: st.DataObject) -> None:
    edges = [0, *sorted(borders), 48]
    price = st.integers(0, 500).map(lambda cents: cents / 100)
    typed = [
        {"start": clock(first), "end": clock(last), "price": data.draw(price)}
        for first, last in pairwise(edges)
    ]
    written = write_slots(check_slots(typed))
    wire = COMMANDS[1103].encode(written)
    assert len(wire) == 96
    read = read_slots(COMMANDS[1102].decode(wire))
    prices = [price for slot in read for price in [slot.price] * (slot.last - slot.first)]
    wanted = [
        slot["price"]
        for slot, (first, last) in zip(typed, pairwise(edges), strict=True)
        for _ in range(last - first)
    ]
    assert prices == wanted


def clock(half_hours: int) -> str:
    return f"{half_hours // 2:02}:{half_hours % 2 * 30:02}"


@pytest.mark.parametrize(
    ("slots", "key"),
    [
        ([], "tariff_slots"),
        ([("00:00", "24:00")] * 13, "tariff_slots"),
        ([("00:00", "12:00")], "tariff_gap"),
        ([("01:00", "24:00")], "tariff_gap"),
        ([("00:00", "12:00"), ("13:00", "24:00")], "tariff_gap"),
        ([("00:00", "00:00"), ("00:00", "24:00")], "tariff_gap"),
        ([("00:00", "24:30")], "tariff_time"),
        ([("00:00", "12:15")], "tariff_time"),
        ([("noon", "24:00")], "tariff_time"),
    ],
)
def test_a_wrong_tariff_is_refused(slots: list[tuple[str, str]], key: str) -> None:
    typed = [{"start": start, "end": end, "price": 0.3} for start, end in slots]
    with pytest.raises(SourceRefusedError) as caught:
        check_slots(typed)
    assert caught.value.key == key


def test_a_price_has_its_limits() -> None:
    with pytest.raises(SourceRefusedError) as caught:
        check_slots([{"start": "0:00", "end": "24:00:00", "price": -1}])
    assert caught.value.key == "tariff_price"


def test_no_parameter_is_secret() -> None:
    assert not any("password" in key for key in PARAMETERS)
    assert [p.address for p in PARAMETERS.values() if p.kind is Kind.UINT] == [
        *range(1, 38),
        *range(39, 82),
    ]
