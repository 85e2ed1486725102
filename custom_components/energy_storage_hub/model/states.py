"""What a state is: one typed row a state, and what it means.

Nothing here imports Home Assistant: the source packages build their tables from these
types, and `quantity.py` says what the quantities of the rows mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
import re

from .quantity import QUANTITIES, Kind, Meaning, Pace, Quantity

type Value = float | int | bool | str | tuple[float, ...] | tuple[str, ...]
"""A clean value of a state. `None`, where allowed, is "not known"."""

_SLUG = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")


class Take(Enum):
    """Which part of the wire's value a row takes."""

    VALUE = auto()
    POSITIVE = auto()  # the value where it is above zero, else zero
    NEGATIVE = auto()  # the size of the value where it is below zero, else zero
    SPREAD = auto()  # largest minus smallest element
    MAXIMUM = auto()  # largest element
    LAST = auto()  # the last element is what an array shows


class Absent(Enum):
    """What it means that a report comes without this state."""

    UNCHANGED = auto()  # a report tells only what changed
    ZERO = auto()  # a snapshot: not sent is zero
    ZERO_ONCE_SEEN = auto()  # zero, but only for a part that has ever sent a value


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """A value that explains a state and stands beside it, without an entity of its own."""

    attribute: str
    """Name in Home Assistant: lower case, single underscores."""
    name: str
    quantity: Quantity = Quantity.TEXT
    slugs: tuple[str, ...] = ()
    """What it may be, or a list of: the catalogues translate them."""

    def __post_init__(self) -> None:
        """Refuse nonsense. Raises ValueError."""
        if not self.name or not _SLUG.fullmatch(self.attribute):
            raise ValueError(f"{self.attribute!r}: needs a name, and a lower-case attribute")
        if self.slugs and QUANTITIES[self.quantity].kind is not Kind.TEXT:
            raise ValueError(f"{self.attribute!r}: slugs are for texts")


@dataclass(frozen=True, slots=True)
class StateRow:
    """One state of a product: the only place that knows it.

    `state` and `report` are spelled as in the vendor's table and make the unique id;
    `name` is what a person reads (English; the catalogues translate it).
    """

    state: str
    name: str
    quantity: Quantity
    report: str = ""
    scale: float = 1.0
    """Factor from the wire's number to the unit of the quantity; negative turns a sign."""
    options: Mapping[int, str] | None = None
    """ENUM: wire number -> slug. A number that is not here is unknown.

    TEXT: slugs that it may say in the place of a text.
    """
    enabled: bool = False
    """Shown from the start. The rest exists, but a person has to enable it."""
    diagnostic: bool = False
    """Technical information rather than what a person looks at daily."""
    private: bool = False
    """Tells where a thing, and so a person, is, or whose it is: not for diagnostics."""
    unknown: frozenset[float] = frozenset()
    """Wire numbers that stand for "not known"."""
    absent: Absent = Absent.UNCHANGED
    witness: str = ""
    """With ABSENT zero: only in reports that hold this state too."""
    wire: str = ""
    """The wire's name of the value, where it is not the state's name."""
    take: Take = Take.VALUE
    digits: int | None = None
    """Decimals kept, where the quantity's usual number is not right."""
    icon: str = ""
    always: bool = False
    """Known also while the device cannot be reached, such as that it cannot."""
    attributes: tuple[AttributeRow, ...] = ()
    """Values beside the state. A reading tells them under `attribute_key`."""
    deviates: str = ""
    """Why unit, scale or sign are not those of the vendor's table, with the evidence."""
    pace: Pace | None = None
    """How fast a change is written, where the quantity's usual pace is not right."""

    def __post_init__(self) -> None:
        """Refuse what the quantity cannot be, or nobody would heed. Raises ValueError."""
        for rule, holds in _RULES:
            if not holds(self):
                raise ValueError(f"{self.key}: {rule}")

    @property
    def paced(self) -> bool:
        """Whether changes are written at the rate that the owner chose, rather than at once."""
        return (self.pace or QUANTITIES[self.quantity].pace) is Pace.CHOSEN

    @property
    def key(self) -> str:
        """Name of the state within its device: the tail of the unique id."""
        return f"{self.report}_{self.state}"

    @property
    def source(self) -> str:
        """The wire's name of the value."""
        return self.wire or self.state

    @property
    def translation_key(self) -> str:
        """Name of the state in the translation files: lower case, single underscores."""
        return slug(self.key)

    def attribute_key(self, attribute: str) -> str:
        """Name of a value beside the state within its device."""
        return f"{self.key}.{attribute}"


def _those(fits: Callable[[Meaning], bool]) -> frozenset[Quantity]:
    return frozenset(quantity for quantity, meaning in QUANTITIES.items() if fits(meaning))


_ENUMERATIONS = _those(lambda it: it.kind is Kind.ENUMERATION)
_NUMBERS = _those(lambda it: it.kind is Kind.NUMBER and not it.array)
_NUMBER_ARRAYS = _those(lambda it: it.kind is Kind.NUMBER and it.array is not None)
_WHOLE = _those(lambda it: it.whole)
_TEXTS = _those(lambda it: it.kind is Kind.TEXT and not it.array)
_TIMES = _those(lambda it: it.kind is Kind.TIME)
_FLAGS = _those(lambda it: it.kind is Kind.FLAG)

