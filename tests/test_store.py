"""What is kept of a device, and which of it a reading changed."""

from __future__ import annotations

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
import pytest

from custom_components.energy_storage_hub.hub.store import Changes, DeviceStore, counter_rows
from custom_components.energy_storage_hub.model.quantity import Quantity
from custom_components.energy_storage_hub.model.source import Reading
from custom_components.energy_storage_hub.model.states import StateRow, Value
from custom_components.energy_storage_hub.powerocean.tables import TABLE

COUNTER = "report_counter"
COUNTERS = {COUNTER: StateRow("counter", "Counter", Quantity.ENERGY_TOTAL, "report")}


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


@pytest.fixture
def store() -> DeviceStore:
    return DeviceStore(COUNTERS)


def merge(store: DeviceStore, zeros: tuple[str, ...] = (), **values: Value | None) -> Changes:
    return store.merge(Reading("S", values, zeros))


def count(store: DeviceStore, *values: float | None) -> Value | None:
    """Let the counter be reported with these values, one after the other; what is believed."""
    for value in values:
        store.merge(Reading("S", {COUNTER: value}, report="r"))
    return store.values[COUNTER]


def test_first_values_are_new(store: DeviceStore) -> None:
    changes = merge(store, power=5.0, mode="self_use", missing=None)
    assert changes.new == ["power", "mode", "missing"]
    assert changes.changed == []
    assert store.values == {"power": 5.0, "mode": "self_use", "missing": None}


def test_only_what_changed_is_told(store: DeviceStore) -> None:
    merge(store, power=5.0, mode="self_use", cells=(3.4, 3.5))
    changes = merge(store, power=6.0, mode="self_use", cells=(3.4, 3.5))
    assert (changes.new, changes.changed) == ([], ["power"])
    changes = merge(store, power=6.0, cells=(3.4, 3.6))
    assert (changes.new, changes.changed) == ([], ["cells"])


def test_what_is_not_told_stays(store: DeviceStore) -> None:
    merge(store, power=5.0, mode="self_use")
    merge(store, mode="backup")
    assert store.values == {"power": 5.0, "mode": "backup"}


def test_unknown_is_a_change(store: DeviceStore) -> None:
    merge(store, power=5.0)
    assert merge(store, power=None).changed == ["power"]
    assert store.values["power"] is None
    assert merge(store, power=None).changed == []
    assert merge(store, power=0.0).changed == ["power"]


def test_zero_and_false_are_values(store: DeviceStore) -> None:
    merge(store, power=0.0, flag=False, codes=())
    assert store.values == {"power": 0.0, "flag": False, "codes": ()}
    assert merge(store, flag=True, codes=(7,)).changed == ["flag", "codes"]


def test_zeros_are_for_what_is_known(store: DeviceStore) -> None:
    """Also for what was not known for a while: now it is told."""
    merge(store, power=5.0, idle=0.0, expired=None)
    changes = merge(store, zeros=("power", "idle", "expired", "never"))
    assert changes.changed == ["power", "expired"]
    assert changes.new == []
    assert store.values == {"power": 0.0, "idle": 0.0, "expired": 0.0}


def test_empty_reading_changes_nothing(store: DeviceStore) -> None:
    merge(store, power=5.0)
    changes = merge(store)
    assert (changes.new, changes.changed) == ([], [])


def test_counters_of_the_tables() -> None:
    keys = counter_rows(TABLE.rows.values())
    assert "JTS1_EMS_CHANGE_REPORT_bpTotalChgEnergy" in keys
    assert "statusReportBattery_bpAccuDsgEnergy" in keys
    assert "statusReportBattery_bpCycles" in keys
    assert "snapshot_totalElectricityGeneration" in keys
    assert "snapshot_todayElectricityGeneration" in keys
    assert "JTS1_ENERGY_STREAM_REPORT_sysLoadPwr" not in keys


