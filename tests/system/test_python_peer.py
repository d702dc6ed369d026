#!/usr/bin/python3
"""A peer that shares no code with the project (examples/python): it calls, is called back and is called, by Linux and by
kernel nodes; what it does wrong on purpose ends its own link and nothing else."""
import os
import socket
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
            begin, run = peer.begin, peer.run
            peer.begin = lambda target, iid, method, *more: sent.append(method) or begin(target, iid, method, *more)
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


def recorded(peer):
    """What it sends and takes from here on: kinds of frames, those that came in lower case."""
    names = {mmlite.CALL: "CALL", mmlite.RETURN: "RETURN", mmlite.CANCEL: "CANCEL", mmlite.RELEASE: "RELEASE"}
    frames, send, handle = [], peer.send, peer.handle

    def sent(kind, *more, **named):
        frames.append(names.get(kind, "OTHER"))
        return send(kind, *more, **named)

    def came(kind, *more):
        frames.append(names.get(kind, "OTHER").lower())
        return handle(kind, *more)

    peer.send, peer.handle = sent, came
    return frames


def fails_unexecuted(hr, call):
    try:
        call()
    except mmlite.CallFailed as failure:
        expect((failure.hr, failure.executed) == (hr, "no"), failure)
        return
    raise AssertionError("it should have failed with 0x%08x" % hr)


def test_it_calls_what_calls_will_return():
    with cluster("--nodes", "n1=linux,n2") as here:
        messages = mmlite.Messages(MESSAGES)
        for node in ("n1", "n2"):
            peer = mmlite.Peer(here.nodes()[node]["endpoint"], messages)
            expect(peer.bind("stations", "ILine").Find(name="Zoo").out_station, "it is loaded")
            frames = recorded(peer)
            probe = peer.bind_pipelined("probe", "IProbe")
            expect(probe.Increment(value=41).out_value == 42, "a bind and a call")
            calls = [frame for frame in frames if frame != "other" and frame != "OTHER"]
            expect(calls == ["CALL", "CALL", "return", "CANCEL", "return"], f"both left before anything came: {calls}")
            expect(probe.Increment(value=1).out_value == 2, "straight to the object from now on")
            probe.close()

            del frames[:]
            first = peer.bind_pipelined("stations", "ILine").begin("Find", name="Market")
            second = first.promise("out_station", "IStation").begin("GetNext")
            third = second.promise("out_next", "IStation")
            expect(third.GetName(capacity=32).name == "Museum", "a chain")
            expect(frames[:4] == ["CALL"] * 4, f"all of it left at once: {frames}")
            expect(isinstance(first.result().out_station, mmlite.Proxy), "the results are there as ever")

            fails_unexecuted(mmlite.NS_E_NOT_FOUND, peer.bind_pipelined("nothing", "IProbe").Null)
            last = peer.bind_pipelined("stations", "ILine").begin("Find", name="Zoo").promise("out_station", "IStation")
            behind = last.begin("GetNext").promise("out_next", "IStation").begin("GetNext")
            fails_unexecuted(0x80040203, lambda: behind.promise("out_next", "IStation").GetName(capacity=32))
            fails_unexecuted(0x80040203, behind.result)

            slow = peer.bind_pipelined("probe", "IProbe").begin("Sleep", duration_ms=10)
            slow.result()
            given_up = mmlite.Proxy(peer, 0, "INamespace").begin("Bind", path="probe")
            given_up.cancel()
            fails_unexecuted(mmlite.RPC_E_CALL_CANCELED, given_up.promise("out_object", "IProbe").Null)
            peer.serve_until(time.monotonic() + 0.2)
            expect(not peer.taken and not peer.kept and not peer.forgotten, "nothing is left of all that")
            peer.close()


def test_without_promises_the_same_program_asks_step_by_step():
    with cluster("--nodes", "n1=linux") as here:
        peer = mmlite.Peer(here.nodes()["n1"]["endpoint"], mmlite.Messages(MESSAGES))
        peer.features &= ~mmlite.PIPELINE
        frames = recorded(peer)
        expect(peer.bind_pipelined("probe", "IProbe").Increment(value=41).out_value == 42, "a bind and a call")
        expect([frame for frame in frames if "call" in frame.lower() or frame == "return"] == ["CALL", "return", "CALL", "return"], frames)
        fails_unexecuted(mmlite.NS_E_NOT_FOUND, peer.bind_pipelined("nothing", "IProbe").Null)
        peer.close()


class Folder(mmlite.Object):
    """Names, found so slowly that the calls behind come before they are."""
    interfaces = ("INamespace",)

    def __init__(self, names):
        self.names, self.peer, self.waited = names, None, []

    def Bind(self, arguments):
        name = arguments.path.strip("/")
        give_up = time.monotonic() + 10
        while not self.count_waiting() and time.monotonic() < give_up:
            self.peer.serve_until(time.monotonic() + 0.02)
        self.waited.append(self.count_waiting())
        if name not in self.names:
            raise mmlite.CallFailed(mmlite.NS_E_NOT_FOUND, name + " is not here", "yes")
        return {"out_object": self.names[name]}

    def count_waiting(self):
        return sum(len(answer.waiting) for answer in self.peer.answers.known.values())

    def Register(self, arguments):
        if isinstance(arguments.object, mmlite.Proxy):
            arguments.object.keep()
        self.names[arguments.path.strip("/")] = arguments.object


class Probe(mmlite.Object):
    interfaces = ("IProbe",)

    def Increment(self, arguments):
        return {"out_value": arguments.value + 1}


def test_a_program_in_c_calls_what_its_calls_will_return():
    inner = Folder({"probe": Probe()})
    outer = Folder({"folder": inner, "null": None})
    with socket.create_server(("127.0.0.1", 0)) as listener, place() as here:
        program = subprocess.Popen([os.path.join(ROOT, "build", "tests", "call_ahead"), "tcp:127.0.0.1:%d" % listener.getsockname()[1]],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        here.programs.append(program)
        peer = mmlite.Peer(listener.accept()[0], mmlite.Messages(MESSAGES), root=outer)
        outer.peer = inner.peer = peer
        try:
            peer.serve_until(time.monotonic() + 20)
            raise AssertionError("it does not end")
        except mmlite.Disconnected:
            pass
        out, err = program.communicate(timeout=10)
        expect(out == "probe: S_OK, executed: yes\n42\n"
                      "absent: NS_E_NOT_FOUND, executed: no\n0\n"
                      "probe: NS_E_NOT_FOUND, executed: no\n0\n"
                      "null: RPC_E_INVALID_OBJECT, executed: no\n"
                      "own: CO_E_OBJNOTCONNECTED, executed: no\n" and not err and program.returncode == 0, out + err)
        expect(all(outer.waited + inner.waited), f"calls waited for those before them: {outer.waited} {inner.waited}")
        expect(not peer.answers.known, "nothing is kept of calls that are over")


if __name__ == "__main__":
    main(globals())
