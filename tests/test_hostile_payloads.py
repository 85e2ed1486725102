"""Rubbish on the stream: it never raises, and it never holds up the event loop."""

from __future__ import annotations

from collections.abc import Callable
import os
from pathlib import Path
import subprocess
import sys
import time

from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.energy_storage_hub.powerocean.envelope import MAX_PARTS, MAX_PAYLOAD
from custom_components.energy_storage_hub.powerocean.messages import MAX_ELEMENTS

from .helpers import OCEAN, PLUS, STREAM, Receiver
from .wire import codes, field, fields, fixed, frame

PACKAGE = Path(__file__).parent.parent / "custom_components" / "energy_storage_hub"
NAME = "custom_components.energy_storage_hub"

FIT = "HC31ZTEST0000001"
PACK = b"HJ3AZTEST0000001"

MIB = 1 << 20
LARGEST = MAX_PAYLOAD - 100
"""What is still read, with the header around it."""

GOOD = frame(96, 33, fields({1: 740.5, 2: 740.5, 5: 44}))

LONGEST = 0.2
"""How long a payload may hold the event loop here, s of processor time: some ten times what the
slowest takes."""


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


def fill(part: bytes, size: int) -> bytes:
    return part * (size // len(part))


def report(func: int, cmd: int, part: bytes, size: int) -> bytes:
    return frame(func, cmd, fill(part, size))


def in_json(params: object, func: int = 96, cmd: int = 7) -> bytes:
    return orjson.dumps({"cmdFunc": func, "cmdId": cmd, "params": params})


RUBBISH: dict[str, Callable[[int], bytes]] = {
    "empty headers": lambda size: fill(b"\x0a\0", size),
    "unknown fields": lambda size: fill(b"\x10\x01", size),
    "groups": lambda size: fill(b"\x0b", size),
    "zeros": bytes,
    "ones": lambda size: fill(b"\xff", size),
    "empty packs": lambda size: report(96, 7, field(1, b""), size),
    "empty packs, masked": lambda size: frame(96, 7, fill(field(1, b""), size), mask=5),
    "packs": lambda size: report(96, 7, field(1, field(15, 1) + field(16, PACK)), size),
    "packs in many reports": lambda size: fill(report(96, 7, field(1, b""), 250), size),
    "cells": lambda size: frame(
        96, 7, field(1, field(16, PACK) + field(14, fill(b"\0\0\x55\x45", size - 50)))
    ),
    "cells in many packs": lambda size: report(
        96, 7, field(1, field(16, PACK) + field(14, (3400.0,) * MAX_ELEMENTS)), size - 1100
    ),
    "strings": lambda size: report(96, 1, field(31, field(1, b"")), size),
    "codes": lambda size: frame(96, 3, field(1, field(2, fill(b"\x01", size)))),
    "modules in error": lambda size: report(96, 3, field(3, b""), size),
    "minutes": lambda size: report(96, 34, field(1, field(5, 1780315200)), size),
    "modules": lambda size: report(53, 113, field(1, field(3, "A1") + field(8, 7)), size),
    "inverters": lambda size: report(96, 50, field(1, b""), size),
    "inverters' names": lambda size: report(96, 12, field(1, field(1, field(2, "A1"))), size),
    "hours": lambda size: frame(254, 32, field(2, field(3, fill(b"\x01", size - 20)))),
    "wall boxes": lambda size: report(96, 8, field(206, field(1, b"")), size),
    "one field": lambda size: report(96, 33, field(5, 44), size),
    "one text": lambda size: frame(209, 8, field(1, fill(b"A", size - 20))),
    "timers": lambda size: frame(209, 2, field(1, "AC31A"), fill(field(2, b""), size - 20)),
    "JSON brackets": lambda size: b"{" + fill(b"[", size),
    "JSON objects": lambda size: in_json([{}] * (size // 3)),
    "JSON packs": lambda size: in_json({f"p{n}": '{"bpSn":"A"}' for n in range(size // 27)}),
    "JSON list of packs": lambda size: in_json({"bpSta": [{}] * (size // 3)}),
    "JSON cells": lambda size: in_json(
        {"bpSta": [{"bpSn": "A", "bpCellVol": [1] * MAX_ELEMENTS}] * (size // 540)}
    ),
    "JSON keys": lambda size: in_json({f"k{n}": 1 for n in range(size // 10)}, 96, 1),
    "JSON reports": lambda size: orjson.dumps(
        {"data": {"quota": {f"A{n}_EMS_HEARTBEAT": {} for n in range(size // 26)}}}
    ),
    "JSON digits": lambda size: in_json({"bpSoc": "9" * size}, 96, 33),
}


@pytest.mark.parametrize("size", [MIB, LARGEST], ids=["1 MiB", "largest"])
@pytest.mark.parametrize("kind", RUBBISH)
def test_rubbish_holds_up_nothing(kind: str, size: int) -> None:
    payload = RUBBISH[kind](size)
    took = []
    for _ in range(3):
        receiver = Receiver()
        start = time.thread_time()
        receiver.system.mqtt(payload)
        took.append(time.thread_time() - start)
    assert min(took) < LONGEST
    assert receiver.system.mqtt(GOOD)
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.5


def test_headers_are_counted() -> None:
    receiver = Receiver()
    assert receiver.system.mqtt(GOOD * MAX_PARTS)
    assert receiver.system.decoder.broken == 0
    for many in (MAX_PARTS + 1, 4 * MAX_PARTS):
        assert not receiver.system.mqtt(GOOD * many)
    assert receiver.system.decoder.broken == 2


def packs(count: int, first: int = 0) -> bytes:
    return frame(
        96, 7, *(field(1, field(2, 50) + field(16, f"HJ3A{first + n:08}")) for n in range(count))
    )


def test_parts_of_a_payload_are_counted() -> None:
    """Over all its reports: what is within is read, what is beyond is refused report by report."""
    receiver = Receiver()
    assert receiver.system.mqtt(packs(MAX_PARTS))
    assert len(receiver.devices) == MAX_PARTS
    receiver = Receiver()
    assert receiver.system.mqtt(packs(300) + packs(201, 300) + packs(200, 600) + GOOD)
    assert len(receiver.devices) == MAX_PARTS
    assert receiver.system.decoder.routes[96, 7].failed == 1
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.5


def test_a_payload_leaves_room_for_the_next() -> None:
    receiver = Receiver()
    for _ in range(3):
        assert receiver.system.mqtt(packs(MAX_PARTS))
    assert receiver.system.decoder.routes[96, 7].failed == 0


@pytest.mark.parametrize(("count", "read"), [(MAX_ELEMENTS, True), (MAX_ELEMENTS + 1, False)])
def test_elements_are_counted(count: int, read: bool) -> None:
    receiver = Receiver()
    pack = field(1, field(16, PACK) + field(14, (3400.0,) * count))
    assert receiver.system.mqtt(frame(96, 7, pack)) is read
    receiver = Receiver()
    assert receiver.system.mqtt(frame(96, 3, field(1, codes(2, *[7] * count)))) is read


def test_large_report_with_few_fields_is_read() -> None:
    """Length alone is no fault: a text that we do not know may be long."""
    receiver = Receiver()
    header = {8: 96, 9: 33}
    known = fields({1: 740.5, 2: 740.5, 5: 44})
    for odd in (field(900, "x" * 20_000), fixed(901, 1) + b"\xb1\x38" + bytes(8)):
        padding = field(902, "y" * 9000)
        payload = field(1, field(1, known + odd + padding) + fields(dict(header)))
        assert receiver.system.mqtt(payload)
    assert receiver.system.decoder.routes[96, 33].failed == 0


@pytest.mark.parametrize(
    "end",
    [b"\x0a", b"\x0a\x05a", b"\x0b\x0c", b"\x08", b"\x08" + b"\xff" * 12, b"\x0d\0\0", b"\x09\0"],
)
def test_broken_end_of_a_large_report(end: bytes) -> None:
    receiver = Receiver()
    receiver.system.mqtt(frame(96, 33, field(902, "y" * 9000), end))
    assert receiver.states() == {}
    record = receiver.system.decoder.routes[96, 33]
    assert (record.count, record.failed) == (1, 1)


NUMBERS = st.integers(0, 2**64 - 1)
SMALL = st.integers(1, 310)


def message_bytes() -> st.SearchStrategy[bytes]:
    """Bytes that are messages, of whatever fields in whatever depth."""
    leaf = st.one_of(
        st.builds(field, SMALL, NUMBERS),
        st.builds(field, SMALL, st.floats(width=32)),
        st.builds(field, SMALL, st.binary(max_size=20)),
        st.builds(fixed, SMALL, st.integers(0, 2**32 - 1)),
        st.builds(lambda number, values: codes(number, *values), SMALL, st.lists(NUMBERS)),
    )
    return st.recursive(
        st.lists(leaf, max_size=6).map(b"".join),
        lambda inner: st.lists(st.builds(field, SMALL, inner), max_size=6).map(b"".join),
        max_leaves=8,
    )


ROUTES = {
    OCEAN: [(96, cmd) for cmd in (1, 3, 7, 8, 9, 11, 12, 13, 33, 34, 39, 50, 51)],
    PLUS: [(96, 8), (96, 16), (96, 17), (53, 113), (254, 32), (211, 1), (211, 33)],
    FIT: [(96, cmd) for cmd in (1, 3, 33, 34, 108, 109, 110, 111)] + [(254, 32)],
}
ROUTES[PLUS] += [(209, cmd) for cmd in (2, 8, 33)] + [(240, 2), (241, 3)]
ROUTES[PLUS] += [(212, cmd) for cmd in (2, 8, 33, 34, 50)]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_messages_of_any_shape_never_raise(data: st.DataObject) -> None:
    serial = data.draw(st.sampled_from(sorted(ROUTES)))
    func, cmd = data.draw(st.sampled_from(ROUTES[serial]))
    mask = data.draw(st.integers(0, 300))
    payload = frame(func, cmd, data.draw(message_bytes()), mask=mask)
    receiver = Receiver(serial)
    start = time.thread_time()
    receiver.system.mqtt(payload + data.draw(message_bytes()))
    receiver.system.mqtt(payload)
    assert time.thread_time() - start < LONGEST


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(JSON, st.sampled_from(ROUTES[PLUS]))
def test_json_of_any_shape_never_raises(params: object, route: tuple[int, int]) -> None:
    receiver = Receiver()
    receiver.system.mqtt(in_json(params, *route) if params is None else orjson.dumps(params))
    receiver.system.mqtt(in_json(params, *route))
    receiver.system.mqtt(orjson.dumps({"data": {"quota": params, "parallel": params}}))


# protobuf's implementation in Python has errors of its own.

BROKEN_TEXTS = [
    # Of the envelope: code, from, module_sn, device_sn.
    *(field(1, fields({8: 96, 9: 33, number: b"\xff\xfe"})) for number in (22, 23, 24, 25)),
    # Of reports: wall box, heating rod, heat pump, error, module, device of a parallel system.
    frame(209, 8, field(1, b"\xff\xfe")),
    frame(212, 8, field(1, b"\xc3\x28")),
    frame(211, 1, field(1, b"\xff")),
    frame(96, 3, field(3, field(1, b"\xff"))),
    frame(96, 17, field(206, field(1, b"\x80"))),
    frame(96, 17, field(226, b"\xf0\x28\x8c\x28")),
    frame(96, 17, field(226, b"\xf0\x28\x8c\x28"), mask=9),
    frame(53, 113, field(1, field(3, b"\xff"))),
    frame(96, 50, field(1, field(6, b"\xff"))),
    frame(96, 12, field(1, field(1, field(2, b"\xff")))),
    frame(241, 3, field(1, field(2, b"\xff"))),
]

WITHOUT_HOME_ASSISTANT = f"""
import sys, types

for name, path in ("custom_components", []), ({NAME!r}, [{str(PACKAGE)!r}]):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = path
"""

FEED = """
from google.protobuf.internal import api_implementation
assert api_implementation.Type() == sys.argv[1]

from custom_components.energy_storage_hub.powerocean.diagnostics import describe_system
from custom_components.energy_storage_hub.powerocean.models import model_of
from custom_components.energy_storage_hub.powerocean.system import System

serial = sys.argv[2]
good, *broken = [bytes.fromhex(text) for text in sys.argv[3:]]
values = {}
system = System(
    serial, model_of(serial), "", lambda device: None, lambda reading: values.update(reading.values)
)
decoder = system.decoder

def refused():
    return decoder.broken + sum(record.failed for record in decoder.routes.values())

for number, payload in enumerate(broken, start=1):
    assert not system.mqtt(payload), payload
    assert refused() == number, payload
    describe_system(system)
assert system.mqtt(good)
print(decoder.broken, values["JTS1_ENERGY_STREAM_REPORT_sysLoadPwr"])
"""


@pytest.mark.parametrize("implementation", ["python", "upb"])
def test_broken_text_is_a_broken_frame(implementation: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_HOME_ASSISTANT + FEED, implementation, PLUS]
        + [payload.hex() for payload in (GOOD, *BROKEN_TEXTS)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": implementation},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["4", "740.5"]
