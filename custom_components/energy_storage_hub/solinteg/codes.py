"""What the cloud's numbers about the CT check mean.

Every field has its own polarity (meterStatus 1 is good, bit3 and sensorAns 1 are bad), so each is
read by itself. Numbers may come as numbers, booleans or texts; what is none of these is unknown,
never 0. Codes: [SEED-CT]; deviceStatus is the inverter's register 10105 [SOLAX-MODBUS].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

OFFLINE = -1

DEVICE_STATUS = {
    0: "standby",
    1: "standby",
    2: "on_grid",
    3: "fault",
    4: "updating",
    5: "off_grid",
    OFFLINE: "offline",
}

_PASSING = frozenset({"on_grid", "off_grid"})

ALREADY_CHECKING = "already_checking"
NO_DATA = "no_data"

PRECHECK_REASONS = (
    "standby",
    "fault",
    "updating",
    "offline",
    "unknown_status",
    "bms_comm_fault",
    "unknown_alarm",
    "meter_fault",
    ALREADY_CHECKING,
    NO_DATA,
)
"""Why a check may not be started, in the order in which they are told; no data comes last."""

BMS_COMM_FAULT = 1
"""Bit 0 of faultArmFlag2. The others have no published meaning."""


def whole(value: Any) -> int | None:
    """Return a whole number, however it was written."""
    if isinstance(value, str):
        text = value.strip().lower()
        value = {"true": 1, "false": 0}.get(text, text)
        if isinstance(value, str):
            digits = value.removeprefix("-")
            # Only plain digits: int() would also take underscores and other scripts' digits.
            if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
                return None
            return int(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e12:
        return int(value)
    return None


def flag(value: Any) -> bool | None:
    """Return yes or no for 1 and 0; anything else is unknown."""
    return {0: False, 1: True}.get(number) if (number := whole(value)) is not None else None


@dataclass(frozen=True, slots=True)
class Precheck:
    """Whether an inverter is ready for a check."""

    device_status: int | None = None
    fault_flags: int | None = None
    meter: bool | None = None
    checking: bool | None = None
    meter_connected: bool | None = None
    """In the vendor's sample, but not in the vendor's table: shown, no condition."""

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Precheck:
        """Read the body of getInerterBMSMeterStatus."""
        status = body.get("deviceStatus")
        if isinstance(status, str) and status.strip().upper() == "OFFLINE":
            status = OFFLINE
        return cls(
            device_status=whole(status),
            fault_flags=whole(body.get("faultArmFlag2")),
            meter=flag(body.get("meterStatus")),
            checking=flag(body.get("checking")),
            meter_connected=flag(body.get("meterConnected")),
        )

    @property
    def status(self) -> str | None:
        """What the inverter does; None where the code is unknown."""
        return None if self.device_status is None else DEVICE_STATUS.get(self.device_status)

    @property
    def offline(self) -> bool:
        """Whether the cloud has lost the inverter."""
        return self.device_status == OFFLINE

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that keeps a check from being started; empty when it is ready."""
        reasons = [*self._status_reasons(), *self._alarm_reasons()]
        if self.meter is False:
            reasons.append("meter_fault")
        if self.checking:
            reasons.append(ALREADY_CHECKING)
        # Of an inverter that is offline the other fields may be missing: that explains them.
        needed = (self.device_status, self.fault_flags, self.meter, self.checking)
        if None in needed and not self.offline:
            reasons.append(NO_DATA)
        return tuple(reasons)

    def _status_reasons(self) -> list[str]:
        if self.device_status is None or self.status in _PASSING:
            return []
        return [self.status or "unknown_status"]

    def _alarm_reasons(self) -> list[str]:
        flags = self.fault_flags or 0
        reasons = []
        if flags & BMS_COMM_FAULT:
            reasons.append("bms_comm_fault")
        if flags & ~BMS_COMM_FAULT:
            reasons.append("unknown_alarm")
        return reasons


class Progress(Enum):
    """What bit1 and bit2 say about a check."""

    RUNNING = auto()  # 1, 0
    FINISHED = auto()  # 0, 1: bit3 is the result
    NOTHING = auto()  # 0, 0: never checked, or failed
    UNCLEAR = auto()  # anything else


_PROGRESS = {
    (True, False): Progress.RUNNING,
    (False, True): Progress.FINISHED,
    (False, False): Progress.NOTHING,
}


@dataclass(frozen=True, slots=True)
class Phase:
    """What a finished check says about one phase."""

    error_code: int | str | None = None
    """phaseFlag; its table is not published."""
    inverter_side: str | None = None
    meter_side: str | None = None
    abnormal: bool | None = None

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> Phase:
        """Read an entry of meterCheckConfigVOS."""
        return cls(
            error_code=_raw(entry.get("phaseFlag")),
            inverter_side=_text(entry.get("inverterSide")),
            meter_side=_text(entry.get("smartSide")),
            abnormal=flag(entry.get("sensorAns")),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What the cloud says about the latest check; nothing in it tells which check that is."""

    bit0: bool | None = None
    """Not explained by the vendor, 1 in all its samples: shown, decides nothing."""
    bit1: bool | None = None
    bit2: bool | None = None
    bit3: bool | None = None
    word: int | None = None
    """meterStatus: the raw word, of which bit0 to bit3 are the lowest bits (1549 = 0x60D)."""
    phases: tuple[Phase, ...] = field(default=(), compare=False)

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Result:
        """Read the body of getCheckResult."""
        entries = body.get("meterCheckConfigVOS")
        return cls(
            bit0=flag(body.get("bit0")),
            bit1=flag(body.get("bit1")),
            bit2=flag(body.get("bit2")),
            bit3=flag(body.get("bit3")),
            word=whole(body.get("meterStatus")),
            phases=tuple(
                Phase.parse(entry)
                for entry in (entries if isinstance(entries, list) else ())
                if isinstance(entry, Mapping)
            ),
        )

    @property
    def progress(self) -> Progress:
        """How far the check is."""
        if self.bit1 is None or self.bit2 is None:
            return Progress.UNCLEAR
        return _PROGRESS.get((self.bit1, self.bit2), Progress.UNCLEAR)

    @property
    def complete(self) -> bool:
        """Whether there is a result to read in bit3."""
        return self.progress is Progress.FINISHED and self.bit3 is not None

    @property
    def bits_disagree(self) -> bool:
        """Whether the word says something else than the bits; the bits are believed."""
        if self.word is None:
            return False
        bits = (self.bit0, self.bit1, self.bit2, self.bit3)
        return any(
            bit is not None and bool(self.word >> place & 1) is not bit
            for place, bit in enumerate(bits)
        )

    def differs(self, other: Result) -> bool:
        """Whether this surely is another result; what is not known is no difference."""
        return any(
            mine is not None and theirs is not None and mine != theirs
            for mine, theirs in ((self.bit3, other.bit3), (self.word, other.word))
        )


def _raw(value: Any) -> int | str | None:
    number = whole(value)
    return number if number is not None else _text(value)


def _text(value: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:g}"
    if not isinstance(value, str) or value.strip() in ("", "--"):
        return None
    return value.strip()[:64]
