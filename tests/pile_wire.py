"""Commands of charging piles as the vendor's table has them, counted by hand, not by the code.

A row is a line of the table: where the field begins in the data, how many bytes it has, what is
on the wire, and what that means in the field's unit. Lengths and order are the vendor's; scales
are the vendor's where it names them, else those of public implementations. Every number is
another one than its neighbours': fields that were exchanged would be noticed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One field."""

    at: int
    """Bytes before it."""
    size: int
    wire: bytes
    """What is sent; zeros up to its size follow."""
    key: str
    value: Any
    """In the field's unit."""


def data_of(rows: Iterable[Row]) -> bytes:
    """Return the data of a command, put together byte by byte."""
    data = bytearray()
    for row in rows:
        assert (row.at, len(row.wire) <= row.size) == (len(data), True), row
        data += row.wire + bytes(row.size - len(row.wire))
    return bytes(data)


def frame_of(command: int, data: bytes) -> bytes:
    """Return a frame: start, length, info, sequence, command, data, and the low byte of a sum."""
    body = command.to_bytes(2, "little") + data
    head = b"\xaa\xf5" + (len(data) + 9).to_bytes(2, "little") + b"\x10\x07"
    return head + body + bytes((sum(body) % 256,))


def local(text: str) -> datetime:
    """Return a time without a zone, as the protocol has them."""
    return datetime.fromisoformat(text)


def half_hours(at: int, size: int) -> tuple[Row, ...]:
    """Return 48 energies: 1.07, 2.07 ... kWh in two bytes of 0.01 kWh, 1.007 ... in four."""
    tail = {2: "07", 4: "007"}[size]
    return tuple(
        Row(
            at + size * (number - 1),
            size,
            int(f"{number}{tail}").to_bytes(size, "little"),
            f"energy_period_{number:02}",
            float(f"{number}.{tail}"),
        )
        for number in range(1, 49)
    )


def slots(*prices: str) -> tuple[Row, ...]:
    """Return twelve slots, 1:30 to 2:00, 3:30 to 4:00 ..., at 1.01 ... and at 2.01 ... CNY."""
    size = 4 + 4 * len(prices)
    return tuple(
        row
        for slot in range(1, 13)
        for at in (size * (slot - 1),)
        for row in (
            Row(at, 1, bytes((2 * slot - 1,)), f"start_hour_{slot}", 2 * slot - 1),
            Row(at + 1, 1, b"\x1e", f"start_minute_{slot}", 30),
            Row(at + 2, 1, bytes((2 * slot,)), f"end_hour_{slot}", 2 * slot),
            Row(at + 3, 1, b"\x00", f"end_minute_{slot}", 0),
            *(
                Row(
                    at + 4 * place,
                    4,
                    int(f"{place}{slot:02}").to_bytes(4, "little"),
                    f"{price}_{slot}",
                    float(f"{place}.{slot:02}"),
                )
                for place, price in enumerate(prices, start=1)
            ),
        )
    )


_CONTROL = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 1, b"\x03", "connector_id", 3),
    Row(5, 4, b"\x02\x00\x00\x00", "start_command_address", 2),
    Row(9, 1, b"\x01", "command_count", 1),
    Row(10, 2, b"\x04\x00", "data_length", 4),
    Row(12, 4, b"\x55\x00\x00\x00", "command_values", (85,)),
)

