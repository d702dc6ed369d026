#!/usr/bin/python3
"""Objects that one node passes on to another: calls go to the object's own node if it can be reached, and its end is then the only
one that counts."""
import itertools
import json
import subprocess
import time
from system import *

KINDS = {"n1": "i386", "n2": "armv7m", "n3": "linux"}
NODES = ",".join(f"{name}={kind}" for name, kind in KINDS.items())


class Middle:
    """A node that has an object as /net/NODE/passed, which is another one's."""

    def __init__(self, here, node):
        self.here, self.node, self.path = here, node, f"/net/{node}/passed"


class Program(Middle):
    """One that passes on the object of a path; it ends with the block, if not before. Or has the node `where` do so."""

    def __init__(self, here, path, name="middle", where=None):
        super().__init__(here, where or name)
        words = [name, path, *([f"/net/{where}"] if where else [])]
        self.program = subprocess.Popen([os.path.join(ROOT, "build", "tests", "pass_on"), *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=here.environment)
        line = self.program.stdout.readline()
        expect(line == "ready\n", f"{line!r} {self.program.poll()} {self.program.stderr.read() if not line else ''}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.program.poll() is None:
            self.program.communicate(timeout=20)  # its input ends, and it goes in good order

    def kill(self):
        self.program.kill()
        self.program.communicate()


def served(here, node):
    """How many calls of IProbe a node has had from others."""
    rows = json.loads(succeeds(here.mml("--json", "stat", node)).out)["interfaces"]
    return sum(row["served"]["calls"] for row in rows if row["name"] == "IProbe" and "served" in row)


def relay(here, node, path, times=10):
    """Calls of the object that was passed on, from a node that keeps its reference."""
    return here.mml("--json", "call", f"/net/{node}/relay", "Increment", f"path={path}", "value=1", f"times={times}")


def came_through(middle, node, times=10):
    """How many of so many calls, which are all answered."""
    before = served(middle.here, middle.node)
    expect(json.loads(succeeds(relay(middle.here, node, middle.path, times)).out)["outputs"]["out_value"] == 1 + times, "they are executed")
    return served(middle.here, middle.node) - before


def goes_straight(middle, user, home):
    """From now on, or soon, calls of `user` go to `home` and nowhere else."""
    wait_until(lambda: not came_through(middle, user), 20, f"a call of {user} that goes straight to {home}, past {middle.node},")
    before = served(middle.here, home)
    expect(came_through(middle, user, 100) == 0, f"all of {user} go past {middle.node}")
    expect(served(middle.here, home) == before + 100, f"and arrive at {home}, once each")


def goes_by_the_detour(middle, user, seconds):
    """Though it is tried again meanwhile, calls of `user` come by the middle, and none fails."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        expect(came_through(middle, user) == 10, f"all of {user} come by {middle.node}")
        time.sleep(0.3)


def every_kind_goes_straight_to_every_other(*more):
    with cluster("--nodes", NODES, *more) as here:
        for user, home in itertools.permutations(KINDS, 2):
            with Program(here, f"/net/{home}/probe", f"of-{user}-{home}") as middle:
                goes_straight(middle, user, home)
        for user, where, home in itertools.permutations(KINDS):
            with Program(here, f"/net/{home}/probe", f"by-{where}-{home}", where) as giver:  # a chain of four
                goes_straight(giver, user, home)
            goes_straight(giver, user, home)


def test_every_kind_of_node_goes_straight_to_every_other_past_every_kind():
    every_kind_goes_straight_to_every_other()


def test_every_kind_of_node_goes_straight_to_every_other_by_udp():
    """Who passes it on speaks TCP: the way to the object is another one than that to its giver."""
    every_kind_goes_straight_to_every_other("--transport", "udp")


@side_by_side
@on_each_system
def test_who_passed_the_object_on_is_needed_no_more_but_its_own_node_is(system):
    with cluster("--nodes", f"n1={system.name},n2={system.name}") as here, Program(here, "/net/n2/probe") as middle:
        goes_straight(middle, "n1", "n2")
        middle.kill()
        for _ in range(3):  # 10 s and more after the end of the connection, nothing is left of that
            succeeds(relay(here, "n1", middle.path, 100))
            time.sleep(4)
        succeeds(here.mml("cluster", "stop", "n2", "--kill"))
        fails(relay(here, "n1", middle.path), "RPC_E_DISCONNECTED")


@side_by_side
@on_each_system
def test_a_node_that_cannot_be_reached_is_called_by_way_of_who_can(system):
    """It listens at a unix socket only, which is of no use to a kernel, and which nobody finds any more."""
    with cluster("--nodes", f"n1={system.name}") as here:
        away = os.path.join(here.folder, "away")
        here.start_node("away", listen="unix:" + away, directory=here.nodes()["host"]["endpoint"])
        with Program(here, "/net/away/probe") as middle:
            os.unlink(away)
            goes_by_the_detour(middle, "n1", 8)
            middle.kill()
            fails(relay(here, "n1", middle.path), "RPC_E_DISCONNECTED")


if __name__ == "__main__":
    main(globals())
