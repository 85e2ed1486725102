"""Frames for the benchmarks."""

from __future__ import annotations

from typing import Any

from simulator.powerocean import frames, reports
from simulator.powerocean.plant import Plant


def stream_payloads(count: int) -> list[bytes]:
    """Stream frames that all differ."""
    plant = Plant()
    sequence = frames.sequence()
    report: Any = reports.energy_stream(plant)
    payloads = []
    for number in range(count):
        report.sysLoadPwr = 500.0 + number
        report.sysGridPwr = -100.0 - number
        report.mpptPwr = 3000.0 + number
        report.bpPwr = 2400.0 - number
        report.bpSoc = 20 + number % 60
        body = frames.Report.of(96, 33, report)
        payloads.append(frames.payload([body], sequence, serial=plant.serial))
    return payloads