_START = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 1, b"\x03", "connector_id", 3),
    Row(5, 4, b"\x02\x00\x00\x00", "effective_type", 2),
    Row(9, 4, b"\x40\xe2\x01\x00", "local_stop_password", 123456),
    Row(13, 4, b"\x01\x00\x00\x00", "charging_strategy", 1),
    Row(17, 4, b"\x18\x15\x00\x00", "charging_strategy_param", 5400),
    Row(21, 8, b"\x20\x26\x06\x01\x10\x30\x05\xff", "start_time", local("2026-06-01T10:30:05")),
    Row(29, 1, b"\x0f", "reservation_timeout", 15),
    Row(30, 32, b"HOMEASSISTANT", "id_tag", "HOMEASSISTANT"),
    Row(62, 1, b"\x01", "offline_charging_allowed", 1),
    Row(63, 4, b"\xd2\x04\x00\x00", "offline_energy_limit", 12.34),
    Row(67, 32, b"20260601103005000042", "transaction_id", "20260601103005000042"),
    Row(99, 1, b"\x0c", "bms_aux_voltage", 12),
    Row(100, 4, b"\x63\x22\x00\x00", "account_balance", 88.03),
)

_HEARTBEAT = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(36, 2, b"\x67\x12", "heartbeat_sequence", 4711),
    Row(38, 16, b"\x02", "connector_plugged_bits", b"\x02" + bytes(15)),
)

_STATUS_REPORT = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(36, 1, b"\x04", "connector_count", 4),
    Row(37, 1, b"\x03", "connector_id", 3),
    Row(38, 1, b"\x01", "connector_type", 1),
    Row(39, 1, b"\x02", "connector_status", 2),
    Row(40, 1, b"\x40", "soc", 64),
    Row(41, 4, b"\xd2\x07\x00\x00", "error_code", 2002),
    Row(45, 1, b"\x02", "vehicle_connection_status", 2),
    Row(46, 4, b"\xe9\x04\x00\x00", "session_cost", 12.57),
    Row(50, 4, b"\x11\x12\x13\x14", "internal_variable2", b"\x11\x12\x13\x14"),
    Row(54, 4, b"\x21\x22\x23\x24", "internal_variable3", b"\x21\x22\x23\x24"),
    Row(58, 2, b"\xac\x0f", "dc_voltage", 401.2),
    Row(60, 2, b"\xdb\x03", "dc_current", 98.7),
    Row(62, 2, b"\x09\x10", "bms_demand_voltage", 410.5),
    Row(64, 2, b"\xb3\x04", "bms_demand_current", 120.3),
    Row(66, 1, b"\x01", "bms_charging_mode", 1),
    Row(67, 2, b"\x07\x09", "ac_voltage_l1", 231.1),
    Row(69, 2, b"\x12\x09", "ac_voltage_l2", 232.2),
    Row(71, 2, b"\x1d\x09", "ac_voltage_l3", 233.3),
    Row(73, 2, b"\x3e\x02", "ac_current_l1", 57.4),
    Row(75, 2, b"\x49\x02", "ac_current_l2", 58.5),
    Row(77, 2, b"\x54\x02", "ac_current_l3", 59.6),
    Row(79, 2, b"\x2f\x00", "remaining_charging_time", 47),
    Row(81, 4, b"\x26\x07\x00\x00", "session_duration", 1830),
    Row(85, 4, b"\xd2\x04\x00\x00", "session_energy", 12.34),
    Row(89, 4, b"\x02\xfc\x01\x00", "meter_start", 1300.5),
    Row(93, 4, b"\xd4\x00\x02\x00", "meter_value", 1312.84),
    Row(97, 1, b"\x03", "start_method", 3),
    Row(98, 1, b"\x02", "charging_strategy", 2),
    Row(99, 4, b"\x88\x13\x00\x00", "charging_strategy_param", 5000),
    Row(103, 1, b"\x01", "reservation_flag", 1),
    Row(104, 32, b"1234567890", "id_tag", "1234567890"),
    Row(136, 1, b"\x0f", "reservation_timeout", 15),
    Row(137, 8, b"\x20\x26\x06\x01\x10\x30\x05\xff", "start_time", local("2026-06-01T10:30:05")),
    Row(145, 4, b"\x63\x22\x00\x00", "card_balance_before", 88.03),
    Row(149, 4, b"\x31\x32\x33\x34", "reserved3", b"\x31\x32\x33\x34"),
    Row(153, 4, b"\x8c\x01\x00\x00", "charging_power", 39.6),
    Row(157, 4, b"\x41\x42\x43\x44", "system_variable3", b"\x41\x42\x43\x44"),
    Row(161, 4, b"\x51\x52\x53\x54", "system_variable4", b"\x51\x52\x53\x54"),
    Row(165, 4, b"\x61\x62\x63\x64", "system_variable5", b"\x61\x62\x63\x64"),
    Row(169, 1, b"\x58", "outlet_air_temperature", 38),
    Row(170, 1, b"\x47", "ambient_temperature", 21),
    Row(171, 1, b"\x70", "connector_temperature", 62),
    Row(172, 18, b"LSVAU2180N2000001", "vin", "LSVAU2180N2000001"),
    Row(190, 1, b"\x04", "door_status", 4),
    Row(191, 32, b"20260601103005000042", "transaction_id", "20260601103005000042"),
    Row(223, 4, b"\x12\x03\x00\x00", "session_energy_cost", 7.86),
    Row(227, 4, b"\xd7\x01\x00\x00", "session_service_cost", 4.71),
    Row(231, 1, b"\x05", "connector_holster_status", 5),
    Row(232, 1, b"\x58", "parking_lock_status", 88),
    Row(233, 1, b"\x07", "session_energy_thousandth", 0.007),
    Row(234, 4, b"\x7f\x3d\x15\x00", "dc_pile_ac_meter_energy", 1391.999),
    Row(238, 1, b"\x06", "charging_mode", 6),
)

