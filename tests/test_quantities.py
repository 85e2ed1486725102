"""What the quantities mean: units, digits, ranges and paces; and rows that refuse nonsense."""

from __future__ import annotations

from dataclasses import replace
import math
from typing import Any

from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    SensorStateClass,
)
from hypothesis import given, strategies as st
import pytest

from custom_components.energy_storage_hub.hub.quantities import (
    BINARY_SENSORS,
    SENSORS,
    state_class_of,
)
from custom_components.energy_storage_hub.model.convert import converter
from custom_components.energy_storage_hub.model.quantity import QUANTITIES, Pace, Quantity
from custom_components.energy_storage_hub.model.states import Absent, AttributeRow, StateRow, Take

Q = Quantity

NUMBERS: dict[Q, tuple[str, int, float, float]] = {
    # Unit, decimals kept, smallest and largest value that is believed.
    Q.POWER: ("W", 1, -1e6, 1e6),
    Q.REACTIVE_POWER: ("var", 1, -1e6, 1e6),
    Q.APPARENT_POWER: ("VA", 1, -1e6, 1e6),
    Q.VOLTAGE: ("V", 3, -1e4, 1e4),
    Q.VOLTAGE_DIFFERENCE: ("mV", 1, -1e7, 1e7),
    Q.CURRENT: ("A", 2, -1e4, 1e4),
    Q.LEAKAGE_CURRENT: ("mA", 1, -1e7, 1e7),
    Q.FREQUENCY: ("Hz", 2, 0, 1e3),
    Q.TEMPERATURE: ("°C", 1, -1e3, 1e3),
    Q.STATE_OF_CHARGE: ("%", 1, 0, 100.5),
    Q.STATE_OF_HEALTH: ("%", 1, 0, 200),
    Q.PERCENTAGE: ("%", 2, -1e4, 1e4),
    Q.RATIO: ("", 4, -1e12, 1e12),
    Q.POWER_FACTOR: ("", 4, -1e4, 1e4),
    Q.RESISTANCE: ("kΩ", 1, 0, 4e9),
    Q.MEASURE: ("", 4, -1e12, 1e12),
    Q.ENERGY_TOTAL: ("kWh", 3, 0, 4e6),
    Q.ENERGY_DAY: ("kWh", 3, 0, 4e6),
    Q.ENERGY_SESSION: ("kWh", 3, 0, 4e6),
    Q.ENERGY_STORED: ("kWh", 3, 0, 1e5),
    Q.ENERGY_TARGET: ("kWh", 4, 0, 4e6),
    Q.ENERGY_AMOUNT: ("kWh", 3, 0, 4e6),
    Q.CHARGE_TOTAL: ("Ah", 3, 0, 4e6),
    Q.CAPACITY: ("Ah", 3, 0, 1e6),
    Q.MONEY: ("CNY", 2, -4e7, 4e7),
    Q.VOLUME: ("L", 4, 0, 1e6),
    Q.COUNT: ("", 0, 0, 4e9),
    Q.CYCLES: ("", 0, 0, 4e9),
    Q.DURATION_MS: ("ms", 4, -4e9, 4e9),
    Q.DURATION_S: ("s", 4, -4e9, 4e9),
    Q.DURATION_MIN: ("min", 4, -4e9, 4e9),
    # From 2015 to 2100.
    Q.TIMESTAMP: ("", 0, 1_420_070_400, 4_102_444_800),
    Q.SETTING: ("", 4, -4e9, 4e9),
    Q.COORDINATE: ("°", 6, -180, 180),
    Q.CODE: ("", 0, -1e12, 1e12),
}

ARRAYS = {
    Q.VOLTAGE_ARRAY: Q.VOLTAGE,
    Q.TEMPERATURE_ARRAY: Q.TEMPERATURE,
    Q.POWER_ARRAY: Q.POWER,
    Q.ENERGY_ARRAY: Q.ENERGY_AMOUNT,
    Q.NUMBER_ARRAY: Q.MEASURE,
}

