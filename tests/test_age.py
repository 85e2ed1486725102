"""PowerOcean: a value is as old as its own report, and a part is there as long as it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
import json
import math
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.energy_storage_hub.const import DOMAIN
from custom_components.energy_storage_hub.powerocean.lives import LIVES
from custom_components.energy_storage_hub.powerocean.reports import REPORTS
from custom_components.energy_storage_hub.powerocean.system import STALE
from simulator.powerocean import Fault, fit, frames, parallel
from simulator.powerocean.build import Value, Values, message
from simulator.powerocean.model import Model
from simulator.powerocean.packs import make_packs
from simulator.powerocean.plant import (
    HEAT_PUMP_SERIAL,
    PACK_SERIALS,
    PLUG_SERIAL,
    ROD_SERIAL,
    WALL_BOX_SERIAL,
)
from simulator.powerocean.snapshot import detail
from simulator.powerocean.system import SimulatedCloud

from .conftest import SetUp
from .helpers import (
    CHANGE,
    HEARTBEAT,
    NOON,
    OCEAN,
    PACK,
    PLUS,
    SINGLE_PHASE,
    STREAM,
    Receiver,
    header,
)
from .powerocean import SYSTEM, House, entity_id, pass_time, value_of

pytestmark = pytest.mark.freeze_time(NOON)

BOX = WALL_BOX_SERIAL
LOAD, SOLAR, BOUGHT, SOLD, CHARGE = (
    f"{STREAM}{name}"
    for name in ("sysLoadPwr", "mpptPwr", "gridImportPower", "gridExportPower", "bpSoc")
)
FREQUENCY = f"{HEARTBEAT}pcsAcFreq"
POWER = "EVChargingParamReport_evPwr"
ticking = pytest.mark.freeze_time("2026-06-21 07:30:00", tick=True)
bare = pytest.mark.parametrize("simulation", [{"packs": (), "wall_box": False}], ids=["bare"])
one_pack = pytest.mark.parametrize(
    "simulation", [{"packs": PACK_SERIALS[:1], "wall_box": False}], ids=["one pack"]
)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver(PLUS)


def after(freezer: FrozenDateTimeFactory, receiver: Receiver, seconds: float) -> dict[str, Any]:
    """Let time pass, half a minute at a time; the states of the system then."""
    for _ in range(int(seconds // 30)):
        freezer.tick(30)
        receiver.expire()
    return receiver.states()


def stamp(hours_ago: float = 0.0, now: datetime = NOON) -> str:
    """Return a time as the cloud writes it: in a zone two hours ahead of UTC."""
    return f"{now + timedelta(hours=2 - hours_ago):%Y-%m-%d %H:%M:%S}"


def stamped(text: Any, **values: Any) -> dict[str, Any]:
    return {"updateTime": text, **values}


def polled(receiver: Receiver, reports: Mapping[str, Any], **totals: Any) -> dict[str, Any]:
    """Take a snapshot of a Plus with these reports; the states of the system then."""
    quota = {f"RE307_{name}": report for name, report in reports.items()}
    receiver.system.snapshot({"online": 1, "quota": quota, **totals})
    return receiver.states()


def pack_text(slot: int, serial: str, **values: Any) -> str:
    return json.dumps({"bpSn": serial, "bpDsrc": slot, "bpDesignCap": 100000, **values})


# Lives.


def test_every_life_is_of_a_report() -> None:
    routes = {route for reports in REPORTS.values() for route in reports}
    assert LIVES.keys() <= routes


@pytest.mark.parametrize(
    ("serial", "way"),
    [(OCEAN, (96, 8, "ChangeReport")), (PLUS, (96, 17, "PlusStateReport"))],
)
def test_powers_end_while_the_charge_goes_on(
    freezer: FrozenDateTimeFactory, serial: str, way: tuple[int, int, str]
) -> None:
    """The stream once, then nothing but the state of charge for three hours."""
    receiver = Receiver(serial)
    receiver.report(
        96, 33, "EnergyStream", {"mpptPwr": 5500.0, "sysGridPwr": -5000.0, "sysLoadPwr": 500.0}
    )
    states = {}
    for minute in range(180):
        freezer.tick(60)
        states = receiver.report(*way, {"bpSoc": 50 + minute % 3})
        receiver.expire()
        if minute == 5:
            assert (states[SOLAR], states[SOLD]) == (5500.0, 5000.0)
        if minute >= 7:
            assert receiver.states()[SOLAR] is None
    states = receiver.states()
    assert [states[key] for key in (LOAD, SOLAR, BOUGHT, SOLD)] == [None] * 4
    assert states[f"{CHANGE}bpSoc"] == 52.0  # 50 + 179 % 3
    assert receiver.system.available()


def test_next_report_brings_the_powers_back(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 500.0})
    assert after(freezer, receiver, 600)[LOAD] is None
    assert receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 510.0})[LOAD] == 510.0


@pytest.mark.parametrize(
    ("serial", "route", "name", "values", "key", "life"),
    [
        (PLUS, (96, 1), "Heartbeat", {"pcsAcFreq": 50.0}, FREQUENCY, 600),
        (OCEAN, (96, 33), "EnergyStream", {"sysLoadPwr": 9.0}, LOAD, 400),
        (
            SINGLE_PHASE,
            (96, 50),
            "ParallelStreamReport",
            {"para_energy_stream": [message("ParallelStream", {"sysLoadPwr": 9.0})]},
            LOAD,
            400,
        ),
        (
            fit.SERIAL,
            (96, 33),
            "FitEnergyStream",
            {"load_pwr": -9.0},
            "EnergyStreamItem_loadPwr",
            400,
        ),
        (
            fit.SERIAL,
            (96, 1),
            "FitHeartbeat",
            {"bp_remain_watth": 5000.0},
            "EMSHeartbeatReport_bpRemainWatth",
            600,
        ),
        (OCEAN, (96, 8), "ChangeReport", {"bpSoc": 50}, f"{CHANGE}bpSoc", math.inf),
        (PLUS, (96, 8), "PlusConfigReport", {"ems_work_mode": 2}, f"{CHANGE}emsWorkMode", math.inf),
        (PLUS, (96, 16), "PlusGridCodeReport", {"pcsAcErrCode": 1}, "", math.inf),
        (PLUS, (96, 3), "ErrorChange", {}, "", math.inf),
    ],
)
def test_each_report_has_its_life(
    freezer: FrozenDateTimeFactory,
    serial: str,
    route: tuple[int, int],
    name: str,
    values: Values,
    key: str,
    life: float,
) -> None:
    receiver = Receiver(serial)
    if not key:
        assert LIVES.get(route, math.inf) == life
        return
    told = receiver.report(*route, name, values)[key]
    assert told is not None
    freezer.tick(min(life, 1e6) - 1)
    receiver.expire()
    assert receiver.states()[key] == told
    freezer.tick(2)
    receiver.expire()
    assert receiver.states()[key] == (told if life == math.inf else None)


def test_last_report(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 500.0})
    assert receiver.last_report() == round(NOON.timestamp())
    freezer.tick(100)
    receiver.report(96, 17, "PlusStateReport", {"bpSoc": 50})
    assert receiver.last_report() == round(NOON.timestamp()) + 100


def test_power_of_a_wall_box_is_no_setting(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """It stands among the settings too, which are told when they change."""
    box: Values = {"ev_sn": BOX, "ev_pwr": 3700.0, "work_mode": 2}
    receiver.report(209, 8, "WallBox", box)
    after(freezer, receiver, 450)
    assert receiver.states(BOX)[POWER] is None
    assert receiver.states(BOX)["EVChargingParamReport_workMode"] == "solar"


def test_power_of_a_rod_does_not_live_on_with_its_settings(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    stream = message("RodStream", {"hr_sn": ROD_SERIAL, "hr_pwr": 3000.0})
    receiver.report(212, 33, "RodStreamReport", {"hr_energy_stream": [stream]})
    for _ in range(9):
        freezer.tick(60)
        receiver.report(
            212, 8, "HeatingRod", {"hr_sn": ROD_SERIAL, "heating_power": 2900, "temp": 51.0}
        )
        receiver.expire()
    told = receiver.states(ROD_SERIAL)
    assert told["HeatingRodEnergyStreamShow_hrPwr"] is None
    assert told["HRChargingParamReport_heatingPower"] == 2900.0
    told = (after(freezer, receiver, 450), receiver.states(ROD_SERIAL))[1]
    assert told["HRChargingParamReport_heatingPower"] is None
    assert told["HRChargingParamReport_temp"] == 51.0


def test_minute_of_a_fit_is_as_old_as_it_is(freezer: FrozenDateTimeFactory) -> None:
    """One that ended 60 s ago is shown for 340 s more."""
    receiver = Receiver(fit.SERIAL)
    minute = message("FitEnergyStream", {"load_pwr": -640.0, "timestamp": int(time.time()) - 120})
    receiver.report(96, 34, "FitEnergyHistory", {"sys_energy_stream": [minute], "sys_seq": 1})
    freezer.tick(339)
    receiver.expire()
    assert receiver.states()["EnergyStreamItem_loadPwr"] == 640.0
    freezer.tick(2)
    receiver.expire()
    assert receiver.states()["EnergyStreamItem_loadPwr"] is None


# The snapshot: ages within one answer.


@pytest.mark.parametrize("hours", [22.0, 5.0])
def test_stale_powers_beside_a_fresh_heartbeat(receiver: Receiver, hours: float) -> None:
    """As on a real Plus: the cloud's copy of the powers is renewed while the stream is awake."""
    states = polled(
        receiver,
        {
            "ENERGY_STREAM_REPORT": stamped(
                stamp(hours), bpSoc=0, sysGridPwr=556.0, sysLoadPwr=9.0
            ),
            "EMS_HEARTBEAT": stamped(stamp(), pcsAcFreq=50.0),
            "EMS_STATE_CHANGE_REPORT": stamped(stamp(), bpSoc=29),
        },
        totalElectricityGeneration="8231.00",
    )
    assert states[FREQUENCY] == 50.0
    assert states[f"{CHANGE}bpSoc"] == 29.0
    assert states["snapshot_totalElectricityGeneration"] == 8231.0
    assert [states[key] for key in (LOAD, BOUGHT, CHARGE)] == [None] * 3
    assert receiver.last_report() == round(NOON.timestamp())
    assert receiver.system.available()


