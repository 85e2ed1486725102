"""Energies over gaps: the device's own minutes fill them, once, whatever else goes wrong.

A home with a known course of power is watched through samples and minutes; what was counted is
held against the integral of that course.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, batched, pairwise
import json
import math
import ssl
from typing import Any
from unittest.mock import Mock

import aiohttp
from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_storage_hub.model.source import Reading, Shown, SourceListener
from custom_components.energy_storage_hub.powerocean import energies as module
from custom_components.energy_storage_hub.powerocean.api import Account
from custom_components.energy_storage_hub.powerocean.client import PowerOcean, Settings
from custom_components.energy_storage_hub.powerocean.decode import Decoder
from custom_components.energy_storage_hub.powerocean.energies import Energies
from custom_components.energy_storage_hub.powerocean.models import model_of
from simulator.powerocean import fit, parallel
from simulator.powerocean.build import Values, message
from simulator.powerocean.system import SimulatedCloud

from .conftest import CLIENT_UUID
from .helpers import OCEAN, PLUS, SINGLE_PHASE, STREAM, Receiver, detail, plant

KWH = 3_600_000.0
NOON = 1_780_315_200  # a full minute
MINUTE = 60


class Clock:
    """Both clocks, in the hands of a test."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.wall = 0.0
        """By how much the wall's clock is wrong, s."""

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return NOON - 1000.0 + self.now + self.wall


