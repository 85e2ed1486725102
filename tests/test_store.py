"""What is kept of a device, and which of it a reading changed."""

from __future__ import annotations

from hypothesis import given, strategies as st
import pytest

from custom_components.energy_storage_hub.hub.store import Changes, DeviceStore, counter_keys
from custom_components.energy_storage_hub.model.quantity import Quantity
from custom_components.energy_storage_hub.model.source import Reading
from custom_components.energy_storage_hub.model.states import StateRow, Value
from custom_components.energy_storage_hub.powerocean.tables import TABLE

COUNTER = "report_counter"


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


@pytest.fixture
def store() -> DeviceStore:
    return DeviceStore(frozenset({COUNTER}))


def merge(store: DeviceStore, zeros: tuple[str, ...] = (), **values: Value | None) -> Changes:
    return store.merge(Reading("S", values, zeros))


def count(store: DeviceStore, *values: float | None) -> Value | None:
    """Let the counter be reported with these values, one after the other; what is believed."""
    for value in values:
        store.merge(Reading("S", {COUNTER: value}))
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
    merge(store, power=5.0, idle=0.0, missing=None)
    changes = merge(store, zeros=("power", "idle", "missing", "never"))
    assert changes.changed == ["power"]
    assert changes.new == []
    assert store.values == {"power": 0.0, "idle": 0.0, "missing": None}


def test_empty_reading_changes_nothing(store: DeviceStore) -> None:
    merge(store, power=5.0)
    changes = merge(store)
    assert (changes.new, changes.changed) == ([], [])


def test_counters_of_the_tables() -> None:
    keys = counter_keys(TABLE.rows)
    assert "JTS1_EMS_CHANGE_REPORT_bpTotalChgEnergy" in keys
    assert "statusReportBattery_bpAccuDsgEnergy" in keys
    assert "statusReportBattery_bpCycles" in keys
    assert "snapshot_totalElectricityGeneration" in keys
    assert "snapshot_todayElectricityGeneration" not in keys
    assert "JTS1_ENERGY_STREAM_REPORT_sysLoadPwr" not in keys


@pytest.mark.parametrize(
    ("quantity", "is_counter"),
    [
        (Quantity.ENERGY_TOTAL, True),
        (Quantity.CHARGE_TOTAL, True),
        (Quantity.CYCLES, True),
        (Quantity.ENERGY_DAY, False),
        (Quantity.ENERGY_STORED, False),
        (Quantity.POWER, False),
        (Quantity.COUNT, False),
    ],
)
def test_counters(quantity: Quantity, is_counter: bool) -> None:
    row = StateRow("a", "A", quantity, "r")
    assert counter_keys({row.key: row}) == ({"r_a"} if is_counter else frozenset())


def test_counter_rises(store: DeviceStore) -> None:
    assert count(store, 100.0, 100.5, 250.0) == 250.0


def test_counter_that_is_not_known_stays(store: DeviceStore) -> None:
    """It would start again from nothing, and the energy statistics count all of it twice."""
    assert count(store, 100.0, None) == 100.0
    assert merge(store, report_counter=None).changed == []


def test_counter_may_begin_unknown(store: DeviceStore) -> None:
    assert count(store, None) is None
    assert count(store, 100.0) == 100.0


@pytest.mark.parametrize("glitch", [0.0, 99.9, 1.0])
def test_counter_that_falls_has_glitched(store: DeviceStore, glitch: float) -> None:
    assert count(store, 100.0, glitch) == 100.0
    assert merge(store, report_counter=glitch).changed == []
    assert count(store, 100.1) == 100.1


def test_counter_that_stays_low_was_replaced(store: DeviceStore) -> None:
    assert count(store, 100.0, 3.0, 3.0, 3.0, 3.0) == 100.0
    assert merge(store, report_counter=3.1).changed == [COUNTER]
    assert store.values[COUNTER] == 3.1
    assert count(store, 3.2) == 3.2


@pytest.mark.parametrize("between", [100.0, 100.5])
def test_glitches_are_counted_in_a_row(store: DeviceStore, between: float) -> None:
    """Two reports may tell one counter, and one of them may be behind for ever."""
    count(store, 100.0)
    for value in [99.0, 99.0, between] * 10:
        assert count(store, value) in {100.0, between}


def test_other_states_may_fall(store: DeviceStore) -> None:
    merge(store, today=12.0)
    assert merge(store, today=0.0).changed == ["today"]


def test_silent_device_forgets_its_counters_too(store: DeviceStore) -> None:
    count(store, 100.0)
    changes = store.merge(Reading("S", {COUNTER: None}, silent=True))
    assert changes.changed == [COUNTER]
    assert count(store, 101.0) == 101.0


VALUES = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), max_size=8))
def test_changes_tell_all(readings: list[dict[str, Value | None]]) -> None:
    """Who follows the changes knows everything that is in the store."""
    store = DeviceStore(frozenset())
    known: dict[str, Value | None] = {}
    for values in readings:
        changes = store.merge(Reading("S", values))
        assert not set(changes.new) & set(changes.changed)
        assert not set(changes.new) & set(known)
        assert set(changes.changed) <= set(known)
        for key in (*changes.new, *changes.changed):
            known[key] = store.values[key]
        assert known == store.values


@given(st.lists(st.sampled_from([None, 0.0, 98.0, 99.0, 100.0]), min_size=1, max_size=30))
def test_counter_never_falls_for_less_than_five_reports(values: list[float | None]) -> None:
    store = DeviceStore(frozenset({COUNTER}))
    run = 0
    for value in values:
        before = store.values.get(COUNTER)
        after = count(store, value)
        if isinstance(before, float) and value is not None:
            run = run + 1 if value < before else 0
            if isinstance(after, float) and after < before:
                assert run == 5
                run = 0
        elif not isinstance(before, float):
            run = 0