_LOGIN = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(36, 1, b"\x03", "flags", 3),
    Row(37, 4, b"\xaa\x28\x00\x00", "firmware_version", 104.1),
    Row(41, 2, b"\x10\x00", "project_type", 16),
    Row(43, 4, b"\x4d\x00\x00\x00", "boot_count", 77),
    Row(47, 1, b"\x02", "upload_mode", 2),
    Row(48, 2, b"\x3c\x00", "login_interval", 60),
    Row(50, 1, b"\x01", "run_mode", 1),
    Row(51, 1, b"\x04", "connector_count", 4),
    Row(52, 1, b"\x0f", "heartbeat_interval", 15),
    Row(53, 1, b"\x05", "heartbeat_timeout_count", 5),
    Row(54, 4, b"\xd2\x04\x00\x00", "record_count", 1234),
    Row(58, 8, b"\x20\x26\x06\x01\x10\x30\x07\xff", "pile_time", local("2026-06-01T10:30:07")),
    Row(
        66, 8, b"\x11\x12\x13\x14\x15\x16\x17\x18", "reserved3", b"\x11\x12\x13\x14\x15\x16\x17\x18"
    ),
    Row(
        74, 8, b"\x21\x22\x23\x24\x25\x26\x27\x28", "reserved4", b"\x21\x22\x23\x24\x25\x26\x27\x28"
    ),
    Row(
        82, 8, b"\x31\x32\x33\x34\x35\x36\x37\x38", "reserved5", b"\x31\x32\x33\x34\x35\x36\x37\x38"
    ),
    Row(90, 4, b"\xa1\xa2\xa3\xa4", "login_random", b"\xa1\xa2\xa3\xa4"),
    Row(94, 2, b"\x34\x00", "protocol_version", 5.2),
    Row(96, 4, b"\x09\x00\x00\x00", "whitelist_version", 9),
    Row(100, 1, b"\x06", "device_type", 6),
    Row(101, 32, b"ASSET42", "asset_id", "ASSET42"),
)

_ALARM_REPORT = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(
        36,
        32,
        b"\x04" + bytes(19) + b"\x02",
        "alarm_bits",
        b"\x04" + bytes(19) + b"\x02" + bytes(11),
    ),
)

