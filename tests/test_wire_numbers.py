"""Field numbers, types, enumerations and routes of PowerOcean, held against public tables.

The tables are in `fixtures/wire_powerocean.json`: those of the app's adapter (`app`) and of the
vendor's own .proto files (`vendor`). Nothing in them comes from the messages of this integration:
where these say more than the tables, or less, it is listed here with its reason.
"""

from __future__ import annotations

from functools import cache
import json
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
import pytest

from custom_components.energy_storage_hub.powerocean import messages
from custom_components.energy_storage_hub.powerocean.messages import message_class
from custom_components.energy_storage_hub.powerocean.models import Family
from custom_components.energy_storage_hub.powerocean.reports import REPORTS

TABLES = json.loads((Path(__file__).parent / "fixtures" / "wire_powerocean.json").read_text())

type Table = tuple[str, str, str]
"""Where a message is described: by whom, for which product, under which name."""

FAMILY = {
    "Phase": ("pcsPhase", "PhaseInfo"),
    "Load": ("LoadInfo", "LoadInfo"),
    "PvString": ("mpptPv", "MpptPVInfo"),
    "MpptHeartbeat": ("mpptHeartBeat", "MpptStaReport"),
    "MeterHeartbeat": ("meterHeartBeat", "MeterStaReport"),
    "Heartbeat": ("JTS1_EMS_HEARTBEAT", "HeartbeatReport"),
    "ModuleErrors": ("ErrorCode", "ErrorCode"),
    "ErrorChange": ("ErrorChangeReport", "ErrorChangeReport"),
    "Pack": ("bpStaReport", "BpStaReport"),
    "PackReport": ("JTS1_BP_STA_REPORT", "BpHeartbeatReport"),
    "SerialList": ("EVChargingSnList", "EVChargingSnList"),
    "SgReady": ("SgReadyParam", "SgReadyParam"),
    "ChangeReport": ("JTS1_EMS_CHANGE_REPORT", "EmsChangeReport"),
    "ErrorCodeMask": ("JTS1_ERROR_CODE_MASK_REPORT", "ErrorCodeMaskReport"),
    "HeatPump": ("HPParam", "HPParam"),
    "EcologyReport": ("EmsEcologyDevReport", "EmsEcologyDevReport"),
    "ParamChange": ("JTS1_EMS_PARAM_CHANGE_REPORT", "EmsParamChangeReport"),
    "EnergyStream": ("JTS1_ENERGY_STREAM_REPORT", "EnergyStreamReport"),
    "EnergyMinute": ("EnergyStreamItem", "EnergyStreamItem"),
    "EnergyHistory": ("EnergyStreamDetail", "EnergyStreamDetail"),
    "PvInverterStream": ("EmsPVInvEnergyStreamReport", "EmsPVInvEnergyStreamReport"),
    "StreamSwitch": ("EnergyStreamSwitch", "EnergyStreamSwitch"),
    "WallBox": ("EVChargingParamReport", "EVChargingParamReport"),
    "WallBoxTimers": ("EVChargingTimerTaskReport", "EVChargingTimerTaskReport"),
    "WallBoxStream": ("EVChargingEnergyStreamShow", "EVChargingEnergyStreamShow"),
    "WallBoxStreamReport": ("EVChargingEnergyStreamReport", "EVChargingEnergyStreamReport"),
    "TimerTask": ("EVChargingTimerTaskCfg", "EVChargingTimerTaskCfg"),
    "HeatingRod": ("HRChargingParamReport", "HRChargingParamReport"),
    "RodStream": ("HeatingRodEnergyStream", "HeatingRodEnergyStream"),
    "RodStreamReport": ("HeatingRodEnergyStreamShow", "HeatingRodEnergyStreamShow"),
    "RodTimers": ("HeatingRodTimerTaskReport", "HeatingRodTimerTaskReport"),
    "RodMinute": ("HeatingRodEnergyStreamItem", "HeatingRodEnergyStreamItem"),
    "RodHistory": ("HeatingRodStreamDetail", "HeatingRodStreamDetail"),
    "RodRunData": ("HeatingRodRunDataAck", "HeatingRodRunDataAck"),
    "EnergyHours": ("EnergyItem", "EnergyItem"),
    "EnergyTotals": ("EnergyTotalReport", "EnergyTotalReport"),
    "Module": ("ModuleInfo", "ModuleInfo"),
    "Modules": ("ModuleClusterInfo", "ModuleClusterInfo"),
    "ParallelDevice": ("DevInfo", "DevInfo"),
    "ParallelDeviceList": ("ParallelDevList", "ParallelDevList"),
    "ParallelStream": ("ParallelEnergyStream", "ParallelEnergyStream"),
    "ParallelStreamReport": ("ParallelEnergyStreamReport", "ParallelEnergyStreamReport"),
    "ParallelMinute": ("ParallelEnergyStreamItem", "ParallelEnergyStreamItem"),
    "ParallelHistory": ("ParallelEnergyStreamDetail", "ParallelEnergyStreamDetail"),
    "EnergyDevice": ("EdevBaseInfo", "EdevBaseInfo"),
    "PlugParam": ("EDevSmartPlugParamReport", "EDevSmartPlugParamReport"),
    "EnergyDeviceReport": ("EDevParamReport", "EDevParamReport"),
    "EnergyDevicePriority": ("EDevPriorityItem", "EDevPriorityItem"),
    "EnergyDevicePriorities": ("EDevPriorityListReport", "EDevPriorityListReport"),
}
"""Ours -> name in the app's table, name in the vendor's files: three-phase PowerOcean."""

