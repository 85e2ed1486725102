"""Commands 201 to 222: cards, plug and charge, and the records of ended sessions.

The seed lacks 201 (the layout here is that of its 221, which older ones are a prefix of), 205
and 206 (a dialect's names for 221 and 222 with layouts of their own).
"""

from __future__ import annotations

from .command_numbers import Cmd
from .enums import (
    CARD_ANSWER,
    CONNECTOR_TYPE,
    NO_YES,
    START_METHOD,
    START_RESULT,
    STOP_REASON,
)
from .fields import (
    CODE,
    CONNECTOR,
    RESERVED,
    Command,
    Field,
    choice,
    half_hours,
    plate,
    raw,
    text,
    time,
    uint,
)
from .strategies import STRATEGY


def _record(energy_scale: float, period_size: int) -> tuple[Field, ...]:
    """Return the fields of a record that all dialects share."""
    return (
        *RESERVED,
        CODE,
        choice(1, "connector_type", CONNECTOR_TYPE),
        CONNECTOR,
        text(32, "id_tag"),
        time("start_time"),
        time("stop_time"),
        uint(4, "session_duration", 1, "s"),
        uint(1, "soc_start", 1, "%"),
        uint(1, "soc_stop", 1, "%"),
        choice(4, "stop_reason", STOP_REASON),
        uint(4, "session_energy", energy_scale, "kWh"),
        uint(4, "meter_start", energy_scale, "kWh"),
        uint(4, "meter_stop", energy_scale, "kWh"),
        uint(4, "session_cost", 0.01, "CNY"),
        uint(4, "internal_index"),
        uint(4, "card_balance_before", 0.01, "CNY"),
        uint(4, "record_index"),
        uint(4, "record_count"),
        uint(1, "reserved3"),
        choice(1, "charging_strategy", STRATEGY),
        uint(4, "charging_strategy_param"),
        text(17, "vin"),
        plate("license_plate"),
        *half_hours(period_size, energy_scale),
        choice(1, "start_method", START_METHOD),
        text(32, "transaction_id"),
    )


_RECORD_TAIL = (
    uint(4, "session_service_cost", 0.01, "CNY"),
    # The third decimal of an energy in 0.01 kWh; one in 0.001 kWh holds it already.
    uint(1, "session_energy_thousandth", 0.001, "kWh"),
    choice(1, "parallel_charging_flag", NO_YES),
)

_RECORD_ANSWER = (
    *RESERVED,
    CONNECTOR,
    text(32, "id_tag"),
    uint(4, "internal_index"),
    choice(1, "amount_fields_valid", NO_YES),
    uint(4, "amount_before_discount", 0.01, "CNY"),
    uint(4, "discount_amount", 0.01, "CNY"),
    uint(4, "amount_charged", 0.01, "CNY"),
    uint(4, "account_balance", 0.01, "CNY"),
    uint(4, "energy_amount_charged", 0.01, "CNY"),
    uint(4, "service_amount_charged", 0.01, "CNY"),
)

AUTHORIZATION = (
    Command(
        Cmd.AUTHORIZE_RESPONSE,
        *RESERVED,
        choice(4, "response_code", CARD_ANSWER),
        uint(4, "account_balance", 0.01, "CNY"),
        uint(2, "energy_price", 0.01, "CNY"),
        uint(2, "service_price", 0.01, "CNY"),
        choice(1, "verify_password", NO_YES),
        choice(1, "verify_vin", NO_YES),
        choice(1, "verify_plate", NO_YES),
        uint(1, "reserved3"),
        text(32, "transaction_id"),
        text(17, "vin"),
        CONNECTOR,
    ),
    Command(
        Cmd.AUTHORIZE_REQUEST,
        *RESERVED,
        CODE,
        text(32, "id_tag"),
        uint(4, "card_balance", 0.01, "CNY"),
        uint(1, "card_list_flag"),
        # Secret: never kept, never shown.
        text(32, "card_password"),
        raw(48, "card_sector_random"),
        uint(4, "m1_card_serial"),
        uint(1, "auth_method"),
        CONNECTOR,
    ),
    Command(
        Cmd.PLUG_AND_CHARGE_RESPONSE,
        *RESERVED,
        CODE,
        CONNECTOR,
        text(17, "vin"),
        text(32, "id_tag"),
        text(32, "transaction_id"),
        uint(1, "result"),
        uint(1, "reason"),
        uint(4, "available_balance", 0.01, "CNY"),
        text(6, "local_stop_password"),
    ),
    Command(
        Cmd.PLUG_AND_CHARGE_REQUEST,
        *RESERVED,
        CODE,
        CONNECTOR,
        text(17, "vin"),
        choice(1, "charging_strategy", STRATEGY),
        uint(4, "charging_strategy_param"),
    ),
    Command(Cmd.VIN_START_REQUEST, *RESERVED, CODE, CONNECTOR, text(17, "vin")),
    Command(
        Cmd.VIN_START_RESPONSE,
        *RESERVED,
        CODE,
        CONNECTOR,
        choice(4, "start_result", START_RESULT),
    ),
)

RECORDS = (
    Command(Cmd.CHARGE_RECORD, *_record(0.01, 2), *_RECORD_TAIL),
    Command(Cmd.CHARGE_RECORD_HIGH_PRECISION_RESPONSE, *_RECORD_ANSWER),
    Command(Cmd.CHARGE_RECORD_HIGH_PRECISION, *_record(0.001, 4), *_RECORD_TAIL),
)

NOT_IN_SEED = (
    Command(Cmd.CHARGE_RECORD_RESPONSE, *_RECORD_ANSWER),
    Command(
        Cmd.CHARGE_RECORD_WIDE_RESPONSE,
        *RESERVED,
        CONNECTOR,
        CODE,
        uint(4, "session_cost", 0.01, "CNY"),
        uint(4, "account_balance", 0.01, "CNY"),
        text(32, "transaction_id"),
    ),
    Command(Cmd.CHARGE_RECORD_WIDE, *_record(0.001, 4)),
)
