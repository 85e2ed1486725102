"""The HTTPS snapshot: the same reports as JSON, with the vendor's spelling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
import json
from typing import Any

from google.protobuf.json_format import MessageToDict

from custom_components.energy_storage_hub.powerocean.messages import Message

from . import accessories, reports
from .clock import HOME
from .frames import Model
from .packs import Pack
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


def _time(moment: datetime) -> str:
    return moment.astimezone(HOME).strftime("%Y-%m-%d %H:%M:%S")


def _kwh(watt_hours: float) -> str:
    return f"{watt_hours / 1000:.2f}"


def _heartbeat(plant: Plant) -> Json:
    built = _plain(reports.heartbeat(plant))
    for phase in ("pcsAPhase", "pcsBPhase", "pcsCPhase"):
        built[phase] = {_PHASE_NAMES.get(key, key): value for key, value in built[phase].items()}
    for container in built["mpptHeartBeat"]:
        for string in container["mpptPv"]:
            string["lightSta"] = bool(string.get("lightSta"))
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
    for unit in reports.in_device_order(plant.packs):
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
    if model is Model.OCEAN:
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


def quota(plant: Plant, model: Model, now: datetime) -> Json:
    """Return the reports of the snapshot by their names."""
    flow = plant.flow
    stream = {
        "sysLoadPwr": flow.load,
        "sysGridPwr": flow.grid,
        "mpptPwr": flow.pv,
        "bpPwr": flow.battery,
        "bpSoc": flow.soc,
        "pv1Pwr": flow.strings[0],
        "pv2Pwr": flow.strings[1],
        "pv3Pwr": flow.strings[2],
        "pvInvPwr": 0.0,
    }
    if not plant.packs:
        del stream["bpSoc"]
    found: Json = {
        "ENERGY_STREAM_REPORT": stream,
        "EMS_HEARTBEAT": _heartbeat(plant),
        **_change(plant, model),
        "EMS_PARAM_CHANGE_REPORT": _plain(accessories.param_change(plant)),
        "ERROR_CHANGE_REPORT": _errors(plant),
        "ERROR_CODE_MASK_REPORT": {"errorCode": [0] * 32},
        "BP_STA_REPORT": _packs(plant, now),
        "EMS_PV_INV_ENERGY_STREAM_REPORT": {"pvInvPwr": 0.0},
    }
    box = accessories.wall_box(plant)
    if box:
        known = {key: value for key, value in _plain(box).items() if "unknown" not in key}
        found["EVCHARGING_REPORT"] = known | accessories.wall_box_values(plant)
    stamp = {"updateTime": _time(now)}
    return {f"{model.prefix}_{name}": {**stamp, **report} for name, report in found.items()}


def detail(plant: Plant, model: Model, now: datetime, *, online: bool = True) -> Json:
    """Return the `data` of the snapshot; `now` is the time that the reports claim."""
    flow = plant.flow
    built: Json = {
        "sysLoadPwr": flow.load,
        "sysGridPwr": flow.grid,
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
    if not plant.packs:
        del built["bpSoc"]
    return built