class Course:
    """A power that goes from point to point in straight lines; it starts again at the end."""

    def __init__(self, points: Iterable[tuple[float, float]]) -> None:
        """Go through these times in s, rising from 0, and powers in W."""
        self.points = list(points)
        areas = ((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(self.points))
        self._areas = list(accumulate(areas, initial=0.0))
        self._times = [at for at, _ in self.points]

    def power(self, at: float) -> float:
        return self._within(at % self._times[-1])[0]

    def energy(self, start: float, end: float) -> float:
        """Return what flows between two times, J."""
        return self._until(end) - self._until(start)

    def _until(self, at: float) -> float:
        times, rest = divmod(at, self._times[-1])
        return times * self._areas[-1] + self._within(rest)[1]

    def _within(self, at: float) -> tuple[float, float]:
        place = min(bisect_right(self._times, at), len(self._times) - 1) - 1
        (start, first), (end, last) = self.points[place : place + 2]
        power = first + (last - first) * (at - start) / (end - start)
        return power, self._areas[place] + (at - start) * (first + power) / 2


@dataclass
class Home:
    """A system whose home consumption is known, and all that can happen on the way to us."""

    course: Course
    clock: Clock
    ahead: float = 0.0
    """By how much the device's clock is ahead of ours, s."""
    ends: bool = False
    """Whether a minute is named after its end."""
    latency: float = 1.0
    serial: str = OCEAN
    every: float = 10.0
    told: float = 0.0
    """What was shown last, kWh, and when (Unix time)."""
    told_at: float = 0.0
    kept: Mapping[str, Any] = field(default_factory=dict)
    energies: Energies = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def total(self) -> float:
        return self.energies.totals.get("home", 0.0)

    # What happens here.

    def start(self) -> None:
        model = model_of(self.serial)
        assert model
        decoder = Decoder(self.serial, model, "", lambda device: None)
        self.energies = Energies(decoder, model.family)

    def save(self) -> None:
        self.kept = json.loads(json.dumps(self.energies.saved()))

    def restart(self, *, killed: bool = False) -> None:
        """Start again with what was kept; a planned stop keeps what there is."""
        if not killed:
            self.save()
        before = self.told
        self.start()
        self.energies.restore(self.kept)
        self.energies.resume({"energy_home": Shown(before, self.told_at)} if before else {})
        assert round(self.total, 3) >= before

    def take(self, reading: Reading | None) -> None:
        if reading is None:
            return
        total = reading.values["energy_home"]
        assert isinstance(total, float)
        assert total >= self.told
        self.told, self.told_at = total, self.clock.time()

    # What the system says.

    def live(self, age: float = 0.0) -> None:
        self.say(self.course.power(self.clock.now - age), age)

    def say(self, power: float, age: float = 0.0) -> None:
        values = {f"{STREAM}sysLoadPwr": power}
        self.take(self.energies.take(Reading(self.serial, values, age=age)))

    def minutes(self, start: float, end: float) -> dict[int, dict[str, float]]:
        """Return the device's minutes that are over, from between two monotonic times."""
        to_device = self.clock.time() - self.clock.wall - self.clock.now + self.ahead
        numbers = range(
            math.ceil((start + to_device) / MINUTE), math.floor((end + to_device) / MINUTE)
        )
        return {
            (number + self.ends) * MINUTE: {
                "load_pwr": self.course.energy(begins, begins + MINUTE) / MINUTE
            }
            for number in numbers
            for begins in [number * MINUTE - to_device]
        }

    def replay(self, minutes: Mapping[int, Mapping[str, float]]) -> None:
        self.take(self.energies.fill(minutes))

    def flow(self, seconds: float) -> None:
        """Let time pass with samples, the last at its end, and each minute as it is over."""
        self.live()
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now += min(self.every, end - self.clock.now)
            self.replay(self.minutes(self.sent - 150, self.sent))
            self.live()

    def watch(self, seconds: float) -> None:
        """Let time pass with samples alone, from now to the end of it."""
        for _ in range(round(seconds / self.every)):
            self.live()
            self.clock.now += self.every
        self.live()

    @property
    def sent(self) -> float:
        return self.clock.now - self.latency

    def silence(self, seconds: float) -> None:
        self.clock.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


STEADY = Course([(0.0, 1800.0), (3600.0, 1800.0)])
EVENING = Course([(0, 300), (400, 300), (410, 2300), (1700, 2500), (1710, 400), (3600, 300)])


@pytest.fixture(params=[(0, False), (110, False), (-110, False), (3, True), (-115, True)])
def home(clock: Clock, request: pytest.FixtureRequest) -> Home:
    """A home whose device's clock is right, ahead, behind; minutes are named either way."""
    ahead, ends = request.param
    return Home(EVENING, clock, ahead=ahead, ends=ends)


def true(home: Home, start: float) -> float:
    return home.course.energy(start, home.clock.now) / KWH


# Filling.


def test_four_hours_without_a_connection(home: Home) -> None:
    began = home.clock.now
    home.flow(1800)
    lost = home.clock.now
    home.silence(4 * 3600)
    home.live()
    before = home.total
    assert before < 0.2 * true(home, began)
    for start in range(0, 4 * 60, 10):
        home.replay(home.minutes(lost + start * 60 - 60, lost + start * 60 + 600))
    home.flow(600)
    assert home.total == pytest.approx(true(home, began), rel=0.002)


@pytest.mark.parametrize("newest_first", [True, False])
def test_replays_are_counted_once(home: Home, newest_first: bool) -> None:
    began = home.clock.now
    home.flow(900)
    lost = home.clock.now
    home.silence(5000)
    home.live()
    minutes = home.minutes(lost - 600, home.clock.now)
    home.replay(dict(sorted(minutes.items(), reverse=newest_first)))
    once = home.total
    for _ in range(3):
        home.clock.now += 1
        home.live()
        for timestamp, minute in minutes.items():
            home.replay({timestamp: minute})
    assert home.total - once == pytest.approx(true(home, home.clock.now - 3), abs=1e-5)
    home.flow(100)
    assert home.total == pytest.approx(true(home, began), rel=0.005)


def test_only_the_seconds_that_are_missing(clock: Clock) -> None:
    """Samples until 10 s into a minute, and again from 40 s into another, ten minutes later."""
    home = Home(STEADY, clock)
    home.flow(1210)
    clock.now += 630
    home.watch(80)
    assert home.total == pytest.approx(1290 * 1800 / KWH)
    home.replay(home.minutes(1000.0, clock.now))
    assert home.total == pytest.approx(1920 * 1800 / KWH)


def test_no_gap_no_minutes(home: Home) -> None:
    began = home.clock.now
    home.flow(1800)
    before = home.total
    home.replay(home.minutes(began, home.clock.now))
    assert home.total == before


def test_minutes_before_the_first_sample(home: Home) -> None:
    """Counting starts when it starts: what was before belongs to nobody."""
    home.replay(home.minutes(home.clock.now - 3600, home.sent))
    began = home.clock.now
    home.flow(300)
    home.replay(home.minutes(began - 3600, home.clock.now))
    assert home.total == pytest.approx(true(home, began), abs=0.002)


def test_minutes_that_wait_for_the_clock(home: Home) -> None:
    """After a restart the oldest come first: when they were is known with the newest."""
    began = home.clock.now
    home.flow(1800)
    home.restart()
    lost = home.clock.now
    home.silence(3600)
    home.live()
    before = home.total
    home.replay(home.minutes(lost - 120, lost + 1800))
    assert home.total == before
    home.replay(home.minutes(lost + 1700, home.sent))
    home.flow(120)
    assert home.total == pytest.approx(true(home, began), rel=0.005)


def test_first_minutes_come_one_by_one(clock: Clock) -> None:
    """Those of just now may be repeated ones too: the clock is known when all are in."""
    home = Home(STEADY, clock, ahead=40.0)
    home.watch(600)
    lost = clock.now
    home.silence(3000)
    home.live()
    for timestamp, minute in home.minutes(lost - 120, home.sent).items():
        home.replay({timestamp: minute})
        home.silence(0.1)
    home.flow(300)
    assert home.total == pytest.approx(true(home, 1000.0), rel=0.002)


def test_minutes_without_a_stream(home: Home) -> None:
    """The stream never comes back, but the device goes on telling its minutes."""
    began = home.clock.now
    home.flow(600)
    for _ in range(60):
        home.silence(60)
        home.replay(home.minutes(home.clock.now - 130, home.sent))
    assert home.total == pytest.approx(true(home, began), abs=0.05)
    home.silence(30)
    home.flow(300)
    assert home.total == pytest.approx(true(home, began), rel=0.02)  # they came a minute late


@pytest.mark.parametrize(
    "minute",
    [
        {},
        {"load_pwr": math.nan},
        {"load_pwr": 1e28},
        {"load_pwr": 2e6},
        {"load_pwr": 500.0, "grid_pwr": math.inf},
        {"bp_soc": 50},
        {"timezone": 60},
    ],
    ids=str,
)
def test_minute_that_cannot_be(clock: Clock, minute: dict[str, float]) -> None:
    home = Home(STEADY, clock)
    home.flow(600)
    lost = clock.now
    clock.now += 3600
    home.live()
    before = home.total
    home.replay(dict.fromkeys(home.minutes(lost, clock.now), minute))
    assert home.total == before
    home.replay(home.minutes(lost, clock.now))  # the right ones are not spent
    assert home.total > before + 1.7


def test_power_beyond_what_the_system_can(clock: Clock) -> None:
    model = model_of(PLUS)
    assert model
    decoder = Mock(serial=PLUS, units={}, device=Mock(rated_power=10_000.0))
    home = Home(STEADY, clock)
    home.energies = Energies(decoder, model.family)
    home.flow(600)
    lost = clock.now
    clock.now += 3600
    minutes = home.minutes(lost, clock.now)
    before = home.total
    home.replay({at: {"load_pwr": 15_001.0} for at in minutes})
    assert home.total == before
    home.replay({at: {"load_pwr": 14_999.0} for at in minutes})
    assert home.total > before + 14


@pytest.mark.parametrize("away", [-20 * 365 * 86400, -40 * 3600, 3900, 86400, 365 * 86400])
def test_times_that_cannot_be(clock: Clock, away: int) -> None:
    """From 1970, from the day before yesterday, from the future."""
    home = Home(STEADY, clock)
    home.flow(600)
    lost = clock.now
    clock.now += 3600
    home.live()
    before = home.total
    minutes = home.minutes(lost, clock.now)
    home.replay({timestamp + away: minute for timestamp, minute in minutes.items()})
    assert home.total == before
    home.flow(300)
    home.replay(minutes)
    assert home.total == pytest.approx(true(home, 1000.0), rel=0.01)


def test_device_whose_clock_is_wrong_fills_nothing(clock: Clock) -> None:
    """And what it tells does not pile up over the days."""
    home = Home(STEADY, clock, ahead=-600.0)
    home.live()
    for _ in range(3 * 24):
        home.silence(3600)
        home.replay(home.minutes(clock.now - 3600, clock.now))
    assert home.total == 0.0
    assert home.energies.described()["energy_minutes_held"] == 26 * 60


def test_wall_clock_that_is_set_right(clock: Clock) -> None:
    """A computer without a clock of its own begins in the past."""
    clock.wall = -9000.0
    home = Home(EVENING, clock)
    home.flow(1200)
    clock.wall = 0.0
    home.flow(600)
    lost = clock.now
    clock.now += 2000
    home.live()
    home.replay(home.minutes(lost, clock.now))
    home.flow(120)
    assert home.total == pytest.approx(true(home, 1000.0), rel=0.01)


# Age.


def test_old_sample_is_no_sample(clock: Clock) -> None:
    """A day-old 9 kW, then a live 0 W, made 0.186 kWh of nothing."""
    home = Home(STEADY, clock)
    home.say(9000.0, age=86_400.0)
    clock.now += 149
    home.say(0.0)
    clock.now += 3
    home.say(0.0)
    assert home.total == 0.0


def test_old_sample_is_no_beginning(home: Home) -> None:
    """Nor are the minutes after it ours to count."""
    home.live(age=86_400.0)
    began = home.clock.now
    home.flow(300)
    home.replay(home.minutes(began - 7200, home.sent))
    assert home.total == pytest.approx(true(home, began), abs=0.002)


@pytest.mark.parametrize("age", [151.0, 86_400.0, math.inf, math.nan])
def test_old_sample_between_live_ones(clock: Clock, age: float) -> None:
    home = Home(STEADY, clock)
    home.live()
    clock.now += 10
    home.say(9000.0, age=age)
    clock.now += 10
    home.live()
    assert home.total == pytest.approx(20 * 1800 / KWH)


def test_age_is_when_it_was(clock: Clock) -> None:
    """From 0 to 3600 W in 20 s, told 40 s late; then 60 s at that."""
    home = Home(STEADY, clock)
    home.say(0.0, age=60.0)
    home.say(3600.0, age=40.0)
    clock.now += 20
    home.say(3600.0)
    assert home.total == pytest.approx(0.01 + 0.06)


# A day.


def test_a_day_is_its_integral(clock: Clock) -> None:
    """Every 3 s: the sun's half wave, steps of the load, a grid that turns, a battery's ramps."""
    model = model_of(OCEAN)
    assert model
    energies = Energies(Decoder(OCEAN, model, "", lambda device: None), model.family)
    day = 86_400
    load = [300.0 + 700 * (hour % 5) + (3000 if hour in (7, 12, 19) else 0) for hour in range(24)]
    battery = Course(
        [(0, 0), (500, 2500), (1500, 2500), (2000, 0), (2500, -1800), (3100, -1800), (3600, 0)]
    )
    last = Reading(OCEAN, {})
    for second in range(0, day + 1, 3):
        sun = math.sin(math.pi * (second / 3600 - 6) / 12)
        powers = {
            "sysLoadPwr": load[min(second // 3600, 23)],
            "mpptPwr": max(0.0, 8000 * sun),
            "sysGridPwr": 3000 * math.sin(2 * math.pi * second / 900),
            "bpPwr": battery.power(second),
        }
        values = {f"{STREAM}{name}": power for name, power in powers.items()}
        last = energies.take(Reading(OCEAN, values)) or last
        clock.now += 3
    assert last.values == {
        "energy_home": pytest.approx(sum(load) / 1000, rel=5e-4),
        "energy_solar": pytest.approx(8 * 24 / math.pi, rel=5e-4),
        "energy_gridImport": pytest.approx(24 * 3 / math.pi, rel=5e-4),
        "energy_gridExport": pytest.approx(24 * 3 / math.pi, rel=5e-4),
        # Up in 500 s, 1000 s at the top, down in 500 s; the other way 500, 600 and 500 s.
        "energy_batteryDischarge": pytest.approx(24 * 2.5 * 1500 / 3600, rel=5e-4),
        "energy_batteryCharge": pytest.approx(24 * 1.8 * 1100 / 3600, rel=5e-4),
    }


# Restarts.


def test_restart_in_the_middle_of_an_outage(home: Home) -> None:
    began = home.clock.now
    home.flow(1200)
    lost = home.clock.now
    home.silence(600)
    home.restart()
    home.silence(900)
    home.live()
    home.restart()
    home.silence(700)
    home.flow(300)
    home.replay(home.minutes(lost - 600, home.clock.now))
    home.flow(300)
    assert home.total == pytest.approx(true(home, began), rel=0.01)


def test_restart_before_any_minute_was_heard(clock: Clock) -> None:
    """How the clocks stood is not known then: rather some minutes too few than one twice."""
    home = Home(STEADY, clock, ahead=100.0)
    for _ in range(100):
        home.live()
        clock.now += 3
    home.restart()
    clock.now += 1800
    home.flow(300)
    home.replay(home.minutes(clock.now - 3600, clock.now))
    assert 0.9 * true(home, 1000.0) - 0.05 < home.total <= true(home, 1000.0)


def test_gaps_are_kept_for_a_day(clock: Clock) -> None:
    home = Home(STEADY, clock)
    home.flow(300)
    home.restart()
    home.silence(3 * 86_400)
    home.flow(300)
    assert 25.8 < home.energies.described()["energy_gaps"]["seconds"] / 3600 < 26
    home.silence(3 * 86_400)
    home.flow(300)
    assert 25.8 < home.energies.described()["energy_gaps"]["seconds"] / 3600 < 26


@pytest.mark.parametrize("shown", [True, False])
def test_killed_after_minutes_were_counted(home: Home, shown: bool) -> None:
    """What was shown is the truth: the minutes in it are not counted again."""
    began = home.clock.now
    home.flow(900)
    lost = home.clock.now
    home.silence(1800)
    home.live()
    home.save()
    replay = home.minutes(lost - 60, home.clock.now)
    home.replay(replay)
    home.flow(60)
    if not shown:
        home.told = 0.0
    home.restart(killed=True)
    home.silence(60)
    home.live()
    home.replay(replay)
    home.replay(home.minutes(lost - 60, home.sent))
    home.flow(120)
    assert home.total == pytest.approx(true(home, began), rel=0.02)


def test_what_was_shown_counts(clock: Clock) -> None:
    home = Home(STEADY, clock)
    home.flow(600)
    home.save()
    home.flow(300)
    shown = {
        "energy_home": Shown(0.444, clock.time()),
        "energy_gridImport": Shown(7.5, clock.time()),
        "energy_solar": Shown(100.0, clock.time()),
        "statusReportBattery_bpAccuChgEnergy": Shown(9.0, clock.time()),
    }
    home.told = 0.0
    home.start()
    home.energies.restore(home.kept)
    home.energies.resume(shown)
    assert home.energies.totals == {"home": 0.444, "gridImport": 7.5, "solar": 100.0}
    # All that was shown goes on being told, from where it was.
    home.live()
    clock.now += 3
    told = home.energies.take(Reading(OCEAN, {f"{STREAM}sysLoadPwr": 1800.0}))
    assert told
    assert told.values == {
        "energy_home": pytest.approx(0.4455, abs=6e-4),
        "energy_gridImport": 7.5,
        "energy_solar": 100.0,
    }


def test_shown_is_rounded(clock: Clock) -> None:
    """What is kept is more exact than what was shown: restarts by the dozen add nothing."""
    home = Home(STEADY, clock)
    for _ in range(3):
        home.live()
        clock.now += 1.7
    exact = home.total  # 1.7 Wh, shown as 0.002 kWh
    for _ in range(50):
        home.restart()
    assert home.total == exact


def test_file_that_is_older_than_what_was_shown(clock: Clock) -> None:
    home = Home(STEADY, clock)
    home.energies.resume({"energy_home": Shown(123.4, clock.time())})
    home.live()
    clock.now += 20
    home.live()
    assert home.total == pytest.approx(123.41)


async def test_source_goes_on_from_what_was_shown(cloud: SimulatedCloud) -> None:
    """The first thing that it tells after a crash is not less than the last before it."""
    listener = Mock(spec=SourceListener)
    async with aiohttp.ClientSession() as session:
        account = Account(session, cloud.account.email, cloud.account.password, cloud.base_url)
        client = Settings(client_uuid=CLIENT_UUID)
        source = PowerOcean(account, client, listener, ssl.create_default_context())
        source.restore({PLUS: {"totals": {"home": 1.0, "gridExport": 7.25}, "counted": ["home"]}})
        source.resume({PLUS: {"energy_home": Shown(2.5, NOON)}, "another": {}})
        await source.start()
    told = [call.args[0].values for call in listener.on_reading.call_args_list]
    energies = [values for values in told if "energy_home" in values]
    assert energies
    assert all(values["energy_home"] == 2.5 for values in energies)
    assert all(values["energy_gridExport"] == 7.25 for values in energies)


# Anything at all.

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["flow", "silence", "gap"]), st.floats(1, 2500)),
        st.tuples(st.sampled_from(["replay", "repeat"]), st.integers(0, 5)),
        st.tuples(st.sampled_from(["restart", "kill", "save"]), st.just(0)),
    ),
    max_size=14,
)


