"""A swap battery, and what the operator's server says about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FAULT_NAMES = (
    "低端AFE故障",
    "高端AFE故障",
    "时钟芯片故障",
    "加速度传感器故障",
    "放电mos失效",
    "充电mos失效",
    "预启动电路故障",
    "时钟未校准",
    "参数未校准",
    "其他设备故障",
    "电池温度传感器1失效",
    "电池温度传感器2失效",
    "电池温度传感器3失效",
    "均衡电阻温度传感器失效",
    "二极管温度传感器1失效",
    "采样电阻温度传感器2失效",
    "MOS温度传感器失效",
    "过压",
    "初级过放",
    "二级过放",
    "充电过流",
    "初级放电过流",
    "二级放电过流",
    "充电温度过高",
    "放电温度过高",
    "充电温度过低",
    "放电温度过低",
    "充电MOS温度过高",
    "放电MOS温度过高",
    "均衡电阻温度过高",
    "预启动失败超时",
    "预启动失败外部重载/短路",
    "放电短路保护",
    "放电过流保护锁定",
    "充电过流保护锁定",
    "二极管温度过高",
    "采样电阻温度过高",
    "睡眠模式过流故障",
)
"""The server's names of the fault bits, lowest bit first."""

FLAGS = (
    "invalid",
    "chargeMos",
    "dischargeMos",
    "preStartMos",
    "activate",
    "batteryGroupBalance",
    "fault",
    "runingFault",
    "runingAlarm",
    "charging",
    "discharging",
    "fullChargeSign",
    "chargerInPlace",
    "afeEquilibrium",
    "highLowGroupEquilibrium",
    "retain",
    "isUpgrading",
)
"""Flags of the work status; the misspellings are the server's."""

_CELLS = 16
_CAPACITY = 30.0  # Ah
_NO_POSITION = (None, None)


@dataclass(slots=True)
class SimulatedBattery:
    """A battery whose state can be set at will; `pass_time` moves it on by itself."""

    serial: str
    charge: float = 81.0  # %
    current: float = 0.0  # A, + = charging
    temperature: float = 24.0  # degree Celsius
    online: bool = True
    reported: bool = True
    """Whether the server ever heard of it. One that never reported has only defaults."""
    known: bool = True
    faults: list[str] = field(default_factory=list)
    """Names of the active faults, also such as the list does not have yet."""
    cabinet: str | None = None
    slot: int | None = None
    millivolt: bool = False
    position: tuple[float | None, float | None] = _NO_POSITION
    cycles: int = 212
    changes: dict[str, Any] = field(default_factory=dict)
    """Fields of the answer that are to be different, whatever the battery is like."""

    def pass_time(self, seconds: float) -> None:
        """Charge or discharge; turn round when full or empty."""
        self.charge += self.current * seconds / 3600 / _CAPACITY * 100
        if not 10 <= self.charge <= 100:
            self.charge = min(max(self.charge, 10.0), 100.0)
            self.current = -self.current

    @property
    def cell_voltages(self) -> list[float]:
        """Voltages of the cells, V."""
        middle = round(3.0 + self.charge / 100 * 0.35, 3)
        return [round(middle + 0.001 * (cell % 5 - 2), 3) for cell in range(_CELLS)]

    def runtime_info(self, now: datetime) -> dict[str, Any] | None:
        """Return the server's answer about the battery; None for one that it does not know."""
        if not self.known:
            return None
        info = never_reported(self.serial)
        if self.reported:
            info |= self._measured()
            info |= self._dated(now)
        return info | self.changes

    def _measured(self) -> dict[str, Any]:
        cells = self.cell_voltages
        unit = 1000 if self.millivolt else 1
        in_unit = [round(cell * unit, 3) for cell in cells]
        voltage = round(sum(cells) * unit, 1)
        return {
            "online": self.online,
            "voltage": voltage,
            "ratedVoltage": 48 * unit,
            "cells": in_unit,
            "maxCellVoltage": max(in_unit),
            "minCellVoltage": min(in_unit),
            "avgCellVoltage": round(sum(in_unit) / _CELLS, 4),
            "soc": round(self.charge),
            "realSoc": round(self.charge * 0.96 + 2),
            "soh": 97,
            "loopCount": self.cycles,
            "chargingCount": self.cycles + 30,
            "dischargeCount": self.cycles + 31,
            "ratedCapacity": _CAPACITY,
            "remainCapacity": round(_CAPACITY * self.charge / 100, 1),
            "ecurrent": self.current,
            "power": round(sum(cells) * self.current),
            "mosTemperature": self.temperature + 5,
            "balTemperature": self.temperature + 1,
            "tvsTemperature": self.temperature + 2,
            "sensorTemperature": self.temperature + 3,
            "temperature1": self.temperature,
            "temperature2": self.temperature + 0.5,
            "temperature3": self.temperature + 1,
            "temperatureProbeCount": 3,
            "maxCellTemperature": self.temperature + 1,
            "chargingMosStatus": True,
            "dischargeMosStatus": True,
            "changeable": self.charge > 90 and not self.faults,
            "critical": "过压" in self.faults,
            "firmware": "V2.1.7",
            "signalValue": 23,
            "batteryType": {"desc": "磷酸铁锂", "value": 2},
            "pluggedCabinetId": self.cabinet,
            "pluggedCabinetSlotId": self.cabinet and f"{self.cabinet}{self.slot:02}",
            "pluggedCabinetSlotSeq": self.slot,
            "latitude": self.position[0],
            "longitude": self.position[1],
            "workStatus": self._work_status(),
            **self._fault_fields(),
        }

    def _dated(self, now: datetime) -> dict[str, Any]:
        spelled = now.strftime("%Y-%m-%d %H:%M:%S")
        milliseconds = int(now.timestamp() * 1000)
        return {
            "registerDate": "2022-07-01 08:00:00",
            "lastUpdateDate": spelled,
            "lastHBDate": milliseconds,
            "gpsUpdateDate": spelled if self.position != _NO_POSITION else None,
        }

    def _work_status(self) -> dict[str, Any]:
        on = {"chargeMos", "dischargeMos", "activate"}
        if self.current > 0:
            on |= {"charging", "chargerInPlace"}
        if self.current < 0:
            on.add("discharging")
        if self.faults:
            on |= {"fault", "runingFault"}
        flags: dict[str, Any] = {name: int(name in on) for name in FLAGS}
        value = sum(1 << place for place, name in enumerate(FLAGS) if name in on)
        return flags | {"workStatusValue": value, "normal": not self.faults}

    def _fault_fields(self) -> dict[str, Any]:
        names = [*FAULT_NAMES, *(name for name in self.faults if name not in FAULT_NAMES)]
        mask = sum(1 << place for place, name in enumerate(names) if name in self.faults)
        return {
            "fault": bool(self.faults),
            "faultTag": str(mask),
            "batteryFaultCodeList": fault_list(names, self.faults),
        }