VENDOR_ONLY = {
    "AiSchedule": "ai_schedule_data",
    "EnergyDeviceStream": "EDevEnergyStreamShowItem",
    "EnergyDeviceStreamReport": "EDevEnergyStreamShow",
    "EnergyDeviceRunData": "EDevRunData",
    "EnergyDeviceRunDataReport": "EDevRunDataSync",
    "PlugRunData": "EDevSmartPlugRunDataSync",
    "PileRunData": "EDevPileChargingRunData",
    "PileParam": "EDevPileChargingParamReport",
    "PileSettings": "EDevPileParamSet",
    "PileOrder": "EDevPileOrderRealStatus",
    "PilePhase": "EDevPileVoltCurrInfo",
}

FIT = {
    "FitHeartbeat": "EMSHeartbeatReport",
    "FitModuleErrors": "ErrorCode",
    "FitErrorChange": "ErrorChangeReport",
    "FitEnergyStream": "EnergyStreamItem",
    "FitEnergyHistory": "EnergyStreamDetail",
    "FitPack": "BPReport",
    "FitPackReport": "BPChangeReport",
    "FitDcChange": "DcChangeReport",
    "FitDcStatus": "DcStaReport2",
    "FitBms": "CloudBmsInfoReport",
}

# The app's table has one change report of Plus, which sends it in three. Numbers under 300 mean
# the same in all of them; those above are the message's own.
_CHANGE: tuple[Table, ...] = (
    ("app", "ocean", "JTS1_EMS_CHANGE_REPORT"),
    ("vendor", "ocean", "EmsChangeReport"),
)
_THIRDS: dict[str, tuple[Table, ...]] = {
    "PlusConfigReport": (("vendor", "plus", "EmsChangeReport"),),
    "PlusGridCodeReport": (),
    "PlusStateReport": (("vendor", "plus", "EmsStateChangeReport"),),
}

