"""From bytes to packets: several headers, masks, and whatever else may arrive."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_storage_hub.powerocean.envelope import (
    MAX_PAYLOAD,
    EnvelopeError,
    get_all,
    get_all_json,
    keep_stream_open,
    split,
    unmask,
)
from custom_components.energy_storage_hub.powerocean.messages import Frame
from simulator.powerocean import frames
from simulator.powerocean.build import message

from .helpers import CHANGE, STREAM, Receiver, header, payload, plant

BUNDLE = frames.bundle(plant(heating_rod=True))
"""What a get is answered with."""

INT32 = st.integers(-(2**31), 2**31 - 1)


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


def stream(**values: float) -> bytes:
    return message("EnergyStream", values).SerializeToString()


def test_headers_come_in_order() -> None:
    packets = list(
        split(payload(header(96, 33, b"\x08\x01"), header(96, 1, b"\x10\x02"), header(209, 8, b"")))
    )
    assert [packet.route for packet in packets] == [(96, 33), (96, 1), (209, 8)]
    assert [packet.candidates for packet in packets] == [(b"\x08\x01",), (b"\x10\x02",), (b"",)]


def test_every_report_of_a_get_answer_arrives() -> None:
    packets = list(split(frames.get_answer(BUNDLE, frames.sequence())))
    assert [packet.route for packet in packets] == [(each.func, each.cmd) for each in BUNDLE]
    assert [packet.candidates[0] for packet in packets] == [each.pdata or b"" for each in BUNDLE]


def test_missing_pdata_is_an_empty_report() -> None:
    (packet,) = split(payload(header(96, 39)))
    assert packet.candidates == (b"",)
    receiver = Receiver()
    assert not receiver.take(header(96, 39), header(96, 22), header(96, 10))
    assert receiver.system.decoder.routes[96, 39].failed == 0


@pytest.mark.parametrize("seq", [1, 0x55, 0x1FF, 0x7FFFFFFF, -1, -2147483647])
def test_masked_pdata(seq: int) -> None:
    plain = stream(sysLoadPwr=740.0, bpPwr=-260.0)
    masked = frames.xored(plain, seq)
    assert masked != plain
    (packet,) = split(payload(header(96, 33, masked, enc_type=1, seq=seq)))
    assert packet.candidates[0] == plain


def test_each_header_has_a_mask_of_its_own() -> None:
    reports = [frames.energy_stream(plant()), frames.heartbeat(plant()), frames.grid_code()]
    masked = frames.payload(reports, frames.sequence(0x12FE), masked=True)
    assert [packet.candidates[0] for packet in split(masked)] == [each.pdata for each in reports]


@pytest.mark.parametrize("seq", [0, 256, 0x7FFFFF00])
def test_mask_zero_is_no_mask(seq: int) -> None:
    plain = stream(sysLoadPwr=740.0)
    (packet,) = split(payload(header(96, 33, plain, enc_type=1, seq=seq)))
    assert packet.candidates == (plain,)


def test_missing_sequence_is_no_mask() -> None:
    plain = stream(sysLoadPwr=740.0)
    (packet,) = split(payload(header(96, 33, plain, enc_type=1)))
    assert packet.candidates == (plain,)


def test_what_the_app_sends_is_never_masked() -> None:
    (packet,) = split(payload(header(96, 97, b"\x08\x01", src=32, enc_type=1, seq=77)))
    assert packet.candidates == (b"\x08\x01",)


@pytest.mark.parametrize("enc_type", [0, 2, -1])
def test_only_type_1_is_a_mask(enc_type: int) -> None:
    (packet,) = split(payload(header(96, 33, b"\x08\x01", enc_type=enc_type, seq=77)))
    assert packet.candidates == (b"\x08\x01",)


def test_need_ack_is_no_mask() -> None:
    (packet,) = split(payload(header(96, 33, b"\x08\x01", need_ack=1, seq=77)))
    assert packet.candidates == (b"\x08\x01",)


@pytest.mark.parametrize("masked", [True, False], ids=["masked", "plain"])
@pytest.mark.parametrize("build", [frames.energy_stream, frames.config, frames.param_change])
def test_flag_is_believed_only_if_the_bytes_make_sense(build: object, masked: bool) -> None:
    """Short reports, all masks: some wrongly unmasked bytes parse, with a field or two."""
    report = build(plant())  # type: ignore[operator]
    expected = Receiver()
    expected.take(header(report.func, report.cmd, report.pdata))
    wrong = []
    for seq in range(1, 256):
        receiver = Receiver()
        pdata = frames.xored(report.pdata, seq) if masked else report.pdata
        receiver.take(header(report.func, report.cmd, pdata, enc_type=1, seq=seq))
        if receiver.states() != expected.states():
            wrong.append(seq)
    assert not wrong


def test_flag_is_believed_if_both_make_sense() -> None:
    """Two bytes that are the charge when unmasked, and the battery's state when not."""
    charge = message("PlusStateReport", {"bpSoc": 55}).SerializeToString()
    receiver = Receiver()
    receiver.take(header(96, 17, frames.xored(charge, 0x10), enc_type=1, seq=0x10))
    assert receiver.states() == {f"{CHANGE}bpSoc": 55.0}