def test_stale_report_tells_its_counters(receiver: Receiver) -> None:
    pack = pack_text(1, PACK_SERIALS[0], bpSoc=38, bpAccuChgEnergy=123_000)
    polled(
        receiver,
        {
            "BP_STA_REPORT": stamped(stamp(5), **{PACK_SERIALS[0]: pack}),
            "EMS_HEARTBEAT": stamped(stamp(), pcsAcFreq=50.0),
        },
    )
    states = receiver.states(PACK_SERIALS[0])
    assert states[f"{PACK}bpSoc"] is None
    assert states[f"{PACK}bpAccuChgEnergy"] == 123.0
    assert not receiver.system.available(PACK_SERIALS[0])


def test_settings_of_long_ago_are_current(receiver: Receiver) -> None:
    states = polled(
        receiver,
        {
            "EMS_CHANGE_REPORT": stamped(stamp(900), emsWordMode="WORKMODE_BACKUP"),
            "EMS_HEARTBEAT": stamped(stamp(), pcsAcFreq=50.0),
        },
    )
    assert states[f"{CHANGE}emsWorkMode"] == "backup"


def test_stale_sample_is_no_energy(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    """9 kW of a day ago, and nothing 149 s later: nothing has flowed."""
    polled(
        receiver,
        {
            "ENERGY_STREAM_REPORT": stamped(stamp(24), sysLoadPwr=9000.0, sysGridPwr=9000.0),
            "EMS_HEARTBEAT": stamped(stamp(), pcsAcFreq=50.0),
        },
    )
    freezer.tick(149)
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 0.0})
    freezer.tick(10)
    states = receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 0.0})
    assert not states.get("energy_home")
    assert not states.get("energy_gridImport")


