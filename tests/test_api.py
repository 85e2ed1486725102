"""The EcoFlow account against real HTTP servers: answers, refusals, and all that is neither."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
import re
import socket
import time
from typing import Any

import aiohttp
from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.energy_storage_hub.model.source import (
    SourceAuthError,
    SourceConnectionError,
    SourceDataError,
    SourceError,
    SourceRefusedError,
)
from custom_components.energy_storage_hub.powerocean.api import (
    DATA_HOSTS,
    LOGIN_HOSTS,
    LOGIN_INTERVAL,
    Account,
    check_server,
)
from custom_components.energy_storage_hub.powerocean.client import check_serial, find_systems
from simulator.powerocean import Fault, Listed
from simulator.powerocean.clock import wall_clock
from simulator.powerocean.cloud import OTHER_REGION, Account as User, Cloud, MqttAccess
from simulator.powerocean.plant import SYSTEM_SERIAL
from simulator.powerocean.system import DELTA, OCEAN_2

PLUS_TYPE = 87


@pytest.fixture(autouse=True)
def _integration(socket_enabled: None) -> None:
    """Home Assistant is not needed here, sockets are."""


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class WebCloud:
    """The HTTP part of the simulated cloud: without a plant behind it, it starts at once."""

    def __init__(self) -> None:
        self.account, self.mqtt = User(), MqttAccess(port=1883)
        self.serial = SYSTEM_SERIAL
        self.listed = {self.serial: Listed(self.serial, "Simulated home")}
        systems = {self.serial: lambda _: {"quota": {"RE307_EMS_HEARTBEAT": {"pcsAcFreq": 50.0}}}}
        self.cloud = Cloud(self.account, self.mqtt, wall_clock, systems, self.listed)
        self.faults = self.cloud.faults

    @property
    def base_url(self) -> str:
        return self.cloud.base_url

    @property
    def other_region_url(self) -> str:
        return self.base_url + OTHER_REGION


@pytest.fixture
async def cloud() -> AsyncIterator[WebCloud]:
    cloud = WebCloud()
    await cloud.cloud.start()
    yield cloud
    await cloud.cloud.stop()


@pytest.fixture
def account(cloud: WebCloud, session: aiohttp.ClientSession) -> Account:
    """An account that may log in as often as it likes."""
    return account_for(cloud, session, login_interval=0.0)


def account_for(cloud: WebCloud, session: Any, password: str = "", **options: Any) -> Account:
    user = cloud.account
    return Account(session, user.email, password or user.password, cloud.base_url, **options)


class Rerouted:
    """A session that finds EcoFlow's hosts elsewhere, and notes which were asked."""

    def __init__(self, session: aiohttp.ClientSession, hosts: dict[str, str]) -> None:
        self._session = session
        self._hosts = hosts
        self.asked: list[str] = []

    def request(self, method: str, url: str, **options: Any) -> Any:
        host, path = re.fullmatch(r"(https://[^/]+)(/.*)", url).groups()  # type: ignore[union-attr]
        self.asked.append(host)
        return self._session.request(method, self._hosts[host] + path, **options)


