"""States of a connector: how it is (104, 102), how it began (8, 110), what it charged (202, 222).

Units as in the vendor's table; where that is silent, as in public implementations.
"""

from __future__ import annotations

from ..model.states import AttributeRow, StateRow
from .command_numbers import Cmd
from .enums import CONNECTOR_STATUS, START_RESULT, STOP_REASON
from .rows import Q, Report, at_once, shown, technical

_HEARTBEAT = Report(Cmd.HEARTBEAT)
_STATUS = Report(Cmd.STATUS_REPORT)
_START = Report(Cmd.START_RESULT)
_PERIODS = Report(Cmd.PERIOD_ENERGY_RESPONSE)
_RECORD = Report(Cmd.CHARGE_RECORD)

PLUGGED_IN = -5
"""Work state 5 without a reservation: some dialects mean "plugged in" by it."""

IEC_61851 = {0: "a", 1: "b", 2: "c", 3: "f"}
"""A: no vehicle, B: connected, C: charging, F: not available."""

HIGHEST_ALARM = technical(
    *shown(_STATUS.told("error_code", "Highest alarm", Q.ENUM)),
    _STATUS.made("error_number", "Highest alarm code", Q.CODE, wire="error_code"),
)

_METER = (
    "One pile tells a start reading, but 0 as the current one, while idle: the start reading "
    "stands in until a current one was told."
)
_NO_METER = frozenset({0.0})
_PLUGGED = "5 is reserved in one document, plugged in in one implementation: the flag decides."

LIFETIME = _STATUS.made(
    "lifetime_energy", "Lifetime energy", Q.ENERGY_TOTAL, enabled=True, deviates=_METER
)

METER_START = _STATUS.told("meter_start", "Meter at session start", Q.ENERGY_AMOUNT)
METER_VALUE = _STATUS.told("meter_value", "Meter reading", Q.ENERGY_AMOUNT)

PLUGGED = _HEARTBEAT.made("plugged", "Plugged in (heartbeat)", Q.FLAG, diagnostic=True)

STATUS: tuple[StateRow, ...] = (
    *shown(
        _STATUS.told(
            "connector_status",
            "Charging state",
            Q.ENUM,
            options={**CONNECTOR_STATUS, PLUGGED_IN: "plugged_in"},
            deviates=_PLUGGED,
        ),
        _STATUS.made("cable", "Cable plugged in", Q.FLAG, wire="vehicle_connection_status"),
        _STATUS.told("charging_power", "Power", Q.POWER),
        _STATUS.told("soc", "Vehicle SOC", Q.STATE_OF_CHARGE),
        _STATUS.told("dc_voltage", "DC voltage", Q.VOLTAGE),
        _STATUS.told("dc_current", "DC current", Q.CURRENT),
        _STATUS.told("ac_current_l1", "Current L1", Q.CURRENT),
        _STATUS.told("ac_current_l2", "Current L2", Q.CURRENT),
        _STATUS.told("ac_current_l3", "Current L3", Q.CURRENT),
        _STATUS.made("session_energy", "Session energy", Q.ENERGY_SESSION),
        LIFETIME,
        _STATUS.told("session_duration", "Session duration", Q.DURATION_S),
        _STATUS.told("remaining_charging_time", "Remaining time", Q.DURATION_MIN),
        _STATUS.told("session_cost", "Session cost", Q.MONEY),
        _STATUS.made("start_time", "Session start", Q.TIMESTAMP),
        _STATUS.told("connector_temperature", "Connector temperature", Q.TEMPERATURE),
    ),
    _STATUS.told("ac_voltage_l1", "Voltage L1", Q.VOLTAGE),
    _STATUS.told("ac_voltage_l2", "Voltage L2", Q.VOLTAGE),
    _STATUS.told("ac_voltage_l3", "Voltage L3", Q.VOLTAGE),
    _STATUS.told("session_energy_cost", "Session energy cost", Q.MONEY),
    _STATUS.told("session_service_cost", "Session service cost", Q.MONEY),
    _STATUS.told("start_method", "Start method", Q.ENUM),
    _STATUS.told("parking_lock_status", "Parking lock", Q.ENUM),
    _STATUS.told("reservation_flag", "Reserved", Q.FLAG),
    _STATUS.told("id_tag", "Card", Q.TEXT, private=True),
    _STATUS.told("vin", "VIN", Q.TEXT, private=True),
    _STATUS.told("card_balance_before", "Card balance before", Q.MONEY, private=True),
    *technical(
        _STATUS.told("bms_demand_voltage", "BMS demand voltage", Q.VOLTAGE),
        _STATUS.told("bms_demand_current", "BMS demand current", Q.CURRENT),
        _STATUS.told("bms_charging_mode", "BMS charging mode", Q.ENUM),
        _STATUS.told("outlet_air_temperature", "Outlet air temperature", Q.TEMPERATURE),
        _STATUS.told("ambient_temperature", "Ambient temperature", Q.TEMPERATURE),
        _STATUS.told("connector_type", "Connector type", Q.ENUM),
        _STATUS.told("vehicle_connection_status", "Vehicle connection", Q.ENUM),
        _STATUS.made("iec61851", "IEC 61851 state", Q.ENUM, options=IEC_61851),
        _STATUS.told("charging_strategy", "Charging strategy", Q.ENUM),
        _STATUS.told("charging_strategy_param", "Charging strategy parameter", Q.CODE),
        _STATUS.told("reservation_timeout", "Reservation timeout", Q.DURATION_MIN),
        _STATUS.told("transaction_id", "Transaction ID", Q.TEXT, private=True),
        METER_START,
        METER_VALUE,
        _STATUS.told(
            "dc_pile_ac_meter_energy", "AC meter energy", Q.ENERGY_TOTAL, unknown=_NO_METER
        ),
        # Numbers that nobody has published the meaning of.
        _STATUS.told("connector_holster_status", "Holster", Q.CODE),
        _STATUS.told("door_status", "Door", Q.CODE),
        _STATUS.told("charging_mode", "Charging mode", Q.CODE),
        PLUGGED,
    ),
    *HIGHEST_ALARM,
)

