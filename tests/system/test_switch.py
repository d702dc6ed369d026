#!/usr/bin/python3
"""The switch between machines, and what can be done to its links while it runs."""
import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import time
from system import *


def link(here, name, *conditions):
    """Sets conditions, or only looks; returns what mml says of the link."""
    return json.loads(succeeds(here.mml("--json", "cluster", "link", name, *conditions)).out)[0]


def shortest_ms(here, path, count=8):
    return json.loads(succeeds(here.mml("--json", "ping", "-c", count, path)).out)["rtt_ms"]["min"]


def switch_of(here):
    return json.loads(succeeds(here.mml("--json", "cluster", "ls")).out)[0]["switch"]


def read_pcap(path):
    """The Ethernet frames of a file, with their times."""
    with open(path, "rb") as file:
        data = file.read()
    magic, major, minor, _, _, _, kind = struct.unpack_from("=IHHiIII", data)
    expect((magic, major, minor, kind) == (0xA1B2C3D4, 2, 4, 1), f"the head of {path}")
    frames, at = [], 24
    while at < len(data):
        seconds, micros, kept, length = struct.unpack_from("=IIII", data, at)
        expect(kept == length and at + 16 + kept <= len(data), f"the frame at {at} of {path}")
        frames.append((seconds + micros / 1e6, data[at + 16:at + 16 + kept]))
        at += 16 + kept
    return frames


def ends_of(frame):
    """The IPv4 addresses of a frame; None if it is something else."""
    if frame[12:14] != b"\x08\0":
        return None
    return socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])


def test_machines_call_each_other_directly_and_a_capture_shows_it():
    with cluster("--nodes", "n1,n2") as here:
        path = os.path.join(here.folder, "all.pcap")
        relay = ["04_relay", "/net/n1/relay", "/net/n2/probe"]
        succeeds(here.run(*relay))
        succeeds(here.mml("cluster", "capture", "start", path))
        fails(here.mml("cluster", "capture", "start", path), "NS_E_EXISTS")
        succeeds(here.run(*relay))
        stopped = json.loads(succeeds(here.mml("--json", "cluster", "capture", "stop")).out)
        frames = read_pcap(path)
        expect(len(frames) == stopped["frames"], f"{len(frames)} of {stopped}")
        pairs = [ends_of(frame) for _, frame in frames]
        n1, n2, gateway = "10.0.2.15", "10.0.2.16", "10.0.2.2"
        expect(pairs.count((n1, n2)) >= 2 and pairs.count((n2, n1)) >= 2, f"calls between machines: {pairs}")
        expect((gateway, n1) in pairs and (gateway, n2) not in pairs, f"n1 is called from here, n2 is not: {pairs}")
        expect(time.time() - 60 < frames[0][0] <= frames[-1][0] < time.time() + 60, "the times")

        only = os.path.join(here.folder, "n2.pcap")
        succeeds(here.mml("cluster", "capture", "start", only, "--only", "n2"))
        succeeds(here.run(*relay))
        succeeds(here.mml("cluster", "capture", "stop"))
        pairs = {ends_of(frame) for _, frame in read_pcap(only)} - {None}
        expect(pairs == {(n1, n2), (n2, n1)}, f"what n2's card saw: {pairs}")
        fails(here.mml("cluster", "capture", "stop"), "NS_E_NOT_FOUND")
        fails(here.mml("cluster", "capture", "start", "/nowhere/x.pcap"), "OS_E_IO", "/nowhere/x.pcap")
        pipe = os.path.join(here.folder, "pipe")
        os.mkfifo(pipe)
        fails(here.mml("cluster", "capture", "start", pipe), "OS_E_IO", pipe)
        succeeds(here.mml("ping", "-c", "1", "n1"))  # nobody reads the pipe: the switch does not wait for it


