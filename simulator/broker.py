"""A real MQTT broker on 127.0.0.1 that checks its clients, counts, kicks and dies on request."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
import logging
import re
import ssl
from typing import Any, NamedTuple, override

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BaseContext
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import ApplicationMessage, Session

from .certificates import Certificate

HOST = "127.0.0.1"
_KEPT = 2000
_STOP_SECONDS = 2.0
_CLIENT_ID = re.compile(
    r"ANDROID_[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}_(\d+)"
)
# amqtt tells of every lost connection; here they are lost on purpose.
for _noisy in ("amqtt", "transitions"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)


class Connect(NamedTuple):
    """An attempt to connect."""

    client_id: str
    username: str
    accepted: bool


class Subscription(NamedTuple):
    """A subscription that was asked for."""

    client_id: str
    topic: str
    qos: int


class Publish(NamedTuple):
    """A message that a client published."""

    client_id: str
    topic: str
    payload: bytes
    qos: int


@dataclass(slots=True)
class Login:
    """A user that may connect; `user_id` demands an app's client id and its own topics."""

    password: str
    user_id: str | None = None
    serials: set[str] = field(default_factory=set)

    def accepts(self, client_id: str, password: str) -> bool:
        """Say whether a client may connect."""
        if password != self.password:
            return False
        if self.user_id is None:
            return True
        found = _CLIENT_ID.fullmatch(client_id)
        return found is not None and found[1] == self.user_id

    def may_use(self, topic: str) -> bool:
        """Say whether a topic belongs to this user."""
        if self.user_id is None:
            return True
        start = "/app/device/property/"
        if topic.startswith(start):
            return topic.removeprefix(start) in self.serials
        parts = topic.split("/")
        return parts[:3] == ["", "app", self.user_id] and parts[3:4] != ["#"]


class GuardPlugin(BaseAuthPlugin, BaseTopicPlugin):
    """Asks the simulated broker who may connect and what may be used, and tells it all."""

    @dataclass
    class Config:
        """Where the plugin finds its broker."""

        owner: Any = None

    def __init__(self, context: BaseContext) -> None:
        """Find the broker in the configuration."""
        super().__init__(context)
        self.owner: MqttBroker = self.config.owner

    @override
    async def authenticate(self, *, session: Session) -> bool:
        """Check user, password and client id."""
        return await self.owner.admit(session)

    @override
    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        """Check the topics that clients use; what they receive was checked before."""
        if action is Action.RECEIVE or session is None or topic is None:
            return True
        return self.owner.permits(session.username or "", topic, action)

    async def on_broker_client_subscribed(self, client_id: str, topic: str, qos: int) -> None:
        """Note a subscription."""
        await self.owner.note_subscription(Subscription(client_id, topic, qos))

    async def on_broker_client_disconnected(self, client_id: str, client_session: Session) -> None:
        """Note the end of a connection."""
        await self.owner.note_end(client_id, client_session)

    async def on_broker_message_received(
        self, client_id: str, message: ApplicationMessage | None
    ) -> None:
        """Note a published message."""
        if message is not None:
            data = bytes(message.data or b"")
            await self.owner.note_publish(
                Publish(client_id, message.topic, data, int(message.qos or 0))
            )


def _publish(topic: bytes, payload: bytes) -> bytes:
    """Return a PUBLISH packet of QoS 0."""
    body = len(topic).to_bytes(2, "big") + topic + payload
    length, left = bytearray(), len(body)
    while left > 0x7F:
        length.append(left & 0x7F | 0x80)
        left >>= 7
    return b"\x30" + bytes((*length, left)) + body


class _Subscriptions(dict[str, Any]):
    """amqtt's subscriptions by topic, which it walks through while clients come and go."""

    @override
    def items(self) -> Any:
        """Return them as they are now."""
        return list(super().items())


