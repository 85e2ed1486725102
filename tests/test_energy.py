"""Energy from power: exact in what is added, nothing in between."""

from __future__ import annotations

from itertools import pairwise
import json
import math
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
import pytest

from custom_components.energy_storage_hub.powerocean.energy import MAX_GAP, EnergyMeter, Spans
from simulator.powerocean.build import message

from .helpers import CHANGE, NOON, Receiver, detail, plant

# When the snapshots say that it is.
pytestmark = pytest.mark.freeze_time(NOON)

KWH = 3_600_000.0


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


WAYS = {"a": ("a", ""), "b": ("b", ""), "grid": ("in", "out")}


def metered(*samples: tuple[float, float]) -> float:
    """Return the energy of samples of time in s and power in W, kWh."""
    meter = EnergyMeter(WAYS)
    for at, power in samples:
        meter.sample(at, {"a": power})
    return meter.totals.get("a", 0.0)


# The meter.


def test_one_sample_is_no_energy() -> None:
    assert metered((1000.0, 5000.0)) == 0.0


def test_constant_power() -> None:
    assert metered(*((second * 10.0, 3600.0) for second in range(101))) == pytest.approx(1.0)


def test_rising_power_counts_its_mean() -> None:
    assert metered((0.0, 0.0), (100.0, 7200.0)) == pytest.approx(0.1)


def test_no_power_is_a_total_of_zero() -> None:
    meter = EnergyMeter(WAYS)
    meter.sample(0.0, {"a": 0.0, "grid": 0.0})
    meter.sample(10.0, {"a": 0.0, "grid": 0.0})
    assert meter.totals == {"a": 0.0, "in": 0.0, "out": 0.0}


def test_both_ways() -> None:
    """Half an hour each way, and the straight line between them for 10 s."""
    meter = EnergyMeter(WAYS)
    for second in range(0, 1801, 10):
        meter.sample(second, {"grid": 2000.0})
    for second in range(1810, 3611, 10):
        meter.sample(second, {"grid": -1000.0})
    # From 2000 to -1000 W: above zero for 20/3 s, below for 10/3 s.
    assert meter.totals == {
        "in": pytest.approx(1.0 + 1000 * 20 / 3 / KWH),
        "out": pytest.approx(0.5 + 500 * 10 / 3 / KWH),
    }


def test_straight_line_through_zero() -> None:
    """900 W this way and that, every 3 s: a triangle of 1.5 s each, 225 W on average."""
    meter = EnergyMeter(WAYS)
    for number in range(1201):
        meter.sample(3.0 * number, {"grid": 900.0 if number % 2 else -900.0})
    assert meter.totals == {"in": pytest.approx(0.225), "out": pytest.approx(0.225)}


@pytest.mark.parametrize("below", [-4.0, -600.0])
def test_what_has_one_way_never_counts_down(below: float) -> None:
    assert metered((0.0, 3600.0), (10.0, 3600.0), (20.0, 0.0)) == pytest.approx(0.015)
    samples = [(0.0, 3600.0), (10.0, 3600.0), (20.0, 0.0), (30.0, below), (40.0, below)]
    assert metered(*samples) == pytest.approx(0.015)


def test_gap_adds_nothing() -> None:
    assert metered((0.0, 3600.0), (MAX_GAP + 0.001, 3600.0)) == 0.0
    assert metered((0.0, 3600.0), (MAX_GAP, 3600.0)) == pytest.approx(MAX_GAP / 1000)


def test_slow_reports_are_no_gap() -> None:
    """Without the switch a system reports every 60 to 80 s."""
    assert metered((0.0, 3600.0), (80.0, 3600.0)) == pytest.approx(0.08)


def test_counting_goes_on_after_a_gap() -> None:
    samples = [(0.0, 3600.0), (10.0, 3600.0), (5000.0, 3600.0), (5010.0, 3600.0)]
    assert metered(*samples) == pytest.approx(0.02)


@pytest.mark.parametrize("late", [0.1, 1.0, 40.0, 5000.0])
def test_sample_that_comes_late_changes_nothing(late: float) -> None:
    """The snapshot may tell what the stream has overtaken."""
    samples = [(1000.0, 3600.0), (1010.0, 3600.0), (1010.0 - late, 9e9), (1020.0, 3600.0)]
    assert metered(*samples) == pytest.approx(0.02)


def test_two_samples_of_one_moment() -> None:
    """The later one is right, and both are no energy."""
    meter = EnergyMeter(WAYS)
    meter.sample(0.0, {"a": 9000.0})
    meter.sample(0.0, {"a": 3600.0})
    assert not meter.totals
    meter.sample(10.0, {"a": 3600.0})
    assert meter.totals == {"a": pytest.approx(0.01)}


