"""Messages beside the main reports: wall box, heating rod, modules, parameters, energies."""

from __future__ import annotations

from datetime import datetime

from custom_components.energy_storage_hub.powerocean.messages import Message

from .build import Value, complete, message, sparse
from .plant import HOURLY_HOUSE, HOURLY_PV, HOURLY_PV1, Plant

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
    """254/32: the hourly energies of the UTC day, of one kind."""
    values: dict[str, Value] = {
        "timestamp": plant.hourly_day,
        "watth_type": bit,
        "watth": [int(value) for value in plant.hourly.get(bit, [0.0] * 24)],
    }
    return message("EnergyTotals", {"watth_seq": seq, "watth_item": message("EnergyHours", values)})


HOURLY_BITS = (HOURLY_HOUSE, HOURLY_PV, HOURLY_PV1)


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
