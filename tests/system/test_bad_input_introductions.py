#!/usr/bin/python3
"""Introductions that lead nowhere, in circles, or to what was meant for somebody else. The list behind it: README.md."""
import itertools
import os
import socket
import time

from bad_input import *
from system import main, wait_until

IINTRODUCTION = interface("6d6d6c01-0003-4001-8001-000000000020")
INTRODUCE, PROVIDE, ACCEPT, METHODS = 3, 4, 5, 6
E_NOTIMPL = 0x80004001
OFFERS_MAX, OFFER_S = 8, 10
OURS, OTHER = 5, 6  # ids of objects of ours


def leads_on(id_):
    """A reference to an object that we say is another node's."""
    return cap(SENDER, id_) + number(5, 1)


def token(text):
    return data(1, text)


def introduction(node, name, nonce=bytes(16), incarnation=0):
    """The results of Introduce."""
    return data(1, data(1, token(node)) + number(2, incarnation) + data(3, name) + data(4, token(nonce)))


def provide(peer, target, accepter):
    """The RETURN of Provide; its nonce is nonce_of()."""
    return peer.call(PROVIDE, data(1, token(accepter)), target=target, iid=IINTRODUCTION)


def nonce_of(got):
    expect(got.hr == S_OK, f"Provide: {got}")
    return fields(got.results[2][0])[1][0]


def accept(peer, nonce):
    return peer.call(ACCEPT, data(1, token(nonce)), iid=IINTRODUCTION)


# ---- the node is the object's home ----

@on_each_node
def test_a_nonce_is_good_once_for_one_peer_and_not_for_long(target, endpoint):
    with RawPeer(endpoint) as giver, RawPeer(endpoint, hello(node_id=b"who may accept..")) as taker, RawPeer(endpoint) as thief:
        probe = giver.bind("probe")
        nonce = nonce_of(provide(giver, probe, b"who may accept.."))
        expect(len(nonce) == 16 and any(nonce), nonce.hex())
        for peer, text in ((thief, nonce), (giver, nonce), (taker, bytes(16)), (taker, nonce[::-1]), (taker, nonce[:-1] + bytes([nonce[-1] ^ 1]))):
            got = accept(peer, text)
            expect(got.hr == INVALID_OBJECT and not got.caps, f"not for this one: {got}")
        got = accept(taker, nonce)
        expect(got.hr == S_OK and taker.increment(got.caps[0][1], 1).hr == S_OK, f"{got}")
        for peer in (taker, taker, thief):
            expect(accept(peer, nonce).hr == INVALID_OBJECT, "it was accepted already")
        late = nonce_of(provide(giver, probe, b"who may accept.."))
        given_up = nonce_of(provide(giver, probe, b"who may accept.."))
        for _ in range(OFFER_S + 1):
            time.sleep(1)
            expect(all(peer.alive() for peer in (giver, taker, thief)), "all answer meanwhile")
        expect(accept(taker, late).hr == INVALID_OBJECT, "it is too late")
        soon = nonce_of(provide(giver, probe, b"who may accept.."))
        giver.send(frame(RELEASE, release((probe, 1))))
        expect(giver.alive() and accept(taker, soon).hr == INVALID_OBJECT, "who had it provided does not hold it any more")
        expect(accept(taker, given_up).hr == INVALID_OBJECT, "nor this")


@on_each_node
def test_provided_objects_are_few_and_one_peer_s_are_nobody_else_s(target, endpoint):
    with RawPeer(endpoint) as flood, RawPeer(endpoint) as other:
        probe = flood.bind("probe")
        calls = [flood.begin(PROVIDE, data(1, token(os.urandom(16))), target=probe, iid=IINTRODUCTION) for _ in range(60)]
        outcomes = [flood.finish(call_id).hr for call_id in calls]  # 60 at once are more than a kernel runs
        expect(outcomes.count(S_OK) == OFFERS_MAX and set(outcomes) <= {S_OK, OUT_OF_RESOURCES, RETRYLATER}, f"{outcomes}")
        expect(provide(flood, probe, os.urandom(16)).hr == OUT_OF_RESOURCES, "no more of them, however slowly")
        nonce_of(provide(other, other.bind("probe"), bytes(16)))
        for _ in range(300):
            expect(accept(other, os.urandom(16)).hr == INVALID_OBJECT, "nobody guesses one")
        expect(flood.alive() and other.alive(), "the links go on")