@pytest.mark.parametrize(
    ("quantity", "is_counter"),
    [
        (Quantity.ENERGY_TOTAL, True),
        (Quantity.CHARGE_TOTAL, True),
        (Quantity.CYCLES, True),
        (Quantity.ENERGY_DAY, True),
        (Quantity.ENERGY_SESSION, True),
        (Quantity.ENERGY_STORED, False),
        (Quantity.POWER, False),
        (Quantity.COUNT, False),
    ],
)
def test_counters(quantity: Quantity, is_counter: bool) -> None:
    row = StateRow("a", "A", quantity, "r")
    assert counter_rows([row]) == ({"r_a": row} if is_counter else {})


# Counters: each has a guard, see test_guard.py.


def test_counter_rises(store: DeviceStore) -> None:
    assert count(store, 100.0, 100.5, 101.2) == 101.2


def test_counter_that_is_not_known_stays(store: DeviceStore) -> None:
    """It would start again from nothing, and the energy statistics count all of it twice."""
    assert count(store, 100.0, None) == 100.0
    assert merge(store, report_counter=None).changed == []


def test_counter_may_begin_unknown(store: DeviceStore) -> None:
    assert count(store, None) is None
    assert count(store, 100.0) == 100.0


@pytest.mark.parametrize("glitch", [0.0, 99.9, 1.0, 4e5])
def test_counter_that_jumps_has_glitched(store: DeviceStore, glitch: float) -> None:
    assert count(store, 100.0, glitch, glitch) == 100.0
    assert count(store, 100.1) == 100.1


def test_what_is_counted_here_makes_up_for_what_was_missed(store: DeviceStore) -> None:
    """It knows how much that can be; but it does not fall either."""

    def here(energy: float) -> list[str]:
        changes = store.merge(Reading("S", {COUNTER: energy}, counted_here=True))
        return changes.new + changes.changed

    assert here(0.0) == [COUNTER]  # nothing yet
    assert here(100.0) == [COUNTER]
    assert here(112.0) == [COUNTER]
    assert here(111.0) == []
    assert store.values[COUNTER] == 112.0


def test_a_small_device_counts_slowly(freezer: FrozenDateTimeFactory) -> None:
    """2 kW and half as much again: 3 kWh an hour and the 1 kWh that any counter may be ahead."""
    store = DeviceStore(COUNTERS)
    store.rated_power = 2000.0
    count(store, 100.0)
    freezer.tick(3600)
    assert count(store, 104.1) == 100.0
    assert count(store, 103.9) == 103.9


def test_a_counter_goes_on_after_a_restart(freezer: FrozenDateTimeFactory) -> None:
    before = DeviceStore(COUNTERS)
    count(before, 100.0)
    saved = before.saved()
    freezer.tick(600)
    after = DeviceStore(COUNTERS)
    after.restore(saved)
    assert COUNTER not in after.values
    # A zero, or nothing, is not what it is.
    assert count(after, 0.0) == 100.0
    assert merge(after, report_counter=None).changed == []
    assert count(after, 100.3) == 100.3


def test_a_counter_that_was_not_told_is_kept() -> None:
    before = DeviceStore(COUNTERS)
    count(before, 100.0)
    between = DeviceStore(COUNTERS)
    between.restore(before.saved())
    after = DeviceStore(COUNTERS)
    after.restore(between.saved())
    assert count(after, 0.0, 100.2) == 100.2


def test_other_states_may_fall(store: DeviceStore) -> None:
    merge(store, today=12.0)
    assert merge(store, today=0.0).changed == ["today"]


# Age.


def told(store: DeviceStore, report: str, age: float = 0.0, **values: Value | None) -> Changes:
    """Let a report with a life of five minutes tell something."""
    return store.merge(Reading("S", values, report=report, life=300.0, age=age))


def test_what_is_over_its_life_is_unknown(
    store: DeviceStore, freezer: FrozenDateTimeFactory
) -> None:
    told(store, "powers", solar=5500.0, grid=-5000.0)
    told(store, "battery", soc=29.0)
    freezer.tick(299)
    assert store.expire() == []
    told(store, "battery", soc=30.0)
    freezer.tick(1)
    assert sorted(store.expire()) == ["grid", "solar"]
    assert (store.values["solar"], store.values["grid"]) == (None, None)
    assert store.values["soc"] == 30.0
    assert store.expire() == []  # said once


