"""Sun, clouds, noise and the voltage of LFP cells: pure functions."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from math import cos, exp, floor, radians, sin
from typing import NamedTuple

_LATITUDE = radians(50.1)
_LONGITUDE = 8.7
_MASK = (1 << 64) - 1

# State of charge -> resting voltage of an LFP cell, V.
_LFP = (
    (0.00, 2.60),
    (0.03, 2.95),
    (0.08, 3.12),
    (0.15, 3.205),
    (0.25, 3.250),
    (0.40, 3.285),
    (0.55, 3.296),
    (0.65, 3.318),
    (0.80, 3.332),
    (0.93, 3.338),
    (0.98, 3.385),
    (1.00, 3.450),
)


class Panel(NamedTuple):
    """A PV string: peak power (W), azimuth from north and tilt (degrees), cells in series."""

    peak: float
    azimuth: float
    tilt: float
    open_volt: float


def hashed(seed: int, number: int) -> float:
    """Return a number in [0, 1) that depends on both arguments alone."""
    mixed = (seed * 0x9E3779B97F4A7C15 + number * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((mixed ^ (mixed >> 31)) >> 11) / (1 << 53)


def noise(seed: int, position: float) -> float:
    """Return smooth noise in [0, 1) with one hill or valley a unit of `position`."""
    whole = floor(position)
    part = position - whole
    part = part * part * (3 - 2 * part)
    low, high = hashed(seed, whole), hashed(seed, whole + 1)
    return low + (high - low) * part


def sunlight(seed: int, moment: float) -> float:
    """Return the part of the direct sun that the clouds let through at a Unix time."""
    dull = 0.25 * noise(seed + 1, moment / 14400)
    cloud = 0.7 * noise(seed + 2, moment / 540) + 0.3 * noise(seed + 3, moment / 97)
    cover = min(1.0, max(0.0, (cloud - 0.52 + dull) * 3.0))
    return 1.0 - 0.8 * cover


@cache
def _declination(day: int) -> tuple[float, float]:
    angle = radians(23.44) * sin(radians((day - 81) * 360 / 365))
    return sin(angle), cos(angle)


def irradiance(moment: datetime, day: int) -> tuple[float, float, float, float, float]:
    """Return direct and diffuse light (W/m2) and the sun's direction (east, north, up)."""
    hour = moment.hour + moment.minute / 60 + moment.second / 3600 + _LONGITUDE / 15
    turn = radians((hour - 12) * 15)
    sin_d, cos_d = _declination(day)
    up = sin(_LATITUDE) * sin_d + cos(_LATITUDE) * cos_d * cos(turn)
    if up <= 0.01:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    east = -cos_d * sin(turn)
    north = cos(_LATITUDE) * sin_d - sin(_LATITUDE) * cos_d * cos(turn)
    return 1120 * exp(-0.19 / up), 130 * up**0.6, east, north, up


def panel_power(panel: Panel, light: tuple[float, float, float, float, float], sun: float) -> float:
    """Return what a string delivers, W, when `sun` of the direct light gets through."""
    direct, diffuse, east, north, up = light
    if up <= 0:
        return 0.0
    azimuth, tilt = radians(panel.azimuth), radians(panel.tilt)
    facing = east * sin(tilt) * sin(azimuth) + north * sin(tilt) * cos(azimuth) + up * cos(tilt)
    watts = direct * max(0.0, facing) * sun + diffuse * (1.6 - 0.6 * sun)
    return panel.peak * watts / 1000 * 0.9


def cell_volt(soc: float, rate: float) -> float:
    """Return the voltage of an LFP cell at a charge rate in C (+ charging)."""
    soc = min(1.0, max(0.0, soc))
    below = _LFP[0]
    for above in _LFP[1:]:
        if soc <= above[0]:
            part = (soc - below[0]) / (above[0] - below[0])
            return below[1] + (above[1] - below[1]) * part + 0.06 * rate
        below = above
    return _LFP[-1][1] + 0.06 * rate