@pytest.fixture
def nobody() -> str:
    """An address of this machine at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


EU, AMERICA = DATA_HOSTS
WORLD, EU_LOGIN = LOGIN_HOSTS


# Signing in.


async def test_login(cloud: WebCloud, account: Account) -> None:
    token = await account.login()
    assert token.user_id == cloud.account.user_id
    assert isinstance(token.user_id, str)
    assert account.logins == 1
    request = cloud.cloud.requests[-1]
    assert request.headers["lang"] == "en_US"
    assert request.headers["Content-Type"].startswith("application/json")


async def test_login_is_kept(cloud: WebCloud, account: Account) -> None:
    assert await account.login() is await account.login()
    await account.devices()
    assert cloud.cloud.counts["login"] == 1


@pytest.mark.parametrize("password", ["pässwörd ✓", "a" * 200, '"\\', " "])
async def test_password_of_any_letters(
    cloud: WebCloud, session: aiohttp.ClientSession, password: str
) -> None:
    cloud.account.password = password
    assert (await account_for(cloud, session).login()).user_id == cloud.account.user_id


async def test_wrong_password(cloud: WebCloud, session: aiohttp.ClientSession) -> None:
    with pytest.raises(SourceAuthError) as caught:
        await account_for(cloud, session, "wrong").login()
    assert caught.value.key == "invalid_auth"


@pytest.mark.parametrize("code", ["2026", "2099", "1", "abc"])
async def test_login_refused(cloud: WebCloud, account: Account, code: str) -> None:
    cloud.faults.add("login", Fault.api(code, "no"))
    with pytest.raises(SourceAuthError) as caught:
        await account.login()
    assert caught.value.key == "invalid_auth"


async def test_two_factor(cloud: WebCloud, account: Account) -> None:
    cloud.faults.two_factor = True
    with pytest.raises(SourceAuthError) as caught:
        await account.login()
    assert caught.value.key == "two_factor"


@pytest.mark.parametrize(
    "message",
    ["Two-factor login is on", "2FA required", "Enter the verification code", "two-step sign-in"],
)
async def test_two_factor_in_other_words(cloud: WebCloud, account: Account, message: str) -> None:
    cloud.faults.add("login", Fault.api("1234", message))
    with pytest.raises(SourceAuthError) as caught:
        await account.login()
    assert caught.value.key == "two_factor"


async def test_cloud_in_trouble_is_no_refusal(cloud: WebCloud, account: Account) -> None:
    cloud.faults.add("login", Fault.api("500", "Internal error"))
    with pytest.raises(SourceConnectionError):
        await account.login()


@pytest.mark.parametrize(
    "data",
    [
        b'{"code":"0"}',
        b'{"code":"0","data":null}',
        b'{"code":"0","data":[]}',
        b'{"code":"0","data":{}}',
        b'{"code":"0","data":{"token":"t"}}',
        b'{"code":"0","data":{"token":"t","user":null}}',
        b'{"code":"0","data":{"token":"t","user":{}}}',
        b'{"code":"0","data":{"token":"","user":{"userId":"1"}}}',
        b'{"code":"0","data":{"token":null,"user":{"userId":"1"}}}',
    ],
)
async def test_login_without_what_it_is_for(cloud: WebCloud, account: Account, data: bytes) -> None:
    cloud.faults.add("login", Fault.raw(data))
    with pytest.raises(SourceDataError):
        await account.login()


# What is no answer.

NO_ANSWERS = [
    (Fault.html, SourceDataError),
    (Fault.empty, SourceDataError),
    (lambda: Fault.raw(b"[]"), SourceDataError),
    (lambda: Fault.raw(b'"0"'), SourceDataError),
    (lambda: Fault.raw(b"null"), SourceDataError),
    (lambda: Fault.raw(b'{"code":'), SourceDataError),
    (lambda: Fault.raw(b"\xff\xfe\x00"), SourceDataError),
    (lambda: Fault.raw(b"[" * 100_000), SourceDataError),
    (Fault.endless, SourceDataError),
    (Fault.drop, SourceConnectionError),
    (lambda: Fault.http(429, retry_after=30), SourceConnectionError),
    (lambda: Fault.http(408), SourceConnectionError),
    (lambda: Fault.http(500), SourceConnectionError),
    (lambda: Fault.http(503), SourceConnectionError),
    (lambda: Fault.http(204), SourceConnectionError),
]


QUESTIONS: dict[str, Callable[[Account], Awaitable[object]]] = {
    "login": lambda account: account.login(),
    "devices": lambda account: account.devices(),
    "certification": lambda account: account.broker(),
    "detail": lambda account: account.snapshot(SYSTEM_SERIAL, PLUS_TYPE),
}


@pytest.mark.parametrize(
    ("endpoint", "fault", "error"),
    [
        *(("login", *wrong) for wrong in NO_ANSWERS),
        *((endpoint, *NO_ANSWERS[0]) for endpoint in ("devices", "certification", "detail")),
        *((endpoint, *NO_ANSWERS[-3]) for endpoint in ("devices", "certification", "detail")),
    ],
)
async def test_no_answer(
    cloud: WebCloud, account: Account, endpoint: str, fault: Any, error: type[SourceError]
) -> None:
    cloud.faults.add(endpoint, fault())
    ask = QUESTIONS[endpoint]
    with pytest.raises(error) as caught:
        await ask(account)
    assert isinstance(caught.value, SourceConnectionError)  # trying again later may help
    assert not isinstance(caught.value, SourceAuthError)
    cloud.faults.clear()
    assert await ask(account)


async def test_endless_answer_is_not_read_to_its_end(cloud: WebCloud, account: Account) -> None:
    await account.login()
    cloud.faults.add("devices", Fault.endless())
    began = time.monotonic()
    with pytest.raises(SourceDataError):
        await account.devices()
    assert time.monotonic() - began < 2.0


async def test_dripping_answer_is_cut_off(cloud: WebCloud, session: aiohttp.ClientSession) -> None:
    account = account_for(cloud, session, timeout=aiohttp.ClientTimeout(total=0.25))
    cloud.faults.add("login", Fault.drip(interval=0.05))
    began = time.monotonic()
    with pytest.raises(SourceConnectionError):
        await account.login()
    assert time.monotonic() - began < 2.0


async def test_nobody_there(nobody: str, session: aiohttp.ClientSession) -> None:
    with pytest.raises(SourceConnectionError):
        await Account(session, "a", "b", nobody).login()


async def test_redirect_is_not_followed(cloud: WebCloud, account: Account) -> None:
    """The password must not be carried to wherever a broken cloud points."""
    fault = Fault.http(307)
    fault.headers["Location"] = f"{cloud.base_url}/auth/login"
    cloud.faults.add("login", fault)
    with pytest.raises(SourceConnectionError):
        await account.login()
    assert cloud.cloud.counts["login"] == 1


async def test_nothing_secret_in_what_is_said(
    cloud: WebCloud, session: aiohttp.ClientSession, account: Account
) -> None:
    token, broker = await account.login(), await account.broker()
    secrets = {cloud.account.password, cloud.mqtt.password, token.token, cloud.account.email}
    encoded = base64.b64encode(cloud.account.password.encode()).decode()
    said = [repr(token), repr(broker)]
    wrong = account_for(cloud, session, "not the password")
    with pytest.raises(SourceAuthError) as refused:
        await wrong.login()
    cloud.faults.add("devices", Fault.html())
    with pytest.raises(SourceDataError) as broken:
        await account.devices()
    said += [str(refused.value), repr(refused.value), str(broken.value)]
    for secret in {*secrets, encoded, "not the password"} - {"demo"}:
        assert not [text for text in said if secret in text]


# The token.


@pytest.mark.parametrize("status", [401, 403])
async def test_dead_token_is_renewed_once(cloud: WebCloud, account: Account, status: int) -> None:
    await account.login()
    cloud.faults.add("devices", Fault.http(status, times=1))
    assert await account.devices()
    assert cloud.cloud.counts["login"] == 2
    assert cloud.cloud.counts["devices"] == 2


@pytest.mark.parametrize("code", ["401", "403"])
async def test_dead_token_told_in_the_answer(cloud: WebCloud, account: Account, code: str) -> None:
    await account.login()
    cloud.faults.add("devices", Fault.api(code, times=1))
    assert await account.devices()
    assert cloud.cloud.counts["login"] == 2


async def test_expired_token_is_renewed(cloud: WebCloud, account: Account) -> None:
    first = await account.login()
    cloud.cloud.expire_tokens()
    assert await account.snapshot(cloud.serial, PLUS_TYPE)
    assert (await account.login()).token != first.token


async def test_token_that_is_always_refused(cloud: WebCloud, account: Account) -> None:
    await account.login()
    cloud.faults.add("devices", Fault.http(401))
    with pytest.raises(SourceAuthError):
        await account.devices()
    assert cloud.cloud.counts["login"] == 2


async def test_password_changed_meanwhile(cloud: WebCloud, account: Account) -> None:
    await account.login()
    cloud.cloud.expire_tokens()
    cloud.account.password = "another"
    with pytest.raises(SourceAuthError):
        await account.devices()


async def test_token_is_forgotten_only_if_it_is_still_that_one(
    cloud: WebCloud, account: Account
) -> None:
    first = await account.login()
    account.forget_login(first)
    second = await account.login()
    account.forget_login(first)
    assert await account.login() is second
    assert cloud.cloud.counts["login"] == 2


# No login storm.


async def test_one_login_a_minute(cloud: WebCloud, session: aiohttp.ClientSession) -> None:
    assert LOGIN_INTERVAL >= 60.0
    account = account_for(cloud, session)
    await account.login()
    cloud.cloud.expire_tokens()
    for _ in range(3):
        with pytest.raises(SourceConnectionError) as caught:
            await account.devices()
        assert not isinstance(caught.value, SourceAuthError)
    assert cloud.cloud.counts["login"] == 1


async def test_one_refused_login_a_minute(cloud: WebCloud, session: aiohttp.ClientSession) -> None:
    account = account_for(cloud, session, "wrong")
    with pytest.raises(SourceAuthError):
        await account.login()
    for _ in range(3):
        with pytest.raises(SourceConnectionError):
            await account.login()
    assert cloud.cloud.counts["login"] == 1


async def test_next_login_after_a_while(cloud: WebCloud, session: aiohttp.ClientSession) -> None:
    account = account_for(cloud, session, login_interval=0.1)
    cloud.faults.add("login", Fault.http(500, times=1))
    with pytest.raises(SourceConnectionError):
        await account.login()
    with pytest.raises(SourceConnectionError):
        await account.login()
    await asyncio.sleep(0.12)
    assert await account.login()
    assert cloud.cloud.counts["login"] == 2


async def test_logins_never_run_in_parallel(cloud: WebCloud, account: Account) -> None:
    tasks = [account.devices(), account.broker(), account.snapshot(cloud.serial, PLUS_TYPE)]
    await asyncio.gather(*tasks, *(account.login() for _ in range(10)))
    assert cloud.cloud.counts["login"] == 1


async def test_many_dead_tokens_make_one_login(cloud: WebCloud, account: Account) -> None:
    await account.login()
    cloud.cloud.expire_tokens()
    await asyncio.gather(*(account.devices() for _ in range(8)))
    assert cloud.cloud.counts["login"] == 2


async def test_cancelled_login_blocks_nobody(
    cloud: WebCloud, session: aiohttp.ClientSession
) -> None:
    account = account_for(cloud, session, login_interval=0.0)
    cloud.faults.add("login", Fault.drip(interval=0.05, times=1))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await account.login()
    assert cloud.cloud.counts["login"] == 1
    assert await account.login()


# The broker.


async def test_certification(cloud: WebCloud, account: Account) -> None:
    broker = await account.broker()
    assert (broker.host, broker.port) == ("127.0.0.1", cloud.mqtt.port)
    assert (broker.user, broker.password) == (cloud.mqtt.account, cloud.mqtt.password)
    assert not broker.tls
    assert cloud.cloud.requests[-1].query == {"userId": cloud.account.user_id}


def certification(**changes: Any) -> bytes:
    data = {
        "url": "mqtt.example.com",
        "port": "8883",
        "protocol": "mqtts",
        "certificateAccount": "app-1",
        "certificatePassword": "secret",
    }
    data |= changes
    kept = {name: value for name, value in data.items() if value is not ...}
    return orjson.dumps({"code": "0", "data": kept})


async def test_certification_is_followed(cloud: WebCloud, account: Account) -> None:
    cloud.faults.add("certification", Fault.raw(certification(url="mqtt-e.example.com", port=443)))
    broker = await account.broker()
    assert (broker.host, broker.port, broker.tls) == ("mqtt-e.example.com", 443, True)


@pytest.mark.parametrize(
    "changes",
    [
        *({name: ...} for name in ("url", "port", "certificateAccount", "certificatePassword")),
        *({name: None} for name in ("url", "port", "certificateAccount", "certificatePassword")),
        *({name: ""} for name in ("url", "port", "certificateAccount", "certificatePassword")),
        {"port": "x"},
        {"port": []},
        {"port": 0},
        {"port": -1},
        {"port": 65536},
        {"url": 7},
        {"url": ["a"]},
        {"certificatePassword": {}},
    ],
)
async def test_incomplete_certification(
    cloud: WebCloud, account: Account, changes: dict[str, Any]
) -> None:
    cloud.faults.add("certification", Fault.raw(certification(**changes)))
    with pytest.raises(SourceDataError):
        await account.broker()


@pytest.mark.parametrize(
    "host", ["mqtt.example.com", "192.168.1.20", "0.0.0.0", "127.0.0.1.nip.io"]
)
async def test_unencrypted_broker_elsewhere_is_refused(
    cloud: WebCloud, account: Account, host: str
) -> None:
    cloud.mqtt.host, cloud.mqtt.protocol = host, "mqtt"
    with pytest.raises(SourceRefusedError) as caught:
        await account.broker()
    assert caught.value.key == "broker_not_encrypted"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
async def test_unencrypted_broker_on_this_machine(
    cloud: WebCloud, account: Account, host: str
) -> None:
    cloud.mqtt.host, cloud.mqtt.protocol = host, "mqtt"
    assert not (await account.broker()).tls


@pytest.mark.parametrize("protocol", ["mqtts", "ssl", "MQTTS", "", None, "wss", ...])
async def test_every_other_protocol_is_encrypted(
    cloud: WebCloud, account: Account, protocol: Any
) -> None:
    cloud.faults.add("certification", Fault.raw(certification(protocol=protocol)))
    assert (await account.broker()).tls


# The list of devices.


async def test_devices(cloud: WebCloud, account: Account) -> None:
    shared = Listed("HJ31ZSIM00000001", "Neighbour", shared=True, online=False)
    for device in (DELTA, OCEAN_2, shared):
        cloud.listed[device.serial] = device
    found = {device.serial: device for device in await account.devices()}
    assert set(found) == {cloud.serial, DELTA.serial, OCEAN_2.serial, shared.serial}
    assert found[cloud.serial].name == "Simulated home"
    assert found[cloud.serial].online is True
    assert found[shared.serial].online is False


async def test_systems_of_an_account(cloud: WebCloud, account: Account) -> None:
    for device in (DELTA, OCEAN_2):
        cloud.listed[device.serial] = device
    found = await find_systems(account)
    assert [device.serial for device, _ in found.systems] == [cloud.serial]
    assert found.systems[0][1].product_type == PLUS_TYPE
    assert found.unsupported == ((OCEAN_2.serial, "Ocean 2"),)


async def test_typed_serial_joins_the_list(cloud: WebCloud, account: Account) -> None:
    cloud.faults.no_devices = True
    found = await find_systems(account, (cloud.serial, "J329ZSIM00000001"))
    assert [device.serial for device, _ in found.systems] == [cloud.serial, "J329ZSIM00000001"]
    assert (await find_systems(account)).systems == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, []),
        ({"bound": None, "share": None}, []),
        ({"bound": [], "share": ""}, []),
        ({"bound": {"R374A": None}}, [("R374A", "", None)]),
        ({"bound": {"R374A": []}}, [("R374A", "", None)]),
        ({"bound": {"R374A": {}}}, [("R374A", "", None)]),
        ({"bound": {"R374A": {"deviceName": None, "online": "x"}}}, [("R374A", "", None)]),
        ({"bound": {"R374A": {"deviceName": "A", "online": 1}}}, [("R374A", "A", True)]),
        (
            {"bound": {"R374A": {"deviceName": "A"}}, "share": {"R374A": {"deviceName": "B"}}},
            [("R374A", "A", None)],
        ),
        ({"share": {"R374A": {"deviceName": 7, "online": False}}}, [("R374A", "7", False)]),
    ],
)
async def test_list_in_any_shape(
    cloud: WebCloud, account: Account, data: Any, expected: list[Any]
) -> None:
    cloud.faults.add("devices", Fault.raw(orjson.dumps({"code": "0", "data": data})))
    found = await account.devices()
    assert [(device.serial, device.name, device.online) for device in found] == expected


# The snapshot, and its regions.


async def test_snapshot(cloud: WebCloud, account: Account) -> None:
    data = await account.snapshot(cloud.serial, PLUS_TYPE)
    assert data["quota"]
    request = cloud.cloud.requests[-1]
    assert request.query == {"sn": cloud.serial}
    assert request.headers["product-type"] == "87"
    assert request.headers["Authorization"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("fault", "error", "key"),
    [
        ("wrong_region", SourceRefusedError, "wrong_region"),
        ("illegal_device", SourceRefusedError, "slave_serial"),
        ("not_allowed", SourceRefusedError, "not_allowed"),
    ],
)
async def test_snapshot_refused(
    cloud: WebCloud, account: Account, fault: str, error: type[SourceError], key: str
) -> None:
    setattr(cloud.faults, fault, True)
    with pytest.raises(error) as caught:
        await account.snapshot(cloud.serial, PLUS_TYPE)
    assert caught.value.key == key


async def test_snapshot_of_an_offline_system(cloud: WebCloud, account: Account) -> None:
    cloud.faults.add("detail", Fault.api("6012", "offline"))
    with pytest.raises(SourceConnectionError) as caught:
        await account.snapshot(cloud.serial, PLUS_TYPE)
    assert caught.value.key == "system_offline"


@pytest.mark.parametrize("code", ["8521", "1", "", "null"])
async def test_unknown_code(cloud: WebCloud, account: Account, code: str) -> None:
    cloud.faults.add("detail", Fault.api(code))
    with pytest.raises(SourceConnectionError):
        await account.snapshot(cloud.serial, PLUS_TYPE)


def regional(cloud: WebCloud, session: aiohttp.ClientSession, **hosts: str) -> Rerouted:
    """Return a session in which EcoFlow's hosts are these; `eu` and `america` hold the systems."""
    return Rerouted(
        session,
        {
            WORLD: hosts.get("world", cloud.base_url),
            EU: hosts.get("eu", cloud.base_url),
            AMERICA: hosts.get("america", cloud.other_region_url),
        },
    )


