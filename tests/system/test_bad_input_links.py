#!/usr/bin/python3
"""Connections that begin, go on and end as they should not, tables that are full, and names that lead nowhere. The list behind
it: README.md."""
import errno
import struct
import threading

from bad_input import *
from system import main, wait_until

OURS = 5  # the id of an object of ours
HANDSHAKE_S, SEND_S, HOLD_S = 3, 3, 10
LATE_S = 5  # the machine is busy with other things, too


# ---- connections ----

@on_each_node
def test_versions_without_overlap_are_refused(target, endpoint):
    for lowest, highest in ((0, 0), (2, 2), (2, 5), (0xFFFFFFFF, 0xFFFFFFFF)):
        is_aborted(endpoint, VERSION_MISMATCH, frame(HELLO, hello(lowest=lowest, highest=highest)), greeting=None)
    for lowest, highest in ((2, 1), (5, 0), (0xFFFFFFFF, 1)):
        is_aborted(endpoint, INVALID_DATA, frame(HELLO, hello(lowest=lowest, highest=highest)), greeting=None)
    RawPeer(endpoint, hello(lowest=0, highest=9)).close()


@on_each_node
def test_what_is_no_greeting_is_refused(target, endpoint):
    is_aborted(endpoint, INVALID_DATA, frame(HELLO), frame(HELLO, hello(magic=0)), frame(WELCOME, hello()), frame(CALL, call(LIST), 1),
               frame(PING), frame(GOAWAY), greeting=None)
    is_aborted(endpoint, INVALID_HEADER, b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 12, greeting=None)
    is_aborted(endpoint, INVALID_HEADER, frame(HELLO, hello()), frame(WELCOME, hello()))  # one is enough


@on_each_node
def test_a_node_id_may_come_twice_and_be_anybodys(target, endpoint):
    greeting = hello(node_id=b"the same for all")
    with RawPeer(endpoint, greeting) as one, RawPeer(endpoint, greeting) as two, RawPeer(endpoint, greeting=None) as third:
        third.send(frame(HELLO, hello()))
        of_node = fields(third.expect(WELCOME).body)[5][0]
        with RawPeer(endpoint, hello(node_id=of_node)) as self:
            for peer in (one, two, third, self):
                expect(peer.increment(peer.bind("probe"), 1).hr == S_OK, "each has a link of its own")


@on_each_node
def test_an_earlier_start_of_a_node_does_not_come_back(target, endpoint):
    def start(incarnation):
        return RawPeer(endpoint, hello(name=b"again", more=number(8, incarnation)))

    with start(5) as first, start(7) as later:
        ends_with(first, DISCONNECTED)
        with RawPeer(endpoint, greeting=None) as earlier:
            earlier.send(frame(HELLO, hello(name=b"again", more=number(8, 6))))
            ended = expect_end(earlier)
            expect(ended.hr == DISCONNECTED and "later start" in ended.detail, f"{ended}")
        expect(later.alive(), "the later one goes on")


@on_each_node
def test_connections_that_say_nothing_end_with_the_handshake(target, endpoint):
    begin = time.monotonic()
    silent = [RawPeer(endpoint, greeting=None) for _ in range(3)]
    silent[1].send(frame(HELLO, hello())[:20])  # no more comes
    slow = threading.Thread(target=drip, args=(silent[2], frame(HELLO, hello())), daemon=True)
    slow.start()
    for peer in silent:
        ended = expect_end(peer)
        expect(ended.hr == DISCONNECTED and HANDSHAKE_S - 0.5 < time.monotonic() - begin < HANDSHAKE_S + LATE_S, f"{ended}")
        peer.close()


def drip(peer, text):
    """A byte from time to time."""
    for byte in text:
        peer.send(bytes([byte]))
        time.sleep(0.1)


