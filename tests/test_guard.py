"""What is believed of a counter: what its device can have counted, and no fall but a real one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.energy_storage_hub.hub.guard import Guard, Now
from custom_components.energy_storage_hub.model.quantity import Counter, Rate

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 1, 12, tzinfo=BERLIN)

# An inverter of 10 kW with half as much again, and 1 kWh: after a minute 1.25 kWh are possible.
RATE = Rate(15.0, 1.0)


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


class Meter:
    """A counter that is read as time passes."""

    def __init__(self, counter: Counter = Counter.LIFE, start: datetime = NOON) -> None:
        self.guard = Guard(counter, RATE)
        self._counter = counter
        self._start = self._time = start

    @property
    def now(self) -> Now:
        return Now((self._time - self._start).total_seconds() + 1000.0, self._time)

    def at(self, hour: int, minute: int = 0, day: int = 0) -> Meter:
        """Let it be this time of day, so many days after the first."""
        date = self._start.date() + timedelta(days=day)
        self._time = datetime(date.year, date.month, date.day, hour, minute, tzinfo=BERLIN)
        return self

    def reads(self, *values: float | None, every: float = 60.0) -> float | None:
        """Read these values, one every so many seconds; what is believed at the end."""
        for value in values:
            self._time = (self._time.astimezone(UTC) + timedelta(seconds=every)).astimezone(BERLIN)
            if value is not None and value == self.guard.value:
                self.guard.told_again(self.now.monotonic)
            else:
                self.guard.take(value, self.now)
        return self.guard.value

    def restarted(self, seconds: float) -> Meter:
        """Go on in another process, so much later."""
        later = Meter(self._counter, self._start)
        later._time = self._time + timedelta(seconds=seconds)
        saved = self.guard.saved(self.now)
        # Another process has another monotonic clock.
        later._start += timedelta(days=1)
        later.guard.restore(saved, later.now)
        return later


# Up.


def test_a_counter_rises() -> None:
    assert Meter().reads(3554.81, 3554.83, 3555.9, 3556.0) == 3556.0


def test_a_jump_that_no_inverter_can_is_held_back() -> None:
    """It was in the statistics with 35,555 kWh."""
    meter = Meter()
    assert meter.reads(3554.81, 35554.92) == 3554.81
    assert meter.reads(3554.83) == 3554.83
    assert meter.guard.held == 1


def test_no_value_of_the_wire_is_no_reading() -> None:
    """0xFFFFFFFF in steps of 0.01 kWh."""
    meter = Meter()
    assert meter.reads(1000.0, 42_949_672.95, 42_949_672.95, 1000.1) == 1000.1


def test_the_rise_goes_by_time_not_by_reports() -> None:
    meter = Meter()
    meter.reads(100.0)
    # 15 kWh an hour and 1 kWh: 8.5 after half an hour, told however often.
    assert meter.reads(*[109.0] * 20, every=60) == 100.0
    assert meter.reads(109.0, every=900) == 109.0  # 35 minutes: 9.75 kWh


def test_an_outage_is_made_up_for() -> None:
    """What was counted while nobody listened is energy too: 9 h are up to 136 kWh."""
    assert Meter().reads(100.0, 220.0, every=9 * 3600) == 220.0


def test_the_first_value_is_taken() -> None:
    assert Meter().reads(None, -3.0, float("nan"), float("inf"), 12.0) == 12.0


def test_a_first_zero_is_no_reading() -> None:
    """A server that has no number yet: all that it ever counted would come at once."""
    meter = Meter()
    assert meter.reads(0.0, 0.0) is None
    assert meter.reads(3554.8, 3554.9) == 3554.9


# Down, for life.


@pytest.mark.parametrize("glitch", [0.0, None, -1.0, float("nan"), 499.0, 12.0])
def test_a_glitch_changes_nothing(glitch: float | None) -> None:
    meter = Meter()
    assert meter.reads(500.01, glitch, glitch) == 500.01
    assert meter.reads(500.02) == 500.02
    assert meter.guard.reset_at is None


def test_zeros_for_hours_are_no_readings() -> None:
    meter = Meter()
    assert meter.reads(500.01, *[0.0] * 300) == 500.01
    assert meter.reads(500.02) == 500.02
    assert meter.guard.doubts_since is None


def test_a_replaced_device_is_believed_after_hours() -> None:
    """2000 kWh, then a new meter that has counted 5, 7 ... with 2 kWh an hour."""
    meter = Meter()
    meter.reads(2000.0)
    assert meter.reads(*[1.0 + minute / 30 for minute in range(179)]) == 2000.0
    value = meter.reads(1.0 + 179 / 30, 1.0 + 180 / 30)
    assert value == 7.0
    assert meter.guard.reset_at is not None
    assert meter.reads(7.5) == 7.5


def test_one_old_value_ends_the_doubt() -> None:
    meter = Meter()
    meter.reads(2000.0)
    for _ in range(10):
        assert meter.reads(*[5.0] * 100, 2000.0) == 2000.0


def test_two_reports_that_disagree_for_ever() -> None:
    meter = Meter()
    meter.reads(100.0)
    assert meter.reads(*[99.0, 100.0] * 300) == 100.0


def test_a_fall_that_no_new_device_explains_needs_a_person() -> None:
    """One that was in use elsewhere begins with 500 kWh: nobody knows what of it is new."""
    meter = Meter()
    meter.reads(2000.0)
    assert meter.reads(*[500.0] * 600) == 2000.0
    assert meter.guard.doubted == 500.0
    assert meter.guard.believe_doubt(meter.now) == 500.0
    assert meter.guard.reset_at == meter.now.unix
    assert meter.reads(500.1) == 500.1


def test_a_person_need_not_wait() -> None:
    meter = Meter()
    meter.reads(2000.0, 5.0)
    assert meter.guard.believe_doubt(meter.now) == 5.0
    assert meter.reads(5.1) == 5.1


def test_nothing_in_doubt_is_nothing_to_believe() -> None:
    meter = Meter()
    meter.reads(2000.0)
    assert meter.guard.believe_doubt(meter.now) is None
    assert meter.guard.value == 2000.0


def test_a_small_jump_is_undone() -> None:
    """40 kWh while a slow cloud was away are possible; but the counter goes on from before."""
    meter = Meter()
    meter.reads(3554.81)
    assert meter.reads(3594.9, every=4 * 3600) == 3594.9
    assert meter.reads(*[3555.0] * 10) == 3594.9
    assert meter.reads(3555.0, 3555.1) == 3555.1
    assert meter.guard.reset_at is None  # the total takes the 40 kWh back


def test_an_old_value_does_not_undo_what_was_made_up_for() -> None:
    meter = Meter()
    meter.reads(100.0)
    meter.reads(120.0, every=2 * 3600)
    assert meter.reads(100.0, 120.1, 100.0, 100.0, 120.2) == 120.2


def test_a_new_device_has_been_tested() -> None:
    """5 kWh on the day when it was built in, five minutes after the old one's last reading."""
    meter = Meter()
    meter.reads(2000.0)
    assert meter.reads(*[5.0 + n / 60 for n in range(36)], every=300) == 2000.0
    assert meter.reads(5.6, 5.7, every=300) == 5.7


