#!/usr/bin/python3
"""Each example, from one source: linked into nodes, loaded by kernels, loaded by Linux nodes. Its client prints expected.txt,
byte for byte."""
import os
from system import *

SAMPLE = os.path.join(EXAMPLES, "02_digest", "sample.txt")
CASES = {  # the component, and the words of its client
    "01_calculator": ("calculator", ["{object}"]),
    "02_digest": ("digest", ["{object}", "/net/host/files/sample.txt"]),
    "03_callback": ("ticker", ["{object}"]),
    "05_tally": ("tally", ["{object}"]),
    "06_ledger": ("ledger", ["{object}"]),
    "07_stations": ("stations", ["{object}"]),
    "04_relay": ("relay", ["{object}", "/net/{other}/probe"]),
}


def run_example(here, example, path, other):
    words = [word.format(object=path, other=other) for word in CASES[example][1]]
    result = succeeds(here.run(example, *words))
    with open(os.path.join(EXAMPLES, example, "expected.txt")) as file:
        expect(result.out == file.read(), f"{example} at {path}: {result}")
    expect(result.err == "", f"{example} at {path}: {result}")


def run_examples(node, other, **environment):
    """As nodes have them: some are linked, some come when they are asked for. Returns what was loaded."""
    with place() as here:
        here.environment.update(environment)
        succeeds(here.mml("cluster", "up", "--nodes", f"{node},{other}", "--file", SAMPLE))
        for example, (component, _) in CASES.items():
            run_example(here, example, f"/net/{node.split('=')[0]}/{component}", other.split("=")[0])
        return succeeds(here.mml("load", node.split("=")[0])).out.split()


def test_every_example_is_covered():
    folders = {name for name in os.listdir(EXAMPLES) if name[0].isdigit()}
    expect(folders == set(CASES), folders)


def test_examples_on_linux_nodes():
    run_examples("n1=linux", "n2=linux")


@on_each_kernel
def test_examples_on_kernel_nodes(kernel):
    run_examples("n1=" + kernel.name, "n2=" + kernel.name)


@on_each_kernel
def test_examples_on_a_kernel_that_calls_linux(kernel):
    run_examples("n1=" + kernel.name, "n2=linux")


def test_examples_on_kernels_of_different_processors():
    run_examples("n1=i386", "n2=armv7m")
    run_examples("n1=armv7m", "n2=i386")


@on_each_kernel
def test_examples_that_are_linked(kernel):
    with place() as images:
        os.mkdir(os.path.join(images.folder, kernel.variant))
        os.symlink(kernel.image("node_linked"), os.path.join(images.folder, kernel.variant, "node.elf"))
        loaded = run_examples("n1=" + kernel.name, "n2=linux", MMLITE_IMAGES=images.folder)
        expect(loaded == [], loaded)


@on_each_system
def test_examples_that_are_loaded(system):
    """From their files, under another name than that of the component that the node may have."""
    with cluster("--nodes", "n1=" + system.name, "--file", SAMPLE) as here:
        for example, (component, _) in CASES.items():
            succeeds(here.mml("load", "n1", "loaded", system.component(component)))
            run_example(here, example, "/net/n1/loaded", "host")
            succeeds(here.mml("unload", "n1", "loaded"))
            wait_until(lambda: succeeds(here.mml("load", "n1")).out == "", what="unloading " + component)


def test_an_example_says_what_failed():
    with cluster("--nodes", "n1=linux") as here:
        result = here.run("01_calculator", "/net/n9/calculator")
        expect(result.code == 1 and "NS_E_NOT_FOUND" in result.err and result.out == "", result)
        expect(here.run("01_calculator").code == 2, "usage")
        result = here.run("02_digest", "/net/n1/digest", "/net/host/files/absent.txt")
        expect(result.code == 1 and "NS_E_NOT_FOUND" in result.out, result)


if __name__ == "__main__":
    main(globals())