async def test_system_of_the_other_region(cloud: WebCloud, session: aiohttp.ClientSession) -> None:
    rerouted = regional(cloud, session, eu=cloud.other_region_url, america=cloud.base_url)
    account = Account(rerouted, cloud.account.email, cloud.account.password)  # type: ignore[arg-type]
    assert await account.snapshot(cloud.serial, PLUS_TYPE)
    assert rerouted.asked == [WORLD, EU, AMERICA]
    rerouted.asked.clear()
    assert await account.snapshot(cloud.serial, PLUS_TYPE)
    assert rerouted.asked == [AMERICA]  # it has learned


async def test_system_of_no_region(cloud: WebCloud, session: aiohttp.ClientSession) -> None:
    rerouted = regional(cloud, session, eu=cloud.other_region_url)
    account = Account(rerouted, cloud.account.email, cloud.account.password)  # type: ignore[arg-type]
    with pytest.raises(SourceRefusedError) as caught:
        await account.snapshot(cloud.serial, PLUS_TYPE)
    assert caught.value.key == "wrong_region"
    assert rerouted.asked == [WORLD, EU, AMERICA]


async def test_unreachable_region_is_passed_over(
    cloud: WebCloud, session: aiohttp.ClientSession, nobody: str
) -> None:
    rerouted = regional(cloud, session, eu=nobody, america=cloud.base_url)
    account = Account(rerouted, cloud.account.email, cloud.account.password)  # type: ignore[arg-type]
    assert await account.snapshot(cloud.serial, PLUS_TYPE)