def course_of(legs: list[tuple[float, float]]) -> Course:
    """Return a course that begins and ends with the same power."""
    times = [0.0, *accumulate(length for length, _ in legs)]
    powers = [power for _, power in legs]
    return Course(zip(times, [*powers, powers[0]], strict=True))


class Story:
    """A home to which things happen."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.outages = 1
        self.killed = False
        self._lost: dict[int, dict[str, float]] = {}

    def happen(self, step: str, size: float) -> None:
        match step:
            case "flow":
                self.home.flow(size)
            case "silence" | "gap":
                self.outages += 1
                self.home.silence(size)
                if step == "gap":
                    self.home.live()
            case "replay":
                self._replay(size)
            case "repeat":
                for timestamp in list(self._lost)[:: 1 + int(size)]:
                    self.home.replay({timestamp: self._lost[timestamp]})
            case "save":
                self.home.save()
            case _:
                self.outages += 1
                self.killed |= step == "kill"
                self.home.restart(killed=step == "kill" and bool(self.home.kept))

    def _replay(self, pieces: float) -> None:
        """Replay all minutes, some from before the beginning, in pieces."""
        self._lost = self.home.minutes(-6000.0, self.home.sent)
        many = math.ceil(len(self._lost) / (1 + pieces))
        for minutes in batched(self._lost.items(), max(many, 1), strict=False):
            self.home.replay(dict(minutes))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(60, 900), st.floats(0, 9000)), min_size=1, max_size=6),
    STEPS,
    st.sampled_from([-120.0, -7.0, 0.0, 31.0, 120.0]),
    st.booleans(),
    st.floats(0, 9),
)
def test_never_more_than_flowed(
    legs: list[tuple[float, float]],
    steps: list[tuple[str, float]],
    ahead: float,
    ends: bool,
    latency: float,
) -> None:
    """Outages, replays in pieces and again and again, restarts and crashes at any time."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "time", clock)
        story = Story(home := Home(course_of(legs), clock, ahead, ends, latency))
        began = clock.now
        home.flow(200)
        for step in [*steps, ("flow", 200.0), ("replay", 1), ("flow", 100.0)]:
            before = home.told
            story.happen(*step)
            assert home.told >= before
            # A straight line for 10 s, and minutes whose edges are off by the way they took.
            doubt = story.outages * (latency + home.every) * 9000 / KWH + 0.002
            assert home.total <= true(home, began) + doubt
        if not story.killed:
            assert home.total >= true(home, began) - doubt - 0.01 * story.outages