def test_sample_counts_from_when_it_was_taken(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """Five minutes before the answer: what flowed until the next one is not known."""
    states = polled(
        receiver,
        {
            "ENERGY_STREAM_REPORT": stamped(stamp(1 / 12), sysLoadPwr=9000.0, sysGridPwr=9000.0),
            "EMS_HEARTBEAT": stamped(stamp(), pcsAcFreq=50.0),
        },
    )
    assert states[LOAD] == 9000.0
    freezer.tick(149)
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 0.0})
    freezer.tick(10)
    states = receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 0.0})
    assert not states.get("energy_home")


def test_answer_of_which_everything_is_old(receiver: Receiver) -> None:
    """No zone explains a day: the system has not spoken since, whatever the cloud says."""
    states = polled(
        receiver,
        {
            "ENERGY_STREAM_REPORT": stamped(stamp(30), sysLoadPwr=9.0),
            "EMS_HEARTBEAT": stamped(stamp(30), pcsAcFreq=50.0),
        },
    )
    assert (states[LOAD], states[FREQUENCY]) == (None, None)
    assert not receiver.system.available()


@pytest.mark.parametrize("zone", [-12, -5, 0, 8, 14])
def test_any_zone_will_do(receiver: Receiver, zone: int) -> None:
    text = stamp(2 - zone)
    states = polled(receiver, {"ENERGY_STREAM_REPORT": stamped(text, sysLoadPwr=9.0)})
    assert states[LOAD] == 9.0
    assert receiver.system.available()


