#!/usr/bin/python3
"""mml stat and mml trace on nodes of every kind: what is counted and shown is what happened."""
import json
import signal
import time
from system import *


def stat(here, node, *words):
    return json.loads(succeeds(here.mml("--json", "stat", node, *words)).out)


def row(sample, name, direction):
    """The calls of an interface, or none."""
    found = [entry[direction] for entry in sample["interfaces"] if entry["name"] == name and direction in entry]
    expect(len(found) <= 1, found)
    return found[0] if found else {"calls": 0, "failed": 0, "lost": 0, "bytes_in": 0, "bytes_out": 0}


def counts_what_happens(here, node):
    before = stat(here, node)
    succeeds(here.mml("ping", f"/net/{node}/probe", "-c", "500"))
    fails(here.mml("call", "--timeout", "600", f"/net/{node}/probe", "Sleep", "duration_ms=2000"), "RPC_E_TIMEOUT")
    data = "x" * 5000
    call(here, f"/net/{node}/probe", "Echo", "data=" + data)
    wait_until(lambda: row(stat(here, node), "IProbe", "served")["calls"] >= row(before, "IProbe", "served")["calls"] + 503,
               what="the end of Sleep")  # 501 of ping, Sleep, Echo
    after = stat(here, node)
    probe, old = row(after, "IProbe", "served"), row(before, "IProbe", "served")
    expect(probe["calls"] == old["calls"] + 503 and probe["failed"] == old["failed"] + 1, probe)  # Sleep ends with its caller
    for direction in "bytes_in", "bytes_out":
        expect(5000 < probe[direction] - old[direction] < 100000, (direction, old, probe))
    expect(sum(probe["durations"]) == probe["calls"], probe)
    expect(0 < probe["p50_ns"] <= probe["p99_ns"] <= probe["longest_ns"], probe)
    expect(100e6 < probe["longest_ns"] < 60e9, probe)  # of the 600 ms, what was left when it arrived
    expect(after["age_ns"] > before["age_ns"] and after["connections_in_all"] >= before["connections_in_all"] + 3, after)

    # mml itself is a connection, of a nameless client, which makes the call that is running.
    mine = [one for one in after["connections"] if one["peer"] == "" and one["state"] == "open"]
    expect(len(mine) == 1 and mine[0]["running"] == 1 and mine[0]["exports"] >= 1 and mine[0]["served"]["calls"] > 0, after)
    expect(mine[0]["bytes_in"] > mine[0]["served"]["bytes_in"], "the greeting as well")
    fails(here.mml("stat", node, "--connection", "999999"), "NS_E_NOT_FOUND", "no such connection")

    # Another node calls this one, and counts what it made.
    table = succeeds(here.mml("stat", node)).out
    expect(table.startswith(f"{node}: counting for ") and " IProbe " in table.replace("\n", " ") and "P99" in table, table)
    watched = succeeds(here.mml("--json", "stat", node, "--watch=0.1", "--count", "3")).out.splitlines()
    expect(len(watched) == 3, watched)
    ages = [json.loads(line)["age_ns"] for line in watched]
    expect(ages[0] < ages[1] < ages[2] and ages[2] - ages[0] > 100e6, ages)  # 200 ms, but for how late the first one was


def test_what_happens_is_counted_on_every_kind_of_node():
    with cluster("--nodes", "n1,n2=linux,m1=armv7m") as here:
        for node in "n1", "n2", "m1":
            counts_what_happens(here, node)

        # Calls that a node makes: the relay calls the digest of others.
        made = row(stat(here, "n1"), "IDirectory", "made")
        expect(made["calls"] >= 1, made)
        served = row(stat(here, "host"), "IDirectory", "served")
        expect(served["calls"] >= 3, served)

        lines = succeeds(here.mml("stat")).out.splitlines()
        expect([line.split()[0] for line in lines] == ["NODE", "host", "m1", "n1", "n2"], lines)
        lines = succeeds(here.mml("stat", "--json")).out.splitlines()
        expect({json.loads(line)["node"] for line in lines} == {"host", "m1", "n1", "n2"}, lines)


def start_trace(here, *words):
    """A trace that has begun; with `--node`, since programs of a place are started so."""
    tracing = here.start("mml", "--json", "trace", *words)
    expect(tracing.stderr.readline().startswith("tracing"), "it should begin")
    return tracing


def end_trace(tracing):
    """Its lines, after Ctrl-C."""
    tracing.send_signal(signal.SIGINT)
    out, err = tracing.communicate(timeout=20)
    expect(tracing.returncode == 0, (out, err))
    return [json.loads(line) for line in out.splitlines()]


def of_method(lines, node, interface, method, direction="served"):
    return [line for line in lines if (line.get("node"), line.get("interface"), line.get("method"), line.get("direction")) ==
            (node, interface, method, direction)]


