"""Energy from power: exact in what is added, nothing in between."""

from __future__ import annotations

from itertools import pairwise
import json
import math
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
import pytest

from custom_components.energy_storage_hub.powerocean.energy import MAX_GAP, EnergyMeter
from simulator.powerocean.build import message

from .helpers import CHANGE, Receiver, detail, plant

KWH = 3_600_000.0


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


def metered(*samples: tuple[float, float]) -> float:
    """Return the energy of samples of time in s and power in W, kWh."""
    meter = EnergyMeter()
    for now, power in samples:
        meter.add(now, {"a": power})
    return meter.totals.get("a", 0.0)


# The meter.


def test_one_sample_is_no_energy() -> None:
    assert metered((1000.0, 5000.0)) == 0.0


def test_constant_power() -> None:
    assert metered(*((second * 10.0, 3600.0) for second in range(101))) == pytest.approx(1.0)


def test_rising_power_counts_its_mean() -> None:
    assert metered((0.0, 0.0), (100.0, 7200.0)) == pytest.approx(0.1)


def test_no_power_is_a_total_of_zero() -> None:
    meter = EnergyMeter()
    meter.add(0.0, {"a": 0.0})
    meter.add(10.0, {"a": 0.0})
    assert meter.totals == {"a": 0.0}


def test_gap_adds_nothing() -> None:
    assert metered((0.0, 3600.0), (MAX_GAP + 0.001, 3600.0)) == 0.0
    assert metered((0.0, 3600.0), (MAX_GAP, 3600.0)) == pytest.approx(MAX_GAP / 1000)


def test_slow_reports_are_no_gap() -> None:
    """Without the switch a system reports every 60 to 80 s."""
    assert metered((0.0, 3600.0), (80.0, 3600.0)) == pytest.approx(0.08)


def test_counting_goes_on_after_a_gap() -> None:
    samples = [(0.0, 3600.0), (10.0, 3600.0), (5000.0, 3600.0), (5010.0, 3600.0)]
    assert metered(*samples) == pytest.approx(0.02)


@pytest.mark.parametrize("jump", [0.0, -1.0, -5000.0, -math.inf, math.inf, 1e12])
def test_clock_that_jumps_adds_nothing(jump: float) -> None:
    assert metered((100.0, 3600.0), (100.0 + jump, 3600.0)) == 0.0


def test_counting_goes_on_after_a_jump() -> None:
    samples = [(1000.0, 3600.0), (100.0, 3600.0), (110.0, 3600.0)]
    assert metered(*samples) == pytest.approx(0.01)


def test_power_that_is_missing_once() -> None:
    """Neither its energy before nor after can be known."""
    meter = EnergyMeter()
    meter.add(0.0, {"a": 3600.0, "b": 3600.0})
    meter.add(10.0, {"a": 3600.0})
    meter.add(20.0, {"a": 3600.0, "b": 3600.0})
    meter.add(30.0, {"a": 3600.0, "b": 3600.0})
    assert meter.totals == {"a": pytest.approx(0.03), "b": pytest.approx(0.01)}


def test_totals_survive_a_restart_exactly() -> None:
    meter = EnergyMeter()
    for now in range(0, 1000, 7):
        meter.add(float(now), {"a": 1234.5 + now})
    saved = json.loads(json.dumps(meter.totals))
    again = EnergyMeter(dict(saved))
    assert again.totals == meter.totals
    again.add(5.0, {"a": 3600.0})
    assert again.totals == meter.totals
    again.add(15.0, {"a": 3600.0})
    assert again.totals["a"] == pytest.approx(meter.totals["a"] + 0.01)


@given(
    st.lists(
        st.tuples(st.floats(-200, 400), st.floats(0, 20_000, allow_subnormal=False)),
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
        if 0 < after[0] - before[0] <= MAX_GAP
    )
    total = metered(*samples)
    assert total == pytest.approx(expected / KWH)
    assert total >= 0.0


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
    flow(receiver, freezer, 360)
    freezer.tick(10)
    stream(receiver, sysLoadPwr=math.nan, sysGridPwr=1e28)
    freezer.tick(10)
    flow(receiver, freezer, 360)
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
    saved = json.loads(json.dumps(receiver.system.saved()))
    again = Receiver()
    again.system.restore(saved)
    assert again.system.saved() == receiver.system.saved()
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
    again.system.restore(json.loads(json.dumps(receiver.system.saved())))
    again.system.snapshot({"totalElectricityGeneration": "8230.68"})
    flow(again, freezer, 60)
    assert "solar" in energies(again)


@pytest.mark.parametrize("saved", [{}, {"totals": {}}, {"counted": []}])
def test_nothing_saved(receiver: Receiver, saved: dict[str, Any]) -> None:
    receiver.system.restore(saved)
    assert receiver.system.saved() == {"totals": {}, "counted": []}