def test_everything_stands_still(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    reports = {
        "ENERGY_STREAM_REPORT": stamped(stamp(), sysLoadPwr=9.0),
        "EMS_HEARTBEAT": stamped(stamp(), pcsAcFreq=50.0),
        "EMS_CHANGE_REPORT": stamped(stamp(3), emsWordMode="WORKMODE_BACKUP"),
    }
    ends: dict[str, int] = {}
    polled(receiver, reports)
    for minute in range(1, 20):
        freezer.tick(60)
        polled(receiver, reports)
        receiver.expire()
        states = receiver.states()
        ends.update({key: minute for key in (LOAD, FREQUENCY) if states[key] is not None})
        assert receiver.system.available() is (minute * 60 < STALE)
    assert ends == {LOAD: 6, FREQUENCY: 9}  # the last whole minutes of 400 and 600 s
    assert receiver.states()[f"{CHANGE}emsWorkMode"] == "backup"


def renewed_each_minute(
    receiver: Receiver, freezer: FrozenDateTimeFactory, shift: timedelta, **later: Any
) -> list[Any]:
    """Poll powers of 1, 2, 3 ... W each minute; the cloud's clock steps by `shift` after three."""
    shown = []
    for minute in range(10):
        now = NOON + timedelta(minutes=minute) + (shift if minute >= 3 else timedelta())
        other = stamped(stamp(0.002, now), pcsAcFreq=50.0 + minute)
        # Settings are not renewed: theirs stays ahead by the hour.
        reports = {
            "ENERGY_STREAM_REPORT": stamped(stamp(0, now), sysLoadPwr=float(minute)),
            "EMS_HEARTBEAT": other,
            "EMS_CHANGE_REPORT": stamped(stamp(0.01), emsWordMode="WORKMODE_BACKUP"),
            **later,
        }
        shown.append(polled(receiver, reports)[LOAD])
        receiver.expire()
        freezer.tick(60)
    return shown


@pytest.mark.parametrize("hours", [-1, 1])
def test_clock_change(receiver: Receiver, freezer: FrozenDateTimeFactory, hours: int) -> None:
    shown = renewed_each_minute(receiver, freezer, timedelta(hours=hours))
    assert shown == [float(minute) for minute in range(10)]
    assert receiver.states()[FREQUENCY] == 59.0


@pytest.mark.parametrize(
    "wrong", [stamp(-24 * 365), stamp(-20), "9999-12-31 23:59:59", "soon", "", None]
)
def test_impossible_time_of_another_report(
    receiver: Receiver, freezer: FrozenDateTimeFactory, wrong: Any
) -> None:
    """It makes nothing else look old, and is believed for itself."""
    rod = {"EMS_PARAM_CHANGE_REPORT": stamped(wrong, sysBatDsgDownLimit=11)}
    shown = renewed_each_minute(receiver, freezer, timedelta(), **rod)
    assert shown == [float(minute) for minute in range(10)]


def test_report_of_next_year_blocks_nothing(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    beat = stamped(stamp(), pcsAcFreq=50.0)
    ahead = stamped(stamp(-24 * 365), sysLoadPwr=1.0)
    assert polled(receiver, {"ENERGY_STREAM_REPORT": ahead, "EMS_HEARTBEAT": beat})[LOAD] == 1.0
    freezer.tick(60)
    right = stamped(stamp(now=NOON + timedelta(seconds=60)), sysLoadPwr=2.0)
    assert polled(receiver, {"ENERGY_STREAM_REPORT": right, "EMS_HEARTBEAT": beat})[LOAD] == 2.0


def test_report_that_always_says_next_year(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """What it tells changes, or it does not and grows old."""
    ahead = stamp(-24 * 365)
    for load in (1.0, 2.0, 3.0):
        report = {"ENERGY_STREAM_REPORT": stamped(ahead, sysLoadPwr=load)}
        assert polled(receiver, report)[LOAD] == load
        freezer.tick(60)
    for _ in range(7):
        polled(receiver, {"ENERGY_STREAM_REPORT": stamped(ahead, sysLoadPwr=3.0)})
        receiver.expire()
        freezer.tick(60)
    assert receiver.states()[LOAD] is None


# The snapshot beside MQTT.


def test_live_report_beats_its_copy(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 740.0})
    freezer.tick(59)
    reports = {
        "ENERGY_STREAM_REPORT": stamped(stamp(), sysLoadPwr=99.0),
        "EMS_HEARTBEAT": stamped(stamp(), pcsAcFreq=50.0),
    }
    states = polled(receiver, reports)
    assert (states[LOAD], states[FREQUENCY]) == (740.0, 50.0)


def test_snapshot_stands_in_for_one_report(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """MQTT goes on with heartbeats, and no powers: the powers come from the snapshot."""
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 740.0})
    for second in range(30, 181, 30):
        freezer.tick(30)
        receiver.report(96, 1, "Heartbeat", {"pcsAcFreq": 49.0 + second / 100})
    now = NOON + timedelta(seconds=170)
    states = polled(
        receiver,
        {
            "ENERGY_STREAM_REPORT": stamped(stamp(now=now), sysLoadPwr=99.0),
            "EMS_HEARTBEAT": stamped(stamp(now=now), pcsAcFreq=55.0),
        },
    )
    assert (states[LOAD], states[FREQUENCY]) == (99.0, 50.8)


def test_json_answer_by_mqtt_has_ages_too(receiver: Receiver) -> None:
    quota = {
        "RE307_ENERGY_STREAM_REPORT": stamped(stamp(22), sysLoadPwr=9.0),
        "RE307_EMS_HEARTBEAT": stamped(stamp(), pcsAcFreq=50.0),
    }
    assert receiver.system.mqtt(json.dumps({"data": {"quota": quota}}).encode())
    assert (receiver.states()[LOAD], receiver.states()[FREQUENCY]) == (None, 50.0)


def test_pack_that_only_the_snapshot_tells(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    first, second = PACK_SERIALS[:2]
    receiver.take(pack(1, first, bpSoc=38))
    freezer.tick(30)
    at = int(NOON.timestamp())
    packs_polled(
        receiver,
        NOON,
        **{
            first: pack_text(1, first, bpSoc=11, bpTimestamp=at),
            second: pack_text(2, second, bpSoc=39, bpTimestamp=at),
        },
    )
    assert receiver.states(first)[f"{PACK}bpSoc"] == 38.0
    assert receiver.states(second)[f"{PACK}bpSoc"] == 39.0


# Parts.


def pack(slot: int, serial: str, **values: Value) -> Any:
    entry: dict[str, Value] = {"bpSn": serial.encode(), "bpDsrc": slot, **values}
    return header(96, 7, message("PackReport", {"bpSta": [message("Pack", entry)]}))


def accessory(serial: str) -> Any:
    """Return a report of an accessory with this serial number."""
    plug = message("EnergyDevice", {"dev_addr": 213, "dev_sn": PLUG_SERIAL})
    built = {
        WALL_BOX_SERIAL: (209, 8, message("WallBox", {"ev_sn": serial, "work_mode": 2})),
        ROD_SERIAL: (212, 8, message("HeatingRod", {"hr_sn": serial, "temp": 51.0})),
        HEAT_PUMP_SERIAL: (
            211,
            33,
            message("HeatPumpState", {"hp_sn": serial, "remote_online": True}),
        ),
        PLUG_SERIAL: (
            241,
            3,
            message(
                "EnergyDeviceReport",
                {"dev_info": plug, "plugParam": message("PlugParam", {"switch_stat": 1})},
            ),
        ),
    }
    func, cmd, report = built[serial]
    return header(func, cmd, report)


@pytest.mark.parametrize(
    ("serial", "life"),
    [
        (PACK_SERIALS[0], 900),
        (WALL_BOX_SERIAL, 7200),
        (ROD_SERIAL, 7200),
        (HEAT_PUMP_SERIAL, 7200),
        (PLUG_SERIAL, 7200),
    ],
)
def test_silent_part_is_lost_while_the_system_speaks(
    receiver: Receiver, freezer: FrozenDateTimeFactory, serial: str, life: int
) -> None:
    report = pack(1, serial, bpSoc=38) if serial == PACK_SERIALS[0] else accessory(serial)
    receiver.take(report)
    assert receiver.system.available(serial)
    receiver.expire()
    receiver.presence.clear()
    for _ in range(life // 60 - 1):
        freezer.tick(60)
        receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 500.0})
        # What the system says of its parts does not mean that they are there.
        errors = message("ModuleErrors", {"module_sn": serial, "err_code": []})
        receiver.report(96, 3, "ErrorChange", {"bp_err_code": [errors]})
        receiver.expire()
    assert receiver.system.available(serial)
    assert not receiver.presence
    freezer.tick(60)
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 500.0})
    receiver.expire()
    assert receiver.system.available()
    assert not receiver.system.available(serial)
    assert receiver.presence == [serial]
    receiver.take(report)
    assert receiver.system.available(serial)
    assert receiver.presence == [serial, serial]


