#!/usr/bin/python3
"""Components of running nodes, kernels and Linux alike: they come when their name is bound or when somebody loads them, and go
when nobody holds them; what is wrong is said, and nothing is lost."""
import os
import re
import subprocess
import threading
from system import *

BUILD = os.path.join(ROOT, "build")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def next_version(image):
    """Another version of the specimen: its number is a byte of the file."""
    return image.replace(b"specimen version 1", b"specimen version 2")


def names_on(here, node):
    return succeeds(here.mml("ls", "/net/" + node)).out.split()


def loaded_on(here, node):
    return succeeds(here.mml("load", node)).out.split()


def expect_calculator(here, path):
    result = succeeds(here.run("01_calculator", path))
    with open(os.path.join(EXAMPLES, "01_calculator", "expected.txt")) as file:
        expect(result.out == file.read(), result)


class Holder:
    """A program that holds a reference to a specimen until it is let go."""

    def __init__(self, here, path):
        self.program = subprocess.Popen([os.path.join(BUILD, "tests", "hold_specimen"), path], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=here.environment)
        here.programs.append(self.program)

    def say(self, line):
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()

    def call(self):
        """(version, count) as the specimen says."""
        self.say("call")
        line = self.program.stdout.readline()
        found = re.fullmatch(r"version (\d+) count (\d+)\n", line)
        expect(found, f"the specimen answered {line!r}{'' if line else self.program.stderr.read()}")
        return int(found[1]), int(found[2])

    def let_go(self):
        out, err = self.program.communicate("", timeout=10)
        expect(self.program.returncode == 0, out + err)


# ---- by name ----

@on_each_system
def test_binding_a_name_loads_it_and_the_last_release_unloads_it(system):
    with cluster("--nodes", "n1=" + system.name) as here:
        images = "romfs" if system is not LINUX else "components/1"
        expect("calculator" not in names_on(here, "n1"), "nobody has asked for it yet")
        expect("calculator." + system.suffix in succeeds(here.mml("ls", "/net/n1/" + images)).out, "its image is there")
        expect_calculator(here, "/net/n1/calculator")
        wait_until(lambda: "calculator" not in names_on(here, "n1"), what="unloading")
        expect_calculator(here, "/net/n1/calculator")


def mappings(pid, name):
    with open(f"/proc/{pid}/maps") as maps:
        return maps.read().count(f"/memfd:{name} ")


def test_code_that_is_unloaded_is_not_in_memory_any_more():
    with cluster("--nodes", "n1=linux") as here:
        pid = here.nodes()["n1"]["pid"]
        expect(mappings(pid, "calculator") == 0, "nobody has asked for it yet")
        succeeds(here.mml("load", "n1", "calculator"))
        expect(mappings(pid, "calculator") > 0, "it is there")
        expect_calculator(here, "/net/n1/calculator")
        succeeds(here.mml("unload", "n1", "calculator"))
        wait_until(lambda: mappings(pid, "calculator") == 0, what="unloading")


@on_each_system
def test_a_folder_that_another_node_serves_is_searched_too(system):
    with cluster("--nodes", "n1=" + system.name, "--dir", "components=" + system.test_components) as here:
        holder = Holder(here, "/net/n1/specimen")
        expect(holder.call() == (1, 1), "the image came over the network")
        expect("specimen" in names_on(here, "n1"), "it is there")
        holder.let_go()
        wait_until(lambda: "specimen" not in names_on(here, "n1"), what="unloading")


@on_each_system
def test_constructors_that_make_no_object_cost_nobody_else_anything(system):
    with cluster("--nodes", "n1=" + system.name, "--dir", "components=" + system.test_components) as here:
        fails(here.mml("ping", "/net/n1/fails"), "E_ACCESSDENIED", "the constructor's reason")
        fails(here.mml("load", "n1", "other", system.test_component("fails")), "E_ACCESSDENIED", "the constructor's reason")
        fails(here.mml("ping", "/net/n1/absent"), "OS_E_NOT_PRESENT", "absent made no object")
        hanging = here.start("mml", "ping", "/net/n1/hangs")
        expect_calculator(here, "/net/n1/calculator")  # meanwhile
        holder = Holder(here, "/net/n1/specimen")
        expect(holder.call() == (1, 1), "another one")
        out, err = hanging.communicate(timeout=15)
        expect(hanging.returncode == 1 and "RPC_E_TIMEOUT" in err, out + err)
        holder.let_go()
        succeeds(here.mml("load", "n1", "hangs", system.test_component("specimen")))  # one that does not
        holder = Holder(here, "/net/n1/hangs")
        expect(holder.call() == (1, 1), "the name is free for it")
        holder.let_go()


