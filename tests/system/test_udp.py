#!/usr/bin/python3
"""Clusters whose nodes speak UDP, over links that lose frames; datagrams that no peer sends."""
import contextlib
import json
import os
import re
import random
import socket
import struct
import time
from system import *
import test_python_peer as python_peer_tests
import test_switch as switch_tests
from test_python_peer import mmlite

INIT_BYTES, SHORTEST = 64, 24
INIT, COOKIE, OPEN, ACCEPT, RESET, REFUSE = range(1, 7)


def checksum(data):
    """CRC-32C."""
    code = 0xFFFFFFFF
    for byte in data:
        code ^= byte
        for _ in range(8):
            code = code >> 1 ^ (0x82F63B78 if code & 1 else 0)
    return code ^ 0xFFFFFFFF


def sealed(packet):
    return packet + struct.pack("<I", checksum(packet))


def is_sound(packet):
    return len(packet) >= SHORTEST and struct.unpack("<I", packet[-4:])[0] == checksum(packet[:-4])


def handshake_packet(kind, own_id, word=0, rest=b"", version=1):
    return sealed(struct.pack("<IBBHIII", 0, kind, version, 0, own_id, word, 0) + rest)


@contextlib.contextmanager
def raw_socket(endpoint):
    """A socket for datagrams to a node."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw:
        raw.connect(("127.0.0.1", int(endpoint.split(":")[2])))
        raw.settimeout(0.5)
        yield raw


def ask(raw, packet, limit=5):
    """Sends until an answer comes, as a link may lose either."""
    give_up = time.monotonic() + limit
    while time.monotonic() < give_up:
        raw.send(packet)
        with contextlib.suppress(TimeoutError):
            return raw.recv(2048)
    raise AssertionError("no answer")


def endpoint_of(here, node):
    endpoint = here.nodes()[node]["endpoint"]
    expect(endpoint.startswith("udp:127.0.0.1:"), endpoint)
    return endpoint


def test_nodes_of_every_kind_call_each_other():
    with cluster("--transport", "udp", "--nodes", "n1,n2=armv7m,n3=linux") as here:
        for node in "host", "n1", "n2", "n3":
            endpoint_of(here, node)
            succeeds(here.mml("ping", "-c", "20", node))
        expect("node" in succeeds(here.mml("ls", "/net/n2")).out.split(), "what n2 has")
        path = os.path.join(here.folder, "all.pcap")
        succeeds(here.mml("cluster", "capture", "start", path))
        succeeds(here.run("04_relay", "/net/n1/relay", "/net/n2/probe"))
        succeeds(here.run("04_relay", "/net/n3/relay", "/net/n2/probe"))
        succeeds(here.mml("cluster", "capture", "stop"))
        between = [frame for _, frame in switch_tests.read_pcap(path) if switch_tests.ends_of(frame)]
        direct = [frame for frame in between if switch_tests.ends_of(frame) in
                  (("10.0.2.15", "10.0.2.16"), ("10.0.2.16", "10.0.2.15"))]
        expect(len(direct) >= 4, f"n1 calls n2 directly: {len(direct)} frames")
        expect({frame[23] for frame in between} <= {1, 17}, f"UDP and nothing else: {({frame[23] for frame in between})}")
        expect(all(len(frame) <= 14 + 20 + 8 + 1200 and frame[20] & 0x3F == 0 for frame in between), "no fragments")
        for node, kill in ("n1", ["--kill"]), ("n3", []):
            succeeds(here.mml("cluster", "stop", node, *kill))
            fails(here.mml("ping", "-c", "1", node))
            succeeds(here.mml("cluster", "start", node))
            succeeds(here.mml("ping", "-c", "5", node))


def test_a_thousand_calls_of_each_kernel_over_links_that_lose_a_tenth():
    with cluster("--transport", "udp", "--nodes", "n1,n2=armv7m") as here:
        for seed, node in enumerate(("n1", "n2"), 1):
            switch_tests.link(here, node, "--loss", "10%", "--seed", str(seed))
        for node in "n1", "n2":
            told = json.loads(succeeds(here.mml("--json", "ping", "-c", "1000", node, limit=200)).out)
            expect(told["calls"] == 1000, told)
            expect(told["rtt_ms"]["p50"] < 1000, told)
            lost = switch_tests.link(here, node)
            expect(lost["to"]["counters"]["lost"] > 50 and lost["from"]["counters"]["lost"] > 50, f"a tenth of them: {lost}")
        # Between the two, a third of all questions stay without answer: seven in a row, once in a while, and then the link is given up, or
        # none comes to be.
        runs = [here.run("04_relay", "/net/n1/relay", "/net/n2/probe") for _ in range(5)]
        expect(all(run.code == 0 or re.search("RPC_E_(DISCONNECTED|TIMEOUT)|NET_E_UNREACHABLE", run.err) for run in runs),
               "a defined outcome: " + "".join(map(str, runs)))
        expect(sum(run.code == 0 for run in runs) >= 3, "most hold: " + "".join(map(str, runs)))


def calls_are_executed_once(node):
    with cluster("--transport", "udp", "--nodes", node) as here:
        name = node.split("=")[0]

        def spoil():
            time.sleep(0.5)
            switch_tests.link(here, name, "--loss", "10%", "--delay", "2ms", "--duplicate", "20%", "--reorder", "20%", "--seed", "8151")
            time.sleep(1.5)
            succeeds(here.mml("cluster", "partition", name))
            time.sleep(1.5)
            succeeds(here.mml("cluster", "heal", name))

        calls, answered = switch_tests.calls_in_trouble(here, name, 4, spoil)
        expect(calls >= answered > 10, f"{calls} calls, {answered} answered")


def test_calls_are_executed_once_although_frames_are_lost_and_doubled_and_callers_are_told_the_truth_i386():
    calls_are_executed_once("n1")


def test_calls_are_executed_once_although_frames_are_lost_and_doubled_and_callers_are_told_the_truth_armv7m():
    calls_are_executed_once("n1=armv7m")


def strange_datagrams(here, node):
    """What anybody can send to a node's port: it answers with no more than it got, and good peers go on."""
    dice = random.Random(8151)
    endpoint = endpoint_of(here, node)
    with raw_socket(endpoint) as raw:
        answer = ask(raw, handshake_packet(INIT, 0x1234, rest=bytes(40)))
        expect(is_sound(answer) and answer[4] == COOKIE and len(answer) <= INIT_BYTES, f"a cookie: {answer.hex()}")
        expect(answer[8:12] == struct.pack("<I", 0x1234), f"for who asked: {answer.hex()}")
        answer = ask(raw, sealed(struct.pack("<IIIIBBH", 77, 5, 6, 0, 1, 8, 0)))
        expect(is_sound(answer) and answer[4] == RESET and len(answer) == SHORTEST, f"a reset: {answer.hex()}")
        expect(struct.unpack("<II", answer[8:16]) == (77, 5), f"of what was sent: {answer.hex()}")
        answer = ask(raw, handshake_packet(INIT, 0x1234, rest=bytes(40), version=9))
        expect(answer[4] == 7 and len(answer) == SHORTEST, f"the versions: {answer.hex()}")
        sent = received = 0
        raw.settimeout(0)

        def send(packet):
            nonlocal sent, received
            with contextlib.suppress(OSError):
                raw.send(packet)
                sent += len(packet)
            with contextlib.suppress(OSError):
                while True:
                    received += len(raw.recv(2048))

        for number in range(600):
            send(handshake_packet(INIT, number + 1, rest=bytes(40)))
            send(handshake_packet(OPEN, number + 1, rest=dice.randbytes(20)))
            send(sealed(struct.pack("<IIIIBBH", dice.getrandbits(32), 1, 2, 0, 1, 8, 0) + b"guess"))
            send(dice.randbytes(dice.randrange(1400)))
            if number % 200 == 0:
                succeeds(here.mml("ping", "-c", "3", node))
        expect(received <= sent, f"{received} bytes for {sent}")
    succeeds(here.mml("ping", "-c", "20", node))


