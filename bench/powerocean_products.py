"""PowerOcean's other products: a DC Fit, masked as it is, and three inverters in parallel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench._tools import microseconds, seconds_per_call
from custom_components.energy_storage_hub.hub.store import DeviceStore, counter_rows
from custom_components.energy_storage_hub.model.source import Reading
from custom_components.energy_storage_hub.powerocean.decode import Decoder
from custom_components.energy_storage_hub.powerocean.envelope import split
from custom_components.energy_storage_hub.powerocean.messages import Message
from custom_components.energy_storage_hub.powerocean.models import model_of
from custom_components.energy_storage_hub.powerocean.tables import TABLE
from simulator.powerocean import frames
from simulator.powerocean.model import Model
from simulator.powerocean.scenarios import make_plant

type Rows = list[tuple[str, str]]

_PRODUCTS = {"DC Fit, masked": Model.FIT, "3 inverters in parallel": Model.PARALLEL}


def main() -> Rows:
    """Return the figures of each product."""
    return [row for name, model in _PRODUCTS.items() for row in _product(name, model)]


def _product(name: str, model: Model) -> Rows:
    """Decode all reports, and the stream's alone, against parsing and touching every field."""
    plant = make_plant(model)
    reports = frames.bundle(plant, model)
    stream = frames.energy_stream(plant, model)
    rows: Rows = []
    for what, chosen in ((f"{len(reports)} reports", reports), ("stream", [stream])):
        decoder = _decoder(plant.serial)
        payload = frames.payload(
            chosen, frames.sequence(1), serial=plant.serial, model=model, masked=model is Model.FIT
        )
        states = sum(len(reading.values) for reading in decoder.decode(payload))
        bare = seconds_per_call(partial(_bare, decoder, payload))
        full = seconds_per_call(partial(_decoded, decoder, payload))
        kept = seconds_per_call(_storing(decoder, payload))
        rows += [
            (f"{name}, {what}: bare parse and field access", microseconds(bare)),
            (
                f"{name}, {what}: decoded to {states} states",
                f"{microseconds(full)}  {full / bare:.2f}x",
            ),
            (
                f"{name}, {what}: decoded and stored, nothing new",
                f"{microseconds(kept)}  {kept / bare:.2f}x",
            ),
        ]
    return rows


def _decoder(serial: str) -> Decoder:
    model = model_of(serial)
    assert model is not None
    return Decoder(serial, model, "", lambda device: None)


def _decoded(decoder: Decoder, payload: bytes) -> list[Reading]:
    return list(decoder.decode(payload))


def _storing(decoder: Decoder, payload: bytes) -> Callable[[], None]:
    stores: dict[str, DeviceStore] = {}
    counters = counter_rows(TABLE.rows.values())

    def store() -> None:
        for reading in decoder.decode(payload):
            if reading.serial not in stores:
                stores[reading.serial] = DeviceStore(counters)
            stores[reading.serial].merge(reading)

    return store


def _bare(decoder: Decoder, payload: bytes) -> None:
    """Unmask and parse the same messages and read every field that is there, nothing else."""
    for packet in split(payload):
        report = decoder.report_type(packet.route)
        if report is not None:
            _touch(report.message.FromString(packet.candidates[0]))


def _touch(message: Message) -> None:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for part in value if field.is_repeated else (value,):
            _touch(part)


if __name__ == "__main__":
    for name, figure in main():
        print(f"{name}: {figure}")