def test_power_that_is_missing_once() -> None:
    """The straight line goes from the last sample that had it."""
    meter = EnergyMeter(WAYS)
    for at in range(0, 31, 10):
        meter.sample(at, {"a": 3600.0, "b": 3600.0} if at != 10 else {"a": 3600.0})
    assert meter.totals == {"a": pytest.approx(0.03), "b": pytest.approx(0.03)}


def test_power_that_is_missing_for_long() -> None:
    meter = EnergyMeter(WAYS)
    for at in range(0, 301, 10):
        meter.sample(at, {"a": 3600.0, "b": 3600.0} if at in (0, 300) else {"a": 3600.0})
    assert meter.totals == {"a": pytest.approx(0.3)}


@given(
    st.lists(
        st.tuples(st.floats(0.1, 400), st.floats(0, 20_000, allow_subnormal=False)),
        min_size=1,
        max_size=30,
    )
)
def test_sum_of_trapezoids(steps: list[tuple[float, float]]) -> None:
    now = 0.0
    samples = []
    for step, power in steps:
        now += step
        samples.append((now, power))
    expected = sum(
        (before[1] + after[1]) / 2 * (after[0] - before[0])
        for before, after in pairwise(samples)
        if after[0] - before[0] <= MAX_GAP
    )
    assert metered(*samples) == pytest.approx(expected / KWH)


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-20_000, 20_000)), max_size=40))
def test_totals_never_fall(steps: list[tuple[float, float]]) -> None:
    """Whatever comes in whatever order; and the two ways differ by the signed integral."""
    meter = EnergyMeter(WAYS)
    at = 0.0
    for step, power in steps:
        before = dict(meter.totals)
        at += step
        meter.sample(at, {"a": power, "grid": power})
        assert all(meter.totals[name] >= total for name, total in before.items())
    assert meter.totals.get("a", 0.0) == meter.totals.get("in", 0.0)


# Stretches.


def test_stretches() -> None:
    spans = Spans([(10.0, 20.0), (30.0, 40.0)])
    assert spans.length == 20.0
    spans.add(20.0, 25.0)
    spans.add(50.0, 50.0)
    assert list(spans) == [(10.0, 25.0), (30.0, 40.0)]
    assert spans.take(15.0, 35.0) == 15.0
    assert list(spans) == [(10.0, 15.0), (35.0, 40.0)]
    assert spans.take(15.0, 35.0) == 0.0
    spans.add(0.0, 100.0)
    assert list(spans) == [(0.0, 100.0)]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.integers(0, 60)), max_size=30))
def test_stretches_are_sets(changes: list[tuple[bool, int, int]]) -> None:
    spans, places = Spans(), set[int]()
    for put, start, end in changes:
        between = set(range(start, end))
        if put:
            spans.add(start, end)
            places |= between
        else:
            assert spans.take(start, end) == len(places & between)
            places -= between
        assert {place for low, high in spans for place in range(int(low), int(high))} == places
        assert spans.length == len(places)
        assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_stretches_are_not_too_many() -> None:
    spans = Spans()
    for number in range(1000):
        spans.add(2 * number, 2 * number + 1)
    assert len(spans) == 200
    assert max(spans) == (1998, 1999)


# The system's counters.

STREAM = {"sysLoadPwr": 1000.0, "sysGridPwr": -2000.0, "mpptPwr": 4200.0, "bpPwr": 1200.0}


@pytest.fixture
def receiver(freezer: FrozenDateTimeFactory) -> Receiver:
    return Receiver()


def stream(receiver: Receiver, **values: float) -> dict[str, Any]:
    return receiver.report(96, 33, "EnergyStream", {"bpSoc": 50, **STREAM, **values})


def energies(receiver: Receiver) -> dict[str, Any]:
    return {
        key.removeprefix("energy_"): value
        for key, value in receiver.states().items()
        if key.startswith("energy_")
    }


