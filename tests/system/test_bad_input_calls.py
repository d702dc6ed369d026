#!/usr/bin/python3
"""Calls and references that cannot be: each fails with the code that is defined for it, or ends its own link; nothing that was
counted stays counted. The list behind it: README.md."""
import itertools
import threading

from bad_input import *
from system import main, wait_until

TICKERS_MAX = 16  # TICKER_STARTS_MAX of examples/03_callback/ticker.idl
OURS = 5  # the id of an object of ours
NAMES = itertools.count(1)
MANY = 0xFFFFFFFF


# ---- returns ----

def wait_for_a_call_of_ours(peer):
    """Has the node call an object of ours: a path that goes on behind it. Returns the call and the id of the Bind."""
    name = f"mine{next(NAMES)}"
    expect(peer.register(name, cap(SENDER, OURS)).hr == S_OK, "it has a name")
    bind = peer.begin(BIND, data(1, name.encode() + b"/below"))
    return peer.next_call(), bind


@on_each_node
def test_a_return_for_no_call_ends_the_link(target, endpoint):
    is_aborted(endpoint, INVALID_DATA, *(frame(RETURN, reply(), call_id) for call_id in (0, 1, 77, 0x10000, MANY)))
    is_aborted(endpoint, INVALID_DATA, frame(RETURN, reply(caps=[cap(SENDER, 9)] * 8), 3))


@on_each_node
def test_a_second_return_for_a_call_ends_the_link(target, endpoint):
    with RawPeer(endpoint) as peer:
        got, _ = wait_for_a_call_of_ours(peer)
        peer.answer(got, hr=E_FAIL)
        peer.answer(got, hr=E_FAIL)
        ends_with(peer, INVALID_DATA)


@on_each_node
def test_a_malformed_return_ends_the_link_and_the_call(target, endpoint):
    for body in (b"\xff", reply(caps=[cap(SENDER, 1)] * 9), reply(kept=[8]), reply(more=key(5, BYTES) + varint(MANY)), reply(caps=[cap(THIRD)])):
        with RawPeer(endpoint) as peer:
            got, _ = wait_for_a_call_of_ours(peer)
            peer.send(frame(RETURN, body, got.call_id))
            ends_with(peer, INVALID_DATA)


@on_each_node
def test_what_a_return_keeps_or_says_beyond_the_call_is_nothing(target, endpoint):
    with RawPeer(endpoint) as peer:
        got, bind = wait_for_a_call_of_ours(peer)
        peer.answer(got, hr=E_FAIL, executed=999, kept=range(8), more=data(6, b"\xff\x1b[2J" + b"x" * 5000))
        expect(peer.serve(bind, lambda got: {"hr": E_FAIL}).hr & 0x80000000, "the Bind fails")
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_references_of_a_return_that_nobody_waits_for_are_given_back(target, endpoint):
    with RawPeer(endpoint) as peer:
        expect(peer.register("mine", cap(SENDER, OURS)).hr == S_OK, "it has a name")
        bind = peer.begin(BIND, data(1, b"mine/below"), timeout_us=100_000)
        got = peer.next_call()
        expect(peer.finish(bind).hr == TIMEOUT, "its time is over")
        peer.answer(got, caps=[cap(SENDER, id_) for id_ in range(100, 108)])
        while not set(range(100, 108)) <= peer.released:
            peer.expect(RELEASE, CANCEL)


# ---- calls ----