def fault_list(names: Sequence[str], active: Sequence[str]) -> list[dict[str, Any]]:
    """Return a fault list."""
    return [{"name": name, "value": name in active} for name in names]


def never_reported(serial: str) -> dict[str, Any]:
    """Return what the server says of a battery that it has never heard of: only defaults."""
    dates = ("gatewayDate", "registerDate", "powerUpdateDate", "lastUpdateDate")
    more_dates = ("signalUpdateDate", "gpsUpdateDate", "lastHBDate")
    objects = (
        *("commModuleId", "commModuleRuntime", "communicationId", "gateway", "power"),
        *("m10Power", "m10Current", "m20Power", "m20Current", "firmware", "signalValue"),
        *("pluggedLineId", "pluggedPileId", "pluggedPileSlotId", "pluggedPileSlotSeq"),
        *("pluggedCabinetId", "pluggedCabinetSlotId", "pluggedCabinetSlotSeq"),
        *("longitude", "latitude", "altitudes", "speed", "course"),
    )
    flags = (
        *("chargingMosStatus", "dischargeMosStatus", "online", "fault", "changeable"),
        *("nonStandardChargingEnabled", "disChargingEnabled", "critical", "upgrading"),
    )
    numbers = (
        *("bmsStatusTag", "soh", "soc", "realSoc", "loopCount", "chargingCount"),
        *("dischargeCount", "remainCapacity", "voltage", "mosTemperature", "tvsTemperature"),
        *("balTemperature", "sensorTemperature", "temperature1", "temperature2"),
        *("temperature3", "temperature4", "ratedCapacity", "ratedVoltage"),
        *("temperatureProbeCount", "maxCellTemperature", "maxCellVoltage"),
        *("minCellVoltage", "avgCellVoltage", "ecurrent"),
    )
    work_status: dict[str, Any] = dict.fromkeys(FLAGS, -1)
    work_status |= {"invalid": 1, "fault": 1, "runingFault": 1}
    return {
        "id": "421073434341617664",
        "sn": serial,
        "status": "WORKING",
        "brandId": "0",
        "faultTag": "-1",
        "bmsStatusDescription": "",
        "batteryType": {"desc": "其它类型", "value": 255},
        "cells": [],
        "batteryFaultCodeList": fault_list(FAULT_NAMES, FAULT_NAMES),
        "workStatus": work_status | {"workStatusValue": 0, "normal": False},
        **dict.fromkeys((*objects, *dates, *more_dates)),
        **dict.fromkeys(flags, False),
        **dict.fromkeys(numbers, 0),
    }
