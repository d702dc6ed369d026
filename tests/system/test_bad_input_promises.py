#!/usr/bin/python3
"""Calls of results that are still to come, as no good peer makes them: each has the outcome that is defined for it, or ends its own
link, and what a node keeps for them is bounded."""
import contextlib
import itertools

from bad_input import *
from system import main

OURS = 5  # the id of an object of ours
BOUND = 3  # Bind's out_object
NAMES = itertools.count(1)
MANY = 0xFFFFFFFF
PIPELINED = hello(features=PIPELINE)


def bind_kept(peer, path, **options):
    return peer.begin(BIND, data(1, path.encode()), more=KEEPS, **options)


def null_of(peer, kept, number_=BOUND, more=b"", **options):
    """Calls the probe that a kept call returns."""
    return peer.begin(NULL, target=number_, iid=IPROBE, more=promise(kept) + more, **options)


def cancel(peer, call_id):
    peer.send(frame(CANCEL, b"", call_id, OPTIONAL))


def returns_of(peer, *call_ids):
    """The RETURNs of these calls, which come in any order."""
    got = {}
    while len(got) < len(call_ids):
        one = peer.receive()
        if one.kind == RETURN and one.call_id in call_ids:
            got[one.call_id] = Return(one.body)
    return [got[call_id] for call_id in call_ids]


def is_refusal(got, hr):
    expect(got.hr == hr and got.executed == 0, f"expected 0x{hr:08X}, not executed, got {got}")


def is_refused_with(peer, call_id, hr):
    is_refusal(peer.finish(call_id), hr)


@contextlib.contextmanager
def a_bind_that_waits_for_us(peer):
    """A kept Bind that the node cannot end before we have answered a call; `answer` does that."""
    name = f"promised{next(NAMES)}"
    expect(peer.register(name, cap(SENDER, OURS)).hr == S_OK, "it has a name")
    kept = bind_kept(peer, name + "/below")
    ours = peer.next_call()
    yield kept, lambda **options: peer.answer(ours, **options)


# ---- as it should be ----

@on_each_node
def test_a_bind_and_a_call_in_one_round_trip(target, endpoint):
    with RawPeer(endpoint, PIPELINED) as peer:
        bind, null = frame(CALL, call(BIND, data(1, b"probe"), more=KEEPS), 1), frame(CALL, call(NULL, target=BOUND, iid=IPROBE, more=promise(1)), 2)
        peer.send(bind + null)
        bound, called = returns_of(peer, 1, 2)
        expect(bound.hr == S_OK and called.hr == S_OK and called.executed == 1, f"{bound}, {called}")
        peer.send(frame(CALL, call(NULL, target=BOUND, iid=IPROBE, more=promise(1)), 3))  # behind the Return, before the Cancel
        expect(peer.finish(3).hr == S_OK, "it is kept until then")
        cancel(peer, 1)
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_reference_given_back_behind_a_call_of_it(target, endpoint):
    with RawPeer(endpoint, PIPELINED) as peer:
        for _ in range(50):
            kept = bind_kept(peer, "probe")
            got = peer.finish(kept)
            sleep = peer.begin(SLEEP, number(1, 1), target=BOUND, iid=IPROBE, more=promise(kept))
            peer.send(frame(RELEASE, release((got.caps[0][1], 1))))
            cancel(peer, kept)
            expect(peer.finish(sleep).hr == S_OK, "what runs keeps what it runs on")


@on_each_node
def test_the_failure_of_the_kept_call_is_that_of_the_others(target, endpoint):
    with RawPeer(endpoint, PIPELINED) as peer:
        kept = bind_kept(peer, "nothing")
        for got in returns_of(peer, kept, null_of(peer, kept)):
            is_refusal(got, NOT_FOUND) if got.executed == 0 else expect(got.hr == NOT_FOUND, f"{got}")
        is_refused_with(peer, null_of(peer, kept), NOT_FOUND)
        with a_bind_that_waits_for_us(peer) as (waiting, answer):
            first = null_of(peer, waiting, more=KEEPS)
            second = null_of(peer, first)
            answer(hr=E_FAIL)
            failed, *others = returns_of(peer, waiting, first, second)
            expect(failed.hr & 0x80000000, "the Bind fails")
            for got in others:
                is_refusal(got, failed.hr)


# ---- as it should not be ----

