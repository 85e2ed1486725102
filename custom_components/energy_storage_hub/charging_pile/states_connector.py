"""States of a connector: how it is (104, 102), how it began (8, 110), what it charged (202, 222).

Units as in the vendor's table; where that is silent, as in public implementations.
"""

from __future__ import annotations

from ..model.states import AttributeRow, StateRow
from .enums import CONNECTOR_STATUS, START_RESULT, STOP_REASON
from .rows import Q, at_once, made, shown, technical, told

PLUGGED_IN = -5
"""Work state 5 without a reservation: some dialects mean "plugged in" by it."""

IEC_61851 = {0: "a", 1: "b", 2: "c", 3: "f"}
"""A: no vehicle, B: connected, C: charging, F: not available."""

ALARM = technical(
    *shown(told(104, "error_code", "Highest alarm", Q.ENUM)),
    made(104, "error_number", "Highest alarm code", Q.CODE, wire="error_code"),
)

_METER = (
    "One pile tells a start reading, but 0 as the current one, while idle: the start reading "
    "stands in, and a reading that is lower than before is not believed."
)
_PLUGGED = "5 is reserved in one document, plugged in in one implementation: the flag decides."

STATUS: tuple[StateRow, ...] = (
    *shown(
        told(
            104,
            "connector_status",
            "Charging state",
            Q.ENUM,
            options={**CONNECTOR_STATUS, PLUGGED_IN: "plugged_in"},
            deviates=_PLUGGED,
        ),
        made(104, "cable", "Cable plugged in", Q.FLAG, wire="vehicle_connection_status"),
        told(104, "charging_power", "Power", Q.POWER),
        told(104, "soc", "Vehicle SOC", Q.STATE_OF_CHARGE),
        told(104, "dc_voltage", "DC voltage", Q.VOLTAGE),
        told(104, "dc_current", "DC current", Q.CURRENT),
        told(104, "ac_current_l1", "Current L1", Q.CURRENT),
        told(104, "ac_current_l2", "Current L2", Q.CURRENT),
        told(104, "ac_current_l3", "Current L3", Q.CURRENT),
        made(104, "session_energy", "Session energy", Q.ENERGY_DAY),
        made(104, "lifetime_energy", "Lifetime energy", Q.ENERGY_TOTAL, deviates=_METER),
        told(104, "session_duration", "Session duration", Q.DURATION_S),
        told(104, "remaining_charging_time", "Remaining time", Q.DURATION_MIN),
        told(104, "session_cost", "Session cost", Q.MONEY),
        made(104, "start_time", "Session start", Q.TIMESTAMP),
        told(104, "connector_temperature", "Connector temperature", Q.TEMPERATURE),
    ),
    told(104, "ac_voltage_l1", "Voltage L1", Q.VOLTAGE),
    told(104, "ac_voltage_l2", "Voltage L2", Q.VOLTAGE),
    told(104, "ac_voltage_l3", "Voltage L3", Q.VOLTAGE),
    told(104, "session_energy_cost", "Session energy cost", Q.MONEY),
    told(104, "session_service_cost", "Session service cost", Q.MONEY),
    told(104, "start_method", "Start method", Q.ENUM),
    told(104, "parking_lock_status", "Parking lock", Q.ENUM),
    told(104, "reservation_flag", "Reserved", Q.FLAG),
    told(104, "id_tag", "Card", Q.TEXT, private=True),
    told(104, "vin", "VIN", Q.TEXT, private=True),
    told(104, "card_balance_before", "Card balance before", Q.MONEY, private=True),
    *technical(
        told(104, "bms_demand_voltage", "BMS demand voltage", Q.VOLTAGE),
        told(104, "bms_demand_current", "BMS demand current", Q.CURRENT),
        told(104, "bms_charging_mode", "BMS charging mode", Q.ENUM),
        told(104, "outlet_air_temperature", "Outlet air temperature", Q.TEMPERATURE),
        told(104, "ambient_temperature", "Ambient temperature", Q.TEMPERATURE),
        told(104, "connector_type", "Connector type", Q.ENUM),
        told(104, "vehicle_connection_status", "Vehicle connection", Q.ENUM),
        made(104, "iec61851", "IEC 61851 state", Q.ENUM, options=IEC_61851),
        told(104, "charging_strategy", "Charging strategy", Q.ENUM),
        told(104, "charging_strategy_param", "Charging strategy parameter", Q.CODE),
        told(104, "reservation_timeout", "Reservation timeout", Q.DURATION_MIN),
        told(104, "transaction_id", "Transaction ID", Q.TEXT, private=True),
        told(104, "meter_start", "Meter at session start", Q.ENERGY_AMOUNT),
        told(104, "meter_value", "Meter reading", Q.ENERGY_AMOUNT),
        made(104, "dc_pile_ac_meter_energy", "AC meter energy", Q.ENERGY_TOTAL),
        # Numbers that nobody has published the meaning of.
        told(104, "connector_holster_status", "Holster", Q.CODE),
        told(104, "door_status", "Door", Q.CODE),
        told(104, "charging_mode", "Charging mode", Q.CODE),
        made(102, "plugged", "Plugged in (heartbeat)", Q.FLAG),
    ),
    *ALARM,
)

