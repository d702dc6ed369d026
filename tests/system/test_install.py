#!/usr/bin/python3
"""What `scons install` puts in place is enough: programs and projects outside are built with it and with nothing of this tree."""
import contextlib
import functools
import json
import re
import shutil
import atexit
from installed import *

CALCULATOR = os.path.join(EXAMPLES, "01_calculator")
CXX_CLIENT = """
#include <mmlite.h>
#include <cstdio>

int main()
{
    struct mmlite_options options = {};
    struct mmlite *mmlite = nullptr;
    HRESULT hr;

    options.directory = "none";
    hr = mmlite_open(&options, &mmlite);
    if (SUCCEEDED(hr)) {
        COM_SCOPED(INode) node = nullptr;

        hr = mmlite_bind(mmlite, "/node", &IID_INode, reinterpret_cast<void **>(&node));
        if (SUCCEEDED(hr))
            hr = node->Ping();
    }
    std::printf("%s\\n", mmlite_result_name(mmlite, hr));
    mmlite_close(mmlite);
    return FAILED(hr);
}
"""


@functools.lru_cache
def installation():
    """One for all tests of this file."""
    here = Installation()
    atexit.register(here.end)
    return here


def read(*path):
    with open(os.path.join(*path), errors="replace") as file:
        return file.read()


def write(text, *path):
    with open(os.path.join(*path), "w") as file:
        file.write(text)


def edit(path, before, after):
    text = read(path)
    expect(text.count(before) == 1, f"{before!r} is in {path} once")
    write(text.replace(before, after), path)


def flags(here, *words):
    return succeeds(here.run("pkg-config", *words, "mmlite")).out.split()


@contextlib.contextmanager
def installed_cluster(*words):
    here = installation()
    succeeds(here.mml("cluster", "up", *words))
    try:
        yield here
    finally:
        succeeds(here.mml("cluster", "down"))


def all_files(folder):
    return [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]


def test_everything_is_in_its_place():
    here = installation()
    for path in ("bin/mml", "bin/idlc", "include/mmlite/mmlite.h", "include/mmlite/com/unknown.idl.h", "lib/libmmlite.a",
                 "lib/pkgconfig/mmlite.pc", "share/mmlite/idl/os/file.idl", "share/mmlite/scons/mmlite.py",
                 "share/mmlite/kernel/i386/node.elf", "share/doc/mmlite/LICENSE", "share/doc/mmlite/projects.md"):
        expect(os.path.exists(os.path.join(here.prefix, path)), path)
    for path in all_files(here.prefix):
        if "__pycache__" in path:
            continue
        mode = os.stat(path).st_mode & 0o777
        expect(mode == (0o755 if "/bin/" in path else 0o644), f"{path}: {mode:o}")
        if not path.endswith((".a", ".elf")) and "/bin/" not in path:
            expect(ROOT not in read(path), f"{path} names the source tree")


def test_every_header_can_be_included_alone_in_c_and_cxx():
    here = installation()
    cflags = flags(here, "--cflags")
    headers = [path for path in all_files(os.path.join(here.prefix, "include")) if path.endswith(".h")]
    expect(len(headers) > 20, headers)
    for compiler in (["gcc", "-std=c11", "-x", "c"], ["g++", "-std=c++17", "-x", "c++"]):
        succeeds(here.run(compiler[0], "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *compiler[1:], *cflags, *headers))


def test_a_client_needs_only_pkg_config_and_a_compiler():
    here = installation()
    folder = os.path.join(here.folder, "plain")
    shutil.copytree(CALCULATOR, folder)
    idl = flags(here, "--variable=idldir")[0]
    succeeds(here.run("idlc", "-I", idl, "-o", ".", "calculator.idl", cwd=folder))
    succeeds(here.run("gcc", "-std=c11", "-I.", "client.c", "calculator.idl.proxy.c", "calculator.idl.stub.c", "-o", "client",
                      *flags(here, "--cflags", "--libs"), cwd=folder))
    component = shutil.copy(LINUX.component("calculator"), folder)
    with installed_cluster("--nodes", "n1=linux", "--add", component):
        result = succeeds(here.run("./client", "/net/n1/calculator", cwd=folder))
        expect(result.out == read(CALCULATOR, "expected.txt"), result)


def test_a_cxx_client_needs_only_pkg_config_and_a_compiler():
    here = installation()
    write(CXX_CLIENT, here.folder, "client.cpp")
    succeeds(here.run("g++", "-std=c++17", "client.cpp", "-o", "cxx-client", *flags(here, "--cflags", "--libs")))
    result = succeeds(here.run("./cxx-client"))
    expect(result.out == "S_OK\n", result)


def test_a_cluster_of_installed_kernels():
    here = installation()
    kinds = here.kinds()
    expect("i386" in kinds, kinds)
    with installed_cluster("--nodes", ",".join(f"n{number}={kind}" for number, kind in enumerate(kinds, 1))):
        for number, _ in enumerate(kinds, 1):
            succeeds(here.mml("ping", "-c", "3", f"n{number}"))


def test_a_missing_image_says_where_it_was_looked_for():
    here = installation()
    image = os.path.join(here.prefix, "share/mmlite/kernel/i386/node.elf")
    os.rename(image, image + ".away")
    try:
        fails(here.mml("cluster", "up"), "share/mmlite/kernel/i386/node.elf", "MMLITE_IMAGES")
    finally:
        os.rename(image + ".away", image)


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
    fails(here.mml("new", "nowhere/pump"), "cannot make the folder")
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


def test_uninstalling_takes_away_what_was_installed_and_nothing_else():
    with place() as here:
        prefix = os.path.join(here.folder, "prefix")
        os.makedirs(os.path.join(prefix, "bin"))
        write("mine", prefix, "bin", "mine")
        succeeds(scons("install", "prefix=" + prefix))
        succeeds(scons("-c", "install", "prefix=" + prefix))
        left = all_files(prefix)
        expect(left == [os.path.join(prefix, "bin", "mine")], left)
        expect(os.path.exists(os.path.join(BIN, "mml")), "what was built stays")


if __name__ == "__main__":
    main(globals())
