#!/usr/bin/python3
"""The demo: all steps hold, and nothing is left of it however it ends."""
import hashlib
import os
import re
import signal
import time
from system import *


def cluster_processes(here):
    """The processes whose command line names this place's folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if here.folder.encode() in file.read():
                    found.append(int(pid))
            with open(f"/proc/{pid}/environ", "rb") as file:
                if here.folder.encode() in file.read():
                    found.append(int(pid))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            pass
    return [pid for pid in set(found) if is_alive(pid)]


def test_every_step_holds():
    with place() as here:
        path = os.path.join(here.folder, "numbers.bin")
        content = bytes(range(256)) * 4000
        with open(path, "wb") as file:
            file.write(content)
        start = time.monotonic()
        result = succeeds(here.run("mml-demo", path, limit=240))
        took = time.monotonic() - start
        for step in range(1, 11):
            expect(re.search(f"^{step} ok ", result.out, re.M), f"step {step}: {result}")
        expect("FAILED" not in result.out and "10 of 10 steps held" in result.out, result)
        expect(result.out.count(hashlib.sha256(content).hexdigest()) == 2, result)
        expect(took < 120, f"it took {took:.0f} s")
        expect("\033" not in result.out, "colour although nobody looks")
        expect(cluster_processes(here) == [], "processes are left")


def test_a_kept_cluster_can_be_used_and_ended():
    with place() as here:
        result = succeeds(here.run("mml-demo", "--keep", limit=240))
        expect("mml cluster down" in result.out, result)
        succeeds(here.mml("ping", "n1"))
        succeeds(here.mml("cluster", "down"))
        expect(cluster_processes(here) == [], "processes are left")


def interrupt_demo(wait, number):
    """Starts the demo, waits, and ends it with a signal."""
    with place() as here:
        demo = here.start("mml-demo")
        wait(demo)
        demo.send_signal(number)
        out, err = demo.communicate(timeout=20)
        expect(demo.returncode == 128 + number, f"exit code {demo.returncode}\n{out}{err}")
        expect(cluster_processes(here) == [], "processes are left")
        expect(not any(os.scandir(os.path.dirname(here.folder_of()))), "a folder is left")


def test_a_demo_interrupted_while_the_cluster_comes_up_leaves_nothing():
    interrupt_demo(lambda demo: time.sleep(0.1), signal.SIGINT)


def test_a_demo_interrupted_between_calls_leaves_nothing():
    def wait_for_step_4(demo):
        for line in demo.stdout:
            if line.startswith("4 "):
                break

    interrupt_demo(wait_for_step_4, signal.SIGTERM)


def test_a_file_that_is_not_there_is_named():
    with place() as here:
        result = here.run("mml-demo", "/nowhere/file")
        expect(result.code == 1 and "/nowhere/file" in result.err, result)


if __name__ == "__main__":
    main(globals())