async def test_unreachable_region_is_not_the_wrong_one(
    cloud: WebCloud, session: aiohttp.ClientSession, nobody: str
) -> None:
    """Its own region does not answer, the other does not know the system: try again later."""
    rerouted = regional(cloud, session, eu=nobody)
    account = Account(rerouted, cloud.account.email, cloud.account.password)  # type: ignore[arg-type]
    with pytest.raises(SourceConnectionError):
        await account.snapshot(cloud.serial, PLUS_TYPE)


async def test_login_host_that_refuses_is_not_the_last_word(
    cloud: WebCloud, session: aiohttp.ClientSession
) -> None:
    rerouted = regional(cloud, session)
    cloud.faults.add("login", Fault.api("2026", times=1))
    account = Account(rerouted, cloud.account.email, cloud.account.password)  # type: ignore[arg-type]
    assert await account.devices()
    # What answered the login is asked for the rest.
    assert rerouted.asked == [WORLD, EU_LOGIN, EU_LOGIN]


async def test_all_login_hosts_refuse(cloud: WebCloud, session: aiohttp.ClientSession) -> None:
    rerouted = regional(cloud, session)
    account = Account(rerouted, cloud.account.email, "wrong")  # type: ignore[arg-type]
    with pytest.raises(SourceAuthError):
        await account.login()
    assert rerouted.asked == [WORLD, EU_LOGIN]


