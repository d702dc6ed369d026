#!/usr/bin/python3
"""What `scons install` puts in place is enough for programs outside: they are built and run with nothing else of this tree."""
import atexit
import functools
import json
import shutil
from installed import *

PREFIX = "/opt/mmlite"
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

LOADING_CLIENT = """
#include <calculator.idl.h>
#include <mmlite.h>
#include <stdio.h>

int main(int argument_count, char **arguments)
{
    static const struct com_interface *const interfaces[] = {&ICalculator_interface, NULL};
    const char *const folders[] = {arguments[argument_count - 1], NULL};
    COM_SCOPED(ICalculator) calculator = NULL;
    struct mmlite *mmlite;
    int32_t product = 0;
    HRESULT hr = mmlite_open(&(struct mmlite_options){.directory = "none", .interfaces = interfaces, .component_folders = folders},
                             &mmlite);

    if (SUCCEEDED(hr))
        hr = mmlite_bind(mmlite, "/calculator", &IID_ICalculator, (void **)&calculator);
    if (SUCCEEDED(hr))
        hr = ICalculator_Multiply(calculator, 6, 7, &product);
    printf("%s %s %d\\n", mmlite_result_name(NULL, hr), com_error_detail(), (int)product);
    return FAILED(hr);
}
"""


def scons(*words):
    """In the source tree; what is built already is not built again."""
    done = subprocess.run(["scons", "-Q", *words], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=200, text=True)
    return succeeds(Result(done.returncode, done.stdout, done.stderr))


@functools.lru_cache
def staging():
    """A place with an installation below DESTDIR, beside a file of somebody else."""
    here = Place()
    atexit.register(here.end)
    os.makedirs(here.folder + PREFIX + "/bin")
    write("mine", here.folder + PREFIX + "/bin/mine")
    scons("install", "prefix=" + PREFIX, "DESTDIR=" + here.folder)
    return here


@functools.lru_cache
def installation():
    """The same moved elsewhere: it must not matter. One for all tests of this file."""
    here = Installation(staging().folder + PREFIX)
    os.remove(os.path.join(here.prefix, "bin", "mine"))
    atexit.register(here.end)
    return here


def flags(here, *words):
    return succeeds(here.run("pkg-config", *words, "mmlite")).out.split()


def test_everything_is_in_its_place():
    here = installation()
    kernels = [f"share/mmlite/kernel/{kernel.name}/node.elf" for kernel in KERNELS]
    for path in ("bin/mml", "bin/mml-switch", "bin/idlc", "include/mmlite/mmlite.h", "include/mmlite/com/unknown.idl.h",
                 "lib/libmmlite.a", "lib/pkgconfig/mmlite.pc", "share/mmlite/idl/os/file.idl", "share/mmlite/scons/mmlite.py",
                 "share/mmlite/linux/libinterfaces.a", "share/doc/mmlite/LICENSE", "share/doc/mmlite/projects.md",
                 "share/man/man1/idlc.1", "share/man/man1/mml.1", *kernels):
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


def build_with_calculator(here, folder, source):
    """A program of the example's interface and this source; by hand, as any build would."""
    idl = flags(here, "--variable=idldir")[0]
    succeeds(here.run("idlc", "-I", idl, "-o", ".", "calculator.idl", cwd=folder))
    succeeds(here.run("gcc", "-std=c11", "-I.", source, "calculator.idl.proxy.c", "calculator.idl.stub.c", "-o", "client",
                      *flags(here, "--cflags", "--libs"), cwd=folder))


def test_a_client_needs_only_pkg_config_and_a_compiler():
    here = installation()
    folder = shutil.copytree(CALCULATOR, os.path.join(here.folder, "plain"))
    build_with_calculator(here, folder, "client.c")
    component = shutil.copy(LINUX.component("calculator"), folder)
    with installed_cluster("--nodes", "n1=linux", "--add", component, here=here):
        result = succeeds(here.run("./client", "/net/n1/calculator", cwd=folder))
        expect(result.out == read(CALCULATOR, "expected.txt"), result)


def test_a_program_can_load_components_itself():
    here = installation()
    folder = shutil.copytree(CALCULATOR, os.path.join(here.folder, "loading"))
    write(LOADING_CLIENT, folder, "loading.c")
    build_with_calculator(here, folder, "loading.c")
    os.mkdir(os.path.join(folder, "components"))
    shutil.copy(LINUX.component("calculator"), os.path.join(folder, "components"))
    result = succeeds(here.run("./client", os.path.join(folder, "components"), cwd=folder))
    expect(result.out == "S_OK  42\n", result)


def test_a_cxx_client_needs_only_pkg_config_and_a_compiler():
    here = installation()
    write(CXX_CLIENT, here.folder, "client.cpp")
    succeeds(here.run("g++", "-std=c++17", "client.cpp", "-o", "cxx-client", *flags(here, "--cflags", "--libs")))
    result = succeeds(here.run("./cxx-client"))
    expect(result.out == "S_OK\n", result)


def test_a_cluster_of_installed_kernels():
    here = installation()
    with installed_cluster("--nodes", ",".join(f"{kernel.name}-1={kernel.name}" for kernel in KERNELS), here=here):
        for kernel in KERNELS:
            succeeds(here.mml("ping", "-c", "3", kernel.name + "-1"))
        listed = json.loads(succeeds(here.mml("--json", "cluster", "ls")).out)[0]
        expect(listed["switch"]["state"] == "running", listed)


def test_installed_nodes_load_what_is_installed():
    here = installation()
    with installed_cluster("--nodes", "n1=i386,n2=linux", here=here):
        for node in "host", "n1", "n2":
            succeeds(here.mml("load", node, "calculator"))
            expect("calculator" in succeeds(here.mml("ls", "/net/" + node)).out.split(), node)


def test_a_missing_image_says_where_it_was_looked_for():
    here = installation()
    image = os.path.join(here.prefix, "share/mmlite/kernel/i386/node.elf")
    os.rename(image, image + ".away")
    try:
        fails(here.mml("cluster", "up"), "share/mmlite/kernel/i386/node.elf", "MMLITE_IMAGES")
    finally:
        os.rename(image + ".away", image)


def test_uninstalling_takes_away_what_was_installed_and_nothing_else():
    here = staging()
    expect(all(path.startswith(here.folder + PREFIX + "/") for path in all_files(here.folder)), "nothing is beside the prefix")
    scons("-c", "install", "prefix=" + PREFIX, "DESTDIR=" + here.folder)
    left = all_files(here.folder)
    expect(left == [here.folder + PREFIX + "/bin/mine"], left)
    expect(os.path.exists(os.path.join(BIN, "mml")), "what was built stays")


if __name__ == "__main__":
    main(globals())