@on_each_node
def test_requests_that_are_wrong_or_not_for_this_node_are_refused(target, endpoint):
    with RawPeer(endpoint) as peer:
        probe = peer.bind("probe")
        for method in (0xFFFFFFFF, METHODS, 1, 2, 1 << 31):
            got = peer.call(method, target=probe, iid=IINTRODUCTION)
            expect(got.hr == INVALIDMETHOD and got.executed == 0, f"{method}: {got}")
        for where in (probe, 0):
            got = peer.call(INTRODUCE, target=where, iid=IINTRODUCTION)
            expect(got.hr == E_NOTIMPL, f"its own object: {got}")
        for method in (PROVIDE, ACCEPT):
            for size in (1, 15, 17, 1000):
                got = peer.call(method, data(1, token(b"x" * size)), target=probe, iid=IINTRODUCTION)
                expect(got.hr == SERVER_CANTUNMARSHAL and got.executed == 0, f"{method}, {size} bytes: {got}")
        got = peer.call(QUERY_INTERFACE, data(1, IINTRODUCTION), target=probe, iid=IUNKNOWN)
        expect(got.hr == E_NOINTERFACE, f"it is no interface of the object: {got}")
        got = peer.call(PROVIDE, data(1, token(bytes(16))), target=0x20001, iid=IINTRODUCTION)
        expect(got.hr == INVALID_OBJECT, f"nothing was given: {got}")


# ---- the node is who was given a detour ----