def test_delay_shows_in_round_trips_and_goes_with_reset():
    with cluster("--nodes", "n1,n2") as here:
        state = link(here, "n1", "--delay", "20ms", "--jitter", "2ms", "--seed", "7")
        expect((state["from"]["delay_ms"], state["to"]["jitter_ms"], state["to"]["seed"]) == (20, 2, 7), state)
        low = shortest_ms(here, "n1")
        expect(36 <= low < 200, f"20 ms there and 20 ms back: {low} ms")
        expect(shortest_ms(here, "n2") < 36, "the other node is as it was")
        link(here, "n1", "--reset", "--from", "--delay", "50ms")
        expect(50 + 18 <= shortest_ms(here, "n1") < 250, "one direction was changed")
        state = link(here, "n1", "--reset")
        expect(state["from"]["delay_ms"] == state["to"]["delay_ms"] == 0, state)
        expect(shortest_ms(here, "n1") < 18, "nothing is left")
        link(here, "gateway", "--delay", "15ms")
        expect(30 <= shortest_ms(here, "n2") < 200, "the gateway is on everybody's way to this machine")
        log = succeeds(here.mml("cluster", "log", "switch")).out
        expect("n1: link: delay 20ms, jitter 2ms, seed 7" in log and "gateway: link: delay 15ms" in log, log)


def test_total_loss_ends_calls_and_they_recover():
    with cluster("--nodes", "n1,n2") as here:
        link(here, "n1", "--loss", "100%")
        begin = time.monotonic()
        result = fails(here.mml("ping", "-c", "1", "n1"), "n1")
        expect(any(code in result.err for code in ("RPC_E_TIMEOUT", "RPC_E_DISCONNECTED", "NET_E_UNREACHABLE")), result)
        expect(time.monotonic() - begin < 8, "it ended by its deadline")
        expect(link(here, "n1")["to"]["counters"]["lost"] > 0, "they were lost on the way")
        succeeds(here.mml("ping", "-c", "10", "n2"))
        link(here, "n1", "--reset")
        wait_until(lambda: here.mml("ping", "-c", "1", "n1").code == 0, 20, "a call to n1")


def calls_in_trouble(here, node, seconds, spoil):
    """Calls while `spoil` does something to the network; what callers were told must agree with the ledger."""
    succeeds(here.mml("load", node, "ledger", "/romfs/ledger.elf"))  # it stays when all who hold it are lost
    program = os.path.join(ROOT, "build", "tests", "calls_in_trouble")
    calls = subprocess.Popen([program, f"/net/{node}/ledger", str(seconds)], stdin=subprocess.DEVNULL, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=here.environment)
    here.programs.append(calls)
    spoil()
    line = calls.stdout.readline()
    expect(line == "ended\n", f"{line}{calls.stderr.read() if not line else ''}")
    link(here, node, "--reset")
    succeeds(here.mml("cluster", "heal"))
    out, err = calls.communicate(timeout=60)
    expect(calls.returncode == 0, f"calls_in_trouble: {out}{err}")
    words = out.replace(",", "").split()
    return int(words[words.index("calls") - 1]), int(words[words.index("answered") - 1])


def test_calls_over_a_bad_link_end_and_callers_are_told_the_truth():
    with cluster("--nodes", "n1") as here:
        def spoil():
            time.sleep(0.7)
            link(here, "n1", "--loss", "10%", "--delay", "2ms", "--duplicate", "20%", "--reorder", "20%",
                 "--seed", "8151")
            time.sleep(1.5)
            succeeds(here.mml("cluster", "partition", "n1"))
            time.sleep(1.5)
            succeeds(here.mml("cluster", "heal", "n1"))

        calls, answered = calls_in_trouble(here, "n1", 4, spoil)
        expect(calls >= answered > 10, f"{calls} calls, {answered} answered")
        counters = link(here, "n1")["to"]["counters"]
        for what in "lost", "duplicated", "reordered", "delayed", "partitioned":
            expect(counters[what] > 0, f"{what}: {counters}")


def test_a_third_of_all_frames_lost():
    with cluster("--nodes", "n1") as here:
        calls, answered = calls_in_trouble(here, "n1", 3, lambda: link(here, "n1", "--loss", "30%", "--delay", "20ms"))
        expect(calls >= answered, f"{calls} calls, {answered} answered")  # each ended: calls_in_trouble saw to it


def test_a_partition_cuts_off_and_heals():
    with cluster("--nodes", "n1,n2") as here:
        relay = ["04_relay", "/net/n1/relay", "/net/n2/probe"]
        succeeds(here.run(*relay))
        expect(json.loads(succeeds(here.mml("--json", "cluster", "partition", "n1")).out) == {"partitioned": ["n1"]}, "")
        expect(link(here, "n1")["group"] == 1 and link(here, "n2")["group"] == 0, "the groups")
        expect(here.mml("ping", "-c", "1", "n1").code == 1, "n1 is cut off from here")
        succeeds(here.mml("ping", "-c", "1", "n2"))
        succeeds(here.mml("cluster", "partition", "--heal"))
        wait_until(lambda: here.run(*relay).code == 0, 20, "a call from n1 to n2")
        fails(here.mml("cluster", "partition", "n1,n9"), "n9", "mml cluster link")
        expect(link(here, "n1")["group"] == 0, "all or none")