# On the wire: every product has minutes of its own kind.


def ocean_minute(at: int, load: float, pv: float, grid: float, charge: float) -> Values:
    values = {"load_pwr": load, "mppt_pwr": pv, "grid_pwr": grid, "bp_pwr": charge}
    return {**{name: value for name, value in values.items() if value}, "timestamp": at}


def fit_minute(at: int, load: float, pv: float, grid: float, charge: float) -> Values:
    """Grid + = export, load below zero."""
    values = {"load_pwr": -load, "pv_pwr": pv, "grid_pwr": -grid, "bp_pwr": charge}
    return {**{name: value for name, value in values.items() if value}, "timestamp": at}


def parallel_minute(at: int, load: float, pv: float, grid: float, charge: float) -> Values:
    values = {"sysLoadPwr": load, "mpptPwr": pv, "sysGridPwr": grid, "bpPwr": charge}
    return {**{name: value for name, value in values.items() if value}, "timestamp": at}


def ocean(receiver: Receiver, minutes: Iterable[tuple[float, ...]]) -> None:
    built = [message("EnergyMinute", {**ocean_minute(*minute), "bp_soc": 50}) for minute in minutes]
    receiver.report(96, 34, "EnergyHistory", {"sys_energy_stream": built, "sys_seq": 6599})