MESSAGES: dict[str, tuple[Table, ...]] = {
    "Frame": (("app", "envelope", "HeaderMessage"),),
    "Header": (("app", "envelope", "Header"),),
    **{
        name: (("app", "ocean", app), ("vendor", "ocean", vendor))
        for name, (app, vendor) in FAMILY.items()
    },
    **{name: (("app", "fit", app),) for name, app in FIT.items()},
    **{name: (*own, *_CHANGE) for name, own in _THIRDS.items()},
    "ParallelDevices": (("vendor", "ocean", "ParallelDevListReport"),),
    **{name: (("vendor", "ocean", vendor),) for name, vendor in VENDOR_ONLY.items()},
    "HeatPumpSector": (("app", "plus", "HPTempSector"), ("vendor", "ocean", "HPTempSector")),
    "HeatPumpBoard": (("app", "plus", "HPBoard"), ("vendor", "ocean", "HPBoard")),
    "HeatPumpReport": (("app", "plus", "HPUIReport"), ("vendor", "ocean", "HPUIReport")),
    "HeatPumpState": (
        ("app", "plus", "HPRemoteStatGetAck"),
        ("vendor", "ocean", "HPRemoteStatGetAck"),
    ),
    "StreamSwitch": (("app", "ocean", "EnergyStreamSwitch"), ("app", "fit", "EnergyStreamSwitch")),
    # One message for the timers of wall boxes and heating rods, which are alike.
    "TimerTask": (
        ("app", "ocean", "EVChargingTimerTaskCfg"),
        ("app", "ocean", "HeatingRodTimerTaskCfg"),
        ("vendor", "ocean", "EVChargingTimerTaskCfg"),
    ),
}

ENUMS: dict[str, tuple[Table, ...]] = {
    "WorkMode": (("vendor", "ocean", "WorkMode"), ("app", "ocean", "WorkMode")),
    "RunState": (
        ("vendor", "ocean", "RunStaDef"),
        ("app", "ocean", "RunStaDef"),
        ("app", "fit", "SysRunStaDef"),
    ),
    "BmsRunState": (("vendor", "ocean", "bms_RunStaDef"), ("app", "fit", "BmsRunStaDef")),
    "BmsChargeState": (("vendor", "ocean", "bms_ChgDsgSta"), ("app", "fit", "BmsChgDsgSta")),
    "DabState": (("vendor", "ocean", "dab_ModelStaDef"), ("app", "fit", "DabModelStaDef")),
    "PtcExitEvent": (
        ("vendor", "ocean", "bms_HeatingExitEvent"),
        ("app", "fit", "BmsHeatingExitEvent"),
    ),
    "PackState": (("vendor", "ocean", "bms_SysState"),),
    "EvseStatus": (("app", "ocean", "EVChgSts"), ("vendor", "ocean", "EVChgSts")),
    "FitModuleState": (("app", "fit", "BpModelStaDef"),),
    "FitNetwork": (("app", "fit", "NetworkType"),),
}
"""Ours -> the same, the most complete first."""

BEYOND = {
    # Texts at the end of newer frames, in public captures of R374.
    ("Header", 26): ("name_26", "string"),
    ("Header", 27): ("name_27", "string"),
    # Some systems send a device of 96/12 where the list should be.
    ("ParallelDeviceList", 2): ("dev_sn", "string"),
    # R374 sends 860 and 800 there, for which the snapshot has the names.
    ("Heartbeat", 200): ("ems_mppt_busvolt_ref", "float"),
    ("Heartbeat", 201): ("ems_bp_busvolt_ref", "float"),
    # IEEE 2030.5, in public captures of J327.
    ("ChangeReport", 612): ("ieee2030_5_612", "uint32"),
    ("ChangeReport", 613): ("ieee2030_5_613", "uint32"),
    # Known from JSON only, and never on the wire.
    ("PlusConfigReport", 10001): ("po_ai_schedule", "AiSchedule"),
    ("PlusStateReport", 10001): ("po_ai_schedule", "AiSchedule"),
    ("FitHeartbeat", 10001): ("pv_inv_wiring_mode_name", "string"),
    ("FitHeartbeat", 10002): ("pvWiringType_name", "string"),
    ("FitHeartbeat", 10003): ("invWiringType_name", "string"),
}
"""Fields that no table has: name and type."""

