#!/usr/bin/python3
"""Projects that `mml new` writes outside this tree: they are built with what is installed, and called on every kind of node."""
import contextlib
import json
import re
import shutil
from installed import *


def test_a_new_project_builds_and_passes_its_test():
    here = installation()
    folder = here.new("my-pump")
    first = succeeds(here.run("scons", "-Q", "test", cwd=folder))
    files = [f"build/{kind}/my_pump.elf" for kind in here.kinds()] + ["build/linux/my_pump.so"]
    for kind in *here.kinds(), "linux":
        expect(f"ok   my_pump on a node of the kind {kind}\n" in first.out, first)
    expect(first.err == "", first)
    again = succeeds(here.run("scons", "-Q", cwd=folder))
    expect(again.out == "scons: `.' is up to date.\n", again)
    nodes = {f"n{number}": kind for number, kind in enumerate(here.kinds(), 1)}
    added = [word for file in files for word in ("--add", os.path.join(folder, file))]
    with installed_cluster("--nodes", ",".join(map("=".join, nodes.items())), *added):
        for node in *nodes, "host":
            result = succeeds(here.run(os.path.join(folder, "build/my_pump-client"), f"/net/{node}/my_pump", "1", "-3"))
            expect(result.out == "1 makes 1\n-3 makes -2\n", result)
        result = here.run(os.path.join(folder, "build/my_pump-client"), "/net/n1/my_pump", "-2147483648", "-2147483648")
        expect(result.code == 1 and "MY_PUMP_E_OVERFLOW" in result.out, result)


def test_a_component_in_cxx_builds_and_passes_its_test():
    here = installation()
    folder = here.new("cxx")
    for name in "tally.idl", "component.cpp", "client.c", "expected.txt":
        shutil.copy(os.path.join(EXAMPLES, "05_tally", name), folder)
    path = os.path.join(folder, "SConstruct")
    write(read(path).replace("'cxx", "'tally").replace("component.c'", "component.cpp'").replace("words=['40', '2'], ", ""), path)
    result = succeeds(here.run("scons", "-Q", "test", cwd=folder))
    for kind in *here.kinds(), "linux":
        expect(f"ok   tally on a node of the kind {kind}\n" in result.out, result)


def test_what_is_wrong_in_a_project_is_said():
    here = installation()
    folder = here.new("faulty")
    succeeds(here.run("scons", "-Q", cwd=folder))
    component = os.path.join(folder, "component.c")

    edit(os.path.join(folder, "expected.txt"), "2 makes 42", "2 makes 43")
    result = here.run("scons", "-Q", "test/i386", cwd=folder)
    expect(result.code != 0 and "-2 makes 43\n+2 makes 42\n" in result.out and "joined as n1" in result.out, result)
    edit(os.path.join(folder, "expected.txt"), "2 makes 43", "2 makes 42")

    edit(component, "#include <component.h>\n", "#include <component.h>\nint getpid(void);\n")
    edit(component, "    (void)ns;\n", "    (void)ns;\n    (void)getpid();\n")
    result = here.run("scons", "-Q", cwd=folder)
    expect(result.code != 0 and "calls getpid, which no node offers" in result.out, result)
    result = here.run("scons", "-Q", "build/linux/faulty.so", cwd=folder)
    expect(result.code != 0 and "calls getpid, which no node offers" in result.out, result)
    edit(component, "    (void)getpid();\n", "")
    edit(component, "#include <component.h>\n", "#include <component.h>\n#include <stdio.h>\n")
    for file in "build/i386/faulty.elf", "build/linux/faulty.so":
        result = here.run("scons", "-Q", file, cwd=folder)
        expect(result.code != 0 and "stdio.h" in result.err, result)
    edit(component, "#include <stdio.h>\n", "")

    edit(os.path.join(folder, "SConstruct"), "Component('faulty'", "Component('Faulty'")
    result = here.run("scons", "-Q", cwd=folder)
    expect(result.code != 0 and "a name is 1 to 31 of a-z" in result.err, result)


def test_a_change_of_an_interface_rebuilds_what_depends_on_it():
    here = installation()
    folder = here.new("changing")
    succeeds(here.run("scons", "-Q", cwd=folder))
    edit(os.path.join(folder, "changing.idl"), "HRESULT Add([in] int32_t amount,", "HRESULT Sum([in] int32_t amount,")
    result = here.run("scons", "-Q", "-k", cwd=folder)
    for said in "no member named 'Add'", "error: implicit declaration of function 'IChanging_Add'":
        expect(said in result.err, result)
    for name in "component.c", "client.c":
        path = os.path.join(folder, name)
        write(re.sub(r"\bAdd\b|(?<=_)Add\b", "Sum", read(path)), path)
    succeeds(here.run("scons", "-Q", "test", cwd=folder))


