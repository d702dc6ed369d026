#!/usr/bin/python3
"""`mml cluster up --add FILE`: kernels find the file in their RomFS, before what their image has, Linux nodes in a folder."""
import importlib.util
import json
import os
import shutil
from system import *

CALCULATOR = I386.component("calculator")


def write(here, name, contents):
    path = os.path.join(here.folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(contents)
    return path


def pack(files):
    """The image as the build makes it."""
    spec = importlib.util.spec_from_file_location("romfs", os.path.join(ROOT, "os", "scons", "romfs.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pack(files)


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def expect_calculator(here, path):
    result = succeeds(here.run("01_calculator", path))
    expect(result.out == contents(os.path.join(EXAMPLES, "01_calculator", "expected.txt")).decode(), result)


@on_each_kernel
def test_an_added_component_is_loaded_when_its_name_is_bound(kernel):
    with place() as here:
        mine = shutil.copy(kernel.component("calculator"), os.path.join(here.folder, "mine.elf"))
        text = write(here, "odd,name/hello.txt", b"hello")
        result = succeeds(here.mml("cluster", "up", "--nodes", f"n1={kernel.name},n2=linux", "--add", mine, "--add", text))
        expect("added mine.elf to n1\nadded hello.txt to host n1 n2\n" in result.out, result)
        names = succeeds(here.mml("ls", "/net/n1/romfs")).out.split()
        expect({"mine.elf", "hello.txt", "calculator.elf"} <= set(names), names)
        expect("hello.txt" in succeeds(here.mml("ls", "/net/n2/components/1")).out, "a Linux node has it in a folder")
        expect_calculator(here, "/net/n1/mine")
        image = os.path.join(here.folder_of(), "n1.romfs")
        expect(contents(image) == pack([("mine.elf", contents(mine)), ("hello.txt", b"hello")]), "both packers agree")
        succeeds(here.mml("cluster", "stop", "--kill", "n1"))
        succeeds(here.mml("cluster", "start", "n1"))
        expect_calculator(here, "/net/n1/mine")  # what was added stays with the node


def test_each_node_gets_what_was_built_for_it():
    with place() as here:
        mine = []
        for system in I386, ARMV7M, LINUX:
            os.mkdir(os.path.join(here.folder, system.name))
            mine += ["--add", shutil.copy(system.component("calculator"),
                                          os.path.join(here.folder, system.name, "mine." + system.suffix))]
        result = succeeds(here.mml("cluster", "up", "--nodes", "n1,n2=armv7m,n3=linux", *mine))
        expect("added mine.elf to n1\nadded mine.elf to n2\nadded mine.so to host n3\n" in result.out, result)
        for node in "n1", "n2", "n3", "host":
            expect_calculator(here, f"/net/{node}/mine")
        succeeds(here.mml("cluster", "stop", "--kill", "n3"))
        succeeds(here.mml("cluster", "start", "n3"))
        expect_calculator(here, "/net/n3/mine")
        succeeds(here.mml("cluster", "down"))
        expect(not os.path.exists(here.folder_of()), "nothing is left")


@on_each_system
def test_what_is_added_comes_before_what_a_node_has(system):
    with place() as here:
        other = shutil.copy(system.component("tally"), os.path.join(here.folder, "calculator." + system.suffix))
        succeeds(here.mml("cluster", "up", "--nodes", "n1=" + system.name, "--add", other))
        result = here.run("01_calculator", "/net/n1/calculator")
        expect(result.code == 1 and "E_NOINTERFACE" in result.err, result)
        succeeds(here.run("05_tally", "/net/n1/calculator"))
        if system is not LINUX:
            names = succeeds(here.mml("ls", "/net/n1/romfs")).out.split()
            expect(names.count("calculator.elf") == 1, names)


def test_the_next_cluster_does_not_get_what_an_earlier_one_got():
    with place() as here:
        added = [word for system in (I386, LINUX) for word in ("--add", shutil.copy(
            system.component("calculator"), os.path.join(here.folder, "mine." + system.suffix)))]
        succeeds(here.mml("cluster", "up", "--nodes", "n1,n2=linux", *added))
        listed = json.loads(succeeds(here.mml("--json", "cluster", "ls")).out)[0]
        pids = [part["pid"] for part in [*listed["nodes"], listed["switch"]]]
        for pid in pids:  # as if the machine had lost its power
            os.kill(pid, 9)
        wait_until(lambda: not any(map(is_alive, pids)), what="the end of the processes")
        succeeds(here.mml("cluster", "up", "--nodes", "n1,n2=linux"))
        expect("mine.elf" not in succeeds(here.mml("ls", "/net/n1/romfs")).out, "it is forgotten")
        fails(here.mml("ls", "/net/n2/mine"), "NS_E_NOT_FOUND")
        expect(not [name for name in os.listdir(here.folder_of()) if name.endswith((".romfs", ".components"))], "no file is left")


def test_json_says_who_got_what():
    with place() as here:
        text = write(here, "hello.txt", b"")
        mine = shutil.copy(CALCULATOR, os.path.join(here.folder, "mine.elf"))
        result = succeeds(here.mml("--json", "cluster", "up", "--nodes", "n1,n2=linux", "--add", text, "--add", mine))
        added = {node["name"]: node["added"] for node in json.loads(result.out)["nodes"]}
        expect(added == {"host": ["hello.txt"], "n1": ["hello.txt", "mine.elf"], "n2": ["hello.txt"]}, added)


def test_what_cannot_be_added_is_said_before_anything_starts():
    with place() as here:
        mine = shutil.copy(CALCULATOR, here.folder)
        strange_elf = write(here, "riscv.elf", contents(mine)[:18] + b"\xf3\0" + contents(mine)[20:])
        strange = write(here, "a b.txt", b"")
        large = write(here, "large.bin", b"")
        os.truncate(large, 20 << 20)
        text = write(here, "hello.txt", b"")
        for words, said in (
                (["--add", "/nowhere/x.elf"], "/nowhere/x.elf: No such file"),
                (["--add", here.folder], "is no file"),
                (["--add", mine, "--add", mine], "is added twice"),
                (["--add", mine, "--add", CALCULATOR], "two files calculator.elf"),
                (["--add", strange_elf], "an ELF file that no kind of node loads"),
                (["--add", strange], "a file's name is"),
                (["--add", large], "no room"),
                (["--add", mine, "--nodes", "n1=linux"], "no node of this cluster is one"),
                (["--add", ARMV7M.component("calculator")], "it is for kernel-armv7m, and no node of this cluster is one"),
                ([word for number in range(65) for word in ("--add", text)], "can be given 64 times")):
            fails(here.mml("cluster", "up", *words), said)
            expect(not os.path.exists(here.folder_of()), f"{words}: nothing was started")
        fails(here.mml("cluster", "up", "--add"), code=2)


if __name__ == "__main__":
    main(globals())