LEFT_OUT = {
    "SgReady": {2: "settings of each of the four states"},
    "ChangeReport": {280: "ripple control, no seed state"},
    "AiSchedule": {
        3: "efficiency",
        4: "efficiency",
        6: "the charge, which others tell",
        7: "limit, which others tell",
        8: "limit, which others tell",
        11: "a number without a unit: 400 beside a breaker of 400 A",
        12: "the feed-in limit, which others tell",
    },
    "EnergyDeviceStream": {4: "by origin", 5: "by origin", 6: "by origin"},
    "EnergyDeviceRunData": {
        3: "plugs of other makers",
        31: "connection, of unknown meaning",
        32: "a version",
    },
    "PlugRunData": {3: "connection, of unknown meaning"},
    "PileRunData": {
        1: "the phases, which 241/3 has",
        2: "a phase check",
        3: "a phase check",
        8: "settings, which 241/3 has",
    },
    "PileParam": {
        2: "flags of unknown meaning",
        7: "the vehicle",
        10: "a phase check",
        21: "for the maker",
    },
    "PileSettings": {7: "goal of the smart mode, a message", 21: "bytes without a known meaning"},
    "PileOrder": {1: "number of the session"},
    "PilePhase": {1: "voltage, in no known unit"},
    "PlusConfigReport": {
        356: "peak shaving, a message",
        357: "peak shaving, a message",
        502: "a message in the capture of R374, a number in the vendor's file",
        503: "timers, a message",
    },
    "ParamChange": {
        9: "timers, a message",
        14: "peak shaving, a message",
        15: "peak shaving, a message",
        17: "solar array, a message",
    },
    "EnergyMinute": {13: "peak shaving, a message"},
    "ParallelDevices": {3: "devices on the local network"},
    "HeatPumpBoard": {11: "bytes without a known meaning"},
    "EnergyDeviceReport": {3: "plugs of other makers"},
    "EnergyDevicePriority": {5: "bytes without a known meaning"},
}
"""Fields of the tables that are not read, and what they are."""

RENAMED = {
    ("Phase", "vol"): "volt",
    ("Pack", "bp_cell_max_vol"): "bpMaxCellVol",
    ("Pack", "bp_cell_min_vol"): "bpMinCellVol",
    ("ParallelStream", "power_pv1"): "pv1_pwr",
    ("ParallelStream", "power_pv2"): "pv2_pwr",
    ("ParallelMinute", "power_pv1"): "pv1_pwr",
    ("ParallelMinute", "power_pv2"): "pv2_pwr",
    ("ParallelMinute", "load_pwr"): "sysLoadPwr",
    ("ParallelMinute", "grid_pwr"): "sysGridPwr",
}

TWICE = {300: "pcs_run_sta", 301: "pcs_ac_err_code", 302: "pcs_dc_err_code"}
"""In 96/17, where 21 to 23 have these names already: ours end in 300."""

SAME_BYTES = {
    # A number in all tables; the HTTPS snapshot has names for its values.
    ("Heartbeat", 108),
    # An enumeration of two, kept as the number.
    ("SgReady", 1),
    # 0 in every sample.
    ("HeatPumpReport", 2),
    # The vendor's enumeration of a wall box, told as a number.
    ("PileParam", 4),
    ("PileRunData", 6),
    # Numbers in one table, yes or no in the other or here.
    ("StreamSwitch", 2),
    ("Pack", 62),
    ("Pack", 63),
}
"""Fields whose type has another name here: whole numbers all of them."""

LISTS = {
    # One container in the vendor's file, a list of them around devices elsewhere.
    ("ParallelDevices", 1),
}
"""Fields that are lists here and single in a table: single ones parse as lists of one."""

NUMBERS = {"int32", "uint32", "bool", *ENUMS}

TYPES = {
    getattr(FieldDescriptor, name): name.removeprefix("TYPE_").lower()
    for name in dir(FieldDescriptor)
    if name.startswith("TYPE_")
}

COMPILED = FileDescriptorSet.FromString(
    Path(messages.__file__).with_name("messages.binpb").read_bytes()
)


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