# The day.


def day_meter(hour: int, minute: int = 0) -> Meter:
    return Meter(Counter.DAY).at(hour, minute)


def test_midnight_starts_a_day() -> None:
    meter = day_meter(23, 50)
    assert meter.reads(25.3) == 25.3
    assert meter.at(0, 5, day=1).reads(0.0) == 0.0
    assert meter.at(7, day=1).reads(0.4) == 0.4


def test_a_clock_that_is_a_little_early() -> None:
    meter = day_meter(23, 40)
    meter.reads(25.3)
    assert meter.at(23, 55).reads(0.0) == 0.0


def test_a_cloud_that_is_late() -> None:
    meter = day_meter(23, 50)
    assert meter.reads(25.3) == 25.3
    for hour, minute in ((0, 20), (0, 50), (1, 40)):
        assert meter.at(hour, minute, day=1).reads(25.3) == 25.3
    assert meter.at(1, 45, day=1).reads(0.1) == 0.1
    # What it told before comes once more.
    assert meter.at(1, 46, day=1).reads(25.3) == 0.1
    assert meter.at(1, 47, day=1).reads(0.1) == 0.1


def test_what_was_yesterday_does_not_come_back() -> None:
    """At 500 kWh an hour, as where nobody knows the device, it would be possible."""
    meter = day_meter(23, 50)
    meter.guard = Guard(Counter.DAY, Rate(500.0, 1.0))
    meter.reads(25.3)
    assert meter.at(0, 0, day=1).reads(0.0) == 0.0
    assert meter.at(0, 5, day=1).reads(25.3, 25.3) == 0.0
    assert meter.at(0, 10, day=1).reads(0.1) == 0.1
    # A day of the same size is reached step by step.
    assert meter.at(6, day=1).reads(*[n / 2 for n in range(1, 60)], every=300) == 29.5


