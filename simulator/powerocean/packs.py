"""The battery packs: charge, cells, temperatures and counters of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .physics import cell_volt, hashed

DESIGN_WH = 5120.0
DESIGN_MAH = 100_000
CELLS = 16
CHARGE_LIMIT = 2500.0
DISCHARGE_LIMIT = 3300.0
RESERVE = 0.10
_EFFICIENCY = 0.975
_FINE = 8  # pack powers are multiples of 1/8 W: exact in the wire's floats


@dataclass(slots=True)
class Pack:
    """One LFP pack of 16 cells."""

    serial: str
    slot: int
    seed: int
    health: float
    cycles: int
    energy: float = 0.0
    power: float = 0.0
    temperature: float = 24.0
    charged_wh: float = 0.0
    discharged_wh: float = 0.0
    charged_mah: float = 0.0
    discharged_mah: float = 0.0
    error: int = 0

    @property
    def capacity(self) -> float:
        """Energy of the full pack, Wh."""
        return DESIGN_WH * self.health

    @property
    def soc(self) -> float:
        """State of charge, 0 to 1."""
        return self.energy / self.capacity

    @property
    def rate(self) -> float:
        """Charge rate in C, + charging."""
        return self.power / self.capacity

    def cells(self) -> list[float]:
        """Cell voltages, mV; cells drift apart at both ends of the charge."""
        volt = cell_volt(self.soc, self.rate) * 1000
        edge = 1 + 6 * max(0.0, self.soc - 0.96) / 0.04 + 8 * max(0.0, 0.08 - self.soc) / 0.08
        return [
            float(round(volt + (hashed(self.seed, cell) - 0.5) * 6 * edge)) for cell in range(CELLS)
        ]

    def volt(self) -> float:
        """Voltage of the pack, V."""
        return CELLS * cell_volt(self.soc, self.rate)

    def charge_limit(self) -> float:
        """What the pack takes, W."""
        return CHARGE_LIMIT * min(1.0, max(0.0, (1.0 - self.soc) / 0.05))

    def discharge_limit(self, reserve: float = RESERVE) -> float:
        """What the pack gives, W."""
        return DISCHARGE_LIMIT * min(1.0, max(0.0, (self.soc - reserve) / 0.02))

    def step(self, seconds: float, ambient: float) -> None:
        """Let the pack's power flow for a while."""
        wh = self.power * seconds / 3600
        mah = wh / self.volt() * 1000
        if wh > 0:
            self.energy = min(self.capacity, self.energy + wh * _EFFICIENCY)
            self.charged_wh += wh
            self.charged_mah += mah
        elif wh < 0:
            self.energy = max(0.0, self.energy + wh / _EFFICIENCY)
            self.discharged_wh -= wh
            self.discharged_mah -= mah
        warm = ambient + 9 * (self.power / CHARGE_LIMIT) ** 2
        self.temperature += (warm - self.temperature) * min(1.0, seconds / 5400)


def make_packs(serials: Sequence[str], seed: int, soc: float) -> list[Pack]:
    """Return packs in slots 1, 2, ... that have been at work for some time."""
    packs = []
    for index, serial in enumerate(serials):
        chance = hashed(seed + 50, index)
        cycles = 28 + int(chance * 12)
        pack = Pack(serial, index + 1, seed * 97 + index, round(1 - 0.03 * chance, 3), cycles)
        pack.energy = pack.capacity * min(1.0, max(0.0, soc + (chance - 0.5) * 0.03))
        pack.charged_wh = cycles * DESIGN_WH * 1.012
        pack.discharged_wh = cycles * DESIGN_WH * 0.958
        pack.charged_mah = cycles * DESIGN_MAH * 1.006
        pack.discharged_mah = cycles * DESIGN_MAH * 0.992
        packs.append(pack)
    return packs


def share(packs: Sequence[Pack], battery: float, idle: int | None) -> None:
    """Split the battery's power among the packs; the parts sum to it exactly."""
    limits = [pack.charge_limit() if battery > 0 else pack.discharge_limit() for pack in packs]
    weights = [
        0.0 if index == idle else limit * (1.1 - 0.2 * (pack.soc if battery > 0 else 1 - pack.soc))
        for index, (pack, limit) in enumerate(zip(packs, limits, strict=True))
    ]
    if sum(weights) <= 0:
        weights = [1.0] * len(packs)
    total, left = sum(weights), battery
    last = max(index for index, weight in enumerate(weights) if weight > 0)
    for index, (pack, weight) in enumerate(zip(packs, weights, strict=True)):
        part = left if index == last else round(battery * weight / total * _FINE) / _FINE
        pack.power = part if weight else 0.0
        left -= pack.power