class MqttBroker:
    """The broker: `start` and `stop` may follow each other, the port stays the same."""

    def __init__(self, port: int = 0, certificate: Certificate | None = None) -> None:
        """Listen on `port` (0 = any free one), and with a certificate on a TLS port too.

        `refuse_all` refuses apps, `refuse_subscriptions` their subscriptions, and `stalled`
        takes connections without ever answering.
        """
        self.port = port
        self.tls_port = 0
        self.logins: dict[str, Login] = {}
        self.refuse_all = False
        self.refuse_subscriptions = False
        self.stalled = False
        self.up = asyncio.Event()
        self.connects: deque[Connect] = deque(maxlen=_KEPT)
        self.subscriptions: deque[Subscription] = deque(maxlen=_KEPT)
        self.published: defaultdict[str, deque[Publish]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self.publish_counts: Counter[str] = Counter()
        self.connect_counts: Counter[str] = Counter()
        self.refused_counts: Counter[str] = Counter()
        self._certificate = certificate
        self._tls: ssl.SSLContext | None = None
        self._amqtt: Broker | None = None
        self._servers: list[asyncio.Server] = []
        self._transports: dict[int, asyncio.WriteTransport] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._handshakes: set[asyncio.Task[None]] = set()
        self._clients: dict[str, int] = {}
        self._changed = asyncio.Condition()

    @property
    def clients(self) -> list[str]:
        """Ids of the clients that are connected."""
        return list(self._clients)

    @property
    def app_clients(self) -> list[str]:
        """Ids of the apps that are connected."""
        return [client_id for client_id in self._clients if client_id.startswith("ANDROID_")]

    @property
    def app_connects(self) -> int:
        """How often apps were let in."""
        users = (name for name, login in self.logins.items() if login.user_id)
        return sum(self.connect_counts[name] for name in users)

    async def start(self) -> None:
        """Come up, on the port of the last time."""
        if self._amqtt is not None:
            return
        plugins = {f"{__name__}.GuardPlugin": {"owner": self}}
        listeners = {"default": {"type": "external"}}
        self._amqtt = Broker({"listeners": listeners, "plugins": plugins})
        self._amqtt._subscriptions = _Subscriptions()  # noqa: SLF001
        await self._amqtt.start()
        plain = await asyncio.start_server(self._connected, HOST, self.port)
        self.port = plain.sockets[0].getsockname()[1]
        self._servers = [plain]
        if self._certificate:
            self._tls = self._certificate.server_context()
            tls = await asyncio.start_server(self._connected_tls, HOST, self.tls_port)
            self.tls_port = tls.sockets[0].getsockname()[1]
            self._servers.append(tls)
        self.up.set()

    async def stop(self) -> None:
        """Die: connections break off, the port refuses, sessions are forgotten."""
        broker, self._amqtt = self._amqtt, None
        if broker is None:
            return
        self.up.clear()
        for server in self._servers:
            server.close()
        for task in list(self._handshakes):
            task.cancel()  # asyncio stumbles over a transport that is aborted meanwhile
        for transport in list(self._transports.values()):
            transport.abort()
        if self._tasks:
            _, slow = await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
        await broker.shutdown()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()
        self._clients.clear()
        await self._notify()

    async def kick(self, client_id: str) -> bool:
        """Break a client's connection off; False when it has none."""
        port = self._clients.get(client_id)
        transport = self._transports.get(port) if port else None
        if transport is None:
            return False
        transport.abort()
        return True

    async def kick_user(self, username: str) -> int:
        """Break off all connections of a user; returns how many."""
        ids = {item.client_id for item in self.connects if item.username == username}
        return sum([await self.kick(client_id) for client_id in ids])

    async def publish(self, topic: str, payload: bytes) -> None:
        """Publish in the broker's own name."""
        if self._amqtt:
            await self._amqtt.internal_message_broadcast(topic, payload)

    def pour(self, client_id: str, topic: str, payloads: Iterable[bytes]) -> None:
        """Write messages straight to a client's socket: all at once, as after a network's pause."""
        transport = self._transports[self._clients[client_id]]
        transport.writelines([_publish(topic.encode(), payload) for payload in payloads])

    async def wait_until(self, condition: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait for something that the broker notes; raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    async def wait_for_subscription(self, topic: str, count: int = 1, seconds: float = 5.0) -> None:
        """Wait until a topic has been subscribed to `count` times since the beginning."""
        await self.wait_until(
            lambda: sum(item.topic == topic for item in self.subscriptions) >= count, seconds
        )

    async def wait_for_publish(
        self, topic: str, count: int = 1, seconds: float = 5.0
    ) -> list[bytes]:
        """Wait until a topic has been published to `count` times; returns the payloads."""
        await self.wait_until(lambda: self.publish_counts[topic] >= count, seconds)
        return [item.payload for item in self.published[topic]]

    async def wait_for_connects(self, count: int = 1, seconds: float = 5.0) -> None:
        """Wait until apps were let in `count` times since the beginning."""
        await self.wait_until(lambda: self.app_connects >= count, seconds)

    async def wait_for_refusals(self, count: int = 1, seconds: float = 5.0) -> None:
        """Wait until clients were refused `count` times since the beginning."""
        await self.wait_until(lambda: self.refused_counts.total() >= count, seconds)

    async def wait_for_no_app(self, seconds: float = 5.0) -> None:
        """Wait until no app is connected."""
        await self.wait_until(lambda: not self.app_clients, seconds)

    async def admit(self, session: Session) -> bool:
        """Decide about a connection; the same id again throws the older one out."""
        client_id, username = session.client_id or "", session.username or ""
        login = self.logins.get(username)
        accepted = (
            login is not None
            and not (self.refuse_all and login.user_id)
            and login.accepts(client_id, session.password or "")
        )
        self.connects.append(Connect(client_id, username, accepted))
        if accepted:
            if session.clean_session:
                await self.kick(client_id)
            self._clients[client_id] = session.remote_port or 0
            self.connect_counts[username] += 1
        else:
            self.refused_counts[username] += 1
        await self._notify()
        return accepted

    def permits(self, username: str, topic: str, action: Action | None) -> bool:
        """Decide about a topic."""
        login = self.logins.get(username)
        if action is Action.SUBSCRIBE and self.refuse_subscriptions:
            return login is not None and login.user_id is None
        return login is not None and login.may_use(topic)

    async def note_subscription(self, subscription: Subscription) -> None:
        """Note a subscription that was granted."""
        self.subscriptions.append(subscription)
        await self._notify()

    async def note_publish(self, publish: Publish) -> None:
        """Note a message."""
        self.published[publish.topic].append(publish)
        self.publish_counts[publish.topic] += 1
        await self._notify()

    async def note_end(self, client_id: str, session: Session) -> None:
        """Note that a client is gone."""
        if self._clients.get(client_id) == session.remote_port:
            del self._clients[client_id]
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _connected_tls(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # Not start_server(ssl=...): a refused certificate would reach the loop's error handler.
        await self._connected(reader, writer, self._tls)

    async def _connected(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        task, broker = asyncio.current_task(), self._amqtt
        transport, peer = writer.transport, writer.get_extra_info("peername")
        if task is None or broker is None or peer is None:
            transport.abort()
            return
        self._tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                if tls:
                    self._handshakes.add(task)
                    await writer.start_tls(tls, ssl_handshake_timeout=5)
                    self._handshakes.discard(task)
                self._transports[peer[1]] = transport
                while self.stalled and await reader.read(65536):
                    pass  # accepts connections, but never says a word
                await broker.external_connected(
                    StreamReaderAdapter(reader), StreamWriterAdapter(writer), "default"
                )
        finally:
            transport.abort()
            if self._transports.get(peer[1]) is transport:
                del self._transports[peer[1]]
            self._tasks.discard(task)
            self._handshakes.discard(task)