@on_each_node
def test_strangers_that_fill_all_places_give_way(target, endpoint):
    count = 12 if target.is_kernel else 80
    strangers = [RawPeer(endpoint, greeting=None) for _ in range(count)]
    with RawPeer(endpoint) as peer:
        expect(peer.alive(), "there is a place for who greets")
    for stranger in strangers:
        stranger.close()


@on_each_node
def test_a_reader_of_one_byte_a_second_ends(target, endpoint):
    with RawPeer(endpoint, room=4096 if target.is_kernel else 0) as peer:
        size = min(30_000, peer.body_max - 200)
        echo = call(ECHO, data(1, b"s" * size) + number(2, size), target=peer.bind("probe"), iid=IPROBE)
        peer.socket.settimeout(0.5)
        ended = False
        with contextlib.suppress(OSError):  # until nothing more leaves: all that lies between us is full
            for id_ in range(10_000 if target.is_kernel else 200):  # an emulator's network lies between
                peer.socket.sendall(frame(CALL, echo, id_ + 1))
        deadline = time.monotonic() + SEND_S + HOLD_S + LATE_S  # Linux tells us when the node lets go of the socket, after our lease
        while not ended and time.monotonic() < deadline:
            time.sleep(0.5)
            try:
                peer.socket.sendall(frame(PONG))
                peer.socket.recv(1)
            except TimeoutError:
                pass
            except ConnectionError:
                ended = True
        expect(ended, "a link whose answers do not leave is dead")


@on_each_node
def test_a_peer_that_goes_away_takes_no_more_calls_along(target, endpoint):
    with RawPeer(endpoint, hello(features=DRAIN)) as peer:
        probe = peer.bind("probe")
        peer.send(frame(CALL, call(SLEEP, number(1, 300), target=probe, iid=IPROBE), 30) + frame(GOAWAY, data(1, b"so long")) +
                  frame(CALL, call(NULL, target=probe, iid=IPROBE), 31) + frame(GOAWAY))
        outcomes = {}
        try:
            while True:
                got = peer.expect(RETURN, GOAWAY)
                if got.kind == RETURN:
                    outcomes[got.call_id] = Return(got.body)
        except Ended as ended:
            expect(ended.hr is None, f"it ends in peace: {ended}")
        expect(outcomes[30].hr == S_OK, f"what runs ends: {outcomes}")
        expect(outcomes[31].hr == SERVER_DIED_DNE and outcomes[31].executed == 0, f"what came too late is not run: {outcomes}")
    is_aborted(endpoint, INVALID_DATA, frame(GOAWAY, b"\xff"))


@on_each_node
def test_a_connection_may_come_again_from_the_same_port_at_once(target, endpoint):
    """The node keeps the end of one that it ended for a while; that must not be in the way of the next."""
    port = 0
    for _ in range(4):
        begin = time.monotonic()
        try:
            peer = RawPeer(endpoint, port=port)
        except OSError as error:  # another program was quicker
            expect(error.errno == errno.EADDRINUSE, f"{error!r}")
            port = 0
            continue
        with peer:
            expect(time.monotonic() - begin < PATIENCE_S, "it is greeted at once")
            port = 0 if target.transport == "unix" else peer.socket.getsockname()[1]
            peer.send(b"\xff" * 12)
            ends_with(peer, INVALID_HEADER)
            while peer.socket.recv(4096):  # who ends first has to wait
                pass


@on_each_node
def test_connections_that_come_call_and_go_leave_nothing_behind(target, endpoint):
    for index in range(int(os.environ.get("MML_CYCLES", 200 if target.is_kernel else 2000))):
        with RawPeer(endpoint) as peer:
            expect(peer.increment(peer.bind("probe"), index).hr == S_OK, f"cycle {index}")


# ---- tables and quotas ----