def test_silent_inverter_of_several(freezer: FrozenDateTimeFactory) -> None:
    master, second, _ = parallel.SERIALS
    receiver = Receiver(master)
    of_both = [
        message("ParallelStream", {"dev_sn": serial, "mpptPwr": 9.0})
        for serial in ("", master, second)
    ]
    receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": of_both})
    assert receiver.system.available(second)
    for _ in range(11):
        freezer.tick(60)
        receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": of_both[:2]})
        receiver.expire()
    assert receiver.system.available()
    assert not receiver.system.available(second)


def test_offline_system_takes_its_parts_along(receiver: Receiver) -> None:
    receiver.take(pack(1, PACK_SERIALS[0], bpSoc=38), accessory(BOX))
    receiver.system.mqtt(frames.offline_answer(frames.sequence()))
    assert not receiver.system.available(PACK_SERIALS[0])
    assert not receiver.system.available(BOX)
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 500.0})
    assert receiver.system.available(PACK_SERIALS[0])


def test_replaced_pack(receiver: Receiver) -> None:
    old, new = PACK_SERIALS[0], PACK_SERIALS[5]
    receiver.take(pack(2, old, bpSoc=38))
    receiver.expire()
    receiver.presence.clear()
    receiver.take(pack(2, new, bpSoc=71))
    assert not receiver.system.available(old)
    assert receiver.system.available(new)
    assert old in receiver.presence
    assert receiver.devices[new].number == 2
    assert receiver.states(new)[f"{PACK}bpSoc"] == 71.0