def test_a_killed_machine_is_noticed_and_its_link_stays_as_it_is():
    with cluster("--nodes", "n1,n2") as here:
        link(here, "n1", "--delay", "10ms")
        os.kill(here.nodes()["n1"]["pid"], signal.SIGKILL)  # not by mml: the switch has to notice
        wait_until(lambda: not link(here, "n1")["present"], 5, "the end of the card")
        fails(here.mml("ping", "n1"), "NET_E_UNREACHABLE")
        frames = link(here, "n1")["from"]["counters"]["frames"]
        succeeds(here.mml("cluster", "start", "n1"))
        expect(shortest_ms(here, "n1") >= 20, "the delay is as before")
        state = link(here, "n1")
        expect(state["present"] and state["from"]["counters"]["frames"] > frames, state)


@contextlib.contextmanager
def card(here, name):
    """The end of a cable of a machine that is switched off, in our hands."""
    folder = here.folder_of()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, f"{name}.card"))
        end.bind(os.path.join(folder, f"{name}.card"))
        end.connect(os.path.join(folder, f"{name}.port"))
        end.settimeout(5)
        wait_until(lambda: link(here, name)["present"], 5, "the card")
        yield end


def surviving_frames(sender, receiver, count):
    """Sends numbered frames to everybody; returns the numbers that arrive, in their order."""
    arrived = []
    receiver.setblocking(False)

    def receive():
        with contextlib.suppress(BlockingIOError):
            while True:
                frame = receiver.recv(2000)
                if frame[12:14] == b"\x88\xb5":
                    arrived.append(struct.unpack_from("=I", frame, 14)[0])

    for number in range(count):
        sender.send(b"\xff" * 6 + b"\x52\x54\0\0\0\1" + b"\x88\xb5" + struct.pack("=I", number) + bytes(42))
        receive()
        if number % 5 == 4:  # so that no queue on the way fills
            time.sleep(0.001)
    deadline = time.monotonic() + 0.3  # what is held back leaves after 20 ms
    while time.monotonic() < deadline:
        receive()
        time.sleep(0.01)
    return arrived


def test_the_same_seed_does_the_same_to_the_same_frames():
    with cluster("--nodes", "n1,n2") as here:
        for node in "n1", "n2":
            succeeds(here.mml("cluster", "stop", node))
        conditions = ["--loss", "30%", "--duplicate", "10%", "--reorder", "10%"]
        with card(here, "n1") as sender, card(here, "n2") as receiver:
            expect(surviving_frames(sender, receiver, 50) == list(range(50)), "without conditions all arrive")
            runs = []
            for seed in 8151, 8151, 8152:
                link(here, "n1", "--from", "--seed", seed, *conditions)
                runs.append(surviving_frames(sender, receiver, 300))
        expect(runs[0] == runs[1], f"the same: {runs[0]}\n{runs[1]}")
        expect(runs[0] != runs[2], "another seed does something else")
        lost = 300 - len(set(runs[0]))
        expect(60 <= lost <= 120, f"a third is lost: {lost}")
        expect(len(runs[0]) > len(set(runs[0])) and runs[0] != sorted(runs[0]), "some came twice, some out of order")
        counters = link(here, "n1")["from"]["counters"]
        expect(counters["lost"] >= 2 * lost and counters["frames"] >= 950, counters)


def test_a_dead_switch_is_an_error_and_can_be_started_again():
    with cluster("--nodes", "n1,n2") as here:
        nodes = here.nodes()
        os.kill(switch_of(here)["pid"], signal.SIGKILL)
        begin = time.monotonic()
        for words in ["link", "n1"], ["link", "n1", "--loss", "1%"], ["partition", "n1"], ["heal"], \
                ["capture", "stop"]:
            fails(here.mml("cluster", *words), "switch", "does not answer", "mml cluster start switch")
        expect(here.mml("ping", "n1").code == 1, "no machine can be reached")
        expect(time.monotonic() - begin < 10, "nothing hangs")
        expect(switch_of(here)["state"] == "dead", "mml cluster ls shows it")
        expect("dead" in succeeds(here.mml("cluster", "ls")).out, "mml cluster ls shows it")
        succeeds(here.mml("cluster", "start", "switch"))
        expect(here.nodes()["n1"]["endpoint"] == nodes["n1"]["endpoint"], "the machines are reached where they were")
        for node in "n1", "n2":
            wait_until(lambda: here.mml("ping", "-c", "1", node).code == 0, 20, f"a call to {node}")
        wait_until(lambda: here.run("04_relay", "/net/n1/relay", "/net/n2/probe").code == 0, 20, "n1 to n2")


