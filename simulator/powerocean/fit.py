"""PowerOcean DC Fit: the plant's values as its own reports, with its own signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from custom_components.energy_storage_hub.powerocean.messages import Message, message_class

from . import reports
from .build import Value, complete, message, sparse
from .packs import Pack
from .physics import Panel
from .plant import (
    HOURLY_CHARGE,
    HOURLY_DISCHARGE,
    HOURLY_EXPORT,
    HOURLY_HOUSE,
    HOURLY_IMPORT,
    HOURLY_PV,
    Flow,
    Minute,
    Plant,
)

SERIAL = "HC31ZSIM00000001"
CONVERTER_SERIAL = "HC312SIM00000001"
PANELS = (Panel(6200.0, 150.0, 32.0, 640.0), Panel(4600.0, 235.0, 32.0, 520.0))
PACKS = tuple(f"HJ3AZSIM{number:08d}" for number in range(1, 4))
_NO_TIME = 144_000
_CELLS = 16
_NAMES = ("pv_inv_wiring_mode_name", "pvWiringType_name", "invWiringType_name")
"""Of JSON only."""


def _powers(flow: Flow | Minute) -> dict[str, Value]:
    """Return the powers as the Fit has them: grid + = export, load below 0, zeros left out."""
    built: dict[str, Value] = {
        "grid_pwr": -flow.grid,
        "dcdc_pwr": flow.battery * 0.8,
        "bp_pwr": flow.battery,
        "pv_pwr": flow.pv,
        "load_pwr": -flow.load,
    }
    return {key: value for key, value in built.items() if value}


def energy_stream(plant: Plant) -> Message:
    """96/33."""
    built = _powers(plant.flow) | {"timestamp": int(plant.time.timestamp())}
    if plant.packs:
        built["bp_soc"] = plant.flow.soc
    return message("FitEnergyStream", built)


def energy_history(items: Iterable[Minute], seq: int) -> Message:
    """96/34: minutes, newest first."""
    minutes = [
        message(
            "FitEnergyStream",
            _powers(item) | {"timestamp": item.start} | ({"bp_soc": item.soc} if item.soc else {}),
        )
        for item in items
    ]
    return message("FitEnergyHistory", {"sys_energy_stream": minutes, "sys_seq": seq})


def heartbeat(plant: Plant) -> Message:
    """96/1 with every field."""
    flow, day = plant.flow, plant.day_wh
    export = -flow.grid
    discharging = flow.battery < 0
    minutes = plant.stored_wh / -flow.battery * 60 if discharging else _NO_TIME
    phases = [export * part for part in (0.41, 0.27, 0.32)]
    values: dict[str, Value] = {
        "sys_work_sta": 1,
        "bp_remain_watth": plant.stored_wh,
        "bp_soc": flow.soc,
        "bp_dsg_time": int(minutes),
        "sys_rate_ctrl_time": 60,
        "current_netif": 2,
        "meter_total_power": export,
        "meter_a_voltage": 234.7,
        "meter_b_voltage": 234.3,
        "meter_c_voltage": 235.3,
        "meter_a_current": abs(phases[0]) / 234.7,
        "meter_b_current": abs(phases[1]) / 234.3,
        "meter_c_current": abs(phases[2]) / 235.3,
        "bp1_soc_coefficient": 0.9,
        "bp2_soc_coefficient": 0.9,
        "bp3_soc_coefficient": 0.9,
        "bp_bus_volt_coefficient": 1.0,
        # The flow that leaves a bus is below zero.
        "pv_in_day_energy": day[HOURLY_PV],
        "bp_in_day_energy": day[HOURLY_CHARGE],
        "bp_out_day_energy": -day[HOURLY_DISCHARGE],
        "grid_in_day_energy": -day[HOURLY_IMPORT],
        "grid_out_day_energy": day[HOURLY_EXPORT],
        "load_day_energy": -day[HOURLY_HOUSE],
        "meter_type": 6,
        "meter_address": 1,
        "ems_system_state": 1,
        "app_ctrl_state": 1,
        "report_cycle_time": 60,
        "battery_soc_upper_limit": 100,
        "battery_soc_lower_limit": round(plant.reserve * 100),
        "inverter_band": 2,
        "mppt_voltage_maximum": 950.0,
        "mppt_voltage_minimum": 650.0,
        "mppt_rate_power": plant.rated,
        "mppt_withstand_voltage": 1000.0,
        "bp_soc_base_coefficient": 0.9,
        "bp_bus_voltage_base_coefficient": 1.0,
        "bp_dicharge_ability_adjust_value_lv1": 100.0,
        "bp_dicharge_ability_adjust_value_lv2": 200.0,
        "bp_run_delay": 15,
        "bp_stop_delay": 300,
        "bp_save_soc_stop_delay": 10,
        "sys_run_meter_take_power": -300.0,
        "sys_run_meter_feed_power": 50.0,
        "dis_or_charge_ability_step_value": 20.0,
        "working_mode": 1,
        "grid_feed_power_minimum": 400.0,
        "grid_feed_rate": 100.0,
        "ems_error_code_mask": 457_953,
        "pv1_error_code_mask": 32,
        "pv2_error_code_mask": 32,
        "pvWiringType": 4,
        "invWiringType": 4,
        "isPvToInvDirectly": 1,
        "manual_set_start_charge_power": 350.0,
        "start_discharge_power": 200.0,
        "under_voltage_protect_point": 150.0,
        "meter_ratio": [0.1, 0.001, -0.1],
        "meter_phase_power": phases,
        "meter_power_factor": [0.96, 0.957, 0.96, 0.962],
        "app_config_finish": 1,
    }
    built = complete("FitHeartbeat", values)
    for name in _NAMES:
        built.ClearField(name)
    return built


def pack(plant: Plant, unit: Pack) -> Message:
    """Return one pack of 96/108 with every field."""
    volt = unit.volt()
    values: dict[str, Value] = {
        "bp_pwr": unit.power,
        "bp_soc": unit.soc * 100,
        "bp_run_sta": 1 if unit.power else 0,
        "bp_vol": volt,
        "bp_amp": unit.power / volt,
        "bp_mod_sta": 0,
        "bp_remain_watth": unit.energy,
        "bp_bus_vol": 717.0,
        "bp_bus_amp": unit.power / 717.0,
        "err_code": [0, 0],
        "bp_spin_switch": 1,
        "bp_timestamp": int(plant.time.timestamp()),
        "bp_down_limit_soc": 4.0,
        "bp_up_limit_soc": 100.0,
        "bp_bus_vol_filter": 722.0,
        "bp_module_chg_max_pwr": unit.charge_limit(),
        "bp_module_dsg_max_pwr": -unit.discharge_limit(),
        "bp_err_code": unit.error,
        "bp_ina228_a": 0.25,
        "bp_sn": unit.serial,
    }
    return complete("FitPack", values)


def packs(plant: Plant, units: Sequence[Pack] | None = None) -> Message:
    """96/108: these packs, or all of them."""
    chosen = plant.online_packs if units is None else units
    return message("FitPackReport", {"bp_info": [pack(plant, unit) for unit in chosen]})


def bms(plant: Plant, unit: Pack) -> Message:
    """96/111: numbered like the other systems' pack, but for the end."""
    built = message_class("FitBms").FromString(reports.pack(plant, unit).SerializeToString())
    built.DiscardUnknownFields()
    return built