@on_each_node
def test_a_call_id_may_come_again_while_it_is_out(target, endpoint):
    with RawPeer(endpoint) as peer:
        sleep = frame(CALL, call(SLEEP, number(1, 50), target=peer.bind("probe"), iid=IPROBE), 7)
        peer.send(sleep * 3)
        expect([peer.finish(7).hr for _ in range(3)] == [S_OK] * 3, "each has its return")
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_cancel_may_come_too_early_too_late_and_twice(target, endpoint):
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
        peer.send(frame(CANCEL, call_id=50) + frame(CANCEL, b"with a body", 51) + frame(CANCEL) + frame(CANCEL, call_id=MANY))
        peer.send(frame(CALL, call(NULL, target=probe, iid=IPROBE), 50) + frame(CANCEL, call_id=50) * 2)
        got = peer.finish(50)
        expect((got.hr, got.executed) in ((S_OK, 1), (CANCELED, 0)), f"it was run or it was not: {got}")
        begin = time.monotonic()
        peer.send(frame(CALL, call(SLEEP, number(1, 20_000), target=probe, iid=IPROBE, timeout_us=NO_TIMEOUT), 60))
        time.sleep(0.1)
        peer.send(frame(CANCEL, call_id=60) * 3)
        expect(peer.finish(60).hr == CANCELED and time.monotonic() - begin < 10, "a sleep ends early")
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_rapid_reset_of_thousands_of_calls_keeps_nobody_out(target, endpoint):
    count = 1000 if target.is_kernel else 10_000
    with RawPeer(endpoint, limit=30) as peer:
        body = call(SLEEP, number(1, 20_000), target=peer.bind("probe"), iid=IPROBE, timeout_us=NO_TIMEOUT)
        flood = threading.Thread(target=lambda: peer.send(b"".join(
            frame(CALL, body, id_) + frame(CANCEL, call_id=id_) for id_ in range(1000, 1000 + count))), daemon=True)
        flood.start()
        try:
            codes = {Return(peer.expect(RETURN).body).hr for _ in range(count)}
            expect(codes <= {CANCELED, RETRYLATER}, f"each ends: {codes}")
            expect(peer.alive(), "the link goes on")
        except Ended:  # without credit, more answers may be due than leave in time; a kernel has little room for them
            expect(target.is_kernel, "the link goes on")