def test_an_answer_that_is_repeated_all_night() -> None:
    """The same old number every minute is yesterday's, however often it is told."""
    meter = day_meter(20)
    meter.reads(25.3)
    for hour in (23, 24 + 1, 24 + 3, 24 + 5):
        assert meter.at(hour % 24, day=hour // 24).reads(25.3) == 25.3
    assert meter.at(5, 30, day=1).reads(0.2) == 0.2


@pytest.mark.parametrize("hour", [6, 12, 17, 22])
def test_a_glitch_by_day_is_held_back(hour: int) -> None:
    meter = day_meter(hour)
    assert meter.reads(12.0, 0.0, 0.3, 12.1) == 12.1


def test_a_glitch_after_the_start_of_the_day_is_held_back() -> None:
    meter = day_meter(23, 50)
    meter.reads(25.3)
    assert meter.at(0, 5, day=1).reads(0.2) == 0.2
    assert meter.at(0, 40, day=1).reads(0.0, 0.3) == 0.3


def test_a_night_without_home_assistant() -> None:
    meter = day_meter(20)
    meter.reads(25.3)
    assert meter.at(9, day=1).reads(3.0) == 3.0
    assert meter.at(9, day=4).reads(2.0) == 2.0


def test_more_than_the_day_can_have_is_held_back() -> None:
    """At 0:05 a 10 kW inverter has not made 20 kWh."""
    meter = day_meter(23, 50)
    meter.reads(25.3)
    assert meter.at(0, 5, day=1).reads(20.0) == 25.3


def test_the_night_of_the_clock_change() -> None:
    """On 25 October 2026 Berlin has 2:30 twice, and one midnight."""
    meter = Meter(Counter.DAY, datetime(2026, 10, 24, 12, tzinfo=BERLIN))
    meter.at(23, 55).reads(18.0)
    assert meter.at(0, 3, day=1).reads(0.0) == 0.0
    assert meter.reads(*[0.0] * 40, every=300) == 0.0
    assert meter.at(12, day=1).reads(6.0) == 6.0
    assert meter.reads(0.0, 6.1) == 6.1


# The session.


def test_a_session_starts_at_any_time() -> None:
    meter = Meter(Counter.SESSION)
    assert meter.reads(12.3, 0.0, 0.0, every=15) == 0.0
    assert meter.reads(0.05, every=15) == 0.05


def test_a_glitch_within_a_session() -> None:
    meter = Meter(Counter.SESSION)
    assert meter.reads(12.3, 0.0, 12.35, every=15) == 12.35


# Restarts.


def test_a_restart_remembers() -> None:
    meter = Meter()
    meter.reads(500.0)
    again = meter.restarted(120)
    assert again.reads(0.0, 3.0, 5000.0, 500.4) == 500.4


def test_a_restart_after_a_year() -> None:
    """8,000 kWh a year: possible."""
    meter = Meter()
    meter.reads(500.0)
    assert meter.restarted(365 * 86400).reads(8500.0) == 8500.0


def test_a_restart_with_a_clock_that_is_not_set() -> None:
    """A Raspberry Pi without a network begins in the past."""
    meter = Meter()
    meter.reads(500.0)
    again = meter.restarted(-400 * 86400)
    assert again.reads(512.0) == 512.0
    assert again.reads(35554.0) == 512.0


def test_a_restart_keeps_that_the_day_has_begun() -> None:
    meter = day_meter(23, 50)
    meter.reads(25.3)
    meter.at(0, 5, day=1).reads(0.2)
    again = meter.restarted(600)
    assert again.reads(0.0) == 0.2


@pytest.mark.parametrize(
    "saved", [{}, {"value": None, "at": 1.0}, {"value": "x", "at": 0}, {"value": 1.0, "at": []}]
)
def test_a_broken_file_is_refused(saved: dict[str, object]) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        Meter().guard.restore(saved, Meter().now)


READINGS = st.one_of(
    st.none(), st.floats(), st.integers(-10, 10**6), st.just(0.0), st.floats(99, 110)
)


@given(st.lists(st.tuples(READINGS, st.floats(0, 7200)), max_size=40))
def test_whatever_is_told_a_counter_for_life_never_runs_away(
    told: list[tuple[float | None, float]],
) -> None:
    """Up to where it can have come, down only where it says that it began again."""
    meter = Meter()
    meter.reads(100.0)
    passed = 0.0
    for reading, seconds in told:
        before, reset = meter.guard.value, meter.guard.reset_at
        after = meter.reads(reading, every=seconds)
        passed += seconds
        assert before is not None
        assert after is not None
        # Down to where a jump began, at most: or the device was replaced.
        assert after >= min(before, 100.0) or meter.guard.reset_at != reset
        if meter.guard.reset_at is None:
            assert after <= 100.0 + 15.0 * passed / 3600 + len(told)