def a_fit(receiver: Receiver, minutes: Iterable[tuple[float, ...]]) -> None:
    for minute in minutes:
        one = message("FitEnergyStream", {**fit_minute(*minute), "bp_soc": 50})
        receiver.report(96, 34, "FitEnergyHistory", {"sys_energy_stream": [one]})


def several(receiver: Receiver, minutes: Iterable[tuple[float, ...]]) -> None:
    built = []
    for minute in minutes:
        built.append(message("ParallelMinute", {**parallel_minute(*minute), "bpSoc": 50}))
        part = {**parallel_minute(minute[0], 5000.0, 0.0, 0.0, 0.0), "dev_sn": parallel.SERIALS[1]}
        built.append(message("ParallelMinute", part))
    receiver.report(96, 51, "ParallelHistory", {"para_energy_stream_detail": built})


def ocean_stream(receiver: Receiver) -> None:
    values = {"sysLoadPwr": 600.0, "sysGridPwr": 600.0, "bpSoc": 50}
    receiver.report(96, 33, "EnergyStream", values)


def fit_stream(receiver: Receiver) -> None:
    receiver.report(
        96, 33, "FitEnergyStream", {"load_pwr": -600.0, "grid_pwr": -600.0, "bp_soc": 50}
    )


def several_stream(receiver: Receiver) -> None:
    whole = message("ParallelStream", {"sysLoadPwr": 600.0, "sysGridPwr": 600.0, "bpSoc": 50})
    part = message("ParallelStream", {"sysLoadPwr": 5000.0, "dev_sn": parallel.SERIALS[1]})
    receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": [whole, part]})


