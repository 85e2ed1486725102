"""Payloads of EcoFlow's MQTT topics: reports with a command in one envelope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from custom_components.energy_storage_hub.powerocean.messages import Frame, Header, Message

from . import accessories, fit, parallel, reports
from .build import message
from .model import Model as Model  # noqa: PLC0414 - used from here too
from .packs import Pack
from .parallel import ParallelPlant
from .plant import Minute, Plant

EMS, IOT, APP = 96, 53, 32


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its command and its bytes; None = the message is empty and left out."""

    func: int
    cmd: int
    pdata: bytes | None
    src: int = EMS
    need_ack: bool = False
    module: str = ""
    """Serial number of the inverter that reports, where it is not the only one."""

    @classmethod
    def of(cls, func: int, cmd: int, body: Message, src: int = EMS, ack: bool = False) -> Report:
        """Return a report with a message."""
        return cls(func, cmd, body.SerializeToString(), src, ack)


def sequence(start: int = 8_824_700) -> Iterator[int]:
    """Return a running number such as headers carry."""
    return count(start)


def xored(pdata: bytes, seq: int) -> bytes:
    """Mask or unmask bytes with the low byte of the sequence number."""
    key = seq & 0xFF
    return bytes(byte ^ key for byte in pdata)


def headers_of(data: bytes) -> list[Any]:
    """Return the headers of a payload; raises DecodeError."""
    return list(getattr(Frame.FromString(data), "header", ()))


def payload(
    pushed: Iterable[Report],
    seq: Iterator[int],
    *,
    serial: str = "",
    model: Model = Model.PLUS,
    masked: bool = False,
) -> bytes:
    """Return what the device publishes by itself: full headers; `masked` sets enc_type 1."""
    headers = []
    for report in pushed:
        number = next(seq)
        header: dict[str, int | str | bytes] = {
            "src": report.src,
            "dest": APP,
            "d_src": 1,
            "check_type": 3,
            "cmd_func": report.func,
            "cmd_id": report.cmd,
            "seq": number,
            "product_id": model.product_type << 8 | (4 if report.src == IOT else 1),
            "version": 3,
            "payload_ver": 1,
        }
        if report.need_ack:
            header["need_ack"] = 1
        if report.module or serial:
            header["module_sn"] = report.module or serial
        _add_pdata(header, report.pdata, number, masked)
        if report.pdata:
            header["data_len"] = len(report.pdata)
        headers.append(Header(**header))
    return Frame(header=headers).SerializeToString()


def get_answer(bundle: Iterable[Report], seq: Iterator[int], *, masked: bool = False) -> bytes:
    """Return the answer to a get: many headers with only src, command, seq and bytes."""
    headers = []
    for report in bundle:
        number = next(seq)
        header: dict[str, int | str | bytes] = {
            "src": report.src,
            "cmd_func": report.func,
            "cmd_id": report.cmd,
            "seq": number,
        }
        if report.module:
            header["module_sn"] = report.module
        _add_pdata(header, report.pdata, number, masked)
        headers.append(Header(**header))
    return Frame(header=headers).SerializeToString()


def _add_pdata(
    header: dict[str, int | str | bytes], pdata: bytes | None, seq: int, masked: bool
) -> None:
    if pdata is None:
        return
    header["pdata"] = xored(pdata, seq) if masked else pdata
    if masked:
        header["enc_type"] = 1


def offline_answer(seq: Iterator[int]) -> bytes:
    """Return the cloud's answer for a system that is not connected: code -2, no command."""
    return Frame(header=[Header(src=APP, dest=APP, seq=next(seq), code="-2")]).SerializeToString()


def set_answer(request: Message) -> bytes:
    """Return the acknowledgement of a command header."""
    header = Header(
        src=EMS,
        dest=APP,
        cmd_func=getattr(request, "cmd_func", 0),
        cmd_id=getattr(request, "cmd_id", 0),
        is_ack=1,
        seq=getattr(request, "seq", 0),
        version=3,
        payload_ver=1,
    )
    return Frame(header=[header]).SerializeToString()


def energy_stream(plant: Plant, model: Model = Model.PLUS) -> Report:
    """96/33; in a parallel system 96/50 stands in for it."""
    if isinstance(plant, ParallelPlant):
        return Report.of(96, 50, parallel.stream(plant))
    if model is Model.FIT:
        return Report.of(96, 33, fit.energy_stream(plant))
    return Report.of(96, 33, reports.energy_stream(plant))


def pv_inverter_stream() -> Report:
    """96/39: without bytes when no other inverter is there."""
    return Report(96, 39, None)


