#!/usr/bin/python3
"""mml: what it says, on which stream, with which exit code. Linux nodes only."""
import json
import os
import signal
import socket
import subprocess
from system import *


def test_help_is_on_standard_output_and_has_examples():
    with place() as here:
        for words in ["--help"], ["node", "--help"], ["cluster", "--help"], ["cluster", "up", "--help"], \
                ["ls", "--help"], ["ping", "--help"], ["new", "--help"]:
            result = succeeds(here.mml(*words))
            expect("usage: mml" in result.out and "examples:" in result.out, f"{words}: {result}")
            expect(result.err == "", f"{words}: {result}")


def test_the_version_is_said():
    with place() as here:
        expect(succeeds(here.mml("--version")).out.startswith("mml 0."), "mml --version")


def test_a_node_that_ended_by_itself_is_said_to_have():
    with cluster("--nodes", "n3=linux") as here:
        expect(succeeds(here.mml("cluster", "log", "n3")).err == "", "it runs")
        os.kill(here.nodes()["n3"]["pid"], signal.SIGKILL)
        wait_until(lambda: here.nodes()["n3"]["state"] == "dead", limit=30, what="the end of n3")
        result = succeeds(here.mml("cluster", "log", "n3"))
        expect("node n3" in result.err and "has ended" in result.err and "mml cluster start n3" in result.err, result)


def test_wrong_usage_has_exit_code_2_and_points_to_the_help():
    with place() as here:
        for words in [], ["walk"], ["ping"], ["ping", "-c", "many", "n1"], ["ls", "-X"], ["node"], \
                ["cluster"], ["cluster", "sideways"], ["cluster", "up", "--nodes", "n1,n1"], \
                ["cluster", "up", "--nodes", "host"], ["cluster", "up", "--nodes", "N1"], \
                ["cluster", "up", "--nodes", "n1=z80"], ["--node"], ["cluster", "stop"]:
            result = fails(here.mml(*words), "--help", code=2)
            expect(result.out == "", f"{words}: {result}")


def test_no_cluster_says_how_to_start_one():
    with place() as here:
        fails(here.mml("ls"), "mml cluster up")
        fails(here.mml("cluster", "down"), "mml cluster up")


def test_several_clusters_are_listed():
    with cluster("--name", "red", "--nodes", "n1=linux") as here:
        succeeds(here.mml("cluster", "up", "--name", "blue", "--nodes", "n1=linux"))
        fails(here.mml("ls"), "red", "blue")
        fails(here.mml("cluster", "down"), "red", "blue", "--name")
        endpoint = here.nodes("red")["host"]["endpoint"]
        succeeds(here.mml("--node", endpoint, "ls"))
        succeeds(here.mml("ls", MML_NODE=endpoint))


def test_nothing_listens_at_the_endpoint():
    with place() as here, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: nobody else gets it
        endpoint = "tcp:127.0.0.1:%d" % taken.getsockname()[1]
        fails(here.mml("--node", endpoint, "ls"), "NET_E_UNREACHABLE", endpoint)
        fails(here.mml("--node", "nonsense", "ls"), "NET_E_BAD_ENDPOINT")


def test_a_tree_is_text_and_json():
    with cluster("--nodes", "n3=linux") as here:
        names = succeeds(here.mml("ls")).out.split()
        expect(names == ["host/", "n3/"], names)
        tree = succeeds(here.mml("ls", "-R", "/net")).out
        expect("\n  n3/\n" in tree and "\n    digest\n" in tree, tree)
        tree = json.loads(succeeds(here.mml("--json", "ls", "-R", "/net")).out)
        nodes = {node["name"]: {entry["name"] for entry in node["entries"]} for node in tree["entries"]}
        expect({"digest", "relay", "probe", "node"} <= nodes["n3"], nodes)
        expect(succeeds(here.mml("ls", "/net/n3/probe")).out == "/net/n3/probe\n", "an object lists as itself")


