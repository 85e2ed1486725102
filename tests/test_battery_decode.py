"""Battery cloud: from the raw answer to values."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
import json
from math import inf, nan
import random
from typing import Any

from hypothesis import example, given, settings, strategies as st
import pytest

from custom_components.energy_storage_hub.battery_cloud.decode import Reader, Runtime
from custom_components.energy_storage_hub.battery_cloud.diagnostics import redacted
from custom_components.energy_storage_hub.battery_cloud.faults import FAULTS
from custom_components.energy_storage_hub.battery_cloud.scales import Scales
from custom_components.energy_storage_hub.battery_cloud.states import ROWS
from simulator.battery_cloud import FAULT_NAMES, SimulatedBattery
from simulator.battery_cloud.battery import never_reported
from tests.battery_cloud import INFO, LIST, SEED, WORK

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KEYS = [fault.key for fault in FAULTS]


def answer(**changes: Any) -> dict[str, Any]:
    """The answer about a healthy battery, some of its fields changed."""
    info = SimulatedBattery("B6BC2122070134601", changes=changes).runtime_info(NOW)
    assert info is not None
    return info


def faulty(*names: str, **changes: Any) -> dict[str, Any]:
    """The answer about a battery with these faults."""
    info = SimulatedBattery("B6BC2122070134601", faults=list(names)).runtime_info(NOW)
    assert info is not None
    return info | changes


def bits(*names: str, known: tuple[str, ...] = FAULT_NAMES) -> list[dict[str, Any]]:
    return [{"name": name, "value": name in names} for name in known]


def read(info: dict[str, Any], zone: Any = UTC, **scales: str) -> Runtime:
    return Reader(Scales.of(scales), zone).read(info)


def value(info: dict[str, Any], key: str, **scales: str) -> Any:
    return read(info, **scales).values[key]


def known(runtime: Runtime) -> dict[str, Any]:
    return {key: value for key, value in runtime.values.items() if value is not None}


# The gate.


def test_seed_knows_nothing_but_that_it_is_offline() -> None:
    runtime = read(SEED["runtimeInfo"])
    assert known(runtime) == {f"{INFO}online": False}
    assert not runtime.has_data
    assert runtime.verdict.active is None


def test_simulated_defaults_are_those_of_the_seed() -> None:
    assert never_reported(SEED["runtimeInfo"]["sn"]) == SEED["runtimeInfo"]


def test_every_field_of_the_seed_is_mapped() -> None:
    wires = {row.source for row in ROWS} | {row.state for row in ROWS}
    info = dict(SEED["runtimeInfo"])
    status = info.pop("workStatus")
    assert {*info} - wires == {"batteryFaultCodeList", "sn"}
    assert {*status} <= wires
    assert [fault.wire for fault in FAULTS] == [e["name"] for e in info["batteryFaultCodeList"]]


def test_unique_ids_are_unique() -> None:
    assert len({row.key for row in ROWS}) == len({row.translation_key for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("changes", "has_data"),
    [
        ({}, True),
        ({"online": False}, False),
        ({"online": None}, False),
        ({"online": "true"}, True),
        ({"voltage": 0}, True),  # the work status is not zero
        ({"voltage": 0, "workStatus": {"workStatusValue": 0}}, False),
        ({"voltage": 0, "workStatus": None}, False),
        ({"voltage": 51.2, "workStatus": None}, True),
        ({"voltage": "51.2", "workStatus": []}, True),
        ({"voltage": None, "workStatus": {"workStatusValue": "3"}}, True),
        ({"voltage": -1, "workStatus": {}}, False),
        ({"voltage": nan, "workStatus": {}}, False),
    ],
)
def test_gate(changes: dict[str, Any], has_data: bool) -> None:
    runtime = read(answer(**changes))
    assert runtime.has_data is has_data
    if not has_data:
        assert set(known(runtime)) <= {f"{INFO}online"}


def test_healthy_battery() -> None:
    values = read(answer()).values
    assert values[f"{INFO}soc"] == 81
    assert values[f"{INFO}realSoc"] == 80
    assert values[f"{INFO}soh"] == 97
    assert values[f"{INFO}loopCount"] == 212
    assert values[f"{INFO}voltage"] == pytest.approx(52.5, abs=0.1)
    assert values[f"{INFO}cellSpread"] == pytest.approx(4.0, abs=0.1)
    assert len(values[f"{INFO}cells"]) == 16  # type: ignore[arg-type]
    assert values[f"{INFO}maxCellTemperature"] == 25
    assert values[f"{INFO}temperature3"] == 25
    assert values[f"{INFO}temperature4"] is None  # three probes
    assert values[f"{INFO}capacityRatio"] == pytest.approx(81)
    assert values[f"{INFO}remainCapacity"] is None  # nobody knows the unit
    assert values[f"{INFO}chargingMosStatus"] is True
    assert values[f"{INFO}batteryType"] == "磷酸铁锂"
    assert values[f"{INFO}lastUpdateDate"] == NOW.timestamp()
    assert values[f"{INFO}id"] == "421073434341617664"
    assert values[f"{INFO}fault"] is False
    assert values[f"{LIST}activeFaults"] == "no_fault"


# Units.


@pytest.mark.parametrize(
    ("raw", "volts"),
    [
        (51.2, 51.2),
        (20, 20),
        (100, 100),
        (512, 51.2),
        (200, 20),
        (1000, 100),
        (5120, 51.2),
        (2000, 20),
        (51_200, 51.2),
        (100_000, 100),
        ("51200", 51.2),
        (19.9, None),
        (150, None),
        (1500, None),
        (15_000, None),
        (100_001, None),
        ("x", None),
        (None, None),
        (True, None),
    ],
)
def test_voltage_windows(raw: Any, volts: float | None) -> None:
    info = answer(voltage=raw)
    assert value(info, f"{INFO}voltage") == (None if volts is None else pytest.approx(volts))


@pytest.mark.parametrize(
    ("unit", "raw", "volts"),
    [
        ("v", 12.8, 12.8),
        ("tenth_v", 128, 12.8),
        ("ten_mv", 1280, 12.8),
        ("mv", 12_800, 12.8),
        ("v", 51_200, None),
        ("mv", -1, None),
    ],
)
def test_chosen_voltage_unit(unit: str, raw: float, volts: float | None) -> None:
    info = answer(voltage=raw)
    assert value(info, f"{INFO}voltage", voltage=unit) == (
        None if volts is None else pytest.approx(volts)
    )


@pytest.mark.parametrize(
    ("raw", "volts"), [(3.3, 3.3), (3300, 3.3), (2, 2), (4.5, 4.5), (4501, None), (33, None)]
)
def test_cell_voltage_windows(raw: float, volts: float | None) -> None:
    info = answer(maxCellVoltage=raw)
    assert value(info, f"{INFO}maxCellVoltage") == volts


@pytest.mark.parametrize(
    ("cells", "spread"),
    [
        ([3.3, 3.31, 3.29], 20),
        ([3300, 3310, 3290], 20),
        (["3300", 3.31], 10),
        ([], 50),  # from the highest and the lowest
        ([3.3, None], 50),
        ([3.3, 0], 50),
        ({"1": 3.3}, 50),
        ([{"v": 3.3}], 50),
        ([3.3] * 1000, 50),
    ],
)
def test_cell_spread(cells: Any, spread: float) -> None:
    info = answer(cells=cells, maxCellVoltage=3.35, minCellVoltage=3.3)
    assert value(info, f"{INFO}cellSpread") == pytest.approx(spread)
    assert (value(info, f"{INFO}cells") is None) is (spread == 50)


def test_cell_spread_of_extremes_the_wrong_way_round() -> None:
    info = answer(cells=[], maxCellVoltage=3.2, minCellVoltage=3.3)
    assert value(info, f"{INFO}cellSpread") is None


@pytest.mark.parametrize(
    ("raw", "celsius"),
    [(25, 25), (-40, -40), (120, 120), (250, None), (-41, None), (298, None), ("25.5", 25.5)],
)
def test_temperatures_are_not_scaled(raw: Any, celsius: float | None) -> None:
    assert value(answer(mosTemperature=raw), f"{INFO}mosTemperature") == celsius


def test_chosen_temperature_unit() -> None:
    info = answer(mosTemperature=250)
    assert value(info, f"{INFO}mosTemperature", temperature="tenth_celsius") == 25


TEMPERATURES = (
    *("maxCellTemperature", "mosTemperature", "balTemperature", "tvsTemperature"),
    *("sensorTemperature", "temperature1", "temperature2", "temperature3", "temperature4"),
)


def test_zero_degrees_only_beside_another_temperature() -> None:
    alone = answer(**dict.fromkeys(TEMPERATURES, 0))
    assert all(value(alone, f"{INFO}{name}") is None for name in TEMPERATURES)
    beside = answer(**dict.fromkeys(TEMPERATURES, 0) | {"balTemperature": 1})
    assert value(beside, f"{INFO}mosTemperature") == 0


@pytest.mark.parametrize("count", [0, 1, 4, None, "2", 99])
def test_only_as_many_probes_as_there_are(count: Any) -> None:
    info = answer(temperatureProbeCount=count, temperature4=30)
    shown = [value(info, f"{INFO}temperature{place}") is not None for place in (1, 2, 3, 4)]
    assert sum(shown) == min(int(count or 0), 4)
    assert shown == sorted(shown, reverse=True)


@pytest.mark.parametrize(
    ("unit", "ampere_hours"),
    [("unknown", None), ("ah", 300), ("tenth_ah", 30), ("mah", 0.3)],
)
def test_capacity_unit(unit: str, ampere_hours: float | None) -> None:
    info = answer(ratedCapacity=300, remainCapacity=150)
    assert value(info, f"{INFO}ratedCapacity", capacity=unit) == ampere_hours
    assert value(info, f"{INFO}capacityRatio", capacity=unit) == 50


@pytest.mark.parametrize("rated", [0, -1, None, "x", 1])
def test_capacity_ratio_needs_a_rated_capacity(rated: Any) -> None:
    assert value(answer(ratedCapacity=rated, remainCapacity=24), f"{INFO}capacityRatio") is None


@pytest.mark.parametrize(
    ("changes", "charge"),
    [
        ({"soc": 0}, 0),
        ({"soc": 100}, 100),
        ({"soc": 101}, None),
        ({"soc": -1}, None),
        ({"soc": "55"}, 55),
        ({"soc": 55, "voltage": 0}, None),  # online, but it measures nothing
        ({"soc": {}}, None),
    ],
)
def test_state_of_charge(changes: dict[str, Any], charge: float | None) -> None:
    assert value(answer(**changes), f"{INFO}soc") == charge


@pytest.mark.parametrize(("raw", "count"), [(0, None), (-1, None), (7, 7), ("7", 7), (None, None)])
def test_counts_only_above_zero(raw: Any, count: int | None) -> None:
    assert value(answer(loopCount=raw), f"{INFO}loopCount") == count


# Flags.


@pytest.mark.parametrize(
    ("polarity", "meanings"),
    [
        ("cautious", {1: True, 0: False, -1: None}),
        ("minus_is_off", {1: True, 0: False, -1: False}),
        ("minus_is_on", {1: False, 0: False, -1: True}),
    ],
)
def test_work_status_flags(polarity: str, meanings: dict[int, bool | None]) -> None:
    for raw, meaning in {**meanings, 2: None}.items():
        status = {"workStatusValue": 3, "invalid": 0, "charging": raw}
        assert value(answer(workStatus=status), f"{WORK}charging", flags=polarity) is meaning


@pytest.mark.parametrize(
    "changes", [{"workStatusValue": 0}, {"invalid": 1}, {"workStatusValue": None}]
)
def test_work_status_without_data(changes: dict[str, Any]) -> None:
    status = answer()["workStatus"] | {"charging": 1, "normal": True} | changes
    values = read(answer(workStatus=status)).values
    assert all(values[key] is None for key in values if key.startswith(WORK))
    assert values[f"{INFO}soc"] == 81


def test_faults_of_the_work_status_are_no_alarm() -> None:
    status = answer()["workStatus"] | {"fault": 1, "runingFault": 1}
    info = answer(workStatus=status)
    assert value(info, f"{WORK}fault") is True
    assert value(info, f"{INFO}fault") is False


# Faults.


def fault_bits(runtime: Runtime) -> dict[str, Any]:
    return {key: runtime.values[f"{LIST}{key}"] for key in KEYS}


@pytest.mark.parametrize("tag", [None, "", "-1", -1, "-1.0", " -1 "])
def test_rule_1_without_a_tag_nothing_is_known(tag: Any) -> None:
    info = faulty("过压", faultTag=tag)
    runtime = read(info)
    assert runtime.values[f"{INFO}fault"] is None
    assert runtime.values[f"{LIST}activeFaults"] is None
    assert set(fault_bits(runtime).values()) == {None}


def test_rule_2_no_fault_whatever_the_list_says() -> None:
    info = answer(batteryFaultCodeList=bits(*FAULT_NAMES), faultTag="17")
    runtime = read(info)
    assert runtime.values[f"{INFO}fault"] is False
    assert runtime.values[f"{LIST}activeFaults"] == "no_fault"
    assert set(fault_bits(runtime).values()) == {False}


@pytest.mark.parametrize("count", [0, 1, 18, 19])
def test_rule_3_names_of_true_values(count: int) -> None:
    active = FAULT_NAMES[:count]
    info = faulty("x", faultTag="?", batteryFaultCodeList=bits(*active))
    runtime = read(info)
    assert runtime.values[f"{INFO}fault"] is True
    assert runtime.verdict.active == tuple(KEYS[:count])
    assert [key for key, on in fault_bits(runtime).items() if on] == KEYS[:count]


@pytest.mark.parametrize("count", [20, 37, 38])
def test_rule_3_implausible(count: int) -> None:
    info = faulty("x", faultTag="-5", batteryFaultCodeList=bits(*FAULT_NAMES[:count]))
    runtime = read(info)
    assert runtime.values[f"{INFO}fault"] is True
    assert runtime.values[f"{LIST}activeFaults"] == "details_implausible"
    assert runtime.verdict.implausible
    assert set(fault_bits(runtime).values()) == {None}


def test_rule_4_tag_zero_names_no_fault() -> None:
    runtime = read(faulty("过压", faultTag="0"))
    assert runtime.values[f"{INFO}fault"] is True  # the server says so
    assert runtime.values[f"{LIST}activeFaults"] == "fault_not_named"
    assert set(fault_bits(runtime).values()) == {False}


def test_rule_4_count_of_bits_proves_the_list() -> None:
    runtime = read(faulty("过压", "充电过流"))
    assert runtime.verdict.active == ("over_voltage", "charge_over_current")
    assert runtime.values[f"{LIST}activeFaults"] == "Over-voltage; Charge over-current"
    assert not runtime.verdict.inverted


def test_rule_4_count_of_bits_inverts_the_list() -> None:
    fine = [name for name in FAULT_NAMES if name != "过压"]
    runtime = read(faulty("过压", batteryFaultCodeList=bits(*fine)))
    assert runtime.verdict.active == ("over_voltage",)
    assert runtime.verdict.inverted
    assert runtime.values[f"{LIST}clock_not_calibrated"] is False


def test_rule_4_half_and_half_is_not_inverted() -> None:
    half = FAULT_NAMES[:19]
    runtime = read(faulty("x", faultTag=str((1 << 19) - 1), batteryFaultCodeList=bits(*half)))
    assert runtime.verdict.active == tuple(KEYS[:19])


def test_rule_4_neither_falls_back_to_rule_3() -> None:
    three = FAULT_NAMES[:3]
    runtime = read(faulty("x", faultTag="1", batteryFaultCodeList=bits(*three)))
    assert runtime.verdict.active == tuple(KEYS[:3])


def test_masks_beyond_floating_point_are_counted_exactly() -> None:
    tag = str((1 << 63) + 1)
    runtime = read(faulty("x", faultTag=tag, batteryFaultCodeList=bits(*FAULT_NAMES[:36])))
    assert runtime.verdict.inverted  # 36 true, 2 false, 2 bits
    assert runtime.verdict.active == tuple(KEYS[36:])


@pytest.mark.parametrize(
    ("meaning", "expected"),
    [("true_is_fault", ["过压"]), ("true_is_fine", [n for n in FAULT_NAMES if n != "过压"])],
)
def test_chosen_meaning_of_the_list(meaning: str, expected: list[str]) -> None:
    info = faulty("x", faultTag="?", batteryFaultCodeList=bits("过压"))
    names = {fault.key: fault.wire for fault in FAULTS}
    active = read(info, fault_list=meaning).verdict.active or ()
    assert [names[key] for key in active] == expected


@pytest.mark.parametrize("fault", [None, "perhaps", [], 2])
def test_unreadable_fault_flag(fault: Any) -> None:
    assert read(faulty("过压", fault=fault)).values[f"{INFO}fault"] is None


def test_shuffled_list_gives_the_same_faults() -> None:
    info = faulty("过压", "充电过流", "时钟未校准")
    expected = fault_bits(read(info))
    shuffled = deepcopy(info)
    random.Random(4).shuffle(shuffled["batteryFaultCodeList"])
    assert shuffled["batteryFaultCodeList"] != info["batteryFaultCodeList"]
    assert fault_bits(read(shuffled)) == expected


def test_shorter_list_leaves_the_rest_unknown() -> None:
    info = faulty("低端AFE故障")
    info["batteryFaultCodeList"] = info["batteryFaultCodeList"][:10]
    runtime = read(info)
    assert runtime.values[f"{LIST}low_side_afe_fault"] is True
    assert runtime.values[f"{LIST}clock_not_calibrated"] is False
    assert runtime.values[f"{LIST}over_voltage"] is None


def test_longer_list_keeps_unknown_names() -> None:
    runtime = read(faulty("过压", "绝缘故障", "水浸"))
    assert runtime.values[f"{LIST}activeFaults"] == "Over-voltage; 水浸; 绝缘故障"
    assert runtime.verdict.others == {"other_1": "水浸", "other_2": "绝缘故障"}
    assert runtime.verdict.bits["other_1"] is True


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("预启动失败外部重载\uff0f短路", "pre_start_external_overload_or_short"),
        ("ＭＯＳ温度传感器失效", "mos_temperature_sensor_failure"),
        (" 放电MOS失效 ", "discharge_mos_failure"),
    ],
)
def test_full_width_spelling(name: str, key: str) -> None:
    info = faulty("x", faultTag="1", batteryFaultCodeList=[{"name": name, "value": True}])
    assert read(info).values[f"{LIST}{key}"] is True


@pytest.mark.parametrize(
    "entries", [None, {}, "x", [None], [{"name": 1}], [{"value": True}], [[]], [{"name": None}]]
)
def test_broken_list(entries: Any) -> None:
    runtime = read(faulty("过压", batteryFaultCodeList=entries))
    assert runtime.values[f"{INFO}fault"] is True
    assert set(fault_bits(runtime).values()) == {None}


def test_long_list_of_faults_fits_into_a_state() -> None:
    runtime = read(faulty("x", faultTag="?", batteryFaultCodeList=bits(*FAULT_NAMES[:19])))
    state = runtime.values[f"{LIST}activeFaults"]
    assert isinstance(state, str)
    assert len(state) <= 255
    assert state.endswith("; …")
    assert len(runtime.values[f"{LIST}activeFaults.faults"]) == 19  # type: ignore[arg-type]


def test_faults_in_other_words() -> None:
    reader = Reader(fault_names={"over_voltage": "Überspannung"})
    assert reader.read(faulty("过压")).values[f"{LIST}activeFaults"] == "Überspannung"


# Dates and texts.


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2026-11-21 08:00:00", NOW - timedelta(hours=8)),
        ("2026-11-21T08:00:00", NOW - timedelta(hours=8)),
        ("2026-11-21T08:00:00Z", NOW),
        ("2026-11-21T08:00:00+00:00", NOW),
        (int(NOW.timestamp() * 1000), NOW),
        (str(int(NOW.timestamp() * 1000)), NOW),
        (int(NOW.timestamp()), None),
        ("21.11.2026", None),
        ("0001-01-01 00:00:00", None),
        ("9999-12-31 23:59:59", None),
        ("2026-13-41 25:61", None),
        ({}, None),
        (10**400, None),
    ],
)
def test_dates(raw: Any, moment: datetime | None) -> None:
    zone = timezone(timedelta(hours=8))
    seconds = read(answer(lastHBDate=raw), zone).values[f"{INFO}lastHBDate"]
    assert seconds == (None if moment is None else moment.timestamp())


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("WORKING", "WORKING"),
        ("SOMETHING_NEW", "SOMETHING_NEW"),
        (" a\n b ", "a b"),
        ("", None),
        (421073434341617664, "421073434341617664"),
        (True, None),
        ({}, None),
        ("x" * 300, "x" * 255),
    ],
)
def test_texts(raw: Any, text: str | None) -> None:
    assert value(answer(status=raw), f"{INFO}status") == text


@pytest.mark.parametrize(
    ("raw", "text"), [({"desc": "", "value": 7}, "7"), ("NMC", "NMC"), ({}, None), (None, None)]
)
def test_battery_type(raw: Any, text: str | None) -> None:
    assert value(answer(batteryType=raw), f"{INFO}batteryType") == text


@pytest.mark.parametrize(
    ("latitude", "longitude", "shown"),
    [(31.2, 121.4, True), (0, 0, False), (91, 0, False), (1, 181, False), (None, 1, False)],
)
def test_position(latitude: Any, longitude: Any, shown: bool) -> None:
    info = answer(latitude=latitude, longitude=longitude)
    assert (value(info, f"{INFO}latitude") is not None) is shown


# Anything at all.

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["51.2", "1e3", "NaN", "-1", "true", "2026-11-21 08:00:00", -1, 2**64]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
WIRES = sorted({row.source for row in ROWS} | {"batteryFaultCodeList", "workStatus", "faultTag"})
STATUS = sorted(SEED["runtimeInfo"]["workStatus"])


@settings(max_examples=250, deadline=None)
@given(
    changes=st.dictionaries(st.sampled_from(WIRES), JSON, max_size=12),
    status=st.dictionaries(st.sampled_from(STATUS), JSON, max_size=6),
    dropped=st.sets(st.sampled_from(WIRES), max_size=10),
)
@example(changes={"cells": [inf, -inf, nan]}, status={}, dropped=set())
@example(changes={"faultTag": 10**400}, status={"workStatusValue": 10**400}, dropped=set())
def test_any_answer(changes: dict[str, Any], status: dict[str, Any], dropped: set[str]) -> None:
    info = answer()
    info["workStatus"] |= status
    info |= changes
    for name in dropped:
        info.pop(name, None)
    runtime = read(info)
    assert len(runtime.values) == len(ROWS) + 1
    for key, shown in runtime.values.items():
        assert shown is None or isinstance(shown, float | int | str | bool | tuple), key
        if isinstance(shown, float):
            assert abs(shown) < inf
        if isinstance(shown, str):
            assert 0 < len(shown) <= 255
    if not runtime.has_data:
        assert set(known(runtime)) <= {f"{INFO}online"}
    voltage = runtime.values[f"{INFO}voltage"]
    assert voltage is None or 20 <= voltage <= 100  # type: ignore[operator]
    assert "31.2304" not in json.dumps(redacted(info), default=str)


# Diagnostics.


def test_redacted_answer() -> None:
    info = answer(
        latitude=31.2304,
        longitude=121.4737,
        pluggedCabinetId="70134",
        gateway="GW7781",
        commModuleRuntime={"imei": "866123456789012"},
        ownerPhone="13800138000",
        status="IN_USE_BY_13800138000123",
    )
    shown = redacted(info)
    text = json.dumps(shown, ensure_ascii=False)
    for secret in ("31.2304", "121.4737", "70134", "GW7781", "8661", "1380", "B6BC", "42107"):
        assert secret not in text
    assert shown["ownerPhone"] == "<str>"
    assert shown["voltage"] == info["voltage"]
    assert shown["workStatus"] == info["workStatus"]
    assert shown["batteryFaultCodeList"] == info["batteryFaultCodeList"]
    assert shown["cells"] == info["cells"]
    assert shown["firmware"] == "V2.1.7"
