"""The plant's values as the messages of EcoFlow's reports: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from custom_components.energy_storage_hub.powerocean.messages import Message

from .build import Value, complete, message, sparse
from .grid_code import VDE_AR_N_4105
from .packs import Pack
from .physics import hashed
from .plant import Minute, Plant

# The order in which a real Plus lists its packs.
_PACK_ORDER = (4, 2, 1, 3, 5, 6)
_NO_TIME = 600_000
_SHARES = (0.335, 0.33, 0.335)


def _jitter(plant: Plant, channel: int, size: float) -> float:
    return (hashed(plant.seed + channel, int(plant.time.timestamp())) - 0.5) * size


def charge_state(power: float) -> int:
    """Return the system's state: 0 standby, 1 charging, 2 discharging (packs: 2 and 1)."""
    return 1 if power > 0 else 2 if power < 0 else 0


def energy_stream(plant: Plant) -> Message:
    """96/33: what is zero is left out."""
    flow = plant.flow
    stream: dict[str, Value] = {
        "sysLoadPwr": flow.load,
        "sysGridPwr": flow.grid,
        "mpptPwr": flow.pv,
        "bpPwr": flow.battery,
        **{f"pv{index + 1}_pwr": power for index, power in enumerate(flow.strings)},
    }
    built = {key: value for key, value in stream.items() if value}
    if plant.packs:
        built["bpSoc"] = flow.soc
    return message("EnergyStream", built)


def phases(plant: Plant, *, single: bool = False) -> list[Message]:
    """Return the phases at the inverter; actPwr below 0 = delivering.

    On a single-phase system two are not wired, and above 0 is delivering.
    """
    delivered = plant.flow.pv - plant.flow.battery
    built = []
    for index, part in enumerate((-1.0, 0.0, 0.0) if single else _SHARES):
        if not part:
            built.append(message("Phase", {}))
            continue
        volt = 231.5 + index * 0.7 + _jitter(plant, 300 + index, 2.4)
        active = -delivered * part
        reactive = 18.0 + _jitter(plant, 310 + index, 8.0)
        apparent = (active * active + reactive * reactive) ** 0.5
        values = {
            "volt": volt,
            "amp": apparent / volt,
            "actPwr": active,
            "reactPwr": reactive,
            "apparentPwr": apparent,
        }
        built.append(sparse("Phase", values))
    return built


def _strings(plant: Plant) -> list[Message]:
    built = []
    for panel, power in zip(plant.panels, plant.flow.strings, strict=False):
        lit = power > 0
        volt = panel.open_volt * (0.78 + 0.05 * power / panel.peak) if lit else 13.0
        values = {"vol": volt, "amp": power / volt, "pwr": power, "lightSta": int(lit)}
        built.append(sparse("PvString", values))
    return built


def _meters(meter: float) -> list[Message]:
    grid = [meter * part for part in (0.41, 0.27, 0.32)]
    return [
        message("MeterHeartbeat", {"meterType": 1, "meterAddr": 1, "meterData": [*grid, meter]}),
        message("MeterHeartbeat", {"meterType": 2, "meterAddr": 2, "meterData": [0.0] * 4}),
    ]


def _dsg_minutes(plant: Plant) -> int:
    power = -plant.flow.battery
    usable = plant.stored_wh - plant.reserve * sum(pack.capacity for pack in plant.packs)
    return int(max(0.0, usable) / power * 60) if power > 0 else _NO_TIME


