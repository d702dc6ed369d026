#!/usr/bin/python3
"""Kernel nodes in QEMU, and what must not harm them."""
import os
import socket
import time
from system import *


@on_each_kernel
def test_kernels_join_and_answer(kernel):
    with cluster("--nodes", f"n1={kernel.name},n2={kernel.name}") as here:
        expect(succeeds(here.mml("ls")).out.split() == ["host/", "n1/", "n2/"], "the nodes")
        succeeds(here.mml("ping", "n1"))
        succeeds(here.mml("ping", "/net/n2/probe"))
        log = succeeds(here.mml("cluster", "log", "n1")).out
        expect("n1" in log, log)


@on_each_kernel
def test_wrong_requests_fail_with_their_codes(kernel):
    with cluster("--nodes", "n1=" + kernel.name) as here:
        fails(here.mml("ls", "/net/n1/absent"), "NS_E_NOT_FOUND")
        fails(here.mml("ls", "/net/n1/probe/below"), "NS_E_NOT_NAMESPACE")
        fails(here.mml("ping", "/net/n1/calculator"), "E_NOINTERFACE")
        result = here.run("02_digest", "/net/n1/digest", "/net/host/files/absent.txt")
        expect(result.code == 1 and "NS_E_NOT_FOUND" in result.out, result)
        result = here.run("02_digest", "/net/n1/digest", "/net/n1/probe")
        expect(result.code == 1 and "E_NOINTERFACE" in result.out, result)
        result = here.run("02_digest", "/net/n1/digest", "/net/n9/files/a")
        expect(result.code == 1 and "NS_E_NOT_FOUND" in result.out, result)
        succeeds(here.mml("ping", "n1"))


@on_each_kernel
def test_bytes_that_are_not_ours_harm_no_kernel(kernel):
    with cluster("--nodes", "n1=" + kernel.name) as here:
        for _ in range(3):  # more connections than a kernel keeps
            connections = send_strange_bytes(here.nodes()["n1"]["endpoint"])
            succeeds(here.mml("ping", "-c", "10", "n1"))
            for connection in connections:
                connection.close()
        succeeds(here.mml("ping", "-c", "10", "n1"))


@on_each_kernel
def test_a_message_cut_at_any_byte_harms_no_kernel(kernel):
    with cluster("--nodes", "n1=" + kernel.name) as here:
        nodes = here.nodes()
        message = record_client(here, nodes["host"]["endpoint"])
        send_every_beginning(nodes["n1"]["endpoint"], message)
        succeeds(here.mml("ping", "-c", "10", "n1"))


@on_each_kernel
def test_a_file_that_vanishes_while_a_kernel_reads_it(kernel):
    with place() as here:
        path = os.path.join(here.folder, "large.bin")
        with open(path, "wb") as file:
            file.truncate(1 << 30)
        succeeds(here.mml("cluster", "up", "--nodes", "n1=" + kernel.name, "--file", path))
        reader = here.start("02_digest", "/net/n1/digest", "/net/host/files/large.bin")
        time.sleep(0.5)
        os.unlink(path)
        out, err = reader.communicate(timeout=10)
        expect(reader.returncode == 1 and "fails with OS_E_IO" in out, out + err)
        succeeds(here.mml("ping", "n1"))


@on_each_kernel
def test_a_lost_port_is_replaced(kernel):
    with cluster("--nodes", "n1=" + kernel.name) as here:
        before = here.nodes()["n1"]["endpoint"]
        succeeds(here.mml("cluster", "stop", "n1", "--kill"))
        with socket.socket() as thief:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.bind(("127.0.0.1", int(before.split(":")[2])))
            thief.listen()
            succeeds(here.mml("cluster", "start", "n1"))
            expect(here.nodes()["n1"]["endpoint"] != before, "it has another port")
            succeeds(here.mml("ping", "n1"))


@on_each_kernel
def test_a_killed_kernel_is_unreachable_until_it_is_started_again(kernel):
    with cluster("--nodes", f"n1={kernel.name},n2={kernel.name}") as here:
        succeeds(here.mml("cluster", "stop", "n1", "--kill"))
        fails(here.mml("ping", "n1"), "NET_E_UNREACHABLE")
        succeeds(here.mml("ping", "n2"))
        succeeds(here.mml("cluster", "start", "n1"))
        succeeds(here.mml("ping", "n1"))


@on_each_kernel
def test_an_image_that_does_not_boot_shows_the_end_of_its_log(kernel):
    with place() as here:
        os.mkdir(os.path.join(here.folder, kernel.variant))
        with open(os.path.join(here.folder, kernel.variant, "node.elf"), "w") as file:
            file.write("this is no kernel")
        fails(here.mml("cluster", "up", "--nodes", "n1=" + kernel.name, MMLITE_IMAGES=here.folder),
              "node n1 ended while it was starting", "log")
        expect(not os.path.exists(here.folder_of()), "what was started is cleared away")


@on_each_kernel
def test_an_idle_kernel_uses_little_of_a_processor(kernel):
    with cluster("--nodes", "n1=" + kernel.name) as here:
        pid = here.nodes()["n1"]["pid"]
        time.sleep(1)  # after the joining
        before = cpu_seconds(pid)
        time.sleep(5)
        used = (cpu_seconds(pid) - before) / 5
        expect(used < 0.02, f"it used {used:.1%} of a CPU")


if __name__ == "__main__":
    main(globals())
