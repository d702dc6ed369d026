#!/usr/bin/python3
"""Frames and messages that lie about their lengths, are cut, or are no protobuf: each ends its own link with the code that is
defined for it, or fails its own call; the node goes on. The list behind it: README.md."""
import struct

from bad_input import *
from system import main

PING_BODY = key(1, FIXED64) + struct.pack("<Q", 5)
TOO_LONG_VARINT = b"\xff" * 10 + b"\x01"
OVERFLOWING_VARINT = b"\xff" * 9 + b"\x7f"
UNKNOWN_FIELD = 100
FRAMES_AT_ONCE = 20
LENGTHS_THAT_WRAP = [0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0, 0x100000000, 0x100000001, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF,
                     0x8000, 0xFFFF, 0x10000]


# ---- framing and lengths ----

@on_each_node
def test_the_longest_length_there_can_be_is_refused(target, endpoint):
    is_aborted(endpoint, OUT_OF_RESOURCES, *(frame(kind, size=0xFFFFFFFF) for kind in (CALL, PING, ABORT, 200)))
    is_aborted(endpoint, OUT_OF_RESOURCES, frame(HELLO, size=0xFFFFFFFF), greeting=None)


@on_each_node
def test_a_body_may_be_as_long_as_was_granted_and_no_byte_longer(target, endpoint):
    with RawPeer(endpoint) as peer:
        rest = peer.body_max - len(call(LIST)) - len(data(UNKNOWN_FIELD, b"")) - 2
        whole = call(LIST, more=data(UNKNOWN_FIELD, b"x" * rest))
        expect(len(whole) == peer.body_max, f"{len(whole)} bytes are not {peer.body_max}")
        peer.send(frame(CALL, whole, 1))
        expect(peer.finish(1).hr == E_INVALIDARG, "a List with room for nothing")
        body_max = peer.body_max
    is_aborted(endpoint, OUT_OF_RESOURCES, frame(CALL, size=body_max + 1))


@on_each_node
def test_strangers_may_send_no_more_than_a_greeting(target, endpoint):
    more = key(UNKNOWN_FIELD, BYTES) + varint(HELLO_BODY_MAX - len(hello()) - 4) + b"x" * (HELLO_BODY_MAX - len(hello()) - 4)
    expect(len(hello(more=more)) == HELLO_BODY_MAX, "it is as long as it may be")
    RawPeer(endpoint, hello(more=more)).close()
    # Before a byte of the body is there: nothing is kept for what will not be taken.
    is_aborted(endpoint, OUT_OF_RESOURCES, *(frame(kind, size=HELLO_BODY_MAX + 1) for kind in (HELLO, WELCOME, CALL, ABORT)), greeting=None)


def empty(kind):
    """What an empty body of each type leads to: the code of an ABORT, or what the RETURN of the call says."""
    return {CALL: None, RELEASE: None, CANCEL: None, PING: None, PONG: None, WINDOW: None, GOAWAY: "end", ABORT: "end",
            RETURN: INVALID_DATA}.get(kind, INVALID_HEADER)


@on_each_node
def test_empty_bodies_of_all_types_have_a_defined_outcome(target, endpoint):
    for kind in (*range(20), 127, 128, 255):
        if empty(kind) == "end":
            expect(end_of(endpoint, frame(kind)).hr is None, "an end is not answered with a reason")
        elif empty(kind):
            is_aborted(endpoint, empty(kind), frame(kind))
        else:
            with RawPeer(endpoint) as peer:
                peer.send(frame(kind, call_id=1))
                if kind == CALL:
                    expect(peer.finish(1).hr == SERVER_CANTUNMARSHAL, "a QueryInterface for nothing")
                expect(peer.alive(), f"the link goes on after an empty frame of type {kind}")


@on_each_node
def test_a_session_cut_at_any_byte_leaves_nothing_behind(target, endpoint):
    session = frame(HELLO, hello(name=b"cut")) + frame(CALL, call(BIND, data(1, b"probe")), 1) + frame(PING, PING_BODY)
    for length in range(len(session)):
        end_of(endpoint, session[:length], greeting=None, half=True)


@on_each_node
def test_bytes_may_come_one_by_one(target, endpoint):
    with RawPeer(endpoint, greeting=None) as peer:
        for byte in frame(HELLO, hello()) + frame(CALL, call(BIND, data(1, b"probe")), 9):
            peer.send(bytes([byte]))
        peer.expect(WELCOME)
        expect(peer.finish(9).hr == S_OK, "it binds")


@on_each_node
def test_many_frames_may_come_at_once(target, endpoint):
    with RawPeer(endpoint) as peer:
        for _ in range(10):
            peer.send(frame(CALL, call(NULL, iid=IPROBE), 5) * FRAMES_AT_ONCE)
            for _ in range(FRAMES_AT_ONCE):
                expect(Return(peer.expect(RETURN).body).hr in (E_NOINTERFACE, RETRYLATER), "the root is no probe")
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_garbage_behind_a_good_frame_ends_the_link(target, endpoint):
    is_aborted(endpoint, INVALID_HEADER, frame(PING, PING_BODY) + b"\xff" * 12, frame(PING, PING_BODY) + b"GET / HTTP/1.1\r\n\r\n")
    is_aborted(endpoint, INVALID_DATA, frame(CALL, call(BIND, data(1, b"probe")) + b"\x80", 1), frame(PING, PING_BODY + b"\x0a"),
               frame(RELEASE, b"\x0a\x05\x08"))


