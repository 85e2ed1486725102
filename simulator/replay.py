"""Decode captured bytes and print what they say, as JSON.

    python -m simulator.replay FILE...

A file holds hex text: a whole MQTT payload, or, if its name has `pdata` in it, the inner bytes
of one report, whose route stands in the name (`hj31_96_34_pdata.hex`). A cut-off payload is
decoded as far as it goes. The product is told by the start of the name (`j327`, `hj31`, `r374`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.unknown_fields import UnknownFieldSet

from custom_components.energy_storage_hub.model.source import Reading
from custom_components.energy_storage_hub.powerocean.decode import Decoder
from custom_components.energy_storage_hub.powerocean.envelope import Packet, Route, unmask
from custom_components.energy_storage_hub.powerocean.messages import (
    DecodeError,
    Frame,
    Message,
    message_class,
)
from custom_components.energy_storage_hub.powerocean.models import model_of

_COMMANDS = {(96, 97): message_class("StreamSwitch")}
"""Routes that only the app sends, to a system's `set` topic."""


def main() -> None:
    """Decode the files named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m simulator.replay", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    for file in parser.parse_args().files:
        print(json.dumps(replay(file), indent=1, ensure_ascii=False))


def replay(file: Path) -> dict[str, Any]:
    """Return what the bytes of a file say: their reports, and the states these make."""
    data = bytes.fromhex(file.read_text())
    serial = file.stem[:4].upper().ljust(16, "X")
    model = model_of(serial) or model_of("J320")
    if model is None:
        raise AssertionError("the single-phase model is gone")
    devices: list[str] = []
    decoder = Decoder(serial, model, "", lambda device: devices.append(device.serial))
    packets = list(_packets(file.stem, data))
    states = [
        _states(reading) for packet, _ in packets for reading in decoder.decode_packet(packet)
    ]
    return {
        "file": file.name,
        "reports": [_report(decoder, packet, header) for packet, header in packets],
        "states": states,
        "hours": {f"{day} type {kind}": wh for (day, kind), wh in decoder.hours.items()},
    }


def _packets(name: str, data: bytes) -> Iterator[tuple[Packet, Mapping[str, Any]]]:
    if "pdata" in name:
        found = re.search(r"_(\d+)_(\d+)_", name)
        if not found:
            raise SystemExit(f"{name}: no route in the file name, such as _96_33_")
        yield Packet((int(found[1]), int(found[2])), (data,)), {}
        return
    frame: Any = Frame()
    try:
        frame.ParseFromString(data)
    except DecodeError:
        frame = _cut_off(data)
    for header in frame.header:
        masked = header.enc_type == 1 and header.src != 32
        pdata = unmask(header.pdata, header.seq) if masked else header.pdata
        packet = Packet((header.cmd_func, header.cmd_id), (pdata,), header.code)
        yield packet, {f.name: v for f, v in header.ListFields() if f.name != "pdata"}


def _cut_off(data: bytes) -> Any:
    """Return the frame of a payload whose end is missing: one header, its report cut short."""
    frame: Any = Frame()
    header_bytes = _field(data)
    pdata = _field(header_bytes)
    header = frame.header.add()
    for end in range(len(header_bytes), len(pdata), -1):
        tail = header_bytes[-(end - len(pdata)) :]
        try:
            header.ParseFromString(tail)
        except DecodeError:
            continue
        break
    header.pdata = _longest_report(pdata)
    header.cmd_func, header.cmd_id = header.cmd_func or 96, header.cmd_id or 7
    return frame


def _field(data: bytes) -> bytes:
    """Return the content of the first length-delimited field, as much of it as there is."""
    size, shift, at = 0, 0, 1
    while True:
        byte = data[at]
        size |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return data[at : at + size]


def _longest_report(pdata: bytes) -> bytes:
    """Return a pack report with as many whole fields as the cut-off bytes hold."""
    pack_type = message_class("Pack")
    report: Any = message_class("PackReport")()
    entry = _field(pdata)
    for end in range(len(entry), 0, -1):
        try:
            pack = pack_type.FromString(entry[:end])
        except DecodeError:
            continue
        report.bpSta.append(pack)
        break
    return bytes(report.SerializeToString())


def _report(decoder: Decoder, packet: Packet, header: Mapping[str, Any]) -> dict[str, Any]:
    report = decoder.report_type(packet.route)
    message_type = report.message if report else _COMMANDS.get(packet.route)
    return {
        "route": _route(packet.route),
        "header": dict(header),
        "pdata_len": len(packet.candidates[0]),
        "message": message_type and message_type.DESCRIPTOR.name,
        "body": _body(message_type, packet.candidates[0]),
        "unknown_fields": _unknown(message_type or Empty, packet.candidates[0]),
    }


def _body(message_type: type[Message] | None, pdata: bytes) -> Any:
    if message_type is None:
        return pdata.hex()
    try:
        message = message_type.FromString(pdata)
    except DecodeError:
        return None
    return MessageToDict(message, preserving_proto_field_name=True)


def _unknown(message_type: type[Message], pdata: bytes) -> list[str]:
    try:
        fields: Any = UnknownFieldSet(message_type.FromString(pdata))
    except DecodeError:
        return []
    return [f"{field.field_number}: {_plain(field.data)}" for field in fields]


def _plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _route(route: Route) -> str:
    return f"{route[0]}/{route[1]}"


def _states(reading: Reading) -> dict[str, Any]:
    return {"serial": reading.serial, "values": dict(reading.values), "zeros": list(reading.zeros)}


if __name__ == "__main__":
    main()