@pytest.fixture(autouse=True)
def configure_event_loop() -> None:
    """Nor an event loop for each of a thousand fields."""


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Nor a look at what may be left of one."""


def type_of(field: FieldDescriptor) -> str:
    made_of = field.message_type or field.enum_type
    return made_of.name if made_of else TYPES[field.type]


@cache
def fields_of(message: str) -> dict[int, FieldDescriptor]:
    return {field.number: field for field in message_class(message).DESCRIPTOR.fields}


@cache
def rows_of(table: Table) -> dict[int, list[Any]]:
    by, product, name = table
    return {row[0]: row for row in TABLES["messages"][by][product][name]}


def published(message: str, number: int) -> list[list[Any]]:
    """What the tables say of a field."""
    tables = _THIRDS[message] if message in _THIRDS and number >= 300 else MESSAGES[message]
    return [row for table in tables if (row := rows_of(table).get(number))]


def plain(name: str) -> str:
    """A name without the ways to write it: `sysGridPwr` and `sys_grid_pwr` are one."""
    return name.replace("_", "").lower()


def our_name(message: str, number: int, name: str) -> str:
    if message == "PlusStateReport" and TWICE.get(number) == name:
        return f"{name}_300"
    return RENAMED.get((message, name), name)


# The first to name a table is its message: three others share the change report's.
OUR_TYPES: dict[Table, str] = {}
for twins in (MESSAGES, ENUMS):
    for ours, tables in twins.items():
        for table in tables:
            OUR_TYPES.setdefault(table, ours)


def our_types(message: str, number: int) -> set[str]:
    """The types that the tables give a field, in our names of messages and enumerations."""
    types = {row[2] for row in published(message, number)}
    places = {table[:2] for table in MESSAGES[message]} | {("vendor", "ocean"), ("app", "ocean")}
    named = {
        OUR_TYPES[*place, name] for place in places for name in types if (*place, name) in OUR_TYPES
    }
    return types | named


FIELDS = [(name, number) for name in MESSAGES for number in fields_of(name)]


@pytest.mark.parametrize(
    ("message", "number"), FIELDS, ids=[f"{message}-{number}" for message, number in FIELDS]
)
def test_field(message: str, number: int) -> None:
    field = fields_of(message)[number]
    rows = published(message, number)
    if not rows:
        assert (field.name, type_of(field)) == BEYOND[message, number]
        return
    names = {plain(our_name(message, number, row[1])) for row in rows}
    assert plain(field.name) in names
    types = our_types(message, number)
    if (message, number) in SAME_BYTES:
        assert type_of(field) in NUMBERS
        assert types & {*NUMBERS, "SgReadyMode"}
    else:
        assert type_of(field) in types
    listed = {"repeated" in row for row in rows}
    assert field.is_repeated in listed or (message, number) in LISTS


@pytest.mark.parametrize("message", [name for name in MESSAGES if name not in _THIRDS])
def test_published_fields_are_read(message: str) -> None:
    numbers = {number for table in MESSAGES[message] for number in rows_of(table)}
    assert numbers - fields_of(message).keys() == LEFT_OUT.get(message, {}).keys()


def test_plus_reads_its_own_fields() -> None:
    """Each of its three change reports, and the one change report of the app's table."""
    for message, tables in _THIRDS.items():
        numbers = {number for table in tables for number in rows_of(table)}
        assert numbers - fields_of(message).keys() == LEFT_OUT.get(message, {}).keys()
    together = {number for message in _THIRDS for number in fields_of(message)}
    assert rows_of(_CHANGE[0]).keys() <= together


def test_thirds_agree() -> None:
    """A number under 300 is the same field in all change reports."""
    for message in _THIRDS:
        for number, field in fields_of(message).items():
            if number < 300 and (same := fields_of("ChangeReport").get(number)):
                assert (field.name, type_of(field)) == (same.name, type_of(same))


def test_every_message_is_held_against_a_table() -> None:
    compiled = {message.name for file in COMPILED.file for message in file.message_type}
    assert compiled == MESSAGES.keys()
    used = {message for message, _ in FIELDS}
    assert used == MESSAGES.keys()


OUR_ENUMS = {
    enum.name: {value.name: value.number for value in enum.value}
    for file in COMPILED.file
    for enum in file.enum_type
}


def test_every_enumeration_is_held_against_a_table() -> None:
    assert OUR_ENUMS.keys() == ENUMS.keys()


@pytest.mark.parametrize("enum", ENUMS)
def test_enumeration(enum: str) -> None:
    """The most complete table has the same values; the others have none that differs."""
    known = [
        TABLES["enums"][by][product][name]
        for by, product, name in ENUMS[enum]
        if name in TABLES["enums"][by][product]
    ]
    assert OUR_ENUMS[enum] == known[0]
    for values in known[1:]:
        assert values.items() <= OUR_ENUMS[enum].items()


