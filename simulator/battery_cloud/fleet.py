"""The batteries there are: one of each kind, or as many as one likes."""

from __future__ import annotations

from .battery import SimulatedBattery

HEALTHY = "B6BC2122070134601"
CHARGING = "B6BC2122070134602"
FAULTY = "B6BC2122070134603"
IN_MILLIVOLT = "B6BC2122070134604"
OFFLINE = "B6BC2122070134650"
"""As in the only sample there is: it never reported."""
UNKNOWN = "B6BC2122070134699"
"""The server answers with nothing."""


def fleet() -> list[SimulatedBattery]:
    """Return one battery of each kind."""
    return [
        SimulatedBattery(HEALTHY, charge=81.0, current=-6.0, position=(31.2304, 121.4737)),
        SimulatedBattery(CHARGING, charge=43.0, current=12.0, cabinet="70134", slot=5),
        SimulatedBattery(
            FAULTY, charge=17.0, temperature=61.0, faults=["放电温度过高", "初级过放"], cycles=804
        ),
        SimulatedBattery(IN_MILLIVOLT, charge=64.0, millivolt=True),
        SimulatedBattery(OFFLINE, reported=False),
        SimulatedBattery(UNKNOWN, known=False),
    ]


def many(count: int) -> list[SimulatedBattery]:
    """Return healthy batteries with different charges."""
    return [
        SimulatedBattery(f"B6BC21220702{place:05}", charge=20 + place % 80, current=-6.0)
        for place in range(count)
    ]