FLAGS = {Q.FLAG, Q.CONNECTIVITY, Q.PROBLEM}
OTHERS = {Q.ENUM, Q.FAULT, Q.TEXT, Q.VERSION, Q.TEXT_ARRAY}

MODES = {0: "off", 1: "on"}

quantities = pytest.mark.parametrize("quantity", NUMBERS, ids=lambda quantity: quantity.name)


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant does not run here."""


def row(quantity: Q, **more: Any) -> StateRow:
    return StateRow("state", "State", quantity, report="report", **more)


def read(quantity: Q, value: Any, **more: Any) -> Any:
    """Return the state that a value on the wire becomes."""
    return converter(row(quantity, **more))(value)


# The tables.


def test_every_quantity_is_in_both_tables() -> None:
    assert set(QUANTITIES) == set(Q) == {*NUMBERS, *ARRAYS, *FLAGS, *OTHERS}
    assert set(BINARY_SENSORS) == {*FLAGS, Q.FAULT}
    assert set(SENSORS) == set(Q) - set(BINARY_SENSORS)


@quantities
def test_unit(quantity: Q) -> None:
    assert QUANTITIES[quantity].unit == NUMBERS[quantity][0]


def test_arrays_have_the_unit_of_their_elements() -> None:
    for quantity, element in ARRAYS.items():
        assert QUANTITIES[quantity].unit == NUMBERS[element][0]
    assert {QUANTITIES[quantity].unit for quantity in (*FLAGS, *OTHERS)} == {""}


def test_home_assistant_takes_every_unit_and_state_class() -> None:
    for quantity, words in SENSORS.items():
        if words.device_class is None:
            continue
        unit = QUANTITIES[quantity].unit or None
        assert unit in DEVICE_CLASS_UNITS.get(words.device_class, {unit}), quantity
        state_class = state_class_of(quantity)
        assert state_class in {None, *DEVICE_CLASS_STATE_CLASSES[words.device_class]}, quantity


def test_no_more_is_displayed_than_is_kept() -> None:
    for quantity, (_, digits, _, _) in NUMBERS.items():
        assert (SENSORS[quantity].precision or 0) <= digits, quantity


def test_what_is_counted_goes_into_the_statistics_as_a_sum() -> None:
    """A counter for life that is wrong for once cancels out; one of the day falls by itself."""
    kinds = {quantity: state_class_of(quantity) for quantity in SENSORS}
    assert {q for q, kind in kinds.items() if kind is SensorStateClass.TOTAL} == {
        Q.ENERGY_TOTAL,
        Q.CHARGE_TOTAL,
        Q.CYCLES,
    }
    assert {q for q, kind in kinds.items() if kind is SensorStateClass.TOTAL_INCREASING} == {
        Q.ENERGY_DAY,
        Q.ENERGY_SESSION,
    }


# Numbers off the wire.


@quantities
def test_range(quantity: Q) -> None:
    _, _, smallest, largest = NUMBERS[quantity]
    assert read(quantity, smallest) == smallest
    assert read(quantity, largest) == largest
    assert read(quantity, smallest - 1) is None
    assert read(quantity, largest + 1) is None


@pytest.mark.parametrize(
    ("digits", "kept"),
    [(0, 12), (1, 12.3), (2, 12.35), (3, 12.346), (4, 12.3457), (6, 12.345679)],
)
def test_digits(digits: int, kept: float) -> None:
    found = [quantity for quantity, (_, said, _, _) in NUMBERS.items() if said == digits]
    assert found
    for quantity in found:
        if quantity is not Q.TIMESTAMP:
            assert read(quantity, 12.3456789) == kept, quantity


def test_a_row_may_keep_other_digits() -> None:
    assert read(Q.VOLTAGE, 12.3456789, digits=1) == 12.3
    assert read(Q.VOLTAGE, 12.3456789, digits=0) == 12


def test_the_range_is_that_of_the_state_not_of_the_wire() -> None:
    assert read(Q.ENERGY_STORED, 99_999_000, scale=0.001) == 99_999
    assert read(Q.ENERGY_STORED, 100_001_000, scale=0.001) is None
    assert read(Q.POWER, 1001, scale=1000) is None
    # What a hundredth of "all bits set" would be.
    assert read(Q.MONEY, 0xFFFFFFFF, scale=0.01) is None
    assert read(Q.ENERGY_AMOUNT, 0xFFFFFFFF, scale=0.01) is None


@pytest.mark.parametrize(
    "quantity", [Q.POWER, Q.TEMPERATURE, Q.TIMESTAMP, Q.CODE, Q.TEXT], ids=lambda it: it.name
)
def test_what_stands_for_not_known(quantity: Q) -> None:
    number = 1_700_000_000 if quantity is Q.TIMESTAMP else 205
    assert read(quantity, number) is not None
    assert read(quantity, number, unknown=frozenset({number})) is None


HOSTILE = (
    st.sampled_from([math.nan, math.inf, -math.inf, 1e28, -1e28, -0.0, -1, True, False, 2**64])
    | st.floats()
    | st.integers(-(10**400), 10**400)
    | st.floats(-300, 300)
    | st.booleans()
)


def possible(quantity: Q, value: Any) -> bool:
    """Whether a value is a number that the quantity can be."""
    _, digits, smallest, largest = NUMBERS[quantity]
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and smallest <= value <= largest
        and round(value, digits) == value
    )


@given(st.sampled_from([*NUMBERS]), HOSTILE, st.sampled_from([1, -1, 0.001, 1000]))
def test_hostile_number(quantity: Q, value: Any, scale: float) -> None:
    more = {} if NUMBERS[quantity][1] == 0 else {"scale": scale}
    found = read(quantity, value, **more)
    assert found is None or possible(quantity, found)


@given(st.sampled_from([*ARRAYS]), st.lists(HOSTILE, max_size=4))
def test_hostile_array(quantity: Q, values: list[Any]) -> None:
    """One element that cannot be spoils all."""
    found = read(quantity, values)
    if found is not None:
        assert len(found) == len(values) > 0
        assert all(possible(ARRAYS[quantity], element) for element in found)
    elif values:
        assert None in [read(ARRAYS[quantity], value) for value in values]


@given(
    st.sampled_from([Q.VOLTAGE_DIFFERENCE, Q.TEMPERATURE, Q.FREQUENCY]),
    st.sampled_from([Take.SPREAD, Take.MAXIMUM]),
    st.lists(HOSTILE, max_size=4),
)
def test_hostile_elements(quantity: Q, take: Take, values: list[Any]) -> None:
    found = read(quantity, values, take=take)
    assert found is None or possible(quantity, found)
    if not all(-1e12 < value < 1e12 for value in values):
        assert found is None


@given(st.sampled_from([Take.POSITIVE, Take.NEGATIVE]), HOSTILE)
def test_hostile_direction(take: Take, value: Any) -> None:
    found = read(Q.POWER, value, take=take)
    if found is None:
        assert not -1e6 <= value <= 1e6
    else:
        assert possible(Q.POWER, found)
        assert found >= 0


@given(HOSTILE)
def test_hostile_number_where_none_belongs(value: Any) -> None:
    assert read(Q.ENUM, value, options=MODES) in {None, *MODES.values()}
    version = read(Q.VERSION, value)
    assert version is None or len(version.split(".")) == 4
    for quantity in FLAGS:
        assert read(quantity, value) in {True, False}


# Pace.


def test_what_moves_is_written_at_the_chosen_rate() -> None:
    modes = {Q.ENUM: MODES}
    at_once = {it for it in Q if not row(it, options=modes.get(it)).paced}
    assert at_once == {
        Q.ENERGY_TARGET,
        Q.VOLUME,
        Q.SETTING,
        Q.CODE,
        *FLAGS,
        *OTHERS,
    }


def test_a_row_may_have_a_pace_of_its_own() -> None:
    assert not row(Q.MONEY, pace=Pace.AT_ONCE).paced
    assert row(Q.SETTING, pace=Pace.CHOSEN).paced


# Rows.


@pytest.mark.parametrize(
    ("nonsense", "said"),
    [
        ({"quantity": Q.ENUM}, "options"),
        ({"quantity": Q.ENUM, "options": {}}, "options"),
        ({"quantity": Q.POWER, "options": MODES}, "options"),
        ({"quantity": Q.TEXT_ARRAY, "options": MODES}, "options"),
        ({"quantity": Q.FLAG, "scale": 0.1}, "scale"),
        ({"quantity": Q.ENUM, "options": MODES, "scale": 0.1}, "scale"),
        ({"quantity": Q.CYCLES, "scale": 0.1}, "scale"),
        ({"quantity": Q.TEXT, "digits": 0}, "digits"),
        ({"quantity": Q.TIMESTAMP, "digits": 0}, "digits"),
        ({"quantity": Q.FLAG, "unknown": frozenset({2})}, "not known"),
        ({"quantity": Q.ENUM, "options": MODES, "unknown": frozenset({2})}, "not known"),
        ({"quantity": Q.VERSION, "unknown": frozenset({2})}, "not known"),
        ({"quantity": Q.POWER, "witness": "soc"}, "witness"),
        ({"quantity": Q.POWER, "witness": "soc", "absent": Absent.ZERO_ONCE_SEEN}, "witness"),
        ({"quantity": Q.TEXT, "absent": Absent.ZERO}, "zero"),
        ({"quantity": Q.TIMESTAMP, "absent": Absent.ZERO_ONCE_SEEN}, "zero"),
        ({"quantity": Q.POWER_ARRAY, "absent": Absent.ZERO}, "zero"),
        ({"quantity": Q.POWER, "take": Take.LAST}, "last element"),
        ({"quantity": Q.POWER_ARRAY, "take": Take.MAXIMUM}, "last element"),
        ({"quantity": Q.TEXT_ARRAY, "take": Take.LAST}, "last element"),
        ({"quantity": Q.FLAG, "take": Take.POSITIVE}, "other parts"),
        ({"quantity": Q.POWER, "name": ""}, "name"),
        ({"quantity": Q.POWER, "state": ""}, "name"),
    ],
)
def test_a_row_refuses_nonsense(nonsense: dict[str, Any], said: str) -> None:
    arguments = {"state": "pwr", "name": "Power", "report": "report"} | nonsense
    with pytest.raises(ValueError, match=rf"^report_{arguments['state']}: .*{said}"):
        StateRow(**arguments)


def test_a_changed_row_refuses_nonsense_too() -> None:
    with pytest.raises(ValueError, match=r"^report_state: .*options"):
        replace(row(Q.ENUM, options=MODES), quantity=Q.POWER)


@pytest.mark.parametrize(
    "sense",
    [
        {"quantity": Q.POWER, "absent": Absent.ZERO, "witness": "soc", "scale": -1, "digits": 0},
        {"quantity": Q.FLAG, "absent": Absent.ZERO_ONCE_SEEN},
        {"quantity": Q.TEXT, "options": MODES, "unknown": frozenset({0})},
        {"quantity": Q.TEXT, "private": True, "enabled": True},
        {"quantity": Q.POWER_ARRAY, "take": Take.LAST, "scale": 1000},
        {"quantity": Q.TIMESTAMP, "unknown": frozenset({0})},
        # A template: the member and the report are filled in later.
        {"quantity": Q.POWER, "state": "pv{}", "name": "String {}", "report": ""},
    ],
)
def test_a_row_takes_sense(sense: dict[str, Any]) -> None:
    made = StateRow(**{"state": "pwr", "name": "Power", "report": "report"} | sense)
    assert replace(made, report="other").report == "other"


@pytest.mark.parametrize(
    ("attribute", "name", "more"),
    [
        ("halfHours", "Half-hour energies", {}),
        ("half hours", "Half-hour energies", {}),
        ("half__hours", "Half-hour energies", {}),
        ("", "Half-hour energies", {}),
        ("half_hours", "", {}),
        ("half_hours", "Half-hour energies", {"quantity": Q.TIMESTAMP, "slugs": ("a",)}),
    ],
)
def test_a_value_beside_a_state_refuses_nonsense(
    attribute: str, name: str, more: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=f"^'{attribute}': "):
        AttributeRow(attribute, name, **more)