def test_nested_calls_of_nodes_of_every_kind_are_one_tree():
    with cluster("--nodes", "n1,n2=linux,m1=armv7m") as here:
        tracing = start_trace(here)
        chain = ["n1", "m1", "n2", "n1"]  # each relays to the next
        for via, to in zip(chain, chain[1:]):
            call(here, f"/net/{via}/relay", "Increment", f"path=/net/{to}/probe", "value=40", "times=2")
        fails(here.mml("call", "/net/m1/relay", "Increment", "path=/net/n1/nothing", "value=1", "times=1"), "NS_E_NOT_FOUND")
        wait_until(lambda: row(stat(here, "m1"), "IRelay", "served")["calls"] == 2)
        time.sleep(0.5)
        lines = end_trace(tracing)
        for via, to in zip(chain, chain[1:]):
            relay = of_method(lines, via, "IRelay", "Increment")[0]
            expect(relay["parameters"] == {"path": f"/net/{to}/probe", "value": 40, "times": 2}, relay)
            expect(relay["outputs"] == {"out_value": 42} and relay["result"] == "S_OK" and relay["executed"] == "yes", relay)
            expect(relay["peer"] == "" and relay["parent"] is None and relay["depth"] == 0, relay)
            made = [line for line in of_method(lines, via, "IProbe", "Increment", "made") if line["parent"] == relay["span"]]
            expect([line["parameters"]["value"] for line in made] == [40, 41], made)
            for one in made:
                served = [line for line in of_method(lines, to, "IProbe", "Increment") if line["parent"] == one["span"]]
                expect(len(served) == 1 and served[0]["trace"] == relay["trace"] and served[0]["depth"] == 1, (one, served))
                expect(0 < served[0]["duration_ns"] <= one["duration_ns"] <= relay["duration_ns"], (relay, one, served))
        failed = of_method(lines, "m1", "IRelay", "Increment")[-1]
        expect(failed["result"] == "NS_E_NOT_FOUND" and failed["outputs"] is None and failed["executed"] == "yes", failed)


def test_trace_of_an_object_shows_its_calls_only_and_as_text():
    with cluster("--nodes", "n1") as here:
        tracing = here.start("mml", "trace", "/net/n1/probe", "--count", "2")
        expect(tracing.stderr.readline().startswith("tracing"), "it should begin")
        succeeds(here.mml("ping", "n1", "-c", "20"))
        call(here, "/net/n1/probe", "Increment", "value=-3")
        call(here, "/net/n1/probe", "Echo", "data=hello\x1bworld")
        out, err = tracing.communicate(timeout=20)
        lines = out.splitlines()
        expect(tracing.returncode == 0 and len(lines) == 2 and err == "2 calls shown, 0 lost\n", (out, err))
        expect(" n1 <- -  IProbe.Increment(value=-3) = S_OK {out_value=-2}  " in lines[0], out)
        expect("IProbe.Echo(" in lines[1] and "\x1b" not in out, out)


def test_calls_that_come_too_fast_for_a_trace_are_counted():
    with cluster("--nodes", "n1=linux") as here:
        tracing = start_trace(here, "/net/n1/probe")
        succeeds(here.mml("ping", "/net/n1/probe", "-c", "30000"))
        time.sleep(0.3)
        lines = end_trace(tracing)
        lost = sum(line.get("lost", 0) for line in lines)
        shown = len(of_method(lines, "n1", "IProbe", "Null"))
        expect(shown > 100, shown)
        expect(shown + lost >= 30001, (shown, lost))
        # The node goes on as before, and somebody else may trace it.
        tracing = start_trace(here, "n1")
        call(here, "/net/n1/probe", "Increment", "value=1")
        time.sleep(0.3)
        expect(len(of_method(end_trace(tracing), "n1", "IProbe", "Increment")) == 1, "one call")


def test_wrong_words_are_named():
    with place() as here:
        _, endpoint = here.start_node("only")
        fails(here.mml("--node", endpoint, "stat", "nobody"), "NS_E_NOT_FOUND", "mml ls /net")
        fails(here.mml("--node", endpoint, "trace", "nobody"), "NS_E_NOT_FOUND", "mml ls /net")
        fails(here.mml("--node", endpoint, "trace", "/net/only/nothing"), "NS_E_NOT_FOUND", "mml ls -R")
        fails(here.mml("--node", endpoint, "trace", "/config"), "below /net/NODE")
        fails(here.mml("trace", "--for", "soon"), "seconds", code=2)
        fails(here.mml("trace", "--count", "0"), "number", code=2)
        fails(here.mml("stat", "a", "b"), "one node at a time", code=2)
        fails(here.mml("stat", "/net/only"), "no name of a node", code=2)
        fails(here.mml("stat", "--watch=no"), "0.1 or more", code=2)
        fails(here.mml("stat", "--count", "3"), "needs --watch", code=2)
        fails(here.mml("stat", "--connection", "3"), "needs the node", code=2)
        fails(here.mml("stat", "only", "--connection", "x"), "number", code=2)
        words = succeeds(here.mml("--node", endpoint, "completion", "words", f"mml --node {endpoint} stat o")).out
        expect(words == "only \n", words)


if __name__ == "__main__":
    main(globals())