def heartbeat(plant: Plant, *, single: bool = False) -> Message:
    """96/1 with every field; the single-phase system has the other direction of power."""
    flow = plant.flow
    meter = -flow.grid if single else flow.grid
    delivered = flow.pv - flow.battery
    active = 2 if flow.pv > 0 else 0
    line = phases(plant, single=single)
    frequency = 50.0 + _jitter(plant, 320, 0.05)
    loads = [
        sparse("Load", {"vol": 231.0 + index, "amp": 0.43, "freq": frequency, "pwr": 99.0})
        for index in range(3)
    ]
    container: dict[str, Value] = {
        "mpptPv": _strings(plant),
        "mpptInsResist": 464.0,
        "mpptTempVal": [36.5 + flow.pv / 800, 35.0 + flow.pv / 800],
    }
    bus = 800.0 + _jitter(plant, 330, 4.0)
    values: dict[str, Value] = {
        "bpRemainWatth": plant.stored_wh,
        "bp_dsg_time": _dsg_minutes(plant),
        "rate_ctrl_swtich": True,
        "sys_rate_ctrl_time": 10,
        "dura_time": 60,
        "pcs_act_pwr": delivered if single else -delivered,
        "pcsAcFreq": frequency,
        "pcsAPhase": line[0],
        "pcsBPhase": line[1],
        "pcsCPhase": line[2],
        "pcsLoadInfo": loads,
        "pcsBusVolt": bus,
        "pcsLeakAmp": 0.021,
        "pcsDci": 0.004,
        "pcs_dcv": 0.012,
        "pcs_dev_state": 3,
        "pcs_run_ctrl": 1,
        "meterHeartBeat": _meters(meter),
        "mpptHeartBeat": [message("MpptHeartbeat", container)],
        "pcsVbusRef": 800.0,
        "pcsActivePowerRef": delivered,
        "pcsActivePowerLimitUp": plant.rated,
        "pcsActivePowerLimitDn": -plant.rated,
        "pcs_bp_power": flow.battery,
        "pcs_bp_power_chg_limit": plant.charge_limit,
        "pcsRelayStateShow": 255,
        "pcsGridInvErrorRms": 0.42,
        "pcs_pfc_cur_real": delivered / 700,
        "pcs_pfc_cur_ref": delivered / 700,
        "pcsReactivePowerRef": 0.0,
        "pcs_meter_power": meter,
        "pcs_comm_interface_state": 3,
        "pcs_average_voltage": 0.53,
        "ems_mppt_busvolt_ref": 860.0,
        "ems_bp_busvolt_ref": 800.0,
        "pcsVgridThd": 0.017,
        "pcs_interrupt_occupancy_rate": 0.41,
        "ems_mppt_selfcheck_state": 2,
        "ems_mppt_startup_state": 2,
        "ems_bp_selfcheck_state": 2,
        "ems_bp_startup_state": 2,
        "ems_pcs_selfcheck_state": 2,
        "ems_pcs_startup_state": 2,
        "emsBusVolt": bus,
        "emsBpAliveNum": len(plant.online_packs),
        "emsBpPower": flow.battery,
        "emsBpChg": plant.charge_limit,
        "emsBpDsg": -plant.discharge_limit,
        "ems_bp_chg_request": int(flow.battery > 0),
        "emsSelfUsedCnt": 12,
        "emsAcMakeupTriggleSoc": 3,
        "emsAcMakeupExitSoc": 5,
        "ems_ac_makeup_min_soc": 2,
        "emsStartFsmState": 6,
        "ems_mppt_run_state": active,
        "ems_mppt_mod_stat": active,
        "ems_sys_cfg": 7,
        "emsMpptHbState": 7,
        "emsNtcTempMax": 41.0 + flow.pv / 900,
        "emsBusVoltErrSlidFilter": 0.35,
        "emsBusVoltRipple": 1.6,
        "mppt_bus_vol_ref": 800.0,
        "dcdc_bus_vol_ref": 800.0,
        "dcdc_bp_vol": plant.packs[0].volt() if plant.packs else 0.0,
        "dcdc_inductance_curr": flow.battery / 800,
        "inner_temperature": 38.0 + abs(delivered) / 900,
        "inv_rated_power": int(plant.rated),
        "pcs_backup_pwr": 297.0,
    }
    return complete("Heartbeat", values)