# Routes.

FAMILIES = {Family.OCEAN: "ocean", Family.PLUS: "plus", Family.FIT: "fit"}

_ACCESSORIES = ["209/2", "209/8", "209/33", "211/1", "211/33", "212/2", "212/8", "212/33"]
_ACCESSORIES += ["212/34", "212/50", "240/2", "240/33", "241/3", "241/33", "241/44"]

_ENERGY_DEVICES = {
    # Numbers of the vendor's files, which captures show under both command sets.
    "240/33": "EnergyDeviceStreamReport",
    "241/33": "EnergyDeviceStreamReport",
    "241/44": "EnergyDeviceRunDataReport",
}

ROUTES_BEYOND = {
    # The vendor's files have heat pumps for the whole family.
    "ocean": {"211/1": "HeatPumpReport", "211/33": "HeatPumpState", **_ENERGY_DEVICES},
    "plus": {
        # In public captures of R374: settings of the grid code, and state.
        "96/16": "PlusGridCodeReport",
        "96/17": "PlusStateReport",
        # Parallel systems and energy devices: the vendor's files, for the whole family.
        "96/12": "ParallelDevices",
        "96/50": "ParallelStreamReport",
        "96/51": "ParallelHistory",
        "240/2": "EnergyDevicePriorities",
        "241/3": "EnergyDeviceReport",
        **_ENERGY_DEVICES,
    },
    # The accessories are those of the family.
    "fit": {
        "96/11": "EcologyReport",
        **{
            f"{func}/{cmd}": report.message.DESCRIPTOR.name
            for (func, cmd), report in REPORTS[Family.OCEAN].items()
            if f"{func}/{cmd}" in _ACCESSORIES
        },
    },
}
"""Routes that the app's table lacks, and the messages they carry."""

ROUTES_UNREAD = {
    "2/2": "no table has its message",
    "50/98": "battery passport: asked for by the app alone",
    "96/10": "timers of the system",
    "96/37": "the app asks",
    "96/97": "the app opens the stream",
    "96/106": "the app sets",
    "96/107": "the app asks",
    "96/112": "the app sets",
    "96/119": "the app sets",
    "96/127": "the app asks",
    "96/136": "the app asks",
    "209/51": "a list without content",
    "211/2": "timers of the heat pump",
    "211/99": "the app sets",
    "211/100": "the app asks",
    "211/101": "the app asks",
    "211/102": "the app sets",
    "211/103": "the app asks",
    "212/48": "control between devices",
    "212/99": "the app sets",
    "224/1": "bound devices",
    "224/37": "fields without known meaning",
    "240/1": "bound devices",
    "241/5": "fields without known meaning",
}

ROUTES_OTHERWISE = {
    # The question; what arrives is its answer.
    "HPRemoteStatGet": "HeatPumpState",
    # The list inside the report.
    "ParallelDevList": "ParallelDevices",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_routes(family: Family) -> None:
    product = FAMILIES[family]
    ours = {
        f"{func}/{cmd}": report.message.DESCRIPTOR.name
        for (func, cmd), report in REPORTS[family].items()
    }
    table = TABLES["routes"][product]
    expected = {}
    for route, name in table.items():
        if route not in ROUTES_UNREAD:
            places = [("app", product), ("app", "ocean"), ("app", "plus")]
            named = [OUR_TYPES[*place, name] for place in places if (*place, name) in OUR_TYPES]
            expected[route] = ROUTES_OTHERWISE.get(name) or named[0]
    if family is Family.PLUS:
        expected["96/8"] = "PlusConfigReport"
    assert not expected.keys() & ROUTES_BEYOND[product].keys()
    assert ours == expected | ROUTES_BEYOND[product]


def test_single_phase_speaks_like_three_phase() -> None:
    same = {route: report.message for route, report in REPORTS[Family.OCEAN].items()}
    assert {route: report.message for route, report in REPORTS[Family.SINGLE_PHASE].items()} == same
