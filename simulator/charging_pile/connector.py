"""A simulated connector: vehicle, session, meter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from custom_components.energy_storage_hub.charging_pile.fields import HALF_HOURS

IDLE, PREPARING, CHARGING, FINISHED, START_FAILED, FAULT = 0, 1, 2, 3, 4, 6

REMOTE_STOP, BATTERY_FULL, USER_STOP = 311, 316, 200
BACKEND, CARD = 1, 0

PRICE, SERVICE_PRICE = 0.80, 0.30
"""Of a kWh, CNY; the service is part of the price."""

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
        return {
            "connector_id": self.number,
            "connector_type": 1,
            "connector_status": self.state,
            "soc": int(self.soc) if self.linked else 0,
            "error_code": self.error_code,
            "vehicle_connection_status": 2 if self.linked else 0,
            "session_cost": self.energy * PRICE,
            "session_energy_cost": self.energy * (PRICE - SERVICE_PRICE),
            "session_service_cost": self.energy * SERVICE_PRICE,
            "dc_voltage": self.voltage if charging else 0,
            "dc_current": self.current,
            "bms_demand_voltage": self.voltage if charging else 0,
            "bms_demand_current": self.current,
            "bms_charging_mode": 2 if charging else 0,
            **{f"ac_voltage_l{phase}": 230 + phase / 10 for phase in (1, 2, 3)},
            **{f"ac_current_l{phase}": self.power * 1000 / 690 for phase in (1, 2, 3)},
            "remaining_charging_time": self.remaining,
            "session_duration": round(self.seconds),
            **self._hundredths_and_third(),
            "meter_start": self.meter_start or self.meter,
            "meter_value": self.meter if charging or idle_meter else 0,
            "start_method": self.method,
            "id_tag": self.id_tag,
            "start_time": self.started,
            "charging_power": self.power,
            "outlet_air_temperature": 31 if charging else 22,
            "ambient_temperature": 21,
            "connector_temperature": 38 if charging else 23,
            "vin": self.vin if self.linked else "",
            "transaction_id": self.transaction,
            "dc_pile_ac_meter_energy": self.meter * 1.06,
        }

    def _hundredths_and_third(self) -> dict[str, float]:
        """Return the session's energy in full 0.01 kWh, and its third decimal beside it."""
        hundredths, third = divmod(int(self.energy * 1000), 10)
        return {"session_energy": hundredths / 100, "session_energy_thousandth": third / 1000}

    def record(self, now: datetime, reason: int, *, fine: bool) -> dict[str, Any]:
        """Return the fields of a record; a fine one has room for its energy's third decimal."""
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
            **self._hundredths_and_third(),
            **({"session_energy": self.energy} if fine else {}),
            "meter_start": self.meter_start,
            "meter_stop": self.meter,
            "session_cost": self.energy * PRICE,
            "session_service_cost": self.energy * SERVICE_PRICE,
            "internal_index": 4000 + self.sessions,
            "record_index": self.sessions,
            "record_count": self.sessions,
            "vin": self.vin,
            "license_plate": "粤B12345",
            "start_method": self.method,
            "transaction_id": self.transaction,
            **self.periods(),
        }

    def periods(self) -> dict[str, float]:
        """Return the energies of the half hours, as records and 114 tell them."""
        return dict(zip(HALF_HOURS, self.half_hours, strict=True))

    def bms(self) -> dict[str, Any]:
        """Return the fields of 302 that the vehicle tells."""
        return {
            "connector_id": self.number,
            "connector_status": self.state,
            "vehicle_connection_status": 2 if self.linked else 0,
            "brm_bms_protocol_version": b"\x00\x01\x01",
            "brm_battery_type": 3,
            "brm_rated_capacity": 152,
            "brm_rated_total_voltage": 395,
            "brm_battery_manufacturer": "CATL",
            "brm_manufacture_year": 2021,
            "brm_manufacture_month": 6,
            "brm_manufacture_day": 14,
            "brm_charge_cycles": 182,
            "brm_ownership": 1,
            "brm_vin": self.vin,
            # 3.65 V, from one of the piles that count in 0.01 V.
            "bcp_max_cell_voltage": 36.5,
            "bcp_max_charging_current": 125,
            "bcp_rated_total_energy": self.capacity,
            "bcp_max_total_voltage": 432,
            "bcp_max_temperature": 55,
            "bcp_soc": self.soc,
            "bcp_pack_voltage": self.voltage,
            "bro_bms_ready": 0xAA,
            "bcl_voltage_demand": 432,
            "bcl_current_demand": 125,
            "bcl_charging_mode": 2,
            "bcs_measured_voltage": self.voltage,
            "bcs_measured_current": self.current,
            "bcs_max_cell_voltage": 3.51,
            "bcs_soc": self.soc,
            "bcs_remaining_charging_time": self.remaining,
            "bsm_max_battery_temperature": 34,
            "bsm_min_battery_temperature": 31,
            "bsm_charging_allowed": 1,
        }