def test_an_unknown_path_is_not_found():
    with cluster("--nodes", "n3=linux") as here:
        fails(here.mml("ls", "/net/n3/absent"), "NS_E_NOT_FOUND", "/net/n3/absent")
        fails(here.mml("ls", "/net/n9"), "NS_E_NOT_FOUND", "n9")
        fails(here.mml("ls", "/net/n3/probe/below"), "NS_E_NOT_NAMESPACE")
        fails(here.mml("ls", "/net/n3/.."), "NS_E_BAD_PATH")
        fails(here.mml("ls", "/net/n3/" + 200 * "x/" + 200 * "y"), "bytes")
        fails(here.mml("ping", "n9"), "NS_E_NOT_FOUND")


def test_an_object_without_the_interface_says_so():
    with cluster("--nodes", "n3=linux") as here:
        fails(here.mml("ping", "/net/n3/calculator"), "E_NOINTERFACE")
        result = here.run("01_calculator", "/net/n3/probe")
        expect(result.code == 1 and "E_NOINTERFACE" in result.err, result)
        succeeds(here.mml("ping", "n3"))


def test_ping_measures():
    with cluster("--nodes", "n3=linux") as here:
        expect("10 calls, rtt min/p50/p99 = " in succeeds(here.mml("ping", "-c", "10", "n3")).out, "text")
        result = json.loads(succeeds(here.mml("--json", "ping", "-c", "50", "/net/n3/probe")).out)
        times = result["rtt_ms"]
        expect(result["calls"] == 50 and 0 < times["min"] <= times["p50"] <= times["p99"], result)


def test_a_taken_port_is_named():
    with place() as here, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        endpoint = "tcp:127.0.0.1:%d" % taken.getsockname()[1]
        fails(here.mml("node", "--name", "n3", "--listen", endpoint, "--directory", "self"),
              "NET_E_ADDRESS_IN_USE", endpoint)
        fails(here.mml("cluster", "up", "--nodes", "n3=linux", "--listen", endpoint), "NET_E_ADDRESS_IN_USE")
        expect(not os.path.exists(here.folder_of()), "what was started is cleared away")


def test_a_name_used_twice_is_refused_with_both_endpoints():
    with place() as here:
        _, directory = here.start_node("hub")
        _, first = here.start_node("n3", directory=directory)
        second = here.mml("node", "--name", "n3", "--listen", "tcp:127.0.0.1:0", "--directory", directory)
        fails(second, "NET_E_NAME_IN_USE", first)
        expect(second.err.count("tcp:127.0.0.1:") >= 2, second)
        succeeds(here.mml("--node", directory, "ping", "n3"))


def test_a_missing_emulator_names_its_package():
    with place() as here:
        fails(here.mml("cluster", "up", PATH="/nowhere"), "qemu-system-i386", "apt install qemu-system-x86")
        fails(here.mml("cluster", "up", "--nodes", "n1=armv7m", PATH="/nowhere"), "apt install qemu-system-arm")
        expect(not os.path.exists(here.folder_of()), "nothing was started")


def test_a_missing_image_says_how_to_build_it():
    with place() as here:
        if subprocess.run(["which", "qemu-system-i386"], stdout=subprocess.DEVNULL).returncode == 0:
            fails(here.mml("cluster", "up", MMLITE_IMAGES="/nowhere"), "/nowhere/kernel-i386", "./dev build")


def test_a_file_that_is_not_there_starts_nothing():
    with place() as here:
        fails_to_start = here.mml("cluster", "up", "--nodes", "n3=linux", "--file", "/nowhere/file")
        expect(fails_to_start.code == 1 and "/nowhere/file" in fails_to_start.err, fails_to_start)
        expect(not os.path.exists(here.folder_of()), "nothing was started")


