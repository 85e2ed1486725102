"""The state machine of the CT check: every vector, restarts everywhere, and any order of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_storage_hub.solinteg.codes import (
    Phase,
    Precheck,
    Progress,
    Result,
    flag,
    whole,
)
from custom_components.energy_storage_hub.solinteg.ct_check import CtCheck
from custom_components.energy_storage_hub.solinteg.ct_events import (
    ANSWERS,
    BACKOFF,
    DEADLINE,
    ENDS,
    GRACE,
    OLDEST_RECORD,
    POLL_INTERVAL,
    Action,
    Denied,
    Do,
    Event,
    Failed,
    Note,
    Noticed,
    Origin,
    Polled,
    Posted,
    Prechecked,
    Pressed,
    Reason,
    Resumed,
    Saved,
    SignInRefused,
    State,
    Wait,
    Waited,
)

# The seed's samples, word for word.
NOT_CHECKED = {
    "meterCheckConfigVOS": None,
    "bit0": 1,
    "bit1": 0,
    "bit2": 0,
    "bit3": None,
    "meterStatus": None,
}
CHECKING = NOT_CHECKED | {"bit1": 1}
WIRED_WRONG = NOT_CHECKED | {"bit2": 1, "bit3": 1, "meterStatus": 1549}
WIRED_RIGHT = NOT_CHECKED | {"bit2": 1, "bit3": 0, "meterStatus": 1541}
NO_RESULT_YET = NOT_CHECKED | {"bit2": 1}
BOTH = NOT_CHECKED | {"bit1": 1, "bit2": 1}

READY = {
    "meterStatus": 1,
    "checking": 0,
    "meterConnected": 1,
    "faultArmFlag2": 0,
    "deviceStatus": 2,
}
BUSY = READY | {"checking": 1}

ERROR = Failed("cannot_connect")
START = 1_800_000_000.0

type Body = dict[str, Any]
type Step = Body | Event


class Inverter:
    """Drives a machine: does what it wants, on a clock that moves only when it waits."""

    def __init__(self, check: CtCheck | None = None, clock: float = 0.0) -> None:
        self.time = clock
        self.wall = START + clock
        self.check = check or CtCheck(lambda: self.time, lambda: self.wall)
        self.ready: Step = READY
        self.posted: Event = Posted(accepted=True)
        self.before: Step = NOT_CHECKED
        self.results: Iterator[Step] = iter(())
        self.last: Step = NOT_CHECKED
        self.polls = 0
        self.done: list[Action] = []
        self.saved: dict[str, Any] = {}
        self.saved_before_post: dict[str, Any] = {}
        self.on_wait: Callable[[], None] = lambda: None

    def run(self, *results: Step, event: Event | None = None) -> State:
        """Go on to the end; after these results the last one stays."""
        self.results = iter(results)
        # After a restart there is no baseline to read.
        self.polls = 1 if isinstance(event, Resumed) else 0
        if results:
            self.last = results[-1]
        action = self.check.handle(event or Pressed())
        while action is not None and action is not Do.FINISH:
            self.done.append(action)
            action = self.check.handle(self.answer(action))
        self.saved = self.check.saved()
        return self.check.state

    def answer(self, action: Action) -> Event:
        """Do what the machine wants."""
        match action:
            case Wait(seconds):
                self.on_wait()
                self.pass_time(seconds)
                return Waited()
            case Do.READ_PRECHECK:
                return self._heard(self.ready, lambda body: Prechecked(Precheck.parse(body)))
            case Do.READ_RESULT if not self.polls:
                self.polls += 1
                return self._heard(self.before, _polled)
            case Do.READ_RESULT:
                self.polls += 1
                return self._heard(next(self.results, self.last), _polled)
            case Do.SAVE:
                self.saved = json.loads(json.dumps(self.check.saved()))
                return Saved()
            case _:
                self.saved_before_post = self.saved
                return self.posted

    def pass_time(self, seconds: float) -> None:
        """Move both clocks."""
        self.time += seconds
        self.wall += seconds

    @staticmethod
    def _heard(step: Step, read: Callable[[Body], Event]) -> Event:
        return read(step) if isinstance(step, dict) else step

    @property
    def posts(self) -> int:
        return self.done.count(Do.POST)

    @property
    def outcome(self) -> Any:
        return self.check.outcome


def _polled(body: Body) -> Event:
    return Polled(Result.parse(body))


@pytest.fixture
def inverter() -> Inverter:
    return Inverter()


# The seed's samples.


def test_samples_are_read_as_the_vendor_explains_them() -> None:
    not_checked, checking, wrong = map(Result.parse, (NOT_CHECKED, CHECKING, WIRED_WRONG))
    assert not_checked.progress is Progress.NOTHING
    assert checking.progress is Progress.RUNNING
    assert (wrong.progress, wrong.bit3, wrong.word) == (Progress.FINISHED, True, 1549)
    assert not wrong.bits_disagree
    assert Precheck.parse(READY).reasons == ()


def test_not_checked_before_and_wrong_wiring_after(inverter: Inverter) -> None:
    assert inverter.run(CHECKING, WIRED_WRONG) is State.WIRING_FAULT
    assert inverter.posts == 1
    assert inverter.outcome.notes == (Note.NO_DETAILS,)
    assert inverter.outcome.origin is Origin.HERE
    assert inverter.outcome.started_at == START
    assert inverter.outcome.finished_at == START + 2 * POLL_INTERVAL


def test_record_is_saved_before_the_post(inverter: Inverter) -> None:
    inverter.run(CHECKING, WIRED_RIGHT)
    record = inverter.saved_before_post["run"]
    assert record["started_at"] == START
    assert record["proof"] == "none"
    assert record["baseline"]["bits"] == [True, False, False, None]
    assert inverter.done.index(Do.SAVE) < inverter.done.index(Do.POST)


# What the table of bits says.


@pytest.mark.parametrize(
    ("before", "results", "end"),
    [
        (NOT_CHECKED, [NOT_CHECKED, CHECKING, NOT_CHECKED, NOT_CHECKED], State.FAILED),
        (NOT_CHECKED, [CHECKING, NOT_CHECKED, CHECKING, WIRED_RIGHT], State.PASSED),
        (NOT_CHECKED, [WIRED_RIGHT], State.PASSED),
        (NOT_CHECKED, [WIRED_WRONG], State.WIRING_FAULT),
        (WIRED_RIGHT, [WIRED_RIGHT, CHECKING, WIRED_RIGHT], State.PASSED),
        (WIRED_WRONG, [WIRED_WRONG, CHECKING, WIRED_RIGHT], State.PASSED),
        (WIRED_RIGHT, [WIRED_RIGHT, WIRED_WRONG], State.WIRING_FAULT),
        (WIRED_WRONG, [WIRED_RIGHT], State.PASSED),
        (WIRED_RIGHT, [WIRED_RIGHT], State.UNKNOWN),
        (WIRED_RIGHT, [WIRED_RIGHT | {"meterStatus": None}], State.UNKNOWN),
        (WIRED_RIGHT, [NOT_CHECKED], State.NOT_STARTED),
        (NOT_CHECKED, [NOT_CHECKED], State.NOT_STARTED),
        (NOT_CHECKED, [CHECKING, NO_RESULT_YET], State.UNKNOWN),
        (NOT_CHECKED, [CHECKING, NO_RESULT_YET, NO_RESULT_YET, WIRED_RIGHT], State.PASSED),
        (NOT_CHECKED, [CHECKING, BOTH], State.UNKNOWN),
        (NOT_CHECKED, [CHECKING, BOTH, WIRED_WRONG], State.WIRING_FAULT),
        (NOT_CHECKED, [CHECKING], State.TIMED_OUT),
        (NOT_CHECKED, [CHECKING, {}], State.UNKNOWN),
        (NOT_CHECKED, [CHECKING, NOT_CHECKED | {"bit1": None}], State.UNKNOWN),
        # The baseline cannot be read: a result that may be old is not believed.
        (BOTH, [WIRED_RIGHT], State.UNKNOWN),
        ({}, [WIRED_RIGHT], State.UNKNOWN),
        (NO_RESULT_YET, [WIRED_RIGHT], State.UNKNOWN),
    ],
)
def test_bits(inverter: Inverter, before: Body, results: list[Body], end: State) -> None:
    inverter.before = before
    assert inverter.run(*results) is end
    assert inverter.posts == 1


def test_stale_for_ever_cannot_be_told_from_a_new_one(inverter: Inverter) -> None:
    inverter.before = WIRED_RIGHT
    assert inverter.run(WIRED_RIGHT) is State.UNKNOWN
    assert inverter.outcome.reasons == (Reason.OLD_RESULT,)
    assert GRACE <= inverter.time < GRACE + 2 * POLL_INTERVAL


def test_never_started_is_said_after_the_grace(inverter: Inverter) -> None:
    assert inverter.run(NOT_CHECKED) is State.NOT_STARTED
    assert inverter.outcome.reasons == (Reason.NOTHING_SEEN,)
    assert GRACE <= inverter.time < GRACE + 2 * POLL_INTERVAL


def test_hangs_until_the_deadline(inverter: Inverter) -> None:
    assert inverter.run(CHECKING) is State.TIMED_OUT
    assert DEADLINE <= inverter.time < DEADLINE + POLL_INTERVAL


def test_word_that_disagrees_with_the_bits_is_not_believed(inverter: Inverter) -> None:
    odd = WIRED_RIGHT | {"meterStatus": 1549}
    assert Result.parse(odd).bits_disagree
    assert inverter.run(CHECKING, odd) is State.PASSED


def test_bit0_decides_nothing_but_is_noted(inverter: Inverter) -> None:
    assert inverter.run(CHECKING, WIRED_RIGHT | {"bit0": 0}) is State.PASSED
    assert inverter.outcome.notes == (Note.BIT0_CLEAR,)


def test_details_with_unknown_fields(inverter: Inverter) -> None:
    entries = [
        {"phaseFlag": "0x3", "inverterSide": "A", "smartSide": "B", "sensorAns": 1, "new": []},
        "not an entry",
        {"sensorAns": "0"},
    ]
    assert inverter.run(CHECKING, WIRED_WRONG | {"meterCheckConfigVOS": entries})
    assert inverter.outcome.result.phases == (Phase("0x3", "A", "B", True), Phase(abnormal=False))
    assert inverter.outcome.notes == ()


@pytest.mark.parametrize("entries", [None, {}, "text", 7, [None, 1, []]])
def test_details_without_a_shape(entries: Any) -> None:
    assert Result.parse(WIRED_WRONG | {"meterCheckConfigVOS": entries}).phases == ()


# Before the start.


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"deviceStatus": 0}, ("standby",)),
        ({"deviceStatus": 1}, ("standby",)),
        ({"deviceStatus": 3}, ("fault",)),
        ({"deviceStatus": 4}, ("updating",)),
        ({"deviceStatus": -1}, ("offline",)),
        ({"deviceStatus": "OFFLINE"}, ("offline",)),
        ({"deviceStatus": 9}, ("unknown_status",)),
        ({"deviceStatus": None}, ("no_data",)),
        ({"faultArmFlag2": 1}, ("bms_comm_fault",)),
        ({"faultArmFlag2": 4}, ("unknown_alarm",)),
        ({"faultArmFlag2": 5}, ("bms_comm_fault", "unknown_alarm")),
        ({"faultArmFlag2": None}, ("no_data",)),
        ({"meterStatus": 0}, ("meter_fault",)),
        ({"meterStatus": "yes"}, ("no_data",)),
        ({"checking": None}, ("no_data",)),
        ({"checking": 2}, ("no_data",)),
        (
            {"deviceStatus": 3, "faultArmFlag2": 1, "meterStatus": 0, "checking": 1},
            ("fault", "bms_comm_fault", "meter_fault", "already_checking"),
        ),
        ({"deviceStatus": -1, "faultArmFlag2": None, "meterStatus": None}, ("offline",)),
    ],
)
def test_blocked(inverter: Inverter, changes: Body, reasons: tuple[str, ...]) -> None:
    inverter.ready = READY | changes
    assert inverter.run() is State.BLOCKED
    assert inverter.outcome.reasons == reasons
    assert inverter.done == [Do.READ_PRECHECK]


@pytest.mark.parametrize(
    "body",
    [
        {"deviceStatus": "2", "faultArmFlag2": "0", "meterStatus": "true", "checking": "0"},
        {"deviceStatus": 2.0, "faultArmFlag2": False, "meterStatus": True, "checking": False},
    ],
)
def test_numbers_in_any_dress(inverter: Inverter, body: Body) -> None:
    inverter.ready = body
    assert inverter.run(CHECKING, WIRED_RIGHT) is State.PASSED


@pytest.mark.parametrize(
    "value", [None, "", "--", "1_0", "\uff11", [], {}, 0.5, float("nan"), "1e3"]
)
def test_no_number_is_not_zero(value: Any) -> None:
    assert whole(value) is None
    assert flag(value) is None


def test_off_grid_passes_with_a_note(inverter: Inverter) -> None:
    inverter.ready = READY | {"deviceStatus": 5}
    assert inverter.run(CHECKING, WIRED_RIGHT) is State.PASSED
    assert Note.OFF_GRID in inverter.outcome.notes


@pytest.mark.parametrize("failing", ["ready", "before"])
@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (ERROR, Reason.NO_ANSWER),
        (Denied("no"), Reason.NOT_PERMITTED),
        (SignInRefused(), Reason.SIGN_IN_REFUSED),
    ],
)
def test_nothing_starts_without_precheck_and_baseline(
    inverter: Inverter, failing: str, event: Event, reason: Reason
) -> None:
    setattr(inverter, failing, event)
    assert inverter.run() is State.NOT_STARTED
    assert inverter.outcome.reasons == (reason,)
    assert inverter.posts == 0


def test_nothing_starts_that_cannot_be_saved(inverter: Inverter) -> None:
    check = inverter.check
    check.handle(Pressed())
    check.handle(Prechecked(Precheck.parse(READY)))
    assert check.handle(_polled(NOT_CHECKED)) is Do.SAVE
    assert check.handle(ERROR) is Do.FINISH
    assert (check.state, check.outcome.reasons) == (State.NOT_STARTED, (Reason.NOT_SAVED,))


# The start.


def test_refused_start_says_why(inverter: Inverter) -> None:
    inverter.posted = Posted(accepted=False, message="设备正忙")
    assert inverter.run(CHECKING, WIRED_RIGHT) is State.NOT_STARTED
    assert inverter.outcome.message == "设备正忙"
    assert not inverter.check.active


def test_unanswered_start_that_runs(inverter: Inverter) -> None:
    inverter.posted = ERROR
    assert inverter.run(NOT_CHECKED, CHECKING, WIRED_RIGHT) is State.PASSED
    assert inverter.posts == 1


def test_unanswered_start_that_does_not(inverter: Inverter) -> None:
    inverter.posted = ERROR
    assert inverter.run(NOT_CHECKED) is State.NOT_STARTED
    assert inverter.posts == 1


@pytest.mark.parametrize("event", [Denied("no"), SignInRefused()])
def test_start_that_was_not_allowed(inverter: Inverter, event: Event) -> None:
    inverter.posted = event
    assert inverter.run(CHECKING, WIRED_RIGHT) is State.NOT_STARTED


def test_press_while_a_check_runs_is_ignored(inverter: Inverter) -> None:
    answers: list[Action | None] = []
    inverter.on_wait = lambda: answers.append(inverter.check.handle(Pressed()))
    assert inverter.run(CHECKING, WIRED_RIGHT) is State.PASSED
    assert answers == [None] * len(answers)
    assert answers
    assert inverter.posts == 1


def test_every_end_allows_another(inverter: Inverter) -> None:
    inverter.ready = READY | {"meterStatus": 0}
    inverter.run()
    inverter.ready = READY
    assert inverter.run(CHECKING, WIRED_RIGHT) is State.PASSED
    inverter.before = WIRED_RIGHT
    assert inverter.run(WIRED_RIGHT, CHECKING, WIRED_WRONG) is State.WIRING_FAULT
    assert inverter.posts == 2


# Errors while it runs.


def test_errors_never_end_a_check(inverter: Inverter) -> None:
    assert inverter.run(CHECKING, *[ERROR] * 7, WIRED_RIGHT) is State.PASSED
    waits = [action.seconds for action in inverter.done if isinstance(action, Wait)]
    assert waits[2:9] == [*BACKOFF, 60.0, 60.0, 60.0]
    assert inverter.outcome.last_error == ""


def test_errors_do_not_extend_the_deadline(inverter: Inverter) -> None:
    assert inverter.run(CHECKING, ERROR) is State.TIMED_OUT
    assert DEADLINE <= inverter.time <= DEADLINE + 1
    assert inverter.outcome.last_error == "cannot_connect"


def test_retry_after_is_heard_within_the_deadline(inverter: Inverter) -> None:
    patient = Failed("too_many_requests", retry_after=120.0)
    assert inverter.run(CHECKING, patient, WIRED_RIGHT) is State.PASSED
    assert Wait(120.0) in inverter.done
    assert Inverter().run(CHECKING, replace(patient, retry_after=1e9)) is State.TIMED_OUT


def test_sign_in_refused_in_the_middle(inverter: Inverter) -> None:
    assert inverter.run(CHECKING, SignInRefused()) is State.UNKNOWN
    assert inverter.outcome.reasons == (Reason.SIGN_IN_REFUSED,)


def test_permission_lost_in_the_middle(inverter: Inverter) -> None:
    assert inverter.run(CHECKING, Denied("no")) is State.UNKNOWN
    assert inverter.outcome.reasons == (Reason.NOT_PERMITTED,)


def test_inverter_lost_in_the_middle(inverter: Inverter) -> None:
    def lose() -> None:
        inverter.ready = BUSY | {"deviceStatus": -1}

    inverter.on_wait = lose
    assert inverter.run(CHECKING) is State.TIMED_OUT
    assert inverter.outcome.reasons == (Reason.DEVICE_OFFLINE,)


def test_inverter_that_comes_back(inverter: Inverter) -> None:
    def lose_for_a_while() -> None:
        inverter.ready = READY | ({"deviceStatus": -1} if 30 <= inverter.time < 90 else {})

    inverter.on_wait = lose_for_a_while
    assert inverter.run(*[CHECKING] * 12, WIRED_RIGHT) is State.PASSED
    assert Note.DEVICE_OFFLINE not in inverter.outcome.notes


# The inverter's own word that it is checking.


def flag_while(inverter: Inverter, since: float, until: float) -> None:
    def look() -> None:
        now = inverter.time + POLL_INTERVAL
        inverter.ready = BUSY if since <= now < until else READY

    inverter.on_wait = look


def test_flag_counts_as_running(inverter: Inverter) -> None:
    flag_while(inverter, 20, 100)
    assert inverter.run(*[NOT_CHECKED] * 11, WIRED_RIGHT) is State.PASSED


def test_old_result_while_the_flag_is_up_is_not_the_new_one(inverter: Inverter) -> None:
    inverter.before = WIRED_RIGHT
    flag_while(inverter, 20, 60)
    assert inverter.run(*[WIRED_RIGHT] * 5, WIRED_WRONG) is State.WIRING_FAULT


def test_same_result_after_the_flag_fell_is_the_new_one(inverter: Inverter) -> None:
    inverter.before = WIRED_RIGHT
    flag_while(inverter, 20, 60)
    assert inverter.run(WIRED_RIGHT) is State.PASSED
    assert inverter.time >= 60


def test_nothing_after_the_flag_fell_is_a_failure(inverter: Inverter) -> None:
    flag_while(inverter, 20, 60)
    assert inverter.run(NOT_CHECKED) is State.FAILED
    assert inverter.time >= 60


def test_flag_at_the_end_of_the_grace_saves_the_run(inverter: Inverter) -> None:
    flag_while(inverter, GRACE, 200)
    assert inverter.run(*[NOT_CHECKED] * 15, CHECKING, WIRED_RIGHT) is State.PASSED


def test_check_of_somebody_else_is_watched(inverter: Inverter) -> None:
    inverter.ready = BUSY
    inverter.before = CHECKING
    assert inverter.run(CHECKING, WIRED_WRONG) is State.WIRING_FAULT
    assert inverter.outcome.origin is Origin.ELSEWHERE
    assert inverter.posts == 0


def test_check_of_somebody_else_with_an_old_result(inverter: Inverter) -> None:
    inverter.ready = BUSY
    inverter.before = WIRED_RIGHT
    inverter.on_wait = lambda: setattr(inverter, "ready", BUSY if inverter.time < 30 else READY)
    assert inverter.run(*[WIRED_RIGHT] * 4, WIRED_WRONG) is State.WIRING_FAULT
    assert inverter.posts == 0


def test_noticed_check_is_watched_and_not_started(inverter: Inverter) -> None:
    precheck = Precheck.parse(BUSY)
    assert inverter.run(CHECKING, WIRED_RIGHT, event=Noticed(precheck)) is State.PASSED
    assert inverter.outcome.origin is Origin.ELSEWHERE
    assert inverter.posts == 0


# Restarts.


def saved_in_each_state() -> Iterator[tuple[str, dict[str, Any], int]]:
    """Yield what is on the disk after each step of a check, and how many starts were posted."""
    steps: list[Event] = [
        Pressed(),
        Prechecked(Precheck.parse(READY)),
        _polled(WIRED_WRONG),
        Saved(),
        Posted(accepted=True),
        Waited(),
        _polled(CHECKING),
        Saved(),
        Waited(),
        _polled(WIRED_RIGHT),
    ]
    check = CtCheck(lambda: 0.0, lambda: START)
    disk = json.dumps(check.saved())
    posts = 0
    for event in steps:
        action = check.handle(event)
        posts += action is Do.POST
        if action in (Do.SAVE, Do.FINISH):
            disk = json.dumps(check.saved())
        yield f"{type(event).__name__}-{check.state}", json.loads(disk), posts


@pytest.mark.parametrize(
    ("saved", "posts"),
    [pytest.param(saved, posts, id=name) for name, saved, posts in saved_in_each_state()],
)
@pytest.mark.parametrize("away", [0.0, 45.0, DEADLINE + 1, OLDEST_RECORD + 1, -60.0])
def test_restart_in_each_state_never_posts_again(
    saved: dict[str, Any], posts: int, away: float
) -> None:
    inverter = Inverter(clock=away)
    inverter.check.restore(saved)
    under_way = inverter.check.active
    state = inverter.run(CHECKING, WIRED_RIGHT, event=Resumed())
    assert inverter.posts == 0
    assert not inverter.check.active
    if not under_way:
        assert state in (State.IDLE, State.PASSED)
    elif 0 <= away < DEADLINE:
        assert state is State.PASSED
    else:
        assert state is State.UNKNOWN


def run_on_disk(*, seen: bool) -> dict[str, Any]:
    record = [saved for _, saved, _ in saved_in_each_state() if saved["run"]]
    return record[-1] if seen else record[0]


def test_restart_shows_where_the_check_stands() -> None:
    for seen, state in ((True, State.RUNNING), (False, State.STARTING)):
        check = CtCheck(lambda: 0.0, lambda: START)
        check.restore(run_on_disk(seen=seen))
        assert check.state is state
        assert check.handle(Pressed()) is None


def test_restart_goes_on_with_the_same_deadline() -> None:
    inverter = Inverter(clock=600.0)
    inverter.check.restore(run_on_disk(seen=True))
    assert inverter.run(CHECKING, event=Resumed()) is State.TIMED_OUT
    assert DEADLINE <= inverter.time < DEADLINE + POLL_INTERVAL


def test_late_result_counts_if_the_run_was_seen() -> None:
    inverter = Inverter(clock=DEADLINE + 100)
    inverter.check.restore(run_on_disk(seen=True))
    assert inverter.run(WIRED_RIGHT, event=Resumed()) is State.PASSED
    assert inverter.outcome.notes == (Note.LATE,)
    assert inverter.done == [Do.READ_RESULT]


@pytest.mark.parametrize("step", [WIRED_RIGHT, CHECKING, NOT_CHECKED, ERROR])
def test_late_result_of_a_run_that_was_not_seen_tells_nothing(step: Step) -> None:
    inverter = Inverter(clock=DEADLINE + 100)
    inverter.check.restore(run_on_disk(seen=False))
    assert inverter.run(step, event=Resumed()) is State.UNKNOWN
    assert inverter.outcome.reasons == (Reason.INTERRUPTED,)


def test_last_end_outlives_a_restart(inverter: Inverter) -> None:
    inverter.run(CHECKING, WIRED_WRONG)
    again = CtCheck(lambda: 0.0, lambda: START)
    again.restore(json.loads(json.dumps(inverter.saved)))
    assert again.outcome == inverter.outcome
    assert not again.active
    assert again.handle(Resumed()) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["ended", "run"]), json_values))
def test_broken_record_is_no_record(saved: dict[str, Any]) -> None:
    check = CtCheck(lambda: 0.0, lambda: START)
    check.restore(saved)
    assert check.state is State.IDLE


record_values = st.sampled_from(
    [None, 0, 1, -5, float("nan"), START, "here", "bits", "none", "", [], [1, 0, 1, 0], {}]
)


@given(
    st.fixed_dictionaries(
        {
            "started_at": record_values,
            "origin": record_values,
            "proof": record_values,
            "baseline": record_values
            | st.fixed_dictionaries(
                {"bits": record_values, "word": record_values, "phases": record_values}
            ),
        }
    )
)
def test_half_broken_record_ends_or_does_not_exist(run: dict[str, Any]) -> None:
    inverter = Inverter()
    inverter.check.restore({"run": run})
    inverter.run(NOT_CHECKED, event=Resumed())
    assert not inverter.check.active
    assert inverter.posts == 0


# Any order of events.

any_flag = st.sampled_from([0, 1, None, True, "1", "x"])
bodies = st.fixed_dictionaries(
    {
        "bit0": any_flag,
        "bit1": any_flag,
        "bit2": any_flag,
        "bit3": any_flag,
        "meterStatus": st.sampled_from([None, 1541, 1549, 0]),
        "meterCheckConfigVOS": st.sampled_from([None, [], [{"sensorAns": 1}]]),
    }
)
usual_bodies = st.sampled_from(
    [NOT_CHECKED, CHECKING, WIRED_RIGHT, WIRED_WRONG, NO_RESULT_YET, BOTH, {}]
)
prechecks = st.fixed_dictionaries(
    {
        "deviceStatus": st.sampled_from([2, 2, 2, 5, 0, 3, -1, None]),
        "faultArmFlag2": st.sampled_from([0, 0, 0, 1, 6, None]),
        "meterStatus": st.sampled_from([1, 1, 1, 0, None]),
        "checking": st.sampled_from([0, 0, 1, None]),
    }
)
events: st.SearchStrategy[Event] = st.one_of(
    st.just(Pressed()),
    st.builds(lambda body: Prechecked(Precheck.parse(body)), prechecks),
    st.builds(lambda body: Prechecked(Precheck.parse(body)), st.sampled_from([READY, BUSY])),
    st.builds(_polled, bodies),
    st.builds(_polled, usual_bodies),
    st.builds(_polled, usual_bodies),
    st.just(Saved()),
    st.builds(Posted, st.booleans()),
    st.builds(Failed, st.just("cannot_connect"), retry_after=st.sampled_from([0.0, 30.0, 1e6])),
    st.sampled_from([Denied("no"), SignInRefused(), Resumed()]),
    st.just(Waited()),
    st.builds(Noticed, st.just(Precheck.parse(BUSY))),
)


def answers_to(action: Do) -> st.SearchStrategy[Event]:
    """Anything that may come of an action."""
    wanted = ANSWERS[action]
    return events.filter(lambda event: isinstance(event, wanted))


def believable(result: Result | None, end: State) -> bool:
    """Whether a result may end a check so."""
    return (
        result is not None
        and (result.bit1, result.bit2) == (False, True)
        and result.bit3 is (end is State.WIRING_FAULT)
    )


class Watched:
    """A machine under any events, and the promises it must keep."""

    def __init__(self) -> None:
        self.now = 0.0
        self.check = CtCheck(lambda: self.now, lambda: START + self.now)
        self.disk: dict[str, Any] = {}
        self.posts = 0
        self.polled: Result | None = None
        self.doing: Action | None = None

    def feed(self, event: Event) -> None:
        """Hand in an event and check what comes of it."""
        was_active = self.check.active
        action = self.check.handle(event)
        if action is None:
            return
        if not was_active:
            self.posts = 0
            self.polled = None
        if isinstance(event, Polled):
            self.polled = event.result
        self.doing = action
        self.posts += action is Do.POST
        assert self.posts <= 1
        if action is Do.POST:
            assert self.disk["run"]["started_at"] is not None
        if action is Do.SAVE:
            self.disk = json.loads(json.dumps(self.check.saved()))
        if action is Do.FINISH:
            self.disk = json.loads(json.dumps(self.check.saved()))
            assert not self.check.active
            end = self.check.state
            assert end in ENDS
            if end in (State.PASSED, State.WIRING_FAULT):
                assert believable(self.polled, end)
                assert isinstance(event, Polled)
                assert self.posts or self.check.outcome.origin is Origin.ELSEWHERE

    def restart(self) -> None:
        """Lose everything but the disk."""
        self.check = CtCheck(lambda: self.now, lambda: START + self.now)
        self.check.restore(self.disk)
        self.doing = None
        # Whatever was posted before must not be posted again.
        self.posts = 1 if self.check.active else 0

    def finish(self, draw: Callable[[st.SearchStrategy[Event]], Event]) -> int:
        """Answer whatever is wanted, in any way, until the end; the number of steps."""
        if self.check.active and self.doing is None:
            self.feed(Resumed())
        steps = 0
        while self.check.active:
            steps += 1
            assert steps < 2000
            assert self.doing is not None
            if isinstance(self.doing, Wait):
                self.now += self.doing.seconds
                self.feed(Waited())
            else:
                self.feed(draw(answers_to(self.doing)))
        return steps


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_any_events_in_any_order(data: st.DataObject) -> None:
    watched = Watched()
    for event in data.draw(st.lists(events, max_size=60)):
        watched.now += data.draw(st.sampled_from([0.0, 0.1, 10.0, 60.0]))
        watched.feed(event)
    watched.now += DEADLINE  # so that it is not drawn for ever
    watched.finish(data.draw)


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_any_answers_with_restarts_anywhere(data: st.DataObject) -> None:
    watched = Watched()
    watched.feed(Pressed())
    for _ in range(data.draw(st.integers(0, 40))):
        if not watched.check.active:
            break
        if data.draw(st.integers(0, 9)) == 0:
            watched.restart()
            watched.now += data.draw(st.sampled_from([0.0, 100.0, DEADLINE, OLDEST_RECORD + 1]))
            watched.feed(Resumed())
        elif isinstance(watched.doing, Wait):
            watched.now += watched.doing.seconds
            watched.feed(Waited())
        elif isinstance(watched.doing, Do):
            watched.feed(data.draw(answers_to(watched.doing)))
    watched.now += DEADLINE
    watched.finish(data.draw)


@settings(max_examples=200, deadline=None)
@given(st.lists(usual_bodies | st.just({}), max_size=20), usual_bodies, st.sampled_from([0, 1]))
def test_always_ends_by_the_deadline(results: list[Body], before: Body, checking: int) -> None:
    inverter = Inverter()
    inverter.before = before
    inverter.on_wait = lambda: setattr(inverter, "ready", READY | {"checking": checking})
    assert inverter.run(*results, CHECKING) in ENDS
    assert inverter.time <= DEADLINE + POLL_INTERVAL
    assert inverter.posts == 1
