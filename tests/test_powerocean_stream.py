"""A PowerOcean that runs: how often states are written, energy, being lost and coming back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
import json
import logging
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator.powerocean import Fault, frames
from simulator.powerocean.build import Value, message
from simulator.powerocean.frames import Model
from simulator.powerocean.snapshot import detail
from simulator.powerocean.system import SimulatedCloud

from .conftest import CLIENT_UUID, SetUp
from .powerocean import (
    CHANGE,
    ERROR,
    PACK,
    PACKS,
    STREAM,
    SYSTEM,
    House,
    entity_id,
    pass_time,
    state_of,
    until,
    value_of,
)

MORNING = "2026-06-21 07:30:00"
SMALL: dict[str, Any] = {"packs": (), "wall_box": False}
ONE_PACK: dict[str, Any] = {"packs": PACKS[:1], "wall_box": False}

still = pytest.mark.freeze_time(MORNING)
ticking = pytest.mark.freeze_time(MORNING, tick=True)
small = pytest.mark.parametrize("simulation", [SMALL], ids=["small"])
one_pack = pytest.mark.parametrize("simulation", [ONE_PACK], ids=["one pack"])

LOAD = f"{STREAM}_sysLoadPwr"
OURS = "custom_components.energy_storage_hub"


def report(func: int, cmd: int, name: str, values: dict[str, Value]) -> frames.Report:
    """Return a report with exactly these values."""
    return frames.Report.of(func, cmd, message(name, values))


def pack_report(**values: Value) -> frames.Report:
    """Return a report of the first pack."""
    whole: dict[str, Value] = {"bpSn": PACKS[0].encode(), "bpDsrc": 1, **values}
    return report(96, 7, "PackReport", {"bpSta": [message("Pack", whole)]})


def load(cloud: SimulatedCloud, watts: float) -> frames.Report:
    """Let the home take so much, and return the report that says it."""
    cloud.plant.hold(load=watts, strings=(0.0, 0.0, 0.0), battery=0.0)
    return frames.energy_stream(cloud.plant)


@contextmanager
def writes(hass: HomeAssistant) -> Iterator[Counter[str]]:
    """Count the writes of each entity, changed or not; those of the fence do not count."""
    counts: Counter[str] = Counter()
    fence = entity_id(hass, ERROR)

    @callback
    def count(event: Event[Any]) -> None:
        counts[event.data["entity_id"]] += 1

    @callback
    def wanted(data: Mapping[str, Any]) -> bool:
        return data["entity_id"] != fence

    removes = [
        hass.bus.async_listen(kind, count, event_filter=wanted)
        for kind in (EVENT_STATE_CHANGED, EVENT_STATE_REPORTED)
    ]
    try:
        yield counts
    finally:
        for remove in removes:
            remove()


def lines(caplog: pytest.LogCaptureFixture, *words: str) -> list[str]:
    """Return our log lines at info and above with one of these words."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(OURS)
        and record.levelno >= logging.INFO
        and any(word in record.getMessage() for word in words)
    ]


# How often states are written.


