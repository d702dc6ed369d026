#!/usr/bin/python3
"""mml stat on nodes of every kind: what is counted is what happened."""
import json
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
    fails(here.mml("call", "--timeout", "100", f"/net/{node}/probe", "Sleep", "duration_ms=400"), "RPC_E_TIMEOUT")
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
    expect(90e6 < probe["longest_ns"] < 60e9, probe)
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
    expect(all(later - earlier > 90e6 for earlier, later in zip(ages, ages[1:])), ages)


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


def test_wrong_words_are_named():
    with place() as here:
        _, endpoint = here.start_node("only")
        fails(here.mml("--node", endpoint, "stat", "nobody"), "NS_E_NOT_FOUND", "mml ls /net")
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