@on_each_node
def test_frames_of_unknown_types_are_skipped_only_if_they_are_optional(target, endpoint):
    for kind in (17, 99, 255):
        is_aborted(endpoint, INVALID_HEADER, frame(kind, b"what is this?"))
        with RawPeer(endpoint) as peer:
            peer.send(frame(kind, b"x" * 3000, flags=OPTIONAL))
            expect(peer.alive(), "an optional frame is skipped")


@on_each_node
def test_reserved_bits_end_the_link(target, endpoint):
    is_aborted(endpoint, INVALID_HEADER, *(frame(PING, PING_BODY, flags=1 << bit) for bit in range(1, 8)),
               *(frame(PING, PING_BODY, zero=zero) for zero in (1, 0x100, 0xFFFF)))


# ---- protobuf ----

def wrong_calls(part):
    """CALL bodies that begin well and go on with that."""
    return [frame(CALL, call(BIND, data(1, b"probe"), more=part), 1)]


@on_each_node
def test_varints_of_more_than_ten_bytes_are_malformed(target, endpoint):
    for text in (TOO_LONG_VARINT, OVERFLOWING_VARINT):
        is_aborted(endpoint, INVALID_DATA, *wrong_calls(text), *wrong_calls(key(4, VARINT) + text), *wrong_calls(key(9, BYTES) + text),
                   frame(RELEASE, key(1, BYTES) + text), frame(PING, text))
        is_aborted(endpoint, INVALID_DATA, frame(HELLO, hello(more=key(2, VARINT) + text)), greeting=None)
        is_refused(endpoint, SERVER_CANTUNMARSHAL, call(BIND, data(1, b"probe") + key(2, VARINT) + text),
                   call(QUERY_INTERFACE, key(1, BYTES) + text))


@on_each_node
def test_field_number_zero_is_malformed(target, endpoint):
    for kind in range(8):
        is_aborted(endpoint, INVALID_DATA, *wrong_calls(bytes([kind]) + b"\0\0\0\0\0\0\0\0"))
    is_aborted(endpoint, INVALID_DATA, frame(PING, b"\0\0"), frame(RELEASE, b"\0\0"))
    is_aborted(endpoint, INVALID_DATA, frame(HELLO, hello(more=b"\0\0")), greeting=None)
    is_refused(endpoint, SERVER_CANTUNMARSHAL, call(BIND, data(1, b"probe") + b"\0\0"), call(QUERY_INTERFACE, b"\0\0"))


@on_each_node
def test_nested_groups_are_malformed_however_many_there_are(target, endpoint):
    with RawPeer(endpoint) as peer:
        count = min(100_000, peer.body_max - 100)
    groups = bytes([UNKNOWN_FIELD % 16 << 3 | GROUP]) * count
    is_aborted(endpoint, INVALID_DATA, *wrong_calls(groups), frame(RELEASE, groups), frame(PING, groups))
    is_aborted(endpoint, INVALID_DATA, frame(HELLO, hello(more=groups[:300])), greeting=None)
    is_refused(endpoint, SERVER_CANTUNMARSHAL, call(BIND, groups[:-100]), call(QUERY_INTERFACE, groups[:-100]))


@on_each_node
def test_unknown_fields_are_skipped_however_long_they_are(target, endpoint):
    with RawPeer(endpoint) as peer:
        unknown = data(UNKNOWN_FIELD, b"x" * (peer.body_max - 200))
        peer.send(frame(CALL, call(BIND, data(1, b"probe"), more=unknown), 1))
        expect(peer.finish(1).hr == S_OK, "in the call")
        expect(peer.call(BIND, unknown + data(1, b"probe")).hr == S_OK, "in its parameters")
        fixed = key(UNKNOWN_FIELD, FIXED64) + b"12345678" + key(UNKNOWN_FIELD, FIXED32) + b"1234" + number(UNKNOWN_FIELD, 7)
        expect(peer.call(BIND, fixed * 100 + data(1, b"probe"), more=fixed * 100).hr == S_OK, "of other kinds")
        peer.send(frame(RELEASE, unknown) + frame(PING, PING_BODY + unknown))
        expect(peer.expect(PONG) and peer.alive(), "in control frames")


@on_each_node
def test_more_references_than_a_message_can_have_are_malformed(target, endpoint):
    nils = [cap(NIL)] * CAPS_MAX
    is_aborted(endpoint, INVALID_DATA, frame(CALL, call(BIND, data(1, b"probe"), caps=[*nils, cap(NIL)]), 1))
    is_aborted(endpoint, INVALID_DATA, frame(RELEASE, release(*[(0, 0)] * (RELEASES_MAX + 1))))
    with RawPeer(endpoint) as peer:
        expect(peer.call(BIND, data(1, b"probe"), caps=nils).hr == S_OK, "as many as there can be")


