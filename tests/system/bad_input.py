"""What the tests of bad input share: nodes of every kind that go on from test to test, and what must be true of them after each.

The nodes of a file's tests are tried side by side, each by one test after the other. They are started by the first test that
needs them and end with the file: a Linux node under ASan and UBSan, reached by TCP and by
a unix socket, and kernels on both processors, reached by TCP through their cluster's network. Beside each test a good peer goes on
calling: it must never fail, and never wait for long.
"""
import atexit
import contextlib
import functools
import os
import subprocess
import threading
import time

from raw_peer import *  # for the tests, too
from system import ARMV7M, I386, ROOT, Place, expect, is_alive, succeeds, wait_until

SANITIZED = os.environ.get("SANITIZED_NODE") or os.path.join(ROOT, "build", "linux-asan", "bin", "mml")
WARM_UP_LINKS = 5  # fewer than a kernel takes
PATIENCE_S = 4  # of the good peer with one call; the machine is busy with other things, too
SETTLE_S = 8  # until the node has let go of what a peer that is gone held
STILL_S = 1.2  # without a change: it keeps the rest
LINGER_S = 30  # longer than a node keeps some of a link that it ended, since its peer may not know it
RUNS_MAX = 3
GROWTH_MAX_KB = 48 * 1024  # of a Linux node, by all tests of a file together: the sanitizer keeps what was freed for a while
TICKS_S = 0.01


class GoodPeer:
    """Calls the node again and again, in a thread."""

    def __init__(self, target):
        self.target, self.count, self.slowest, self.failure = target, 0, 0, None
        self.peer = RawPeer(target.endpoint(), limit=20)
        self.probe = self.peer.bind("probe")
        self.turn = threading.Lock()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.failure:
            try:
                with self.turn:
                    begin = time.monotonic()
                    got = self.peer.increment(self.probe, self.count, timeout_us=20_000_000)
                    self.slowest = max(self.slowest, time.monotonic() - begin)
                expect(got.hr == S_OK and got.results[2] == [zigzag(self.count + 1)], f"the good peer got {got}")
                self.count += 1
            except (Ended, OSError, AssertionError) as failure:
                self.failure = failure
            time.sleep(TICKS_S)

    def free_bytes(self):
        with self.turn:
            got = self.peer.call(GET_FREE_BYTES, target=self.probe, iid=IPROBE)
        return got.results[1][0] if got.hr == S_OK else None

    def forget(self, names):
        """Takes names away that a peer left behind."""
        while names:
            with self.turn:
                self.peer.call(UNREGISTER, data(1, names.pop().encode()))

    def warm_up(self):
        """Has the node fill its lists of what it keeps for later, so that it needs no more for that."""
        strangers = [RawPeer(self.target.endpoint(), limit=20) for _ in range(WARM_UP_LINKS)]
        for stranger in strangers:
            stranger.send(b"".join(frame(CALL, call(SLEEP, number(1, 50), target=stranger.bind("probe"), iid=IPROBE), id_)
                                   for id_ in range(1, 5)))
        for stranger in strangers:
            for _ in range(4):
                stranger.expect(RETURN)
            stranger.send(frame(CALL, b"half of it", size=100))
        time.sleep(0.2)
        for stranger in strangers:
            stranger.close()
        time.sleep(0.5)

    def expect_well(self):
        """It goes on, and never had to wait for long since it was asked the last time."""
        before = self.count
        wait_until(lambda: self.failure or self.count > before + 1, PATIENCE_S * 4, f"the next call of the good peer of {self.target.name}")
        slowest, self.slowest = self.slowest, 0
        expect(not self.failure, f"the good peer: {self.failure!r}")
        expect(slowest < PATIENCE_S, f"the good peer waited {slowest:.1f} s")


