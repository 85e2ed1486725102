"""Every state of the vendor's table arrives, under its own name and with its own value.

Names come from the table itself (fixtures/seed_poweroceanplus.json), wire values from messages
that are built here, and what becomes of a value is worked out here once more: nothing in this
file asks the integration how it does it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
import json
from pathlib import Path
import re
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
import pytest

from custom_components.energy_storage_hub.powerocean.messages import Message, message_class
from custom_components.energy_storage_hub.powerocean.models import Family
from custom_components.energy_storage_hub.powerocean.reports import REPORTS
from custom_components.energy_storage_hub.powerocean.tables import TABLE
from simulator.powerocean import accessories, frames, reports, snapshot
from simulator.powerocean.build import message
from simulator.powerocean.plant import PACK_SERIALS, SYSTEM_SERIAL, WALL_BOX_SERIAL

from .helpers import NOON, OCEAN, PLUS, Receiver, filled, header, plant

SEED: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "fixtures" / "seed_poweroceanplus.json").read_text()
)

PACK_REPORT = re.compile(r"statusReportBattery(\d)")

# Report of the table -> messages that carry its states, by the route they come on.
CARRIERS: dict[str, list[tuple[int, int, str]]] = {
    "JTS1_ENERGY_STREAM_REPORT": [(96, 33, "EnergyStream")],
    "JTS1_EMS_HEARTBEAT": [(96, 1, "Heartbeat")],
    "JTS1_EMS_CHANGE_REPORT": [
        (96, 8, "PlusConfigReport"),
        (96, 16, "PlusGridCodeReport"),
        (96, 17, "PlusStateReport"),
    ],
    "EVChargingParamReport": [(209, 8, "WallBox")],
    "JTS1_EMS_PARAM_CHANGE_REPORT": [(96, 13, "ParamChange")],
}

# Factor from the wire to the state, where it is not 1: the table's, or what the evidence says.
FACTORS = {
    # The table's own.
    **dict.fromkeys(("bpMaxCellVol", "bpMinCellVol", "bpTotalChgEnergy", "bpTotalDsgEnergy"), 1e-3),
    **dict.fromkeys(("bpRemainWatth", "expectChargingEnergy", "evChargingEnergy"), 1e-3),
    # Wh and mAh where the table has hundredths of kWh and mAh.
    **dict.fromkeys(("bpAccuChgEnergy", "bpAccuDsgEnergy", "bpAccuChgCap", "bpAccuDsgCap"), 1e-3),
    **dict.fromkeys(("bpDesignCap", "bpFullCap", "bpCellVol"), 1e-3),
    # The battery's powers: + is discharging.
    **dict.fromkeys(("bpPwr", "bpAmp", "emsBpPower", "pcsBpPower", "emsBpDsg"), -1.0),
    "bpBusAmp": -1.0,
    # Tenths of A.
    "unknown31": 0.1,
}

WORK_MODES = ["self_use", "time_of_use", "backup", "debug", "ac_makeup", "demand_response"]
OPTIONS: dict[str, list[str]] = {
    "bpRunSta": ["standby", "running", "stopped"],
    "pcsRunSta": ["standby", "running", "stopped"],
    "bmsRunSta": ["shutdown", "normal", "chargeable", "dischargeable", "fault"],
    "bmsChgDsgSta": ["standby", "discharging", "charging"],
    "bpChgDsgSta": ["standby", "charging", "discharging"],
    "dabModSta": ["normal", "warning", "fault", "fault"],
    "bpPtcExitEvent": ["no_event", "temperature_reached", "abnormal"],
    "bpSysState": ["pre_power_on", "power_on_confirmed", "normal", "power_off", "sleep"],
    "emsWorkMode": WORK_MODES,
    "emsFeedMode": ["off", "no_limit", "zero_feed_in", "limited"],
    "emsSgReady": ["automatic", "manual"],
    "chargingStatus": ["no_status", "available", "preparing", "charging", "suspended_by_wall_box"],
    "workMode": ["fast", "normal", "solar", "storage"],
    "iot_4gErr": [
        *("no_error", "no_card", "card_code_needed", "unlocking_code_needed"),
        *("card_error", "", "no_operator", "no_modem"),
    ],
}

VERSIONS = ("moduleAplSwVer", "moduleLoaderSwVer")

# Wire values of the fully filled messages that cannot be any number.
SPECIAL = {
    **dict.fromkeys(("bp_chg_dsg_sta", "emsFeedMode", "work_mode", "ems_sg_mode"), 1),
    "iot_4g_err": 4,
    # Two numbers on the wire for one state, by firmware: see test_decode.
    **dict.fromkeys(("pcs_ac_err_code", "pcs_ac_err_code_300"), 1021),
    **dict.fromkeys(("pcs_dc_err_code", "pcs_dc_err_code_300"), 1022),
    "bpTimestamp": 1_780_309_800,
    "order_start_timestamp": 1_780_309_801,
    "order_end_timestamp": 1_780_309_802,
    "end_timestamp": 1_780_309_803,
    "moduleAplSwVer": 0x0401_0E0F,
    "moduleLoaderSwVer": 0x0401_0001,
    "ev_sn": WALL_BOX_SERIAL,
    "error_code": b"\0\0\0\0\0\0\x07\x21",
}


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


def spelled(name: str) -> str:
    """Make `pcs_act_pwr` and `pcsActPwr` alike."""
    return name.replace("_", "").lower()


def wire_values(part: Message, before: str = "", after: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what a message says by the table's names, spelled alike."""
    for field in part.DESCRIPTOR.fields:
        value = getattr(part, field.name)
        name = spelled(before + field.name) + after
        if field.message_type is None:
            yield name, value
        elif field.is_repeated:
            for place, entry in enumerate(value):
                # The MPPTs are a list of one container.
                number = "" if field.name == "mpptHeartBeat" else str(place)
                yield from wire_values(entry, name, number)
                if field.name == "pcsLoadInfo" and place == 0:
                    yield from wire_values(entry, name)  # the table knows one load only
        else:
            yield from wire_values(value, name)