async def test_unreachable_login_host_is_passed_over(
    cloud: WebCloud, session: aiohttp.ClientSession, nobody: str
) -> None:
    rerouted = regional(cloud, session, world=nobody)
    account = Account(rerouted, cloud.account.email, cloud.account.password)  # type: ignore[arg-type]
    assert await account.login()


async def test_refused_by_one_and_unreachable_at_the_other_is_no_refusal(
    cloud: WebCloud, session: aiohttp.ClientSession, nobody: str
) -> None:
    for hosts in ({"world": nobody}, {"eu": nobody}):
        rerouted = regional(cloud, session, **hosts)
        account = Account(rerouted, cloud.account.email, "wrong")  # type: ignore[arg-type]
        with pytest.raises(SourceConnectionError):
            await account.login()


# What a person types.


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("  https://api.example.com:8443/  ", "https://api.example.com:8443"),
        ("http://127.0.0.1:8124", "http://127.0.0.1:8124"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8124/", "http://[::1]:8124"),
        ("HTTPS://API.example.com", "https://API.example.com"),
    ],
)
def test_server(address: str, expected: str) -> None:
    assert check_server(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "api.example.com",
        "http://api.example.com",
        "http://192.168.1.20:8124",
        "http://127.0.0.1.example.com",
        "http://localhost@example.com",
        "http://example.com#@127.0.0.1",
        "ftp://127.0.0.1",
        "https://",
        "https://:8443",
        "https://user@api.example.com",
        "https://user:secret@api.example.com",
        "https://api.example.com/path",
        "https://api.example.com/?a=b",
        "https://api.example.com/#a",
        "https://api.example.com:99999",
        "https://api.example.com:x",
        "https://api.exa mple.com",
        "https://api.example.com\\@evil.example.com",
        "https://[::1",
        "javascript:alert(1)",
    ],
)
def test_server_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        check_server(address)