@on_each_node
def test_a_promise_of_a_call_that_never_was(target, endpoint):
    with RawPeer(endpoint, PIPELINED) as peer:
        for call_id in (77, 0x10000, MANY):
            is_refused_with(peer, null_of(peer, call_id), INVALID_OBJECT)
        plain = peer.begin(BIND, data(1, b"probe"))  # not kept
        expect(peer.finish(plain).hr == S_OK, "it is there")
        is_refused_with(peer, null_of(peer, plain), INVALID_OBJECT)
        kept = bind_kept(peer, "probe")
        expect(peer.finish(kept).hr == S_OK, "it is there")
        cancel(peer, kept)
        is_refused_with(peer, null_of(peer, kept), INVALID_OBJECT)  # not any more
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_promise_of_itself(target, endpoint):
    with RawPeer(endpoint, PIPELINED) as peer:
        for call_id, more in ((500, b""), (499, KEEPS)):
            peer.send(frame(CALL, call(NULL, target=BOUND, iid=IPROBE, more=promise(call_id) + more), call_id))
            is_refused_with(peer, call_id, INVALID_OBJECT)
        with a_bind_that_waits_for_us(peer) as (kept, answer):
            peer.send(frame(CALL, call(NULL, target=BOUND, iid=IPROBE, more=promise(kept) + KEEPS), 501))
            peer.send(frame(CALL, call(NULL, target=BOUND, iid=IPROBE, more=promise(501) + KEEPS), 501))  # the id once more
            answer(hr=E_FAIL)
            left = 2
            while left:
                one = peer.receive()
                left -= one.kind == RETURN and one.call_id == 501
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_promise_of_a_result_that_is_none(target, endpoint):
    with RawPeer(endpoint, PIPELINED) as peer:
        kept = bind_kept(peer, "probe")
        expect(peer.finish(kept).hr == S_OK, "it is there")
        for number_ in (0, 1, 2, 4, 8, 255, 0x10000, MANY):
            is_refused_with(peer, null_of(peer, kept, number_), INVALID_OBJECT)
        name = f"promised{next(NAMES)}"
        expect(peer.register(name, cap(SENDER, OURS)).hr == S_OK, "it has a name")
        ours = bind_kept(peer, name)
        expect(peer.serve(ours, lambda got: {"hr": E_NOINTERFACE}).hr == S_OK, "it is there")
        is_refused_with(peer, null_of(peer, ours), OBJECT_NOT_CONNECTED)  # it would come back to us
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_promise_of_what_was_given_back(target, endpoint):
    with RawPeer(endpoint, PIPELINED) as peer:
        kept = bind_kept(peer, "probe")
        got = peer.finish(kept)
        peer.send(frame(RELEASE, release((got.caps[0][1], 1))))
        is_refused_with(peer, null_of(peer, kept), INVALID_OBJECT)
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_promise_without_the_feature_ends_the_link(target, endpoint):
    is_aborted(endpoint, INVALID_DATA, frame(CALL, call(NULL, target=BOUND, iid=IPROBE, more=promise(1)), 2))
    with RawPeer(endpoint) as peer:  # what says only that it is kept is as any
        kept = bind_kept(peer, "probe")
        expect(peer.finish(kept).hr == S_OK, "it is there")
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_calls_that_wait_are_cancelled_one_by_one(target, endpoint):
    with RawPeer(endpoint, PIPELINED) as peer, a_bind_that_waits_for_us(peer) as (kept, answer):
        waiting = [null_of(peer, kept) for _ in range(4)]
        for call_id in reversed(waiting):
            cancel(peer, call_id)
            is_refused_with(peer, call_id, CANCELED)
            cancel(peer, call_id)  # nothing any more
        late = null_of(peer, kept, timeout_us=1)
        cancel(peer, kept)
        denied = null_of(peer, kept)  # who says that may not name it any more
        answer(hr=E_FAIL)
        waited, refused = returns_of(peer, late, denied)
        expect(waited.hr & 0x80000000 and waited.executed == 0, f"who waits hears of it: {waited}")
        is_refusal(refused, INVALID_OBJECT)
        expect(peer.alive(), "the link goes on")


@on_each_node
def test_a_link_that_ends_with_calls_that_wait(target, endpoint):
    for _ in range(5):
        with RawPeer(endpoint, PIPELINED) as peer, a_bind_that_waits_for_us(peer) as (kept, _):
            for _ in range(3):
                kept = null_of(peer, kept, more=KEEPS)


@on_each_node
def test_ten_thousand_promises(target, endpoint):
    """Of nothing, of one call, and kept for ever: by who counts what he may send, and by who does not."""
    with RawPeer(endpoint, PIPELINED) as peer:
        count = 1000 if target.is_kernel else 10_000
        for _ in range(count // 20):
            calls = [null_of(peer, MANY) for _ in range(20)]
            expect({got.hr for got in returns_of(peer, *calls)} <= {INVALID_OBJECT, RETRYLATER}, "it is nothing")
    with RawPeer(endpoint, PIPELINED) as peer:
        kept = bind_kept(peer, "probe")
        outcomes = set()
        for _ in range(count // 10):
            outcomes.add(peer.finish(null_of(peer, kept, more=KEEPS)).hr)
        expect(outcomes <= {S_OK, INVALID_OBJECT, RETRYLATER} and RETRYLATER in outcomes, f"{[hex(hr) for hr in outcomes]}")
        expect(peer.alive(), "the link goes on")
    with RawPeer(endpoint, PIPELINED) as peer:  # nested ones take no credit
        outcomes = [peer.finish(bind_kept(peer, "probe", depth=1)).hr for _ in range(count // 10)]
        expect(set(outcomes) <= {S_OK, RETRYLATER} and outcomes.count(S_OK) <= 2 * peer.calls_max, "so many are kept")
        expect(peer.alive(), "the link goes on")
    with RawPeer(endpoint, hello(features=PIPELINE | CREDIT)) as peer:
        for _ in range(peer.calls_max):
            expect(peer.finish(bind_kept(peer, "probe")).hr == S_OK, "it is there")
        bind_kept(peer, "probe")  # none is over without its Cancel
        ends_with(peer, OUT_OF_RESOURCES)


@at_the_end_of_each_node
def test_nothing_is_left_of_all_that(target):
    expect_nothing_left(target)


def test_the_sanitized_node_ends_without_complaints():
    NODES.end_linux()


if __name__ == "__main__":
    main(globals())