START: tuple[StateRow, ...] = technical(
    *shown(_START.made("start_failure_reason", "Last start result", Q.ENUM, options=START_RESULT)),
    _START.made("start_result_code", "Last start result code", Q.CODE, wire="start_failure_reason"),
    _START.told("report_reason", "Start report reason", Q.CODE),
)

HALF_HOUR_ENERGIES = "half_hours"

LAST_ENERGY = _RECORD.made(
    "session_energy",
    "Last session energy",
    Q.ENERGY_AMOUNT,
    enabled=True,
    attributes=(AttributeRow(HALF_HOUR_ENERGIES, "Half-hour energies", Q.ENERGY_ARRAY),),
)

SESSIONS = _RECORD.made("sessions", "Sessions", Q.CYCLES, enabled=True)

RECORD: tuple[StateRow, ...] = at_once(
    *shown(
        LAST_ENERGY,
        _RECORD.made("start_time", "Last session start", Q.TIMESTAMP),
        _RECORD.made("stop_time", "Last session end", Q.TIMESTAMP),
        _RECORD.made("stop_reason", "Last session stop reason", Q.ENUM, options=STOP_REASON),
        _RECORD.told("session_cost", "Last session cost", Q.MONEY),
        SESSIONS,
    ),
    _RECORD.told("session_duration", "Last session duration", Q.DURATION_S),
    _RECORD.told("soc_start", "Last session SOC at start", Q.PERCENTAGE),
    _RECORD.told("soc_stop", "Last session SOC at end", Q.PERCENTAGE),
    _RECORD.told("session_service_cost", "Last session service cost", Q.MONEY),
    _RECORD.told("start_method", "Last session start method", Q.ENUM),
    _RECORD.told("id_tag", "Last session card", Q.TEXT, private=True),
    _RECORD.told("vin", "Last session VIN", Q.TEXT, private=True),
    _RECORD.told("license_plate", "Last session license plate", Q.TEXT, private=True),
    _RECORD.told("card_balance_before", "Last session card balance before", Q.MONEY, private=True),
    *technical(
        _RECORD.made("stop_reason_code", "Last session stop code", Q.CODE, wire="stop_reason"),
        _RECORD.told("meter_start", "Last session meter at start", Q.ENERGY_AMOUNT),
        _RECORD.told("meter_stop", "Last session meter at end", Q.ENERGY_AMOUNT),
        _RECORD.told("charging_strategy", "Last session charging strategy", Q.ENUM),
        _RECORD.told("charging_strategy_param", "Last session strategy parameter", Q.CODE),
        _RECORD.told("transaction_id", "Last session transaction ID", Q.TEXT, private=True),
        _RECORD.told("parallel_charging_flag", "Last session parallel charging", Q.FLAG),
        _RECORD.told("record_index", "Last session record number", Q.CODE),
    ),
)

PERIODS = _PERIODS.made("periods", "Half-hour energies", Q.ENERGY_ARRAY)

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