class Nodes:
    """The nodes of a file of tests."""

    def __init__(self):
        self.place = Place()
        self.linux, self.cluster, self.good, self.starting = None, None, {}, threading.Lock()
        self.components = None  # a folder of images that all of them may load; set before the first test
        atexit.register(self.place.end)

    def start_linux(self):
        if self.linux:
            return
        unix = os.path.join(self.place.folder, "node")
        environment = dict(self.place.environment, ASAN_OPTIONS="quarantine_size_mb=8:detect_leaks=1", UBSAN_OPTIONS="print_stacktrace=1")
        self.linux = subprocess.Popen([SANITIZED, "node", "--name", "n1", "--listen", f"tcp:127.0.0.1:0 unix:{unix}", "--directory", "self", *(["--components", self.components] if self.components else [])],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.place.programs.append(self.linux)
        words = self.linux.stdout.readline().split()
        expect(words[:1] == ["ready:"], f"the node did not start: {words}")
        self.endpoints = {word.partition(":")[0]: word for word in words[3:]}
        self.first_kb = None

    def start_kernels(self):
        with self.starting:
            if not self.cluster:
                served = ["--dir", "components=" + self.components] if self.components else []
                succeeds(self.place.mml("cluster", "up", "--nodes", "i386=i386,armv7m=armv7m", *served))
                self.cluster = self.place.nodes()

    def end_linux(self):
        """Ends the Linux node; what the sanitizers say about all that happened to it."""
        for target in TARGETS:
            if isinstance(target, LinuxTarget) and target.name in self.good:
                self.good.pop(target.name)
        node, self.linux = self.linux, None
        node.terminate()
        out, err = node.communicate(timeout=30)
        expect(node.returncode == 0 and "ERROR" not in err and "runtime error" not in err, f"it ended with {node.returncode}: {out}{err}")


NODES = Nodes()


class LinuxTarget:
    """The Linux node by one of its transports."""
    lingering, left, first = (1, 0), (1, 0), None  # the good peer of the other transport

    def __init__(self, transport):
        self.name, self.lane, self.transport, self.is_kernel = "linux_" + transport, "linux", transport, False

    def endpoint(self):
        NODES.start_linux()
        return NODES.endpoints[self.transport]

    def resources(self):
        """Of what there must not be more afterwards: descriptors and threads."""
        pid = NODES.linux.pid
        return len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task"))

    def check(self):
        if NODES.linux.poll() is not None:
            raise AssertionError("the node is gone: " + "".join(NODES.linux.communicate()))
        with open(f"/proc/{NODES.linux.pid}/status") as status:
            kb = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        NODES.first_kb = NODES.first_kb or kb
        expect(kb < NODES.first_kb + GROWTH_MAX_KB, f"the node grew from {NODES.first_kb} KB to {kb} KB")


class KernelTarget:
    """A kernel in QEMU."""
    lingering, left, first = (64 * 1024,), (16 * 1024,), None

    def __init__(self, kernel):
        self.name, self.lane, self.transport, self.is_kernel = kernel.name, kernel.name, "tcp", True

    def endpoint(self):
        NODES.start_kernels()
        return NODES.cluster[self.name]["endpoint"]

    def resources(self):
        """Of what there must not be more afterwards: bytes that are used."""
        return (-NODES.good[self.name].free_bytes(),)

    def check(self):
        expect(is_alive(NODES.cluster[self.name]["pid"]), "the machine is gone")


LINUX_TARGETS = [LinuxTarget("tcp"), LinuxTarget("unix")]
KERNEL_TARGETS = [KernelTarget(I386), KernelTarget(ARMV7M)]
TARGETS = [*LINUX_TARGETS, *KERNEL_TARGETS]


def settles(target, before):
    """Whether the node needs no more than before, once it has let go of everything. Returns that and what it needs."""
    last, since = None, time.monotonic()
    deadline = since + SETTLE_S
    while True:
        now = target.resources()
        if all(new <= old for new, old in zip(now, before)):
            return True, now
        if now != last:
            last, since = now, time.monotonic()
        if time.monotonic() > min(deadline, since + STILL_S):
            return False, now
        time.sleep(0.02)


def watch(mischief, target):
    """Runs it against a node that must come through it whole, and need no more afterwards, but for links that linger; it may take
    a while until others have ended."""
    endpoint = target.endpoint()
    good = NODES.good.get(target.name)
    if not good or good.failure:
        good = NODES.good[target.name] = GoodPeer(target)
        good.warm_up()
    good.expect_well()
    needs = []
    for _ in range(RUNS_MAX):
        target.first = target.first or target.resources()
        before = [first + more for first, more in zip(target.first, target.lingering)]
        try:
            mischief(target, endpoint)
        finally:
            good.forget(registered[endpoint])
        good.expect_well()
        target.check()
        flat, after = settles(target, before)
        needs.append(after)
        if flat:
            return
    raise AssertionError(f"the node needs more, at first {target.first}: {needs}")


def on_each_node(mischief):
    """A test that does something bad to each kind of node, by each transport."""
    @functools.wraps(mischief)
    def test(target):
        watch(mischief, target)
    test.systems = TARGETS
    return test


def on_each_linux(mischief):
    """The same for nodes that are processes."""
    test = on_each_node(mischief)
    test.systems = LINUX_TARGETS
    return test


def at_the_end_of_each_node(test):
    test.systems = TARGETS
    return test


def expect_nothing_left(target):
    """What a node kept of links that it had ended is gone, too: a leak of anything that went before would show."""
    if target.first:
        wait_until(lambda: all(now <= first + more for now, first, more in zip(target.resources(), target.first, target.left)),
                   LINGER_S, f"what the node needs, at first {target.first}, now {target.resources()},")


def end_of(endpoint, text, greeting=b"", half=False):
    """Sends the bytes on a link of their own, which the node must end; what it says about it. `half`: our side of the stream ends
    with them."""
    with RawPeer(endpoint, greeting) as peer:
        peer.send(text)
        if half:
            with contextlib.suppress(OSError):
                peer.socket.shutdown(socket.SHUT_WR)
        return expect_end(peer)


def is_aborted(endpoint, hr, *texts, greeting=b""):
    """Each of the texts ends a link of its own with that code."""
    for text in texts:
        ended = end_of(endpoint, text, greeting)
        expect(ended.hr == hr, f"after {text[:60]!r}: expected 0x{hr:08X}, got {ended}")


def is_refused(endpoint, hr, *bodies):
    """Each of the CALL bodies fails with that code without having been executed, and the link goes on."""
    with RawPeer(endpoint) as peer:
        for call_id, body in enumerate(bodies, 1):
            peer.send(frame(CALL, body, call_id))
            got = peer.finish(call_id)
            expect(got.hr == hr and got.executed == 0, f"after {body[:60]!r}: expected 0x{hr:08X}, not executed, got {got}")
        expect(peer.alive(), "the link goes on")


def ends_with(peer, hr):
    """The node ends this link with that code."""
    ended = expect_end(peer)
    expect(ended.hr == hr, f"expected 0x{hr:08X}, got {ended}")


def expect_end(peer):
    """The node ends this link; what it says about it."""
    try:
        while True:
            peer.receive()
    except Ended as ended:
        return ended
    except TimeoutError:
        raise AssertionError("the link goes on") from None
