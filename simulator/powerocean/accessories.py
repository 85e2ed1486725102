"""Messages beside the main reports: wall box, heating rod, modules, parameters, energies."""

from __future__ import annotations

from datetime import datetime

from custom_components.energy_storage_hub.powerocean.messages import Message

from .build import Value, complete, message, sparse
from .plant import (
    HOURLY_CHARGE,
    HOURLY_DISCHARGE,
    HOURLY_EXPORT,
    HOURLY_HOUSE,
    HOURLY_IMPORT,
    HOURLY_PV,
    Plant,
)

_NO_ERROR = bytes(8)
_IDLE_CURRENT, _FULL_CURRENT = 60, 107  # tenths of A


def _stamp(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0


def wall_box(plant: Plant) -> Message | None:
    """209/8 with every field, explicit zeros."""
    box = plant.wall_box
    if box is None:
        return None
    spent = (plant.time - box.started).total_seconds() if box.started else 0.0
    values: dict[str, Value] = {
        "ev_sn": box.serial,
        "stop_charging_soc": 255,
        "online_bits": 1,
        "charging_status": box.status,
        "error_code": _NO_ERROR,
        "ev_pwr": box.power,
        "ev_charging_energy": box.session_wh,
        "work_mode": 2,
        "order_time": int(spent) if box.status == 3 else 0,
        "order_state": 2 if box.status == 3 else 3,
        "default_vehicle_id": "-1",
        "charge_vehicle_id": "-1",
        "order_start_timestamp": _stamp(box.started),
        "order_end_timestamp": _stamp(box.ended),
        "switch_bits": 2,
        "unknown31": 160,
        "unknown34": 3,
        "unknown35": 2,
    }
    return complete("WallBox", values)


def wall_box_values(plant: Plant) -> dict[str, Value]:
    """Return the wall box's settings that only the HTTPS snapshot shows."""
    box = plant.wall_box
    charging = box is not None and box.power > 0
    return {
        "evCurrSet": _FULL_CURRENT if charging else _IDLE_CURRENT,
        "evDetectPhase": 3,
        "evExeMode": 0,
    }


def wall_box_stream(plant: Plant) -> Message | None:
    """209/33: zeros are left out."""
    box = plant.wall_box
    if box is None:
        return None
    entry = sparse("WallBoxStream", {"ev_sn": box.serial, "ev_pwr": box.power})
    return message("WallBoxStreamReport", {"ev_stream_show": [entry]})


def _timer(index: int, *, enabled: bool, active: bool) -> Message:
    values: dict[str, Value] = {
        "is_cfg": 1,
        "task_index": index,
        "is_enable": enabled,
        "is_effect": active,
    }
    return complete("TimerTask", values)


def wall_box_timers(plant: Plant) -> Message | None:
    """209/2: one of two timers is on, and at work while the box charges."""
    box = plant.wall_box
    if box is None:
        return None
    tasks = [
        _timer(1, enabled=True, active=box.power > 0),
        _timer(2, enabled=False, active=False),
    ]
    return message("WallBoxTimers", {"ev_sn": box.serial, "time_task_cfg": tasks})


def rod_timers(plant: Plant) -> Message | None:
    """212/2: no timers."""
    rod = plant.rod
    if rod is None:
        return None
    return message("RodTimers", {"hr_sn": rod.serial, "time_task_cfg": []})


def heat_pump(plant: Plant) -> Message | None:
    """211/1 with two circuits, one of them in use."""
    if not plant.heat_pump:
        return None
    board: dict[str, Value] = {
        "hp_mode": 1,
        "switch_stat": 1,
        "temp_ambient": 7.5,
        "temp_inlet": 33.0,
        "temp_outlet": 38.5,
        "run_mode": 2,
    }
    circuit: dict[str, Value] = {"switch_stat": 1, "temp_target": 35.0, "temp_curr": 34.5}
    water: dict[str, Value] = {"switch_stat": 1, "temp_target": 50.0, "temp_curr": 47.0}
    values: dict[str, Value] = {
        "hp_sn": plant.heat_pump,
        "hp_master": complete("HeatPumpBoard", board),
        "sector_a": message("HeatPumpSector", circuit),
        "sector_dhw": message("HeatPumpSector", water),
    }
    return message("HeatPumpReport", values)


def heat_pump_state(plant: Plant) -> Message:
    """211/33."""
    values: dict[str, Value] = {
        "hp_sn": plant.heat_pump,
        "remote_online": True,
        "hp_pwr": 1250.0,
    }
    return message("HeatPumpState", values)


def smart_plug(plant: Plant) -> Message | None:
    """241/3."""
    if not plant.smart_plug:
        return None
    param: dict[str, Value] = {
        "household_pwr": 2500.0,
        "max_pwr": 2500.0,
        "switch_stat": 1,
        "error_code": _NO_ERROR,
    }
    values: dict[str, Value] = {
        "dev_info": _plug(plant),
        "plugParam": message("PlugParam", param),
    }
    return message("EnergyDeviceReport", values)


def smart_plug_stream(plant: Plant) -> Message:
    """240/33: zeros are left out."""
    entry = sparse("EnergyDeviceStream", {"dev_info": _plug(plant), "pwr": 201.0})
    return message("EnergyDeviceStreamReport", {"energy": [entry]})


def priorities(plant: Plant) -> Message:
    """240/2."""
    entry: dict[str, Value] = {"dev_info": _plug(plant), "dev_prio": 1, "enable": True}
    return message(
        "EnergyDevicePriorities", {"dev_prio_report": [message("EnergyDevicePriority", entry)]}
    )


def _plug(plant: Plant) -> Message:
    values: dict[str, Value] = {"dev_addr": 213, "dev_sn": plant.smart_plug, "sub_addr": 1}
    return message("EnergyDevice", values)


def heating_rod(plant: Plant) -> Message | None:
    """212/8."""
    rod = plant.rod
    if rod is None:
        return None
    values: dict[str, Value] = {
        "hr_sn": rod.serial,
        "mode": 1,
        "online_bits": 1,
        "heating_power": int(rod.power),
        "target_power": 3000,
        "temp": rod.temperature,
        "target_temp": 65.0,
        "run_stat": int(rod.power > 0),
        "water_tank_volume": 300,
    }
    return complete("HeatingRod", values)


def rod_stream(plant: Plant) -> Message | None:
    """212/33: the rod's power by origin; zeros are left out."""
    rod = plant.rod
    if rod is None:
        return None
    bought = min(rod.power, max(0.0, plant.flow.grid))
    values: dict[str, Value] = {
        "hr_sn": rod.serial,
        "hr_pwr": rod.power,
        "temp": rod.temperature,
        "from_pv": rod.power - bought,
        "from_grid": bought,
    }
    return message("RodStreamReport", {"hr_energy_stream": [sparse("RodStream", values)]})


def param_change(plant: Plant) -> Message:
    """96/13 with every field."""
    values: dict[str, Value] = {
        "breakerCapacityMax": 35,
        "breakerEnableState": True,
        "dev_soc": round(plant.reserve * 100),
    }
    return complete("ParamChange", values)


def ecology() -> Message:
    """96/11: no heat pump is bound."""
    return message("EcologyReport", {"HP_report": message("HeatPump", {})})


def error_mask() -> Message:
    """96/9: 32 masks."""
    return message("ErrorCodeMask", {"errorCode": [0] * 32})


def energy_totals(plant: Plant, bit: int, seq: int) -> Message:
    """254/32: the hourly energies of the UTC day, of one flow."""
    values: dict[str, Value] = {
        "timestamp": plant.hourly_day,
        "watth_type": bit,
        "watth": [int(value) for value in plant.hourly.get(bit, [0.0] * 24)],
    }
    return message("EnergyTotals", {"watth_seq": seq, "watth_item": message("EnergyHours", values)})


HOURLY_BITS = (
    HOURLY_PV,
    HOURLY_CHARGE,
    HOURLY_DISCHARGE,
    HOURLY_IMPORT,
    HOURLY_EXPORT,
    HOURLY_HOUSE,
)


def modules(plant: Plant) -> Message:
    """53/113: inverter, communication module and packs."""

    def one(detail: int, serial: str, addr: int) -> Message:
        values: dict[str, Value] = {
            "product_type": 83 if detail == 3 else 87,
            "product_detail": detail,
            "module_sn": serial,
            "cpuid": f"{addr:024x}",
            "running_sta": 1,
            "addr": addr,
            "d_addr": 1,
            "app_ver": 67177999,
            "loader_ver": 67174401,
        }
        return message("Module", values)

    units = [one(1, plant.serial, 96), one(4, plant.serial, 53)]
    units += [one(3, pack.serial, 100 + pack.slot) for pack in plant.packs]
    return message("Modules", {"modules": units, "total_page": 1, "page": 1})