_SCALED = (_NUMBERS | _NUMBER_ARRAYS) - _WHOLE
_SENTINELS = _NUMBERS | _NUMBER_ARRAYS | _TIMES | _TEXTS
_ZEROS = _NUMBERS | _FLAGS
_WORDS = _ENUMERATIONS | _TEXTS

_RULES: tuple[tuple[str, Callable[[StateRow], bool]], ...] = (
    ("needs a state and a name", lambda row: bool(row.state and row.name)),
    (
        "scale and digits are for numbers that are not whole",
        lambda row: (row.scale == 1.0 and row.digits is None) or row.quantity in _SCALED,
    ),
    (
        "an enumeration needs options, and besides it only a text has some",
        lambda row: (
            row.quantity not in _ENUMERATIONS
            if row.options is None
            else bool(row.options) and row.quantity in _WORDS
        ),
    ),
    (
        "only numbers, times and texts can stand for what is not known",
        lambda row: not row.unknown or row.quantity in _SENTINELS,
    ),
    (
        "the last element is for arrays, other parts are for single numbers",
        lambda row: (
            row.take is Take.VALUE
            or row.quantity in (_NUMBER_ARRAYS if row.take is Take.LAST else _NUMBERS)
        ),
    ),
    (
        "only numbers and flags can be zero when absent",
        lambda row: row.absent is Absent.UNCHANGED or row.quantity in _ZEROS,
    ),
    (
        "a witness is for what is zero when absent",
        lambda row: not row.witness or row.absent is Absent.ZERO,
    ),
)
"""What holds for every row; where it does not, the row says what nobody would heed."""


LAST_REPORT = StateRow(
    "lastReport", "Last report", Quantity.TIMESTAMP, "hub", diagnostic=True, always=True
)
"""When a device was heard last: every device has it, whatever its source."""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One thing that a person can make a device do."""

    command: str
    """Name of the command within its source: the tail of the unique id."""
    name: str
    enabled: bool = True
    diagnostic: bool = False

    @property
    def key(self) -> str:
        """Name of the command within its device: the tail of the unique id."""
        return f"command_{self.command}"

    @property
    def translation_key(self) -> str:
        """Name of the command in the translation files."""
        return slug(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One thing of a device that a person can set, and the state that shows what it is.

    What an entity shows is what the device reports, never what was asked for.
    """

    setting: str
    """Name of the setting within its source: the tail of the unique id."""
    name: str
    state: StateRow
    """Shows and confirms it. A flag makes a switch, an enumeration a select, a number a number."""
    least: float | StateRow = 0.0
    """Smallest number, or the state of the device that tells it; in the unit of the state."""
    most: float | StateRow = 0.0
    step: float = 1.0
    options: tuple[str, ...] = ()
    """Slugs of an enumeration that may be chosen, among those that may be shown."""
    within: float = 30.0
    """Time in which the device has to show the new value, s."""
    enabled: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for a setting that could not be set."""
        if self.state.quantity is Quantity.ENUM:
            if not set(self.options) <= set((self.state.options or {}).values()):
                raise ValueError(f"{self.setting}: options that the state does not know")
            if len(self.options) < 2:
                raise ValueError(f"{self.setting}: nothing to choose")
        elif self.options:
            raise ValueError(f"{self.setting}: options of something that is no enumeration")
        elif self.state.quantity is not Quantity.FLAG and (
            self.step <= 0 or self.least == self.most
        ):
            raise ValueError(f"{self.setting}: no range")

    @property
    def shown_by(self) -> str:
        """Key of the state that shows it."""
        return self.state.key

    @property
    def key(self) -> str:
        """Name of the setting within its device: the tail of the unique id."""
        return f"set_{self.setting}"

    @property
    def translation_key(self) -> str:
        """Name of the setting in the translation files."""
        return slug(self.key)


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happens at a device, where a state would say only how it is now."""

    event: str
    """Name of the event within its source: the tail of the unique id."""
    name: str
    types: tuple[str, ...]
    """Slugs of what exactly may happen."""
    enabled: bool = True
    diagnostic: bool = False

    @property
    def key(self) -> str:
        """Name of the event within its device: the tail of the unique id."""
        return f"event_{self.event}"

    @property
    def translation_key(self) -> str:
        """Name of the event in the translation files."""
        return slug(self.key)


@dataclass(frozen=True, slots=True)
class KindTable:
    """What the devices of a kind, such as packs, can tell and do."""

    title: str
    """English, for the entity reference."""
    rows: tuple[StateRow, ...]
    commands: tuple[CommandRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    settings: tuple[SettingRow, ...] = ()


@dataclass(frozen=True)
class SourceTable:
    """What all devices of a source can tell and do, by kind."""

    title: str
    kinds: Mapping[str, KindTable]

    @cached_property
    def rows(self) -> dict[str, StateRow]:
        """Every state, by key."""
        rows = (row for kind in self.kinds.values() for row in kind.rows)
        return {row.key: row for row in (*rows, LAST_REPORT)}

    @cached_property
    def attributes(self) -> dict[str, str]:
        """Key of the state that a value stands beside, by the value's own key."""
        return {
            row.attribute_key(beside.attribute): row.key
            for row in self.rows.values()
            for beside in row.attributes
        }


def slug(text: str) -> str:
    """Turn a vendor's spelling into a key: `pcsAPhase_actPwr` -> `pcs_a_phase_act_pwr`."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    return re.sub(r"_+", "_", text).strip("_").lower()