_START_RESULT = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(36, 1, b"\x03", "connector_id", 3),
    Row(37, 4, b"\x0a\x00\x00\x00", "start_failure_reason", 10),
    Row(41, 2, b"\x07\x00", "report_reason", 7),
    Row(43, 2, b"\x08\x00", "reserved3", 8),
    Row(45, 4, b"\x09\x00\x00\x00", "reserved4", 9),
    Row(49, 3, b"\x00\x01\x01", "brm_bms_protocol_version", b"\x00\x01\x01"),
    Row(52, 1, b"\x03", "brm_battery_type", 3),
    Row(53, 4, b"\xf0\x05\x00\x00", "brm_rated_capacity", 152.0),
    Row(57, 4, b"\x6f\x0f\x00\x00", "brm_rated_total_voltage", 395.1),
    Row(61, 4, b"CATL", "brm_battery_manufacturer", "CATL"),
    Row(65, 4, b"\x40\xe2\x01\x00", "brm_battery_pack_serial", 123456),
    Row(69, 2, b"\xe5\x07", "brm_manufacture_year", 2021),
    Row(71, 1, b"\x06", "brm_manufacture_month", 6),
    Row(72, 1, b"\x0e", "brm_manufacture_day", 14),
    Row(73, 4, b"\xb6\x00\x00\x00", "brm_charge_cycles", 182),
    Row(77, 1, b"\x01", "brm_ownership", 1),
    Row(78, 1, b"\x05", "brm_reserved", 5),
    Row(79, 17, b"LSVAU2180N2000001", "brm_vin", "LSVAU2180N2000001"),
    Row(
        96,
        8,
        b"\x11\x12\x13\x14\x15\x16\x17\x18",
        "brm_bms_software_version",
        b"\x11\x12\x13\x14\x15\x16\x17\x18",
    ),
    Row(104, 4, b"\x2b\x00\x00\x00", "bcp_max_cell_voltage", 4.3),
    Row(108, 4, b"\xe4\x04\x00\x00", "bcp_max_charging_current", 125.2),
    Row(112, 4, b"\x5b\x02\x00\x00", "bcp_rated_total_energy", 60.3),
    Row(116, 4, b"\xe4\x10\x00\x00", "bcp_max_total_voltage", 432.4),
    Row(120, 1, b"\x69", "bcp_max_temperature", 55),
    Row(121, 2, b"\x31\x01", "bcp_soc", 30.5),
    Row(123, 4, b"\x3e\x0e\x00\x00", "bcp_pack_voltage", 364.6),
    Row(127, 32, b"20260601103005000042", "transaction_id", "20260601103005000042"),
)

_PERIOD_ENERGIES = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(36, 1, b"\x03", "connector_id", 3),
    Row(37, 1, b"\x02", "connector_status", 2),
    Row(38, 8, b"\x20\x26\x06\x01\x10\x30\x05\xff", "start_time", local("2026-06-01T10:30:05")),
    *half_hours(46, 2),
)