def pack(plant: Plant, unit: Pack) -> Message:
    """Return one pack of 96/7 with every field."""
    cells = unit.cells()
    volt, soc, temp = sum(cells) / 1000, unit.soc * 100, unit.temperature
    temps = [float(round(temp + hashed(unit.seed, 40 + index) * 2)) for index in range(9)]
    mos = float(round(temp + abs(unit.power) / 500))
    values: dict[str, Value] = {
        "bpPwr": unit.power,
        "bpSoc": round(soc),
        "bpSoh": round(unit.health * 100),
        "bpTemp": temps,
        "bpMaxCellVol": max(cells),
        "bpMinCellVol": min(cells),
        "bpRunSta": 1,
        "bpVol": volt,
        "bpAmp": unit.power / volt,
        "bpBusVol": 800.0 + _jitter(plant, 330, 4.0),
        "bp_bus_amp": unit.power / 800,
        "bpErrCode": unit.error,
        "bpCellVol": cells,
        "bpDsrc": unit.slot,
        "bpSn": unit.serial.encode(),
        "bpCycles": unit.cycles,
        "bpBalanceState": int(unit.soc > 0.97),
        "bpHvMosTemp": mos,
        "bpLvMosTemp": mos,
        "bpPtcTemp": float(round(temp)),
        "bpHtsTemp": float(round(temp)),
        "bpBusNegTemp": float(round(temp + 1)),
        "bpBusPosTemp": float(round(temp + 2)),
        "bpEnvTemp": float(round(temp - 1)),
        "bpAccuChgCap": int(unit.charged_mah),
        "bpAccuDsgCap": int(unit.discharged_mah),
        "bpDesignCap": 100_000,
        "bpFullCap": int(unit.health * 100_000),
        "bpMaxCellTemp": max(temps),
        "bpMinCellTemp": min(temps),
        "bpMaxMosTemp": mos,
        "bpMinMosTemp": mos,
        "bpEcloundSoc": 65535,
        "bpHeartbeatVer": 33,
        "bpTimestamp": int(plant.time.timestamp()),
        "bpRealSoc": soc,
        "bpRealSoh": unit.health * 100,
        "bpDownLimitSoc": 5,
        "bpUpLimitSoc": 100,
        "moduleProductInfo": 21251,
        "moduleProgramSta": 1,
        "moduleAplSwVer": 67177999,
        "moduleLoaderSwVer": 67174401,
        "bmsRunSta": 1,
        "bmsChgDsgSta": 2 if unit.power > 0 else 1 if unit.power < 0 else 0,
        "bpChgSop": round(unit.charge_limit() / 31.25),
        "bpDsgSop": round(unit.discharge_limit() / 41.25),
        "bp_sop": round(unit.discharge_limit() / 41.25),
        "bpRemainWatth": unit.energy,
        "bpTargetSoc": soc,
        "bpDiffSoc": 0.4,
        "bpMaxSoc": min(100.0, soc + 0.2),
        "bpMinSoc": max(0.0, soc - 0.2),
        "bpLimitSoc": 0.5,
        "bpCalendarSoh": unit.health * 100 + 0.3,
        "bpCycleSoh": unit.health * 100 + 0.2,
        "bpAccuChgEnergy": int(unit.charged_wh),
        "bpAccuDsgEnergy": int(unit.discharged_wh),
        "bpPtcTemp2": float(round(temp)),
        "bpSysState": 2,
        "bp_aux_cell_vol_01": cells[0],
    }
    return complete("Pack", values)


def in_device_order(units: Iterable[Pack]) -> list[Pack]:
    """Return packs in the arbitrary order of a real system."""
    order = {slot: place for place, slot in enumerate(_PACK_ORDER)}
    return sorted(units, key=lambda unit: order.get(unit.slot, unit.slot))


def packs(plant: Plant, units: Sequence[Pack] | None = None) -> Message:
    """96/7: these packs, or all of them."""
    chosen = in_device_order(plant.online_packs) if units is None else units
    return message("PackReport", {"bpSta": [pack(plant, unit) for unit in chosen]})


