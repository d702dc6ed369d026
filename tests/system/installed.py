"""An installed tree in a temporary folder, and running its programs where the source tree cannot be seen."""
import atexit
import contextlib
import functools
import os
import shutil
import subprocess
from system import *

TOOLS = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"  # compilers, scons, QEMU; nothing of this project


def hiding():
    """The beginning of a command line that runs the rest in a world without the source tree; [] where this is not allowed."""
    as_user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    words = ["unshare", "--mount", *as_user, "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', ROOT]
    done = subprocess.run([*words, "ls", ROOT], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        print("# this machine lets nobody unshare: the source tree stays where it is", flush=True)
        return []
    expect(done.stdout == b"", "the source tree is covered")
    return words


class Installation(Place):
    """A place with MMLite installed below `prefix`: a copy of what the build has put together, as it could be moved."""

    def __init__(self, tree=os.path.join(ROOT, "build", "installed")):
        super().__init__()
        self.prefix = os.path.join(self.folder, "prefix")
        shutil.copytree(tree, self.prefix)
        self.environment["LC_ALL"] = "C"
        self.environment["PATH"] = os.path.join(self.prefix, "bin") + ":" + TOOLS
        self.environment["PKG_CONFIG_PATH"] = os.path.join(self.prefix, "lib", "pkgconfig")
        self.environment.pop("MMLITE_IMAGES", None)
        self.hiding = hiding()

    def run(self, *words, limit=120, cwd=None, **environment):
        """Runs a program as a user does who has the installed tree and nothing else."""
        done = subprocess.run([*self.hiding, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=limit, text=True, cwd=cwd or self.folder,
                              env=dict(self.environment, **environment))
        return Result(done.returncode, done.stdout, done.stderr)

    def new(self, name):
        """A project of `mml new`; returns its folder."""
        succeeds(self.mml("new", name))
        return os.path.join(self.folder, name)

    def kinds(self):
        """The kinds of kernels that are installed."""
        kernels = os.path.join(self.prefix, "share", "mmlite", "kernel")
        return sorted(name for name in os.listdir(kernels) if os.path.exists(os.path.join(kernels, name, "node.elf")))


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


def all_files(folder):
    return [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]


@contextlib.contextmanager
def installed_cluster(*words, here=None):
    here = here or installation()
    succeeds(here.mml("cluster", "up", *words))
    try:
        yield here
    finally:
        succeeds(here.mml("cluster", "down"))