def test_a_report_that_comes_again_lives_on(
    store: DeviceStore, freezer: FrozenDateTimeFactory
) -> None:
    told(store, "powers", solar=5500.0)
    for _ in range(10):
        freezer.tick(200)
        told(store, "powers")  # nothing changed, but it was told
        assert store.expire() == []
    assert store.values["solar"] == 5500.0
    freezer.tick(300)
    assert store.expire() == ["solar"]
    assert "solar" in told(store, "powers", solar=1.0).changed


def test_what_is_told_on_change_lives_on(
    store: DeviceStore, freezer: FrozenDateTimeFactory
) -> None:
    store.merge(Reading("S", {"mode": "self_use"}, report="changes"))
    freezer.tick(86400 * 30)
    assert store.expire() == []
    assert store.values["mode"] == "self_use"


def test_counters_outlive_their_report(store: DeviceStore, freezer: FrozenDateTimeFactory) -> None:
    store.merge(Reading("S", {COUNTER: 100.0, "power": 5.0}, report="r", life=300.0))
    freezer.tick(3600)
    assert store.expire() == ["power"]
    assert store.values[COUNTER] == 100.0


def test_a_state_of_two_reports_lives_as_long_as_either(
    store: DeviceStore, freezer: FrozenDateTimeFactory
) -> None:
    told(store, "stream", string=900.0)
    freezer.tick(200)
    told(store, "heartbeat", string=910.0)
    freezer.tick(200)
    assert store.expire() == []
    freezer.tick(100)
    assert store.expire() == ["string"]


def test_an_old_report_does_not_overrule_a_new_one(store: DeviceStore) -> None:
    told(store, "powers", solar=5500.0)
    changes = told(store, "powers", age=100.0, solar=12.0, other=1.0)
    assert (changes.new, changes.changed) == ([], [])
    assert store.values["solar"] == 5500.0


def test_an_old_report_is_news_where_there_is_none(store: DeviceStore) -> None:
    assert "solar" in told(store, "powers", age=100.0, solar=12.0).new
    assert store.values["solar"] == 12.0
    told(store, "powers", age=50.0, solar=13.0)
    assert store.values["solar"] == 13.0


def test_a_stale_report_tells_only_counters(store: DeviceStore) -> None:
    """The power report of a snapshot, 22 h old: 556 W of then, beside a battery of now."""
    store.merge(
        Reading("S", {"grid": 556.0, COUNTER: 100.0}, report="r", life=300.0, age=22 * 3600.0)
    )
    assert store.values["grid"] is None
    assert store.values[COUNTER] == 100.0
    assert told(store, "r", grid=20.0).changed[0] == "hub_lastReport"
    assert store.values["grid"] == 20.0


def test_the_last_report_is_that_of_the_device(
    store: DeviceStore, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-06-01 12:00:00+00:00")
    noon = 1_780_315_200
    merge(store, online=True)  # nothing that the device told
    assert "hub_lastReport" not in store.values
    told(store, "powers", age=60.0, solar=1.0)
    assert store.values["hub_lastReport"] == noon - 60
    freezer.tick(10)
    told(store, "battery", soc=1.0)
    assert store.values["hub_lastReport"] == noon + 10
    told(store, "modes", age=5000.0, mode=1.0)
    assert store.values["hub_lastReport"] == noon + 10


VALUES = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), max_size=8))
def test_changes_tell_all(readings: list[dict[str, Value | None]]) -> None:
    """Who follows the changes knows everything that is in the store."""
    store = DeviceStore({})
    known: dict[str, Value | None] = {}
    for values in readings:
        changes = store.merge(Reading("S", values))
        assert not set(changes.new) & set(changes.changed)
        assert not set(changes.new) & set(known)
        assert set(changes.changed) <= set(known)
        for key in (*changes.new, *changes.changed):
            known[key] = store.values[key]
        assert known == store.values