@on_each_node
def test_texts_that_are_not_utf8_are_refused(target, endpoint):
    is_refused(endpoint, SERVER_CANTUNMARSHAL, call(BIND, data(1, b"pro\0be")))
    for text in (b"\xff", b"prob\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"):
        is_refused(endpoint, SERVER_CANTUNMARSHAL, call(BIND, data(1, text)))
        is_aborted(endpoint, INVALID_DATA, frame(HELLO, hello(name=text)), greeting=None)


@on_each_node
def test_identities_that_are_not_sixteen_bytes_are_malformed(target, endpoint):
    for size in (0, 1, 15, 17, 4000):
        is_aborted(endpoint, INVALID_DATA, frame(CALL, call(BIND, iid=b"x" * size), 1))
        is_refused(endpoint, SERVER_CANTUNMARSHAL, call(QUERY_INTERFACE, data(1, b"x" * size)))
    for size in (1, 15, 17, 400):
        is_aborted(endpoint, INVALID_DATA, frame(HELLO, hello(node_id=b"x" * size)), greeting=None)
    is_aborted(endpoint, INVALID_DATA, frame(HELLO, hello(name=b"n" * (NODE_NAME_MAX + 1))), greeting=None)


@on_each_node
def test_of_a_field_that_comes_twice_the_last_counts(target, endpoint):
    with RawPeer(endpoint, hello(more=number(2, 1) + data(7, number(1, 300)))) as peer:
        got = peer.call(9, data(1, b"nothing") + data(1, b"probe"), more=number(4, 99) + number(4, BIND) + data(2, b"y" * 16) + data(2, INAMESPACE))
        expect(got.hr == S_OK, f"Bind of the probe: {got}")
        probe = got.caps[0][1]
        got = peer.call(ECHO, data(1, b"x" * 400) + number(2, 400), target=probe, iid=IPROBE)
        expect(got.hr == OUT_OF_RESOURCES and got.executed == 0, f"we said that we take 300 bytes: {got}")


@on_each_node
def test_lengths_that_wrap_around_are_malformed(target, endpoint):
    for length in LENGTHS_THAT_WRAP:
        lie = varint(length) + b"abc"
        is_aborted(endpoint, INVALID_DATA, *(frame(CALL, call(BIND, data(1, b"probe")) + key(field, BYTES) + lie, 1) for field in (2, 9, 10, UNKNOWN_FIELD)),
                   frame(RELEASE, key(1, BYTES) + lie), frame(PING, key(UNKNOWN_FIELD, BYTES) + lie))
        is_aborted(endpoint, INVALID_DATA, *(frame(HELLO, hello(more=key(field, BYTES) + lie)) for field in (5, 6, 7, UNKNOWN_FIELD)), greeting=None)
        is_refused(endpoint, SERVER_CANTUNMARSHAL, call(BIND, key(1, BYTES) + lie), call(QUERY_INTERFACE, key(1, BYTES) + lie))


@on_each_node
def test_lists_of_nothing_end_at_their_limits(target, endpoint):
    with RawPeer(endpoint) as peer:
        count = peer.body_max // 2 - 100
    is_aborted(endpoint, INVALID_DATA, frame(CALL, call(BIND, more=data(9, b"") * count), 1), frame(RELEASE, data(1, b"") * count),
               frame(CALL, call(BIND, more=key(9, BYTES) + varint(1 << 29)), 1))


@on_each_node
def test_values_out_of_their_range_are_malformed(target, endpoint):
    for where in (THIRD, 4, 0x7FFFFFFF, 0xFFFFFFFF):
        is_aborted(endpoint, INVALID_DATA, frame(CALL, call(REGISTER, data(1, b"x") + number(2, 1), caps=[cap(where, 1)]), 1))
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
    is_refused(endpoint, SERVER_CANTUNMARSHAL, call(LIST, number(2, 2049)), call(LIST, number(2, 0xFFFFFFFF)),
               call(REGISTER, data(1, b"x") + number(2, 2), caps=[cap(NIL)]), call(REGISTER, data(1, b"x") + number(2, 0xFFFFFFFF)))
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
        got = peer.call(ECHO, data(1, b"abc") + number(2, 4), target=probe, iid=IPROBE)
        expect(got.hr == SERVER_CANTUNMARSHAL and got.executed == 0, f"fewer bytes than it says: {got}")
        got = peer.call(INCREMENT, number(1, 1 << 33 | zigzag(41)), target=probe, iid=IPROBE)
        expect(got.results[2] == [zigzag(42)], f"of a number of more than 32 bits protobuf takes the lower ones: {got}")


@at_the_end_of_each_node
def test_nothing_is_left_of_all_that(target):
    expect_nothing_left(target)


def test_the_sanitized_node_ends_without_complaints():
    NODES.end_linux()


if __name__ == "__main__":
    main(globals())