def charges_read_wrongly(masked: bool, learned: bool) -> list[int]:
    """Numbers with which a charge of 55 % and nothing else is read as something else."""
    charge = message("PlusStateReport", {"bpSoc": 55}).SerializeToString()
    wrong = []
    for seq in range(1, 256):
        receiver = Receiver()
        if learned:
            report = frames.energy_stream(plant())
            assert report.pdata is not None
            pdata = frames.xored(report.pdata, seq) if masked else report.pdata
            receiver.take(header(96, 33, pdata, enc_type=1, seq=seq))
        before = receiver.states()
        pdata = frames.xored(charge, seq) if masked else charge
        receiver.take(header(96, 17, pdata, enc_type=1, seq=seq))
        if receiver.states() != before | {f"{CHANGE}bpSoc": 55.0}:
            wrong.append(seq)
    return wrong


def test_short_plain_report_is_garbled_while_nothing_is_known() -> None:
    """8 of 256 numbers: the unmasked bytes are one known field, too."""
    assert len(charges_read_wrongly(masked=False, learned=False)) == 8


@pytest.mark.parametrize("masked", [True, False], ids=["masked", "plain"])
def test_long_reports_decide_how_short_ones_are_read(masked: bool) -> None:
    assert charges_read_wrongly(masked=masked, learned=True) == []


def test_long_report_decides_for_its_sender_only() -> None:
    """The energy management writes plainly, the IoT module may mask."""
    plain = frames.energy_stream(plant()).pdata
    charge = message("PlusStateReport", {"bpSoc": 55}).SerializeToString()
    receiver = Receiver()
    receiver.take(header(96, 33, plain, enc_type=1, seq=0x10))
    masked = frames.xored(charge, 0x10)
    receiver.take(header(96, 17, masked, enc_type=1, seq=0x10, src=53))
    assert receiver.states()[f"{CHANGE}bpSoc"] == 55.0


def test_unknown_field_of_a_plain_sender_is_no_charge() -> None:
    """Field 3, which nobody knows: unmasked with 0x20 it would be a charge of 33 %."""
    receiver = Receiver()
    receiver.take(header(96, 33, frames.energy_stream(plant()).pdata, enc_type=1, seq=0x20))
    before = receiver.states()
    assert frames.xored(b"\x18\x01", 0x20) == b"\x38\x21"
    receiver.take(header(96, 17, b"\x18\x01", enc_type=1, seq=0x20))
    assert receiver.states() == before


def test_sender_that_begins_to_mask_is_believed_by_its_next_long_report() -> None:
    plain = frames.energy_stream(plant()).pdata
    assert plain is not None
    receiver = Receiver()
    receiver.take(header(96, 33, plain, enc_type=1, seq=0x10))
    states = receiver.states()
    house = plant()
    house.hold(load=740.0, strings=(900.0, 0.0, 0.0), battery=-120.0)
    later = frames.energy_stream(house).pdata
    assert later is not None
    receiver.take(header(96, 33, frames.xored(later, 0x77), enc_type=1, seq=0x77))
    assert receiver.states() != states
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.0


def test_invented_senders_do_not_pile_up() -> None:
    report = frames.energy_stream(plant()).pdata
    receiver = Receiver()
    for number in range(300):
        receiver.take(header(96, 33, report, enc_type=1, seq=7, module_sn=f"X{number:015}"))
    assert len(receiver.system.decoder._masking._masks) <= 64


@given(st.binary(max_size=200), INT32)
def test_masking_twice_changes_nothing(data: bytes, mask: int) -> None:
    assert unmask(unmask(data, mask), mask) == data
    assert len(unmask(data, mask)) == len(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_random_payloads_never_raise(data: bytes) -> None:
    receiver = Receiver()
    receiver.system.mqtt(data)
    receiver.system.mqtt(b"\x0a" + data)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_truncated_payloads_never_raise(data: st.DataObject) -> None:
    whole = frames.get_answer(BUNDLE, frames.sequence())
    cut = data.draw(st.integers(1, len(whole) - 1))
    receiver = Receiver()
    assert not receiver.system.mqtt(whole[:cut]) or receiver.all_states()
    assert receiver.system.mqtt(whole)
    assert f"{STREAM}bpSoc" in receiver.states()


ROUTES = [(96, cmd) for cmd in (1, 3, 7, 8, 9, 11, 13, 16, 17, 33, 34, 39)]
ROUTES += [(209, 8), (212, 8), (212, 33), (254, 32), (53, 113)]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ROUTES), st.binary(max_size=200), INT32, st.sampled_from([0, 1]))
def test_random_reports_never_raise(
    route: tuple[int, int], pdata: bytes, seq: int, enc_type: int
) -> None:
    receiver = Receiver()
    good = header(96, 33, stream(sysLoadPwr=740.0))
    receiver.take(header(*route, pdata, seq=seq, enc_type=enc_type), good)
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.0


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_reports_never_raise(data: st.DataObject) -> None:
    """Real reports with some bytes changed: these parse more often than random ones."""
    report = data.draw(st.sampled_from(BUNDLE))
    pdata = bytearray(report.pdata or b"")
    for _ in range(data.draw(st.integers(1, 4)) if pdata else 0):
        pdata[data.draw(st.integers(0, len(pdata) - 1))] = data.draw(st.integers(0, 255))
    receiver = Receiver()
    receiver.take(header(report.func, report.cmd, bytes(pdata)))