@pytest.mark.parametrize(
    ("serial", "stream", "replay"),
    [
        (OCEAN, ocean_stream, ocean),
        (PLUS, ocean_stream, ocean),
        (SINGLE_PHASE, ocean_stream, ocean),
        (fit.SERIAL, fit_stream, a_fit),
        (parallel.SERIALS[0], several_stream, several),
    ],
    ids=["Ocean", "Plus", "single phase", "Fit", "parallel"],
)
def test_an_hour_without_a_connection(
    freezer: FrozenDateTimeFactory,
    serial: str,
    stream: Callable[[Receiver], None],
    replay: Callable[[Receiver, Iterable[tuple[float, ...]]], None],
) -> None:
    """From ten to eleven nothing is heard: half of it sells and charges, half of it buys."""
    freezer.move_to("2026-06-01 09:55:00")
    ten = 1_780_308_000
    receiver = Receiver(serial)
    stream(receiver)
    for second in range(10, 301, 10):
        freezer.tick(10)
        stream(receiver)
        if second % 60 == 0:
            replay(receiver, [(ten - 360 + second, 600.0, 0.0, 600.0, 0.0)])
    freezer.tick(3601)
    selling = [(ten + 60 * n, 1000.0, 6000.0, -3000.0, 2000.0) for n in range(30)]
    buying = [(ten + 60 * n, 500.0, 0.0, 300.0, -200.0) for n in range(30, 60)]
    replay(receiver, selling + buying)
    replay(receiver, selling)
    for _ in range(31):
        freezer.tick(10)
        stream(receiver)
    # Five minutes of 600 W before, and as long after it.
    assert {
        key.removeprefix("energy_"): value
        for key, value in receiver.states().items()
        if key.startswith("energy_")
    } == {
        "home": pytest.approx(0.5 + 0.25 + 0.1, abs=0.004),
        "solar": pytest.approx(3.0, abs=0.004),
        "gridImport": pytest.approx(0.15 + 0.1, abs=0.004),
        "gridExport": pytest.approx(1.5, abs=0.004),
        "batteryCharge": pytest.approx(1.0, abs=0.004),
        "batteryDischarge": pytest.approx(0.1, abs=0.004),
    }