def test_files_and_folders_are_served_and_nothing_beside_them():
    with place() as here:
        served = os.path.join(here.folder, "served")
        os.makedirs(os.path.join(served, "inner"))
        with open(os.path.join(here.folder, "secret.txt"), "w") as file:
            file.write("secret")
        with open(os.path.join(served, "inner", "a.txt"), "w") as file:
            file.write("abc")
        os.symlink("../secret.txt", os.path.join(served, "link.txt"))
        os.symlink("..", os.path.join(served, "up"))
        os.symlink("/", os.path.join(served, "top"))
        succeeds(here.mml("cluster", "up", "--nodes", "n3=linux", "--dir", f"papers={served}"))

        files = "/net/host/files"
        digest = succeeds(here.run("02_digest", "/net/n3/digest", f"{files}/papers/inner/a.txt")).out
        expect(digest.startswith("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), digest)
        for way_out in "link.txt", "up/secret.txt", "top/etc/passwd", "../secret.txt", "inner/../../secret.txt":
            result = here.run("02_digest", "/net/n3/digest", f"{files}/papers/{way_out}")
            expect(result.code == 1 and "fails with NS_E_" in result.out, f"{way_out}: {result}")


def test_a_file_that_vanishes_while_it_is_read_fails_that_call_only():
    with place() as here:
        path = os.path.join(here.folder, "large.bin")
        with open(path, "wb") as file:
            file.truncate(2 << 30)
        succeeds(here.mml("cluster", "up", "--nodes", "n3=linux", "--file", path))
        reader = here.start("02_digest", "/net/n3/digest", "/net/host/files/large.bin")
        try:
            reader.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            pass
        os.unlink(path)
        out, err = reader.communicate(timeout=10)
        expect(reader.returncode == 1 and "fails with OS_E_IO" in out, out + err)
        succeeds(here.mml("ping", "n3"))
        succeeds(here.mml("ping", "host"))


def test_bytes_that_are_not_ours_harm_nobody():
    with cluster("--nodes", "n3=linux") as here:
        nodes = here.nodes()
        connections = send_strange_bytes(nodes["n3"]["endpoint"]) + send_strange_bytes(nodes["host"]["endpoint"])
        succeeds(here.mml("ping", "-c", "10", "n3"))
        succeeds(here.mml("ls", "-R", "/net"))
        for connection in connections:
            connection.close()
        expect(all(node["state"] == "running" for node in here.nodes().values()), here.nodes())


def test_a_message_cut_at_any_byte_harms_nobody():
    with cluster("--nodes", "n3=linux") as here:
        nodes = here.nodes()
        message = record_client(here, nodes["host"]["endpoint"])
        for name in "host", "n3":
            send_every_beginning(nodes[name]["endpoint"], message)
        succeeds(here.mml("ping", "-c", "10", "n3"))
        expect(all(node["state"] == "running" for node in here.nodes().values()), here.nodes())


def test_silent_connections_keep_nobody_out():
    with cluster("--nodes", "n3=linux") as here:
        host, port = here.nodes()["n3"]["endpoint"].split(":")[1:]
        silent = [socket.create_connection((host, int(port)), timeout=5) for _ in range(200)]
        succeeds(here.mml("ping", "-c", "10", "n3"))
        for connection in silent:
            connection.close()


def test_stop_and_start_one_node():
    with cluster("--nodes", "n3=linux") as here:
        endpoint = here.nodes()["n3"]["endpoint"]
        succeeds(here.mml("cluster", "stop", "n3", "--kill"))
        expect(here.nodes()["n3"]["state"] == "stopped", here.nodes())
        fails(here.mml("cluster", "stop", "n3"), "not running")
        fails(here.mml("ping", "n3"), "NET_E_UNREACHABLE")
        succeeds(here.mml("cluster", "start", "n3"))
        expect(here.nodes()["n3"]["endpoint"] == endpoint, "it has the endpoint it had")
        succeeds(here.mml("ping", "n3"))
        fails(here.mml("cluster", "start", "n3"), "already running")
        fails(here.mml("cluster", "start", "n4"), "no node n4")


def test_a_cluster_that_runs_is_not_started_again():
    with cluster("--nodes", "n3=linux") as here:
        fails(here.mml("cluster", "up", "--nodes", "n3=linux"), "already running", "cluster down")
        succeeds(here.mml("ping", "n3"))


def test_what_a_crash_left_is_taken_over():
    with cluster("--nodes", "n3=linux") as here:
        for node in here.nodes().values():
            os.kill(node["pid"], 9)
        wait_until(lambda: all(node["state"] == "dead" for node in here.nodes().values()))
        fails(here.mml("ls"), "cluster")
        succeeds(here.mml("cluster", "up", "--nodes", "n3=linux"))
        succeeds(here.mml("ping", "n3"))


def test_down_ends_its_own_processes_and_no_others():
    with cluster("--nodes", "n3=linux") as here:
        pids = [node["pid"] for node in here.nodes().values()]
        time.sleep(0.05)  # the system counts start times in hundredths of a second
        stranger = subprocess.Popen(["sleep", "60"])
        try:
            # As if n3 had died and its number had been given to somebody else.
            os.kill(here.nodes()["n3"]["pid"], 9)
            record = os.path.join(here.folder_of(), "n3.node")
            with open(record) as file:
                lines = file.read().splitlines()
            with open(record, "w") as file:
                file.writelines(f"pid={stranger.pid}\n" if line.startswith("pid=") else line + "\n"
                                for line in lines)
            succeeds(here.mml("cluster", "down"))
            expect(stranger.poll() is None, "the stranger was ended")
        finally:
            stranger.kill()
            stranger.wait()
        wait_until(lambda: not any(is_alive(pid) for pid in pids), what="the end of the processes")
        expect(not os.path.exists(here.folder_of()), "the folder is gone")


def test_a_cluster_can_be_started_while_it_is_taken_down():
    with cluster("--nodes", "n3=linux") as here:
        os.kill(here.nodes()["n3"]["pid"], signal.SIGSTOP)  # so that taking it down lasts
        down = here.start("mml", "cluster", "down")
        time.sleep(0.5)
        succeeds(here.mml("cluster", "up", "--nodes", "n3=linux"))
        expect(down.wait(20) == 0, down.stderr.read())
        succeeds(here.mml("ping", "n3"))
        names = set(os.listdir(here.folder_of()))
        expect(names >= {"lock", "directory", "host.node", "n3.node"}, f"nothing of the new one was removed: {names}")


def test_a_node_that_does_not_start_shows_the_end_of_its_log():
    with place() as here:
        path = os.path.join(here.folder, "not a name.txt")
        with open(path, "w") as file:
            file.write("abc")
        fails(here.mml("cluster", "up", "--nodes", "n3=linux", "--file", path),
              "node host ended while it was starting", "NS_E_BAD_PATH")
        expect(not os.path.exists(here.folder_of()), "what was started is cleared away")


def test_a_folder_that_others_can_write_is_not_believed():
    with place() as here:
        os.mkdir(os.path.join(here.folder, f"mmlite-{os.getuid()}"), 0o777)
        os.chmod(os.path.join(here.folder, f"mmlite-{os.getuid()}"), 0o777)
        fails(here.mml("cluster", "up", "--nodes", "n3=linux"), "only you")


def test_a_node_ends_at_sigterm():
    with place() as here:
        node, _ = here.start_node("hub")
        node.terminate()
        out, err = node.communicate(timeout=5)
        expect(node.returncode == 0, out + err)


def test_the_directory_comes_back():
    with cluster("--nodes", "n3=linux") as here:
        succeeds(here.mml("cluster", "stop", "host", "--kill"))
        succeeds(here.mml("cluster", "start", "host"))
        wait_until(lambda: here.mml("ping", "n3").code == 0, what="n3 announcing itself again")


if __name__ == "__main__":
    main(globals())