_RECORD = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(36, 1, b"\x01", "connector_type", 1),
    Row(37, 1, b"\x03", "connector_id", 3),
    Row(38, 32, b"1234567890", "id_tag", "1234567890"),
    Row(70, 8, b"\x20\x26\x06\x01\x10\x30\x05\xff", "start_time", local("2026-06-01T10:30:05")),
    Row(78, 8, b"\x20\x26\x06\x01\x11\x00\x35\xff", "stop_time", local("2026-06-01T11:00:35")),
    Row(86, 4, b"\x26\x07\x00\x00", "session_duration", 1830),
    Row(90, 1, b"\x1e", "soc_start", 30),
    Row(91, 1, b"\x51", "soc_stop", 81),
    Row(92, 4, b"\x3c\x01\x00\x00", "stop_reason", 316),
    Row(96, 4, b"\xd2\x04\x00\x00", "session_energy", 12.34),
    Row(100, 4, b"\x02\xfc\x01\x00", "meter_start", 1300.5),
    Row(104, 4, b"\xd4\x00\x02\x00", "meter_stop", 1312.84),
    Row(108, 4, b"\xe9\x04\x00\x00", "session_cost", 12.57),
    Row(112, 4, b"\xa1\x0f\x00\x00", "internal_index", 4001),
    Row(116, 4, b"\x63\x22\x00\x00", "card_balance_before", 88.03),
    Row(120, 4, b"\x0c\x00\x00\x00", "record_index", 12),
    Row(124, 4, b"\x0d\x00\x00\x00", "record_count", 13),
    Row(128, 1, b"\x09", "reserved3", 9),
    Row(129, 1, b"\x02", "charging_strategy", 2),
    Row(130, 4, b"\x88\x13\x00\x00", "charging_strategy_param", 5000),
    Row(134, 17, b"LSVAU2180N2000001", "vin", "LSVAU2180N2000001"),
    Row(151, 8, b"\xd4\xc1\x42\x31\x32\x33\x34\x35", "license_plate", "粤B12345"),
    *half_hours(159, 2),
    Row(255, 1, b"\x05", "start_method", 5),
    Row(256, 32, b"20260601103005000042", "transaction_id", "20260601103005000042"),
    Row(288, 4, b"\xd7\x01\x00\x00", "session_service_cost", 4.71),
    Row(292, 1, b"\x07", "session_energy_thousandth", 0.007),
    Row(293, 1, b"\x01", "parallel_charging_flag", 1),
)

_CARD_ANSWER = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 4, b"\x0a\x00\x00\x00", "response_code", 10),
    Row(8, 4, b"\x63\x22\x00\x00", "account_balance", 88.03),
    Row(12, 2, b"\x60\x00", "energy_price", 0.96),
    Row(14, 2, b"\x1f\x00", "service_price", 0.31),
    Row(16, 1, b"\x01", "verify_password", 1),
    Row(17, 1, b"\x02", "verify_vin", 2),
    Row(18, 1, b"\x03", "verify_plate", 3),
    Row(19, 1, b"\x04", "reserved3", 4),
    Row(20, 32, b"20260601103005000042", "transaction_id", "20260601103005000042"),
    Row(52, 17, b"LSVAU2180N2000001", "vin", "LSVAU2180N2000001"),
    Row(69, 1, b"\x02", "connector_id", 2),
)

_CARD = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(36, 32, b"1234567890", "id_tag", "1234567890"),
    Row(68, 4, b"\x63\x22\x00\x00", "card_balance", 88.03),
    Row(72, 1, b"\x02", "card_list_flag", 2),
    Row(73, 32, b"secret", "card_password", "secret"),
    Row(105, 48, b"\x11" * 48, "card_sector_random", b"\x11" * 48),
    Row(153, 4, b"\x04\x00\x00\x00", "m1_card_serial", 4),
    Row(157, 1, b"\x05", "auth_method", 5),
    Row(158, 1, b"\x03", "connector_id", 3),
)

