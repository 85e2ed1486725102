"""Cloud, broker, plant and device, tied together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime, time
from pathlib import Path
import secrets
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from simulator.broker import Login, MqttBroker
from simulator.certificates import Certificate, self_signed

from . import snapshot
from .clock import Now, wall_clock
from .cloud import OTHER_REGION, Account, Cloud, Faults, Listed, MqttAccess
from .device import Device
from .model import Model
from .scenarios import Scenario, make_plant

DELTA = Listed("R331ZSIM00000001", "Camping", "DELTA 2")
OCEAN_2 = Listed("RE11ZSIM00000001", "Garage", "")


class SimulatedCloud:
    """EcoFlow's cloud with one PowerOcean system, between `async with` and its end."""

    def __init__(
        self,
        *,
        http_port: int = 0,
        mqtt_port: int = 0,
        tls: bool = False,
        auto_push: bool = False,
        masked: bool = False,
        model: Model = Model.PLUS,
        scenario: Scenario = Scenario.DAY,
        serial: str | None = None,
        packs: Sequence[str] | None = None,
        extra_devices: Sequence[Listed] = (),
        shared: bool = False,
        now: Now = wall_clock,
        speed: float = 1.0,
        start: time | None = None,
        seed: int = 1,
        soc: float | None = None,
        wall_box: bool = True,
        heating_rod: bool = False,
        heat_pump: bool = False,
        smart_plug: bool = False,
    ) -> None:
        """Describe what to simulate; ports 0 are free ones, `now` moves cloud and plant."""
        self.account = Account()
        self.model = model
        self.plant = make_plant(
            model,
            scenario,
            now=now,
            speed=speed,
            start=start,
            serial=serial,
            packs=packs,
            soc=soc,
            seed=seed,
            wall_box=wall_box,
            heating_rod=heating_rod,
            heat_pump=heat_pump,
            smart_plug=smart_plug,
        )
        self.serial = serial = self.plant.serial
        self.mqtt = MqttAccess()
        self.listed = {serial: Listed(serial, "Simulated home", "", shared=shared)}
        self.listed |= {device.serial: device for device in extra_devices}
        self.cloud = Cloud(
            self.account, self.mqtt, now, {serial: self._snapshot}, self.listed, port=http_port
        )
        # Real Fits mask what they push.
        self._auto_push, self._masked = auto_push, masked or model is Model.FIT
        self._mqtt_port, self._tls = mqtt_port, tls
        self._stack = AsyncExitStack()
        self._frozen: dict[str, Any] | None = None
        self.broker: MqttBroker
        self.device: Device
        self.certificate: Certificate | None = None

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self.cloud.base_url

    @property
    def other_region_url(self) -> str:
        """Where the API knows the account, but not the system."""
        return self.cloud.base_url + OTHER_REGION

    @property
    def faults(self) -> Faults:
        """What the API does wrong."""
        return self.cloud.faults

    async def __aenter__(self) -> Self:
        """Start everything."""
        async with AsyncExitStack() as stack:
            if self._tls:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="simulator-")))
                self.certificate = await asyncio.to_thread(self_signed, folder)
            self.broker = MqttBroker(self._mqtt_port, self.certificate)
            device_password = secrets.token_hex(8)
            self.broker.logins["device"] = Login(device_password)
            self.broker.logins[self.mqtt.account] = Login(
                self.mqtt.password, self.account.user_id, set(self.listed)
            )
            await self.broker.start()
            stack.push_async_callback(self.broker.stop)
            self.mqtt.port = self.broker.tls_port if self._tls else self.broker.port
            self.mqtt.protocol = "mqtts" if self._tls else "mqtt"
            await self.cloud.start()
            stack.push_async_callback(self.cloud.stop)
            self.device = Device(
                self.plant,
                self.broker,
                self.account.user_id,
                model=self.model,
                password=device_password,
                auto_push=self._auto_push,
                masked=self._masked,
            )
            await self.device.start()
            stack.push_async_callback(self.device.stop)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        await self._stack.aclose()

    async def rotate_mqtt_password(self, *, kick: bool = True) -> None:
        """Make the MQTT password of earlier certifications invalid."""
        self.mqtt.password = secrets.token_hex(16)
        self.broker.logins[self.mqtt.account].password = self.mqtt.password
        if kick:
            await self.broker.kick_user(self.mqtt.account)

    def _snapshot(self, now: datetime) -> dict[str, Any]:
        """Build the system's detail; a silent system's stays what it was."""
        silent = self.device.paused or self.device.offline
        if silent and self._frozen is not None:
            return self._frozen | {"online": int(not self.device.offline)}
        self.plant.advance()
        self._frozen = snapshot.detail(self.plant, self.model, now, online=not self.device.offline)
        return self._frozen
