#!/usr/bin/python3
"""A peer that shares no code with the project (examples/python): it calls, is called back and is called, by Linux and by
kernel nodes; what it does wrong on purpose ends its own link and nothing else."""
import os
import subprocess
import sys
from system import *

FOLDER = os.path.join(EXAMPLES, "python")
MESSAGES = os.path.join(ROOT, "build", "gen", "messages.bin")
sys.path.insert(0, FOLDER)
import mmlite  # noqa: E402


def run_client(here, endpoint, path):
    """Runs the example; while its object is registered, a client in C calls it by path."""
    client = subprocess.Popen(["/usr/bin/python3", os.path.join(FOLDER, "client.py"), MESSAGES, endpoint],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    here.programs.append(client)
    out = ""
    while not out.endswith("registered as python\n"):
        line = client.stdout.readline()
        if not line:
            raise AssertionError(f"it ended early: {out} {client.communicate()[1]}")
        out += line
    called = succeeds(here.run("01_calculator", path))
    with open(os.path.join(EXAMPLES, "01_calculator", "expected.txt")) as file:
        expect(called.out == file.read(), f"an object in Python answers as one in C does: {called}")
    rest, err = client.communicate("\n", timeout=30)
    with open(os.path.join(FOLDER, "expected.txt")) as file:
        expect(out + rest == file.read() and not err and client.returncode == 0, out + rest + err)
    fails_to_bind = here.run("01_calculator", path)
    expect(fails_to_bind.code == 1 and "NS_E_NOT_FOUND" in fails_to_bind.err, fails_to_bind)


def test_it_works_with_a_linux_node():
    with cluster("--nodes", "n1=linux") as here:
        run_client(here, here.nodes()["n1"]["endpoint"], "/net/n1/python")


def test_it_works_with_a_kernel_node():
    with cluster("--nodes", "n1") as here:
        run_client(here, here.nodes()["n1"]["endpoint"], "/net/n1/python")


def test_a_peer_that_vanishes_takes_its_objects_along():
    with cluster("--nodes", "n1=linux") as here:
        messages = mmlite.Messages(MESSAGES)
        peer = mmlite.Peer(here.nodes()["n1"]["endpoint"], messages)
        root = mmlite.Proxy(peer, 0, "INamespace")
        root.Register(path="gone", object=mmlite.Object(), flags=0)
        peer.close()
        wait_until(lambda: "RPC_E_DISCONNECTED" in here.mml("ping", "/net/n1/gone").err, what="its end")


def aborted(endpoint, messages, mischief):
    """Does something wrong on a link of its own and returns what the node said before it ended the link."""
    peer = mmlite.Peer(endpoint, messages)
    try:
        mischief(peer)
        peer.serve_until(time.monotonic() + 5)
    except mmlite.Disconnected as end:
        return end.detail
    raise AssertionError("the link goes on")


def test_what_is_wrong_ends_that_link_and_no_other():
    with cluster("--nodes", "n1=linux,n2") as here:
        messages = mmlite.Messages(MESSAGES)
        release = messages["mmlite.wire.Release"]()
        release.one.add(id=12345, count=1)
        reply = messages["mmlite.wire.Return"]()
        for node in ("n1", "n2"):
            endpoint = here.nodes()[node]["endpoint"]
            good = mmlite.Peer(endpoint, messages)
            said = aborted(endpoint, messages, lambda peer: peer.send(mmlite.RELEASE, release))
            expect("a Release gives back what was not given" in said, said)
            said = aborted(endpoint, messages, lambda peer: peer.send(mmlite.RETURN, reply, 77))
            expect("a Return is for no call" in said, said)
            said = aborted(endpoint, messages, lambda peer: peer.send(99, reply))
            expect("unknown type" in said, said)
            said = aborted(endpoint, messages, lambda peer: peer.socket.sendall(mmlite.HEADER.pack(2, 0, 0, 1, 3) + b"\xff\xff\xff"))
            expect("a Call is malformed" in said, said)
            expect(good.bind("probe", "IProbe").Increment(value=41).out_value == 42, "others go on")
            good.close()


def test_what_a_node_told_of_its_objects_is_not_asked_and_the_other_way_round():
    with cluster("--nodes", "n1=linux,n2") as here:
        messages = mmlite.Messages(MESSAGES)
        for node in ("n1", "n2"):
            peer = mmlite.Peer(here.nodes()[node]["endpoint"], messages)
            sent, queried = [], []
            exchange, run = peer.exchange, peer.run
            peer.exchange = lambda export, iid, method, *more: sent.append(method) or exchange(export, iid, method, *more)
            peer.run = lambda call_id, message, size: queried.append(message.method) or run(call_id, message, size)

            probe = peer.bind("probe", "IProbe")
            expect(sent == [5] and probe.Increment(value=1).out_value == 2, f"Bind was the only call: {sent}")
            try:
                probe.cast("ITicker")
                raise AssertionError("a probe is no ticker")
            except mmlite.CallFailed as failure:
                expect(failure.hr == mmlite.E_NOINTERFACE and sent == [5, 4], f"nobody was asked: {sent}")

            class Names(mmlite.Object):
                interfaces = ("INamespace",)

                def Bind(self, arguments):
                    raise mmlite.CallFailed(mmlite.NS_E_NOT_FOUND, "nothing is here", "yes")

            mmlite.Proxy(peer, 0, "INamespace").Register(path="mine", object=Names(), flags=0)
            try:
                mmlite.Proxy(peer, 0, "INamespace").Bind(path="mine/below", flags=0)
                raise AssertionError("nothing is there")
            except mmlite.CallFailed as failure:
                expect(failure.hr == mmlite.NS_E_NOT_FOUND, failure)
            expect(queried == [5], f"the node went on to ours at once: {queried}")
            peer.close()


def test_failures_say_whether_the_call_was_executed():
    with cluster("--nodes", "n1=linux") as here:
        peer = mmlite.Peer(here.nodes()["n1"]["endpoint"], mmlite.Messages(MESSAGES))
        probe = peer.bind("probe", "IProbe")
        try:
            probe.Sleep(duration_ms=5000, timeout=0.2)
            raise AssertionError("it should have timed out")
        except mmlite.CallFailed as failure:
            expect(failure.hr == mmlite.RPC_E_TIMEOUT and failure.executed in ("yes", "unknown"), failure)
        expect(probe.Increment(value=1).out_value == 2, "the link goes on")
        wrong = mmlite.Proxy(peer, probe._export + 0x10000, "IProbe")
        try:
            wrong.Null()
            raise AssertionError("a stale reference should fail")
        except mmlite.CallFailed as failure:
            expect(failure.hr == mmlite.RPC_E_INVALID_OBJECT and failure.executed == "no", failure)
        peer.close()


if __name__ == "__main__":
    main(globals())