# Names of the table that are not simply their field's.
ELSEWHERE = {"evbindlist": "evbindlistevsn", "emssgready": "emssgreadyemssgmode"}


def raw_value(state: str, carriers: list[Message]) -> Any:
    """Return the wire's value of a state; fails if no message or several different have it."""
    name = ELSEWHERE.get(spelled(state), spelled(state))
    found = [dict(wire_values(carrier)).get(name) for carrier in carriers]
    told = [value for value in found if value is not None]
    assert told, f"no message has {state}"
    assert len(told) == 1, f"several messages have {state}"
    return told[0]


EXACT = 1e-9
ROUNDED = 0.0501
"""Powers keep one decimal."""


def check(state: str, raw: Any, told: Any, within: float) -> str | None:
    """Say what is wrong with a told value, None if it is the wire's."""
    factor = FACTORS.get(state, 1.0)
    if state in OPTIONS:
        good = told == OPTIONS[state][raw]
    elif state in VERSIONS:
        good = told == ".".join(str(byte) for byte in raw.to_bytes(4, "big"))
    elif isinstance(told, bool):
        good = told is bool(raw)
    elif isinstance(raw, bytes):
        good = told == (int.from_bytes(raw, "big") if state == "errorCode" else raw.decode())
    elif isinstance(raw, str):
        good = told == (raw or None)
    elif isinstance(raw, int | float):
        good = isinstance(told, int | float) and told == pytest.approx(raw * factor, abs=within)
    elif state == "evBindList":
        good = told == tuple(raw)
    else:
        plain = tuple(each * factor for each in raw)
        good = isinstance(told, tuple) and told == pytest.approx(plain, abs=within)
    return None if good else f"{state}: {raw!r} on the wire, told {told!r}"


def problems(
    told: Mapping[str, Any],
    report: str,
    states: list[str],
    carriers: list[Message],
    within: float = EXACT,
) -> Iterator[str]:
    """Say what is missing or wrong in what was told of the states of a report."""
    for state in states:
        key = f"{report}_{state}"
        if key not in told:
            yield f"{key} is missing"
        elif wrong := check(state, raw_value(state, carriers), told[key], within):
            yield f"{report}: {wrong}"