def flow(receiver: Receiver, freezer: FrozenDateTimeFactory, seconds: int, **values: float) -> None:
    """Let the powers flow for a while, with a report every 10 s."""
    stream(receiver, **values)
    for _ in range(seconds // 10):
        freezer.tick(10)
        stream(receiver, **values)


def test_energies_of_all_directions(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    flow(receiver, freezer, 3600)
    assert energies(receiver) == {
        "home": 1.0,
        "gridExport": 2.0,
        "gridImport": 0.0,
        "solar": 4.2,
        "batteryCharge": 1.2,
        "batteryDischarge": 0.0,
    }
    flow(receiver, freezer, 1800, sysGridPwr=500.0, mpptPwr=0.0, bpPwr=-500.0)
    told = energies(receiver)
    assert told["gridImport"] == pytest.approx(0.25, abs=0.001)
    assert told["batteryDischarge"] == pytest.approx(0.25, abs=0.001)
    assert told["gridExport"] == pytest.approx(2.0, abs=0.001)


def test_energies_of_the_vendor_come_first(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """A counter of the system itself is right even over a gap."""
    values = {"bpTotalChgEnergy": 8230680, "bpTotalDsgEnergy": 7900001}
    receiver.report(96, 17, "PlusStateReport", values)
    receiver.system.snapshot({"totalElectricityGeneration": "8230.68"})
    flow(receiver, freezer, 600)
    assert set(energies(receiver)) == {"home", "gridExport", "gridImport"}


def test_vendor_gets_some_time(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    """Its counter may come a little later than the first power."""
    flow(receiver, freezer, 60)
    assert set(energies(receiver)) == {"home", "gridExport", "gridImport"}
    receiver.report(96, 17, "PlusStateReport", {"bpTotalChgEnergy": 8230680})
    flow(receiver, freezer, 600)
    told = energies(receiver)
    assert "batteryCharge" not in told
    # Counted from the beginning, not only after the time of grace.
    assert told["batteryDischarge"] == 0.0
    assert told["solar"] == pytest.approx(4.2 * 660 / 3600, abs=0.001)


def test_unknown_vendor_counter_does_not_count(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    receiver.report(96, 17, "PlusStateReport", {"bpTotalChgEnergy": 0})
    assert receiver.states()[f"{CHANGE}bpTotalChgEnergy"] is None
    flow(receiver, freezer, 600)
    assert energies(receiver)["batteryCharge"] == pytest.approx(0.2)


def test_gap_in_the_stream_adds_nothing(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    flow(receiver, freezer, 360)
    freezer.tick(7200)
    flow(receiver, freezer, 360)
    assert energies(receiver)["home"] == pytest.approx(0.2)


def test_impossible_power_adds_nothing(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    """The straight line leads past it."""
    flow(receiver, freezer, 360)
    freezer.tick(10)
    stream(receiver, sysLoadPwr=math.nan, sysGridPwr=1e28)
    freezer.tick(10)
    flow(receiver, freezer, 340)
    told = energies(receiver)
    assert told["home"] == pytest.approx(0.2)
    assert (told["gridExport"], told["gridImport"]) == (pytest.approx(0.4), 0.0)


def test_replayed_minutes_add_nothing(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    flow(receiver, freezer, 360)
    before = energies(receiver)
    minutes = [message("EnergyMinute", {"load_pwr": 9000.0, "timestamp": 60 * n}) for n in range(9)]
    for _ in range(5):
        freezer.tick(1)
        receiver.report(96, 34, "EnergyHistory", {"sys_energy_stream": minutes})
    assert energies(receiver) == before


def test_snapshots_in_place_of_the_stream(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """Once a minute is often enough to count, every five minutes is not."""
    house = plant()
    house.hold(load=3600.0)
    for minute in range(11):
        receiver.system.snapshot(detail(house, later=60 * minute))
        freezer.tick(60)
    assert energies(receiver)["home"] == pytest.approx(0.6)
    for minute in range(20, 60, 5):
        freezer.tick(300)
        receiver.system.snapshot(detail(house, later=60 * minute))
    assert energies(receiver)["home"] == pytest.approx(0.6)


def test_snapshot_of_a_silent_system_adds_nothing(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    house = plant()
    house.hold(load=3600.0)
    data = detail(house)
    for _ in range(10):
        freezer.tick(60)
        receiver.system.snapshot(data)
    assert not any(energies(receiver).values())


def test_restart_is_exact(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    flow(receiver, freezer, 1234)
    saved = json.loads(json.dumps(receiver.system.energies.saved()))
    again = Receiver()
    again.system.energies.restore(saved)
    assert again.system.energies.saved() == receiver.system.energies.saved()
    stream(again)
    # All that was counted here before is there at once, and nothing for the time between.
    assert energies(again) == energies(receiver)
    flow(again, freezer, 360)
    assert energies(again)["home"] == pytest.approx(energies(receiver)["home"] + 0.1, abs=0.002)


def test_counter_that_was_ours_stays_ours(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """The dashboard of the person counts on it."""
    flow(receiver, freezer, 600)
    assert "solar" in energies(receiver)
    again = Receiver()
    again.system.energies.restore(json.loads(json.dumps(receiver.system.energies.saved())))
    again.system.snapshot({"totalElectricityGeneration": "8230.68"})
    flow(again, freezer, 60)
    assert "solar" in energies(again)


@pytest.mark.parametrize("saved", [{}, {"totals": {}}, {"counted": []}])
def test_nothing_saved(receiver: Receiver, saved: dict[str, Any]) -> None:
    receiver.system.energies.restore(saved)
    kept = receiver.system.energies.saved()
    assert not any(kept.values())
    assert (kept["totals"], kept["counted"], kept["counted_to"]) == ({}, [], None)
