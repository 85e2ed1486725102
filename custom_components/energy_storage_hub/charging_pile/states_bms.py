"""What the vehicle's BMS tells while it is charged with DC (302, and 110 when it began).

The messages are those of GB/T 27930: BRM (who it is), BCP (its limits), BRO (ready), BCL (what it
wants), BCS and BSM (how it is), BST (why it stopped), BSD (statistics), BEM (errors). The pile
has converted their values: no offsets are left. (NUMBO-DOC, WOGEE, DESCADA.)
"""

from __future__ import annotations

from ..model.states import StateRow
from .rows import Q, made, technical, told

_CELL = (
    "Seed: 0.1 V. GB/T 27930 counts in 0.01 V, and so do some piles: where 0.1 V would make more "
    "than 6 V of a cell, 0.01 V is taken."
)

BMS: tuple[StateRow, ...] = technical(
    made(302, "brm_bms_protocol_version", "BMS protocol version", Q.TEXT),
    told(302, "brm_battery_type", "Battery type", Q.ENUM),
    told(302, "brm_rated_capacity", "Battery rated capacity", Q.CAPACITY),
    told(302, "brm_rated_total_voltage", "Battery rated voltage", Q.VOLTAGE),
    told(302, "brm_battery_manufacturer", "Battery manufacturer", Q.TEXT),
    told(302, "brm_battery_pack_serial", "Battery serial number", Q.CODE, private=True),
    made(302, "brm_manufacture_date", "Battery manufacture date", Q.TEXT),
    told(302, "brm_charge_cycles", "Battery charge cycles", Q.COUNT),
    told(302, "brm_ownership", "Battery ownership", Q.ENUM),
    told(302, "brm_vin", "BMS VIN", Q.TEXT, private=True),
    made(302, "brm_bms_software_version", "BMS software version", Q.TEXT),
    made(302, "bcp_max_cell_voltage", "Maximum allowed cell voltage", Q.VOLTAGE, deviates=_CELL),
    told(302, "bcp_max_charging_current", "Maximum allowed current", Q.CURRENT),
    told(302, "bcp_rated_total_energy", "Battery rated energy", Q.ENERGY_STORED),
    told(302, "bcp_max_total_voltage", "Maximum allowed voltage", Q.VOLTAGE),
    told(302, "bcp_max_temperature", "Maximum allowed temperature", Q.TEMPERATURE),
    told(302, "bcp_soc", "Battery SOC at start", Q.PERCENTAGE),
    told(302, "bcp_pack_voltage", "Battery voltage at start", Q.VOLTAGE),
    told(302, "bro_bms_ready", "BMS readiness", Q.ENUM),
    told(302, "bcl_voltage_demand", "BMS voltage demand", Q.VOLTAGE),
    told(302, "bcl_current_demand", "BMS current demand", Q.CURRENT),
    told(302, "bcl_charging_mode", "BMS demanded mode", Q.ENUM),
    told(302, "bcs_measured_voltage", "BMS measured voltage", Q.VOLTAGE),
    told(302, "bcs_measured_current", "BMS measured current", Q.CURRENT),
    told(302, "bcs_max_cell_voltage", "Highest cell voltage", Q.VOLTAGE),
    told(302, "bcs_max_cell_voltage_group", "Highest cell voltage group", Q.CODE),
    told(302, "bcs_soc", "BMS SOC", Q.PERCENTAGE),
    told(302, "bcs_remaining_charging_time", "BMS remaining time", Q.DURATION_MIN),
    told(302, "bsm_max_cell_voltage_number", "Highest cell voltage number", Q.CODE),
    told(302, "bsm_max_battery_temperature", "Highest battery temperature", Q.TEMPERATURE),
    told(302, "bsm_max_temperature_point", "Highest temperature sensor", Q.CODE),
    told(302, "bsm_min_battery_temperature", "Lowest battery temperature", Q.TEMPERATURE),
    told(302, "bsm_min_temperature_point", "Lowest temperature sensor", Q.CODE),
    told(302, "bsm_cell_voltage_status", "Cell voltage status", Q.ENUM),
    told(302, "bsm_soc_status", "SOC status", Q.ENUM),
    told(302, "bsm_overcurrent_status", "Overcurrent status", Q.ENUM),
    told(302, "bsm_overtemperature_status", "Overtemperature status", Q.ENUM),
    told(302, "bsm_insulation_status", "Insulation status", Q.ENUM),
    told(302, "bsm_connector_status", "Output connector status", Q.ENUM),
    told(302, "bsm_charging_allowed", "BMS permission", Q.ENUM),
    told(302, "bst_soc_target_reached", "Stop: SOC target", Q.ENUM),
    told(302, "bst_total_voltage_reached", "Stop: total voltage", Q.ENUM),
    told(302, "bst_cell_voltage_reached", "Stop: cell voltage", Q.ENUM),
    told(302, "bst_charger_stop", "Stop: charger", Q.ENUM),
    told(302, "bst_insulation_fault", "Stop: insulation", Q.ENUM),
    told(302, "bst_output_connector_overtemperature", "Stop: output connector heat", Q.ENUM),
    told(302, "bst_bms_connector_overtemperature", "Stop: BMS connector heat", Q.ENUM),
    told(302, "bst_charging_connector_fault", "Stop: charging connector", Q.ENUM),
    told(302, "bst_battery_overtemperature", "Stop: battery heat", Q.ENUM),
    told(302, "bst_high_voltage_relay_fault", "Stop: high-voltage relay", Q.ENUM),
    told(302, "bst_detection_point2_fault", "Stop: detection point 2", Q.ENUM),
    told(302, "bst_other_fault", "Stop: other fault", Q.ENUM),
    told(302, "bst_overcurrent", "Stop: overcurrent", Q.ENUM),
    told(302, "bst_voltage_abnormal", "Stop: voltage", Q.ENUM),
    told(302, "bsd_final_soc", "Final SOC", Q.PERCENTAGE),
    told(302, "bsd_min_cell_voltage", "Final lowest cell voltage", Q.VOLTAGE),
    told(302, "bsd_max_cell_voltage", "Final highest cell voltage", Q.VOLTAGE),
    told(302, "bsd_min_battery_temperature", "Final lowest temperature", Q.TEMPERATURE),
    told(302, "bsd_max_battery_temperature", "Final highest temperature", Q.TEMPERATURE),
    told(302, "bem_charger_recognition_00_timeout", "BMS timeout: recognition 00", Q.ENUM),
    told(302, "bem_charger_recognition_aa_timeout", "BMS timeout: recognition AA", Q.ENUM),
    told(302, "bem_time_sync_max_output_timeout", "BMS timeout: time and limits", Q.ENUM),
    told(302, "bem_charger_ready_timeout", "BMS timeout: charger ready", Q.ENUM),
    told(302, "bem_charger_status_timeout", "BMS timeout: charger status", Q.ENUM),
    told(302, "bem_charger_stop_timeout", "BMS timeout: charger stop", Q.ENUM),
    told(302, "bem_charger_statistics_timeout", "BMS timeout: charger statistics", Q.ENUM),
    told(302, "bem_other", "BMS other errors", Q.CODE),
)