START: tuple[StateRow, ...] = technical(
    *shown(made(110, "start_failure_reason", "Last start result", Q.ENUM, options=START_RESULT)),
    made(110, "start_result_code", "Last start result code", Q.CODE, wire="start_failure_reason"),
    told(110, "report_reason", "Start report reason", Q.CODE),
)

HALF_HOURS = "half_hours"

RECORD: tuple[StateRow, ...] = at_once(
    *shown(
        made(
            202,
            "session_energy",
            "Last session energy",
            Q.ENERGY_AMOUNT,
            attributes=(AttributeRow(HALF_HOURS, "Half-hour energies", Q.ENERGY_ARRAY),),
        ),
        made(202, "start_time", "Last session start", Q.TIMESTAMP),
        made(202, "stop_time", "Last session end", Q.TIMESTAMP),
        made(202, "stop_reason", "Last session stop reason", Q.ENUM, options=STOP_REASON),
        told(202, "session_cost", "Last session cost", Q.MONEY),
        made(202, "sessions", "Sessions", Q.CYCLES),
    ),
    told(202, "session_duration", "Last session duration", Q.DURATION_S),
    told(202, "soc_start", "Last session SOC at start", Q.PERCENTAGE),
    told(202, "soc_stop", "Last session SOC at end", Q.PERCENTAGE),
    told(202, "session_service_cost", "Last session service cost", Q.MONEY),
    told(202, "start_method", "Last session start method", Q.ENUM),
    told(202, "id_tag", "Last session card", Q.TEXT, private=True),
    told(202, "vin", "Last session VIN", Q.TEXT, private=True),
    told(202, "license_plate", "Last session license plate", Q.TEXT, private=True),
    told(202, "card_balance_before", "Last session card balance before", Q.MONEY, private=True),
    *technical(
        made(202, "stop_reason_code", "Last session stop code", Q.CODE, wire="stop_reason"),
        made(202, "meter_start", "Last session meter at start", Q.ENERGY_AMOUNT),
        made(202, "meter_stop", "Last session meter at end", Q.ENERGY_AMOUNT),
        told(202, "charging_strategy", "Last session charging strategy", Q.ENUM),
        told(202, "charging_strategy_param", "Last session strategy parameter", Q.CODE),
        told(202, "transaction_id", "Last session transaction ID", Q.TEXT, private=True),
        told(202, "parallel_charging_flag", "Last session parallel charging", Q.FLAG),
        told(202, "record_index", "Last session record number", Q.CODE),
    ),
)

PERIODS: tuple[StateRow, ...] = (made(114, "periods", "Half-hour energies", Q.ENERGY_ARRAY),)

DC_ONLY = frozenset(
    {
        "soc",
        "dc_voltage",
        "dc_current",
        "bms_demand_voltage",
        "bms_demand_current",
        "bms_charging_mode",
        "dc_pile_ac_meter_energy",
    }
)
"""Fields of 104 that an AC connector fills with zeros."""
