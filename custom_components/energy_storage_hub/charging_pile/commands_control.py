"""Commands 1 to 8: parameters, control, start. What the server asks, and what the pile answers."""

from __future__ import annotations

from .command_numbers import Cmd
from .enums import EFFECTIVE, NO_YES, OPERATION, RESULT, START_RESULT
from .fields import (
    CODE,
    CONNECTOR,
    RESERVED,
    Command,
    Kind,
    choice,
    following,
    numbers,
    text,
    time,
    uint,
)
from .strategies import STRATEGY

_PARAMETERS = (choice(1, "operation", OPERATION), uint(4, "start_address"))

CONTROL = (
    Command(
        Cmd.SET_INTEGER_PARAMETERS_REQUEST,
        *RESERVED,
        *_PARAMETERS,
        uint(1, "count"),
        uint(2, "data_length", 1, "B"),
        following("values", Kind.UINTS),
    ),
    Command(
        Cmd.SET_INTEGER_PARAMETERS_RESPONSE,
        *RESERVED,
        CODE,
        *_PARAMETERS,
        uint(1, "count"),
        choice(1, "result", RESULT),
        numbers("values"),
    ),
    Command(
        Cmd.SET_STRING_PARAMETER_REQUEST,
        *RESERVED,
        *_PARAMETERS,
        uint(2, "data_length", 1, "B"),
        following("value"),
    ),
    Command(
        Cmd.SET_STRING_PARAMETER_RESPONSE,
        *RESERVED,
        CODE,
        *_PARAMETERS,
        choice(1, "result", RESULT),
        following("value"),
    ),
    Command(
        Cmd.CONTROL_COMMAND_REQUEST,
        *RESERVED,
        CONNECTOR,
        uint(4, "start_command_address"),
        uint(1, "command_count"),
        uint(2, "data_length", 1, "B"),
        numbers("command_values"),
    ),
    Command(
        Cmd.CONTROL_COMMAND_RESPONSE,
        *RESERVED,
        CODE,
        CONNECTOR,
        uint(4, "start_command_address"),
        uint(1, "command_count"),
        choice(1, "result", RESULT),
    ),
    Command(
        Cmd.START_CHARGING_REQUEST,
        *RESERVED,
        CONNECTOR,
        choice(4, "effective_type", EFFECTIVE),
        uint(4, "local_stop_password"),
        choice(4, "charging_strategy", STRATEGY),
        uint(4, "charging_strategy_param"),
        time("start_time"),
        uint(1, "reservation_timeout", 1, "min"),
        text(32, "id_tag"),
        choice(1, "offline_charging_allowed", NO_YES),
        uint(4, "offline_energy_limit", 0.01, "kWh"),
        text(32, "transaction_id"),
        uint(1, "bms_aux_voltage"),
        uint(4, "account_balance", 0.01, "CNY"),
    ),
    Command(
        Cmd.START_CHARGING_RESPONSE,
        *RESERVED,
        CODE,
        CONNECTOR,
        choice(4, "result", START_RESULT),
        text(32, "transaction_id"),
    ),
)