@on_each_node
def test_more_links_than_a_node_keeps_are_refused_and_places_come_back(target, endpoint):
    count = 12 if target.is_kernel else 80
    peers, refused = [], 0
    for _ in range(count):
        try:
            peers.append(RawPeer(endpoint))
        except (Ended, OSError):
            refused += 1
    expect(refused and peers, f"{len(peers)} links, {refused} refused")
    for peer in peers:
        expect(peer.alive(), "those that are there go on")
        peer.close()

    def has_place():
        with contextlib.suppress(Ended, OSError), RawPeer(endpoint) as peer:
            return peer.alive()
        return False

    wait_until(has_place, SETTLE_S, "a place for another")


@on_each_node
def test_more_calls_than_a_node_runs_are_sent_away(target, endpoint):
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
        count = 2 * peer.calls_max
        peer.send(b"".join(frame(CALL, call(SLEEP, number(1, 20_000), target=probe, iid=IPROBE, timeout_us=NO_TIMEOUT), id_)
                           for id_ in range(100, 100 + count)))
        with RawPeer(endpoint) as other:  # the node is full of the calls of one peer
            for _ in range(20):
                expect(other.increment(other.bind("probe"), 1).hr == S_OK, "others have their calls run")
        peer.send(b"".join(frame(CANCEL, call_id=id_) for id_ in range(100, 100 + count)))
        codes = [Return(peer.expect(RETURN).body).hr for _ in range(count)]
        expect(set(codes) == {CANCELED, RETRYLATER} and codes.count(CANCELED) >= peer.calls_max, f"{codes}")


