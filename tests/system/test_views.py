#!/usr/bin/python3
"""mml node --policy: what a peer may see and do, on real nodes; what one takes too much of, others have."""
import json
import os
import signal
import time
from raw_peer import *
from system import *

POLICY = """
peer nameless               # mml itself
  hide    config files/secret.txt
  rename  probe gauge
  deny    IProbe.Sleep
  read-only files

peer *
  show    relay node directory
"""


def write(here, text, name="policy"):
    path = os.path.join(here.folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


KERNELS_POLICY = """
peer nameless               # mml itself
  hide    config {files}/secret.txt
  rename  probe gauge
  deny    IProbe.Sleep
  read-only {files}
  limit   activations 1

peer *
  show    relay node
"""


def names(here, endpoint, path="/net/keeper"):
    return succeeds(here.mml(*(["--node", endpoint] if endpoint else []), "ls", path)).out.split()


def test_peers_see_what_the_policy_says():
    with place() as here:
        for name in "secret.txt", "open.txt":
            write(here, name, name)
        keeper, endpoint = here.start_node("keeper", "--policy", write(here, POLICY), "--file", here.folder + "/secret.txt",
                                           "--file", here.folder + "/open.txt")
        guest, _ = here.start_node("guest", directory=endpoint)
        seen = names(here, endpoint)
        expect("gauge" in seen and not {"probe", "config"} & set(seen), seen)
        expect(names(here, endpoint, "/net/keeper/files") == ["open.txt"], "the secret is hidden")
        mml = lambda *words: here.mml("--node", endpoint, *words)
        for path in "config", "probe", "files/secret.txt":
            fails(mml("call", "/net/keeper/" + path, "GetCount"), "NS_E_NOT_FOUND")
        fails(mml("ls", "/net/keeper/files/../files/secret.txt"), "NS_E_BAD_PATH")
        fails(mml("call", "/net/keeper/gauge", "Sleep", "duration_ms=1"), "RPC_E_ACCESS_DENIED", "executed: no")
        succeeds(mml("call", "/net/keeper/gauge", "Increment", "value=1"))
        fails(mml("call", "/net/keeper/files", "Register", "path=new", "object=/net/guest/probe", "flags=0"), "NS_E_READ_ONLY")
        # Another node's name gives another view, also when it acts for somebody who may see more.
        fails(mml("call", "/net/guest/relay", "Increment", "path=/net/keeper/gauge", "value=1", "times=1"), "NS_E_NOT_FOUND")
        fails(mml("call", "/net/guest/relay", "Increment", "path=/net/keeper/probe", "value=1", "times=1"), "NS_E_NOT_FOUND")


@on_each_system
def test_peers_of_a_cluster_see_what_each_nodes_policy_says(system):
    files = "components/1" if system is LINUX else "romfs"
    with place() as here:
        policy = write(here, KERNELS_POLICY.format(files=files))
        added = [word for name in ("secret.txt", "open.txt") for word in ("--add", write(here, name, name))]
        succeeds(here.mml("cluster", "up", "--nodes", f"keeper={system.name},guest=linux", "--policy", "keeper=" + policy, *added))
        seen = names(here, None)
        expect("gauge" in seen and not {"probe", "config"} & set(seen), seen)
        expect("open.txt" in names(here, None, "/net/keeper/" + files), "what is not hidden")
        expect("secret.txt" not in names(here, None, "/net/keeper/" + files), "the secret is hidden")
        expect("probe" in names(here, None, "/net/guest"), "the other node has no policy")
        for path in "config", "probe", files + "/secret.txt":
            fails(here.mml("call", "/net/keeper/" + path, "GetCount"), "NS_E_NOT_FOUND")
        fails(here.mml("ls", f"/net/keeper/{files}/../{files}/secret.txt"), "NS_E_BAD_PATH")
        fails(here.mml("call", "/net/keeper/gauge", "Sleep", "duration_ms=1"), "RPC_E_ACCESS_DENIED", "executed: no")
        succeeds(here.mml("call", "/net/keeper/gauge", "Increment", "value=1"))
        fails(here.mml("call", "/net/keeper/" + files, "Register", "path=new", "object=/net/guest/probe", "flags=0"), "NS_E_READ_ONLY")
        for name in "gauge", "probe":  # another node has another view, also when it acts for somebody who may see more
            fails(here.mml("call", "/net/guest/relay", "Increment", "path=/net/keeper/" + name, "value=1", "times=1"), "NS_E_NOT_FOUND")


@on_each_system
def test_references_that_a_peer_holds_are_cut_when_somebody_says_so(system):
    with cluster("--nodes", "keeper=" + system.name) as here:
        endpoint = here.nodes()["keeper"]["endpoint"]
        with RawPeer(endpoint, hello(name=b"web")) as web, RawPeer(endpoint, hello(name=b"shop")) as shop:
            held, others = web.bind("probe"), shop.bind("probe")
            expect(web.increment(held, 1).hr == S_OK and shop.increment(others, 1).hr == S_OK, "both hold it")
            result = here.mml("call", "/net/keeper/policy", "IAccess.Revoke", "peer=web")
            expect("1" in succeeds(result).out, result)
            got = web.increment(held, 1)
            expect(got.hr == OBJECT_NOT_CONNECTED and got.executed == 0, f"{got}")
            expect(shop.increment(others, 1).hr == S_OK, "the other peer's goes on")
            expect(web.increment(web.bind("probe"), 1).hr == S_OK, "it may bind it again")


@on_each_system
def test_what_a_peer_may_do_and_takes_is_shown(system):
    policy = "peer web # a comment\n  show   probe  node policy observe\n\thide node\n limit exports 5\n limit activations 1\npeer *\n hide probe\n"
    with place() as here:
        succeeds(here.mml("cluster", "up", "--nodes", "keeper=" + system.name, "--policy", "keeper=" + write(here, policy)))
        show = lambda *words: json.loads(succeeds(here.mml("--json", *words)).out)
        of_web = show("access", "keeper", "web")
        expect((of_web["view"], of_web["names"]) == ("web", ["observe", "policy", "probe"]), of_web)
        expect(of_web["rules"] == ["show probe node policy observe", "hide node", "limit exports 5", "limit activations 1"], of_web)
        of_others = show("access", "keeper")
        expect(of_others["view"] == "*" and "node" in of_others["names"] and "probe" not in of_others["names"], of_others)
        expect(show("access", "host", "web")["view"] is None, "the host has no policy")
        text = succeeds(here.mml("access", "keeper", "web")).out
        expect("  peer web\n    show probe node policy observe\n    hide node\n" in text and "observe policy probe\n" in text, text)

        with RawPeer(here.nodes()["keeper"]["endpoint"], hello(name=b"web")) as web:
            web.bind("probe")
            rows = show("limits", "keeper")["peers"]
            row = next(row for row in rows if row["peer"] == "web")
            expect(row["exports"] == {"used": 1, "max": 5} and row["activations"] == {"used": 0, "max": 1}, row)
            expect(row["calls"]["used"] == 0 < row["calls"]["max"] and row["calls_in_second"]["max"] is None, row)
            mine = next(row for row in rows if row["peer"] == "")
            expect(mine["calls"]["used"] == 1 and mine["exports"]["max"] > 5, mine)
            expect(" web " in succeeds(here.mml("limits", "keeper")).out, "and for people")
            expect("1 references" in succeeds(here.mml("access", "--revoke", "keeper", "web")).out, "it is cut")
        expect({"host", "keeper"} <= {json.loads(line)["node"] for line in succeeds(here.mml("--json", "limits")).out.splitlines()}, "all nodes")
        fails(here.mml("access", "keeper", "web", "nothing"), "NS_E_NOT_FOUND", "mml access keeper web")
        fails(here.mml("access", "nobody"), "NS_E_NOT_FOUND", "mml ls /net")
        fails(here.mml("limits", "nobody"), "NS_E_NOT_FOUND", "mml ls /net")
        fails(here.mml("access", "--revoke", "keeper"), "a node and a peer", code=2)
        fails(here.mml("limits", "a", "b"), "one node at a time", code=2)


@on_each_kernel
def test_a_kernel_whose_policy_is_wrong_lets_nobody_in(kernel):
    with place() as here:
        policy = write(here, "peer web\n  hide probe\n  steal probe\n")
        result = here.mml("cluster", "up", "--wait", "6", "--nodes", "keeper=" + kernel.name, "--policy", "keeper=" + policy)
        fails(result, "policy, line 3: there is no rule steal", "the policy is not in force, so nobody may come")


def test_policies_are_for_nodes_that_there_are():
    with place() as here:
        policy = write(here, "peer *\n")
        fails(here.mml("cluster", "up", "--nodes", "n1=linux", "--policy", "n2=" + policy), "n2", "--nodes")
        fails(here.mml("cluster", "up", "--nodes", "n1=linux", "--policy", policy), "NODE=FILE")


def test_policy_is_read_again_and_a_wrong_one_changes_nothing():
    with place() as here:
        path = write(here, "peer nameless\n hide probe\n")
        keeper, endpoint = here.start_node("keeper", "--policy", path)
        expect("probe" not in names(here, endpoint), "hidden")
        write(here, "peer nameless\n hide digest\n")
        keeper.send_signal(signal.SIGUSR1)
        expect(keeper.stdout.readline() == f"policy: {path}\n", "it should be read again")
        seen = names(here, endpoint)
        expect("probe" in seen and "digest" not in seen, seen)
        write(here, "peer *\n hide digest\n")
        keeper.send_signal(signal.SIGUSR1)
        expect(keeper.stdout.readline() == f"policy: {path}\n", "and again")
        expect("digest" not in names(here, endpoint), "who is not named any more is one of all others")
        write(here, "peer nameless\n hide digest\n")
        keeper.send_signal(signal.SIGUSR1)
        expect(keeper.stdout.readline() == f"policy: {path}\n", "and again")
        write(here, "peer nameless\n hide digest\n steal probe\n")
        keeper.send_signal(signal.SIGUSR1)
        line = keeper.stderr.readline()
        expect("policy, line 3: " in line and "steal" in line, line)
        expect(names(here, endpoint) == seen, "as before")

        fails(here.mml("node", "--name", "x", "--listen", "tcp:127.0.0.1:0", "--directory", "self", "--policy", path),
              "policy, line 3: ", "docs/views.md")
        fails(here.mml("node", "--name", "x", "--listen", "tcp:127.0.0.1:0", "--policy", here.folder + "/none"), "No such file")


def test_who_takes_too_much_is_refused_and_others_go_on():
    policy = "peer greedy\n limit lookups-per-second 40\n limit calls 4\npeer nameless\n limit calls-per-second 60\n"
    with place() as here:
        keeper, endpoint = here.start_node("keeper", "--policy", write(here, policy))
        greedy, _ = here.start_node("greedy", directory=endpoint)
        modest, _ = here.start_node("modest", directory=endpoint)
        relay = lambda node, times: here.mml("--node", endpoint, "call", f"/net/{node}/relay", "Increment",
                                             "path=/net/keeper/probe", "value=0", f"times={times}")
        fails(here.mml("--node", endpoint, "ping", "/net/keeper/probe", "-c", "1000"), "RPC_E_SERVERCALL_RETRYLATER")
        time.sleep(1.1)
        expect("1000" in succeeds(relay("modest", 1000)).out, "no limit")  # while the nameless one waits for its next second
        time.sleep(1.1)
        expect("500" in succeeds(relay("greedy", 500)).out, "calls one after the other are not many at once")


if __name__ == "__main__":
    main(globals())