def dc_change(plant: Plant) -> Message:
    """96/109: a string in the dark stands at a few volts."""
    values: dict[str, Value] = {
        "inv1_port_voltage": 717.5,
        "inv2_port_voltage": 716.9,
        "dc1_port_voltage": 717.6,
        "dc2_port_voltage": 717.4,
        "bat1_port_voltage": 717.4,
        "bat2_port_voltage": 717.4,
        "bp_bus_volt_set": 840.0,
        "environment_temp": 33.0,
        "boost1_temp": 27.0,
        "boost2_temp": 28.0,
        "llc_temp": 26.0,
    }
    for number, (panel, power) in enumerate(zip(plant.panels, plant.flow.strings, strict=False), 1):
        volt = panel.open_volt * (0.85 - 0.05 * power / panel.peak) if power else 5.1
        values[f"pv{number}_board_voltage"] = volt
        values[f"pv{number}_board_current"] = power / volt if power else 0.08
        values[f"pv{number}_work_state"] = int(power > 0)
    return complete("FitDcChange", values)


def dc_status(plant: Plant) -> Message:
    """96/110 with every field."""
    values: dict[str, Value] = {
        "meter_current_power": -plant.flow.grid,
        "rec_pv2_alloc_dsg_pwr": max(0.0, -plant.flow.battery),
        "iso_check_pos_res": 1_000_000.0,
        "iso_check_neg_res": 1_000_000.0,
        "iso_check_finish_flg": 1,
        "chg1_temp": 125.0,
        "chg2_temp": 125.0,
    }
    return complete("FitDcStatus", values)


def errors(plant: Plant) -> Message:
    """96/3: the error codes of the EMS, the converter and each pack."""

    def of(name: str, serial: str) -> Message:
        codes = plant.errors.get(name, [])
        values: dict[str, Value] = {
            "module_sn": serial,
            "err_code": codes,
            "error_state": [1] * len(codes),
        }
        return message("FitModuleErrors", values)

    values: dict[str, Value] = {
        "ems_err_code": of("ems", plant.serial),
        "pcs_err_code": of("pcs", CONVERTER_SERIAL),
        "bp_err_code": [of(unit.serial, unit.serial) for unit in plant.online_packs],
    }
    return message("FitErrorChange", values)


def module_list(plant: Plant) -> Message:
    """53/113."""

    def one(product: int, detail: int, serial: str, addr: int) -> Message:
        return sparse(
            "Module",
            {
                "product_type": product,
                "product_detail": detail,
                "module_sn": serial,
                "running_sta": 1,
                "addr": addr,
                "app_ver": 50_464_514,
            },
        )

    units = [one(85, 5, plant.serial, 96), one(85, 2, CONVERTER_SERIAL, 23)]
    units += [one(83, 3, pack.serial, 3) for pack in plant.online_packs]
    return message("Modules", {"modules": units})