def test_minutes_of_one_inverter_are_not_those_of_all(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to("2026-06-01 09:55:00")
    receiver = Receiver(parallel.SERIALS[0])
    several_stream(receiver)
    for minute in range(4):
        freezer.tick(60)
        several_stream(receiver)
        several(receiver, [(1_780_307_700 + 60 * minute, 600.0, 0.0, 600.0, 0.0)])
    freezer.tick(3600)
    several_stream(receiver)
    before = receiver.system.energies.totals["home"]
    ocean(receiver, [(1_780_308_000 + 60 * n, 900.0, 0.0, 900.0, 0.0) for n in range(59)])
    assert receiver.system.energies.totals["home"] == before
    several(receiver, [(1_780_308_000 + 60 * n, 900.0, 0.0, 900.0, 0.0) for n in range(59)])
    assert receiver.system.energies.totals["home"] == pytest.approx(before + 59 * 0.015)


def test_site_without_battery_and_fit_without_load(freezer: FrozenDateTimeFactory) -> None:
    """What a minute does not tell is not zero: no counter appears for it."""
    freezer.move_to("2026-06-01 09:55:00")
    receiver = Receiver(fit.SERIAL)
    for _ in range(2):
        receiver.report(96, 33, "FitEnergyStream", {"grid_pwr": -600.0})
        freezer.tick(3600)
    minutes = [
        message("FitEnergyStream", {"grid_pwr": -600.0, "timestamp": 1_780_307_700 + 60 * n})
        for n in range(122)
    ]
    receiver.report(96, 34, "FitEnergyHistory", {"sys_energy_stream": minutes[:120]})
    freezer.tick(120)
    receiver.report(96, 34, "FitEnergyHistory", {"sys_energy_stream": minutes[120:]})
    assert receiver.system.energies.totals == {
        "gridImport": pytest.approx(122 * 0.6 / 60),
        "gridExport": 0.0,
        "solar": 0.0,
    }


def test_power_that_is_left_out_because_it_is_zero(freezer: FrozenDateTimeFactory) -> None:
    """Without its state of charge a battery that is known does nothing: no line leads over that."""
    freezer.move_to("2026-06-01 10:30:00")
    receiver = Receiver(OCEAN)
    for power in (-3600.0, -3600.0, 0.0, 0.0, 0.0, -3600.0):
        battery = {"bpPwr": power, "bpSoc": 50} if power else {}
        receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 500.0, **battery})
        freezer.tick(10)
    assert receiver.system.energies.totals["batteryDischarge"] == pytest.approx(0.01 + 2 * 0.005)


