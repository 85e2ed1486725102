"""The MQTT connection, against a real broker: how it begins, stays awake, ends, and returns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
import dataclasses
from itertools import pairwise
import ssl

import aiohttp
import aiomqtt
import pytest

from custom_components.energy_storage_hub.model.source import SourceAuthError
from custom_components.energy_storage_hub.powerocean.api import Account
from custom_components.energy_storage_hub.powerocean.backoff import FIRST, LONGEST, Backoff
from custom_components.energy_storage_hub.powerocean.messages import Frame
from custom_components.energy_storage_hub.powerocean.stream import Stream, Timing
from simulator.broker import Login, MqttBroker
from simulator.certificates import Certificate, self_signed
from simulator.powerocean import Fault
from simulator.powerocean.clock import wall_clock
from simulator.powerocean.cloud import Account as User, Cloud, Listed, MqttAccess

SERIAL, SECOND = "R374ZSIM00000001", "HJ31ZSIM00000001"
CLIENT_UUID = "0F8FAD5B-D9CB-469F-A165-70867728950E"

QUICK = Timing(switch=0.05, get=0.05, gentle_get=0.05, short_life=60.0, first_wait=0.02)
"""As in life, but without the waiting."""


@pytest.fixture(autouse=True)
def _integration(socket_enabled: None) -> None:
    """Home Assistant is not needed here, sockets are."""


class Line:
    """Cloud and broker without a system behind them, and a stream to them."""

    def __init__(self, session: aiohttp.ClientSession, certificate: Certificate | None) -> None:
        self.user, self.access = User(), MqttAccess()
        listed = {serial: Listed(serial) for serial in (SERIAL, SECOND)}
        self.cloud = Cloud(self.user, self.access, wall_clock, {}, listed)
        self.broker = MqttBroker(certificate=certificate)
        self.payloads: asyncio.Queue[tuple[str, str, bytes]] = asyncio.Queue()
        self.refused: list[SourceAuthError] = []
        self.stumbles: list[Exception] = []
        self.take: Callable[[str, str, bytes], None] = lambda *what: self.payloads.put_nowait(what)
        self._session = session
        self._changed = asyncio.Condition()
        self._notices: set[asyncio.Task[None]] = set()
        self._stream: Stream | None = None

    async def start(self, tls: bool) -> None:
        login = Login(self.access.password, self.user.user_id, {SERIAL, SECOND})
        self.broker.logins[self.access.account] = login
        await self.broker.start()
        self.access.port = self.broker.tls_port if tls else self.broker.port
        self.access.protocol = "mqtts" if tls else "mqtt"
        await self.cloud.start()

    async def stop(self) -> None:
        await self.broker.stop()
        await self.cloud.stop()

    def topic(self, kind: str, serial: str = SERIAL) -> str:
        return f"/app/{self.user.user_id}/{serial}/thing/property/{kind}"

    @property
    def client_id(self) -> str:
        return f"ANDROID_{CLIENT_UUID}_{self.user.user_id}"

    @property
    def stream(self) -> Stream:
        assert self._stream
        return self._stream

    def _on_payload(self, serial: str, kind: str, payload: bytes) -> None:
        self.take(serial, kind, payload)

    def _note(self) -> None:
        if self.stumbles:
            raise self.stumbles.pop()
        task = asyncio.create_task(self._notify())
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that the stream says."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(condition)

    async def wait_until_noted(self, event: str) -> None:
        """Wait for an entry in the stream's log, which nothing announces."""
        async with asyncio.timeout(5):
            while not any(event in noted for _, noted in self.stream.log.events):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def connected(self, times: int = 1) -> None:
        await self.wait_until(lambda: self.stream.log.connects >= times and self.stream.connected)

    @asynccontextmanager
    async def running(
        self,
        *,
        timing: Timing = QUICK,
        gentle: bool = False,
        serials: tuple[str, ...] = (SERIAL,),
        login_interval: float = 0.0,
        tls: ssl.SSLContext | None = None,
    ) -> AsyncIterator[Stream]:
        """Run a stream until the end of the block."""

        def on_refused(error: SourceAuthError) -> None:
            self.refused.append(error)
            self._note()

        account = Account(
            self._session,
            self.user.email,
            self.user.password,
            self.cloud.base_url,
            login_interval=login_interval,
        )
        self._stream = stream = Stream(
            client_uuid=CLIENT_UUID,
            account=account,
            serials=serials,
            on_payload=self._on_payload,
            on_state=self._note,
            on_refused=on_refused,
            tls=tls or ssl.create_default_context(),
            gentle=gentle,
            timing=timing,
        )
        task = asyncio.create_task(stream.run())
        try:
            yield stream
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def a_line(certificate: Certificate | None = None) -> AsyncIterator[Line]:
    async with aiohttp.ClientSession() as session:
        line = Line(session, certificate)
        await line.start(certificate is not None)
        try:
            yield line
        finally:
            await line.stop()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with a_line() as line:
        yield line