def test_strange_datagrams_harm_nobody():
    with cluster("--transport", "udp", "--nodes", "n1,n2=armv7m,n3=linux") as here:
        for node in "n1", "n2", "n3":
            strange_datagrams(here, node)


class Stream:
    """A client of the layer, made from docs/protocol.md, that looks like a socket: enough for a network that loses nothing."""

    def __init__(self, endpoint):
        self.raw, self.own_id, self.bytes, self.ended = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0xABCD1234, b"", False
        self.raw.connect(("127.0.0.1", int(endpoint.split(":")[2])))
        self.raw.settimeout(1)
        cookie = ask(self.raw, handshake_packet(INIT, self.own_id, rest=bytes(40)))
        expect(cookie[4] == COOKIE, cookie.hex())
        self.seq = 0xFFFFFFFE  # wraps around soon
        accept = ask(self.raw, handshake_packet(OPEN, self.own_id, rest=cookie[20:32] + struct.pack("<IHBB", self.seq, 1200, 8, 0)))
        expect(accept[4] == ACCEPT and is_sound(accept), accept.hex())
        self.peer_id, self.expected = struct.unpack("<I", accept[12:16])[0], struct.unpack("<I", accept[20:24])[0]
        self.send_packet(0, b"")

    def send_packet(self, flags, payload):
        self.raw.send(sealed(struct.pack("<IIIIBBH", self.peer_id, self.seq, self.expected, 0, flags, 8, 0) + payload))
        if flags & 1:
            self.seq = self.seq + 1 & 0xFFFFFFFF

    def sendall(self, data):
        for at in range(0, len(data), 1000):
            self.send_packet(1, data[at:at + 1000])

    def settimeout(self, seconds):
        self.raw.settimeout(seconds)

    def recv(self, count):
        while not self.bytes and not self.ended:
            packet = self.raw.recv(2048)
            expect(is_sound(packet), packet.hex())
            own_id, seq, _, _, flags = struct.unpack("<IIIIB", packet[:17])
            if own_id == self.own_id and flags & 1 and seq == self.expected:
                self.expected = seq + 1 & 0xFFFFFFFF
                self.bytes, self.ended = packet[20:-4], flags & 4 != 0
                self.send_packet(0, b"")
        part, self.bytes = self.bytes[:count], self.bytes[count:]
        return part

    def shutdown(self, _how=None):
        self.send_packet(1 | 4, b"")

    def close(self):
        self.raw.close()


def test_a_peer_made_from_the_documentation_calls_nodes_of_every_kind():
    mmlite.connect = Stream
    with cluster("--transport", "udp", "--nodes", "n1,n2=armv7m,n3=linux") as here:
        for node in "n1", "n2", "n3":
            peer = mmlite.Peer(endpoint_of(here, node), mmlite.Messages(python_peer_tests.MESSAGES))
            root = mmlite.Proxy(peer, 0, "INamespace")
            for number in range(20):
                root.Register(path=f"made-here-{number}", object=mmlite.Object(), flags=0)
            root.Unregister(path="made-here-7")
            with contextlib.suppress(mmlite.CallFailed):
                root.Unregister(path="made-here-7")
                raise AssertionError("it was gone already")
            peer.close()


if __name__ == "__main__":
    main(globals())
