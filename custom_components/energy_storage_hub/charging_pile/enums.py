"""What the numbers in the fields stand for, as slugs.

From the vendor's table and from public implementations; a number that is not here is unknown.
"""

from __future__ import annotations

from .alarms import ALARMS

OPERATION = {
    0: "query",
    1: "set",
}

RESULT = {
    0: "success",
}
"""Any other number is a failure."""

NO_YES = {
    0: "no",
    1: "yes",
}

CONNECTOR_TYPE = {
    1: "dc",
    2: "ac",
}

CONNECTOR_STATUS = {
    0: "idle",
    1: "preparing",
    2: "charging",
    3: "finished",
    4: "start_failed",
    5: "reserved",
    6: "system_fault",
    7: "out_of_service",
}
"""5 is "plugged in" in some dialects, 7 is known from one implementation only."""

VEHICLE_LINK = {
    0: "disconnected",
    1: "half_connected",
    2: "connected",
}
"""Half connected is a state of AC connectors only."""

EFFECTIVE = {
    0: "immediate",
    1: "timed",
    2: "reservation",
}

START_METHOD = {
    0: "local_card",
    1: "backend",
    2: "local_admin",
    3: "vin",
    4: "offline",
    5: "dual_connector_secondary",
}

BMS_MODE = {
    1: "constant_voltage",
    2: "constant_current",
}

PARKING_LOCK = {
    0: "raised",
    1: "lowered",
    2: "middle",
    3: "blocked_while_rising",
    88: "moving",
}

SERVICE = {
    0: "in_service",
    85: "suspended",
}

UPLOAD_MODE = {
    1: "answer",
    2: "active_report",
}

RUN_MODE = {
    0: "normal",
    1: "upgrading",
}

BATTERY_TYPE = {
    1: "lead_acid",
    2: "nimh",
    3: "lfp",
    4: "lmo",
    5: "lco",
    6: "ncm",
    7: "li_polymer",
    8: "lto",
    255: "other",
}
"""GB/T 27930, SPN 2562."""

OWNERSHIP = {
    0: "leased",
    1: "owned",
}

BMS_READY = {
    0: "not_ready",
    170: "ready",
    255: "invalid",
}

BMS_PERMISSION = {
    0: "forbidden",
    1: "allowed",
}

BMS_RANGE = {
    0: "normal",
    1: "too_high",
    2: "too_low",
    16: "too_low",
}
"""16 in the document, 2 in GB/T 27930."""

BMS_TARGET = {
    0: "not_reached",
    1: "reached",
    2: "untrusted",
    16: "untrusted",
}

BMS_FAULT = {
    0: "normal",
    1: "fault",
    2: "untrusted",
    16: "untrusted",
}

BMS_TIMEOUT = {
    0: "normal",
    1: "timeout",
    2: "untrusted",
    16: "untrusted",
}

CARD_ANSWER = {
    0: "accepted",
    1: "invalid_account",
    2: "insufficient_balance",
    3: "remove_from_blacklist",
    4: "blacklisted",
    5: "illegal_card",
    6: "reported_lost",
    7: "cancelled",
    8: "wrong_password",
    9: "in_use_elsewhere",
    10: "backend_refuses",
}

START_RESULT = {
    0: "success",
    1: "cc1_not_connected",
    2: "insulation_test_timeout",
    3: "insulation_test_fault",
    4: "service_suspended",
    5: "system_fault",
    6: "aux_power_mismatch",
    7: "aux_power_failed",
    9: "start_timeout",
    10: "bms_handshake_failed",
    11: "bms_configuration_failed",
    12: "bms_parameter_fault",
    13: "already_charging",
    14: "local_mode",
    15: "unknown_start_error",
    16: "already_reserved",
    17: "reserved_connector_not_found",
    18: "reservation_account_mismatch",
    20: "parameter_error_1",
    21: "parameter_error_2",
    30: "other",
    80: "device_unavailable",
    96: "operation_not_allowed",
    100001: "ac_system_fault",
    100002: "ac_vehicle_ready_timeout",
    100003: "ac_already_charging",
    100004: "ac_local_mode",
    100005: "ac_wrong_connector",
}
"""What became of a start; from 100000 on said by AC piles."""

_LAST_AGREED = 2023
"""Later alarms have other numbers in some dialects when they end a session."""

_ALARMS = {2000 + alarm.index: alarm.slug for alarm in ALARMS}