class Detour:
    """We pass an object on to the node under a name; another peer calls it there, so that the node calls us."""
    numbers = itertools.count()

    def __init__(self, endpoint, answer, id_=OURS):
        """`answer`: what we say to Introduce, arguments of reply(); None: nothing."""
        self.answer, self.asked, self.called, self.id = answer, 0, 0, id_
        self.giver, self.user = RawPeer(endpoint), RawPeer(endpoint)
        name = f"led{next(Detour.numbers)}"  # of its own: a node takes a while to forget those whose giver is gone
        call_id = self.giver.begin(REGISTER, data(1, name.encode()) + number(2, 1), caps=[leads_on(id_)])
        got = self.giver.serve(call_id, self.serve)
        expect(got.hr == S_OK, f"{got}")
        registered[endpoint].append(name)
        self.led = self.user.bind(name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.giver.close()
        self.user.close()

    def serve(self, got):
        parts = fields(got.body)
        if parts[2][0] == IINTRODUCTION:
            expect((parts[1] or [0])[0] == self.id and parts[4] == [INTRODUCE], f"{dict(parts)}")
            self.asked += 1
            return self.answer
        if (parts[4] or [0])[0] == QUERY_INTERFACE:
            return {"hr": S_OK if fields(parts[10][0])[1] == [IPROBE] else E_NOINTERFACE}
        self.called += 1
        return {"hr": S_OK}

    def call(self):
        """Has the node call us; it may ask to be introduced before or behind that."""
        before, call_id = self.called, self.user.begin(NULL, target=self.led, iid=IPROBE)
        while self.called == before:
            self.turn()
        got = self.user.finish(call_id)
        expect(got.hr == S_OK, f"{got}")

    def turn(self):
        """Answers one call of the node."""
        got = self.giver.next_call()
        options = self.serve(got)
        if options is not None:
            self.giver.answer(got, **options)

    def until_asked(self, count):
        deadline = time.monotonic() + 20
        while self.asked < count:
            expect(time.monotonic() < deadline, f"it was asked {self.asked} times")
            self.call()
            time.sleep(0.02)


def lead(endpoint, **options):
    """A detour whose introductions end in nothing: the calls go on by it, and are made once each."""
    with Detour(endpoint, options) as detour:
        detour.until_asked(1)
        before = detour.called
        for _ in range(10):
            detour.call()
        expect(detour.called == before + 10, f"{detour.called - before} calls of 10")
        expect(detour.giver.alive() and detour.user.alive(), "the links go on")


@on_each_node
def test_introductions_that_lie_leave_the_detour(target, endpoint):
    with RawPeer(endpoint, greeting=None) as peer:
        peer.send(frame(HELLO, hello()))
        of_node = fields(peer.expect(WELCOME).body)[5][0]
    for node, name in ((bytes(16), b""), (os.urandom(16), b"absent"), (of_node, b"n1"), (os.urandom(16), b"n1"), (b"\xff" * 16, b"../n1")):
        lead(endpoint, results=introduction(node, name, os.urandom(16)))


@on_each_node
def test_introductions_that_are_malformed_leave_the_detour(target, endpoint):
    for results in (b"", data(1, b""), data(1, data(1, token(b"short"))), introduction(bytes(16), b"\xff\xfe"), introduction(bytes(16), b"x" * 400)):
        lead(endpoint, results=results)
    for hr in (E_NOTIMPL, E_NOINTERFACE, DISCONNECTED, RETRYLATER, 0x7FFFFFFF):
        lead(endpoint, hr=hr)


@on_each_node
def test_no_introduction_makes_a_node_connect_to_where_it_says(target, endpoint):
    with socket.socket() as bait:
        bait.bind(("127.0.0.1", 0))
        bait.listen()
        bait.settimeout(1)
        where = "127.0.0.1:%d" % bait.getsockname()[1]
        for name in ("tcp:" + where, "../" + where, "udp:" + where, where):
            lead(endpoint, results=introduction(os.urandom(16), name.encode()[:31], os.urandom(16)))
        try:
            bait.accept()
            raise AssertionError("the node has connected")
        except TimeoutError:
            pass


@on_each_node
def test_who_never_answers_keeps_no_call_waiting(target, endpoint):
    with Detour(endpoint, None) as detour:
        detour.until_asked(1)
        begin = time.monotonic()
        for _ in range(20):
            detour.call()
        expect(time.monotonic() - begin < 2.5, f"{time.monotonic() - begin:.1f} s for 20 calls")


class Home(RawPeer):
    """A peer that says who it is, so that it can be meant by an introduction."""

    def __init__(self, endpoint, id_):
        super().__init__(endpoint, hello(node_id=id_))


def accept_at(home, detour, **options):
    """The node comes to accept; that is answered so."""
    deadline = time.monotonic() + 20
    home.socket.settimeout(0.02)
    while True:
        try:
            got = home.next_call()
            break
        except TimeoutError:
            expect(time.monotonic() < deadline, "the node did not come")
            detour.call()
    home.socket.settimeout(20)
    parts = fields(got.body)
    expect(parts[2] == [IINTRODUCTION] and parts[4] == [ACCEPT] and not (parts[1] or [0])[0], f"{dict(parts)}")
    home.answer(got, **options)
    return fields(fields(parts[10][0])[1][0])[1][0]


@on_each_node
def test_what_is_accepted_must_be_of_that_node_itself(target, endpoint):
    """Else two that pass a reference to each other would lead in a circle."""
    for wrong in ({"caps": [leads_on(OTHER)], "results": number(2, 1)}, {"caps": [cap(NIL)], "results": number(2, 1)}, {"results": number(2, 0)},
                  {"caps": [cap(RECEIVER, 0)], "results": number(2, 1)}, {"results": number(2, 7)}, {"hr": INVALID_OBJECT}, {"hr": E_FAIL}):
        id_ = os.urandom(16)
        with Home(endpoint, id_) as home, Detour(endpoint, {"results": introduction(id_, b"", b"n" * 16)}) as detour:
            expect(accept_at(home, detour, **wrong) == b"n" * 16, "the nonce")
            expect(home.alive(), "the link goes on")
            for _ in range(10):
                detour.call()
            if "caps" in wrong and wrong["caps"][0] == leads_on(OTHER):
                wait_until(lambda: home.alive() and OTHER in home.released, 5, "giving back what was not wanted")


@on_each_node
def test_an_introduction_that_holds_takes_the_calls_over(target, endpoint):
    id_ = os.urandom(16)
    with Home(endpoint, id_) as home, Detour(endpoint, {"results": introduction(id_, b"", b"n" * 16)}) as detour:
        accept_at(home, detour, caps=[cap(SENDER, OTHER)], results=number(2, 1))
        wait_until(lambda: detour.giver.alive() and OURS in detour.giver.released, 5, "giving the detour back")
        before = detour.called
        call_id = detour.user.begin(NULL, target=detour.led, iid=IPROBE)
        got = home.next_call()
        expect(fields(got.body)[1] == [OTHER], f"{dict(fields(got.body))}")
        home.answer(got)
        expect(detour.user.finish(call_id).hr == S_OK and detour.called == before, "it has gone straight")
        detour.giver.close()
        call_id = detour.user.begin(NULL, target=detour.led, iid=IPROBE)
        home.answer(home.next_call())
        expect(detour.user.finish(call_id).hr == S_OK, "who passed it on is needed no more")
        home.close()
        got = detour.user.call(NULL, target=detour.led, iid=IPROBE)
        expect(got.hr == DISCONNECTED, f"{got}")


@at_the_end_of_each_node
def test_nothing_is_left_of_all_that(target):
    expect_nothing_left(target)


def test_the_sanitized_node_ends_without_complaints():
    NODES.end_linux()


if __name__ == "__main__":
    main(globals())
