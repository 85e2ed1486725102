"""The server for charging piles by itself: limits, hostile peers, reconnects, orders in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
import gc
import secrets
import socket
from typing import Any, override

from homeassistant.core import HomeAssistant
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.energy_storage_hub.charging_pile.client import ChargingPiles, Settings
from custom_components.energy_storage_hub.charging_pile.frame import START
from custom_components.energy_storage_hub.charging_pile.limits import Limits
from custom_components.energy_storage_hub.charging_pile.server import Connection
from custom_components.energy_storage_hub.model.source import (
    Device,
    Happening,
    Problem,
    Reading,
    SourceAuthError,
    SourceError,
    SourceListener,
)
from custom_components.energy_storage_hub.model.states import Value
from simulator.charging_pile import Dialect, SimulatedPile
from simulator.charging_pile.dialects import DIALECTS

from .piles import CODE, FIRST, Peer, frame, free_port, peer, until

QUICK = Limits(
    login=0.2,
    silence_least=0.4,
    silence_most=0.4,
    grace=0.2,
    sweep=0.05,
    answer=0.3,
    start=0.6,
    confirm=0.3,
)


class Listener(SourceListener):
    """Keeps what a source tells."""

    def __init__(self) -> None:
        self.devices: dict[str, Device] = {}
        self.states: dict[str, dict[str, Value | None]] = {}
        self.events: list[Happening] = []
        self.problems: set[str] = set()
        self.saves = 0
        self.availability_calls = 0

    @override
    def on_device(self, device: Device) -> None:
        self.devices[device.serial] = device

    @override
    def on_reading(self, reading: Reading) -> None:
        self.states.setdefault(reading.serial, {}).update(reading.values)

    @override
    def on_event(self, happening: Happening) -> None:
        self.events.append(happening)

    @override
    def on_availability(self) -> None:
        self.availability_calls += 1

    @override
    def on_problem(self, problem: Problem) -> None:
        self.problems.add(problem.text)

    @override
    def on_solved(self, key: str) -> None:
        self.problems.discard(key.partition("_")[0] + "_pile")

    @override
    def on_sign_in_refused(self, error: SourceAuthError) -> None:
        raise AssertionError

    @override
    async def save_now(self) -> None:
        self.saves += 1


class Server:
    """A source with everything that it told."""

    def __init__(self, limits: Limits, saved: Mapping[str, Any], **options: Any) -> None:
        self.port = free_port()
        self.heard = Listener()
        self.found: list[str] = []
        self.kept: tuple[str, ...] = ()
        self.source = ChargingPiles(
            Settings(host="127.0.0.1", port=self.port, limits=limits, **options),
            self.heard,
            found=self.found.append,
            keep=self._keep,
        )
        self.source.restore(saved)

    def _keep(self, codes: tuple[str, ...]) -> None:
        self.kept = codes

    def state(self, key: str, serial: str = FIRST) -> Value | None:
        """Return the last value of a state."""
        return self.heard.states[serial].get(key)


@asynccontextmanager
async def serve(
    limits: Limits = QUICK, *piles: str, saved: Mapping[str, Any] | None = None, **options: Any
) -> AsyncIterator[Server]:
    """Run a source until the end."""
    server = Server(limits, saved or {}, piles=piles, **options)
    await server.source.start()
    running = asyncio.create_task(server.source.run())
    try:
        yield server
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


PATIENT = Limits(sweep=0.05)


async def sign_in(somebody: Peer, code: str = CODE) -> None:
    """Sign in and wait for the answer."""
    somebody.tell(106, {"charge_point_id": code, "connector_count": 2})
    heard: list[int] = []
    while 105 not in heard:
        frames = await somebody.hear()
        assert frames, "the server hung up"
        heard += [heard_frame.command for heard_frame in frames]


# Peers that are up to no good.


async def test_who_says_nothing_is_hung_up_on() -> None:
    async with serve(QUICK, CODE) as server, peer(server.port) as nobody:
        assert await nobody.hung_up()


async def test_slow_peers_are_hung_up_on_however_busy_they_are() -> None:
    async with serve(QUICK, CODE) as server, peer(server.port) as slow:
        login = frame(106, {}).encode()
        hanging_up = asyncio.create_task(slow.hung_up())
        for byte in login:
            slow.say(bytes([byte]))
            await asyncio.sleep(0.01)
            if hanging_up.done():
                break
        assert await hanging_up


async def test_heartbeats_without_a_login_do_not_keep_a_connection() -> None:
    async with serve(QUICK, CODE) as server, peer(server.port) as rude:
        for _ in range(10):
            rude.tell(102, {"heartbeat_sequence": 1})
            await asyncio.sleep(0.05)
        assert await rude.hung_up()


async def test_garbage_is_never_answered_and_ends() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as noisy:
        noisy.say(secrets.token_bytes(2000).replace(b"\xaa", b"\x00"))
        assert await noisy.silence()
        noisy.say(bytes(4096))
        assert await noisy.hung_up()


async def test_a_frame_that_promises_much_is_not_awaited() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as boaster:
        boaster.say(START + (4000).to_bytes(2, "little"))
        await sign_in(boaster)


@pytest.mark.parametrize("code", ["", "x y", "x\x01y", "ab'c", "<b>", "32010001#1"])
async def test_impossible_codes_are_hung_up_on(code: str) -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as odd:
        odd.tell(106, {"charge_point_id": code})
        assert await odd.hung_up()
        assert server.found == []


async def test_connections_are_counted_per_address_and_in_all() -> None:
    for limits, reason in (
        (Limits(total=2), "total"),
        (Limits(per_address=2), "per_address"),
    ):
        async with serve(limits, CODE) as server, AsyncExitStack() as stack:
            kept = [await stack.enter_async_context(peer(server.port)) for _ in range(2)]
            one_more = await stack.enter_async_context(peer(server.port))
            assert await one_more.hung_up()
            assert server.source.diagnostics()["server"]["refused"] == {reason: 1}
            await sign_in(kept[0])


async def test_strangers_cannot_take_the_place_of_piles() -> None:
    async with serve(Limits(strangers=3), CODE) as server, AsyncExitStack() as stack:
        crowd = [await stack.enter_async_context(peer(server.port)) for _ in range(3)]
        pile = await stack.enter_async_context(peer(server.port))
        assert await crowd[0].hung_up()
        await sign_in(pile)
        more = [await stack.enter_async_context(peer(server.port)) for _ in range(4)]
        assert await more[0].hung_up()
        pile.tell(102, {"heartbeat_sequence": 9})
        assert 101 in [heard.command for heard in await pile.hear()]


async def test_made_up_names_run_out() -> None:
    async with serve(Limits(total=200, per_address=200), CODE) as server:
        for number in range(40):
            async with peer(server.port) as liar:
                liar.tell(106, {"charge_point_id": f"FAKE{number}"})
                await liar.hear()
        assert len(server.found) == 32


async def test_a_peer_that_does_not_read_is_hung_up_on() -> None:
    async with serve(PATIENT, CODE) as server:
        # A small window: else the kernels hold megabytes before anybody notices.
        lazy = socket.socket()
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        lazy.connect(("127.0.0.1", server.port))
        lazy.setblocking(False)
        _, writer = await asyncio.open_connection(sock=lazy, limit=64)
        writer.write(frame(106, {"connector_count": 2}).encode())
        await until(lambda: server.source.available(CODE))
        logins = frame(106, {"connector_count": 2}).encode() * 100
        with suppress(ConnectionError):
            async with asyncio.timeout(20):
                while True:
                    writer.write(logins)
                    await writer.drain()
        await until(lambda: server.source.health()["connected"] == 0)
        writer.transport.abort()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(chunks=st.lists(st.binary(min_size=1, max_size=400), min_size=1, max_size=8))
async def test_random_bytes_are_never_answered(chunks: list[bytes]) -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as noisy:
        for chunk in chunks:
            noisy.say(chunk)
        with suppress(TimeoutError):
            assert await noisy.hear(0.01) == []
        assert server.found == []


async def test_hostile_fields_of_a_known_pile_do_no_harm() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as pile:
        await sign_in(pile)
        for command in (8, 104, 108, 110, 114, 202, 204, 208, 222, 302, 1102, 1104):
            for _ in range(20):
                data = bytearray(secrets.token_bytes(400))
                at = 8 if command == 302 else 4
                data[at : at + 32] = CODE.encode().ljust(32, b"\0")
                hostile = frame(102, {})
                pile.say(type(hostile)(command, bytes(data)).encode())
        pile.tell(102, {"heartbeat_sequence": 4711})
        answered = False
        while not answered:
            heard = await pile.hear()
            assert heard, "the server hung up"
            answered = any(said.command == 101 for said in heard)
        assert len(server.heard.devices) <= 33


async def test_frames_of_another_pile_are_ignored() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as pile:
        await sign_in(pile)
        while not await pile.silence():
            pass
        pile.tell(102, {"charge_point_id": "OTHER"})
        pile.tell(104, {"charge_point_id": "OTHER", "connector_id": 1})
        assert await pile.silence()
        assert server.source.diagnostics()["piles"][0]["foreign_frames"] == 2


# Connections of a pile.


async def test_the_newer_connection_wins() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as old:
        await sign_in(old)
        calls = server.heard.availability_calls
        async with peer(server.port) as new:
            await sign_in(new)
            assert await old.hung_up()
            new.tell(102, {"heartbeat_sequence": 5})
            while 101 not in [heard.command for heard in await new.hear()]:
                pass
            assert server.source.available(CODE)
            assert server.heard.availability_calls == calls


async def test_a_silent_pile_is_hung_up_on_and_given_up() -> None:
    async with serve(QUICK, CODE) as server, peer(server.port) as pile:
        await sign_in(pile)
        assert server.source.available(FIRST)
        assert await pile.hung_up()
        await until(lambda: not server.source.available(FIRST))
        assert server.state("connection_online", CODE) is False


async def test_a_pile_that_is_back_soon_was_never_away() -> None:
    limits = Limits(sweep=0.02, grace=5.0)
    async with serve(limits, CODE) as server, SimulatedPile(server.port) as pile:
        await pile.signed_in()
        calls = server.heard.availability_calls
        for login in range(2, 6):
            pile.drop()
            await until(lambda login=login: pile.logins == login)
        assert server.heard.availability_calls == calls
        assert server.source.diagnostics()["piles"][0]["connects"] == 5


async def test_a_storm_of_reconnects_is_survived() -> None:
    """60 piles, each again and again: all are served at the end, and nothing is left over."""
    codes = [f"PILE{number:04}" for number in range(60)]
    limits = Limits(total=200, per_address=200, strangers=200)
    async with serve(limits, *codes) as server, AsyncExitStack() as stack:
        piles = [
            await stack.enter_async_context(SimulatedPile(server.port, code=code, connectors=1))
            for code in codes
        ]
        for _ in range(3):
            for pile in piles:
                await pile.signed_in()
            for pile in piles:
                pile.drop()
                await asyncio.sleep(0)
        await until(lambda: all(pile.logins >= 3 for pile in piles), 20)
        await until(lambda: server.source.health()["connected"] == 60, 20)
    assert server.source.health()["connected"] == 0
    await until(lambda: not connections_left())


def connections_left() -> list[Connection]:
    """Return the connections that somebody still holds."""
    gc.collect()
    return [thing for thing in gc.get_objects() if type(thing) is Connection]


async def test_no_answer_to_logins_of_the_same_pile_is_lost() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as pile:
        random = bytes((1, 2, 3, 4))
        pile.tell(106, {"login_random": random, "connector_count": 1}, info=0x2A)
        answer = (await pile.hear())[0]
        assert (answer.command, answer.info, answer.sequence) == (105, 0x2A, 7)
        assert answer.data[4:8] == random
        assert len(answer.data) == 184
        assert answer.data[151] == 1
        assert not any(answer.data[8:143])


async def test_one_connection_a_connector() -> None:
    """Some piles dial in for each connector, their code followed by A or B."""
    async with (
        serve(PATIENT, f"{CODE}A", f"{CODE}B") as server,
        peer(server.port) as first,
        peer(server.port) as second,
    ):
        await sign_in(first, f"{CODE}A")
        await sign_in(second, f"{CODE}B")
        first.tell(104, {"connector_id": 1, "connector_status": 2})
        second.tell(104, {"connector_id": 1, "connector_status": 0})
        await until(
            lambda: server.heard.states.get(f"{CODE}B#1", {}).get("cmd104_connector_status")
        )
        assert server.state("cmd104_connector_status", f"{CODE}A#1") == "charging"
        assert server.state("cmd104_connector_status", f"{CODE}B#1") == "idle"


async def test_encrypted_frames_are_refused_and_told() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as pile:
        await sign_in(pile)
        while not await pile.silence():
            pass
        pile.tell(104, {"connector_id": 1}, info=0x90)
        assert await pile.silence()
        assert server.heard.problems == {"encrypted_pile"}
        pile.tell(104, {"connector_id": 1, "connector_status": 2})
        await until(lambda: not server.heard.problems)


async def test_bms_reports_with_the_short_connector_number() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as pile:
        await sign_in(pile)
        report = frame(302, {"connector_id": 1, "bcs_soc": 55.5})
        short = report.data[:7] + report.data[8:]
        pile.say(type(report)(302, short).encode())
        await until(lambda: server.heard.states.get(FIRST, {}).get("cmd302_bcs_soc") == 55.5)


async def test_connector_numbers() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as pile:
        pile.tell(106, {"connector_count": 1})
        pile.tell(104, {"connector_id": 0, "connector_status": 3})
        await until(lambda: server.heard.states.get(FIRST, {}).get("cmd104_connector_status"))
        for number in (0xCC, 255, 33):
            pile.tell(104, {"connector_id": number, "connector_status": 2})
        pile.tell(104, {"connector_id": 1, "connector_status": 2})
        await until(lambda: server.state("cmd104_connector_status") == "charging")
        assert set(server.heard.devices) == {CODE, FIRST}


async def test_unknown_commands_are_kept_without_their_texts() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as pile:
        await sign_in(pile)
        frame_type = type(frame(102, {}))
        for _ in range(2):
            pile.say(frame_type(4712, b"\0\0\0\0" + CODE.encode() + b"\xff\1").encode())
        await until(lambda: server.source.diagnostics()["piles"][0]["unknown_commands"])
        kept = server.source.diagnostics()["piles"][0]["unknown_commands"]
        assert kept == {"4712": "00 00 00 00 " + "2e " * 8 + "ff 01"}


async def test_an_old_alarm_table_is_noticed() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as pile:
        await sign_in(pile)
        pile.tell(108, {"alarm_bits": b"\x01" + bytes(31)})
        pile.tell(104, {"connector_id": 1, "connector_status": 6, "error_code": 2001})
        await until(lambda: server.source.diagnostics()["piles"][0]["alarm_table"] == "shifted")


# Orders: what goes wrong, in time.


@asynccontextmanager
async def connected(
    limits: Limits = QUICK, dialect: Dialect = DIALECTS["newest"]
) -> AsyncIterator[tuple[Server, SimulatedPile]]:
    """Run a server and a pile with a vehicle."""
    patient = Limits(
        sweep=limits.sweep, answer=limits.answer, start=limits.start, confirm=limits.confirm
    )
    async with serve(patient, CODE) as server, SimulatedPile(server.port, dialect=dialect) as pile:
        await pile.signed_in()
        pile.plug(1)
        await until(lambda: server.heard.states.get(FIRST, {}).get("cmd104_cable"))
        yield server, pile


async def refused(server: Server, command: str, serial: str = FIRST) -> str:
    """Run a command that fails; return why."""
    with pytest.raises(SourceError) as caught:
        await server.source.run_command(serial, command)
    return caught.value.key


async def test_who_does_not_answer() -> None:
    async with connected() as (server, pile):
        pile.mute = {1, 3, 5, 7, 1101, 1103}
        assert await refused(server, "start") == "pile_silent"
        assert await refused(server, "stop") == "pile_silent"
        assert await refused(server, "set_clock", CODE) == "pile_silent"
        assert await refused(server, "reboot", CODE) == "pile_silent"
        starts = [said for said, _ in pile.received if said == 7]
        assert len(starts) == 1
        with pytest.raises(SourceError):
            await server.source.run_action(CODE, "read_parameter", {"parameter": "meter_type"})
        asked = [said for said, _ in pile.received if said == 1]
        assert len(asked) == 2


async def test_a_start_that_is_accepted_but_never_happens() -> None:
    async with connected() as (server, pile):
        pile.mute = {7, 103}
        starting = asyncio.create_task(refused(server, "start"))
        await pile.heard(7)
        pile.send(8, {"connector_id": 1, "result": 0})
        assert await starting == "start_not_confirmed"


async def test_a_start_that_fails_on_the_way() -> None:
    async with connected() as (server, pile):
        starting = asyncio.create_task(refused(server, "start"))
        pile.mute = {7}
        await pile.heard(7)
        pile.connectors[1].state = 1
        pile.report(1)
        pile.connectors[1].state = 4
        pile.report(1)
        assert await starting == "start_failed"


async def test_a_start_whose_reason_comes_late() -> None:
    async with connected() as (server, pile):
        pile.mute = {7}
        starting = asyncio.create_task(refused(server, "start"))
        await pile.heard(7)
        pile.send(110, {"connector_id": 1, "start_failure_reason": 10})
        assert await starting == "start_refused"
        await until(lambda: server.state("cmd110_start_failure_reason") == "bms_handshake_failed")
        assert server.heard.events[-1].type == "start_failed"


async def test_a_second_start_has_to_wait() -> None:
    async with connected() as (server, pile):
        pile.mute = {7}
        first = asyncio.create_task(refused(server, "start"))
        await pile.heard(7)
        assert await refused(server, "start") == "pile_busy"
        assert await first == "pile_silent"


async def test_losing_the_connection_ends_all_waiting() -> None:
    async with connected(Limits(sweep=0.05)) as (server, pile):
        pile.mute = {5, 7}
        waiting = [
            asyncio.create_task(refused(server, "start")),
            asyncio.create_task(refused(server, "stop")),
        ]
        await pile.heard(5)
        pile.drop()
        assert await asyncio.gather(*waiting) == ["pile_offline", "pile_offline"]


async def test_a_stop_that_is_not_believed() -> None:
    async with connected() as (server, pile):
        pile.charge(1)
        await until(lambda: server.state("cmd104_connector_status") == "charging")
        pile.mute = {5, 103}
        stopping = asyncio.create_task(refused(server, "stop"))
        await pile.heard(5)
        pile.send(6, {"connector_id": 1, "start_command_address": 2, "result": 0})
        assert await stopping == "stop_not_confirmed"


async def test_a_pile_that_reboots_before_it_answers() -> None:
    async with connected() as (server, pile):
        pile.mute = {5}
        rebooting = asyncio.create_task(server.source.run_command(CODE, "reboot"))
        await pile.heard(5)
        pile.drop()
        await rebooting


async def test_a_start_that_is_acknowledged_only_when_charging_has_begun() -> None:
    async with connected(Limits(sweep=0.05), DIALECTS["2.6"]) as (server, pile):
        starting = asyncio.create_task(
            server.source.run_action(FIRST, "start_charging", {"strategy": "until_full"})
        )
        await pile.heard(7)
        pile.pass_time(5)
        assert (await starting)["transaction_id"] == pile.connectors[1].transaction


async def test_what_cannot_be_ordered() -> None:
    async with connected() as (server, _):
        assert await refused(server, "start", "OTHER") == "not_a_pile"
        assert await refused(server, "dance", CODE) == "no_command"
        with pytest.raises(SourceError):
            await server.source.run_action(FIRST, "dance", {})
        with pytest.raises(SourceError) as caught:
            await server.source.run_action(CODE, "stop_charging", {})
        assert caught.value.key == "which_connector"


# Dialects, and what is kept.


@pytest.mark.parametrize("name", sorted(DIALECTS))
async def test_every_dialect_is_understood(hass: HomeAssistant, name: str) -> None:
    """From plugging in to the record, whatever the lengths and the record's command."""
    async with connected(Limits(sweep=0.05), DIALECTS[name]) as (server, pile):
        pile.charge(1)
        pile.pass_time(900)
        energy = pile.connectors[1].energy
        pile.end(1)
        await until(lambda: server.heard.states[FIRST].get("cmd202_session_energy"))
        assert server.state("cmd202_session_energy") == pytest.approx(energy, abs=0.011)
        half_hours = server.state("cmd202_session_energy.half_hours")
        assert isinstance(half_hours, tuple)
        assert sum(half_hours) == pytest.approx(energy, abs=0.03)
        assert server.state("cmd202_stop_reason") == "user_stop"
        assert server.state("cmd104_lifetime_energy") == pytest.approx(1300.5 + energy, abs=0.02)
        await until(lambda: not pile.records)


