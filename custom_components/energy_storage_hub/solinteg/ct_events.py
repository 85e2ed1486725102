"""What a CT check is made of: its states, what may happen to it, what it wants done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from .codes import Precheck, Result

POLL_INTERVAL = 10.0
"""s, as the vendor advises."""
GRACE = 90.0
"""s to be seen running: a command of this cloud is valid for 60 s, and a few polls. Our choice."""
DEADLINE = 900.0
"""s to be finished: longer than the 5 min the cloud takes to miss an inverter. Our choice."""
BACKOFF = (10.0, 20.0, 40.0, 60.0)
"""s to wait after failed requests in a row."""
LOOK_EVERY = 3
"""So many polls apart the inverter's own state is read too."""
OLDEST_RECORD = 86_400.0
"""s: an older record of a run, or one from the future, tells nothing any more."""


class State(StrEnum):
    """Where a check stands."""

    IDLE = "idle"
    PRECHECKING = "prechecking"
    BLOCKED = "blocked"
    STARTING = "starting"
    RUNNING = "running"
    PASSED = "passed"
    WIRING_FAULT = "wiring_fault"
    FAILED = "failed"
    NOT_STARTED = "not_started"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"


ENDS = (
    State.PASSED,
    State.WIRING_FAULT,
    State.FAILED,
    State.BLOCKED,
    State.NOT_STARTED,
    State.TIMED_OUT,
    State.UNKNOWN,
)

CONCLUSIVE = (State.PASSED, State.WIRING_FAULT, State.FAILED)
"""Ends in which the inverter itself said how the check went."""


class Reason(StrEnum):
    """Why a check ended as it did, beside the reasons of the precheck."""

    NO_ANSWER = "no_answer_from_the_cloud"
    NOT_SAVED = "not_saved"
    REFUSED = "refused_by_the_cloud"
    NOT_PERMITTED = "account_not_permitted"
    SIGN_IN_REFUSED = "sign_in_refused"
    NOTHING_SEEN = "no_sign_of_a_check"
    OLD_RESULT = "only_an_old_result"
    UNCLEAR_RESULT = "unclear_result"
    DEVICE_OFFLINE = "device_offline"
    INTERRUPTED = "interrupted"


class Note(StrEnum):
    """What a person should know about a check."""

    OFF_GRID = "off_grid"
    BIT0_CLEAR = "result_bit_0_not_set"
    NO_DETAILS = "no_details_reported"
    DEVICE_OFFLINE = "device_offline"
    LATE = "found_after_a_restart"


class Origin(StrEnum):
    """Who started a check."""

    HERE = "here"
    ELSEWHERE = "elsewhere"


class Proof(StrEnum):
    """How it is known that this run has been running."""

    NONE = "none"
    FLAG = "flag"
    """The inverter's own state said that it was checking, and has not said otherwise since."""
    FLAG_FELL = "flag_fell"
    """It said so, and then said that it was no longer."""
    BITS = "bits"
    """The result said so."""


# What comes in.


@dataclass(frozen=True, slots=True)
class Pressed:
    """A person or an automation wants a check."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A check runs that was started elsewhere."""

    precheck: Precheck


@dataclass(frozen=True, slots=True)
class Resumed:
    """The program runs again; a check may have been under way."""


@dataclass(frozen=True, slots=True)
class Prechecked:
    """The inverter's own state was read."""

    precheck: Precheck


@dataclass(frozen=True, slots=True)
class Polled:
    """The result was read."""

    result: Result


@dataclass(frozen=True, slots=True)
class Saved:
    """The run's record is on the disk."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The start was answered: with yes, or with no and the vendor's words."""

    accepted: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """No usable answer came; of a start that means that it may have been executed."""

    error: str
    message: str = ""
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Denied:
    """The account may not use the inverter."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """The account's credentials are no longer accepted."""


@dataclass(frozen=True, slots=True)
class Waited:
    """The time is over."""


type Event = (
    Pressed
    | Noticed
    | Resumed
    | Prechecked
    | Polled
    | Saved
    | Posted
    | Failed
    | Denied
    | SignInRefused
    | Waited
)


# What comes out.


class Do(Enum):
    """One thing to do now."""

    READ_PRECHECK = auto()
    READ_RESULT = auto()
    SAVE = auto()
    POST = auto()
    FINISH = auto()
    """The run is over: keep the end, tell the world. No event answers this."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass, s."""

    seconds: float


type Action = Do | Wait

_READ_ANSWERS = (Failed, Denied, SignInRefused)

ANSWERS: dict[Do, tuple[type, ...]] = {
    Do.READ_PRECHECK: (Prechecked, *_READ_ANSWERS),
    Do.READ_RESULT: (Polled, *_READ_ANSWERS),
    Do.SAVE: (Saved, Failed),
    Do.POST: (Posted, *_READ_ANSWERS),
}


def answers(event: Event, doing: Action | None) -> bool:
    """Whether an event may come of what is being done."""
    if isinstance(doing, Wait):
        return isinstance(event, Waited)
    return doing is not None and isinstance(event, ANSWERS[doing])