def test_links_that_are_none_and_conditions_that_are_none():
    with cluster("--nodes", "n1,n3=linux") as here:
        fails(here.mml("cluster", "link", "n3", "--loss", "1%"), "n3 is a Linux node", "gateway")
        fails(here.mml("cluster", "partition", "host"), "host is a Linux node")
        fails(here.mml("cluster", "link", "n9"), "no link n9")
        fails(here.mml("cluster", "link", "n1", "--jitter", "5ms"), "E_INVALIDARG", "jitter")
        for words in ["--loss", "some"], ["--loss=some"]:
            fails(here.mml("cluster", "link", "n1", *words), "`--loss` needs a share such as 30%, not `some`", code=2)
        for words in ["link", "n1", "--loss", "101%"], ["link", "n1", "--loss", "some"], ["link", "n1", "--delay", "20"], \
                ["link", "n1", "--rate", "1bit"], ["link", "n1", "--seed", "0"], ["link", "--loss", "1%"], \
                ["link", "n1", "--from"], ["link", "n1", "--only", "n1"], ["partition"], ["capture"], \
                ["capture", "start"], ["link", "n1", "n1"]:
            fails(here.mml("cluster", *words), "mml cluster link --help", code=2)
        names = [entry["name"] for entry in json.loads(succeeds(here.mml("--json", "cluster", "link")).out)]
        expect(names == ["gateway", "n1"], names)
        help_text = succeeds(here.mml("cluster", "link", "--help")).out
        expect("usage: mml cluster link" in help_text and "examples:" in help_text, help_text)
        succeeds(here.mml("ping", "n1"))


def test_a_cluster_without_machines_has_no_switch():
    with cluster("--nodes", "n3=linux") as here:
        expect(switch_of(here) is None, "no switch")
        fails(here.mml("cluster", "link"), "no switch", "mml cluster up")
        for name in "switch", "gateway":
            fails(here.mml("cluster", "up", "--name", "other", "--nodes", f"{name}=linux"), name, code=2)


def test_the_program_says_what_is_wrong():
    with place() as here:
        help_text = succeeds(here.run("mml-switch", "--help")).out
        expect("usage: mml-switch FOLDER" in help_text and "example:" in help_text, help_text)
        fails(here.run("mml-switch"), "one folder", code=2)
        fails(here.run("mml-switch", "--loud", here.folder), "one folder", code=2)
        result = here.run("mml-switch", "/nowhere/folder")
        expect(result.code == 1 and "/nowhere/folder" in result.err, result)
        first = here.start("mml-switch", here.folder)
        expect(first.stdout.readline() == "ready: switch at unix:switch.control\n", "the ready line")
        result = here.run("mml-switch", here.folder)
        expect(result.code == 1 and "NET_E_ADDRESS_IN_USE" in result.err, result)
        first.terminate()
        expect(first.wait(5) == 0 and os.listdir(here.folder) == [], "it ends and leaves nothing")


def test_a_deep_folder_and_an_end_that_leaves_nothing():
    with tempfile.TemporaryDirectory(prefix="mml-test-") as top, place() as here:
        deep = os.path.join(top, *(["a-folder-with-a-long-name"] * 6))  # sockets have room for 107 bytes
        os.makedirs(deep)
        here.environment["XDG_RUNTIME_DIR"] = deep
        try:
            succeeds(here.mml("cluster", "up", "--nodes", "n1,n2"))
            succeeds(here.run("04_relay", "/net/n1/relay", "/net/n2/probe"))
            link(here, "n1", "--delay", "1ms")
            pids = [node["pid"] for node in here.nodes().values()] + [switch_of(here)["pid"]]
        finally:
            down = here.mml("cluster", "down")
        succeeds(down)
        expect(not any(is_alive(pid) for pid in pids), "its processes are gone")
        expect(os.listdir(os.path.join(deep, f"mmlite-{os.getuid()}")) == [], "its folder is gone")


if __name__ == "__main__":
    main(globals())