def test_a_kind_whose_compiler_or_emulator_is_not_there_is_left_out():
    here = installation()
    folder = here.new("partly")
    tools = os.path.join(here.folder, "tools")
    os.mkdir(tools)
    for place in reversed(TOOLS.split(":")):
        for name in os.listdir(place) if os.path.isdir(place) else []:
            with contextlib.suppress(FileExistsError):
                if not name.startswith(("qemu-system-", "arm-none-eabi-")):
                    os.symlink(os.path.join(place, name), os.path.join(tools, name))
    path = os.path.join(here.prefix, "bin") + ":" + tools
    result = succeeds(here.run("scons", "-Q", "test", cwd=folder, PATH=path))
    expect("no test on nodes of the kind i386: qemu-system-i386 is not installed" in result.err, result)
    expect(os.path.exists(os.path.join(folder, "build", "i386", "partly.elf")), "it is built nevertheless")
    if "armv7m" in here.kinds():
        expect("nothing is built for nodes of the kind armv7m: arm-none-eabi-gcc is not installed" in result.err, result)


def test_flags_of_the_project_come_last():
    here = installation()
    folder = here.new("flagged")
    edit(os.path.join(folder, "SConstruct"), "env = Environment(", "env = Environment(CCFLAGS=['-O1'], CPPDEFINES=['LIMIT=7'], ")
    edit(os.path.join(folder, "component.c"), "    (void)ns;\n", "    (void)ns;\n    _Static_assert(LIMIT == 7, \"\");\n")
    result = succeeds(here.run("scons", "-Q", "verbose=1", cwd=folder))
    lines = [line for line in result.out.splitlines() if " -c " in line and line.endswith(("component.c", "client.c"))]
    expect(len(lines) > 1 and all(line.rfind("-O1") > max(line.rfind("-Os"), line.rfind("-O2")) for line in lines), result)


def test_without_mml_in_the_path_a_project_says_so():
    here = installation()
    folder = here.new("lost")
    result = here.run("scons", "-Q", cwd=folder, PATH=TOOLS)
    expect(result.code != 0 and "mml is not in your PATH" in result.err, result)


def test_bad_names_and_full_folders_are_refused():
    here = installation()
    for name in "Pump", "9pump", "pump!", "_pump", "pümp", "p" * 32, "int", "class", "unknown", "file", "input-stream/":
        if name != "input-stream/":
            fails(here.mml("new", name), "cannot be called")
            expect(not os.path.exists(os.path.join(here.folder, name)), name)
    fails(here.mml("new", "nowhere/pump"), "cannot make the folder", "make the folder around it first")
    fails(here.mml("new"), code=2)
    fails(here.mml("new", "a", "b"), code=2)
    fails(here.mml("new", "--force", "a"), code=2)
    folder = os.path.join(here.folder, "occupied")
    os.mkdir(folder)
    write("mine", folder, "notes.txt")
    fails(here.mml("new", "occupied"), "is not empty")
    expect(os.listdir(folder) == ["notes.txt"], "nothing was written")
    write("mine", here.folder, "taken")
    fails(here.mml("new", "taken"), "no folder")


def test_a_project_has_its_own_names_and_uuid():
    here = installation()
    os.makedirs(os.path.join(here.folder, "below", "water-pump-2"))
    result = succeeds(here.mml("--json", "new", ".", cwd=os.path.join(here.folder, "below", "water-pump-2")))
    made = json.loads(result.out)
    expect(made["name"] == "water_pump_2" and "water_pump_2.idl" in made["files"] and ".gitignore" in made["files"], made)
    folder = os.path.join(here.folder, "below", "water-pump-2")
    idl = read(folder, "water_pump_2.idl")
    expect("interface IWaterPump2 : IUnknown" in idl and "WATER_PUMP_2_E_OVERFLOW" in idl, idl)
    for path in all_files(folder):
        expect("sample" not in read(path).lower(), f"{path} has a word of the template")
    succeeds(here.mml("new", "below/other/"))
    uuid = re.compile(r"uuid\(([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\)")
    other = read(here.folder, "below", "other", "other.idl")
    expect(uuid.search(idl)[1] != uuid.search(other)[1], "each has its own")


def test_names_that_nodes_have_are_refused():
    with installed_cluster("--nodes", "n1,n2=linux") as here:
        taken = {name.rstrip("/") for node in ("n1", "n2", "host")
                 for name in succeeds(here.mml("ls", "/net/" + node)).out.split()}
        expect({"probe", "node", "romfs", "digest"} <= taken, taken)
        for name in taken:
            fails(here.mml("new", name), "cannot be called")


if __name__ == "__main__":
    main(globals())