def test_an_unused_component_is_kept_as_long_as_its_node_was_told():
    with place() as here:
        _, endpoint = here.start_node("hub", "--components", LINUX.test_components, "--keep", "60000")
        here.environment["MML_NODE"] = endpoint
        for round in 1, 2:
            holder = Holder(here, "/net/hub/specimen")
            expect(holder.call() == (1, round), "the same instance")
            holder.let_go()
            time.sleep(1.2)  # two looks of its sweeper
        fails(here.mml("node", "--name", "x", "--listen", "tcp:127.0.0.1:0", "--keep", "long"), "--keep", code=2)


# ---- by hand ----

@on_each_system
def test_a_file_of_this_machine_is_loaded(system):
    with cluster("--nodes", "n1=" + system.name) as here:
        uploads = os.path.join(here.folder_of(), "uploads")
        succeeds(here.mml("load", "n1", "mine", system.component("calculator")))
        expect_calculator(here, "/net/n1/mine")
        expect(os.listdir(uploads) == [], "the copy is gone: the node has what is in it")
        expect("mine" in names_on(here, "n1") and loaded_on(here, "n1")[0] == "mine", "it stays")
        succeeds(here.mml("unload", "n1", "mine"))
        expect("mine" not in names_on(here, "n1"), "its name is gone at once")
        wait_until(lambda: loaded_on(here, "n1") == [], what="unloading")
        succeeds(here.mml("load", "n1", "calculator"))  # the node's own
        expect_calculator(here, "/net/n1/calculator")


@on_each_system
def test_an_image_of_another_node_is_loaded_by_path(system):
    with cluster("--nodes", "n1=" + system.name, "--dir", "components=" + system.components) as here:
        path = f"/net/host/files/components/calculator.{system.suffix}"
        succeeds(here.mml("load", "n1", "other", path))
        expect_calculator(here, "/net/n1/other")
        succeeds(here.mml("load", "n1", "other", path))  # again
        expect_calculator(here, "/net/n1/other")
        fails(here.mml("load", "n1", "x", path + "x"), "NS_E_NOT_FOUND")
        fails(here.mml("load", "n1", "probe", path), "NS_E_EXISTS")
        for name in "Probe", "../x", "a/b", "", "a" * 32:
            fails(here.mml("load", "n1", name, system.component("calculator")), "cannot be the name", code=2)
        fails(here.mml("load", "n1", "x", "--force"), "unknown option `--force`", code=2)
        fails(here.mml("unload", "n1", "probe"), "NS_E_NOT_FOUND")
        fails(here.mml("load", "n9", "x", path), "NS_E_NOT_FOUND")
        fails(here.mml("load"), code=2)
        fails(here.mml("unload", "n1"), code=2)
        succeeds(here.mml("ping", "n1"))