def test_hostile_fields_in_the_header_never_raise() -> None:
    hostile = [
        b"\x0a\x02\xff\xff",  # a header that is no message
        b"\x0a\x04\x40\x60\x48",  # cut within a header
        b"\x0a\xff\xff\xff\xff\x0f",  # a length of 4 GB
        b"\x0a\x04\xb2\x01\x01\xff",  # a code that is no UTF-8
        b"\x0b" * 200,  # groups in groups
        b"\x0a\x0b\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    ]
    for data in hostile:
        receiver = Receiver()
        assert not receiver.system.mqtt(data)
        assert receiver.system.decoder.broken + sum(
            record.count for record in receiver.system.decoder.routes.values()
        )


def test_huge_payload_is_refused_unparsed() -> None:
    huge = payload(header(96, 33, b"\0" * MAX_PAYLOAD))
    with pytest.raises(EnvelopeError):
        list(split(huge))
    receiver = Receiver()
    assert not receiver.system.mqtt(huge)
    assert receiver.system.decoder.broken == 1


def test_largest_payload_is_read() -> None:
    stream_header = header(96, 33, stream(sysLoadPwr=740.0))
    filler = payload(header(1, 1, b"\0" * (MAX_PAYLOAD - 200)))
    receiver = Receiver()
    assert receiver.system.mqtt(filler + payload(stream_header))


def test_unknown_routes_are_counted() -> None:
    receiver = Receiver()
    for _ in range(3):
        assert not receiver.take(header(53, 14, b"\x10\x2a"), header(241, 5, b"\x08\x0a"))
    routes = receiver.system.decoder.routes
    assert {route: record.count for route, record in routes.items()} == {(53, 14): 3, (241, 5): 3}
    assert routes[241, 5].last == b"\x08\x0a"
    assert not receiver.system.decoder.knows((241, 5))


def test_invented_routes_do_not_pile_up() -> None:
    receiver = Receiver()
    for cmd in range(2000):
        receiver.take(header(7, cmd, b"\x08\x01"))
    assert len(receiver.system.decoder.routes) < 500
    receiver.take(header(96, 33, stream(sysLoadPwr=740.0)))
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.0


def test_broken_reports_are_counted() -> None:
    receiver = Receiver()
    receiver.take(header(96, 33, b"\xff\xff\xff"), header(96, 33, stream(sysLoadPwr=740.0)))
    record = receiver.system.decoder.routes[96, 33]
    assert (record.count, record.failed) == (2, 1)


def test_ocean_2_is_ignored() -> None:
    """Another generation's reports, on routes that we have too."""
    receiver = Receiver()
    assert not receiver.take(header(254, 39, b"\x0a\x03abc"), header(254, 46, b"\x12\x01\x07"))
    assert receiver.all_states() == {}


def test_unknown_fields_are_ignored() -> None:
    """96/8 comes several times a second with nothing but 612 and 613."""
    receiver = Receiver()
    report = frames.change_bits()
    assert not receiver.take(header(report.func, report.cmd, report.pdata))
    assert not any(key.startswith(CHANGE) for key in receiver.states())


def test_question_for_everything() -> None:
    (asked,) = Frame.FromString(get_all()).header  # type: ignore[attr-defined]
    assert (asked.src, asked.dest, asked.HasField("pdata")) == (32, 32, False)
    assert asked.seq > 0
    assert getattr(asked, "from") == "Android"
    assert get_all_json().startswith(b"{")
    assert b'"operateType":"latestQuotas"' in get_all_json()


def test_stream_switch() -> None:
    (switch,) = Frame.FromString(keep_stream_open()).header  # type: ignore[attr-defined]
    assert (switch.cmd_func, switch.cmd_id, switch.pdata) == (96, 97, b"\x08\x01")
    assert (switch.src, switch.dest, switch.d_src, switch.d_dest) == (32, 96, 1, 1)
    assert (switch.data_len, switch.need_ack, switch.version, switch.payload_ver) == (2, 1, 3, 1)
