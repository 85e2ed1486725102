"""What a person makes a pile do: buttons and actions.

Orders are sent once. A pile's answer acknowledges them, its next status confirms them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.source import SourceConnectionError, SourceInputError, SourceRefusedError
from . import answers
from .command_numbers import Cmd
from .connector import OUT_OF_SERVICE, RUNNING, SYSTEM_FAULT, Connector, Start
from .enums import CONNECTOR_STATUS
from .fields import Kind, Values, read_time
from .limits import Limits
from .parameters import PARAMETERS, Parameter
from .pile import Host, Pile
from .strategies import STRATEGIES
from .tariff import check_slots, read_slots, write_slots
from .values import half_hours

_UNTIL_FULL = "until_full"

USER = "HOMEASSISTANT"
"""Who a pile is told to charge for."""


class Orders:
    """Gives one pile its orders."""

    def __init__(self, pile: Pile, host: Host) -> None:
        """Order this pile."""
        self._pile = pile
        self._host = host

    @property
    def _limits(self) -> Limits:
        return self._host.limits

    # Charging.

    async def start(
        self, connector: Connector, strategy: str = _UNTIL_FULL, limit: float = 0.0
    ) -> dict[str, Any]:
        """Start charging; the limit is in the unit of the strategy. Raises SourceError."""
        self._check_startable(connector)
        transaction = answers.new_transaction(self._host.clock.now())
        wanted = STRATEGIES[strategy]
        parameter = wanted.parameter(limit)
        start = connector.start = Start()
        try:
            self._pile.tell(
                Cmd.START_CHARGING_REQUEST,
                {
                    "connector_id": connector.number,
                    "charging_strategy": wanted.number,
                    "charging_strategy_param": parameter,
                    "id_tag": USER,
                    "transaction_id": transaction,
                },
            )
            state = await start.wait(self._limits.start)
        finally:
            connector.start = None
        return {"transaction_id": transaction, "state": CONNECTOR_STATUS[state]}

    def _check_startable(self, connector: Connector) -> None:
        self._check_connected()
        if connector.start:
            raise SourceRefusedError("starting already", "pile_busy")
        if connector.state in RUNNING:
            raise SourceRefusedError("charging already", "already_charging")
        if connector.state in (SYSTEM_FAULT, OUT_OF_SERVICE):
            raise SourceRefusedError("out of service", "connector_fault")
        if connector.linked is False:
            raise SourceRefusedError("no vehicle", "no_vehicle")

    def _check_connected(self) -> None:
        if not self._pile.connected:
            raise SourceConnectionError("not connected", "pile_offline")

    async def stop(self, connector: Connector) -> dict[str, Any]:
        """Stop charging. Raises SourceError."""
        await self._control(connector.number, answers.STOP)
        self._pile.tell(
            Cmd.STATUS_REPORT_RESPONSE, {"connector_id": connector.number, "report_status_now": 1}
        )
        try:
            state = await connector.wait_for(
                lambda state: state not in RUNNING, self._limits.confirm
            )
        except TimeoutError as err:
            raise SourceConnectionError("not confirmed", "stop_not_confirmed") from err
        return {"state": CONNECTOR_STATUS.get(state, str(state))}

    # The pile itself.

    async def reboot(self) -> None:
        """Start the pile anew. One that does so at once has no time to answer."""
        self._check_connected()
        try:
            await self._control(1, answers.REBOOT)
        except SourceConnectionError:
            if self._pile.connected:
                raise

    async def report_now(self, connectors: list[Connector]) -> None:
        """Let the pile tell its status at once."""
        for connector in connectors:
            await self._control(connector.number, answers.STATUS_NOW, 1)

    async def sign_in_now(self) -> None:
        """Let the pile tell at once who it is."""
        await self._control(1, answers.LOGIN_NOW, 1)

    async def set_clock(self) -> None:
        """Set the pile's clock."""
        fields = answers.set_clock(self._host.clock)
        _check(
            await self._pile.ask(Cmd.SET_STRING_PARAMETER_REQUEST, fields, fields["start_address"])
        )

    async def set_parameter(self, key: str, value: int) -> None:
        """Write an integer parameter, and let the pile tell what it has now. Raises SourceError."""
        fields = answers.set_parameter(PARAMETERS[key].address, value)
        _check(
            await self._pile.ask(
                Cmd.SET_INTEGER_PARAMETERS_REQUEST, fields, fields["start_address"]
            )
        )
        await self.sign_in_now()

    async def _control(self, connector: int, address: int, value: int = answers.TRIGGER) -> None:
        fields = answers.control(connector, address, value)
        _check(await self._pile.ask(Cmd.CONTROL_COMMAND_REQUEST, fields, (connector, address)))

    # Reading.

    async def read_parameter(self, key: str) -> dict[str, Any]:
        """Read a parameter. Raises SourceError."""
        if (parameter := PARAMETERS.get(key)) is None:
            raise SourceInputError("no such parameter", "unknown_parameter", parameter=key[:64])
        if parameter.kind is Kind.UINT:
            fields = {"start_address": parameter.address, "count": 1}
            answer = await self._read_again(
                Cmd.SET_INTEGER_PARAMETERS_REQUEST, fields, parameter.address
            )
            _check(answer)
            numbers: tuple[int, ...] = answer.get("values", ())
            value: Any = numbers[0] if numbers else None
        else:
            fields = {"start_address": parameter.address}
            answer = await self._read_again(
                Cmd.SET_STRING_PARAMETER_REQUEST, fields, parameter.address
            )
            _check(answer)
            value = _text(parameter, answer.get("value", b""))
        return {
            "parameter": key,
            "address": parameter.address,
            "value": value,
            "unit": parameter.unit,
        }

    async def read_tariff(self) -> dict[str, Any]:
        """Read the tariff. Raises SourceError."""
        answer = await self._read_again(Cmd.TARIFF_QUERY_REQUEST, {})
        return {"slots": [slot.as_dict() for slot in read_slots(answer)]}

    async def set_tariff(self, typed: list[Mapping[str, Any]]) -> dict[str, Any]:
        """Write a tariff, and read it back. Raises SourceError."""
        slots = check_slots(typed)
        _check(await self._pile.ask(Cmd.TARIFF_SET_REQUEST, write_slots(slots)))
        return await self.read_tariff()

    async def half_hour_energies(self, connector: Connector) -> dict[str, Any]:
        """Read the energies of the current session's half hours. Raises SourceError."""
        number = connector.number
        answer = await self._read_again(Cmd.PERIOD_ENERGY_REQUEST, {"connector_id": number}, number)
        start = self._host.clock.unix(answer.get("start_time"))
        return {"start": start, "energies": list(half_hours(answer) or ())}

    async def _read_again(
        self, number: Cmd, values: Mapping[str, Any], which: object = None
    ) -> Values:
        """Ask a second time if there is no answer: reading does no harm."""
        try:
            return await self._pile.ask(number, values, which)
        except SourceConnectionError as err:
            if err.key != "pile_silent":
                raise
        return await self._pile.ask(number, values, which)


def _check(answer: Values) -> None:
    """Raise SourceRefusedError if an answer says that it was not done."""
    if result := answer.get("result", 0):
        raise SourceRefusedError(f"result {result}", "pile_refused", code=str(result))


def _text(parameter: Parameter, data: bytes) -> str | None:
    if parameter.kind is Kind.TIME:
        time = read_time(data)
        return time.isoformat() if time else None
    if parameter.kind is Kind.BYTES:
        return data.hex(":")
    return data.partition(b"\0")[0].decode("ascii", "replace")