def test_table_is_whole() -> None:
    sizes = {report: len(states) for report, states in SEED.items()}
    assert sizes == {
        **{f"statusReportBattery{number}": 67 for number in range(1, 7)},
        "JTS1_ENERGY_STREAM_REPORT": 5,
        "JTS1_EMS_HEARTBEAT": 109,
        "JTS1_EMS_CHANGE_REPORT": 223,
        "EVChargingParamReport": 23,
        "JTS1_EMS_PARAM_CHANGE_REPORT": 8,
    }
    assert sum(sizes.values()) == 770
    for states in SEED.values():
        assert len(set(states)) == len(states)


@pytest.mark.parametrize("report", [name for name in SEED if not PACK_REPORT.match(name)])
def test_every_state_arrives_with_its_own_value(report: str) -> None:
    """All fields differ from each other, so a mixed-up pair would show."""
    carriers = [(func, cmd, filled(name, SPECIAL)) for func, cmd, name in CARRIERS[report]]
    receiver = Receiver()
    receiver.take(*(header(func, cmd, built) for func, cmd, built in carriers))
    serial = WALL_BOX_SERIAL if report == "EVChargingParamReport" else SYSTEM_SERIAL
    bodies = [built for _, _, built in carriers]
    assert not list(problems(receiver.states(serial), report, SEED[report], bodies))


@pytest.mark.parametrize("report", [name for name in SEED if PACK_REPORT.match(name)])
def test_every_state_of_a_pack_arrives_with_its_own_value(report: str) -> None:
    found = PACK_REPORT.match(report)
    assert found
    slot = int(found[1])
    serial = PACK_SERIALS[slot - 1]
    special = {**SPECIAL, "bpDsrc": slot, "bpSn": serial.encode()}
    pack = filled("Pack", special)
    others = [
        message("Pack", {"bpDsrc": other, "bpSn": PACK_SERIALS[other - 1].encode(), "bpSoc": 99})
        for other in range(1, 7)
        if other != slot
    ]
    receiver = Receiver()
    receiver.take(header(96, 7, message("PackReport", {"bpSta": [*others, pack]})))
    told = receiver.states(serial)
    assert not list(problems(told, "statusReportBattery", SEED[report], [pack]))
    assert receiver.devices[serial].number == slot


def test_the_simulated_system_tells_every_state() -> None:
    """One get answer of the simulated Plus holds all 770, zeros and arrays among them."""
    house = plant()
    receiver = Receiver()
    receiver.system.mqtt(frames.get_answer(frames.bundle(house), frames.sequence()))
    wall_box = accessories.wall_box(house)
    assert wall_box is not None
    bodies = {
        "JTS1_ENERGY_STREAM_REPORT": [reports.energy_stream(house)],
        "JTS1_EMS_HEARTBEAT": [reports.heartbeat(house)],
        "JTS1_EMS_CHANGE_REPORT": [
            reports.plus_config(house),
            reports.grid_code(),
            reports.plus_state(house),
        ],
        "EVChargingParamReport": [wall_box],
        "JTS1_EMS_PARAM_CHANGE_REPORT": [accessories.param_change(house)],
    }
    # Not known, and the table has no word for that: these cannot be the wire's number.
    unknown = {
        "bpDsgTime": 600_000,
        "bpEcloundSoc": 65_535,
        "stopChargingSoc": 255,
        "defaultVehicleId": "-1",
        "chargeVehicleId": "-1",
        "orderStartTimestamp": 0,
        "orderEndTimestamp": 0,
    }
    wrong: list[str] = []
    count = 0
    for table, states in SEED.items():
        report, serial, carriers = table, SYSTEM_SERIAL, bodies.get(table, [])
        if slot := PACK_REPORT.match(table):
            unit = house.packs[int(slot[1]) - 1]
            report, serial, carriers = table[:-1], unit.serial, [reports.pack(house, unit)]
        elif table == "EVChargingParamReport":
            serial = WALL_BOX_SERIAL
        told = receiver.states(serial)
        for state in states:
            count += f"{report}_{state}" in told
            if unknown.get(state, state) != raw_value(state, carriers):
                wrong += problems(told, report, [state], carriers, ROUNDED)
            elif told[f"{report}_{state}"] is not None:
                wrong.append(f"{state} is known")
    assert not wrong
    assert count == 770


