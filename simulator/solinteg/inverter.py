"""An inverter that can check its current transformers, and the power it moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
import math
from typing import Any

SERIAL = "A112200109SIM04A"

# The low four bits of the word are bit0 to bit3; the upper ones are those of the vendor's sample.
PASS_WORD, FAULT_WORD = 0x605, 0x60D

NEVER_CHECKED: dict[str, Any] = {
    "meterCheckConfigVOS": None,
    "bit0": 1,
    "bit1": 0,
    "bit2": 0,
    "bit3": None,
    "meterStatus": None,
}
RUNNING = NEVER_CHECKED | {"bit1": 1}
FAILED = NEVER_CHECKED
PASSED = NEVER_CHECKED | {"bit2": 1, "bit3": 0, "meterStatus": PASS_WORD}
WIRING_FAULT = NEVER_CHECKED | {"bit2": 1, "bit3": 1, "meterStatus": FAULT_WORD}

# The vendor has not published what these entries look like; field names are from its text.
DETAILS = [
    {"phaseFlag": 0, "inverterSide": "A", "smartSide": "A", "sensorAns": 0},
    {"phaseFlag": 3, "inverterSide": "B", "smartSide": "C", "sensorAns": 1},
    {"phaseFlag": 3, "inverterSide": "C", "smartSide": "B", "sensorAns": 1},
]

STATUS = {
    "standby": 0,
    "self_check": 1,
    "on_grid": 2,
    "fault": 3,
    "updating": 4,
    "off_grid": 5,
    "offline": -1,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How the next check goes."""

    result: dict[str, Any] | None = field(default_factory=lambda: dict(PASSED))
    """What is there at the end; None: the check hangs."""
    starts: bool = True
    lag: float = 4.0
    """s from the command to the check."""
    duration: float = 25.0
    lost_after: float | None = None
    """s into the check at which the inverter goes offline and the cloud hears no more."""


@dataclass(slots=True)
class _Check:
    plan: Plan
    begun: float


class Inverter:
    """One inverter."""

    def __init__(self, clock: Callable[[], float], serial: str = SERIAL) -> None:
        """Stand on the grid, ready, never checked; `clock` counts seconds."""
        self.serial = serial
        self.plan = Plan()
        self.device_status: Any = STATUS["on_grid"]
        self.fault_flags: Any = 0
        self.meter_status: Any = 1
        self.starts = 0
        """Commands that were carried out."""
        self.result: dict[str, Any] = dict(NEVER_CHECKED)
        """What is told while no check runs."""
        self.silent_since: float | None = None
        """Unix time since which the cloud hears nothing, and tells the measurements of then."""
        self.measured: dict[str, Any] = {}
        """Measurements that are to be different, whatever the inverter does."""
        self._clock = clock
        self._check: _Check | None = None

    def start(self, plan: Plan | None = None) -> None:
        """Begin a check, as told or as planned."""
        self.starts += 1
        self._check = _Check(plan or self.plan, self._clock())

    @property
    def running(self) -> bool:
        """Whether a check is going on right now."""
        self._settle()
        check = self._check
        return check is not None and check.plan.starts and self._age(check) >= check.plan.lag

    def precheck(self) -> dict[str, Any]:
        """Answer getInerterBMSMeterStatus."""
        checking = int(self.running)
        return {
            "meterStatus": self.meter_status,
            "checking": checking,
            "meterConnected": 1,
            "faultArmFlag2": self.fault_flags,
            "deviceStatus": STATUS["offline"] if self._lost else self.device_status,
        }

    def check_result(self) -> dict[str, Any]:
        """Answer getCheckResult."""
        return dict(RUNNING if self.running else self.result)

    def stop(self) -> None:
        """Forget a check that goes on."""
        self._check = None

    def realtime(self, wall: float) -> dict[str, Any]:
        """Answer queryDeviceRealtimeData at a Unix time, spelled as in the API's first version."""
        wall = wall if self.silent_since is None else self.silent_since
        hour = wall / 3600 % 24
        solar = round(max(0.0, 6.0 * math.sin((hour - 6) / 12 * math.pi)), 3)
        load = round(0.6 + 0.2 * math.sin(wall / 97), 3)
        battery = round(max(-2.5, min(2.5, load - solar)), 3)
        days = wall / 86_400 % 10_000
        meter = round(solar + battery - load, 3)
        voltages = {f"Vgrid_Phase{phase}": 230.0 + n for n, phase in enumerate("ABC")}
        currents = {f"Igrid_Phase{phase}": round(load / 0.69, 1) for phase in "ABC"}
        return {
            "ModelType": "Hybrid-10K",
            "CreationDate": f"{datetime.fromtimestamp(wall, UTC):%Y-%m-%d %H:%M:%S}",
            "RTCTime": "--",
            "PPVInput": solar,
            "Pac": round(solar + battery, 3),
            "PmeterTotal": meter,
            **{f"PmeterPhase{phase}": round(meter / 3, 3) for phase in "ABC"},
            "Battery_P": battery,
            "Battery_V": 402.1,
            "Battery_I": round(battery * 1000 / 402.1, 1),
            "Pload": load,
            "SOC": round(55 + 35 * math.sin((hour - 10) / 12 * math.pi), 1),
            "SOH": 100.0,
            "Fgrid": 50.01,
            **voltages,
            **currents,
            "EtotalPv": round(days * 14.2, 1),
            "EmeterTotalBuy": round(days * 2.4, 1),
            "EmeterTotalSell": round(days * 6.1, 1),
            "ETotalbatteryCharge": round(days * 5.6, 1),
            "ETotalbatteryDischarge": round(days * 5.2, 1),
            "EpvDay": round(hour / 24 * 14.2, 1),
            "EbuyDay": "--",
            "Vpv1": 610.4,
            "Ipv1": round(solar / 0.6104 / 2, 1),
            "Vpv2": 598.8,
            "Ipv2": round(solar / 0.5988 / 2, 1),
            # Inputs without panels, as in the vendor's sample.
            "Vpv3": 0.0,
            "Ipv3": 1999.1,
            "Vpv4": 0.0,
            "Ipv4": 93.0,
            "BMSPackTemperature": 19.3,
            "Temperature1": 28.4,
            "FaultArmFlag1": 0,
            "FaultArmFlag2": self.fault_flags,
            **self.measured,
        }

    def realtime_camel(self, wall: float) -> dict[str, Any]:
        """Answer it as the second version of the API spells it."""
        return {_camel(name): value for name, value in self.realtime(wall).items()}

    def _age(self, check: _Check) -> float:
        age = self._clock() - check.begun
        if (lost := check.plan.lost_after) is not None:
            return min(age, check.plan.lag + lost)  # the cloud goes on telling what it heard last
        return age

    @property
    def _lost(self) -> bool:
        check = self._check
        if check is None or check.plan.lost_after is None:
            return False
        return self._clock() - check.begun >= check.plan.lag + check.plan.lost_after

    def _settle(self) -> None:
        """End a check whose time is over."""
        check = self._check
        if check is None or check.plan.result is None or not check.plan.starts:
            return
        if self._age(check) >= check.plan.lag + check.plan.duration:
            self.result = dict(check.plan.result)
            self._check = None


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    head = head.lower() if head.isupper() else head[0].lower() + head[1:]
    return head + "".join(part[0].upper() + part[1:] for part in rest)


def with_details(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result that says which phases are wrong."""
    return result | {"meterCheckConfigVOS": DETAILS}
