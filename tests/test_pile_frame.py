"""Frames of charging piles: what is cut out of a byte stream, whatever its pieces."""

from __future__ import annotations

import time
import tracemalloc

from hypothesis import assume, given, settings, strategies as st
import pytest

from custom_components.energy_storage_hub.charging_pile.frame import (
    LONGEST,
    PATIENCE,
    START,
    Frame,
    Splitter,
)

frames = st.builds(
    Frame,
    command=st.integers(0, 0xFFFF),
    data=st.binary(max_size=120),
    info=st.integers(0, 0xFF),
    sequence=st.integers(0, 0xFF),
)
# Garbage that likes to look like the beginning of a frame.
garbage = st.lists(
    st.one_of(st.binary(max_size=12), st.just(START), st.just(START + b"\x09\x00")), max_size=6
).map(b"".join)


def cut(stream: bytes, sizes: list[int]) -> tuple[list[Frame], Splitter]:
    """Feed a stream in pieces of these sizes, over and over."""
    splitter = Splitter()
    found: list[Frame] = []
    at = turn = 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        found += splitter.feed(stream[at : at + size])
        at += size
        turn += 1
    return found, splitter


def test_wire_layout() -> None:
    """A frame written by hand: a heartbeat's answer with the number 7."""
    data = bytes.fromhex("000000000700")
    body = bytes.fromhex("6500") + data
    wire = bytes.fromhex("aaf50f001005") + body + bytes([sum(body) & 0xFF])
    assert Frame(101, data, info=0x10, sequence=5).encode() == wire
    assert Splitter().feed(wire) == [Frame(101, data, info=0x10, sequence=5)]


def test_answer_is_in_the_senders_manner_and_never_encrypted() -> None:
    answer = Frame(102, b"", info=0x8A, sequence=200).answer(101, b"\1")
    assert (answer.info, answer.sequence, answer.encrypted) == (0x0A, 200, False)


@given(st.lists(frames, max_size=6))
def test_what_is_encoded_comes_back(sent: list[Frame]) -> None:
    splitter = Splitter()
    assert splitter.feed(b"".join(frame.encode() for frame in sent)) == sent
    assert (splitter.pending, splitter.skipped) == (0, 0)


@given(st.lists(st.one_of(frames.map(Frame.encode), garbage), max_size=8).map(b"".join))
def test_byte_by_byte_is_the_same_as_at_once(stream: bytes) -> None:
    at_once, whole = cut(stream, [max(len(stream), 1)])
    single, pieces = cut(stream, [1])
    assert single == at_once
    assert (pieces.pending, pieces.skipped) == (whole.pending, whole.skipped)


@given(st.binary(max_size=3000), st.lists(st.integers(1, 200), min_size=1, max_size=4))
def test_random_bytes_never_raise_and_every_byte_is_accounted_for(
    stream: bytes, sizes: list[int]
) -> None:
    found, splitter = cut(stream, sizes)
    used = sum(len(frame.encode()) for frame in found)
    assert used + splitter.skipped + splitter.pending == len(stream)
    assert splitter.pending < LONGEST


@given(garbage, frames)
def test_a_frame_is_found_behind_garbage(before: bytes, frame: Frame) -> None:
    splitter = Splitter()
    found = splitter.feed(before + frame.encode())
    # Garbage may look like a longer frame that the real one completes: after a while it is none.
    for later in range(1, len(before) + 2):
        if splitter.pending:
            found += splitter.feed(b"", now=later * (PATIENCE + 1))
    # A checksum of eight bits is met by chance, and such a frame takes bytes of the real one.
    assume(all(other == frame for other in found))
    assert frame in found


@pytest.mark.parametrize("length", [0, 8, LONGEST + 1, 0x8000, 0xFFFF])
def test_impossible_lengths_are_skipped_before_their_body_is_awaited(length: int) -> None:
    splitter = Splitter()
    frame = Frame(102, b"abc")
    assert splitter.feed(START + length.to_bytes(2, "little") + frame.encode()) == [frame]
    assert splitter.skipped == 4


def test_a_wrong_checksum_costs_its_own_frame_only() -> None:
    broken = bytearray(Frame(104, b"x" * 50).encode())
    broken[-1] ^= 1
    frame = Frame(102, b"abc")
    splitter = Splitter()
    assert splitter.feed(bytes(broken) + frame.encode()) == [frame]
    assert splitter.bad_checksums == 1


def test_half_a_frame_is_given_up_in_time() -> None:
    frame = Frame(102, b"abc")
    splitter = Splitter()
    assert splitter.feed(Frame(104, b"x" * 200).encode()[:20], now=100.0) == []
    assert splitter.feed(frame.encode(), now=101.0) == []
    assert splitter.feed(b"", now=101.0 + PATIENCE + 1) == [frame]


def test_a_stranger_may_send_short_frames_only() -> None:
    splitter = Splitter(longest=100)
    assert splitter.feed(Frame(1, bytes(200)).encode()) == []
    assert splitter.pending < 100


def test_memory_stays_flat() -> None:
    splitter = Splitter()
    frame = Frame(104, bytes(range(239))).encode()
    noise = (START + b"\xff\x0f" + bytes(50)) * 20
    splitter.feed(noise + frame)
    tracemalloc.start()
    try:
        for _ in range(30):
            splitter.feed(noise)
            splitter.feed(frame)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 4 * LONGEST


@settings(max_examples=5, deadline=None)
@given(st.integers(4, 64))
def test_frames_within_frames_do_not_keep_the_processor_busy(distance: int) -> None:
    """Many marks whose frames overlap: twice the bytes cost about twice the time, not four times.

    The bound is far above what it takes and far below what summing every body again would take.
    """
    hostile = (START + b"\x00\x0f").ljust(distance, b"\1") * (60_000 // distance)
    began = time.process_time()
    Splitter().feed(hostile)
    assert time.process_time() - began < 0.3
