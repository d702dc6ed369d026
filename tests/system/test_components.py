#!/usr/bin/python3
"""Components of a running kernel: they come when their name is bound, from its RomFS or over RPC, and go when nobody holds
them; what is wrong is said, and nothing is lost."""
import os
import shutil
from system import *

EXPECTED = os.path.join(EXAMPLES, "01_calculator", "expected.txt")


def names_on(here, node):
    return succeeds(here.mml("ls", "/net/" + node)).out.split()


def expect_calculator(here, path):
    result = succeeds(here.run("01_calculator", path))
    with open(EXPECTED) as file:
        expect(result.out == file.read(), result)


@on_each_kernel
def test_binding_a_name_loads_it_and_the_last_release_unloads_it(kernel):
    with cluster("--nodes", "n1=" + kernel.name) as here:
        expect("calculator" not in names_on(here, "n1"), "nobody has asked for it yet")
        expect("calculator.elf" in succeeds(here.mml("ls", "/net/n1/romfs")).out, "its image is there")
        expect_calculator(here, "/net/n1/calculator")
        wait_until(lambda: "calculator" not in names_on(here, "n1"), what="unloading")
        expect_calculator(here, "/net/n1/calculator")


@on_each_kernel
def test_an_image_of_another_node_is_loaded_by_path(kernel):
    with place() as here:
        shutil.copytree(kernel.components, os.path.join(here.folder, "components"))
        with open(os.path.join(here.folder, "components", "text.elf"), "w") as file:
            file.write("this is text, not an image")
        with open(os.path.join(kernel.components, "calculator.elf"), "rb") as whole:
            with open(os.path.join(here.folder, "components", "cut.elf"), "wb") as cut:
                cut.write(whole.read()[:-100])
        succeeds(here.mml("cluster", "up", "--nodes", "n1=" + kernel.name, "--dir",
                          "components=" + os.path.join(here.folder, "components")))
        base = "/net/host/files/components/"
        succeeds(here.mml("load", "n1", "other", base + "calculator.elf"))
        expect_calculator(here, "/net/n1/other")
        expect("other" in names_on(here, "n1"), "what was loaded by hand stays")
        succeeds(here.mml("load", "n1", "other", base + "calculator.elf"))  # a new version
        expect_calculator(here, "/net/n1/other")
        succeeds(here.mml("unload", "n1", "other"))
        expect("other" not in names_on(here, "n1"), "its name is gone at once")

        fails(here.mml("load", "n1", "x", base + "text.elf"), "OS_E_BAD_IMAGE", "this is no 32-bit")
        fails(here.mml("load", "n1", "x", base + "cut.elf"), "OS_E_BAD_IMAGE")
        fails(here.mml("load", "n1", "x", base + "absent.elf"), "NS_E_NOT_FOUND")
        fails(here.mml("load", "n1", "x", "/net/host/files/elsewhere.elf"), "E_ACCESSDENIED")
        fails(here.mml("load", "n1", "x", "/net/n9/x.elf"), "E_ACCESSDENIED")
        fails(here.mml("load", "n1", "probe", base + "calculator.elf"), "NS_E_EXISTS")
        fails(here.mml("unload", "n1", "probe"), "NS_E_NOT_FOUND")
        fails(here.mml("load", "n9", "x", base + "calculator.elf"), "NS_E_NOT_FOUND")
        fails(here.mml("load"), code=2)
        fails(here.mml("unload", "n1"), code=2)
        wait_until(lambda: succeeds(here.mml("load", "n1")).out == "", limit=5, what="unloading")
        succeeds(here.mml("ping", "n1"))


@on_each_kernel
def test_every_example_works_as_an_image_that_is_loaded(kernel):
    """The same sources that are linked into nodes elsewhere; under other names, so that it is these that answer."""
    cases = {
        "01_calculator": ("calculator", ["/net/n1/loaded"]),
        "02_digest": ("digest", ["/net/n1/loaded", "/net/host/files/sample.txt"]),
        "03_callback": ("ticker", ["/net/n1/loaded"]),
        "05_tally": ("tally", ["/net/n1/loaded"]),
        "06_ledger": ("ledger", ["/net/n1/loaded"]),
        "04_relay": ("relay", ["/net/n1/loaded", "/net/host/probe"]),
    }
    expect({name for name in os.listdir(EXAMPLES) if name[0].isdigit()} == set(cases), "every example is covered")
    sample = os.path.join(EXAMPLES, "02_digest", "sample.txt")
    with cluster("--nodes", "n1=" + kernel.name, "--dir", "components=" + kernel.components, "--file", sample) as here:
        for example, (component, words) in cases.items():
            succeeds(here.mml("load", "n1", "loaded", f"/net/host/files/components/{component}.elf"))
            result = succeeds(here.run(example, *words))
            with open(os.path.join(EXAMPLES, example, "expected.txt")) as file:
                expect(result.out == file.read(), f"{example}: {result}")
            expect(succeeds(here.mml("load", "n1")).out == "loaded\n", "it is there")
            succeeds(here.mml("unload", "n1", "loaded"))
            wait_until(lambda: succeeds(here.mml("load", "n1")).out == "", limit=5, what="unloading " + component)


def test_an_image_of_another_processor_is_refused():
    with cluster("--nodes", "n1=i386,n2=armv7m", "--dir", "components=" + I386.components) as here:
        fails(here.mml("load", "n2", "x", "/net/host/files/components/calculator.elf"), "OS_E_BAD_IMAGE",
              "the image is for another processor")
        succeeds(here.mml("load", "n1", "x", "/net/host/files/components/calculator.elf"))


if __name__ == "__main__":
    main(globals())
