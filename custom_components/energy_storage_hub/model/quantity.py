"""What the value of a state means: each quantity, and the one table that says all about it.

Reading a value off the wire, the store, the writer and the platforms all follow this table;
`hub/quantities.py` adds Home Assistant's words and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from types import MappingProxyType


class Quantity(Enum):
    """What the number, text or flag of a state means."""

    # Measurements.
    POWER = auto()
    REACTIVE_POWER = auto()
    APPARENT_POWER = auto()
    VOLTAGE = auto()
    VOLTAGE_DIFFERENCE = auto()  # small differences between cells
    CURRENT = auto()
    LEAKAGE_CURRENT = auto()
    FREQUENCY = auto()
    TEMPERATURE = auto()
    STATE_OF_CHARGE = auto()  # the charge a person looks at
    STATE_OF_HEALTH = auto()
    PERCENTAGE = auto()
    RATIO = auto()
    POWER_FACTOR = auto()  # -1 to 1
    RESISTANCE = auto()
    MEASURE = auto()  # a measured number without a known unit

    # Energy, charge and money.
    ENERGY_TOTAL = auto()  # counted for life
    ENERGY_DAY = auto()  # counted from the start of a day, a month or a year
    ENERGY_SESSION = auto()  # counted from the start of a session
    ENERGY_STORED = auto()
    ENERGY_TARGET = auto()  # a wish
    ENERGY_AMOUNT = auto()  # of a meter's reading, or of what is over, such as the last session
    CHARGE_TOTAL = auto()  # counted for life
    CAPACITY = auto()
    MONEY = auto()
    VOLUME = auto()  # that a tank holds

    # Counts, times and settings.
    COUNT = auto()  # a number of things
    CYCLES = auto()  # counted for life
    DURATION_MS = auto()
    DURATION_S = auto()
    DURATION_MIN = auto()
    TIMESTAMP = auto()  # Unix seconds
    SETTING = auto()  # a parameter without a known unit
    COORDINATE = auto()  # latitude or longitude

    # Things that are not numbers.
    ENUM = auto()  # `options` of the row: wire number -> slug
    CODE = auto()  # a raw number without a known meaning
    FLAG = auto()  # yes or no
    CONNECTIVITY = auto()  # yes = connected
    PROBLEM = auto()  # yes = something is wrong
    FAULT = auto()  # a code in which 0 is "no fault"; a list counts as its codes other than 0
    TEXT = auto()
    VERSION = auto()  # four bytes: major.minor.patch.build

    # Several values of one kind, from which one state is made.
    VOLTAGE_ARRAY = auto()
    TEMPERATURE_ARRAY = auto()
    POWER_ARRAY = auto()
    ENERGY_ARRAY = auto()
    NUMBER_ARRAY = auto()
    TEXT_ARRAY = auto()


class Kind(Enum):
    """How the wire's value is read."""

    NUMBER = auto()
    TIME = auto()
    ENUMERATION = auto()
    FLAG = auto()
    FAULT = auto()
    TEXT = auto()
    VERSION = auto()


class Counter(Enum):
    """Since when a quantity is counted up."""

    LIFE = auto()  # it never falls, unless its device is replaced
    DAY = auto()  # it starts again at midnight, be it every day's or only that of some
    SESSION = auto()  # it starts again at any time


class Pace(Enum):
    """How fast a change is written."""

    CHOSEN = auto()  # at most at the rate that the owner chose
    AT_ONCE = auto()


