"""What the vehicle's BMS tells while it is charged with DC (302, and 110 when it began).

The messages are those of GB/T 27930: BRM (who it is), BCP (its limits), BRO (ready), BCL (what it
wants), BCS and BSM (how it is), BST (why it stopped), BSD (statistics), BEM (errors). The pile
has converted their values: no offsets are left. [NUMBO-DOC] [WOGEE] [DESCADA] [GBT-27930]
"""

from __future__ import annotations

from ..model.states import StateRow
from .command_numbers import Cmd
from .rows import Q, Report, technical

_REPORT = Report(Cmd.BMS_REPORT)

_CELL = (
    "Seed: 0.1 V. GB/T 27930 counts in 0.01 V, and so do some piles: where 0.1 V would make more "
    "than 6 V of a cell, 0.01 V is taken."
)

BMS: tuple[StateRow, ...] = technical(
    _REPORT.made("brm_bms_protocol_version", "BMS protocol version", Q.TEXT),
    _REPORT.told("brm_battery_type", "Battery type", Q.ENUM),
    _REPORT.told("brm_rated_capacity", "Battery rated capacity", Q.CAPACITY),
    _REPORT.told("brm_rated_total_voltage", "Battery rated voltage", Q.VOLTAGE),
    _REPORT.told("brm_battery_manufacturer", "Battery manufacturer", Q.TEXT),
    _REPORT.told("brm_battery_pack_serial", "Battery serial number", Q.CODE, private=True),
    _REPORT.made("brm_manufacture_date", "Battery manufacture date", Q.TEXT),
    _REPORT.told("brm_charge_cycles", "Battery charge cycles", Q.COUNT),
    _REPORT.told("brm_ownership", "Battery ownership", Q.ENUM),
    _REPORT.told("brm_vin", "BMS VIN", Q.TEXT, private=True),
    _REPORT.made("brm_bms_software_version", "BMS software version", Q.TEXT),
    _REPORT.made("bcp_max_cell_voltage", "Maximum allowed cell voltage", Q.VOLTAGE, deviates=_CELL),
    _REPORT.told("bcp_max_charging_current", "Maximum allowed current", Q.CURRENT),
    _REPORT.told("bcp_rated_total_energy", "Battery rated energy", Q.ENERGY_STORED),
    _REPORT.told("bcp_max_total_voltage", "Maximum allowed voltage", Q.VOLTAGE),
    _REPORT.told("bcp_max_temperature", "Maximum allowed temperature", Q.TEMPERATURE),
    _REPORT.told("bcp_soc", "Battery SOC at start", Q.PERCENTAGE),
    _REPORT.told("bcp_pack_voltage", "Battery voltage at start", Q.VOLTAGE),
    _REPORT.told("bro_bms_ready", "BMS readiness", Q.ENUM),
    _REPORT.told("bcl_voltage_demand", "BMS voltage demand", Q.VOLTAGE),
    _REPORT.told("bcl_current_demand", "BMS current demand", Q.CURRENT),
    _REPORT.told("bcl_charging_mode", "BMS demanded mode", Q.ENUM),
    _REPORT.told("bcs_measured_voltage", "BMS measured voltage", Q.VOLTAGE),
    _REPORT.told("bcs_measured_current", "BMS measured current", Q.CURRENT),
    _REPORT.told("bcs_max_cell_voltage", "Highest cell voltage", Q.VOLTAGE),
    _REPORT.told("bcs_max_cell_voltage_group", "Highest cell voltage group", Q.CODE),
    _REPORT.told("bcs_soc", "BMS SOC", Q.PERCENTAGE),
    _REPORT.told("bcs_remaining_charging_time", "BMS remaining time", Q.DURATION_MIN),
    _REPORT.told("bsm_max_cell_voltage_number", "Highest cell voltage number", Q.CODE),
    _REPORT.told("bsm_max_battery_temperature", "Highest battery temperature", Q.TEMPERATURE),
    _REPORT.told("bsm_max_temperature_point", "Highest temperature sensor", Q.CODE),
    _REPORT.told("bsm_min_battery_temperature", "Lowest battery temperature", Q.TEMPERATURE),
    _REPORT.told("bsm_min_temperature_point", "Lowest temperature sensor", Q.CODE),
    _REPORT.told("bsm_cell_voltage_status", "Cell voltage status", Q.ENUM),
    _REPORT.told("bsm_soc_status", "SOC status", Q.ENUM),
    _REPORT.told("bsm_overcurrent_status", "Overcurrent status", Q.ENUM),
    _REPORT.told("bsm_overtemperature_status", "Overtemperature status", Q.ENUM),
    _REPORT.told("bsm_insulation_status", "Insulation status", Q.ENUM),
    _REPORT.told("bsm_connector_status", "Output connector status", Q.ENUM),
    _REPORT.told("bsm_charging_allowed", "BMS permission", Q.ENUM),
    _REPORT.told("bst_soc_target_reached", "Stop: SOC target", Q.ENUM),
    _REPORT.told("bst_total_voltage_reached", "Stop: total voltage", Q.ENUM),
    _REPORT.told("bst_cell_voltage_reached", "Stop: cell voltage", Q.ENUM),
    _REPORT.told("bst_charger_stop", "Stop: charger", Q.ENUM),
    _REPORT.told("bst_insulation_fault", "Stop: insulation", Q.ENUM),
    _REPORT.told("bst_output_connector_overtemperature", "Stop: output connector heat", Q.ENUM),
    _REPORT.told("bst_bms_connector_overtemperature", "Stop: BMS connector heat", Q.ENUM),
    _REPORT.told("bst_charging_connector_fault", "Stop: charging connector", Q.ENUM),
    _REPORT.told("bst_battery_overtemperature", "Stop: battery heat", Q.ENUM),
    _REPORT.told("bst_high_voltage_relay_fault", "Stop: high-voltage relay", Q.ENUM),
    _REPORT.told("bst_detection_point2_fault", "Stop: detection point 2", Q.ENUM),
    _REPORT.told("bst_other_fault", "Stop: other fault", Q.ENUM),
    _REPORT.told("bst_overcurrent", "Stop: overcurrent", Q.ENUM),
    _REPORT.told("bst_voltage_abnormal", "Stop: voltage", Q.ENUM),
    _REPORT.told("bsd_final_soc", "Final SOC", Q.PERCENTAGE),
    _REPORT.told("bsd_min_cell_voltage", "Final lowest cell voltage", Q.VOLTAGE),
    _REPORT.told("bsd_max_cell_voltage", "Final highest cell voltage", Q.VOLTAGE),
    _REPORT.told("bsd_min_battery_temperature", "Final lowest temperature", Q.TEMPERATURE),
    _REPORT.told("bsd_max_battery_temperature", "Final highest temperature", Q.TEMPERATURE),
    _REPORT.told("bem_charger_recognition_00_timeout", "BMS timeout: recognition 00", Q.ENUM),
    _REPORT.told("bem_charger_recognition_aa_timeout", "BMS timeout: recognition AA", Q.ENUM),
    _REPORT.told("bem_time_sync_max_output_timeout", "BMS timeout: time and limits", Q.ENUM),
    _REPORT.told("bem_charger_ready_timeout", "BMS timeout: charger ready", Q.ENUM),
    _REPORT.told("bem_charger_status_timeout", "BMS timeout: charger status", Q.ENUM),
    _REPORT.told("bem_charger_stop_timeout", "BMS timeout: charger stop", Q.ENUM),
    _REPORT.told("bem_charger_statistics_timeout", "BMS timeout: charger statistics", Q.ENUM),
    _REPORT.told("bem_other", "BMS other errors", Q.CODE),
)