@on_each_node
def test_methods_that_are_not_there_are_refused(target, endpoint):
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
        for method in (1, 2, PROBE_METHODS, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
            got = peer.call(method, target=probe, iid=IPROBE)
            expect(got.hr == INVALIDMETHOD and got.executed == 0, f"method {method}: {got}")


@on_each_node
def test_stale_and_guessed_references_are_refused(target, endpoint):
    with RawPeer(endpoint) as other, RawPeer(endpoint) as peer:
        stale = other.bind("probe")
        other.send(frame(RELEASE, release((stale, 1))))
        for id_ in (stale, stale + 0x10000, stale ^ 0x80000000, 0x10000, 1, 2, 0xFFFF, MANY):
            got = other.call(NULL, target=id_, iid=IPROBE)
            expect(got.hr == INVALID_OBJECT and got.executed == 0, f"0x{id_:X}: {got}")
        again = other.bind("probe")
        expect(again != stale, "an id does not come again at once")
        got = peer.call(NULL, target=again, iid=IPROBE)  # what another peer was given
        expect(got.hr == INVALID_OBJECT and got.executed == 0, f"{got}")


@on_each_node
def test_an_interface_that_the_object_does_not_have_is_refused(target, endpoint):
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
        is_refused(endpoint, E_NOINTERFACE, call(NULL, iid=IPROBE), call(NULL, iid=b"\0" * 16), call(NULL, iid=b"\xff" * 16))
        got = peer.call(BIND, data(1, b"probe"), target=probe, iid=INAMESPACE)
        expect(got.hr == E_NOINTERFACE and got.executed == 0, f"{got}")
        got = peer.call(QUERY_INTERFACE, data(1, INAMESPACE), target=probe, iid=IPROBE)
        expect(got.hr == E_NOINTERFACE, f"{got}")
        expect(peer.increment(probe, 1).hr == S_OK, "and what it has works as before")


@on_each_node
def test_depth_beyond_the_limit_is_refused(target, endpoint):
    with RawPeer(endpoint) as peer:
        probe, depth_max = peer.bind("probe"), peer.depth_max
        for depth in (depth_max, depth_max + 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
            got = peer.increment(probe, 1, depth=depth)
            expect(got.hr == REJECTED and got.executed == 0, f"depth {depth}: {got}")
        expect(peer.increment(probe, 1, depth=depth_max - 1).hr == S_OK, "the deepest there can be")


@on_each_node
def test_a_forged_causality_gets_nobody_on_anothers_thread(target, endpoint):
    with RawPeer(endpoint) as victim, RawPeer(endpoint) as forger:
        got, bind = wait_for_a_call_of_ours(victim)  # a thread of the node waits here now
        causality = fields(got.body)[6][0]
        probe = forger.bind("probe")
        expect(forger.increment(probe, 1, causality=causality).hr == S_OK, "it runs, as any other call")
        expect(forger.increment(probe, 1, causality=causality, depth=2).hr == S_OK, "nested in what is not its own, too")
        victim.answer(got, hr=E_FAIL)
        expect(victim.serve(bind, lambda got: {"hr": E_FAIL}).hr & 0x80000000, "the victim's call ends as it would have")


@on_each_node
def test_timeouts_from_nothing_to_everything(target, endpoint):
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
        for timeout_us in (0, NO_TIMEOUT, NO_TIMEOUT - 1, 0x7FFFFFFF, 0x80000000):
            expect(peer.increment(probe, 1, timeout_us=timeout_us).hr == S_OK, f"{timeout_us} us")
        got = peer.call(SLEEP, number(1, 20), target=probe, iid=IPROBE, timeout_us=1)
        expect(got.hr == TIMEOUT, f"a microsecond is over before it begins, or in the middle: {got}")
        begin = time.monotonic()
        got = peer.call(SLEEP, number(1, 20_000), target=probe, iid=IPROBE, timeout_us=50_000)
        expect(got.hr == TIMEOUT and time.monotonic() - begin < 10, f"{got}")


@on_each_node
def test_a_loop_of_calls_ends_at_the_depth_limit(target, endpoint):
    depths, outcomes = [], []
    with RawPeer(endpoint) as peer:
        expect(peer.register("mine", cap(SENDER, OURS)).hr == S_OK, "it has a name")

        def call_back(got):
            parts = fields(got.body)
            depths.append((parts[7] or [0])[0])
            nested = peer.begin(BIND, data(1, b"mine/below"), causality=parts[6][0], depth=depths[-1] + 1)
            outcomes.append(peer.serve(nested, call_back).hr)
            return {"hr": E_FAIL}

        expect(peer.serve(peer.begin(BIND, data(1, b"mine/below"), depth=0), call_back).hr & 0x80000000, "it fails in the end")
        expect(REJECTED in outcomes and max(depths) < peer.depth_max, f"depths {depths}, limit {peer.depth_max}")
        expect(peer.alive(), "the link goes on")


def loop(peer, depth_of, timeout_us=0, most=99):
    """Calls that call back, again and again, at most so often. How they ended, and None for each call back."""
    outcomes = []
    expect(peer.register("mine", cap(SENDER, OURS)).hr == S_OK, "it has a name")
    expect(peer.register("loop", cap(RECEIVER, 0)).hr == S_OK, "the namespace within itself")

    def call_back(got):
        circles = 0 if outcomes else (16 - peer.depth_max) // 2  # all together may go so far
        outcomes.append(None)
        if outcomes.count(None) > most:
            return {"hr": E_FAIL}
        nested = peer.begin(BIND, data(1, b"loop/" * circles + b"mine/below"), causality=fields(got.body)[6][0], depth=depth_of(got),
                            timeout_us=timeout_us)
        outcomes.append(peer.serve(nested, call_back).hr)
        return {"hr": E_FAIL}

    got = peer.serve(peer.begin(BIND, data(1, b"mine/below"), depth=0), call_back)
    expect(got.hr & 0x80000000, f"it fails in the end: {got}")
    expect(peer.alive() and peer.unregister("loop").hr == S_OK, "the link goes on")
    return outcomes


@on_each_node
def test_a_loop_of_calls_ends_at_the_limit(target, endpoint):
    """Each runs on the thread that waits for the one before; the path takes of its stack what a path can."""
    with RawPeer(endpoint) as peer:
        outcomes = loop(peer, lambda got: fields(got.body)[7][0] + 1)
        expect(REJECTED in outcomes and outcomes.count(None) <= peer.depth_max, f"{outcomes}")


@on_each_node
def test_a_loop_of_calls_that_lie_about_their_depth_waits_for_itself(target, endpoint):
    """What is not nested in the call that a thread waits for does not run on its stack, but where there is a worker for this peer; so
    it may go on as long as the peer has calls of ours that it does not return."""
    with RawPeer(endpoint) as peer:
        outcomes = loop(peer, lambda got: 0, timeout_us=300_000, most=peer.depth_max + 2)
        ends = set(outcomes) - {None}
        expect(ends and ends <= {TIMEOUT, REJECTED, RETRYLATER, E_FAIL}, f"{outcomes}")


@on_each_node
def test_a_flood_of_calls_that_nobody_waits_for_keeps_nobody_out(target, endpoint):
    count = 2000 if target.is_kernel else 20_000
    with RawPeer(endpoint, limit=30) as peer:
        probe = peer.bind("probe")
        flood = frame(CALL, call(NULL, target=probe, iid=IPROBE, causality=0), 0)
        sender = threading.Thread(target=lambda: peer.send(flood * count), daemon=True)
        sender.start()
        sender.join(30)
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_calls_without_credit_end_the_link(target, endpoint):
    with RawPeer(endpoint, hello(features=CREDIT)) as peer:
        body = call(SLEEP, number(1, 20_000), target=peer.bind("probe"), iid=IPROBE)
        peer.send(b"".join(frame(CALL, body, id_) for id_ in range(1000, 1000 + peer.calls_max)))
        expect(peer.alive(), "so many were granted")
        peer.send(frame(CALL, body, 5000))
        ends_with(peer, OUT_OF_RESOURCES)
    is_aborted(endpoint, INVALID_DATA, frame(WINDOW, number(1, 1)), frame(WINDOW, number(1, MANY)), frame(WINDOW, number(2, 1)),
               frame(WINDOW, b"\xff"), greeting=hello(features=CREDIT))


@on_each_node
def test_a_flood_of_calls_whose_returns_nobody_reads_keeps_nobody_out(target, endpoint):
    with RawPeer(endpoint, limit=2) as peer:
        probe = peer.bind("probe")
        size = min(30_000, peer.body_max - 200)
        echo = frame(CALL, call(ECHO, data(1, b"e" * size) + number(2, size), target=probe, iid=IPROBE), 9)
        with contextlib.suppress(OSError):
            for _ in range(400):
                peer.socket.sendall(echo)  # until nothing more leaves, or the node has had enough
        if not target.is_kernel:  # whose end is behind what we did not read
            expect_end(peer)


# ---- references ----

@on_each_node
def test_a_release_of_what_was_not_given_ends_the_link(target, endpoint):
    is_aborted(endpoint, INVALID_DATA, *(frame(RELEASE, release(one)) for one in ((1, 1), (0x10001, 1), (MANY, 1), (12345, MANY), (0, 1), (0, MANY))))
    for count in (2, 3, 0x7FFFFFFF, 0x80000000, MANY):
        with RawPeer(endpoint) as peer:
            peer.send(frame(RELEASE, release((peer.bind("probe"), count))))
            ends_with(peer, INVALID_DATA)
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
        peer.send(frame(RELEASE, release((probe, 1), (probe, 1))))
        ends_with(peer, INVALID_DATA)
    with RawPeer(endpoint) as peer:
        peer.send(frame(RELEASE, release((peer.bind("probe"), 0))))
        expect(peer.alive(), "nothing given back is nothing")


@on_each_node
def test_a_release_that_crosses_the_same_reference_leaves_it_alive(target, endpoint):
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
        second = peer.begin(BIND, data(1, b"probe"))
        peer.send(frame(RELEASE, release((probe, 1))))  # of the first, before the second is in
        got = peer.finish(second)
        again = got.caps[0][1]
        expect(peer.increment(again, 4).hr == S_OK, "what came last is alive")
        peer.send(frame(RELEASE, release((again, 1))))
        expect(peer.increment(again, 4).hr == INVALID_OBJECT, "and gone when that is given back")


@on_each_node
def test_thousands_of_the_same_reference_are_one_and_go_back_at_once(target, endpoint):
    count = 300
    with RawPeer(endpoint) as peer:
        ids = {peer.bind("probe") for _ in range(count)}
        expect(len(ids) == 1, f"one object has one id: {ids}")
        peer.send(frame(RELEASE, release((ids.pop(), count))))
        expect(peer.alive(), "so many it had counted")


@on_each_node
def test_references_to_what_we_were_never_given_are_refused(target, endpoint):
    with RawPeer(endpoint) as peer:
        for id_ in (1, 0x10001, 12345, MANY):
            got = peer.call(REGISTER, data(1, b"never") + number(2, 1), caps=[cap(RECEIVER, id_)])
            expect(got.hr == INVALID_OBJECT and got.executed == 0, f"{id_}: {got}")
        got = peer.call(REGISTER, data(1, b"twice") + number(2, 1) + number(2, 1), caps=[cap(RECEIVER, 0)])
        expect(got.hr == S_OK and peer.unregister("twice").hr == S_OK, f"{got}")


@on_each_node
def test_more_references_than_a_node_keeps_are_refused(target, endpoint):
    with RawPeer(endpoint) as peer:
        outcomes = [peer.register(f"many{id_}", cap(SENDER, id_)).hr for id_ in range(1, 200 if target.is_kernel else 1200)]
        expect(outcomes[:100] == [S_OK] * 100, "there is room for some")
        expect(set(outcomes) <= {S_OK, OUT_OF_RESOURCES, E_OUTOFMEMORY} and len(set(outcomes)) > 1, f"{set(outcomes)}")
        expect(peer.alive(), "the link goes on")
    wait_until(lambda: gone(endpoint, "many1"), SETTLE_S, "the end of what the peer had registered")


@on_each_node
def test_more_references_than_a_peer_may_hold_are_refused(target, endpoint):
    room, step = (128, 100) if target.is_kernel else (220, 110)  # a Linux node has less room for names than for references
    with RawPeer(endpoint) as one, RawPeer(endpoint) as two, RawPeer(endpoint) as holder:
        names = [(peer, f"{name}{id_}") for peer, name in ((one, "one"), (two, "two")) for id_ in range(1, step + 1)]
        for peer, name in names:
            got = peer.register(name, cap(SENDER, int(name[3:])))
            expect(got.hr == S_OK, f"{name}: {got}")
        outcomes = [holder.call(BIND, data(1, name.encode())).hr for _, name in names]
        expect(outcomes == [S_OK] * room + [OUT_OF_RESOURCES] * (len(names) - room), f"{outcomes.count(S_OK)} were given")
        expect(holder.alive() and one.alive() and two.alive(), "all links go on")
        for peer, name in names:
            expect(peer.unregister(name).hr == S_OK, name)


def gone(endpoint, name):
    with RawPeer(endpoint) as peer:
        got = peer.call(BIND, data(1, name.encode() + b"/x"))
        return got.hr in (DISCONNECTED, NOT_FOUND)


@on_each_node
def test_a_link_that_ends_under_the_return_of_a_last_reference(target, endpoint):
    with RawPeer(endpoint) as keeper:
        for id_ in range(1, 30):
            name = f"last{id_}"
            got = keeper.register(name, cap(SENDER, id_))
            expect(got.hr == S_OK, f"{name}: {got}")
            with RawPeer(endpoint) as peer:
                peer.begin(BIND, data(1, name.encode()))
            expect(keeper.unregister(name).hr == S_OK, name)
        while not set(range(1, 30)) <= keeper.released:  # each is given back to its owner, whoever else was about to get it
            keeper.receive()


def ticks_again(endpoint):
    """Whether somebody else may start a ticker, once the ticks of who is gone have failed."""
    with RawPeer(endpoint) as peer:
        begun = peer.begin(START, number(1, 1) + number(3, 1) + number(4, 1), target=peer.bind("ticker"), iid=ITICKER, caps=[cap(SENDER, OURS)])
        return peer.serve(begun, lambda got: {}).hr == S_OK


@on_each_node
def test_an_object_that_calls_the_peer_that_is_gone(target, endpoint):
    for _ in range(5):
        with RawPeer(endpoint) as peer:
            ticker = peer.bind("ticker")
            begun = peer.begin(START, number(1, 1) + number(3, 100) + number(4, 1), target=ticker, iid=ITICKER, caps=[cap(SENDER, OURS)])
            expect(peer.serve(begun, lambda got: {}).hr == S_OK, "it ticks")
            peer.answer(peer.next_call())  # and goes on ticking when we are gone


@on_each_node
def test_what_is_started_for_later_has_a_limit(target, endpoint):
    with RawPeer(endpoint) as peer:
        ticker = peer.bind("ticker")
        got = []
        for _ in range(TICKERS_MAX + 4):
            begun = peer.begin(START, number(1, 1) + number(3, 100) + number(4, 200), target=ticker, iid=ITICKER, caps=[cap(SENDER, OURS)])
            got.append(peer.serve(begun, lambda got: {}).hr)
        refused = got.count(OUT_OF_RESOURCES)
        expect(refused >= 4 and got.count(S_OK) + refused == len(got), f"a few are refused: {[hex(hr) for hr in got]}")
    wait_until(lambda: ticks_again(endpoint), SETTLE_S, "room for the next")


@on_each_node
def test_references_in_a_circle_end_with_the_link(target, endpoint):
    with RawPeer(endpoint) as peer:
        expect(peer.register("circle", cap(SENDER, OURS)).hr == S_OK, "the node holds ours")
        peer.bind("probe")  # and we hold the node's
        peer.bind("circle")
    wait_until(lambda: gone(endpoint, "circle"), SETTLE_S, "its end")


@at_the_end_of_each_node
def test_nothing_is_left_of_all_that(target):
    expect_nothing_left(target)


def test_the_sanitized_node_ends_without_complaints():
    NODES.end_linux()


if __name__ == "__main__":
    main(globals())