class Shown(Enum):
    """How one state is made of the elements of an array, which are kept beside it."""

    MEAN = auto()
    SUM = auto()
    COUNT = auto()


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a counter can rise, in its unit."""

    per_hour: float
    allowance: float
    """What it may be ahead at any time: its resolution, and clocks that differ."""

    def rise(self, seconds: float) -> float:
        """Return the most that it can rise in so many seconds."""
        return self.per_hour * max(seconds, 0.0) / 3600 + self.allowance


LARGEST = 1e12
"""A number beyond is from a decoding mishap, whatever it stands for."""


@dataclass(frozen=True, slots=True)
class Array:
    """Several values of one quantity."""

    of: Quantity
    shown: Shown


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that is said of a quantity. Numbers are those of the state, in its unit."""

    unit: str = ""
    """As it is written; empty without a unit, or without a known one."""
    digits: int = 4
    """Decimals kept."""
    highest: float = LARGEST
    """Beyond what any home has: there it is a decoding mishap, not a measurement.

    Or 4294967295, which many a wire has for "not known".
    """
    lowest: float | None = None
    """As far below zero as `highest` is above, where nothing is said. 0: never negative."""
    kind: Kind = Kind.NUMBER
    whole: bool = False
    """Counted in whole numbers."""
    counter: Counter | None = None
    rate: Rate | None = None
    """Of a counter: what no device is beyond. Energy has that of its device, where it is known."""
    array: Array | None = None
    pace: Pace = Pace.CHOSEN

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest value that is believed."""
        lowest = -self.highest if self.lowest is None else self.lowest
        return float(lowest), float(self.highest)


_ENERGY_RATE = Rate(500.0, 1.0)
"""The largest charging station, and counters that tell full kWh."""


def _counted(unit: str, digits: int, counter: Counter, rate: Rate, highest: float = 4e6) -> Meaning:
    return Meaning(unit, digits, highest, lowest=0, counter=counter, rate=rate)


_2015, _2100 = 1_420_070_400, 4_102_444_800

_SINGLE: dict[Quantity, Meaning] = {
    Quantity.POWER: Meaning("W", 1, 1e6),
    Quantity.REACTIVE_POWER: Meaning("var", 1, 1e6),
    Quantity.APPARENT_POWER: Meaning("VA", 1, 1e6),
    Quantity.VOLTAGE: Meaning("V", 3, 1e4),
    Quantity.VOLTAGE_DIFFERENCE: Meaning("mV", 1, 1e7),
    Quantity.CURRENT: Meaning("A", 2, 1e4),
    Quantity.LEAKAGE_CURRENT: Meaning("mA", 1, 1e7),
    Quantity.FREQUENCY: Meaning("Hz", 2, 1e3, lowest=0),
    Quantity.TEMPERATURE: Meaning("°C", 1, 1e3),
    Quantity.STATE_OF_CHARGE: Meaning("%", 1, 100.5, lowest=0),
    Quantity.STATE_OF_HEALTH: Meaning("%", 1, 200, lowest=0),
    Quantity.PERCENTAGE: Meaning("%", 2, 1e4),
    Quantity.RATIO: Meaning(),
    Quantity.POWER_FACTOR: Meaning(highest=1e4),
    Quantity.RESISTANCE: Meaning("kΩ", 1, 4e9, lowest=0),
    Quantity.MEASURE: Meaning(),
    Quantity.ENERGY_TOTAL: Meaning(
        "kWh", 3, 4e6, lowest=0, counter=Counter.LIFE, rate=_ENERGY_RATE
    ),
    Quantity.ENERGY_DAY: _counted("kWh", 3, Counter.DAY, _ENERGY_RATE),
    Quantity.ENERGY_SESSION: Meaning(
        "kWh", 3, 4e6, lowest=0, counter=Counter.SESSION, rate=_ENERGY_RATE
    ),
    Quantity.ENERGY_STORED: Meaning("kWh", 3, 1e5, lowest=0),
    Quantity.ENERGY_TARGET: Meaning("kWh", 4, 4e6, lowest=0, pace=Pace.AT_ONCE),
    Quantity.ENERGY_AMOUNT: Meaning("kWh", 3, 4e6, lowest=0),
    Quantity.CHARGE_TOTAL: Meaning(
        "Ah", 3, 4e6, lowest=0, counter=Counter.LIFE, rate=Rate(1000.0, 5.0)
    ),
    Quantity.CAPACITY: Meaning("Ah", 3, 1e6, lowest=0),
    Quantity.MONEY: Meaning("CNY", 2, 4e7),
    Quantity.VOLUME: Meaning("L", 4, 1e6, lowest=0, pace=Pace.AT_ONCE),
    Quantity.COUNT: Meaning(highest=4e9, lowest=0, whole=True),
    Quantity.CYCLES: Meaning(
        highest=4e9, lowest=0, whole=True, counter=Counter.LIFE, rate=Rate(60.0, 60.0)
    ),
    Quantity.DURATION_MS: Meaning("ms", 4, 4e9),
    Quantity.DURATION_S: Meaning("s", 4, 4e9),
    Quantity.DURATION_MIN: Meaning("min", 4, 4e9),
    Quantity.TIMESTAMP: Meaning(highest=_2100, lowest=_2015, kind=Kind.TIME, whole=True),
    Quantity.SETTING: Meaning(highest=4e9, pace=Pace.AT_ONCE),
    Quantity.COORDINATE: Meaning("°", 6, 180),
    Quantity.ENUM: Meaning(kind=Kind.ENUMERATION, pace=Pace.AT_ONCE),
    Quantity.CODE: Meaning(whole=True, pace=Pace.AT_ONCE),
    Quantity.FLAG: Meaning(kind=Kind.FLAG, pace=Pace.AT_ONCE),
    Quantity.CONNECTIVITY: Meaning(kind=Kind.FLAG, pace=Pace.AT_ONCE),
    Quantity.PROBLEM: Meaning(kind=Kind.FLAG, pace=Pace.AT_ONCE),
    Quantity.FAULT: Meaning(kind=Kind.FAULT, pace=Pace.AT_ONCE),
    Quantity.TEXT: Meaning(kind=Kind.TEXT, pace=Pace.AT_ONCE),
    Quantity.VERSION: Meaning(kind=Kind.VERSION, pace=Pace.AT_ONCE),
}


def _array(of: Quantity, shown: Shown) -> Meaning:
    """Return what several of a quantity mean: each is read like one alone."""
    return replace(_SINGLE[of], array=Array(of, shown))


QUANTITIES: Mapping[Quantity, Meaning] = MappingProxyType(
    {
        **_SINGLE,
        Quantity.VOLTAGE_ARRAY: _array(Quantity.VOLTAGE, Shown.MEAN),
        Quantity.TEMPERATURE_ARRAY: _array(Quantity.TEMPERATURE, Shown.MEAN),
        Quantity.POWER_ARRAY: _array(Quantity.POWER, Shown.MEAN),
        Quantity.ENERGY_ARRAY: _array(Quantity.ENERGY_AMOUNT, Shown.SUM),
        Quantity.NUMBER_ARRAY: _array(Quantity.MEASURE, Shown.MEAN),
        Quantity.TEXT_ARRAY: _array(Quantity.TEXT, Shown.COUNT),
    }
)
"""Every quantity.

Ranges: those of numbers whose scale is not known for every device (settings, codes, measures,
ratios, power factors) only keep decoding mishaps out; the others are physics, or more than any
home has.

Pace: whatever moves by itself as time passes is written at the rate that the owner chose, not
only what is measured. Durations, costs and amounts of energy of a session tick with each report,
times of the last report do nothing else, capacities and positions drift. Some of these quantities
are settings in one row and tick in another: a setting that comes some seconds later harms nobody.
At once comes what changes because somebody or something decided: modes, flags, faults, texts,
settings, wishes. What is told once of something that is over stands still, and says so in its row.
"""
