"""For tests of the PowerOcean client library: frames from values, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
import orjson

from custom_components.energy_storage_hub.hub.store import DeviceStore, counter_rows
from custom_components.energy_storage_hub.model.source import Device, Reading
from custom_components.energy_storage_hub.model.states import LAST_REPORT, Value
from custom_components.energy_storage_hub.powerocean.messages import (
    Frame,
    Header,
    Message,
    message_class,
)
from custom_components.energy_storage_hub.powerocean.models import model_of
from custom_components.energy_storage_hub.powerocean.system import STALE, System
from custom_components.energy_storage_hub.powerocean.tables import TABLE
from simulator.powerocean import snapshot
from simulator.powerocean.build import Values, message
from simulator.powerocean.clock import ManualClock
from simulator.powerocean.frames import Model
from simulator.powerocean.plant import SYSTEM_SERIAL, Plant

PLUS = SYSTEM_SERIAL
OCEAN = "HJ31ZSIM00000001"
SINGLE_PHASE = "J329ZSIM00000001"

NOON = datetime(2026, 6, 1, 10, 30, tzinfo=UTC)

STREAM = "JTS1_ENERGY_STREAM_REPORT_"
HEARTBEAT = "JTS1_EMS_HEARTBEAT_"
CHANGE = "JTS1_EMS_CHANGE_REPORT_"
PACK = "statusReportBattery_"

type States = dict[str, Value | None]


class Receiver:
    """A system with a store for each of its devices behind it, as the coordinator has them."""

    def __init__(self, serial: str = PLUS, stale: float = STALE) -> None:
        model = model_of(serial)
        assert model is not None
        self.announced: list[Device] = []
        self.devices: dict[str, Device] = {}
        self.readings: list[Reading] = []
        self.presence: list[str] = []
        """Serial numbers of what was lost or came back, none for a whole system."""
        self.system = System(
            serial,
            model,
            "",
            self._on_device,
            self._on_reading,
            on_presence=self.presence.append,
            stale=stale,
        )
        self._stores: dict[str, DeviceStore] = {}
        self._counters = counter_rows(TABLE.rows.values())

    def _on_device(self, device: Device) -> None:
        self.announced.append(device)
        self.devices[device.serial] = device

    def _on_reading(self, reading: Reading) -> None:
        self.readings.append(reading)
        store = self._stores.setdefault(reading.serial, DeviceStore(self._counters))
        store.merge(reading)

    def take(self, *headers: Message) -> bool:
        """Take a payload of these headers; whether it told anything."""
        return self.system.mqtt(payload(*headers))

    def report(self, func: int, cmd: int, name: str, values: Values | None = None) -> States:
        """Take one report; the states of the system afterwards."""
        self.take(header(func, cmd, message(name, values or {})))
        return self.states()

    def states(self, serial: str = "") -> States:
        """The states of the system or another device, as they are now."""
        store = self._stores.get(serial or self.system.serial)
        return _told(store) if store else {}

    def last_report(self, serial: str = "") -> Value | None:
        """When the system or another device was heard last, Unix time."""
        return self._stores[serial or self.system.serial].values[LAST_REPORT.key]

    def expire(self) -> None:
        """Look at the clock, as the coordinator does twice a minute."""
        self.system.watch()
        for store in self._stores.values():
            store.expire()

    def all_states(self) -> dict[tuple[str, str], Value | None]:
        """The states of all devices."""
        return {
            (serial, key): value
            for serial, store in self._stores.items()
            for key, value in _told(store).items()
        }


def _told(store: DeviceStore) -> States:
    return {key: value for key, value in store.values.items() if key != LAST_REPORT.key}


def header(func: int, cmd: int, pdata: Message | bytes | None = None, **fields: Any) -> Message:
    """Return a header with a report, from the energy management if nothing else is said."""
    if pdata is not None:
        fields["pdata"] = pdata if isinstance(pdata, bytes) else pdata.SerializeToString()
    return Header(**{"src": 96, "cmd_func": func, "cmd_id": cmd, **fields})


def payload(*headers: Message) -> bytes:
    """Return headers in their envelope."""
    return Frame(header=headers).SerializeToString()


def plant(**options: Any) -> Plant:
    """Return a plant that stands still at noon."""
    return Plant(ManualClock(NOON), **options)


def detail(house: Plant, model: Model = Model.PLUS, later: float = 0, **options: Any) -> Any:
    """Return an HTTPS snapshot as it comes off the wire, of reports some seconds after noon."""
    built = snapshot.detail(house, model, NOON + timedelta(seconds=later), **options)
    return orjson.loads(orjson.dumps(built))


_NUMBERS = {
    FieldDescriptor.CPPTYPE_FLOAT: float,
    FieldDescriptor.CPPTYPE_DOUBLE: float,
    FieldDescriptor.CPPTYPE_BOOL: bool,
}


def filled(name: str, values: Mapping[str, Any] | None = None) -> Message:
    """Return a message in which every field has a value of its own, other than zero.

    Whole numbers from 11 up, texts of such numbers, and the first but one of an enumeration;
    `values` are for fields of any depth, by name.
    """
    return _filled(message_class(name), count(11), values or {})


def _filled(cls: type[Message], numbers: Iterator[int], values: Mapping[str, Any]) -> Message:
    built: dict[str, Any] = {}
    for field in cls.DESCRIPTOR.fields:
        number = next(numbers)
        if field.name in values:
            built[field.name] = values[field.name]
        elif field.message_type is not None:
            part = message_class(field.message_type.name)
            # The MPPTs are a list of one container.
            places = 3 if field.is_repeated and field.name != "mpptHeartBeat" else 1
            parts = [_filled(part, numbers, values) for _ in range(places)]
            built[field.name] = parts if field.is_repeated else parts[0]
        elif field.is_repeated:
            built[field.name] = [_scalar(field, next(numbers)) for _ in range(3)]
        else:
            built[field.name] = _scalar(field, number)
    return cls(**built)


def _scalar(field: FieldDescriptor, number: int) -> Any:
    if field.enum_type is not None:
        return 1
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        text = f"SERIAL{number:06}"
        return text.encode() if field.type == FieldDescriptor.TYPE_BYTES else text
    return _NUMBERS.get(field.cpp_type, int)(number)