@given(st.text(max_size=30) | st.from_regex(r"https?://[a-z@:/.\[\]0-9#?\\ ]{0,20}"))
def test_any_server(address: str) -> None:
    try:
        checked = check_server(address)
    except ValueError:
        return
    assert check_server(checked) == checked
    assert re.fullmatch(r"https?://[^/?#@\s\\]+", checked)


@pytest.mark.parametrize(
    ("serial", "expected"), [("R374ZSIM00000001", None), (" hj31zsim00000001 ", None)]
)
def test_serial(serial: str, expected: None) -> None:
    assert check_serial(serial) == serial.strip().upper()


@pytest.mark.parametrize(
    ("serial", "key"),
    [
        ("RE11ZSIM00000001", "unsupported_model"),
        ("HR51ZSIM00000001", "unsupported_model"),
        ("HJ3AZSIM00000001", "serial_of_part"),
        ("AC31ZSIM00000001", "serial_of_part"),
        ("HF31ZSIM00000001", "serial_of_part"),
        ("R331ZSIM00000001", "unknown_serial"),
        ("", "unknown_serial"),
        ("非法设备", "unknown_serial"),
    ],
)
def test_serial_refused(serial: str, key: str) -> None:
    with pytest.raises(SourceRefusedError) as caught:
        check_serial(serial)
    assert caught.value.key == key