# Connecting.


def test_usual_times() -> None:
    """Those that the cloud and the systems were seen to want."""
    timing = Timing()
    assert (timing.switch, timing.get, timing.gentle_get) == (20.0, 300.0, 60.0)
    assert (timing.first_wait, timing.longest_wait) == (1.0, 300.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        timing.switch = 1.0  # type: ignore[misc]


async def test_client_id(line: Line) -> None:
    """Exactly this form, the same one every time: a day allows ten."""
    for _ in range(2):
        async with line.running():
            await line.connected()
            await line.broker.kick(line.client_id)
            await line.connected(2)
    assert {connect.client_id for connect in line.broker.connects} == {line.client_id}
    assert len(line.broker.connects) == 4


async def test_subscriptions(line: Line) -> None:
    async with line.running(serials=(SERIAL, SECOND)):
        await line.connected()
    expected = {
        topic
        for serial in (SERIAL, SECOND)
        for topic in (
            f"/app/device/property/{serial}",
            line.topic("get_reply", serial),
            line.topic("set_reply", serial),
        )
    }
    assert {item.topic for item in line.broker.subscriptions} == expected
    assert {item.qos for item in line.broker.subscriptions} == {1}


async def test_connected_only_after_the_subscription(line: Line) -> None:
    line.broker.refuse_subscriptions = True
    async with line.running() as stream:
        await line.broker.wait_for_connects(3)
        assert not stream.connected
        assert stream.log.connects == 0
        assert not line.broker.published
        line.broker.refuse_subscriptions = False
        await line.connected()
    assert not line.refused


async def test_waits_grow_until_the_subscription(line: Line) -> None:
    """A broker that lets in but refuses the topics is not asked again at once."""
    line.broker.refuse_subscriptions = True
    timing = dataclasses.replace(QUICK, first_wait=0.02, longest_wait=10.0)
    loop = asyncio.get_running_loop()
    times: list[float] = []
    async with line.running(timing=timing):
        for count in range(1, 6):
            await line.broker.wait_for_connects(count)
            times.append(loop.time())
    waits = [after - before for before, after in pairwise(times)]
    assert waits[-1] >= 0.08  # half of 0.02 * 8


async def test_stop_takes_the_connection_down(line: Line) -> None:
    async with line.running() as stream:
        await line.connected()
        assert line.broker.clients == [line.client_id]
    await line.broker.wait_for_no_app()
    assert not stream.connected


async def test_stop_before_the_broker_answers(line: Line) -> None:
    line.broker.stalled = True
    async with line.running(timing=dataclasses.replace(QUICK, answer=0.3)):
        await asyncio.sleep(0.05)
    assert line.broker.clients == []


# Asking and keeping awake.


async def test_everything_is_asked_for_at_once(line: Line) -> None:
    async with line.running(timing=Timing(), serials=(SERIAL, SECOND)):
        for serial in (SERIAL, SECOND):
            (asked,) = await line.broker.wait_for_publish(line.topic("get", serial))
            (header,) = Frame.FromString(asked).header  # type: ignore[attr-defined]
            assert (header.src, header.dest) == (32, 32)
    assert {item.qos for item in line.broker.published[line.topic("get")]} == {1}


async def test_everything_is_asked_for_again(line: Line) -> None:
    async with line.running(timing=dataclasses.replace(QUICK, switch=60.0)):
        await line.broker.wait_for_publish(line.topic("get"), 3)
    assert line.broker.publish_counts[line.topic("set")] <= 1


async def test_silence_is_asked_in_json(line: Line) -> None:
    """Some systems answer nothing else; one that answers is asked as it likes."""
    async with line.running(serials=(SERIAL, SECOND)) as stream:
        line.take = lambda serial, kind, _: stream.answered.add(serial)
        await line.broker.wait_for_publish(line.topic("get", SECOND), 1)
        for count in (2, 3, 4):
            await line.broker.publish(line.topic("get_reply", SECOND), b"\x0a\x00")
            await line.broker.wait_for_publish(line.topic("get", SECOND), count)
    silent = [item.payload[:1] == b"{" for item in line.broker.published[line.topic("get")]]
    assert silent[:3] == [False, True, False]
    answering = line.broker.published[line.topic("get", SECOND)]
    assert not any(item.payload[:1] == b"{" for item in answering)


async def test_stream_is_kept_open(line: Line) -> None:
    async with line.running(timing=dataclasses.replace(QUICK, get=60.0)):
        switches = await line.broker.wait_for_publish(line.topic("set"), 3)
    for switch in switches:
        (header,) = Frame.FromString(switch).header  # type: ignore[attr-defined]
        assert (header.cmd_func, header.cmd_id, header.pdata) == (96, 97, b"\x08\x01")


async def test_gentle_writes_nothing(line: Line) -> None:
    timing = dataclasses.replace(QUICK, switch=0.01, gentle_get=0.03)
    async with line.running(timing=timing, gentle=True):
        await line.broker.wait_for_publish(line.topic("get"), 4)
    assert set(line.broker.published) == {line.topic("get")}


# Messages.


async def test_messages_of_all_topics(line: Line) -> None:
    async with line.running(serials=(SERIAL, SECOND)):
        await line.connected()
        await line.broker.publish(f"/app/device/property/{SERIAL}", b"\x0a\x00")
        await line.broker.publish(line.topic("get_reply", SECOND), b'{"a": 1}')
        await line.broker.publish(line.topic("set_reply"), b"")
        async with asyncio.timeout(5):
            told = {await line.payloads.get() for _ in range(3)}
    assert told == {
        (SERIAL, "property", b"\x0a\x00"),
        (SECOND, "get_reply", b'{"a": 1}'),
        (SERIAL, "set_reply", b""),
    }


async def test_payload_that_cannot_be_taken_does_not_end_the_stream(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    def take(serial: str, kind: str, payload: bytes) -> None:
        line.payloads.put_nowait((serial, kind, payload))
        if payload == b"bad":
            raise ValueError("oh dear")

    line.take = take
    async with line.running():
        await line.connected()
        for payload in (b"bad", b"bad", b"good"):
            await line.broker.publish(f"/app/device/property/{SERIAL}", payload)
        async with asyncio.timeout(5):
            while (await line.payloads.get())[2] != b"good":
                pass
    assert line.stream.log.connects == 1
    said = [record for record in caplog.records if record.exc_info]
    assert [record.message for record in said] == ["A payload could not be taken"]


# Refusals.


async def test_new_certification_then_new_login_then_the_person(line: Line) -> None:
    line.broker.refuse_all = True
    async with line.running():
        await line.wait_until(lambda: bool(line.refused))
    assert line.refused[0].key == "broker_refused"
    assert line.cloud.counts["certification"] == 3
    assert line.cloud.counts["login"] == 2
    assert len(line.broker.connects) == 3


async def test_changed_mqtt_password_heals_itself(line: Line) -> None:
    async with line.running():
        await line.connected()
        line.access.password = "rotated"
        line.broker.logins[line.access.account].password = "rotated"
        await line.broker.kick(line.client_id)
        await line.connected(2)
    assert not line.refused
    assert line.cloud.counts["login"] == 1


async def test_wrong_mqtt_password_heals_when_the_cloud_does(line: Line) -> None:
    line.cloud.faults.mqtt_password_refused = True
    async with line.running():
        await line.broker.wait_for_refusals(2)
        line.cloud.faults.mqtt_password_refused = False
        await line.connected()
    assert not line.refused


async def test_refusals_are_counted_from_the_last_connection(line: Line) -> None:
    async with line.running() as stream:
        for round_ in range(1, 4):
            await line.connected(round_)
            line.broker.refuse_all = True
            refused = line.broker.refused_counts.total()
            await line.broker.kick(line.client_id)
            await line.broker.wait_for_refusals(refused + 1)
            line.broker.refuse_all = False
        await line.connected(4)
        assert stream.connected
    assert not line.refused


async def test_login_refused(line: Line) -> None:
    line.cloud.faults.login_rejected = True
    async with line.running():
        await line.wait_until(lambda: bool(line.refused))
    assert line.refused[0].key == "invalid_auth"
    assert line.cloud.counts["login"] == 1
    assert not line.broker.connects


async def test_refused_by_the_broker_makes_no_login_storm(line: Line) -> None:
    line.broker.refuse_all = True
    async with line.running(login_interval=60.0):
        await line.broker.wait_for_refusals(2)
        await line.wait_until_noted("waiting before the next login")
    assert line.cloud.counts["login"] == 1
    assert not line.refused


@pytest.mark.parametrize("endpoint", ["login", "certification"])
async def test_cloud_that_does_not_answer(line: Line, endpoint: str) -> None:
    line.cloud.faults.add(endpoint, Fault.http(503, times=2))
    async with line.running():
        await line.connected()
    assert not line.refused
    assert line.cloud.counts[endpoint] == 3


async def test_expired_token(line: Line) -> None:
    async with line.running():
        await line.connected()
        line.cloud.expire_tokens()
        await line.broker.kick(line.client_id)
        await line.connected(2)
    assert line.cloud.counts["login"] == 2
    assert not line.refused


# Connections that end.


async def test_broker_dies_and_comes_back(line: Line) -> None:
    async with line.running() as stream:
        await line.connected()
        await line.broker.stop()
        await line.wait_until(lambda: not stream.connected)
        await asyncio.sleep(0.1)  # some attempts against a closed port
        assert not stream.connected
        await line.broker.start()
        await line.connected(2)
        await line.broker.publish(f"/app/device/property/{SERIAL}", b"again")
        async with asyncio.timeout(5):
            assert (await line.payloads.get())[2] == b"again"
    assert not line.refused
    # All topics once more: the broker remembers nothing.
    await line.broker.wait_for_subscription(f"/app/device/property/{SERIAL}", 2)


async def test_broker_that_never_answers(line: Line) -> None:
    """It takes the connection and says nothing: the stream gives up, and tries again."""
    line.broker.stalled = True
    async with line.running(timing=dataclasses.replace(QUICK, answer=0.2)) as stream:
        await line.wait_until_noted("connection ended")
        assert not stream.connected
        line.broker.stalled = False
        await line.connected()


async def test_unexpected_error_does_not_end_the_stream(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.stumbles.append(ValueError("oh dear"))
    async with line.running():
        await line.connected(2)
    said = [record for record in caplog.records if record.exc_info]
    assert [record.message for record in said] == ["Unexpected error of the stream, trying again"]


async def test_kicked_out_again_and_again(line: Line) -> None:
    async with line.running() as stream:
        for count in range(1, 6):
            await line.connected(count)
            assert not stream.kicked_out
            await line.broker.kick(line.client_id)
        await line.wait_until(lambda: stream.kicked_out)


async def test_kicked_out_waits_longer_and_longer(line: Line) -> None:
    """Two clients with one id must not throw each other out every second."""
    async with line.running() as stream:
        for count in range(1, 6):
            await line.connected(count)
            await line.broker.kick(line.client_id)
        loop = asyncio.get_running_loop()
        times = []
        for count in range(6, 10):
            await line.connected(count)
            times.append(loop.time())
            await line.broker.kick(line.client_id)
        assert stream.kicked_out
    waits = [after - before for before, after in pairwise(times)]
    assert waits[-1] >= 0.08  # half of 0.02 * 8


async def test_lasting_connection_forgets_the_kicks(line: Line) -> None:
    async with line.running(timing=dataclasses.replace(QUICK, short_life=0.2)) as stream:
        for count in range(1, 6):
            await line.connected(count)
            await line.broker.kick(line.client_id)
        await line.wait_until(lambda: stream.kicked_out)
        await line.connected(6)
        assert stream.kicked_out
        await asyncio.sleep(0.25)
        assert not stream.kicked_out
        await line.broker.kick(line.client_id)
        await line.connected(7)
        assert not stream.kicked_out


async def test_another_client_with_our_id(line: Line) -> None:
    async with line.running() as stream:
        await line.connected()
        async with aiomqtt.Client(
            "127.0.0.1",
            line.broker.port,
            username=line.access.account,
            password=line.access.password,
            identifier=line.client_id,
        ):
            await line.wait_until(lambda: not stream.connected)
        await line.connected(2)


async def test_history_is_kept_and_names_nobody(line: Line) -> None:
    async with line.running() as stream:
        for count in range(1, 45):
            await line.connected(count)
            await line.broker.kick(line.client_id)
            if count == 3:
                break
        await line.connected(4)
    events = [event for _, event in stream.log.events]
    assert events.count("connected") == 4
    text = " ".join(events)
    secrets = (line.user.user_id, SERIAL, line.access.password, line.access.account, "127.0.0.1")
    assert not [secret for secret in secrets if secret in text]


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("certificate"))


async def test_self_signed_broker_is_refused(certificate: Certificate) -> None:
    async with a_line(certificate) as line:
        async with line.running() as stream:
            await line.wait_until_noted("connection ended")
            assert not stream.connected
        assert not line.broker.connects
        assert not line.refused


async def test_trusted_broker_is_accepted(certificate: Certificate) -> None:
    async with a_line(certificate) as line, line.running(tls=certificate.client_context()):
        await line.connected()
        await line.broker.wait_for_publish(line.topic("get"))


# How long to wait.


def test_back_off() -> None:
    assert (FIRST, LONGEST) == (1.0, 300.0)
    backoff = Backoff()
    waits = [backoff.wait() for _ in range(12)]
    bounds = [min(2.0**number, 300.0) for number in range(12)]
    assert all(bound / 2 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))
    backoff.reset()
    assert backoff.wait() <= 1.0


def test_back_off_is_jittered() -> None:
    waits = {Backoff().wait() for _ in range(20)}
    assert len(waits) > 10