def test_packs_that_change_places(receiver: Receiver) -> None:
    first, second = PACK_SERIALS[:2]
    receiver.take(pack(1, first, bpSoc=38), pack(2, second, bpSoc=39))
    receiver.take(pack(2, first, bpSoc=38), pack(1, second, bpSoc=39))
    assert receiver.system.available(first)
    assert receiver.system.available(second)
    assert [receiver.devices[serial].number for serial in (first, second)] == [2, 1]


def packs_polled(receiver: Receiver, now: datetime, **texts: str) -> None:
    reports = {
        "BP_STA_REPORT": stamped(stamp(now=now), **texts),
        "EMS_HEARTBEAT": stamped(stamp(now=now), pcsAcFreq=50.0),
    }
    polled(receiver, reports)
    receiver.expire()


def test_replaced_pack_of_the_snapshot(receiver: Receiver) -> None:
    """The cloud keeps the old one: its own clock says since when it is silent."""
    old, new = PACK_SERIALS[0], PACK_SERIALS[5]
    at = int(NOON.timestamp())
    texts = {
        new: pack_text(2, new, bpSoc=71, bpTimestamp=at),
        old: pack_text(2, old, bpSoc=38, bpTimestamp=at - 40 * 86400),
    }
    packs_polled(receiver, NOON, **texts)
    assert receiver.states(new)[f"{PACK}bpSoc"] == 71.0
    assert set(receiver.devices) == {new}


def test_pack_that_is_replaced_between_snapshots(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    old, new = PACK_SERIALS[0], PACK_SERIALS[5]
    at = int(NOON.timestamp())
    of_old = pack_text(2, old, bpSoc=38, bpTimestamp=at)
    packs_polled(receiver, NOON, **{old: of_old})
    assert receiver.system.available(old)
    freezer.tick(300)
    later = NOON + timedelta(seconds=300)
    of_new = pack_text(2, new, bpSoc=71, bpTimestamp=at + 300)
    packs_polled(receiver, later, **{new: of_new, old: of_old})
    assert not receiver.system.available(old)
    assert receiver.system.available(new)


def test_silent_pack_of_the_snapshot(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    """The report is renewed by the other pack."""
    first, second = PACK_SERIALS[:2]
    at = int(NOON.timestamp())
    silent = pack_text(1, first, bpSoc=38, bpTimestamp=at)
    for second_number in range(0, 1200, 60):
        now = NOON + timedelta(seconds=second_number)
        speaks = pack_text(2, second, bpSoc=50, bpTimestamp=at + second_number)
        packs_polled(receiver, now, **{first: silent, second: speaks})
        assert receiver.system.available(second)
        assert receiver.system.available(first) is (second_number < 900)
        freezer.tick(60)
    assert receiver.states(first)[f"{PACK}bpSoc"] is None
    assert receiver.states(second)[f"{PACK}bpSoc"] == 50.0


def test_pack_that_was_silent_long_before_the_first_snapshot(receiver: Receiver) -> None:
    first, second = PACK_SERIALS[:2]
    at = int(NOON.timestamp())
    packs_polled(
        receiver,
        NOON,
        **{
            first: pack_text(1, first, bpSoc=38, bpTimestamp=at - 3 * 86400),
            second: pack_text(2, second, bpSoc=50, bpTimestamp=at),
        },
    )
    assert receiver.states(first)[f"{PACK}bpSoc"] is None
    assert receiver.devices[first].number == 1
    assert not receiver.system.available(first)
    assert receiver.system.available(second)


def test_rare_snapshots_are_enough(freezer: FrozenDateTimeFactory) -> None:
    """One an hour, as chosen: what comes by no other way lasts from one to the next."""
    receiver = Receiver(PLUS, stale=7260)
    serial = PACK_SERIALS[0]
    for minute in range(240):
        now = NOON + timedelta(minutes=minute)
        if minute % 60 == 0:
            text = pack_text(1, serial, bpSoc=38, bpTimestamp=int(now.timestamp()))
            packs_polled(receiver, now, **{serial: text})
        freezer.tick(60)
        receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 500.0})
        receiver.expire()
        assert receiver.system.available(serial)
        assert receiver.states(serial)[f"{PACK}bpSoc"] == 38.0
        assert receiver.states()[FREQUENCY] == 50.0
    # Once MQTT has told of it, its silence there counts.
    receiver.take(pack(1, serial, bpSoc=37))
    freezer.tick(901)
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 500.0})
    assert not receiver.system.available(serial)


