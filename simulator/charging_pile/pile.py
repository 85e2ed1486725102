"""A simulated pile: it dials in, signs in, reports, obeys, and misbehaves where it is told to."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
import secrets
import time
from typing import override

from custom_components.energy_storage_hub.charging_pile.command_numbers import Cmd
from custom_components.energy_storage_hub.charging_pile.fields import Values, read_time

from .connector import (
    BACKEND,
    BATTERY_FULL,
    CARD,
    CHARGING,
    FAULT,
    FINISHED,
    IDLE,
    PREPARING,
    REMOTE_STOP,
    USER_STOP,
    Connector,
)
from .dialects import NEWEST, Dialect
from .link import Link

_TARIFF = ((0, 14, 0.35), (14, 42, 0.80), (42, 48, 0.35))
"""First half hour, the one after the last, and the price, CNY/kWh."""
_RECORDS_KEPT = 50


class SimulatedPile(Link):
    """A pile between `async with` and its end. Without `auto` it reports only what changes."""

    def __init__(
        self,
        port: int,
        *,
        host: str = "127.0.0.1",
        code: str = "32010001",
        connectors: int = 2,
        dialect: Dialect = NEWEST,
        auto: bool = False,
        speed: float = 1.0,
        heartbeat: int = 15,
        clock: timedelta = timedelta(),
        step: float = 0.01,
    ) -> None:
        """Describe the pile; `clock` is by how much its clock is fast."""
        super().__init__(host, port, code, dialect, retry=2.0 if auto else 0.05)
        self.connectors = {
            number: Connector(number, meter=1200.5 + 100 * number)
            for number in range(1, connectors + 1)
        }
        self.boots = 1
        self.logins = 0
        self.records: list[tuple[Cmd, Values]] = []
        """Records that were not confirmed."""
        self.kept: list[tuple[Cmd, Values]] = []
        """Records that are sent again after a reconnect."""
        self.tariff = [*_TARIFF]
        self.parameters: dict[int, int] = {21: heartbeat, 22: 3, 23: 15}
        self.start_result = 0
        """What a start is answered: anything but 0 refuses."""
        self.control_result = 0
        self._auto, self._speed, self._step = auto, speed, step
        self._clock = clock
        self._three_decimals = True
        self.answers = {
            Cmd.SET_INTEGER_PARAMETERS_REQUEST: self._on_integer,
            Cmd.SET_STRING_PARAMETER_REQUEST: self._on_string,
            Cmd.CONTROL_COMMAND_REQUEST: self._on_control,
            Cmd.START_CHARGING_REQUEST: self._on_start,
            Cmd.STATUS_REPORT_RESPONSE: self._on_status_wanted,
            Cmd.LOGIN_RESPONSE: self._on_login,
            Cmd.PERIOD_ENERGY_REQUEST: self._on_periods_wanted,
            Cmd.CHARGE_RECORD_RESPONSE: self._on_record_confirmed,
            Cmd.AUTHORIZE_RESPONSE: self._on_card_answer,
            Cmd.CHARGE_RECORD_WIDE_RESPONSE: self._on_record_confirmed,
            Cmd.PLUG_AND_CHARGE_RESPONSE: self._on_vin_answer,
            Cmd.CHARGE_RECORD_HIGH_PRECISION_RESPONSE: self._on_record_confirmed,
            Cmd.TARIFF_QUERY_REQUEST: lambda _: self._send_tariff(),
            Cmd.TARIFF_SET_REQUEST: self._on_tariff,
        }

    # What tests and demonstrations do with it.

    @property
    def now(self) -> datetime:
        """The pile's own time."""
        return datetime.now(UTC).replace(tzinfo=None, microsecond=0) + self._clock

    def plug(self, number: int = 1, soc: float = 30.0) -> None:
        """Connect a vehicle."""
        connector = self.connectors[number]
        connector.linked, connector.soc = True, soc
        self.report(number)

    def unplug(self, number: int = 1) -> None:
        """Disconnect the vehicle."""
        connector = self.connectors[number]
        if connector.state in (PREPARING, CHARGING):
            self.end(number, USER_STOP)
        connector.linked, connector.state = False, IDLE
        self.report(number)

    def charge(self, number: int = 1, id_tag: str = "LOCALCARD") -> None:
        """Begin to charge as if somebody had swiped a card."""
        transaction = f"{self.now:%Y%m%d%H%M%S}{secrets.randbelow(1000):03}"
        self.connectors[number].begin(self.now, transaction, id_tag, CARD)
        self.connectors[number].state = CHARGING
        self.report(number)

    def pass_time(self, seconds: float, number: int = 1) -> None:
        """Let a connector charge for a time, and report."""
        self._step_connector(self.connectors[number], seconds)
        self.report(number)

    def end(self, number: int = 1, reason: int = USER_STOP) -> None:
        """End a session, and send its record."""
        connector = self.connectors[number]
        connector.state = FINISHED
        connector.sessions += 1
        self.report(number)
        command = self.dialect.record if self._three_decimals else Cmd.CHARGE_RECORD
        fine = command != Cmd.CHARGE_RECORD
        record = (command, connector.record(self.now, reason, fine=fine))
        self.records.append(record)
        self.kept = [*self.kept, record][-_RECORDS_KEPT:]
        self.send(*record)

    def fault(self, index: int = 1, number: int = 1, *, out_of_order: bool = True) -> None:
        """Raise an alarm; 0 takes all alarms back."""
        connector = self.connectors[number]
        connector.error_code = 2000 + index if index else 0
        if out_of_order:
            connector.state = FAULT if index else IDLE
        bits = (1 << index if index else 0).to_bytes(32, "little")
        self.send(Cmd.ALARM_REPORT, {"alarm_bits": bits})
        self.report(number)

    def swipe(self, card: str, number: int = 1) -> None:
        """Ask whether a card may charge."""
        fields = {"id_tag": card, "card_password": "1234", "connector_id": number}
        self.send(Cmd.AUTHORIZE_REQUEST, fields)

    def ask_vin(self, vin: str, number: int = 1) -> None:
        """Ask whether a vehicle may charge."""
        self.send(Cmd.PLUG_AND_CHARGE_REQUEST, {"vin": vin, "connector_id": number})

    def report(self, number: int = 1) -> None:
        """Send 104 of a connector."""
        status = self.connectors[number].status(idle_meter=self.dialect.idle_meter)
        self.send(Cmd.STATUS_REPORT, {"connector_count": len(self.connectors), **status})

    def report_bms(self, number: int = 1) -> None:
        """Send 302 of a connector."""
        self.send(Cmd.BMS_REPORT, self.connectors[number].bms())

    @override
    def login(self) -> None:
        """Send 106."""
        self.send(
            Cmd.LOGIN,
            {
                "firmware_version": 104.10,
                "boot_count": self.boots,
                "upload_mode": 2,
                "login_interval": 60,
                "connector_count": len(self.connectors),
                "heartbeat_interval": self.parameters[21],
                "heartbeat_timeout_count": 3,
                "record_count": len(self.kept),
                "pile_time": self.now,
                "login_random": secrets.token_bytes(4),
                "protocol_version": self.dialect.version,
                "asset_id": f"ASSET{self.code}",
            },
        )

    def _on_login(self, values: Values) -> None:
        self.logins += 1
        self._three_decimals = bool(values["three_decimals_supported"])
        if self.is_signed_in.is_set():
            return
        self.is_signed_in.set()
        for number in self.connectors:
            self.report(number)
        self.send(Cmd.ALARM_REPORT, {"alarm_bits": bytes(32)})
        for record in self.kept:
            self.send(*record)

    @override
    async def report_for_ever(self) -> None:
        """Send heartbeats and, if automatic, everything else in its time."""
        if not self._auto:
            await asyncio.Event().wait()
        last: dict[str, float] = defaultdict(float)
        number = 0
        before = time.monotonic()
        while True:
            await asyncio.sleep(1.0)
            now = time.monotonic()
            step, before = (now - before) * self._speed, now
            for connector in self.connectors.values():
                state = connector.state
                self._step_connector(connector, step)
                interval = 3.0 if connector.state == CHARGING else 15.0
                key = f"status{connector.number}"
                if connector.state != state or now - last[key] >= interval:
                    last[key] = now
                    self.report(connector.number)
                if connector.state == CHARGING and now - last[f"b{connector.number}"] >= 30:
                    last[f"b{connector.number}"] = now
                    self.report_bms(connector.number)
            if now - last["heartbeat"] >= self.parameters[21]:
                last["heartbeat"] = now
                number = number % 65535 + 1
                self.beat(number)
            if now - last["record"] >= 10 and self.records:
                last["record"] = now
                self.send(*self.records[0])

    def beat(self, number: int = 1) -> None:
        """Send 102."""
        plugged = sum(
            1 << connector.number - 1 for connector in self.connectors.values() if connector.linked
        )
        fields = {
            "heartbeat_sequence": number,
            "connector_plugged_bits": plugged.to_bytes(16, "little"),
        }
        self.send(Cmd.HEARTBEAT, fields)

    def _step_connector(self, connector: Connector, seconds: float) -> None:
        preparing = connector.state == PREPARING
        if connector.step(self.now, seconds):
            self.end(connector.number, BATTERY_FULL)
        if preparing and connector.state == CHARGING:
            self._started(connector)

    def _started(self, connector: Connector) -> None:
        if self.dialect.late_answer:
            self._answer_start(connector.number, 0)
        fields = {**connector.bms(), "transaction_id": connector.transaction}
        self.send(Cmd.START_RESULT, fields)

    # Obeying.

    def _on_start(self, values: Values) -> None:
        number = values["connector_id"]
        connector = self.connectors[number]
        result = self.start_result or (0 if connector.linked else 1)
        if result or not self.dialect.late_answer:
            self._answer_start(number, result, values["transaction_id"])
        if not result:
            connector.begin(self.now, values["transaction_id"], values["id_tag"], BACKEND)
            self.report(number)

    def _answer_start(self, number: int, result: int, transaction: str = "") -> None:
        transaction = transaction or self.connectors[number].transaction
        fields = {"connector_id": number, "result": result, "transaction_id": transaction}
        self.send(Cmd.START_CHARGING_RESPONSE, fields)

    def _on_control(self, values: Values) -> None:
        address, number = values["start_command_address"], values["connector_id"]
        answer = {
            "connector_id": number,
            "start_command_address": address,
            "command_count": 1,
            "result": self.control_result,
        }
        self.send(Cmd.CONTROL_COMMAND_RESPONSE, answer)
        if self.control_result:
            return
        connector = self.connectors[number]
        if address == 2 and connector.state in (PREPARING, CHARGING):
            self.end(number, REMOTE_STOP)
        elif address == 11:
            self.boots += 1
            asyncio.get_running_loop().call_later(self._step, self.drop)
        elif address == 14:
            self.login()
        elif address == 15:
            self.report(number)

    def _on_status_wanted(self, values: Values) -> None:
        if values["report_status_now"]:
            self.report(values["connector_id"])

    def _on_integer(self, values: Values) -> None:
        address = values["start_address"]
        known = address in self.parameters
        if known and values["operation"]:
            (self.parameters[address],) = values["values"]
        fields = {"start_address": address, "count": 1, "result": 0 if known else 1}
        if known:
            fields["values"] = (self.parameters[address],)
        self.send(Cmd.SET_INTEGER_PARAMETERS_RESPONSE, fields)

    def _on_string(self, values: Values) -> None:
        address = values["start_address"]
        fields: Values = {"start_address": address, "operation": values["operation"]}
        if values["operation"]:
            if address == 2 and (told := read_time(values["value"])):
                self._clock += told - self.now
        elif address == 1:
            fields["value"] = self.code.encode().ljust(32, b"\0")
        else:
            fields["result"] = 1
        self.send(Cmd.SET_STRING_PARAMETER_RESPONSE, fields)

    def _send_tariff(self) -> None:
        fields: Values = {}
        for number, (first, last, price) in enumerate(self.tariff, start=1):
            fields |= {
                f"start_hour_{number}": first // 2,
                f"start_minute_{number}": first % 2 * 30,
                f"end_hour_{number}": last // 2,
                f"end_minute_{number}": last % 2 * 30,
                f"energy_price_{number}": price,
            }
        self.send(Cmd.TARIFF_QUERY_RESPONSE, fields)

    def _on_tariff(self, values: Values) -> None:
        slots = [
            (
                values[f"start_hour_{number}"] * 2 + values[f"start_minute_{number}"] // 30,
                values[f"end_hour_{number}"] * 2 + values[f"end_minute_{number}"] // 30,
                values[f"energy_price_{number}"],
            )
            for number in range(1, 13)
        ]
        ends = [0, *(last for _, last, _ in slots)]
        fine = all(slot[0] == before for slot, before in zip(slots, ends, strict=False))
        if fine and ends[-1] == 48:
            self.tariff = slots
        self.send(Cmd.TARIFF_SET_RESPONSE, {"result": 0 if fine else 1})

    def _on_periods_wanted(self, values: Values) -> None:
        connector = self.connectors[values["connector_id"]]
        fields = {
            "connector_id": connector.number,
            "connector_status": connector.state,
            "start_time": connector.started,
            **connector.periods(),
        }
        self.send(Cmd.PERIOD_ENERGY_RESPONSE, fields)

    def _on_record_confirmed(self, values: Values) -> None:
        self.records = self.records[1:]

    def _on_card_answer(self, values: Values) -> None:
        if values["response_code"] == 0:
            self.charge(values["connector_id"], "CARD")

    def _on_vin_answer(self, values: Values) -> None:
        if values["result"] == 0:
            self.charge(values["connector_id"], values["vin"])