def test_the_basic_system_tells_every_state_of_the_change_report() -> None:
    """It has them in one message, which on a Plus are parted into three."""
    report = "JTS1_EMS_CHANGE_REPORT"
    whole = filled("ChangeReport", SPECIAL)
    receiver = Receiver(OCEAN)
    receiver.take(header(96, 8, whole))
    assert not list(problems(receiver.states(), report, SEED[report], [whole]))


def test_unique_ids_are_unique() -> None:
    keys = Counter(row.key for kind in TABLE.kinds.values() for row in kind.rows)
    assert [key for key, count in keys.items() if count > 1 and not key.startswith("Error")] == []
    translations = Counter(row.translation_key for row in TABLE.rows.values())
    assert [key for key, count in translations.items() if count > 1] == []


def test_every_state_is_named_once_a_device() -> None:
    """Two entities of a device with one name would get ids with a number at the end."""
    for kind in TABLE.kinds.values():
        names = Counter(row.name.casefold() for row in kind.rows)
        assert [name for name, count in names.items() if count > 1] == []


# The other way round: nothing in the tables or in the .proto is dead.

IDENTITY: Mapping[str, Mapping[str, Any]] = {
    "Pack": {"bpSn": PACK_SERIALS[0].encode(), "bpDsrc": 1},
    "WallBox": {"ev_sn": WALL_BOX_SERIAL},
    "HeatingRod": {"hr_sn": "HF31ZSIM00000001"},
    "RodStream": {"hr_sn": "HF31ZSIM00000001"},
    "HeatPump": {"dev_sn": "HP01ZSIM00000001"},
}

# Message that stands within another one's list or part.
WITHIN: dict[str, Callable[[Message], Message]] = {
    "Pack": lambda part: message("PackReport", {"bpSta": [part]}),
    "RodStream": lambda part: message("RodStreamReport", {"hr_energy_stream": [part]}),
    "HeatPump": lambda part: message("EcologyReport", {"HP_report": part}),
}

PLAIN = [
    (PLUS, 96, 1, "Heartbeat"),
    (PLUS, 96, 7, "Pack"),
    (PLUS, 96, 8, "PlusConfigReport"),
    (PLUS, 96, 9, "ErrorCodeMask"),
    (PLUS, 96, 11, "HeatPump"),
    (PLUS, 96, 13, "ParamChange"),
    (PLUS, 96, 16, "PlusGridCodeReport"),
    (PLUS, 96, 17, "PlusStateReport"),
    (PLUS, 96, 33, "EnergyStream"),
    (PLUS, 96, 39, "PvInverterStream"),
    (PLUS, 209, 8, "WallBox"),
    (PLUS, 212, 8, "HeatingRod"),
    (PLUS, 212, 33, "RodStream"),
    (OCEAN, 96, 8, "ChangeReport"),
]

# Wire fields without a state, and why.
NO_STATE = {
    "PlusConfigReport": {"emssgreadyemssgratepwr", "emssgreadyemssgswittime"},  # of the command
    "ChangeReport": {"emssgreadyemssgratepwr", "emssgreadyemssgswittime"},
    "WallBox": set[str](),
    "HeatingRod": {"hrsn"},  # the device
    "RodStream": {"hrsn"},
    "HeatPump": {"devsn"},
}


# Accessories and parallel systems have their proof in test_products.
PRODUCT_ROUTES = {(96, 12), (96, 50), (96, 51), (209, 2), (209, 33), (211, 1), (211, 33)}
PRODUCT_ROUTES |= {(212, 2), (212, 34), (212, 50), (240, 2), (240, 33), (241, 3), (241, 33)}
PRODUCT_ROUTES |= {(241, 44)}
PRODUCT_REPORTS = ("EVChargingTimerTask", "HeatingRodTimerTask", "HeatingRodRunData", "HPUI")
PRODUCT_REPORTS += ("HPRemoteStat", "EDevPile")


