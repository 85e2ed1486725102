"""The MQTT stream of an account: one connection, kept up, kept awake (reference 2).

It knows topics and timing, not contents: payloads go to a callback as they come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
import logging
import ssl
import time
from typing import NoReturn

import aiomqtt

from ..source import SourceAuthError, SourceError
from .api import Account, Broker, Token
from .backoff import Backoff
from .envelope import get_all, get_all_json, keep_stream_open

_LOGGER = logging.getLogger(__name__)

_KEEPALIVE = 60
_SWITCH_INTERVAL = 20.0
_GET_INTERVAL = 300.0
_GENTLE_GET_INTERVAL = 60.0
_BATCH_SECONDS = 0.005
"""How long queued messages may hold the event loop before others get their turn."""
_SHORT_LIFE = 60.0
_SHORT_LIVES = 5
"""So many connections in a row that lived shorter than that: somebody has our client id."""
_HISTORY = 40

_QUEUE = 20_000
_REFUSED = {2, 4, 5, 133, 134, 135}
"""CONNACK codes, of MQTT 3 and 5, for credentials or a client id that are not accepted."""


@dataclass(slots=True)
class ConnectionLog:
    """What happened to the connection, for diagnostics: newest last, no names or addresses."""

    events: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=_HISTORY))
    connects: int = 0

    def note(self, event: str) -> None:
        """Remember an event."""
        self.events.append((time.time(), event))


type OnPayload = Callable[[str, str, bytes], None]
"""Called with the serial number, the kind of topic (`property`, `get_reply` ...), the payload."""


class Stream:
    """Keeps one MQTT connection for all systems of an account."""

    def __init__(
        self,
        *,
        client_uuid: str,
        account: Account,
        serials: Sequence[str],
        on_payload: OnPayload,
        on_state: Callable[[], None],
        on_refused: Callable[[SourceAuthError], None],
        tls: ssl.SSLContext | None,
        gentle: bool,
    ) -> None:
        """Prepare; nothing happens before `run`."""
        self._client_uuid = client_uuid
        self._account = account
        self._serials = serials
        self._on_payload = on_payload
        self._on_state = on_state
        self._on_refused = on_refused
        self._tls = tls
        self._gentle = gentle
        self._backoff = Backoff()
        self._refusals = 0
        self._short_lives = 0
        self.connected = False
        self.log = ConnectionLog()
        self.answered: set[str] = set()
        """Systems that answered the last get."""

    @property
    def kicked_out(self) -> bool:
        """Whether connections end soon after they began, again and again."""
        return self._short_lives >= _SHORT_LIVES

    async def run(self) -> None:
        """Stay connected until cancelled, or until the credentials are refused for good."""
        while True:
            try:
                await self._connect_once()
            except SourceAuthError as err:
                self.log.note("sign-in refused")
                self._on_refused(err)
                return
            except SourceError as err:
                self.log.note(f"no broker: {err}")
            wait = self._backoff.wait()
            _LOGGER.debug("Next connection attempt in %.0f s", wait)
            await asyncio.sleep(wait)

    async def _connect_once(self) -> None:
        """Connect, subscribe, and serve until the connection ends."""
        token = await self._account.login()
        broker = await self._account.broker()
        began = 0.0
        try:
            async with self._client(broker, token) as client:
                await self._subscribe(client, token)
                began = time.monotonic()
                self._is_up()
                await self._serve(client, token)
        except aiomqtt.MqttError as err:
            self.log.note(f"connection ended: {_describe(err)}")
            if not began and _code(err) in _REFUSED:
                self._credentials_refused(token)
        finally:
            if began:
                short = time.monotonic() - began < _SHORT_LIFE
                self._short_lives = self._short_lives + 1 if short else 0
                self.connected = False
                self._on_state()

    def _client(self, broker: Broker, token: Token) -> aiomqtt.Client:
        return aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user,
            password=broker.password,
            # Exactly this form, or the broker says "not authorized".
            identifier=f"ANDROID_{self._client_uuid}_{token.user_id}",
            protocol=aiomqtt.ProtocolVersion.V311,
            clean_session=True,
            keepalive=_KEEPALIVE,
            timeout=20,
            max_queued_incoming_messages=_QUEUE,
            tls_context=self._tls if broker.tls else None,
            logger=_LOGGER,
        )

    async def _subscribe(self, client: aiomqtt.Client, token: Token) -> None:
        topics = [
            (topic, 1)
            for serial in self._serials
            for topic in (
                f"/app/device/property/{serial}",
                _topic(token, serial, "get_reply"),
                _topic(token, serial, "set_reply"),
            )
        ]
        codes = await client.subscribe(topics)
        if any(_number(code) >= 128 for code in codes):
            raise aiomqtt.MqttError("subscription refused")

    def _is_up(self) -> None:
        self._backoff.reset()
        self._refusals = 0
        self.connected = True
        self.log.connects += 1
        self.log.note("connected")
        self._on_state()

    async def _serve(self, client: aiomqtt.Client, token: Token) -> NoReturn:
        """Hand over messages and keep the systems awake, until the connection ends."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._ask_for_all(client, token))
                if not self._gentle:
                    group.create_task(self._keep_stream_open(client, token))
                group.create_task(self._receive(client))
        except* aiomqtt.MqttError as errors:
            error = errors.exceptions[0]
            raise aiomqtt.MqttError(_describe(error)) from None
        raise aiomqtt.MqttError("connection ended")

    async def _receive(self, client: aiomqtt.Client) -> None:
        """Hand over messages. A long queue is worked off in slices: others need the loop too."""
        loop = asyncio.get_running_loop()
        slice_end = 0.0
        async for message in client.messages:
            now = loop.time()
            if now >= slice_end:
                await asyncio.sleep(0)
                slice_end = loop.time() + _BATCH_SECONDS
            serial, kind = _parse_topic(message.topic.value)
            self._on_payload(serial, kind, bytes(message.payload))

    async def _ask_for_all(self, client: aiomqtt.Client, token: Token) -> None:
        """Ask each system for everything, again and again: it says little by itself.

        Some systems answer only JSON: who stays silent is asked the other way next time.
        """
        asked: set[str] = set()
        in_json: set[str] = set()
        while True:
            in_json ^= asked - self.answered
            self.answered.clear()
            for serial in self._serials:
                payload = get_all_json() if serial in in_json else get_all()
                await client.publish(_topic(token, serial, "get"), payload, qos=1)
            asked = set(self._serials)
            await asyncio.sleep(_GENTLE_GET_INTERVAL if self._gentle else _GET_INTERVAL)

    async def _keep_stream_open(self, client: aiomqtt.Client, token: Token) -> None:
        while True:
            for serial in self._serials:
                await client.publish(_topic(token, serial, "set"), keep_stream_open(), qos=1)
            await asyncio.sleep(_SWITCH_INTERVAL)

    def _credentials_refused(self, token: Token) -> None:
        """Fetch new credentials first, then log in again, then ask the person."""
        self._refusals += 1
        if self._refusals == 1:
            return  # the next attempt fetches the certification anew
        if self._refusals == 2:
            self._account.forget_login(token)
            return
        raise SourceAuthError("the broker refused the credentials", "broker_refused")


def _topic(token: Token, serial: str, kind: str) -> str:
    return f"/app/{token.user_id}/{serial}/thing/property/{kind}"


def _parse_topic(topic: str) -> tuple[str, str]:
    """Return serial number and kind of a topic that we subscribed to."""
    parts = topic.split("/")
    if len(parts) == 5:
        return parts[4], "property"
    return (parts[3], parts[-1]) if len(parts) == 7 else ("", "")


def _code(err: aiomqtt.MqttError) -> int:
    return _number(getattr(err, "rc", None))


def _number(code: object) -> int:
    """Return the number of a reason code, -1 if it has none."""
    value = getattr(code, "value", code)
    return value if isinstance(value, int) else -1


def _describe(err: BaseException) -> str:
    """Say what happened without names or addresses."""
    if isinstance(err, aiomqtt.MqttCodeError):
        return f"code {_code(err)}"
    text = str(err)
    return text if len(text) < 60 and not any(char.isdigit() for char in text) else "error"
