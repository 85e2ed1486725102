"""The parameters of a pile that can be read (commands 1 and 3).

Of these, only the settings of `tables.py` are ever written.

Addresses follow the vendor's list, except that 38 does not exist (three implementations agree);
from 77 on they are extrapolated. The list's five one-byte entries have no known address, and
passwords are nobody's business: neither are here. The scale of voltages, currents and
temperatures is not published: values are as on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass

from .fields import Kind


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter that can be read."""

    key: str
    address: int
    unit: str = ""
    kind: Kind = Kind.UINT
    """UINT: an integer parameter; anything else: how a string parameter is read."""


_INTEGERS = (
    Parameter("login_interval", 1, "min"),
    Parameter("project_type", 2),
    Parameter("connector_count", 3),
    Parameter("channel_number", 4),
    Parameter("max_charging_voltage", 5, "V"),
    Parameter("max_charging_current", 6, "A"),
    Parameter("card_reader_type", 7),
    Parameter("card_reader_baud_rate", 8, "Bd"),
    Parameter("card_protocol_number", 9),
    Parameter("backend_authentication", 10),
    Parameter("plate_verification", 11),
    Parameter("card_vin_binding", 12),
    Parameter("bms_cell_protection_voltage", 13, "V"),
    Parameter("bms_charging_protection_temperature", 14, "°C"),
    Parameter("debug_address_1", 15),
    Parameter("debug_address_2", 16),
    Parameter("debug_address_3", 17),
    Parameter("debug_address_4", 18),
    Parameter("debug_address_5", 19),
    Parameter("periodic_report_interval", 20, "s"),
    Parameter("heartbeat_interval", 21, "s"),
    Parameter("heartbeat_timeout_count", 22),
    Parameter("status_report_interval", 23, "s"),
    Parameter("communication_mode", 24),
    Parameter("server_ip", 25),
    Parameter("server_port", 26),
    Parameter("service_price", 27, "0.01 CNY/kWh"),
    Parameter("flat_energy_price", 28, "0.01 CNY/kWh"),
    Parameter("ad_light_on_hour", 29, "h"),
    Parameter("ad_light_on_minute", 30, "min"),
    Parameter("ad_light_off_hour", 31, "h"),
    Parameter("ad_light_off_minute", 32, "min"),
    Parameter("debug_control_address", 33),
    Parameter("debug_control_data", 34),
    Parameter("overvoltage_threshold", 35, "V"),
    Parameter("undervoltage_threshold", 36, "V"),
    Parameter("overcurrent_threshold", 37, "A"),
    Parameter("aux_power_type", 39),
    Parameter("connector_type", 40),
    Parameter("control_board_software_version", 41),
    Parameter("acquisition_board_software_version", 42),
    Parameter("module_type", 43),
    Parameter("group_number", 44),
    Parameter("address", 45),
    Parameter("max_group_number", 46),
    Parameter("max_address", 47),
    Parameter("dual_charging_mode", 48),
    Parameter("ui_type", 49),
    Parameter("reserved_io_type", 50),
    Parameter("ambient_low_temperature", 51, "°C"),
    Parameter("group_charging_module_count", 52),
    Parameter("indicator_light_type", 53),
    Parameter("meter_type", 54),
    Parameter("charging_card_type", 55),
    Parameter("can3_external_address", 56),
    Parameter("bms_type", 57),
    Parameter("card_backend_verification", 58),
    Parameter("auth_method", 59),
    Parameter("charging_voltage_limit", 60, "V"),
    Parameter("charging_current_limit", 61, "A"),
    Parameter("fast_charging_start_hour", 62, "h"),
    Parameter("fast_charging_start_minute", 63, "min"),
    Parameter("fast_charging_end_hour", 64, "h"),
    Parameter("fast_charging_end_minute", 65, "min"),
    Parameter("state_a_b", 66),
    Parameter("module_voltage", 67, "V"),
    Parameter("insulation_positive_voltage", 68, "V"),
    Parameter("insulation_negative_voltage", 69, "V"),
    Parameter("insulation_resistance", 70),
    Parameter("connector_positive_temperature_protection", 71, "°C"),
    Parameter("connector_negative_temperature_protection", 72, "°C"),
    Parameter("module_count", 73),
    Parameter("meter_energy", 74),
    Parameter("backend_discount_supported", 75),
    Parameter("ambient_overtemperature_protection", 76, "°C"),
    Parameter("delayed_charging_start_hour", 77, "h"),
    Parameter("delayed_charging_start_minute", 78, "min"),
    Parameter("delayed_charging_end_hour", 79, "h"),
    Parameter("delayed_charging_end_minute", 80, "min"),
    Parameter("whitelist_version", 81),
)

_STRINGS = (
    Parameter("charge_point_id", 1, kind=Kind.TEXT),
    Parameter("clock_time", 2, kind=Kind.TIME),
    Parameter("mac_address", 5, kind=Kind.BYTES),
    Parameter("main_screen_qr", 7, kind=Kind.TEXT),
    Parameter("service_hotline_1", 8, kind=Kind.TEXT),
    Parameter("service_hotline_2", 9, kind=Kind.TEXT),
    Parameter("payment_qr", 10, kind=Kind.TEXT),
    Parameter("main_screen_qr_prefix", 11, kind=Kind.TEXT),
    Parameter("dlt645_meter_address", 12, kind=Kind.TEXT),
    Parameter("server_domain", 13, kind=Kind.TEXT),
)

PARAMETERS = {parameter.key: parameter for parameter in (*_INTEGERS, *_STRINGS)}
