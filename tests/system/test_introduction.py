#!/usr/bin/python3
"""Objects that one node passes on to another: calls go to the object's own node, and its end is the only one that counts."""
import json
import subprocess
import time
from system import *


class Middle:
    """A node that passes an object on as /net/middle/passed; it ends with the block, if not before."""

    def __init__(self, here, path):
        self.here = here
        self.program = subprocess.Popen([os.path.join(ROOT, "build", "tests", "pass_on"), "middle", path], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=here.environment)
        line = self.program.stdout.readline()
        expect(line == "ready\n", f"{line!r} {self.program.poll()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        self.program.kill()
        self.program.communicate()

    def served(self):
        """How many calls of IProbe came through it."""
        rows = json.loads(succeeds(self.here.mml("--json", "stat", "middle")).out)["interfaces"]
        return sum(row["served"]["calls"] for row in rows if row["name"] == "IProbe" and "served" in row)


def relay(here, node, times=10):
    """Calls of the object that was passed on, from a node that keeps its reference."""
    return here.mml("call", f"/net/{node}/relay", "Increment", "path=/net/middle/passed", "value=1", f"times={times}")


def came_through(middle, node):
    before = middle.served()
    succeeds(relay(middle.here, node))
    return middle.served() != before


@on_each_kernel
def test_kernels_call_each_other_and_not_who_passed_the_object_on(kernel):
    with cluster("--nodes", f"n1={kernel.name},n2={kernel.name}") as here, Middle(here, "/net/n2/probe") as middle:
        succeeds(relay(here, "n1"))
        wait_until(lambda: not came_through(middle, "n1"), 20, "a call that goes straight")
        middle.kill()
        for _ in range(3):  # 10 s and more after the end of the connection, nothing is left of that
            succeeds(relay(here, "n1", 100))
            time.sleep(4)
        succeeds(here.mml("cluster", "stop", "n2", "--kill"))
        fails(relay(here, "n1"), "RPC_E_DISCONNECTED")


if __name__ == "__main__":
    main(globals())