def config_values(plant: Plant) -> dict[str, Value]:
    """Return the configuration part of the change report."""
    return {
        "sys_bat_chg_up_limit": 100,
        "sys_bat_dsg_down_limit": 5,
        "sys_bat_backup_ratio": round(plant.reserve * 100),
        "emsFeedMode": 1,
        "emsFeedRatio": 100,
        "emsFeedPwr": 15000,
        "sys_meter_cfg": 1,
        "sys_type_cfg": 3,
        "rate_ctrl_swtich": True,
        "sys_rate_ctrl_time": 60,
        "dura_time": 60,
        "ems_ctrl_led_bright": 50,
        "user_role": 1,
        "ems_sg_ready": complete("SgReady", {}),
    }


def plus_config(plant: Plant) -> Message:
    """96/8 of the Plus with every field."""
    more: dict[str, Value] = {
        "breaker_capacity_max": 35,
        "breaker_enable_state": True,
        "dev_soc": round(plant.reserve * 100),
        "sys_effect_bit": 1,
    }
    return complete("PlusConfigReport", {**config_values(plant), **more})


def grid_code() -> Message:
    """96/16 with every field."""
    return complete("PlusGridCodeReport", VDE_AR_N_4105)


def state_values(plant: Plant) -> dict[str, Value]:
    """Return the state part of the change report."""
    boxes = [plant.wall_box.serial] if plant.wall_box else []
    return {
        "sys_work_sta": 1,
        "bp_chg_dsg_sta": charge_state(plant.flow.battery),
        "bpSoc": plant.flow.soc,
        "emsSysSelfCheckStat": 2,
        "bp_online_sum": len(plant.online_packs),
        "sys_on_off_machine_stat": 1,
        "bpTotalChgEnergy": int(plant.battery_charged_wh),
        "bpTotalDsgEnergy": int(plant.battery_discharged_wh),
        "pcs_run_sta": 1,
        "meter_connect_stat": 1,
        "pcs_relay_self_check_sta": 2,
        "pcsRunFsmState": 4,
        "bat_soft_relay_status": 1,
        "bat_realy_status": 1,
        "pcsRelayStateShow": 255,
        "ems_work_state": 2,
        "ev_bind_list": message("SerialList", {"ev_sn": boxes}),
        "iot_4g_on": 1,
        "iot_4g_sta": -1,
        "iot_4g_err": 7,
        "eth_wan_stat": 1,
        "wifi_sta_stat": 1,
        "wireless_4g_iccid": "89490200001234567890",
        "virtual_hard_edition": 1,
        "parallel_allow_state": True,
    }


def plus_state(plant: Plant) -> Message:
    """96/17 with every field."""
    more: dict[str, Value] = {"pcs_run_sta_300": 1, "dev_max_power": 15000}
    return complete("PlusStateReport", {**state_values(plant), **more})


def change_report(plant: Plant) -> Message:
    """96/8 of the basic PowerOcean: configuration, grid code and state in one."""
    values = {**VDE_AR_N_4105, **config_values(plant), **state_values(plant)}
    return complete("ChangeReport", values)


def minute(item: Minute) -> Message:
    """Return one item of 96/34; zeros are left out."""
    values = {
        "load_pwr": item.load,
        "grid_pwr": item.grid,
        "mppt_pwr": item.pv,
        "bp_pwr": item.battery,
        "timestamp": item.start,
        "bp_soc": item.soc,
        "pv1_pwr": item.strings[0],
        "pv2_pwr": item.strings[1],
        "pv3_pwr": item.strings[2],
    }
    return sparse("EnergyMinute", values)


def energy_history(items: Iterable[Minute], seq: int) -> Message:
    """96/34: minutes, newest first."""
    values: dict[str, Value] = {
        "sys_energy_stream": [minute(item) for item in items],
        "sys_seq": seq,
    }
    return message("EnergyHistory", values)


def errors(plant: Plant) -> Message:
    """96/3: the error codes of the EMS, the inverter and each pack."""

    def of(name: str, serial: str) -> Message:
        codes = plant.errors.get(name, [])
        return message("ModuleErrors", {"module_sn": serial, "err_code": codes})

    values: dict[str, Value] = {
        "ems_err_code": of("ems", plant.serial),
        "pcs_err_code": of("pcs", plant.serial),
        "bp_err_code": [of(unit.serial, unit.serial) for unit in plant.packs],
    }
    return message("ErrorChange", values)
