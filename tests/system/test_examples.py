#!/usr/bin/python3
"""Each example on a Linux node and on a kernel node: the client prints expected.txt, byte for byte."""
import os
from system import *

SAMPLE = os.path.join(EXAMPLES, "02_digest", "sample.txt")
CASES = {
    "01_calculator": ["/net/{node}/calculator"],
    "02_digest": ["/net/{node}/digest", "/net/host/files/sample.txt"],
    "03_callback": ["/net/{node}/ticker"],
    "05_tally": ["/net/{node}/tally"],
    "06_ledger": ["/net/{node}/ledger"],
    "04_relay": ["/net/{node}/relay", "/net/{other}/probe"],
}


def run_examples(node, other):
    with cluster("--nodes", f"{node},{other}", "--file", SAMPLE) as here:
        names = {"node": node.split("=")[0], "other": other.split("=")[0]}
        for example, words in CASES.items():
            result = succeeds(here.run(example, *[word.format(**names) for word in words]))
            with open(os.path.join(EXAMPLES, example, "expected.txt")) as file:
                expect(result.out == file.read(), f"{example} on {node}: {result}")
            expect(result.err == "", f"{example} on {node}: {result}")


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


def test_an_example_says_what_failed():
    with cluster("--nodes", "n1=linux") as here:
        result = here.run("01_calculator", "/net/n9/calculator")
        expect(result.code == 1 and "NS_E_NOT_FOUND" in result.err and result.out == "", result)
        expect(here.run("01_calculator").code == 2, "usage")
        result = here.run("02_digest", "/net/n1/digest", "/net/host/files/absent.txt")
        expect(result.code == 1 and "NS_E_NOT_FOUND" in result.out, result)


if __name__ == "__main__":
    main(globals())