def test_clocks_of_packs_differ(receiver: Receiver) -> None:
    """By 1174 s on a real one."""
    first, second = PACK_SERIALS[:2]
    at = int(NOON.timestamp())
    packs_polled(
        receiver,
        NOON,
        **{
            first: pack_text(1, first, bpSoc=38, bpTimestamp=at),
            second: pack_text(2, second, bpSoc=39, bpTimestamp=at + 1174),
        },
    )
    assert receiver.states(first)[f"{PACK}bpSoc"] == 38.0
    assert receiver.system.available(first)


def test_forgotten_part_is_announced_again(receiver: Receiver) -> None:
    receiver.take(pack(1, PACK_SERIALS[0], bpSoc=38))
    receiver.system.forget(PACK_SERIALS[0])
    receiver.announced.clear()
    receiver.take(pack(1, PACK_SERIALS[0], bpSoc=39))
    assert [device.serial for device in receiver.announced] == [PACK_SERIALS[0]]
    receiver.system.forget(PLUS)
    receiver.take(pack(1, PACK_SERIALS[0], bpSoc=40))
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 500.0})
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 501.0})
    assert [device.serial for device in receiver.announced] == [PACK_SERIALS[0], PLUS]


# What they can do at most.


@pytest.mark.parametrize(
    ("serial", "watts"),
    [
        (OCEAN, 80_000.0),
        ("HJ37ZSIM00000001", 82_000.0),
        (PLUS, 99_900.0),
        (SINGLE_PHASE, 76_000.0),
        (fit.SERIAL, 100_000.0),
    ],
)
def test_site_power(serial: str, watts: float) -> None:
    """The inverter's, and 70 kW of grid connection."""
    assert Receiver(serial).system.device.rated_power == watts


def test_power_of_parts() -> None:
    master, second, third = parallel.SERIALS
    receiver = Receiver(master)
    units = [message("ParallelStream", {"dev_sn": serial}) for serial in (second, third)]
    receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": units})
    receiver.take(pack(1, PACK_SERIALS[0], bpSoc=38))
    rated = {serial: device.rated_power for serial, device in receiver.devices.items()}
    # 6 kW each, and 70 kW of grid connection.
    assert rated == {master: 88_000.0, second: 76_000.0, third: 76_000.0, PACK_SERIALS[0]: 10_000.0}


# In Home Assistant.


async def written(freezer: FrozenDateTimeFactory) -> None:
    """Let the last values be written."""
    await pass_time(freezer, 2)


