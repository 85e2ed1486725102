"""The faults that a battery's fault list names, and what the list proves.

The list comes with every answer, and in the only sample there is all of it is true although
the battery has never reported: by itself it proves nothing [SEED-BATTERY].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
import unicodedata

from ..model.json_values import number
from .parse import flag, text
from .scales import FaultList

_LONGEST_NAME = 60


class FaultName(NamedTuple):
    """A fault: as the server spells it, as a key, in English."""

    wire: str
    key: str
    name: str


FAULTS: tuple[FaultName, ...] = (
    FaultName("低端AFE故障", "low_side_afe_fault", "Low-side AFE (analog front end) fault"),
    FaultName("高端AFE故障", "high_side_afe_fault", "High-side AFE (analog front end) fault"),
    FaultName("时钟芯片故障", "rtc_chip_fault", "Real-time clock (RTC) chip fault"),
    FaultName("加速度传感器故障", "accelerometer_fault", "Accelerometer fault"),
    FaultName("放电mos失效", "discharge_mos_failure", "Discharge MOSFET failure"),
    FaultName("充电mos失效", "charge_mos_failure", "Charge MOSFET failure"),
    FaultName("预启动电路故障", "pre_start_circuit_fault", "Pre-start (soft-start) circuit fault"),
    FaultName("时钟未校准", "clock_not_calibrated", "Clock not calibrated"),
    FaultName("参数未校准", "parameters_not_calibrated", "Parameters not calibrated"),
    FaultName("其他设备故障", "other_device_fault", "Other device fault"),
    FaultName(
        "电池温度传感器1失效",
        "battery_temperature_sensor_1_failure",
        "Battery temperature sensor 1 failure",
    ),
    FaultName(
        "电池温度传感器2失效",
        "battery_temperature_sensor_2_failure",
        "Battery temperature sensor 2 failure",
    ),
    FaultName(
        "电池温度传感器3失效",
        "battery_temperature_sensor_3_failure",
        "Battery temperature sensor 3 failure",
    ),
    FaultName(
        "均衡电阻温度传感器失效",
        "balancing_resistor_temperature_sensor_failure",
        "Balancing-resistor temperature sensor failure",
    ),
    FaultName(
        "二极管温度传感器1失效",
        "diode_temperature_sensor_1_failure",
        "Diode temperature sensor 1 failure",
    ),
    FaultName(
        "采样电阻温度传感器2失效",
        "sense_resistor_temperature_sensor_2_failure",
        "Sense-resistor temperature sensor 2 failure",
    ),
    FaultName(
        "MOS温度传感器失效", "mos_temperature_sensor_failure", "MOSFET temperature sensor failure"
    ),
    FaultName("过压", "over_voltage", "Over-voltage"),
    FaultName("初级过放", "over_discharge_level_1", "Over-discharge (under-voltage), level 1"),
    FaultName("二级过放", "over_discharge_level_2", "Over-discharge (under-voltage), level 2"),
    FaultName("充电过流", "charge_over_current", "Charge over-current"),
    FaultName("初级放电过流", "discharge_over_current_level_1", "Discharge over-current, level 1"),
    FaultName("二级放电过流", "discharge_over_current_level_2", "Discharge over-current, level 2"),
    FaultName("充电温度过高", "charge_over_temperature", "Charge over-temperature"),
    FaultName("放电温度过高", "discharge_over_temperature", "Discharge over-temperature"),
    FaultName("充电温度过低", "charge_under_temperature", "Charge under-temperature"),
    FaultName("放电温度过低", "discharge_under_temperature", "Discharge under-temperature"),
    FaultName("充电MOS温度过高", "charge_mos_over_temperature", "Charge MOSFET over-temperature"),
    FaultName(
        "放电MOS温度过高", "discharge_mos_over_temperature", "Discharge MOSFET over-temperature"
    ),
    FaultName(
        "均衡电阻温度过高",
        "balancing_resistor_over_temperature",
        "Balancing-resistor over-temperature",
    ),
    FaultName("预启动失败超时", "pre_start_timeout", "Pre-start failed: timeout"),
    FaultName(
        "预启动失败外部重载/短路",
        "pre_start_external_overload_or_short",
        "Pre-start failed: external overload or short circuit",
    ),
    FaultName(
        "放电短路保护", "discharge_short_circuit_protection", "Discharge short-circuit protection"
    ),
    FaultName(
        "放电过流保护锁定",
        "discharge_over_current_lockout",
        "Discharge over-current protection lock-out",
    ),
    FaultName(
        "充电过流保护锁定", "charge_over_current_lockout", "Charge over-current protection lock-out"
    ),
    FaultName("二极管温度过高", "diode_over_temperature", "Diode over-temperature"),
    FaultName(
        "采样电阻温度过高", "sense_resistor_over_temperature", "Sense-resistor over-temperature"
    ),
    FaultName("睡眠模式过流故障", "sleep_mode_over_current", "Over-current fault in sleep mode"),
)


def plain(name: str) -> str:
    """Return a name without what differs between spellings: width, case, blanks."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


