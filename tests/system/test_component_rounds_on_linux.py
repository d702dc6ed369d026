#!/usr/bin/python3
"""Components of a process that come and go for a long time."""
import re
from system import *

LOAD_ROUNDS = os.path.join(ROOT, "build", "tests", "load_rounds")


def mappings(pid, name):
    with open(f"/proc/{pid}/maps") as maps:
        return maps.read().count(f"/memfd:{name} ")


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1])


def test_loading_again_and_again_leaves_the_process_as_it_was():
    with cluster("--nodes", "n1=linux") as here:
        pid = here.nodes()["n1"]["pid"]

        def settled():
            wait_until(lambda: mappings(pid, "calculator") == 0, what="unloading")
            return resident_kib(pid), len(os.listdir(f"/proc/{pid}/fd"))

        succeeds(here.run(LOAD_ROUNDS, "n1", "1000"))
        memory, descriptors = settled()
        print("# " + succeeds(here.run(LOAD_ROUNDS, "n1", "10000", limit=240)).out, end="")
        memory_after, descriptors_after = settled()
        print(f"# {memory} KiB before, {memory_after} KiB after")
        expect(descriptors_after == descriptors, f"{descriptors} files are open before, {descriptors_after} after")
        expect(memory_after < memory + 1024, f"{memory} KiB before, {memory_after} KiB after")


if __name__ == "__main__":
    main(globals())
