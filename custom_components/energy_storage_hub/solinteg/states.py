"""Everything an inverter of the CT check source can tell and do.

Report `ctCheck` is our own, the others are the vendor's answers; states are spelled as there (the
first version of the API where its two versions differ in capitals and underscores). Powers are
kW on the wire.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..model.quantity import Quantity
from ..model.states import AttributeRow, StateRow
from .codes import DEVICE_STATUS, PRECHECK_REASONS
from .ct_events import CONCLUSIVE, Note, Origin, Reason, State

Q = Quantity

CT_CHECK, PRECHECK, RESULT, REALTIME = "ctCheck", "precheck", "checkResult", "realtimeData"

PHASES = ("1", "2", "3")
PV_INPUTS = ("1", "2", "3", "4")

REASONS = tuple(dict.fromkeys((*PRECHECK_REASONS, *(str(reason) for reason in Reason))))

ERRORS = (
    "bad_answer",
    "cannot_connect",
    "cloud_error",
    "empty_answer",
    "http_error",
    "not_found",
    "not_saved",
    "token_refused",
    "too_many_requests",
    "web_page",
)


def _slugs(values: Iterable[str]) -> dict[int, str]:
    """Number our own options, as the rows of enumerations want it."""
    return dict(enumerate(str(value) for value in values))


def _report(report: str, *rows: StateRow) -> tuple[StateRow, ...]:
    return tuple(replace(row, report=report) for row in rows)


_CHECK = StateRow(
    "state",
    "CT check",
    Q.ENUM,
    options=_slugs(State),
    enabled=True,
    always=True,
    icon="mdi:connection",
    attributes=(
        AttributeRow("reasons", "Reasons", slugs=REASONS),
        AttributeRow("notes", "Notes", slugs=tuple(Note)),
        AttributeRow("origin", "Started", slugs=tuple(Origin)),
        AttributeRow("started_at", "Start time", Q.TIMESTAMP),
        AttributeRow("finished_at", "End time", Q.TIMESTAMP),
        AttributeRow("phases", "Abnormal phases"),
        AttributeRow("message", "Message of the cloud"),
        AttributeRow("last_error", "Latest error", slugs=ERRORS),
    ),
)

_OWN = _report(
    CT_CHECK,
    _CHECK,
    StateRow(
        "lastResult",
        "Last CT check result",
        Q.ENUM,
        options=_slugs(CONCLUSIVE),
        enabled=True,
        always=True,
        icon="mdi:clipboard-check-outline",
    ),
    StateRow("lastFinished", "Last CT check", Q.TIMESTAMP, enabled=True, always=True),
    StateRow("wiringProblem", "CT wiring problem", Q.PROBLEM, enabled=True, always=True),
    StateRow(
        "ready", "Ready for CT check", Q.FLAG, enabled=True, icon="mdi:clipboard-play-outline"
    ),
    StateRow("active", "Check in progress", Q.FLAG, enabled=True, icon="mdi:progress-clock"),
)

_PRECHECK = _report(
    PRECHECK,
    StateRow(
        "deviceStatus",
        "Device status",
        Q.ENUM,
        options=DEVICE_STATUS,
        enabled=True,
        icon="mdi:state-machine",
    ),
    StateRow("deviceStatusCode", "Device status code", Q.CODE, diagnostic=True),
    StateRow("bmsFault", "BMS communication problem", Q.PROBLEM, enabled=True),
    StateRow("faultArmFlag2", "Alarm flags 2", Q.CODE, diagnostic=True),
    StateRow("meterStatus", "Meter connected", Q.CONNECTIVITY, enabled=True),
    StateRow("meterConnected", "Meter connected (second flag)", Q.CONNECTIVITY, diagnostic=True),
)

_PHASE = (
    StateRow("sensorAns{}", "CT phase {}", Q.PROBLEM, enabled=True, diagnostic=True),
    StateRow("phaseFlag{}", "CT phase {} error code", Q.TEXT, diagnostic=True),
    StateRow("inverterSide{}", "CT phase {} order at the inverter", Q.TEXT, diagnostic=True),
    StateRow("smartSide{}", "CT phase {} order at the meter", Q.TEXT, diagnostic=True),
)


def _family(members: Iterable[str], rows: tuple[StateRow, ...]) -> tuple[StateRow, ...]:
    return tuple(
        replace(row, state=row.state.format(member), name=row.name.format(member))
        for member in members
        for row in rows
    )


_RESULT = _report(
    RESULT,
    StateRow(
        "meterStatus",
        "CT check result word",
        Q.CODE,
        diagnostic=True,
        attributes=(AttributeRow("hexadecimal", "Hexadecimal"),),
    ),
    StateRow("bit0", "CT check result bit 0", Q.FLAG, diagnostic=True),
    *_family(PHASES, _PHASE),
)

_KILO = 1000.0

MEASURED = _report(
    REALTIME,
    StateRow("PPVInput", "Solar power", Q.POWER, scale=_KILO, enabled=True),
    StateRow("Pac", "Inverter power", Q.POWER, scale=_KILO, enabled=True),
    StateRow("PmeterTotal", "Meter power", Q.POWER, scale=_KILO, enabled=True),
    StateRow("Battery_P", "Battery power", Q.POWER, scale=_KILO, enabled=True),
    StateRow("Pload", "Load power", Q.POWER, scale=_KILO, enabled=True),
    StateRow("Total_Backup_P", "Backup power", Q.POWER, scale=_KILO),
    StateRow("SOC", "State of charge", Q.STATE_OF_CHARGE, enabled=True),
    StateRow("SOH", "State of health", Q.STATE_OF_HEALTH, diagnostic=True),
    StateRow("EtotalPv", "Solar energy", Q.ENERGY_TOTAL, enabled=True),
    StateRow("EmeterTotalBuy", "Grid energy imported", Q.ENERGY_TOTAL, enabled=True),
    StateRow("EmeterTotalSell", "Grid energy exported", Q.ENERGY_TOTAL, enabled=True),
    StateRow("ETotalbatteryCharge", "Energy charged", Q.ENERGY_TOTAL, enabled=True),
    StateRow("ETotalbatteryDischarge", "Energy discharged", Q.ENERGY_TOTAL, enabled=True),
    StateRow("EpvDay", "Solar energy today", Q.ENERGY_DAY),
    StateRow("EbuyDay", "Grid energy imported today", Q.ENERGY_DAY),
    StateRow("EsellDay", "Grid energy exported today", Q.ENERGY_DAY),
    StateRow("EbatterychargeDaily", "Energy charged today", Q.ENERGY_DAY),
    StateRow("EbatteryDischargeDaily", "Energy discharged today", Q.ENERGY_DAY),
    StateRow("Fgrid", "Grid frequency", Q.FREQUENCY, diagnostic=True),
    StateRow("Battery_V", "Battery voltage", Q.VOLTAGE, diagnostic=True),
    StateRow("Battery_I", "Battery current", Q.CURRENT, diagnostic=True),
    StateRow("BMSPackTemperature", "Battery temperature", Q.TEMPERATURE, diagnostic=True),
    StateRow("MaxCellVoltage", "Highest cell voltage", Q.VOLTAGE, diagnostic=True),
    StateRow("MinCellVoltage", "Lowest cell voltage", Q.VOLTAGE, diagnostic=True),
    StateRow("BUSVoltage", "DC bus voltage", Q.VOLTAGE, diagnostic=True),
    StateRow("Temperature1", "Inverter temperature", Q.TEMPERATURE, diagnostic=True),
    StateRow("FaultArmFlag1", "Alarm flags 1", Q.CODE, diagnostic=True),
    *_family(
        "ABC",
        (
            StateRow(
                "PmeterPhase{}", "Meter power phase {}", Q.POWER, scale=_KILO, diagnostic=True
            ),
            StateRow("Vgrid_Phase{}", "Grid voltage phase {}", Q.VOLTAGE, diagnostic=True),
            StateRow("Igrid_Phase{}", "Grid current phase {}", Q.CURRENT, diagnostic=True),
        ),
    ),
)
"""What comes from a field of the same name."""

PV = _report(
    REALTIME,
    *_family(
        PV_INPUTS,
        (
            StateRow("Vpv{}", "PV input {} voltage", Q.VOLTAGE, diagnostic=True),
            StateRow("Ipv{}", "PV input {} current", Q.CURRENT, diagnostic=True),
        ),
    ),
)
"""Inputs without panels report nonsense (2000 A in the vendor's sample): checked in pairs."""

ROWS = (*_OWN, *_PRECHECK, *_RESULT, *MEASURED, *PV)