def ways(cls: type[Message]) -> Iterator[tuple[FieldDescriptor, ...]]:
    """Yield the way to every leaf of a message."""
    for field in cls.DESCRIPTOR.fields:
        if field.message_type is None:
            yield (field,)
        else:
            yield from ((field, *way) for way in ways(message_class(field.message_type.name)))


def with_leaf(cls: type[Message], way: tuple[FieldDescriptor, ...], value: Any) -> Message:
    """Return a message with one value, at the end of the way."""
    field, *rest = way
    if rest:
        part = with_leaf(message_class(field.message_type.name), tuple(rest), value)
        return cls(**{field.name: [part] if field.is_repeated else part})
    return cls(**{field.name: [value] if field.is_repeated else value})


def any_value(field: FieldDescriptor) -> Any:
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return b"ABC" if field.type == FieldDescriptor.TYPE_BYTES else "ABC"
    return 1


@pytest.mark.parametrize(("serial", "func", "cmd", "name"), PLAIN)
def test_every_wire_field_has_a_state(serial: str, func: int, cmd: int, name: str) -> None:
    """A report with one field more than its identity tells more than one without."""
    own = IDENTITY.get(name, {})

    def told(part: Message) -> dict[tuple[str, str], Any]:
        receiver = Receiver(serial)
        receiver.take(header(func, cmd, WITHIN.get(name, lambda part: part)(part)))
        return receiver.all_states()

    cls = message_class(name)
    nothing = told(cls(**own))
    silent = set()
    for way in ways(cls):
        part = with_leaf(cls, way, any_value(way[-1]))
        part.MergeFrom(cls(**own))
        if told(part) == nothing and way[-1].name not in own:
            silent.add("".join(spelled(field.name) for field in way))
    assert silent == NO_STATE.get(name, set()) - {spelled(field) for field in own}


def test_every_row_is_told() -> None:
    """No state waits for a report that never comes."""
    house = plant(heating_rod=True)
    told: set[str] = set()
    for serial, model in ((PLUS, frames.Model.PLUS), (OCEAN, frames.Model.OCEAN)):
        receiver = Receiver(serial)
        receiver.system.snapshot(snapshot.detail(house, model, NOON))
        receiver.take(*(every_field(func, cmd, name) for _, func, cmd, name in PLAIN))
        modules = {"module_sn": PACK_SERIALS[0], "err_code": [1]}
        errors = message("ModuleErrors", modules)
        values = {"ems_err_code": errors, "pcs_err_code": errors, "bp_err_code": [errors]}
        receiver.take(header(96, 3, message("ErrorChange", values)))
        strings = [message("PvString", {"vol": 600.0, "amp": 2.0, "pwr": 9.0, "lightSta": 1})] * 4
        container = message("MpptHeartbeat", {"mpptPv": strings})
        receiver.take(header(96, 1, message("Heartbeat", {"mpptHeartBeat": [container]})))
        told |= {key for _, key in receiver.all_states()}
    rows = {row.key for kind in ("system", "pack", "wall_box") for row in TABLE.kinds[kind].rows}
    rows |= {row.key for row in TABLE.kinds["heating_rod"].rows}
    rows |= {row.key for row in TABLE.kinds["heat_pump"].rows}
    # What is counted here needs time: see test_energy.
    elsewhere = ("energy_", *PRODUCT_REPORTS)
    assert not {key for key in rows - told if not key.startswith(elsewhere)}
    assert not told - rows


def every_field(func: int, cmd: int, name: str) -> Message:
    special = {field: value for field, value in SPECIAL.items() if field != "error_code"}
    part = filled(name, {**special, **IDENTITY.get(name, {})})
    return header(func, cmd, WITHIN.get(name, lambda part: part)(part))


def test_every_route_is_covered_here() -> None:
    """A new report has to be added above, or to this list of reports that are no states."""
    no_states = {(53, 113), (96, 3), (96, 34), (254, 32)}
    covered = {(func, cmd) for _, func, cmd, _ in PLAIN} | no_states | PRODUCT_ROUTES
    for family in (Family.PLUS, Family.OCEAN, Family.SINGLE_PHASE):
        assert set(REPORTS[family]) <= covered