@ticking
@bare
async def test_powers_end_in_home_assistant(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    cloud.plant.hold(load=500.0, strings=(5500.0, 0.0, 0.0), battery=0.0)
    await house.send(frames.energy_stream(cloud.plant))
    await written(freezer)
    assert value_of(hass, SOLAR) == "5500.0"
    cloud.faults.add("detail", Fault.http(503))  # the snapshot stands in otherwise
    cloud.device.pause()  # nor does a get answer tell
    for _ in range(20):
        await pass_time(freezer, 30)
        await house.send(frames.change_soc(cloud.plant))
    assert [value_of(hass, state) for state in (SOLAR, SOLD, LOAD)] == [STATE_UNKNOWN] * 3
    # Told when it changes: it was told once.
    assert value_of(hass, f"{CHANGE}emsWorkMode") not in {STATE_UNKNOWN, STATE_UNAVAILABLE}
    assert hass.states.get("sensor.simulated_home_last_report") is None  # off by default


@ticking
@bare
async def test_snapshot_is_asked_while_powers_are_missing(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """MQTT brings all but the powers."""
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    polls = cloud.cloud.counts["detail"]
    cloud.plant.hold(load=123.0)
    cloud.device.get_topic = "nowhere"
    for _ in range(10):
        await pass_time(freezer, 30)
        await house.send(frames.heartbeat(cloud.plant))
    assert polls + 2 <= cloud.cloud.counts["detail"] <= polls + 5
    await written(freezer)
    assert value_of(hass, LOAD) == "123.0"


@ticking
@bare
@pytest.mark.parametrize("hours", [22, 5])
async def test_start_with_stale_powers(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hours: int,
) -> None:
    cloud.device.pause()
    now = cloud.plant.time
    data = detail(cloud.plant, Model.PLUS, now)
    old = detail(cloud.plant, Model.PLUS, now - timedelta(hours=hours))
    name = "RE307_ENERGY_STREAM_REPORT"
    data["quota"][name] = old["quota"][name] | {"sysGridPwr": 556.0}
    answer = {"code": "0", "message": "Success", "data": data}
    cloud.faults.add("detail", Fault.raw(json.dumps(answer).encode()))
    await set_up(update_seconds=1)
    assert value_of(hass, LOAD) == value_of(hass, BOUGHT) == STATE_UNKNOWN
    assert value_of(hass, FREQUENCY) not in {STATE_UNKNOWN, STATE_UNAVAILABLE}
    assert value_of(hass, "snapshot_totalElectricityGeneration") != STATE_UNKNOWN


@ticking
@bare
async def test_retained_message_is_no_sign_of_life(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """The broker hands it over at every connection, for years."""
    cloud.plant.hold(load=4321.0)
    kept = cloud.device.payload(frames.energy_stream(cloud.plant))
    await cloud.device.publish(cloud.device.property_topic, kept, retain=True)
    cloud.plant.hold(load=10.0)
    entry = await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await written(freezer)
    assert value_of(hass, LOAD) == "10.0"
    systems = entry.runtime_data.source.diagnostics()["systems"]
    # One of the get answer; what was kept did not count.
    assert systems[0]["routes"]["96/33"]["count"] == 1
    await cloud.device.publish(cloud.device.property_topic, kept)
    await house.fence()
    await written(freezer)
    assert value_of(hass, LOAD) == "4321.0"


@ticking
@one_pack
async def test_replaced_pack_can_be_removed_at_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    entry = await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    old, new = PACK_SERIALS[0], PACK_SERIALS[3]
    state = f"{PACK}bpSoc"
    cloud.plant.packs[:] = make_packs((new,), 1, 0.5)
    await house.send(frames.packs(cloud.plant))
    await written(freezer)
    assert value_of(hass, state, old) == STATE_UNAVAILABLE
    assert value_of(hass, state, new) == f"{round(100 * cloud.plant.packs[0].soc)}.0"

    registry = dr.async_get(hass)
    devices = {
        device.serial_number: device.id
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
    }
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    assert (await client.remove_device(devices[old]))["success"]
    assert not (await client.remove_device(devices[new]))["success"]
    assert entity_id(hass, state, old) is None

    # Put back in, it is a device again.
    cloud.plant.packs += make_packs((new, old), 1, 0.5)[1:]
    await house.send(frames.packs(cloud.plant))
    await written(freezer)
    assert value_of(hass, state, old) not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
    back = registry.async_get_device_by_identifier((DOMAIN, old), entry.entry_id)
    assert back is not None
    assert (back.name, back.model) == ("Battery pack 2", "PowerOcean battery")


@ticking
@pytest.mark.parametrize("simulation", [{"packs": PACK_SERIALS[:2]}], ids=["two packs"])
async def test_parts_are_lost_one_by_one(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    cloud.faults.add("detail", Fault.http(503))
    cloud.device.pause()
    first, second = PACK_SERIALS[:2]
    state = f"{PACK}bpSoc"
    for _ in range(32):
        await pass_time(freezer, 30)
        await house.send(frames.pack(cloud.plant, 2), frames.energy_stream(cloud.plant))
    assert value_of(hass, state, first) == STATE_UNAVAILABLE
    assert value_of(hass, state, second) not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
    # Change-driven, and heard a quarter of an hour ago; its power is not known any more.
    assert value_of(hass, "EVChargingParamReport_chargingStatus", BOX) not in {
        STATE_UNAVAILABLE,
        STATE_UNKNOWN,
    }
    assert value_of(hass, POWER, BOX) == STATE_UNKNOWN
    assert value_of(hass, LOAD, SYSTEM) not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
    await house.send(frames.pack(cloud.plant, 1))
    await written(freezer)
    assert value_of(hass, state, first) not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
