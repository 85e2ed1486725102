"""The HTTPS snapshot: the same reports as JSON, with the vendor's spelling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
import json
from typing import Any

from google.protobuf.json_format import MessageToDict

from custom_components.energy_storage_hub.powerocean.messages import Message

from . import accessories, fit, parallel, reports
from .clock import HOME
from .model import Model
from .packs import Pack
from .parallel import Inverter, ParallelPlant
from .plant import Plant

type Json = dict[str, Any]

_CONFIG_NAMES = {"emsWorkMode": "emsWordMode"}
_PHASE_NAMES = {"volt": "vol"}
_PACK_NAMES = {"bpMaxCellVol": "bpCellMaxVol", "bpMinCellVol": "bpCellMinVol"}
_PACK_FLAGS = ("bpAcRechargeFlag", "bpPtcHeatFlag")
_LATER_FIELDS = ("pcsRunSta300", "pcsAcErrCode300", "pcsDcErrCode300")
_STALE = timedelta(days=97)


def _plain(message: Message, names: Mapping[str, str] | None = None) -> Json:
    found: Json = MessageToDict(message)
    return {(names or {}).get(key, key): value for key, value in found.items()}


def _zeros(*names: str) -> Json:
    """Return what the cloud writes of powers that a device leaves out, for they are zero."""
    return dict.fromkeys(names, 0.0)


def _time(moment: datetime) -> str:
    return moment.astimezone(HOME).strftime("%Y-%m-%d %H:%M:%S")


def _kwh(watt_hours: float) -> str:
    return f"{watt_hours / 1000:.2f}"


_DARK_PHASE = _zeros("volt", "amp", "actPwr", "reactPwr", "apparentPwr")
_DARK_STRING = _zeros("vol", "amp", "pwr")
_NO_POWERS = _zeros("sysLoadPwr", "sysGridPwr", "mpptPwr", "bpPwr", "pv1Pwr", "pv2Pwr", "pvInvPwr")
_NO_FIT_POWERS = _zeros("gridPwr", "dcdcPwr", "bpPwr", "pvPwr", "loadPwr", "heatingPower")
_NO_ROD_POWERS = _zeros("hrPwr", "fromPv", "fromBat", "fromGrid")


def _heartbeat(plant: Plant, model: Model) -> Json:
    """Return 96/1; a phase that is not wired, empty on MQTT, is full of zeros here."""
    built = _plain(reports.heartbeat(plant, single=model.single_phase))
    for phase in ("pcsAPhase", "pcsBPhase", "pcsCPhase"):
        told = _DARK_PHASE | built[phase]
        built[phase] = {_PHASE_NAMES.get(key, key): value for key, value in told.items()}
    for container in built["mpptHeartBeat"]:
        container["mpptPv"] = [
            {**_DARK_STRING, **string, "lightSta": bool(string.get("lightSta"))}
            for string in container["mpptPv"]
        ]
    built["pcsLoadInfo"] = []
    return built


def pack_json(plant: Plant, unit: Pack) -> Json:
    """Return one pack in the vendor's names."""
    built = _plain(reports.pack(plant, unit), _PACK_NAMES)
    for flag in _PACK_FLAGS:
        built[flag] = bool(built[flag])
    return built


def _packs(plant: Plant, now: datetime) -> Json:
    """Return the packs as JSON strings by serial, with the two odd entries of the real answer."""
    built: Json = {}
    if plant.packs:
        stale = pack_json(plant, plant.packs[0])
        stale |= {"bpPwr": 0.0, "bpSoc": 41, "bpTimestamp": int((now - _STALE).timestamp())}
        built |= {"bpHeartBeat": [stale], "": json.dumps({"bpSn": "", "bpDsrc": 0})}
    units = plant.in_own_slots() if isinstance(plant, Inverter) else plant.online_packs
    for unit in reports.in_device_order(units):
        built[unit.serial] = json.dumps(pack_json(plant, unit), separators=(",", ":"))
    return built


def _errors(plant: Plant) -> Json:
    def of(name: str, serial: str) -> Json:
        return {"errCode": plant.errors.get(name, []), "moduleSn": serial}

    return {
        "emsErrCode": of("ems", plant.serial),
        "bpErrCode": [of(unit.serial, unit.serial) for unit in plant.packs],
        "pcsErrCode": of("pcs", plant.serial),
    }