_FINE_RECORD = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(36, 1, b"\x01", "connector_type", 1),
    Row(37, 1, b"\x03", "connector_id", 3),
    Row(38, 32, b"1234567890", "id_tag", "1234567890"),
    Row(70, 8, b"\x20\x26\x06\x01\x10\x30\x05\xff", "start_time", local("2026-06-01T10:30:05")),
    Row(78, 8, b"\x20\x26\x06\x01\x11\x00\x35\xff", "stop_time", local("2026-06-01T11:00:35")),
    Row(86, 4, b"\x26\x07\x00\x00", "session_duration", 1830),
    Row(90, 1, b"\x1e", "soc_start", 30),
    Row(91, 1, b"\x51", "soc_stop", 81),
    Row(92, 4, b"\x3c\x01\x00\x00", "stop_reason", 316),
    Row(96, 4, b"\x3b\x30\x00\x00", "session_energy", 12.347),
    Row(100, 4, b"\x17\xd8\x13\x00", "meter_start", 1300.503),
    Row(104, 4, b"\x52\x08\x14\x00", "meter_stop", 1312.85),
    Row(108, 4, b"\xe9\x04\x00\x00", "session_cost", 12.57),
    Row(112, 4, b"\xa1\x0f\x00\x00", "internal_index", 4001),
    Row(116, 4, b"\x63\x22\x00\x00", "card_balance_before", 88.03),
    Row(120, 4, b"\x0c\x00\x00\x00", "record_index", 12),
    Row(124, 4, b"\x0d\x00\x00\x00", "record_count", 13),
    Row(128, 1, b"\x09", "reserved3", 9),
    Row(129, 1, b"\x02", "charging_strategy", 2),
    Row(130, 4, b"\x88\x13\x00\x00", "charging_strategy_param", 5000),
    Row(134, 17, b"LSVAU2180N2000001", "vin", "LSVAU2180N2000001"),
    Row(151, 8, b"\xd4\xc1\x42\x31\x32\x33\x34\x35", "license_plate", "粤B12345"),
    *half_hours(159, 4),
    Row(351, 1, b"\x05", "start_method", 5),
    Row(352, 32, b"20260601103005000042", "transaction_id", "20260601103005000042"),
    Row(384, 4, b"\xd7\x01\x00\x00", "session_service_cost", 4.71),
    Row(388, 1, b"\x07", "session_energy_thousandth", 0.007),
    Row(389, 1, b"\x01", "parallel_charging_flag", 1),
)