_KEYS = {plain(fault.wire): fault.key for fault in FAULTS}
KEYS = tuple(fault.key for fault in FAULTS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a battery's faults. None everywhere: nothing."""

    fault: bool | None = None
    """Whether there is any."""
    bits: Mapping[str, bool | None] = field(default_factory=dict)
    """By key; what is not here is not known. Names nobody knows are `other_1` and so on."""
    others: Mapping[str, str] = field(default_factory=dict)
    """The server's own names of `other_1` and so on."""
    implausible: bool = False
    """There is a fault, but the list cannot say which."""
    inverted: bool = False
    """The list says true for what is fine: its count of bits proved it."""

    @property
    def active(self) -> tuple[str, ...] | None:
        """Keys of the active faults; None if that is not known."""
        if self.fault is None or self.implausible:
            return None
        return tuple(key for key, active in self.bits.items() if active)


NOTHING_KNOWN = Verdict()


def judge(info: Mapping[str, Any], *, has_data: bool, meaning: FaultList) -> Verdict:
    """Say what an answer proves about the battery's faults: four rules."""
    tag = info.get("faultTag")
    mask = number(tag)
    fault = flag(info.get("fault"))
    if not has_data or mask == -1 or fault is None or (mask is None and text(tag) is None):
        return NOTHING_KNOWN
    values, others = _read(info.get("batteryFaultCodeList"))
    if not fault or mask == 0:
        return Verdict(fault, dict.fromkeys((*KEYS, *values), False), others)
    return _details(_bits_of(tag, mask), values, others, meaning)


def _details(
    bits: int | None,
    values: Mapping[str, bool | None],
    others: Mapping[str, str],
    meaning: FaultList,
) -> Verdict:
    """Find out which faults a battery has that has one."""
    trues = sum(value is True for value in values.values())
    falses = sum(value is False for value in values.values())
    inverted = meaning is FaultList.TRUE_IS_FINE
    if meaning is FaultList.AUTOMATIC:
        proved = bits is not None and bits in (trues, falses)
        inverted = proved and bits != trues
        if not proved and trues * 2 > len(values):
            return Verdict(True, {}, others, implausible=True)
    if inverted:
        values = {key: None if value is None else not value for key, value in values.items()}
    return Verdict(True, values, others, inverted=inverted)


def _bits_of(tag: Any, mask: float | None) -> int | None:
    """Count the bits that are set in a mask; None if it is none, or signed."""
    if mask is None or mask < 0 or mask > 1 << 64 or mask != int(mask):
        return None
    # Not by way of the float: a mask of 64 bits does not fit into one.
    exact = text(tag) or ""
    return (int(exact) if exact.isdecimal() else int(mask)).bit_count()


def _read(entries: Any) -> tuple[dict[str, bool | None], dict[str, str]]:
    """Read the list, by key, matching names and not places; any order, any length."""
    values: dict[str, bool | None] = {}
    unknown: dict[str, bool | None] = {}
    for entry in entries if isinstance(entries, list) else ():
        name = text(entry.get("name")) if isinstance(entry, Mapping) else None
        if name is None:
            continue
        value = flag(entry.get("value"))
        key = _KEYS.get(plain(name))
        into, name = (values, key) if key else (unknown, name[:_LONGEST_NAME])
        into[name] = value or into.get(name, value)
    others = {f"other_{place}": name for place, name in enumerate(sorted(unknown), start=1)}
    values |= {key: unknown[name] for key, name in others.items()}
    return values, others