def _change(plant: Plant, model: Model) -> Json:
    if model is not Model.PLUS:
        whole = _plain(reports.change_report(plant), _CONFIG_NAMES)
        return {"EMS_CHANGE_REPORT": whole}
    state = _plain(reports.plus_state(plant))
    for name in _LATER_FIELDS:
        state.pop(name, None)
    return {
        "EMS_CHANGE_REPORT": _plain(reports.plus_config(plant), _CONFIG_NAMES),
        "EMS_STATE_CHANGE_REPORT": state,
        "EMS_SAFETY_PARAM_REPORT": _plain(reports.grid_code()),
    }


def _fit(plant: Plant) -> Json:
    """Return the reports of a Fit, by its own names."""
    return {
        "ENERGY_STREAM_REPORT": _NO_FIT_POWERS | _plain(fit.energy_stream(plant)),
        "EMS_HEARTBEAT": _plain(fit.heartbeat(plant)),
        "ERROR_CHANGE_HEARTBEAT": _plain(fit.errors(plant)),
        "BP_CHANGE_HEARTBEAT": _plain(fit.packs(plant)),
        "BMS_HEARTBEAT": {
            unit.serial: json.dumps(_plain(fit.bms(plant, unit))) for unit in plant.online_packs
        },
        "DCDC_CHANGE_HEARTBEAT": _plain(fit.dc_change(plant)),
        "DCDC_STA_HEARTBEAT": _plain(fit.dc_status(plant)),
    }


def _inverter(plant: Plant, now: datetime) -> Json:
    """Return what each inverter of a parallel system tells of itself."""
    return {
        "EMS_HEARTBEAT": _heartbeat(plant, Model.PARALLEL),
        **_change(plant, Model.PARALLEL),
        "ERROR_CHANGE_REPORT": _errors(plant),
        "BP_STA_REPORT": _packs(plant, now),
    }


def _parallel(plant: ParallelPlant, now: datetime) -> Json:
    """Return the reports of the master, with those about all."""
    built = _inverter(plant.look()[0], now)
    # Of the time before the second inverter came: a year old, and wrong.
    old = {"sysLoadPwr": 530.0, "sysGridPwr": 1840.0, "mpptPwr": 230.0, "bpPwr": 1540.0}
    built["ENERGY_STREAM_REPORT"] = {**old, "bpSoc": 34, "updateTime": _time(now - _STALE)}
    built["PARALLEL_ENERGY_STREAM_REPORT"] = {
        "paraEnergyStream": [
            {"devSn": "", **_NO_POWERS, **_plain(entry)}
            for entry in getattr(parallel.stream(plant), "para_energy_stream", ())
        ]
    }
    devices = [
        {"devAddr": place, "devSn": inverter.serial}
        for place, inverter in enumerate(plant.inverters, start=1)
    ]
    built["EMS_PARALLEL_DEVICE_LIST"] = {
        "paraDevList": {"paraDev": devices},
        "paraDevOnflictList": {"paraDev": []},
    }
    built["EMS_PARAM_CHANGE_REPORT"] = _plain(accessories.param_change(plant))
    built["ERROR_CODE_MASK_REPORT"] = {"errorCode": [0] * 32}
    return built


def _basic(plant: Plant, model: Model, now: datetime) -> Json:
    """Return the reports of a system with one inverter."""
    flow = plant.flow
    stream = {
        "sysLoadPwr": flow.load,
        "sysGridPwr": flow.grid,
        "mpptPwr": flow.pv,
        "bpPwr": flow.battery,
        "bpSoc": flow.soc,
        "pvInvPwr": 0.0,
        **{f"pv{index}Pwr": flow.strings[index - 1] for index in range(1, 4)},
    }
    if not plant.packs:
        del stream["bpSoc"]
    return {
        "ENERGY_STREAM_REPORT": stream,
        "EMS_HEARTBEAT": _heartbeat(plant, model),
        **_change(plant, model),
        "EMS_PARAM_CHANGE_REPORT": _plain(accessories.param_change(plant)),
        "ERROR_CHANGE_REPORT": _errors(plant),
        "ERROR_CODE_MASK_REPORT": {"errorCode": [0] * 32},
        "BP_STA_REPORT": _packs(plant, now),
        "EMS_PV_INV_ENERGY_STREAM_REPORT": {"pvInvPwr": 0.0},
    }