async def test_the_third_decimal() -> None:
    async with connected() as (server, pile):
        pile.send(
            104, {"connector_id": 1, "session_energy": 12.34, "session_energy_thousandth": 0.005}
        )
        await until(lambda: server.state("cmd104_session_energy") == 12.345)


async def test_records_are_answered_always_and_counted_once() -> None:
    async with serve(PATIENT, CODE) as server, SimulatedPile(server.port) as pile:
        await pile.signed_in()
        for _ in range(3):
            pile.charge(1)
            pile.pass_time(60)
            pile.end(1)
        await pile.heard(221, count=3)
        assert server.state("cmd202_sessions") == 3
        newest = server.state("cmd202_stop_time")
        pile.drop()
        await pile.heard(221, count=6)
        assert server.state("cmd202_sessions") == 3
        assert server.state("cmd202_stop_time") == newest
        assert server.heard.saves
        saved = server.source.saved()

        # After a restart the same records come again.
        async with serve(PATIENT, CODE, saved=saved) as again:
            assert again.state("cmd202_sessions") == 3
            assert again.state("cmd202_stop_time") == newest
            async with SimulatedPile(again.port) as restarted:
                restarted.kept = pile.kept
                await restarted.heard(221, count=3)
                assert again.state("cmd202_sessions") == 3


async def test_a_record_echoes_what_the_pile_needs_to_forget_it() -> None:
    async with serve(PATIENT, CODE) as server, peer(server.port) as pile:
        await sign_in(pile)
        record = {"connector_id": 2, "id_tag": "CARD", "internal_index": 99, "session_energy": 0.05}
        for command, answered_by in ((202, 201), (222, 221), (206, 205)):
            pile.tell(command, {**record, "transaction_id": f"T{command}"})
            answers = []
            while not answers:
                answers = [said for said in await pile.hear() if said.command == answered_by]
            assert answers[0].data[4] == 2
        assert server.state("cmd202_sessions", f"{CODE}#2") == 3


async def test_a_removed_pile_is_a_stranger_again() -> None:
    async with serve(PATIENT, CODE) as server, SimulatedPile(server.port) as pile:
        await pile.signed_in()
        assert not server.source.forget(FIRST)
        assert server.source.forget(CODE)
        assert server.kept == ()
        await until(lambda: server.found == [CODE])
        assert server.source.devices == {}
        server.source.admit(CODE)
        assert server.kept == (CODE,)
        await until(lambda: server.source.available(CODE))
        assert set(server.source.devices) == {CODE, FIRST, f"{CODE}#2"}
