"""What the house, its wall box and its heating rod draw over the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import HOME
from .physics import noise

WALL_BOX_POWER = 7360.0
_PREPARING, _START, _END, _GONE = 17.75, 18.0, 20.5, 20.75
# Hour, width in hours, W: breakfast, lunch, dinner.
_COOKING = ((7.0, 0.35, 1900.0), (12.6, 0.5, 2300.0), (18.7, 0.7, 2900.0))


def hour_of(moment: datetime) -> float:
    """Return the hour of the day at home, 0 to 24."""
    home = moment.astimezone(HOME)
    return home.hour + home.minute / 60 + home.second / 3600


def base_load(seed: int, moment: datetime) -> float:
    """Return what the house draws, W, without wall box and heating rod."""
    hour, stamp = hour_of(moment), moment.timestamp()
    watts = 240 + 60 * noise(seed + 11, stamp / 300) + 25 * noise(seed + 12, stamp / 7)
    if stamp % 2700 < 950:
        watts += 95  # the refrigerator
    if 6.2 <= hour < 23.2:
        watts += 90 + 160 * noise(seed + 13, stamp / 1500)
    if 18.5 <= hour < 23.0:
        watts += 230
    for middle, width, peak in _COOKING:
        if abs(hour - middle) < width:
            hob = 1.0 if (stamp + 40 * noise(seed + 14, stamp / 60)) % 75 < 48 else 0.35
            watts += peak * hob * (1 - (abs(hour - middle) / width) ** 2)
    if 10.0 <= hour < 11.6:
        watts += 1950 if hour < 10.4 else 180  # the washing machine heats, then turns
    return watts


@dataclass(slots=True)
class WallBox:
    """A wall box with one session every evening."""

    serial: str
    status: int = 1
    power: float = 0.0
    session_wh: float = 8450.0
    started: datetime | None = None
    ended: datetime | None = None

    def update(self, moment: datetime) -> None:
        """Follow the day: free, plugged in, charging, done."""
        hour = hour_of(moment)
        charging = _START <= hour < _END
        if charging and self.power == 0:
            self.session_wh = 0.0
            self.started = moment
            self.ended = moment + timedelta(hours=_END - _START)
        self.power = WALL_BOX_POWER if charging else 0.0
        if charging:
            self.status = 3
        elif _PREPARING <= hour < _START:
            self.status = 2
        elif _END <= hour < _GONE:
            self.status = 6
        else:
            self.status = 1


@dataclass(slots=True)
class HeatingRod:
    """A heating rod that takes solar surplus in steps of 500 W."""

    serial: str
    power: float = 0.0
    temperature: float = 41.0

    def update(self, surplus: float, soc: float) -> None:
        """Take what is left over once the battery is well charged."""
        usable = surplus + self.power if soc > 0.6 and self.temperature < 65 else 0.0
        self.power = max(0.0, min(3000.0, usable // 500 * 500))

    def step(self, seconds: float) -> None:
        """Warm the tank, and let it cool."""
        self.temperature += (self.power - 90) * seconds / 3600 / 350
        self.temperature = max(20.0, self.temperature)