@on_each_node
def test_peers_that_hold_all_workers_they_can_get_keep_nobody_out(target, endpoint):
    """Each has the node wait for it, and floods it with calls that last, nested in that one or not, or so they say."""
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(RawPeer(endpoint)) for _ in range(2)]
        probes = [other.bind("probe") for other in others]
        for index in range(3 if target.is_kernel else 20):
            peer = stack.enter_context(RawPeer(endpoint))
            probe = peer.bind("probe")
            expect(peer.register(f"hostile{index}", cap(SENDER, OURS)).hr == S_OK, "it has a name")
            peer.begin(BIND, data(1, b"hostile%d/below" % index), timeout_us=NO_TIMEOUT)
            awaited = fields(peer.next_call().body)[6][0]
            peer.send(b"".join(frame(CALL, call(SLEEP, number(1, 20_000), target=probe, iid=IPROBE, timeout_us=NO_TIMEOUT, depth=depth,
                                                causality=causality), next(peer.call_ids))
                               for depth, causality in ((1, awaited), (1, 77), (0, 78)) * (peer.calls_max // 2)))
            expect(peer.alive(), "the link goes on")
        for _ in range(10):
            for other, probe in zip(others, probes):
                begin = time.monotonic()
                got = other.increment(probe, 1)
                expect(got.hr == S_OK, f"others have their calls run: {got}")
                expect(time.monotonic() - begin < PATIENCE_S, f"at once, not after {time.monotonic() - begin:.1f} s")


@on_each_node
def test_a_peer_that_is_killed_leaves_its_calls_and_references_behind(target, endpoint):
    for _ in range(5):
        peer = RawPeer(endpoint)
        probe = peer.bind("probe")
        peer.register("killed", cap(SENDER, OURS))
        for _ in range(3):
            peer.begin(SLEEP, number(1, 20_000), target=probe, iid=IPROBE)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not an end
        peer.close()


# ---- names ----

@on_each_node
def test_paths_that_are_none_are_refused(target, endpoint):
    with RawPeer(endpoint) as peer:
        for path in ("..", ".", "../probe", "probe/..", "a//b", "//", "probe/", "a\\b/\x01", "-" * 64, "a b", "*"):
            for method in (BIND, UNREGISTER):
                got = peer.call(method, data(1, path.encode()))
                expect(got.hr == BAD_PATH, f"{path!r}: {got}")
            got = peer.call(REGISTER, data(1, path.encode()) + number(2, 1), caps=[cap(RECEIVER, 0)])
            expect(got.hr == BAD_PATH, f"{path!r}: {got}")
        for path in ("", "/"):
            expect(peer.call(BIND, data(1, path.encode())).hr == S_OK, "the namespace itself")
        for path in ("a/" * 300, "a" * 512, "a" * 4096, "a/" * 10_000):
            got = peer.call(BIND, data(1, path.encode()))
            expect(got.hr in (BAD_PATH, SERVER_CANTUNMARSHAL), f"{len(path)} bytes: {got}")
        expect(peer.call(BIND, data(1, b"a/" * 250 + b"b")).hr == NOT_FOUND, "as long as may be")


@on_each_node
def test_names_that_lead_in_a_circle_end(target, endpoint):
    with RawPeer(endpoint) as peer:
        expect(peer.register("loop", cap(RECEIVER, 0)).hr == S_OK, "the namespace within itself")
        expect(peer.call(BIND, data(1, b"loop/" * 7 + b"probe")).hr == S_OK, "as often as the path says")
        expect(peer.call(BIND, data(1, b"loop/" * 7 + b"absent")).hr == NOT_FOUND, "and to its end")
        for path in (b"loop/" * 8 + b"probe", b"loop/" * 100 + b"absent"):
            for method in (BIND, UNREGISTER):
                got = peer.call(method, data(1, path))
                expect(got.hr == TOO_DEEP and "16 namespaces" in got.detail, f"too often: {got}")
            got = peer.call(REGISTER, data(1, path) + number(2, 1), caps=[cap(RECEIVER, 0)])
            expect(got.hr == TOO_DEEP, f"{got}")
        expect(peer.unregister("loop/loop/loop").hr == S_OK, "it can be taken away by any of its names")


@on_each_node
def test_names_that_lead_in_a_circle_through_a_peer_end(target, endpoint):
    with RawPeer(endpoint) as peer:
        expect(peer.register("away", cap(SENDER, OURS)).hr == S_OK, "a namespace of ours")
        depths = []

        def pass_on(got):  # as a node does in whose namespace "back" is the other's root
            parts = fields(got.body)
            if not parts[4]:  # QueryInterface
                return {}
            depths.append(parts[7][0] if parts[7] else 0)
            rest = fields(parts[10][0])[1][0].partition(b"back/")[2]
            nested = peer.begin(BIND, data(1, rest), causality=parts[6][0], depth=depths[-1] + 1)
            return {"hr": peer.serve(nested, pass_on).hr}

        got = peer.serve(peer.begin(BIND, data(1, b"away/back/" * 40 + b"probe")), pass_on)
        expect(got.hr == REJECTED and max(depths) < peer.depth_max, f"{got} {depths}")


@on_each_node
def test_a_storm_of_absent_names_costs_nothing_that_stays(target, endpoint):
    with RawPeer(endpoint) as peer:
        for index in range(200 if target.is_kernel else 2000):
            got = peer.call(BIND, data(1, b"absent%d" % index))
            # A node that loads looks for each of them, but for so many in a second only.
            expect(got.hr in (NOT_FOUND, TOO_MANY_ACTIVATIONS) if target.is_kernel else got.hr == NOT_FOUND, f"{got}")
            if index % 10 == 0:
                expect(peer.call(BIND, data(1, b"probe/below%d" % index)).hr == NOT_NAMESPACE, "behind what is no namespace")


@on_each_linux
def test_a_link_that_was_ended_keeps_no_descriptor_while_its_lease_runs(target, endpoint):
    before = target.resources()[0]
    peers = [RawPeer(endpoint) for _ in range(8)]
    for peer in peers:
        peer.bind("probe")  # what the node keeps, since the peer might trust in it
        peer.send(b"\xff" * 12)
    wait_until(lambda: target.resources()[0] <= before, 3, "the end of the node's sockets")
    for peer in peers:
        ends_with(peer, INVALID_HEADER)
        peer.close()


@at_the_end_of_each_node
def test_nothing_is_left_of_all_that(target):
    expect_nothing_left(target)


def test_the_sanitized_node_ends_without_complaints():
    NODES.end_linux()


if __name__ == "__main__":
    main(globals())
