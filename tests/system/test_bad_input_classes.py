#!/usr/bin/python3
"""What a peer may not say of the interfaces of its objects (Class), and what comes of it when it lies: its own link ends, or its
own references are of no use. The list behind it: README.md."""
import itertools

from bad_input import *
from system import main

OURS = 5  # the id of an object of ours
MANY = 0xFFFFFFFF
NAMES = itertools.count(1)
GREETING = hello(features=CLASSES, limit=limits(classes=32))


def refers_to(kind, where=SENDER):
    return frame(CALL, call(UNREGISTER, data(1, b"nothing"), caps=[cap(where, OURS, kind)]), 1)


def classes_max(endpoint):
    with RawPeer(endpoint, GREETING) as peer:
        return peer.limits[7][0]


@on_each_node
def test_a_reference_of_a_class_that_was_not_announced_ends_the_link(target, endpoint):
    known = announce(0, INAMESPACE)
    is_aborted(endpoint, INVALID_DATA, refers_to(1), refers_to(1, NIL), refers_to(1, RECEIVER), known + refers_to(2),
               known + refers_to(65536), known + refers_to(MANY), greeting=GREETING)
    with RawPeer(endpoint, GREETING) as peer:
        peer.send(known + refers_to(1))
        expect(peer.finish(1).hr == NOT_FOUND and peer.alive(), "that which was announced is good")


@on_each_node
def test_a_return_with_a_class_that_was_not_announced_ends_the_link(target, endpoint):
    with RawPeer(endpoint, GREETING) as peer:
        name = f"mine{next(NAMES)}"
        expect(peer.register(name, cap(SENDER, OURS)).hr == S_OK, "it has a name")
        peer.begin(BIND, data(1, name.encode() + b"/below"))
        peer.answer(peer.next_call(), caps=[cap(SENDER, 9, 1)])
        ends_with(peer, INVALID_DATA)


@on_each_node
def test_a_class_that_is_announced_again_or_out_of_turn_ends_the_link(target, endpoint):
    first = announce(0, INAMESPACE)
    is_aborted(endpoint, INVALID_DATA, first + first, first + announce(0, IPROBE), first + announce(0), announce(1, IPROBE),
               first + announce(2, IPROBE), announce(MANY, IPROBE), greeting=GREETING)


@on_each_node
def test_a_malformed_class_ends_the_link(target, endpoint):
    is_aborted(endpoint, INVALID_DATA, announce(0, IPROBE[:15]), announce(0, IPROBE + b"\0"),
               announce(0, *[IPROBE] * (CLASS_IIDS_MAX + 1)), announce(0, *[IPROBE] * 26),
               frame(CLASS, b"\xff", flags=OPTIONAL), frame(CLASS, key(3, BYTES) + varint(MANY), flags=OPTIONAL), greeting=GREETING)
    is_aborted(endpoint, OUT_OF_RESOURCES, announce(0, *[IPROBE] * 4000), greeting=GREETING)


@on_each_node
def test_every_cut_of_a_class_ends_the_link_or_says_less(target, endpoint):
    body = announce(0, INAMESPACE, IPROBE)[HEADER.size:]
    for size in range(len(body)):
        with RawPeer(endpoint, GREETING) as peer:
            peer.send(frame(CLASS, body[:size], flags=OPTIONAL))
            try:
                expect(peer.alive(), "the link goes on")
            except Ended as ended:
                expect(ended.hr == INVALID_DATA, ended)


@on_each_node
def test_classes_are_limited(target, endpoint):
    most = classes_max(endpoint)
    expect(1 <= most <= 255, most)
    full = [IPROBE] * CLASS_IIDS_MAX
    for _ in range(3):  # what they take is given back, however the link ends
        with RawPeer(endpoint, GREETING) as peer:
            peer.send(b"".join(announce(index, *full) for index in range(most)))
            expect(peer.alive(), "as many as the node said")
            peer.send(announce(most, IPROBE))
            ends_with(peer, INVALID_DATA)
    with RawPeer(endpoint, GREETING) as peer:
        peer.send(b"".join(announce(index, *full) for index in range(most)))
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_without_the_feature_classes_are_skipped(target, endpoint):
    with RawPeer(endpoint) as peer:
        peer.send(announce(0, INAMESPACE) * 3 + announce(MANY) + frame(CLASS, b"\xff", flags=OPTIONAL))
        expect(peer.alive(), "the link goes on")
        got = peer.call(BIND, data(1, b"probe"))
        expect(got.hr == S_OK, got)
    is_aborted(endpoint, INVALID_DATA, announce(0, INAMESPACE) + refers_to(1))
    is_aborted(endpoint, INVALID_HEADER, frame(CLASS, number(1, 0)))


@on_each_node
def test_a_class_that_lies_makes_the_peers_own_references_useless(target, endpoint):
    with RawPeer(endpoint, GREETING) as peer:
        peer.send(announce(0, IPROBE) + announce(1, IPROBE, INAMESPACE))
        for kind, asked in ((1, []), (2, [BIND])):  # no namespace, it says; and one that is none
            name, calls = f"mine{next(NAMES)}", []
            expect(peer.register(name, cap(SENDER, OURS + kind, kind)).hr == S_OK, "it has a name")

            def answer(got):
                calls.append((fields(got.body)[4] or [0])[0])
                return {"hr": E_NOINTERFACE, "executed": 0}

            got = peer.serve(peer.begin(BIND, data(1, name.encode() + b"/below")), answer)
            expect(got.hr & 0x80000000 and calls == asked, f"{got} after {calls}, not {asked}")
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_class_that_changes_for_the_same_id_is_one_of_them(target, endpoint):
    with RawPeer(endpoint, GREETING) as peer:
        peer.send(announce(0, IPROBE) + announce(1, INAMESPACE))
        for kind in (1, 2, 0, 2, 1):
            got = peer.register(f"mine{next(NAMES)}", cap(SENDER, OURS, kind))
            expect(got.hr == S_OK, got)
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_node_announces_no_more_than_the_peer_takes(target, endpoint):
    for most, told in ((32, [1, 1]), (1, [1, 1]), (0, [0, 0])):
        with RawPeer(endpoint, hello(features=CLASSES, limit=limits(classes=most))) as peer:
            kinds, indices = [], []
            for path in (b"probe", b"probe"):
                call_id = peer.begin(BIND, data(1, path))
                got = peer.receive()
                while got.kind != RETURN or got.call_id != call_id:
                    if got.kind == CLASS:
                        expect(got.flags == OPTIONAL, got)
                        indices.append((fields(got.body)[1] or [0])[0])
                        expect(IPROBE in fields(got.body)[3] and fields(got.body)[2] == [1], got)
                    got = peer.receive()
                kinds.append((fields(fields(got.body)[4][0])[3] or [0])[0])
            expect(kinds == told and indices == [0] * bool(most), f"{kinds} after {indices}")


@at_the_end_of_each_node
def test_nothing_is_left_of_all_that(target):
    expect_nothing_left(target)


def test_the_sanitized_node_ends_without_complaints():
    NODES.end_linux()


if __name__ == "__main__":
    main(globals())