@ticking
@small
async def test_measurements_are_written_at_the_chosen_rate(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up(update_seconds=5)
    house = House(hass, cloud)
    await house.online()
    await pass_time(freezer, 6)
    name = entity_id(hass, LOAD)
    assert name
    with writes(hass) as counts:
        # The first at once, the others of the next 5 s together: the last one counts.
        for watts in (100.0, 200.0, 300.0, 400.0):
            await house.send(load(cloud, watts))
        assert counts[name] == 1
        assert value_of(hass, LOAD) == "100.0"
        await pass_time(freezer, 6)
        assert counts[name] == 2
        assert value_of(hass, LOAD) == "400.0"
        # A report a second for 20 s.
        counts.clear()
        for watts in range(500, 520):
            await house.send(load(cloud, float(watts)))
            await pass_time(freezer, 1)
        await pass_time(freezer, 6)
        assert 4 <= counts[name] <= 6
        assert value_of(hass, LOAD) == "519.0"


@still
@one_pack
async def test_modes_and_faults_are_written_at_once(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up(update_seconds=60)
    house = House(hass, cloud)
    await house.online()
    for state, shown in ((1, "discharging"), (2, "charging"), (0, "standby")):
        await house.send(pack_report(bmsChgDsgSta=state, bpVol=50.0 + state))
        assert value_of(hass, f"{PACK}_bmsChgDsgSta", PACKS[0]) == shown
    for mode, shown in ((1, "time_of_use"), (2, "backup")):
        await house.send(report(96, 8, "PlusConfigReport", {"ems_work_mode": mode}))
        assert value_of(hass, f"{CHANGE}_emsWorkMode") == shown
    # The voltage, a measurement, has its time.
    assert value_of(hass, f"{PACK}_bpVol", PACKS[0]) not in {"50.0", "52.0"}


@ticking
@one_pack
async def test_what_does_not_change_is_not_written(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    cloud.plant.hold(load=0.0, strings=(0.0, 0.0, 0.0), battery=0.0)
    everything = cloud.device.payload(*frames.bundle(cloud.plant))
    await house.send_bytes(everything)
    await pass_time(freezer, 2)
    with writes(hass) as counts:
        for _ in range(3):
            await house.send_bytes(everything)
            await pass_time(freezer, 2)
    assert not counts


@small
async def test_a_burst_neither_blocks_nor_loses_the_last_value(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """10,000 reports that came in while Home Assistant was busy."""
    entry = await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    burst = 10_000
    payloads = [cloud.device.payload(load(cloud, float(watts))) for watts in range(burst)]
    blocked: list[float] = []

    async def ticker() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.002)
            blocked.append(time.thread_time() - before)

    watching = asyncio.create_task(ticker())
    try:
        cloud.broker.pour(cloud.broker.app_clients[0], cloud.device.property_topic, payloads)
        await until(lambda: value_of(hass, LOAD) == f"{burst - 1}.0", 30)
    finally:
        watching.cancel()
    assert max(blocked) < 0.05, sorted(blocked)[-5:]
    assert entry.state is ConfigEntryState.LOADED


# Energy.


def kwh(hass: HomeAssistant, name: str) -> float:
    """Return an energy that is counted here."""
    state = state_of(hass, f"energy_{name}")
    assert state.attributes["state_class"] == "total"
    assert state.attributes["unit_of_measurement"] == "kWh"
    return float(state.state)


async def minutes(
    house: House, freezer: FrozenDateTimeFactory, stream: frames.Report, count: int
) -> None:
    """Send a report a minute."""
    for _ in range(count):
        await pass_time(freezer, 60)
        await house.send(stream)


async def written(freezer: FrozenDateTimeFactory) -> None:
    """Let the last values be written."""
    await pass_time(freezer, 2)


@ticking
@small
async def test_energy_is_counted_and_survives_a_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    stream = load(cloud, 6000.0)  # all of it from the grid
    entry = await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await house.send(stream)
    await minutes(house, freezer, stream, 10)
    await written(freezer)
    assert kwh(hass, "home") == about(1.0)
    assert kwh(hass, "gridImport") == kwh(hass, "home")
    assert kwh(hass, "gridExport") == 0.0
    before = kwh(hass, "home")

    # Nothing is forgotten. While nobody looks the system does: two minutes of its last five are in
    # its answer.
    await hass.config_entries.async_unload(entry.entry_id)
    await pass_time(freezer, 300)
    await hass.config_entries.async_setup(entry.entry_id)
    assert kwh(hass, "home") == before
    await house.online(2)
    await house.send(stream)
    await minutes(house, freezer, stream, 5)
    await written(freezer)
    assert kwh(hass, "home") - before == about(0.5 + 0.2)

    # Selling is not buying.
    cloud.plant.hold(load=1000.0, strings=(4000.0, 0.0, 0.0), battery=0.0)
    stream = frames.energy_stream(cloud.plant)
    await house.send(stream)
    await written(freezer)
    bought = kwh(hass, "gridImport")
    await minutes(house, freezer, stream, 10)
    await written(freezer)
    assert kwh(hass, "gridExport") == about(0.5)
    assert kwh(hass, "gridImport") == bought


def about(energy: float) -> Any:
    """Allow for the time that the test itself takes."""
    return pytest.approx(energy, rel=0.02)


@ticking
@small
async def test_no_energy_is_invented_over_a_gap(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    stream = load(cloud, 6000.0)
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await house.send(stream)
    await minutes(house, freezer, stream, 2)
    cloud.faults.add("detail", Fault.http(503))  # nor does the snapshot tell
    cloud.device.pause()
    await pass_time(freezer, 600)
    cloud.device.resume()
    await house.send(stream)
    await minutes(house, freezer, stream, 2)
    await written(freezer)
    assert kwh(hass, "home") == about(0.4)


@ticking
@small
async def test_minutes_fill_a_gap(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """Back after an hour, the system repeats what it measured meanwhile; twice, to be sure."""
    stream = load(cloud, 6000.0)
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await house.send(stream)
    await minutes(house, freezer, stream, 2)
    cloud.faults.add("detail", Fault.http(503))
    cloud.device.pause()
    await pass_time(freezer, 3600)
    cloud.device.resume()
    await house.send(stream)
    cloud.plant.advance()
    replay = frames.energy_history(list(cloud.plant.minutes)[:65])
    await house.send(replay)
    await house.send(replay)
    await minutes(house, freezer, stream, 2)
    await written(freezer)
    assert kwh(hass, "home") == about(6.4)


@ticking
@small
async def test_replayed_minutes_do_not_count(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """96/34 repeats minutes: none is shown, and those that were watched are not counted again."""
    stream = load(cloud, 600.0)
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await house.send(stream)
    await pass_time(freezer, 60)
    before = value_of(hass, LOAD)
    await house.send(frames.energy_history(list(cloud.plant.minutes)[:100]), stream)
    await written(freezer)
    assert kwh(hass, "home") == about(0.01)
    assert value_of(hass, LOAD) == before == "600.0"


def snapshot_without(cloud: SimulatedCloud, *names: str) -> Fault:
    """Return an answer that lacks some of the totals at its top."""
    data = detail(cloud.plant, Model.PLUS, dt_util.utcnow())
    answer = {"code": "0", "message": "Success", "data": data}
    for name in names:
        del data[name]
    return Fault.raw(json.dumps(answer).encode())


@ticking
@one_pack
async def test_the_vendors_counters_come_first(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    cloud.plant.hold(load=1000.0, strings=(3000.0, 0.0, 0.0), battery=1000.0)
    stream = frames.energy_stream(cloud.plant)
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await minutes(house, freezer, stream, 10)
    await written(freezer)
    assert kwh(hass, "home") > 0.1
    for name in ("solar", "batteryCharge", "batteryDischarge"):
        assert entity_id(hass, f"energy_{name}") is None
    for key in (
        "snapshot_totalElectricityGeneration",
        f"{CHANGE}_bpTotalChgEnergy",
        f"{CHANGE}_bpTotalDsgEnergy",
    ):
        state = state_of(hass, key)
        assert state.attributes["state_class"] == "total"
        assert float(state.state) > 100


@ticking
@small
async def test_where_the_vendor_does_not_count_we_do(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    cloud.plant.hold(load=1000.0, strings=(3000.0, 0.0, 0.0), battery=0.0)
    stream = frames.energy_stream(cloud.plant)
    cloud.faults.add("detail", snapshot_without(cloud, "totalElectricityGeneration"))
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await house.send(stream)
    await minutes(house, freezer, stream, 1)
    assert entity_id(hass, "energy_solar") is None  # theirs may still come
    await minutes(house, freezer, stream, 9)
    await written(freezer)
    assert kwh(hass, "solar") == about(0.5)


@ticking
@one_pack
async def test_a_counter_that_falls_to_zero_does_not_show(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    cloud.plant.hold(load=500.0, strings=(0.0, 0.0, 0.0), battery=0.0)
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    charged, of_pack = f"{CHANGE}_bpTotalChgEnergy", f"{PACK}_bpAccuChgEnergy"
    before = value_of(hass, charged), value_of(hass, of_pack, PACKS[0])
    assert float(before[0]) > 100
    assert float(before[1]) > 100
    for _ in range(3):
        await house.send(
            report(96, 17, "PlusStateReport", {"bpTotalChgEnergy": 0}),
            pack_report(bpAccuChgEnergy=0),
        )
        await pass_time(freezer, 2)
    await written(freezer)
    assert (value_of(hass, charged), value_of(hass, of_pack, PACKS[0])) == before

    risen = round(float(before[1]) * 1000) + 2  # more takes a pack longer
    await house.send(pack_report(bpAccuChgEnergy=risen))
    await written(freezer)
    assert float(value_of(hass, of_pack, PACKS[0])) == pytest.approx(float(before[1]) + 0.002)


# Lost and back.


@ticking
@one_pack
async def test_a_silent_system_is_lost_and_comes_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up()
    house = House(hass, cloud)
    await house.online()
    caplog.clear()
    cloud.device.pause()
    await pass_time(freezer, 500)
    assert value_of(hass, LOAD) != STATE_UNAVAILABLE  # gaps of ten minutes do happen
    await pass_time(freezer, 300)
    assert {state.state for state in hass.states.async_all()} == {STATE_UNAVAILABLE}
    await pass_time(freezer, 300)
    assert len(lines(caplog, "offline", "lost")) == 1

    cloud.device.resume()
    await house.send(*frames.bundle(cloud.plant))
    assert STATE_UNAVAILABLE not in {state.state for state in hass.states.async_all()}
    await pass_time(freezer, 60)
    assert len(lines(caplog, "is back")) == 1
    assert SYSTEM not in "".join(lines(caplog, ""))


@ticking
@small
async def test_the_snapshot_stands_in_while_mqtt_is_silent(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await house.send(load(cloud, 100.0))
    # The system goes on, its reports just do not come through.
    await cloud.broker.stop()
    polls = cloud.cloud.counts["detail"]
    load(cloud, 200.0)
    await pass_time(freezer, 90)
    assert value_of(hass, LOAD) == "100.0"
    assert cloud.cloud.counts["detail"] == polls
    await pass_time(freezer, 180)
    assert value_of(hass, LOAD) == "200.0"
    load(cloud, 300.0)
    await pass_time(freezer, 120)
    assert value_of(hass, LOAD) == "300.0"
    assert polls + 3 <= cloud.cloud.counts["detail"] <= polls + 6  # one a minute
    await pass_time(freezer, 900)
    assert value_of(hass, LOAD) == "300.0"

    # MQTT is back: the snapshot is asked rarely again.
    await cloud.broker.start()
    await pass_time(freezer, 400, lambda: cloud.broker.app_clients)
    await house.back()
    polls = cloud.cloud.counts["detail"]
    for _ in range(10):
        await pass_time(freezer, 30)
        await house.send(load(cloud, 400.0))
    assert value_of(hass, LOAD) == "400.0"
    assert cloud.cloud.counts["detail"] <= polls + 2


@ticking
@small
async def test_values_do_not_go_back_in_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """The snapshot tells what MQTT told before: it does not overrule what came since."""
    assert await async_setup_component(hass, "homeassistant", {})
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await pass_time(freezer, 120)
    load(cloud, 111.0)
    await house.send(load(cloud, 222.0))
    await pass_time(freezer, 2)
    load(cloud, 111.0)  # what the snapshot has
    polls = cloud.cloud.counts["detail"]
    await hass.services.async_call(
        "homeassistant", "update_entity", {"entity_id": entity_id(hass, LOAD)}, blocking=True
    )
    await pass_time(freezer, 30, lambda: cloud.cloud.counts["detail"] > polls)
    assert cloud.cloud.counts["detail"] > polls
    await house.fence()
    await pass_time(freezer, 2)
    assert value_of(hass, LOAD) == "222.0"


@ticking
@small
async def test_the_broker_restarts(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    with writes(hass) as counts:
        await cloud.broker.stop()
        await pass_time(freezer, 30)
        await cloud.broker.start()
        await pass_time(freezer, 120, lambda: cloud.broker.app_clients)
        await house.back()
    assert value_of(hass, LOAD) != STATE_UNAVAILABLE
    assert all(count <= 3 for count in counts.values())  # nothing went away and came back
    await house.send(load(cloud, 777.0))
    await pass_time(freezer, 2)
    assert value_of(hass, LOAD) == "777.0"
    assert cloud.cloud.counts["login"] == 1


@ticking
@small
@pytest.mark.parametrize(
    "fault", [Fault.http(503), Fault.html(), Fault.drop(), Fault.api("6012")], ids=str
)
async def test_an_ill_cloud_is_no_loss_while_mqtt_delivers(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    entry = await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    caplog.clear()
    polls = cloud.cloud.counts["detail"]
    cloud.faults.add("detail", fault)
    for watts in range(1, 45):
        await pass_time(freezer, 15)
        await house.send(load(cloud, float(watts)))
        assert value_of(hass, LOAD) != STATE_UNAVAILABLE
    assert cloud.cloud.counts["detail"] >= polls + 2
    assert len(lines(caplog, "Error fetching", "error fetching")) == 1
    assert cloud.account.email not in "".join(lines(caplog, ""))
    cloud.faults.clear()
    await pass_time(freezer, 330)
    assert len(lines(caplog, "recovered")) == 1
    assert entry.state is ConfigEntryState.LOADED
    assert not hass.config_entries.flow.async_progress()


@ticking
@small
async def test_an_offline_system_is_unavailable_at_once(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    house = House(hass, cloud)
    await house.online()
    cloud.device.offline = True
    await cloud.broker.kick(cloud.broker.app_clients[0])
    await cloud.broker.wait_for_no_app()
    await pass_time(freezer, 5, lambda: value_of(hass, LOAD) == STATE_UNAVAILABLE)
    await until(lambda: value_of(hass, LOAD) == STATE_UNAVAILABLE)
    cloud.device.offline = False
    await house.send(frames.energy_stream(cloud.plant))
    assert value_of(hass, LOAD) not in {STATE_UNAVAILABLE, STATE_UNKNOWN}


# Credentials.


def logins_apart(cloud: SimulatedCloud) -> bool:
    """Whether there was at most one login a minute."""
    times = [request.time for request in cloud.cloud.requests if request.endpoint == "login"]
    return all(after - before >= timedelta(seconds=60) for before, after in pairwise(times))


@ticking
@small
async def test_a_dead_token_is_renewed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    await House(hass, cloud).online()
    await pass_time(freezer, 90)
    cloud.cloud.expire_tokens()
    await pass_time(freezer, 330)
    assert cloud.cloud.counts["login"] == 2
    assert not hass.config_entries.flow.async_progress()
    assert cloud.cloud.requests[-1].status == 200


@ticking
@small
async def test_a_login_that_is_refused_later_asks_for_the_password(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    await pass_time(freezer, 90)
    cloud.faults.login_rejected = True
    cloud.cloud.expire_tokens()
    await pass_time(freezer, 330, hass.config_entries.flow.async_progress)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    # What still works goes on.
    assert entry.state is ConfigEntryState.LOADED
    await house.send(load(cloud, 50.0))
    assert value_of(hass, LOAD) != STATE_UNAVAILABLE
    await pass_time(freezer, 900)
    assert len(hass.config_entries.flow.async_progress()) == 1
    assert logins_apart(cloud)


@ticking
@small
async def test_a_new_mqtt_password_is_fetched(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    house = House(hass, cloud)
    await house.online()
    await cloud.rotate_mqtt_password()
    await cloud.broker.wait_for_no_app()
    await pass_time(freezer, 60, lambda: cloud.broker.app_connects > 1)
    await house.online(2)
    assert cloud.cloud.counts["login"] == 1
    assert cloud.cloud.counts["certification"] == 2


@ticking
@small
async def test_mqtt_credentials_that_are_refused_for_good(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """Certification again, login again, then the person: without a storm of either."""
    entry = await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await pass_time(freezer, 90)
    cloud.faults.mqtt_password_refused = True
    await cloud.rotate_mqtt_password()
    await cloud.broker.wait_for_no_app()
    await pass_time(freezer, 900, hass.config_entries.flow.async_progress)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    assert cloud.cloud.counts["login"] == 2
    assert cloud.cloud.counts["certification"] <= 6
    refused = cloud.broker.refused_counts.total()
    assert refused == 3

    # Snapshots go on, and nothing knocks at the broker's door any more.
    load(cloud, 123.0)
    await pass_time(freezer, 600)
    assert value_of(hass, LOAD) == "123.0"
    assert cloud.broker.refused_counts.total() == refused
    assert logins_apart(cloud)

    # Signed in again, it works again.
    cloud.faults.clear()
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"password": cloud.account.password}
    )
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    await house.online(2)


@small
async def test_nothing_secret_is_logged(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """Debug logs end up in public bug reports."""
    caplog.set_level(logging.DEBUG, OURS)
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    await house.send_bytes(b"garbage", b"{}", b'{"sn": "R374ZSIM00000001"}')
    await hass.config_entries.async_reload(entry.entry_id)
    await house.online(2)
    text = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(OURS)
    )
    assert text
    for secret in (
        SYSTEM,
        cloud.account.email,
        cloud.account.user_id,
        CLIENT_UUID,
        cloud.mqtt.account,
        cloud.mqtt.password,
        "Bearer",
    ):
        assert secret not in text, secret


# Bad input.


@ticking
@small
async def test_garbage_changes_nothing_and_stops_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await house.send(load(cloud, 100.0))
    await pass_time(freezer, 2)
    good = cloud.device.payload(frames.energy_stream(cloud.plant))
    with writes(hass) as counts:
        await house.send_bytes(
            b"",
            b"\x00",
            b"\xff" * 5000,
            good[: len(good) // 2],
            b"{",
            b"[]",
            b"null",
            b'{"params": null}',
            b'{"data": {"quota": []}}',
            b"<!DOCTYPE html><html></html>",
            bytes(300_000),
        )
        await pass_time(freezer, 2)
    assert not counts
    assert value_of(hass, LOAD) == "100.0"
    assert len(lines(caplog, "")) <= 5
    await house.send(load(cloud, 101.0))
    await pass_time(freezer, 2)
    assert value_of(hass, LOAD) == "101.0"


@ticking
@small
@pytest.mark.parametrize("value", ["many", None, "NaN", [], {}, 1e39], ids=repr)
async def test_json_that_is_no_number_is_unknown_and_not_zero(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    value: object,
) -> None:
    await set_up(update_seconds=1)
    house = House(hass, cloud)
    await house.online()
    await house.send(load(cloud, 100.0))
    params = {"sysLoadPwr": value, "sysGridPwr": 12.5}
    body = {"cmdFunc": 96, "cmdId": 33, "params": params}
    await house.send_bytes(json.dumps(body).encode())
    await pass_time(freezer, 2)
    assert value_of(hass, LOAD) == STATE_UNKNOWN
    assert value_of(hass, f"{STREAM}_sysGridPwr") == "12.5"


@pytest.mark.parametrize("simulation", [SMALL | {"tls": True}], ids=["self-signed"])
async def test_a_broker_that_nobody_vouches_for_is_refused(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
) -> None:
    """Home Assistant's own TLS context is used: the simulated broker is self-signed."""
    entry = await set_up()
    history: list[dict[str, Any]] = []
    while not history:
        found: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
        history = found["source"]["connection_history"]
    assert "certificate is not trusted" in history[0]["event"]
    assert not cloud.broker.app_connects
    # What comes over HTTPS is shown all the same.
    assert entry.state is ConfigEntryState.LOADED
    assert value_of(hass, LOAD) not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