def heartbeat(plant: Plant, model: Model = Model.PLUS) -> Report:
    """96/1 with every field."""
    if model is Model.FIT:
        return Report.of(96, 1, fit.heartbeat(plant))
    return Report.of(96, 1, reports.heartbeat(plant, single=model.single_phase))


def packs(plant: Plant, units: Sequence[Pack] | None = None) -> Report:
    """96/7 with these packs, or all of them."""
    return Report.of(96, 7, reports.packs(plant, units))


def pack(plant: Plant, slot: int) -> Report:
    """96/7 with the one pack in a slot."""
    return packs(plant, [unit for unit in plant.packs if unit.slot == slot])


def config(plant: Plant, model: Model = Model.PLUS) -> Report:
    """96/8: the Plus's configuration, or the whole change report of the basic system."""
    if model is Model.PLUS:
        return Report.of(96, 8, reports.plus_config(plant), ack=True)
    return Report.of(96, 8, reports.change_report(plant), ack=True)


def change_bits() -> Report:
    """96/8 with nothing but the fields 612 and 613, as it comes several times a second."""
    return Report(96, 8, b"\xa0\x26\x01\xa8\x26\x01", need_ack=True)


def change_soc(plant: Plant, model: Model = Model.PLUS) -> Report:
    """96/17, on the basic system 96/8, with nothing but the state of charge."""
    return Report(
        96, 17 if model is Model.PLUS else 8, bytes((7 << 3, plant.flow.soc)), need_ack=True
    )


def grid_code() -> Report:
    """96/16 of the Plus, with every field."""
    return Report.of(96, 16, reports.grid_code(), ack=True)


def state(plant: Plant) -> Report:
    """96/17 of the Plus, with every field."""
    return Report.of(96, 17, reports.plus_state(plant), ack=True)


def state_delta(plant: Plant) -> Report:
    """96/17 with what changes while the battery works."""
    values = reports.state_values(plant)
    keep = ("bp_chg_dsg_sta", "bpSoc", "bpTotalChgEnergy", "bpTotalDsgEnergy")
    delta = message("PlusStateReport", {key: values[key] for key in keep})
    return Report.of(96, 17, delta, ack=True)


def param_change(plant: Plant) -> Report:
    """96/13."""
    return Report.of(96, 13, accessories.param_change(plant), ack=True)


def errors(plant: Plant, model: Model = Model.PLUS) -> Report:
    """96/3."""
    built = fit.errors(plant) if model is Model.FIT else reports.errors(plant)
    return Report.of(96, 3, built, ack=True)


def error_mask() -> Report:
    """96/9."""
    return Report.of(96, 9, accessories.error_mask(), ack=True)


def ecology() -> Report:
    """96/11."""
    return Report.of(96, 11, accessories.ecology())


def energy_history(items: Iterable[Minute], seq: int = 6599, model: Model = Model.PLUS) -> Report:
    """96/34: one-minute averages, newest first; in a parallel system 96/51."""
    if model is Model.PARALLEL:
        return Report.of(96, 51, parallel.history(list(items), seq))
    build = fit.energy_history if model is Model.FIT else reports.energy_history
    return Report.of(96, 34, build(items, seq))


def fit_packs(plant: Plant) -> list[Report]:
    """96/108 of the Fit, and 96/111 for each of its packs."""
    return [
        Report.of(96, 108, fit.packs(plant)),
        *(Report.of(96, 111, fit.bms(plant, unit)) for unit in plant.online_packs),
    ]


def fit_converter(plant: Plant) -> list[Report]:
    """96/109 and 96/110 of the Fit."""
    return [
        Report.of(96, 109, fit.dc_change(plant)),
        Report.of(96, 110, fit.dc_status(plant)),
    ]


def inverters(plant: ParallelPlant) -> list[Report]:
    """96/1, 96/3, 96/7 and 96/8 of each inverter of a parallel system, with its serial number."""
    found = []
    for inverter in plant.look():
        own = [
            heartbeat(inverter, Model.PARALLEL),
            errors(inverter),
            packs(inverter, inverter.in_own_slots()),
            config(inverter, Model.PARALLEL),
        ]
        found += [replace(report, module=inverter.serial) for report in own]
    return found


def inverter_list(plant: ParallelPlant) -> Report:
    """96/12."""
    return Report.of(96, 12, parallel.devices(plant))


def wall_box(plant: Plant) -> list[Report]:
    """209/8, when there is a wall box."""
    built = accessories.wall_box(plant)
    return [Report.of(209, 8, built)] if built else []