_BMS_REPORT = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 2, b"\x02\x01", "message_sequence", 258),
    Row(6, 2, b"\x03\x00", "connector_id", 3),
    Row(8, 32, b"32010001", "charge_point_id", "32010001"),
    Row(40, 1, b"\x02", "connector_status", 2),
    Row(41, 1, b"\x01", "vehicle_connection_status", 1),
    Row(42, 3, b"\x00\x01\x01", "brm_bms_protocol_version", b"\x00\x01\x01"),
    Row(45, 1, b"\x03", "brm_battery_type", 3),
    Row(46, 4, b"\xf0\x05\x00\x00", "brm_rated_capacity", 152.0),
    Row(50, 4, b"\x6f\x0f\x00\x00", "brm_rated_total_voltage", 395.1),
    Row(54, 4, b"CATL", "brm_battery_manufacturer", "CATL"),
    Row(58, 4, b"\x40\xe2\x01\x00", "brm_battery_pack_serial", 123456),
    Row(62, 2, b"\xe5\x07", "brm_manufacture_year", 2021),
    Row(64, 1, b"\x06", "brm_manufacture_month", 6),
    Row(65, 1, b"\x0e", "brm_manufacture_day", 14),
    Row(66, 4, b"\xb6\x00\x00\x00", "brm_charge_cycles", 182),
    Row(70, 1, b"\x01", "brm_ownership", 1),
    Row(71, 1, b"\x05", "brm_reserved", 5),
    Row(72, 17, b"LSVAU2180N2000001", "brm_vin", "LSVAU2180N2000001"),
    Row(
        89,
        8,
        b"\x11\x12\x13\x14\x15\x16\x17\x18",
        "brm_bms_software_version",
        b"\x11\x12\x13\x14\x15\x16\x17\x18",
    ),
    Row(97, 4, b"\x2b\x00\x00\x00", "bcp_max_cell_voltage", 4.3),
    Row(101, 4, b"\xe4\x04\x00\x00", "bcp_max_charging_current", 125.2),
    Row(105, 4, b"\x5b\x02\x00\x00", "bcp_rated_total_energy", 60.3),
    Row(109, 4, b"\xe4\x10\x00\x00", "bcp_max_total_voltage", 432.4),
    Row(113, 1, b"\x69", "bcp_max_temperature", 55),
    Row(114, 2, b"\x31\x01", "bcp_soc", 30.5),
    Row(116, 4, b"\x3e\x0e\x00\x00", "bcp_pack_voltage", 364.6),
    Row(120, 1, b"\xaa", "bro_bms_ready", 170),
    Row(121, 4, b"\xdd\x10\x00\x00", "bcl_voltage_demand", 431.7),
    Row(125, 4, b"\xe0\x04\x00\x00", "bcl_current_demand", 124.8),
    Row(129, 1, b"\x02", "bcl_charging_mode", 2),
    Row(130, 4, b"\x4b\x0e\x00\x00", "bcs_measured_voltage", 365.9),
    Row(134, 4, b"\xaf\x04\x00\x00", "bcs_measured_current", 119.9),
    Row(138, 4, b"\x5f\x01\x00\x00", "bcs_max_cell_voltage", 3.51),
    Row(142, 1, b"\x04", "bcs_max_cell_voltage_group", 4),
    Row(143, 2, b"\x2c\x02", "bcs_soc", 55.6),
    Row(145, 4, b"\x26\x00\x00\x00", "bcs_remaining_charging_time", 38),
    Row(149, 1, b"\x11", "bsm_max_cell_voltage_number", 17),
    Row(150, 1, b"\x54", "bsm_max_battery_temperature", 34),
    Row(151, 1, b"\x05", "bsm_max_temperature_point", 5),
    Row(152, 1, b"\x51", "bsm_min_battery_temperature", 31),
    Row(153, 1, b"\x06", "bsm_min_temperature_point", 6),
    Row(154, 1, b"\x21", "bsm_cell_voltage_status", 33),
    Row(155, 1, b"\x22", "bsm_soc_status", 34),
    Row(156, 1, b"\x23", "bsm_overcurrent_status", 35),
    Row(157, 1, b"\x24", "bsm_overtemperature_status", 36),
    Row(158, 1, b"\x25", "bsm_insulation_status", 37),
    Row(159, 1, b"\x26", "bsm_connector_status", 38),
    Row(160, 1, b"\x27", "bsm_charging_allowed", 39),
    Row(161, 1, b"\x28", "bst_soc_target_reached", 40),
    Row(162, 1, b"\x29", "bst_total_voltage_reached", 41),
    Row(163, 1, b"\x2a", "bst_cell_voltage_reached", 42),
    Row(164, 1, b"\x2b", "bst_charger_stop", 43),
    Row(165, 1, b"\x2c", "bst_insulation_fault", 44),
    Row(166, 1, b"\x2d", "bst_output_connector_overtemperature", 45),
    Row(167, 1, b"\x2e", "bst_bms_connector_overtemperature", 46),
    Row(168, 1, b"\x2f", "bst_charging_connector_fault", 47),
    Row(169, 1, b"\x30", "bst_battery_overtemperature", 48),
    Row(170, 1, b"\x31", "bst_high_voltage_relay_fault", 49),
    Row(171, 1, b"\x32", "bst_detection_point2_fault", 50),
    Row(172, 1, b"\x33", "bst_other_fault", 51),
    Row(173, 1, b"\x34", "bst_overcurrent", 52),
    Row(174, 1, b"\x35", "bst_voltage_abnormal", 53),
    Row(175, 2, b"\x2c\x03", "bsd_final_soc", 81.2),
    Row(177, 4, b"\x29\x01\x00\x00", "bsd_min_cell_voltage", 2.97),
    Row(181, 4, b"\x6c\x01\x00\x00", "bsd_max_cell_voltage", 3.64),
    Row(185, 1, b"\x49", "bsd_min_battery_temperature", 23),
    Row(186, 1, b"\x56", "bsd_max_battery_temperature", 36),
    Row(187, 1, b"\x36", "bem_charger_recognition_00_timeout", 54),
    Row(188, 1, b"\x37", "bem_charger_recognition_aa_timeout", 55),
    Row(189, 1, b"\x38", "bem_time_sync_max_output_timeout", 56),
    Row(190, 1, b"\x39", "bem_charger_ready_timeout", 57),
    Row(191, 1, b"\x3a", "bem_charger_status_timeout", 58),
    Row(192, 1, b"\x3b", "bem_charger_stop_timeout", 59),
    Row(193, 1, b"\x3c", "bem_charger_statistics_timeout", 60),
    Row(194, 1, b"\x3d", "bem_other", 61),
)