def test_snapshots_cover_their_time(freezer: FrozenDateTimeFactory) -> None:
    """With the broker down the cloud tells the powers: their minutes are nothing new."""
    freezer.move_to("2026-06-01 10:30:00")
    house = plant()
    house.hold(load=3600.0, strings=(0.0, 0.0, 0.0), battery=0.0)
    receiver = Receiver()
    for minute in range(61):
        receiver.system.snapshot(detail(house, later=60 * minute))
        freezer.tick(60)
    before = receiver.system.energies.totals["home"]
    assert before == pytest.approx(3.6)
    ocean(receiver, [(1_780_309_800 + 60 * n, 3600.0, 0.0, 3600.0, 0.0) for n in range(60)])
    assert receiver.system.energies.totals["home"] == before


def test_diagnostics_tell_of_gaps(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to("2026-06-01 09:55:00")
    receiver = Receiver(OCEAN)
    ocean_stream(receiver)
    freezer.tick(10)
    ocean_stream(receiver)
    for _ in range(2):
        freezer.tick(595)
        ocean_stream(receiver)
    # A hole from 10 s to 1200 s: those of the first five minutes are missing.
    minutes = [(1_780_307_700 + 60 * n, 600.0, 0.0, 600.0, 0.0) for n in range(5, 20)]
    ocean(receiver, minutes)
    for _ in range(10):
        freezer.tick(10)
        ocean_stream(receiver)
    ocean(receiver, minutes)
    assert receiver.system.energies.described() == {
        "energy_counted_here": {
            "home": 0.168,  # (10 + 900 + 100) s x 600 W
            "solar": 0.0,
            "gridImport": 0.168,
            "gridExport": 0.0,
            "batteryCharge": 0.0,
            "batteryDischarge": 0.0,
        },
        "energy_minutes_filled": 15.0,
        "energy_minutes_held": 13,
        "energy_gaps": {"count": 1, "seconds": 290},
    }