ALARM_CODE = {
    0: "none",
    1: "insulation_test_fault",
    3: "emergency_stop",
    5: "dc_output_overvoltage",
    6: "dc_output_undervoltage",
    8: "dc_output_open_circuit",
    9: "ambient_overtemperature",
    13: "dc_output_reverse_polarity",
    16: "module_type_mismatch",
    17: "fuse_fault",
    18: "dc_contactor_fault",
    19: "module_fault",
    20: "module_can_fault",
    22: "ac_input_overvoltage",
    23: "ac_input_undervoltage",
    24: "ac_input_overfrequency",
    25: "ac_input_underfrequency",
    27: "surge_arrester_fault",
    29: "phase_loss_l1",
    30: "phase_loss_l2",
    31: "phase_loss_l3",
    32: "dc_output_short_circuit",
    33: "connector_lock_fault",
    34: "aux_power_fault",
    35: "connector_overtemperature",
    36: "collector_code_error",
    1000: "control_board_communication_fault",
    1001: "acquisition_board_communication_fault",
    1002: "meter_communication_fault",
    1003: "concentrator_communication_lost",
    1004: "backend_communication_lost",
    1006: "card_reader_fault",
    1007: "meter_reads_zero",
    100001: "ac_display_communication",
    100002: "ac_card_reader_communication",
    100003: "ac_surge_arrester_fault",
    100004: "ac_main_switch_fuse_fault",
    100005: "ac_emergency_stop",
    100032: "ac_meter_1_communication",
    100033: "ac_meter_2_communication",
    100034: "ac_meter_3_communication",
    100035: "ac_meter_4_communication",
    100036: "ac_meter_5_communication",
    100037: "ac_meter_6_communication",
    100038: "ac_meter_7_communication",
    100039: "ac_meter_8_communication",
    100040: "ac_meter_9_communication",
    100041: "ac_meter_10_communication",
    100042: "ac_meter_11_communication",
    100043: "ac_meter_12_communication",
    100044: "ac_meter_13_communication",
    100045: "ac_meter_14_communication",
    100046: "ac_meter_15_communication",
    100047: "ac_meter_16_communication",
    100065: "ac_overvoltage",
    100066: "ac_undervoltage",
    100067: "ac_overcurrent",
    100068: "ac_relay_fault",
    100076: "ac_overtemperature",
    100077: "ac_input_undervoltage",
} | _ALARMS
"""The highest alarm that is there; it does not say whether charging is possible."""

STOP_REASON = {
    0: "normal_end",
    1: "brm_timeout",
    2: "bcp_timeout",
    3: "bro_timeout",
    4: "bcs_timeout",
    5: "bcl_timeout",
    6: "bst_timeout",
    7: "bsd_timeout",
    20: "bem_received",
    21: "bst_received",
    22: "bsm_error",
    23: "bms_overtemperature",
    24: "cell_overvoltage",
    25: "demand_current_abnormal",
    30: "bst_soc_target",
    31: "bst_voltage_target",
    32: "bst_cell_voltage_full",
    33: "bst_charger_stop",
    34: "bst_insulation_fault",
    35: "bst_connector_overtemperature",
    36: "bst_component_overtemperature",
    37: "bst_connector_fault",
    38: "bst_battery_overtemperature",
    39: "bst_other_fault",
    40: "bst_high_voltage_relay_fault",
    41: "bst_detection_point2_fault",
    42: "bst_overcurrent",
    43: "bst_voltage_abnormal",
    200: "user_stop",
    201: "system_alarm_1",
    202: "system_alarm_2",
    300: "cc1_disconnected",
    301: "card_stop",
    302: "emergency_stop",
    303: "preprocessing_power_failed",
    304: "insulation_test_fault",
    305: "control_board_communication_fault",
    306: "energy_limit_reached",
    307: "time_limit_reached",
    308: "amount_limit_reached",
    309: "meter_communication_fault",
    310: "card_balance_exceeded",
    311: "remote_stop",
    312: "system_alarm_stop",
    313: "backend_communication_lost",
    314: "charging_voltage_abnormal",
    315: "charging_current_abnormal",
    316: "bms_soc_full",
    317: "meter_jump_up",
    318: "meter_jump_down",
    319: "vin_mismatch",
    321: "module_output_abnormal",
    322: "stop_button_a",
    323: "stop_button_b",
    324: "liquid_cooling_fault",
    401: "admin_stop",
    402: "firmware_upgrade",
    403: "start_timeout",
    404: "bsm_cell_voltage_abnormal",
    405: "bsm_soc_abnormal",
    406: "bsm_overcurrent",
    407: "bsm_overtemperature",
    408: "bsm_insulation",
    409: "bsm_connector",
    410: "voltage_above_bms_limit",
    411: "bms_other_abnormal",
    412: "bcs_voltage_abnormal",
    413: "bms_aux_power_abnormal",
    414: "battery_voltage_abnormal",
    415: "bms_communication_lost",
    416: "bcl_voltage_above_limit",
    417: "bcl_current_above_limit",
    418: "bms_not_ready",
    419: "bro_abnormal",
    420: "bms_max_voltage_too_low",
    2000: "system_other_fault",
    100001: "ac_display_communication",
    100002: "ac_card_reader_communication",
    100003: "ac_surge_arrester_fault",
    100004: "ac_main_switch_fuse_fault",
    100005: "ac_emergency_stop",
    100032: "ac_meter_1_communication",
    100033: "ac_meter_2_communication",
    101000: "ac_disconnected",
    101001: "ac_not_ready",
    101002: "ac_overvoltage",
    101003: "ac_overcurrent",
    101004: "ac_undervoltage",
    101005: "ac_card_stop",
    101006: "ac_remote_stop",
    101007: "ac_time_limit_reached",
    101008: "ac_amount_limit_reached",
    101009: "ac_energy_limit_reached",
    101010: "ac_firmware_upgrade",
    101011: "ac_power_loss",
    101012: "ac_unknown",
    101013: "ac_local_screen_stop",
    101014: "ac_insufficient_balance",
    101015: "ac_battery_full",
    101016: "ac_user_condition_reached",
} | {code: slug for code, slug in _ALARMS.items() if code <= _LAST_AGREED}
"""Why a session ended; from 100000 on said by AC piles."""