_RECORD_ANSWER = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 1, b"\x03", "connector_id", 3),
    Row(5, 32, b"1234567890", "id_tag", "1234567890"),
    Row(37, 4, b"\xa1\x0f\x00\x00", "internal_index", 4001),
    Row(41, 1, b"\x01", "amount_fields_valid", 1),
    Row(42, 4, b"\x65\x00\x00\x00", "amount_before_discount", 1.01),
    Row(46, 4, b"\xca\x00\x00\x00", "discount_amount", 2.02),
    Row(50, 4, b"\x2f\x01\x00\x00", "amount_charged", 3.03),
    Row(54, 4, b"\x94\x01\x00\x00", "account_balance", 4.04),
    Row(58, 4, b"\xf9\x01\x00\x00", "energy_amount_charged", 5.05),
    Row(62, 4, b"\x5e\x02\x00\x00", "service_amount_charged", 6.06),
)

_WIDE_RECORD_ANSWER = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 1, b"\x03", "connector_id", 3),
    Row(5, 32, b"32010001", "charge_point_id", "32010001"),
    Row(37, 4, b"\x65\x00\x00\x00", "session_cost", 1.01),
    Row(41, 4, b"\xca\x00\x00\x00", "account_balance", 2.02),
    Row(45, 32, b"20260601103005000042", "transaction_id", "20260601103005000042"),
)
"""Not in the vendor's table: NUMBO-DOC."""

_VEHICLE_ANSWER = (
    Row(0, 2, b"\x08\x00", "reserved1", 8),
    Row(2, 2, b"\x54\x42", "reserved2", 16980),
    Row(4, 32, b"32010001", "charge_point_id", "32010001"),
    Row(36, 1, b"\x03", "connector_id", 3),
    Row(37, 17, b"LSVAU2180N2000001", "vin", "LSVAU2180N2000001"),
    Row(54, 32, b"1234567890", "id_tag", "1234567890"),
    Row(86, 32, b"20260601103005000042", "transaction_id", "20260601103005000042"),
    Row(118, 1, b"\x01", "result", 1),
    Row(119, 1, b"\x02", "reason", 2),
    Row(120, 4, b"\x63\x22\x00\x00", "available_balance", 88.03),
    Row(124, 6, b"123456", "local_stop_password", "123456"),
)

COMMANDS_ON_THE_WIRE = {
    5: (16, _CONTROL),
    7: (104, _START),
    102: (54, _HEARTBEAT),
    104: (239, _STATUS_REPORT),
    106: (133, _LOGIN),
    108: (68, _ALARM_REPORT),
    110: (159, _START_RESULT),
    114: (142, _PERIOD_ENERGIES),
    # 201 and 206 are not in the vendor's table: as its 221, and as its 222 without the tail.
    201: (66, _RECORD_ANSWER),
    202: (294, _RECORD),
    203: (70, _CARD_ANSWER),
    204: (159, _CARD),
    205: (77, _WIDE_RECORD_ANSWER),
    206: (384, _FINE_RECORD[:-3]),
    207: (130, _VEHICLE_ANSWER),
    221: (66, _RECORD_ANSWER),
    222: (390, _FINE_RECORD),
    302: (195, _BMS_REPORT),
    1102: (96, slots("energy_price")),
    1103: (96, slots("energy_price")),
    1105: (144, slots("energy_price", "service_price")),
}
"""Bytes of the data, and the rows, by command."""