def wall_box_power(plant: Plant) -> list[Report]:
    """209/33, when there is a wall box: nothing but its power."""
    built = accessories.wall_box_stream(plant)
    return [Report.of(209, 33, built)] if built else []


def timers(plant: Plant) -> list[Report]:
    """209/2 and 212/2, for what there is."""
    found = ((209, accessories.wall_box_timers(plant)), (212, accessories.rod_timers(plant)))
    return [Report.of(func, 2, built) for func, built in found if built]


def heat_pump(plant: Plant) -> list[Report]:
    """211/1 and 211/33, when there is a heat pump."""
    built = accessories.heat_pump(plant)
    if built is None:
        return []
    return [Report.of(211, 1, built), Report.of(211, 33, accessories.heat_pump_state(plant))]


def smart_plug(plant: Plant) -> list[Report]:
    """241/3, 240/33 and 240/2, when there is a smart plug."""
    built = accessories.smart_plug(plant)
    if built is None:
        return []
    return [
        Report.of(241, 3, built),
        Report.of(240, 33, accessories.smart_plug_stream(plant)),
        Report.of(240, 2, accessories.priorities(plant)),
    ]


def heating_rod(plant: Plant) -> list[Report]:
    """212/8 and 212/33, when there is a heating rod."""
    param, stream = accessories.heating_rod(plant), accessories.rod_stream(plant)
    if param is None or stream is None:
        return []
    return [Report.of(212, 8, param), Report.of(212, 33, stream)]


def energy_totals(plant: Plant, seq: int = 77) -> list[Report]:
    """254/32, a report for each kind of energy."""
    return [
        Report.of(254, 32, accessories.energy_totals(plant, bit, seq + index))
        for index, bit in enumerate(accessories.HOURLY_BITS)
    ]


def modules(plant: Plant) -> Report:
    """53/113."""
    return Report.of(53, 113, accessories.modules(plant), IOT)


def unknown_uptime(plant: Plant) -> Report:
    """53/14, a route without a known schema: field 2 counts up."""
    ticks = int((plant.time - plant.started).total_seconds() * 10)
    encoded = bytearray(b"\x10")
    while ticks > 0x7F:
        encoded.append(ticks & 0x7F | 0x80)
        ticks >>= 7
    encoded.append(ticks)
    return Report(53, 14, bytes(encoded), IOT)


def bundle(plant: Plant, model: Model = Model.PLUS) -> list[Report]:
    """Return what a get is answered with; a Fit, which answers none, would say this."""
    if model is Model.FIT:
        return _fit_bundle(plant)
    if isinstance(plant, ParallelPlant):
        return _parallel_bundle(plant)
    chosen = [
        heartbeat(plant, model),
        errors(plant),
        packs(plant),
        config(plant, model),
        error_mask(),
        Report(96, 10, None),
        ecology(),
        param_change(plant),
        energy_stream(plant),
        energy_history(list(plant.minutes)[:2]),
        pv_inverter_stream(),
        *wall_box(plant),
        *heating_rod(plant),
        *heat_pump(plant),
        *smart_plug(plant),
        Report(241, 5, b"\x08\x0a\x10\x64"),
        modules(plant),
        energy_totals(plant)[0],
        unknown_uptime(plant),
    ]
    if model is Model.PLUS:
        chosen[4:4] = [grid_code(), state(plant), Report(96, 22, None)]
    return [replace(report, need_ack=False) for report in chosen]


def _fit_bundle(plant: Plant) -> list[Report]:
    chosen = [
        Report.of(53, 113, fit.module_list(plant), IOT),
        heartbeat(plant, Model.FIT),
        errors(plant, Model.FIT),
        *fit_packs(plant),
        *fit_converter(plant),
        energy_stream(plant, Model.FIT),
        energy_history(list(plant.minutes)[:2], model=Model.FIT),
        *wall_box(plant),
        *heating_rod(plant),
        *energy_totals(plant),
    ]
    return [replace(report, need_ack=False) for report in chosen]


def _parallel_bundle(plant: ParallelPlant) -> list[Report]:
    chosen = [
        modules(plant),
        error_mask(),
        *inverters(plant),
        energy_stream(plant),
        inverter_list(plant),
        param_change(plant),
        energy_history(list(plant.minutes)[:2], model=Model.PARALLEL),
        *wall_box(plant),
        *heating_rod(plant),
        *heat_pump(plant),
        *smart_plug(plant),
        energy_totals(plant)[0],
    ]
    return [replace(report, need_ack=False) for report in chosen]