def test_many_load_at_once_and_what_a_killed_one_left_is_cleared_away():
    with cluster("--nodes", "n1,n2=linux") as here:
        uploads = os.path.join(here.folder_of(), "uploads")
        write(uploads, "left-1.elf", b"left behind")
        results = []

        def load(node, system, number):
            results.append(here.mml("load", node, f"c{number}", system.component("calculator")))

        threads = [threading.Thread(target=load, args=(node, system, number)) for number in range(6)
                   for node, system in (("n1", I386), ("n2", LINUX))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for result in results:
            succeeds(result)
        expect(os.listdir(uploads) == [], os.listdir(uploads))
        for node in "n1", "n2":
            expect(loaded_on(here, node) == [f"c{number}" for number in range(6)], loaded_on(here, node))
            expect_calculator(here, f"/net/{node}/c5")


def test_a_cluster_that_mml_did_not_start_gets_no_files():
    with place() as here:
        _, endpoint = here.start_node("hub", "--components", LINUX.components)
        fails(here.mml("--node", endpoint, "load", "hub", "x", LINUX.component("calculator")), "mml cluster up", "--load-from")
        succeeds(here.mml("--node", endpoint, "load", "hub", "x", "/components/1/calculator.so"))
        _, other = here.start_node("other", directory=endpoint)
        fails(here.mml("--node", endpoint, "load", "other", "x", "/components/1/calculator.so"), "NS_E_NOT_FOUND", "demand")


@on_each_system
def test_instances_of_one_image_have_data_of_their_own(system):
    with cluster("--nodes", "n1=" + system.name) as here:
        for name in "one", "two":
            succeeds(here.mml("load", "n1", name, system.test_component("specimen")))
        first, second = Holder(here, "/net/n1/one"), Holder(here, "/net/n1/two")
        expect([first.call(), first.call(), second.call()] == [(1, 1), (1, 2), (1, 1)], "their counts differ")
        first.let_go()
        second.let_go()


@on_each_system
def test_a_new_version_takes_the_name_and_the_old_one_stays_for_who_holds_it(system):
    with cluster("--nodes", "n1=" + system.name) as here:
        succeeds(here.mml("load", "n1", "specimen", system.test_component("specimen")))
        old = Holder(here, "/net/n1/specimen")
        expect(old.call() == (1, 1), "the first version")
        path = write(here.folder, "new." + system.suffix, next_version(read(system.test_component("specimen"))))
        succeeds(here.mml("load", "n1", "specimen", path))
        new = Holder(here, "/net/n1/specimen")
        expect(new.call() == (2, 1), "the second version")
        time.sleep(1.5)  # the sweeper has looked at both
        expect(old.call() == (1, 2) and new.call() == (2, 2), "both work")
        new.let_go()
        time.sleep(1.5)
        expect(old.call() == (1, 3), "what is loaded by hand stays, and so does what is held")
        if system is LINUX:
            pid = here.nodes()["n1"]["pid"]
            both = mappings(pid, "specimen")
            old.let_go()
            wait_until(lambda: mappings(pid, "specimen") == both // 2, what="unloading the old one")
        else:
            old.let_go()
        succeeds(here.mml("unload", "n1", "specimen"))
        wait_until(lambda: loaded_on(here, "n1") == [], what="unloading")
        succeeds(here.mml("ping", "n1"))


@on_each_system
def test_a_name_that_a_component_left_behind_keeps_its_code(system):
    with cluster("--nodes", "n1=" + system.name, "--dir", "components=" + system.test_components) as here:
        holder = Holder(here, "/net/n1/specimen")
        holder.say("leave part")
        expect(holder.call() == (1, 1), "it works")
        holder.let_go()
        wait_until(lambda: "specimen is registered as part" in here.mml("cluster", "log", "n1").out,
                   what="saying why it stays")
        expect(loaded_on(here, "n1") == ["specimen"], "its code is still there")
        part = Holder(here, "/net/n1/part")
        expect(part.call() == (1, 0), "and works; this has taken the name away")
        part.let_go()
        wait_until(lambda: loaded_on(here, "n1") == [], what="unloading")


@on_each_system
def test_an_object_that_does_not_hold_its_component_keeps_its_code(system):
    with cluster("--nodes", "n1=" + system.name, "--dir", "components=" + system.test_components) as here:
        holder = Holder(here, "/net/n1/specimen")
        holder.say("part")
        expect(holder.call() == (1, 0), "the part answers")
        wait_until(lambda: "a peer still holds an object of it" in here.mml("cluster", "log", "n1").out,
                   what="saying why it stays")
        expect(holder.call() == (1, 0) and loaded_on(here, "n1") == ["specimen"], "its code is still there")
        holder.let_go()
        wait_until(lambda: loaded_on(here, "n1") == [], what="unloading")


@on_each_system
def test_a_job_that_is_left_behind_keeps_its_code(system):
    with cluster("--nodes", "n1=" + system.name, "--dir", "components=" + system.test_components) as here:
        holder = Holder(here, "/net/n1/specimen")
        holder.say("job 4000")
        expect(holder.call() == (1, 1), "it works")
        holder.let_go()
        wait_until(lambda: "a job of it is still scheduled" in here.mml("cluster", "log", "n1").out,
                   what="saying why it stays")
        wait_until(lambda: loaded_on(here, "n1") == [], limit=20, what="unloading")
        succeeds(here.mml("ping", "n1"))


# ---- what is refused ----

def spoilt_images(system):
    """(name, bytes, what a node says)"""
    whole = read(system.test_component("specimen"))
    is_elf = "this is no 32-bit little-endian ELF file" if system is not LINUX else "this is no ELF file"
    others = [other for other in [*KERNELS, LINUX] if other is not system]
    return [
        ("text", b"this is text, not an image" * 10, ["OS_E_BAD_IMAGE", is_elf]),
        ("empty", b"", ["OS_E_BAD_IMAGE", "the file is empty"]),
        ("cut", whole[:len(whole) // 3], ["OS_E_BAD_IMAGE", "outside" if system is LINUX else "section table"]),
        *[("of_" + other.name, read(other.test_component("specimen")),
           ["OS_E_BAD_IMAGE", is_elf if other is LINUX else "the image is for another processor"]) for other in others],
        ("symbol", whole.replace(b"com_query_one\0", b"com_query_two\0"), ["OS_E_UNRESOLVED", "com_query_two"]),
        ("large", whole + bytes(1 << 20), ["OS_E_BAD_IMAGE", "too large"]),
    ]


@on_each_system
def test_what_is_no_image_is_refused_with_the_reason(system):
    with place() as here:
        folder = os.path.join(here.folder, "components")
        os.mkdir(folder)
        for name, data, _ in spoilt_images(system):
            write(folder, f"{name}.{system.suffix}", data)
        succeeds(here.mml("cluster", "up", "--nodes", "n1=" + system.name, "--dir", "components=" + folder))
        for name, _, texts in spoilt_images(system):
            file = f"{name}.{system.suffix}"
            fails(here.mml("load", "n1", "x", "/net/host/files/components/" + file), *texts)  # the node looked at it
            fails(here.mml("load", "n1", "x", os.path.join(folder, file)))  # this program did, or the node
            fails(here.mml("ping", "/net/n1/" + name), *texts)
        for other in [*KERNELS, LINUX]:
            if other is not system:
                fails(here.mml("load", "n1", "x", other.test_component("specimen")), f"is for nodes of {other.variant}")
        fails(here.mml("load", "n1", "x", os.path.join(ROOT, "README.md")), "no image of a component")
        fails(here.mml("load", "n1", "x", folder), "no file")
        fails(here.mml("load", "n1", "x", "absent.elf"), "absent.elf: No such file")
        expect(os.listdir(os.path.join(here.folder_of(), "uploads")) == [], "no copies are left")
        wait_until(lambda: loaded_on(here, "n1") == [], what="forgetting what failed")
        succeeds(here.mml("ping", "n1"))


@on_each_system
def test_only_paths_that_the_node_allows_are_loaded_from(system):
    with place() as here:
        folder, secret = os.path.join(here.folder, "components"), os.path.join(here.folder, "componentsX")
        image = f"calculator.{system.suffix}"
        for path in folder, secret:
            os.mkdir(path)
            write(path, image, read(system.component("calculator")))
        os.symlink(os.path.join(secret, image), os.path.join(folder, "link." + system.suffix))
        os.symlink(secret, os.path.join(folder, "folder"))
        succeeds(here.mml("cluster", "up", "--nodes", "n1=" + system.name + ",n2=linux", "--dir", "components=" + folder,
                          "--dir", "componentsX=" + secret, "--file", os.path.join(secret, image)))
        base = "/net/host/files/"
        succeeds(here.mml("load", "n1", "x", base + "components/" + image))  # as it should be
        for path in base + image, base + "componentsX/" + image, "/net/host/components/" + image, \
                "/net/n2/files/components/" + image, "/net/n9/files/components/" + image, "/files/" + image, \
                "/probe", base + "components":
            fails(here.mml("load", "n1", "y", path), "E_ACCESSDENIED", "does not load from")
        for path in base + "components/../componentsX/" + image, base + "components//" + image, \
                base + "uploads/../" + image, base + "components/./" + image:
            fails(here.mml("load", "n1", "y", path), "NS_E_BAD_PATH")
        for path in "components/link." + system.suffix, "components/folder/" + image:
            fails(here.mml("load", "n1", "y", base + path), "NS_E_NOT_FOUND")
        expect(loaded_on(here, "n1") == ["x"], loaded_on(here, "n1"))
        fails(here.mml("cluster", "up", "--name", "other", "--dir", "uploads=" + folder), "the cluster's own")


if __name__ == "__main__":
    main(globals())
