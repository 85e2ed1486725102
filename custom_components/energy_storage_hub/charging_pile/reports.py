"""What a pile reports, and what it is answered: login, status, alarms, sessions, cards, BMS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
import logging
import math
import time
from typing import Any

from ..model.quantity import QUANTITIES, Quantity
from ..model.source import Happening, Reading
from ..model.states import Value
from . import answers, values as make
from .alarms import active
from .clock import TOLERANCE
from .command_numbers import Cmd
from .connector import Connector
from .fields import Values
from .frame import Frame
from .limits import Limits
from .pile import MOST_CONNECTORS, Host, Pile
from .rows import Report
from .states_connector import LIFETIME, PERIODS, PLUGGED, SESSIONS
from .tables import CARD_EVENT, CONNECTOR, PILE, SESSION_EVENT, TABLE
from .values import CHARGING, Converter

type States = Mapping[str, Value | None]
"""By key; None is not known."""

_LOGGER = logging.getLogger(__name__)

_CLOCK_INTERVAL = 600.0
"""A clock that cannot be set is not set again before this time, s."""

_MISSED = 3
"""So many heartbeats may be missing, whatever a pile says."""

_LIFE: Mapping[Cmd, float] = {
    # Piles that say more seldom that they are there are hung up on.
    Cmd.HEARTBEAT: Limits().silence_most,
    # 3 or 15 s apart while charging, 15 s while idle, some firmware a minute.
    Cmd.STATUS_REPORT: 300.0,
    # 30 s apart, and only while charging with DC.
    Cmd.BMS_REPORT: 120.0,
}
"""For how long a report is current, s. The others come when there is something to tell."""

_REPORTS = {command: Report(command).key for command in Cmd}

_ROWS = TABLE.kinds[CONNECTOR].rows
_PILE_ROWS = TABLE.kinds[PILE].rows
_STATUS = Converter(Cmd.STATUS_REPORT, _ROWS)
_RECORD = Converter(Cmd.CHARGE_RECORD, _ROWS)
_START = Converter(Cmd.START_RESULT, _ROWS)
_BMS = Converter(Cmd.BMS_REPORT, _ROWS)
_LOGIN = Converter(Cmd.LOGIN, _PILE_ROWS)
_PILE_STATUS = Converter(Cmd.STATUS_REPORT, _PILE_ROWS)

_COUNTERS = frozenset(row.key for row in _ROWS if QUANTITIES[row.quantity].counter)
_IDENTITIES = frozenset(row.key for row in _ROWS if row.private and row.quantity is Quantity.TEXT)


class Reports:
    """Reads the reports of one pile."""

    def __init__(self, pile: Pile, host: Host) -> None:
        """Read for this pile."""
        self._pile = pile
        self._host = host
        self._clock_set_at = -_CLOCK_INTERVAL
        self._alarm_bits = b""
        self._handlers: dict[int, Callable[[Frame, Values], None]] = {
            Cmd.START_CHARGING_RESPONSE: self._start_answer,
            Cmd.HEARTBEAT: self._heartbeat,
            Cmd.STATUS_REPORT: self._status,
            Cmd.LOGIN: self._login,
            Cmd.ALARM_REPORT: self._alarms,
            Cmd.START_RESULT: self._start_result,
            Cmd.PERIOD_ENERGY_RESPONSE: self._periods,
            Cmd.AUTHORIZE_REQUEST: self._card,
            Cmd.PLUG_AND_CHARGE_REQUEST: self._vin,
            **{command: partial(self._record, command) for command in answers.RECORDS},
            Cmd.BMS_REPORT: self._bms,
            Cmd.TARIFF_QUERY_RESPONSE: self._tariff,
        }

    def handle(self, frame: Frame, values: Values) -> None:
        """Take a report, and answer it where an answer is due."""
        if handler := self._handlers.get(frame.command):
            handler(frame, values)

    def remind(self) -> None:
        """Tell what is known from before a restart."""
        for connector in self._pile.connectors.values():
            states = {**connector.last_record, SESSIONS.key: connector.sessions}
            told = Reading(connector.serial, self._masked(states), counted_here=True)
            self._host.on_reading(told)

    # Login, heartbeat, alarms, tariff.

    def _login(self, frame: Frame, values: Values) -> None:
        pile, host = self._pile, self._host
        pile.answer(frame, Cmd.LOGIN_RESPONSE, answers.login(values, host.clock))
        missed = max(values.get("heartbeat_timeout_count", 0), _MISSED)
        limits = host.limits
        pile.silence = min(
            max(values.get("heartbeat_interval", 0) * missed, limits.silence_least),
            limits.silence_most,
        )
        values = make.login(values, host.clock)
        pile.firmware = values["firmware_version"]
        pile.announce()
        for number in range(1, min(values.get("connector_count", 0), MOST_CONNECTORS) + 1):
            pile.connector(number)
        self._tell_of_pile(Cmd.LOGIN, _LOGIN.states(values))
        deviation = values.get("clock_deviation")
        if host.set_clock and deviation is not None and abs(deviation) > TOLERANCE:
            self._set_clock()

    def _set_clock(self) -> None:
        now = time.monotonic()
        if now - self._clock_set_at >= _CLOCK_INTERVAL:
            self._clock_set_at = now
            self._pile.tell(Cmd.SET_STRING_PARAMETER_REQUEST, answers.set_clock(self._host.clock))

    def _heartbeat(self, frame: Frame, values: Values) -> None:
        number = values.get("heartbeat_sequence", 0)
        self._pile.answer(frame, Cmd.HEARTBEAT_RESPONSE, {"heartbeat_sequence": number})
        self._tell_of_pile(Cmd.HEARTBEAT, {})
        if (bits := values.get("connector_plugged_bits")) is None:
            return
        plugged = int.from_bytes(bits, "little")
        for connector in self._pile.connectors.values():
            states = {PLUGGED.key: bool(plugged >> (connector.number - 1) & 1)}
            self._tell(connector, Cmd.HEARTBEAT, states)

    def _alarms(self, frame: Frame, values: Values) -> None:
        bits = values.get("alarm_bits")
        if bits is not None and bits != self._alarm_bits:
            self._alarm_bits = bits
            self._tell_of_pile(Cmd.ALARM_REPORT, make.alarm_states(bits))

    def _tariff(self, frame: Frame, values: Values) -> None:
        self._tell_of_pile(Cmd.TARIFF_QUERY_RESPONSE, make.tariff_states(values))

    # The status of a connector.

    def _status(self, frame: Frame, values: Values) -> None:
        number = values.get("connector_id", 0)
        self._pile.answer(frame, Cmd.STATUS_REPORT_RESPONSE, {"connector_id": number})
        if (connector := self._pile.connector(number)) is None:
            return
        if (state := values.get("connector_status")) is not None:
            began = state == CHARGING and connector.state not in (None, CHARGING)
            connector.take_status(state, linked=bool(values.get("vehicle_connection_status")))
            if began:
                self._happened(connector, "started")
        now = time.monotonic()
        silent, connector.last_at = now - connector.last_at, now
        if frame.data == connector.last_data and silent < _LIFE[Cmd.STATUS_REPORT]:
            for reading in connector.again:
                self._host.on_reading(reading)
            return
        connector.last_data = frame.data
        self._tell_status(connector, values)

    def _tell_status(self, connector: Connector, values: Values) -> None:
        states = _STATUS.states(make.status(values, self._host.clock))
        if reading := connector.lifetime(states):
            states[LIFETIME.key] = reading
        self._tell(connector, Cmd.STATUS_REPORT, states)
        if (code := values.get("error_code")) is not None:
            connector.error_code = code
            self._tell_of_pile(Cmd.STATUS_REPORT, _PILE_STATUS.states(self._alarm()))
        counted = {key: states[key] for key in _COUNTERS & states.keys()}
        connector.again = (
            _reading(connector.serial, Cmd.STATUS_REPORT, counted),
            _reading(self._pile.code, Cmd.STATUS_REPORT, {}),
        )
        self._check_alarm_table(code or 0)
        self._host.on_solved(f"encrypted_{self._pile.code}")

    def _alarm(self) -> Values:
        """Return the pile's alarm: that of any connector that is heard."""
        oldest = time.monotonic() - _LIFE[Cmd.STATUS_REPORT]
        connectors = self._pile.connectors.values()
        codes = (connector.error_code for connector in connectors if connector.last_at > oldest)
        return {"error_code": next(filter(None, codes), 0)}

    def _check_alarm_table(self, code: int) -> None:
        """Compare the alarm bits with the alarm's code: in an old table they are one apart."""
        on = active(self._alarm_bits)
        counts = self._pile.counts
        if len(on) != 1 or not 2000 < code < 2160 or counts.alarm_table != "unproved":
            return
        apart = next(iter(on)) - (code - 2000)
        if apart == 0:
            counts.alarm_table = "agrees"
        elif apart == -1:
            counts.alarm_table = "shifted"
            _LOGGER.warning("%s numbers its alarm bits in another way", self._pile.label)

    # Starts, sessions, energies.

    def _start_answer(self, frame: Frame, values: Values) -> None:
        self._take_start(values, values.get("result"))

    def _start_result(self, frame: Frame, values: Values) -> None:
        reason = values.get("start_failure_reason")
        connector = self._take_start(values, reason)
        if connector is None:
            return
        self._tell(connector, Cmd.BMS_REPORT, _BMS.states(make.bms(values)))
        if reason:
            self._happened(connector, "start_failed", code=reason)

    def _take_start(self, values: Values, result: int | None) -> Connector | None:
        """Take the result of a start, of 8 or 110."""
        connector = self._pile.connector(values.get("connector_id", 0))
        if connector is None or result is None:
            return connector
        states = _START.states({**values, "start_failure_reason": result})
        self._tell(connector, Cmd.START_RESULT, states)
        if connector.start:
            connector.start.answered(result)
        return connector

    def _record(self, command: Cmd, frame: Frame, values: Values) -> None:
        self._pile.answer(frame, *answers.record(command, values))
        connector = self._pile.connector(values.get("connector_id", 0))
        if connector is None or "session_energy" not in values or not connector.is_new(values):
            return
        values = make.record(command, values, self._host.clock)
        states: dict[str, Value | None] = {SESSIONS.key: connector.sessions}
        end = values.get("stop_time") or values.get("start_time") or 0.0
        newest = end >= connector.last_end
        if newest:
            connector.last_end = end
            connector.last_record = make.record_states(values, _RECORD)
            states |= connector.last_record
        self._tell(connector, Cmd.CHARGE_RECORD, states)
        self._host.on_record()
        if newest:
            self._happened(connector, "ended", energy=values["session_energy"])

    def _periods(self, frame: Frame, values: Values) -> None:
        if connector := self._pile.connector(values.get("connector_id", 0)):
            states = {PERIODS.key: make.half_hours(values)}
            self._tell(connector, Cmd.PERIOD_ENERGY_RESPONSE, states)

    def _bms(self, frame: Frame, values: Values) -> None:
        self._pile.answer(frame, Cmd.BMS_REPORT_RESPONSE, {})
        if connector := self._pile.connector(values.get("connector_id", 0)):
            self._tell(connector, Cmd.BMS_REPORT, _BMS.states(make.bms(values)))

    # Cards and vehicles.

    def _card(self, frame: Frame, values: Values) -> None:
        accepted = self._host.admission.card(values.get("id_tag", ""))
        clock = self._host.clock
        fields = answers.card(values, clock, accepted=accepted)
        self._pile.answer(frame, Cmd.AUTHORIZE_RESPONSE, fields)
        self._authorized(values, "card", values.get("id_tag", ""), accepted=accepted)

    def _vin(self, frame: Frame, values: Values) -> None:
        accepted = self._host.admission.vin(values.get("vin", ""))
        clock = self._host.clock
        fields = answers.vin(values, clock, accepted=accepted)
        self._pile.answer(frame, Cmd.PLUG_AND_CHARGE_RESPONSE, fields)
        self._authorized(values, "vin", values.get("vin", ""), accepted=accepted)

    def _authorized(self, values: Values, what: str, identity: str, *, accepted: bool) -> None:
        if connector := self._pile.connector(values.get("connector_id", 0)):
            shown = identity if self._host.show_identities else answers.masked(identity)
            happened = f"{what}_{'accepted' if accepted else 'refused'}"
            details = {"identity": shown}
            self._host.on_event(Happening(connector.serial, CARD_EVENT.key, happened, details))

    # Telling.

    def _happened(self, connector: Connector, what: str, **details: Any) -> None:
        self._host.on_event(Happening(connector.serial, SESSION_EVENT.key, what, details))

    def _tell(self, connector: Connector, command: Cmd, states: States) -> None:
        self._host.on_reading(_reading(connector.serial, command, self._masked(states)))

    def _tell_of_pile(self, command: Cmd, states: States) -> None:
        self._host.on_reading(_reading(self._pile.code, command, states))

    def _masked(self, states: States) -> States:
        """Show cards and vehicles only where they are wanted."""
        if self._host.show_identities:
            return states
        return {
            key: answers.masked(value) if key in _IDENTITIES and isinstance(value, str) else value
            for key, value in states.items()
        }


def _reading(serial: str, command: Cmd, states: States) -> Reading:
    """Return what a report of a pile tells of a device."""
    return Reading(serial, states, report=_REPORTS[command], life=_LIFE.get(command, math.inf))
