"""The PowerOcean system as a client of the broker: pushes reports, answers get and set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
import json
import logging
from random import Random
import socket
from typing import Any

import aiomqtt

from custom_components.energy_storage_hub.powerocean.messages import DecodeError, message_class
from simulator.broker import HOST, MqttBroker

from . import frames
from .frames import Report, headers_of
from .model import Model
from .parallel import ParallelPlant
from .plant import Plant

_STREAM_SECONDS = 30.0
_SLOW_STREAM = 60.0
_HISTORY_ITEMS = 120
_PUBLISH_SECONDS = 5.0
_INBOX = 1000
_LOGGER = logging.getLogger(__name__)
_QUIET = logging.getLogger(f"{__name__}.mqtt")
_QUIET.setLevel(logging.CRITICAL)
_SWITCH = message_class("StreamSwitch")


class Device:
    """One system, connected until `stop`."""

    def __init__(
        self,
        plant: Plant,
        broker: MqttBroker,
        user_id: str,
        *,
        model: Model = Model.PLUS,
        auto_push: bool = True,
        masked: bool = False,
        username: str = "device",
        password: str = "device",
    ) -> None:
        """Tie a plant to a broker; `masked` XORs what is pushed as enc_type 1 says."""
        self.plant = plant
        self.model = model
        self.auto_push = auto_push
        self.masked = masked
        self.offline = False
        self.paused = False
        self.gets = 0
        self.switches = 0
        self.sets: list[tuple[int, int, bytes]] = []
        self.pushes = 0
        self.connected = asyncio.Event()
        self._broker = broker
        self._login = (username, password)
        serial = plant.serial
        self.property_topic = f"/app/device/property/{serial}"
        thing = f"/app/{user_id}/{serial}/thing/property"
        self.get_topic, self.get_reply_topic = f"{thing}/get", f"{thing}/get_reply"
        self.set_topic, self.set_reply_topic = f"{thing}/set", f"{thing}/set_reply"
        self.seq = frames.sequence()
        self._history_seq = 6599
        self._sent_minute = 0
        self._random = Random(plant.seed)
        self._client: aiomqtt.Client | None = None
        self._lost: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._stream_until = 0.0
        self._turn = 0
        self._due: dict[str, float] = {}

    @property
    def streaming(self) -> bool:
        """Whether an energy stream switch was seen lately."""
        return asyncio.get_running_loop().time() < self._stream_until

    async def start(self) -> None:
        """Connect; returns when get and set are subscribed."""
        self._task = asyncio.create_task(self._run(), name=f"simulated {self.plant.serial}")
        try:
            async with asyncio.timeout(5):
                await self.connected.wait()
        except TimeoutError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Disconnect."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def pause(self) -> None:
        """Fall silent: nothing is pushed or answered, the connection stays."""
        self.paused = True

    def resume(self) -> None:
        """Speak again."""
        self.paused = False
        self._wake.set()

    async def push(self, payload: bytes) -> None:
        """Publish bytes as they are; returns when the broker has them."""
        await self.publish(self.property_topic, payload)

    async def push_json(self, value: object) -> None:
        """Publish JSON where protobuf is usual."""
        await self.push(json.dumps(value).encode())

    async def send(self, *reports: Report, masked: bool | None = None) -> None:
        """Publish reports in one envelope, also while paused."""
        await self.push(self.payload(*reports, masked=masked))

    def payload(self, *reports: Report, masked: bool | None = None) -> bytes:
        """Return the bytes that `send` would publish."""
        return frames.payload(
            reports,
            self.seq,
            serial=self.plant.serial,
            model=self.model,
            masked=self.masked if masked is None else masked,
        )

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish to any topic; waits for the connection."""
        async with asyncio.timeout(_PUBLISH_SECONDS):
            await self.connected.wait()
        if self._client is None or self._lost is None:
            raise ConnectionError("The simulated device has just lost its broker")
        publishing = asyncio.ensure_future(
            self._client.publish(topic, payload, qos=1, retain=retain, timeout=_PUBLISH_SECONDS)
        )
        try:
            await asyncio.wait({publishing, self._lost}, return_when=asyncio.FIRST_COMPLETED)
            if not publishing.done():
                raise ConnectionError("The broker died before it acknowledged")
            publishing.result()
        finally:
            publishing.cancel()
        self.pushes += 1

    async def _run(self) -> None:
        username, password = self._login
        wait = 0.02  # the broker's end of a lost connection may still be closing
        while True:
            await self._broker.up.wait()
            client = aiomqtt.Client(
                HOST,
                self._broker.port,
                username=username,
                password=password,
                identifier=f"device-{self.plant.serial}",
                logger=_QUIET,
                timeout=5,
                socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
            )
            try:
                async with client:
                    await client.subscribe([(self.get_topic, 1), (self.set_topic, 1)])
                    self._client, self._lost = client, asyncio.get_running_loop().create_future()
                    self.connected.set()
                    wait = 0.02
                    await self._serve(client)
            except aiomqtt.MqttError as err:
                _LOGGER.debug("Connection of %s lost: %s", self.plant.serial, err)
            finally:
                self._client = None
                self.connected.clear()
                if self._lost and not self._lost.done():
                    self._lost.set_result(None)
            await asyncio.sleep(wait)
            wait = min(1.0, wait * 2)

    async def _serve(self, client: aiomqtt.Client) -> None:
        """Answer and push until the connection is lost."""
        self._due.clear()
        inbox: asyncio.Queue[aiomqtt.Message] = asyncio.Queue(_INBOX)
        workers = [
            asyncio.create_task(self._guarded(work))
            for work in (self._answer_loop(inbox), self._push_loop())
        ]
        try:
            async for message in client.messages:
                with suppress(asyncio.QueueFull):
                    inbox.put_nowait(message)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Let a task end with the connection, but never silently with a bug."""
        try:
            await work
        except aiomqtt.MqttError, ConnectionError:
            pass
        except Exception:
            _LOGGER.exception("A task of the simulated %s failed", self.plant.serial)
            raise

    async def _answer_loop(self, inbox: asyncio.Queue[aiomqtt.Message]) -> None:
        while True:
            message = await inbox.get()
            if self.paused:
                continue
            if message.topic.value == self.get_topic:
                await self._answer_get()
            else:
                await self._answer_set(message.payload)

    async def _answer_get(self) -> None:
        """Answer a get, be it an empty protobuf header or JSON."""
        self.gets += 1
        if self.model is Model.FIT and not self.offline:
            return  # a Fit pushes, and answers no get
        if self.offline:
            answer = frames.offline_answer(self.seq)
        else:
            self.plant.advance()
            bundle = frames.bundle(self.plant, self.model)
            answer = frames.get_answer(bundle, self.seq, masked=self.masked)
        await self.publish(self.get_reply_topic, answer)

    async def _answer_set(self, data: bytes) -> None:
        try:
            headers = headers_of(data)
        except DecodeError:
            return
        for header in headers:
            self.sets.append((header.cmd_func, header.cmd_id, header.pdata))
            del self.sets[:-1000]
            if (header.cmd_func, header.cmd_id) == (96, 97):
                self._switch(header.pdata)
            await self.publish(self.set_reply_topic, frames.set_answer(header))

    def _switch(self, pdata: bytes) -> None:
        on = False
        with suppress(DecodeError):
            on = bool(getattr(_SWITCH.FromString(pdata), "ems_open_energy_stream", False))
        self.switches += 1
        now = asyncio.get_running_loop().time()
        started = on and now >= self._stream_until
        self._stream_until = now + _STREAM_SECONDS if on else 0.0
        if started:
            self._due["stream"] = now
            self._wake.set()

    async def _push_loop(self) -> None:
        """Publish each report when it is due, one after the other."""
        if not self.auto_push:
            return
        loop = asyncio.get_running_loop()
        plan = self._plan()
        self._due = {name: loop.time() + first for name, (first, _, _) in plan.items()}
        while True:
            name = min(self._due, key=lambda key: self._due[key])
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._due[name]):
                    await self._wake.wait()
                    continue
            _, interval, build = plan[name]
            self._due[name] = loop.time() + interval()
            if self.paused or self.offline:
                continue
            self.plant.advance()
            reports = list(build())
            if reports:
                await self.send(*reports)

    def _plan(self) -> dict[str, tuple[float, Callable[[], float], Callable[[], Iterable[Report]]]]:
        """Return for each kind of push: first after, then every, built by."""
        plant = self.plant

        def every(seconds: float) -> Callable[[], float]:
            return lambda: seconds

        def stream_gap() -> float:
            return self._random.uniform(1.0, 3.0) if self.streaming else _SLOW_STREAM

        plan: dict[str, tuple[float, Callable[[], float], Callable[[], Iterable[Report]]]] = {
            "stream": (
                1.0,
                stream_gap,
                self._powers,
            ),
            "heartbeat": (2.0, every(10.0), self._heartbeats),
            "pack": (3.0, every(5.0), self._next_pack),
            "change": (4.0, every(7.0), self._next_change),
            "history": (20.0, every(60.0), self._new_minutes),
            "wall box": (6.0, every(30.0), lambda: frames.wall_box(plant)),
            "box power": (8.0, every(6.0), lambda: frames.wall_box_power(plant)),
            "timers": (15.0, every(300.0), lambda: frames.timers(plant)),
            "heat pump": (10.0, every(30.0), lambda: frames.heat_pump(plant)),
            "plug": (11.0, every(30.0), lambda: frames.smart_plug(plant)),
            "rod": (7.0, every(30.0), lambda: frames.heating_rod(plant)),
            "totals": (45.0, every(300.0), lambda: frames.energy_totals(plant)),
            "uptime": (9.0, every(40.0), lambda: [frames.unknown_uptime(plant)]),
            "params": (30.0, every(600.0), lambda: [frames.param_change(plant)]),
            "errors": (5.0, every(120.0), lambda: [frames.errors(plant, self.model)]),
        }
        if self.model is Model.FIT:
            for name in ("change", "params", "uptime"):
                del plan[name]
            plan["pack"] = (3.0, every(30.0), lambda: frames.fit_packs(plant))
            plan["converter"] = (4.0, every(30.0), lambda: frames.fit_converter(plant))
        elif isinstance(plant, ParallelPlant):
            for name in ("pack", "errors"):
                del plan[name]
            plan["inverters"] = (12.0, every(600.0), lambda: [frames.inverter_list(plant)])
        if self.model is Model.PLUS:
            plan["state"] = (8.0, every(15.0), lambda: [frames.state_delta(plant)])
        return plan

    def _powers(self) -> list[Report]:
        if self.model is Model.FIT and not self.streaming:
            return []  # nothing but the minutes then
        stream = frames.energy_stream(self.plant, self.model)
        return [stream] if self.model is Model.FIT else [stream, frames.pv_inverter_stream()]

    def _heartbeats(self) -> list[Report]:
        if isinstance(self.plant, ParallelPlant):
            return frames.inverters(self.plant)
        return [frames.heartbeat(self.plant, self.model)]

    def _next_pack(self) -> list[Report]:
        packs = self.plant.online_packs
        if not packs:
            return []
        self._turn += 1
        return [frames.packs(self.plant, [packs[self._turn % len(packs)]])]

    def _next_change(self) -> list[Report]:
        bits = self._random.random() < 0.6
        return [frames.change_bits() if bits else frames.change_soc(self.plant, self.model)]

    def _new_minutes(self) -> list[Report]:
        """Return the minutes since the last time; after a gap a backlog with old timestamps."""
        items = [item for item in self.plant.minutes if item.start > self._sent_minute]
        if not items:
            return []
        items = items[: _HISTORY_ITEMS if self._sent_minute else 5]
        self._sent_minute = items[0].start
        self._history_seq += 1
        return [frames.energy_history(items, self._history_seq, self.model)]