def _wall_box(plant: Plant) -> Json:
    box, stream = accessories.wall_box(plant), accessories.wall_box_stream(plant)
    if box is None or stream is None:
        return {}
    known = {key: value for key, value in _plain(box).items() if "unknown" not in key}
    powers = [{"evPwr": 0.0, **entry} for entry in _plain(stream)["evStreamShow"]]
    return {
        "EVCHARGING_REPORT": known | accessories.wall_box_values(plant),
        "EV_CHARGING_ENERGY_STREAM_REPORT": {"evStreamShow": powers},
    }


def quota(plant: Plant, model: Model, now: datetime) -> Json:
    """Return the reports of the snapshot by their names."""
    if model is Model.FIT:
        found = _fit(plant)
    elif isinstance(plant, ParallelPlant):
        found = _parallel(plant, now)
    else:
        found = _basic(plant, model, now)
    found |= _wall_box(plant)
    rod, rod_stream = accessories.heating_rod(plant), accessories.rod_stream(plant)
    if rod and rod_stream:
        found["HEATING_ROD_PARAM_REPORT"] = _plain(rod)
        found["HEATING_ROD_ENERGY_STREAM_REPORT"] = {
            "hrEnergyStream": [
                _NO_ROD_POWERS | entry for entry in _plain(rod_stream)["hrEnergyStream"]
            ]
        }
    plug = accessories.smart_plug(plant)
    if plug:
        found["EDEV_PARAM_REPORT"] = {plant.smart_plug: json.dumps(_plain(plug))}
        found["EDEV_PRIORITY_LIST_REPORT"] = _plain(accessories.priorities(plant))
        (entry,) = _plain(accessories.smart_plug_stream(plant))["energy"]
        measured = {"devInfo": entry["devInfo"], "realPowerLock": entry.get("pwr", 0.0)}
        found["EDEV_SYS_REPORT"] = {
            "socDev": 100,
            "devInfoVar": {"devSubInfoVar": [{**measured, "allocatedPower": 0.0}]},
        }
    stamp = {"updateTime": _time(now)}
    return {f"{model.prefix}_{name}": {**stamp, **report} for name, report in found.items()}


def _others(plant: ParallelPlant, own: Json, now: datetime) -> Json:
    """Return the `parallel` part: the master's reports once more, and the others'."""
    stamp = {"updateTime": _time(now)}
    prefix = Model.PARALLEL.prefix
    return {plant.serial: own} | {
        inverter.serial: {
            f"{prefix}_{name}": {**stamp, **report}
            for name, report in _inverter(inverter, now).items()
        }
        for inverter in plant.look()[1:]
    }


def detail(plant: Plant, model: Model, now: datetime, *, online: bool = True) -> Json:
    """Return the `data` of the snapshot; `now` is the time that the reports claim."""
    flow = plant.flow
    # The Fit's own signs are at the top too.
    sign = -1 if model is Model.FIT else 1
    built: Json = {
        "sysLoadPwr": sign * flow.load,
        "sysGridPwr": sign * flow.grid,
        "mpptPwr": flow.pv,
        "bpPwr": flow.battery,
        "bpSoc": flow.soc,
        "sysBatChgUpLimit": 0,
        "sysBatDsgDownLimit": 0,
        "sysGridSta": 0,
        "emsFeedMode": 1,
        "emsWorkMode": 0,
        "online": int(online),
        "todayElectricityGeneration": _kwh(plant.solar_today_wh),
        "monthElectricityGeneration": _kwh(plant.solar_month_wh),
        "yearElectricityGeneration": _kwh(plant.solar_year_wh),
        "totalElectricityGeneration": _kwh(plant.solar_total_wh),
        "systemName": "Simulated home",
        "createTime": "2025-03-11 09:12:40",
        "location": "Frankfurt am Main",
        "timezone": "Europe/Berlin",
        "quota": quota(plant, model, now),
    }
    if isinstance(plant, ParallelPlant):
        built["parallel"] = _others(plant, built["quota"], now)
    if not plant.packs:
        del built["bpSoc"]
    return built
