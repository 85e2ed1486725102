"""States of a swap battery, as its operator's runtime endpoint tells them [SEED-BATTERY].

The groups say how the values are read: `decode.py` has one function for each. No unit is
documented; those here are the safest reading, and the battery's own options change them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..model.quantity import Quantity
from ..model.states import AttributeRow, StateRow, Take
from .faults import FAULTS

Q = Quantity
"""Short, for it stands in every row."""

ONLINE = StateRow("online", "Connection", Q.CONNECTIVITY, report="runtimeInfo", enabled=True)
"""The only state that is true in every answer."""


def _info(*rows: StateRow) -> tuple[StateRow, ...]:
    return tuple(replace(row, report="runtimeInfo") for row in rows)


def _technical(rows: Iterable[StateRow]) -> tuple[StateRow, ...]:
    return tuple(replace(row, diagnostic=True) for row in rows)


def _private(rows: Iterable[StateRow]) -> tuple[StateRow, ...]:
    return tuple(replace(row, private=True) for row in rows)


# The first is what the operator's app shows, the second what the battery itself says.
PERCENTAGES = (
    *_info(StateRow("soc", "State of charge", Q.STATE_OF_CHARGE, enabled=True)),
    *_technical(_info(StateRow("realSoc", "State of charge of the BMS", Q.PERCENTAGE))),
    *_info(StateRow("soh", "State of health", Q.STATE_OF_HEALTH, enabled=True)),
)

COUNTS = _info(
    StateRow("loopCount", "Cycles", Q.CYCLES, enabled=True),
    StateRow("chargingCount", "Charge count", Q.CYCLES),
    StateRow("dischargeCount", "Discharge count", Q.CYCLES),
)

PACK_VOLTAGES = (
    *_info(StateRow("voltage", "Voltage", Q.VOLTAGE, enabled=True)),
    *_technical(_info(StateRow("ratedVoltage", "Nominal voltage", Q.VOLTAGE))),
)

CELL_VOLTAGES = _info(
    StateRow("maxCellVoltage", "Highest cell voltage", Q.VOLTAGE, digits=3),
    StateRow("minCellVoltage", "Lowest cell voltage", Q.VOLTAGE, digits=3),
    StateRow("avgCellVoltage", "Average cell voltage", Q.VOLTAGE, digits=3),
)

CELLS = _info(StateRow("cells", "Cell voltages", Q.VOLTAGE_ARRAY))
CELL_SPREAD = _info(
    StateRow(
        "cellSpread",
        "Cell voltage difference",
        Q.VOLTAGE_DIFFERENCE,
        wire="cells",
        take=Take.SPREAD,
        scale=1000,
        enabled=True,
    )
)

TEMPERATURES = (
    *_info(
        StateRow("maxCellTemperature", "Highest cell temperature", Q.TEMPERATURE, enabled=True),
        StateRow("mosTemperature", "MOSFET temperature", Q.TEMPERATURE, enabled=True),
    ),
    *_technical(
        _info(
            StateRow("balTemperature", "Balancing resistor temperature", Q.TEMPERATURE),
            StateRow("tvsTemperature", "Diode temperature", Q.TEMPERATURE),
            StateRow("sensorTemperature", "Sense resistor temperature", Q.TEMPERATURE),
        )
    ),
)

# Only as many of these as the battery has probes.
PROBES = _info(
    StateRow("temperature1", "Battery temperature 1", Q.TEMPERATURE),
    StateRow("temperature2", "Battery temperature 2", Q.TEMPERATURE),
    StateRow("temperature3", "Battery temperature 3", Q.TEMPERATURE),
    StateRow("temperature4", "Battery temperature 4", Q.TEMPERATURE),
)

CAPACITIES = _info(
    StateRow("remainCapacity", "Remaining capacity", Q.CAPACITY),
    StateRow("ratedCapacity", "Rated capacity", Q.CAPACITY),
)
CAPACITY_RATIO = _info(
    StateRow("capacityRatio", "Remaining capacity ratio", Q.PERCENTAGE, wire="remainCapacity")
)

# Mean values over 10 and 20 minutes, limits at -10 and -20 degrees, two modules? Raw numbers.
NUMBERS = (
    *_info(StateRow("power", "Power", Q.POWER)),
    *_technical(
        _info(
            StateRow("ecurrent", "Current (unit unknown)", Q.MEASURE),
            StateRow("m10Power", "Power m10", Q.MEASURE),
            StateRow("m10Current", "Current m10", Q.MEASURE),
            StateRow("m20Power", "Power m20", Q.MEASURE),
            StateRow("m20Current", "Current m20", Q.MEASURE),
            StateRow("temperatureProbeCount", "Temperature probes", Q.CODE),
            StateRow("signalValue", "Signal", Q.MEASURE),
            StateRow("bmsStatusTag", "BMS status code", Q.CODE),
        )
    ),
)

SLOTS = _info(
    StateRow("pluggedCabinetSlotSeq", "Cabinet slot", Q.CODE, enabled=True),
    StateRow("pluggedPileSlotSeq", "Pile slot", Q.CODE),
)

FLAGS = (
    *_info(
        StateRow("critical", "Critical", Q.FLAG, enabled=True),
        StateRow("changeable", "Swappable", Q.FLAG, enabled=True),
    ),
    *_technical(
        _info(
            StateRow("chargingMosStatus", "Charge MOSFET", Q.FLAG),
            StateRow("dischargeMosStatus", "Discharge MOSFET", Q.FLAG),
            StateRow("upgrading", "Firmware update", Q.FLAG),
            # Settings that the operator makes from afar, not states.
            StateRow("nonStandardChargingEnabled", "Non-standard charging allowed", Q.FLAG),
            StateRow("disChargingEnabled", "Discharging allowed", Q.FLAG),
        )
    ),
)

TEXTS = _technical(
    _info(
        # Of the asset, not of what the battery does: one that never reported is "WORKING".
        StateRow("status", "Asset status", Q.TEXT),
        StateRow("firmware", "Firmware version", Q.TEXT),
        StateRow("bmsStatusDescription", "BMS status", Q.TEXT),
        StateRow("faultTag", "Fault tag", Q.TEXT),
        StateRow("brandId", "Brand", Q.TEXT),
    )
)

BATTERY_TYPE = _technical(_info(StateRow("batteryType", "Battery type", Q.TEXT)))

# What tells where the battery, and so perhaps a person, is.
PLACES = _technical(
    _private(
        _info(
            StateRow("id", "Record number", Q.TEXT),
            StateRow("gateway", "Gateway", Q.TEXT),
            StateRow("communicationId", "Communication number", Q.TEXT),
            StateRow("commModuleId", "Modem", Q.TEXT),
            StateRow("commModuleRuntime", "Modem state", Q.TEXT),
            StateRow("pluggedLineId", "Line", Q.TEXT),
            StateRow("pluggedPileId", "Pile", Q.TEXT),
            StateRow("pluggedPileSlotId", "Pile slot number", Q.TEXT),
            StateRow("pluggedCabinetId", "Cabinet", Q.TEXT),
            StateRow("pluggedCabinetSlotId", "Cabinet slot number", Q.TEXT),
        )
    )
)

# The first two say when the battery was heard.
DATES = _technical(
    _info(
        StateRow("lastUpdateDate", "Last report", Q.TIMESTAMP, enabled=True),
        StateRow("lastHBDate", "Last heartbeat", Q.TIMESTAMP),
        StateRow("registerDate", "Registered", Q.TIMESTAMP),
        StateRow("gatewayDate", "Gateway time", Q.TIMESTAMP),
        StateRow("powerUpdateDate", "Power measured", Q.TIMESTAMP),
        StateRow("signalUpdateDate", "Signal measured", Q.TIMESTAMP),
        StateRow("gpsUpdateDate", "Position measured", Q.TIMESTAMP, private=True),
    )
)

POSITION = _technical(
    _private(
        _info(
            StateRow("latitude", "Latitude", Q.COORDINATE),
            StateRow("longitude", "Longitude", Q.COORDINATE),
            StateRow("altitudes", "Altitude", Q.SETTING),
            StateRow("speed", "Speed", Q.SETTING),
            StateRow("course", "Course", Q.SETTING),
        )
    )
)

_WORK_STATUS = (
    StateRow("charging", "Charging", Q.FLAG, enabled=True),
    StateRow("discharging", "Discharging", Q.FLAG, enabled=True),
    StateRow("fullChargeSign", "Fully charged", Q.FLAG),
    StateRow("chargerInPlace", "Charger connected", Q.FLAG),
    *_technical(
        (
            StateRow("invalid", "Work status invalid", Q.FLAG),
            StateRow("chargeMos", "Charge MOSFET (work status)", Q.FLAG),
            StateRow("dischargeMos", "Discharge MOSFET (work status)", Q.FLAG),
            StateRow("preStartMos", "Pre-start MOSFET", Q.FLAG),
            StateRow("activate", "Activated", Q.FLAG),
            StateRow("batteryGroupBalance", "Pack balancing", Q.FLAG),
            StateRow("afeEquilibrium", "AFE balancing", Q.FLAG),
            StateRow("highLowGroupEquilibrium", "Cell group balancing", Q.FLAG),
            # They contradict the server's own `fault` in the sample: never an alarm.
            StateRow("fault", "Fault (work status)", Q.FLAG),
            StateRow("runingFault", "Running fault (work status)", Q.FLAG),
            StateRow("runingAlarm", "Running alarm (work status)", Q.FLAG),
            StateRow("retain", "Reserved flag (work status)", Q.FLAG),
            StateRow("isUpgrading", "Firmware update (work status)", Q.FLAG),
        )
    ),
)
WORK_FLAGS = tuple(replace(row, report="workStatus") for row in _WORK_STATUS)
WORK_NORMAL = StateRow("normal", "Normal operation", Q.FLAG, report="workStatus", diagnostic=True)
WORK_VALUE = StateRow(
    "workStatusValue", "Work status code", Q.CODE, report="workStatus", diagnostic=True
)

FAULT = StateRow("fault", "Fault", Q.PROBLEM, report="runtimeInfo", enabled=True)
NO_FAULT, IMPLAUSIBLE, UNNAMED = "no_fault", "details_implausible", "fault_not_named"
ACTIVE_FAULTS = StateRow(
    "activeFaults",
    "Active faults",
    Q.TEXT,
    report="batteryFaultCodeList",
    options={0: NO_FAULT, 1: IMPLAUSIBLE, 2: UNNAMED},
    enabled=True,
    # All of them: a state ends after 255 characters.
    attributes=(AttributeRow("faults", "Faults", Q.TEXT_ARRAY),),
)
FAULT_BITS = {
    fault.key: StateRow(
        fault.key, fault.name, Q.PROBLEM, report="batteryFaultCodeList", diagnostic=True
    )
    for fault in FAULTS
}

ROWS = (
    ONLINE,
    *PERCENTAGES,
    *COUNTS,
    *PACK_VOLTAGES,
    *CELL_VOLTAGES,
    *CELLS,
    *CELL_SPREAD,
    *TEMPERATURES,
    *PROBES,
    *CAPACITIES,
    *CAPACITY_RATIO,
    *NUMBERS,
    *SLOTS,
    *FLAGS,
    *TEXTS,
    *BATTERY_TYPE,
    *PLACES,
    *DATES,
    *POSITION,
    *WORK_FLAGS,
    WORK_NORMAL,
    WORK_VALUE,
    # First the words: who is told of a fault wants to read them.
    ACTIVE_FAULTS,
    FAULT,
    *FAULT_BITS.values(),
)
