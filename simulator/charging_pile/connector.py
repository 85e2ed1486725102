"""A simulated connector: vehicle, session, meter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

IDLE, PREPARING, CHARGING, FINISHED, START_FAILED, FAULT = 0, 1, 2, 3, 4, 6

REMOTE_STOP, BATTERY_FULL, USER_STOP = 311, 316, 200
BACKEND, CARD = 1, 0

_PREPARATION = 4.0
_FULL = 100.0


@dataclass
class Connector:
    """One connector, DC."""

    number: int
    meter: float
    """kWh."""
    capacity: float = 60.0
    """Of the vehicle's battery, kWh."""
    most: float = 40.0
    """Highest power, kW."""
    state: int = IDLE
    linked: bool = False
    soc: float = 30.0
    energy: float = 0.0
    seconds: float = 0.0
    meter_start: float = 0.0
    started: datetime | None = None
    id_tag: str = ""
    transaction: str = ""
    method: int = BACKEND
    error_code: int = 0
    vin: str = "LSVAU2180N2000001"
    half_hours: list[float] = field(default_factory=lambda: [0.0] * 48)
    sessions: int = 0

    @property
    def power(self) -> float:
        """Power now, kW: less and less above 80 %."""
        if self.state != CHARGING:
            return 0.0
        return self.most * min(1.0, max(0.05, (_FULL - self.soc) / 20))

    @property
    def voltage(self) -> float:
        """Voltage of the battery, V."""
        return 340.0 + 0.8 * self.soc

    @property
    def current(self) -> float:
        """Current into the battery, A."""
        return self.power * 1000 / self.voltage

    @property
    def remaining(self) -> int:
        """Time until the battery is full, min."""
        missing = (_FULL - self.soc) / _FULL * self.capacity
        return round(missing / self.power * 60) if self.power else 0

    def begin(self, now: datetime, transaction: str, id_tag: str, method: int) -> None:
        """Begin a session."""
        self.state = PREPARING
        self.energy = self.seconds = 0.0
        self.meter_start = self.meter
        self.started = now
        self.transaction, self.id_tag, self.method = transaction, id_tag, method
        self.half_hours = [0.0] * 48

    def step(self, now: datetime, seconds: float) -> bool:
        """Let time pass; return whether the battery is full now."""
        if self.state == PREPARING:
            self.seconds += seconds
            if self.seconds >= _PREPARATION:
                self.state, self.seconds = CHARGING, 0.0
            return False
        if self.state != CHARGING:
            return False
        energy = self.power * seconds / 3600
        self.energy += energy
        self.meter += energy
        self.seconds += seconds
        self.half_hours[now.hour * 2 + now.minute // 30] += energy
        self.soc = min(_FULL, self.soc + energy / self.capacity * _FULL)
        return self.soc >= _FULL

    def status(self, *, idle_meter: bool) -> dict[str, Any]:
        """Return the fields of 104 that are the connector's own."""
        charging = self.state == CHARGING
        hundredths = int(self.energy * 100)
        return {
            "connector_id": self.number,
            "connector_type": 1,
            "connector_status": self.state,
            "soc": int(self.soc) if self.linked else 0,
            "error_code": self.error_code,
            "vehicle_connection_status": 2 if self.linked else 0,
            "session_cost": round(self.energy * 80),
            "session_energy_cost": round(self.energy * 50),
            "session_service_cost": round(self.energy * 30),
            "dc_voltage": round(self.voltage * 10) if charging else 0,
            "dc_current": round(self.current * 10),
            "bms_demand_voltage": round(self.voltage * 10) if charging else 0,
            "bms_demand_current": round(self.current * 10),
            "bms_charging_mode": 2 if charging else 0,
            **{f"ac_voltage_l{phase}": 2300 + phase for phase in (1, 2, 3)},
            **{f"ac_current_l{phase}": round(self.power * 1000 / 690 * 10) for phase in (1, 2, 3)},
            "remaining_charging_time": self.remaining,
            "session_duration": round(self.seconds),
            "session_energy": hundredths,
            "session_energy_thousandth": int(self.energy * 1000) - hundredths * 10,
            "meter_start": round((self.meter_start or self.meter) * 100),
            "meter_value": round(self.meter * 100) if charging or idle_meter else 0,
            "start_method": self.method,
            "id_tag": self.id_tag,
            "start_time": self.started,
            "charging_power": round(self.power * 10),
            "outlet_air_temperature": 31 if charging else 22,
            "ambient_temperature": 21,
            "connector_temperature": 38 if charging else 23,
            "vin": self.vin if self.linked else "",
            "transaction_id": self.transaction,
            "dc_pile_ac_meter_energy": round(self.meter * 1.06 * 1000),
        }

    def record(self, now: datetime, reason: int, step: float) -> dict[str, Any]:
        """Return the fields of a record; its energies are counted in `step` kWh."""
        hundredths = int(self.energy * 100)
        return {
            "connector_type": 1,
            "connector_id": self.number,
            "id_tag": self.id_tag,
            "start_time": self.started,
            "stop_time": now,
            "session_duration": round(self.seconds),
            "soc_start": 30,
            "soc_stop": int(self.soc),
            "stop_reason": reason,
            "session_energy": hundredths if step == 0.01 else round(self.energy / step),
            "session_energy_thousandth": int(self.energy * 1000) - hundredths * 10,
            "meter_start": round(self.meter_start / step),
            "meter_stop": round(self.meter / step),
            "session_cost": round(self.energy * 80),
            "session_service_cost": round(self.energy * 30),
            "internal_index": 4000 + self.sessions,
            "record_index": self.sessions,
            "record_count": self.sessions,
            "vin": self.vin,
            "license_plate": "粤B12345",
            "start_method": self.method,
            "transaction_id": self.transaction,
            **{
                f"energy_period_{number:02}": round(energy / step)
                for number, energy in enumerate(self.half_hours, start=1)
            },
        }

    def bms(self) -> dict[str, Any]:
        """Return the fields of 302 that the vehicle tells."""
        return {
            "connector_id": self.number,
            "connector_status": self.state,
            "vehicle_connection_status": 2 if self.linked else 0,
            "brm_bms_protocol_version": b"\x00\x01\x01",
            "brm_battery_type": 3,
            "brm_rated_capacity": 1520,
            "brm_rated_total_voltage": 3950,
            "brm_battery_manufacturer": "CATL",
            "brm_manufacture_year": 2021,
            "brm_manufacture_month": 6,
            "brm_manufacture_day": 14,
            "brm_charge_cycles": 182,
            "brm_ownership": 1,
            "brm_vin": self.vin,
            "bcp_max_cell_voltage": 365,
            "bcp_max_charging_current": 1250,
            "bcp_rated_total_energy": round(self.capacity * 10),
            "bcp_max_total_voltage": 4320,
            "bcp_max_temperature": 55,
            "bcp_soc": round(self.soc * 10),
            "bcp_pack_voltage": round(self.voltage * 10),
            "bro_bms_ready": 0xAA,
            "bcl_voltage_demand": 4320,
            "bcl_current_demand": 1250,
            "bcl_charging_mode": 2,
            "bcs_measured_voltage": round(self.voltage * 10),
            "bcs_measured_current": round(self.current * 10),
            "bcs_max_cell_voltage": 351,
            "bcs_soc": round(self.soc * 10),
            "bcs_remaining_charging_time": self.remaining,
            "bsm_max_battery_temperature": 34,
            "bsm_min_battery_temperature": 31,
            "bsm_charging_allowed": 1,
        }
