"""What the system tests share: running the programs of build/bin, clusters that end with their test, and main().

A test is a function test_*() of a file test_*.py; its name is a sentence. One that is marked @on_each_kernel or
@on_each_system runs once for each, which it is given, as test_*_on_NAME. `/usr/bin/python3 FILE [NAME...]` runs them, or
those named, prints a line of TAP for each, and exits with 0 only if all passed.
"""
import collections
import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.path.join(ROOT, "build", "bin")
EXAMPLES = os.path.join(ROOT, "examples")


class Result:
    """How a program ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __str__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}---"


class Place:
    """A run-time folder of its own, so that tests never see each other's clusters, nor the user's."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="mml-test-")
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=self.folder)
        self.environment.pop("MML_NODE", None)
        self.programs = []

    def run(self, *words, limit=60, **environment):
        """Runs a program of build/bin to its end."""
        done = subprocess.run([os.path.join(BIN, words[0]), *map(str, words[1:])], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=limit, text=True,
                              env=dict(self.environment, **environment))
        return Result(done.returncode, done.stdout, done.stderr)

    def mml(self, *words, **options):
        return self.run("mml", *words, **options)

    def start(self, *words):
        """Starts a program that goes on; ended with the place."""
        program = subprocess.Popen([os.path.join(BIN, words[0]), *map(str, words[1:])], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)
        self.programs.append(program)
        return program

    def start_node(self, name, *words, listen="tcp:127.0.0.1:0", directory="self"):
        """Starts `mml node` and waits for its ready line. Returns the program and its endpoint."""
        node = self.start("mml", "node", "--name", name, "--listen", listen, "--directory", directory, *words)
        line = node.stdout.readline()
        expect(line.startswith(f"ready: {name} at "), f"the ready line is {line!r} {node.poll()}")
        return node, line.split()[-1]

    def folder_of(self, cluster="default"):
        return os.path.join(self.folder, f"mmlite-{os.getuid()}", cluster)

    def nodes(self, cluster="default"):
        """The nodes of a cluster, by name."""
        result = succeeds(self.mml("--json", "cluster", "ls", "--name", cluster))
        return {node["name"]: node for node in json.loads(result.out)[0]["nodes"]}

    def end(self):
        self_run = os.path.join(self.folder, f"mmlite-{os.getuid()}")
        for cluster in os.listdir(self_run) if os.path.isdir(self_run) else []:
            self.mml("cluster", "down", "--name", cluster)
        for program in self.programs:
            if program.poll() is None:
                program.kill()
            program.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def place():
    here = Place()
    try:
        yield here
    finally:
        here.end()


@contextlib.contextmanager
def cluster(*words):
    """A place with a running cluster."""
    with place() as here:
        succeeds(here.mml("cluster", "up", *words))
        yield here


class System:
    """What a node runs on, and the components that such nodes load."""

    def __init__(self, name, variant, suffix):
        self.name, self.variant, self.suffix = name, variant, suffix
        self.components = os.path.join(ROOT, "build", variant, "components")
        self.test_components = os.path.join(ROOT, "build", variant, "tests", "components")

    def component(self, name):
        return os.path.join(self.components, f"{name}.{self.suffix}")

    def test_component(self, name):
        return os.path.join(self.test_components, f"{name}.{self.suffix}")


class Kernel(System):
    """A processor and board that kernels run on, and the QEMU that plays it."""

    def __init__(self, name, arguments, exit_code, give_modules):
        super().__init__(name, "kernel-" + name, "elf")
        self.arguments, self.exit_code, self.give_modules = arguments, exit_code, give_modules

    def image(self, name):
        return os.path.join(ROOT, "build", self.variant, "images", name + ".elf")


def give_loader_modules(paths):
    """Where the AN385's kernel looks for boot modules: one after the other, each at the next page."""
    address, arguments = 0x21000000, []
    for path in paths:
        arguments += ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]
        address += (os.path.getsize(path) + 4095) // 4096 * 4096
    return arguments


I386 = Kernel("i386", ["qemu-system-i386", "-M", "pc", "-m", "32", "-nic", "none",
                       "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"],
              exit_code=lambda code: 2 * code + 1,
              give_modules=lambda paths: ["-initrd", ",".join(paths)] if paths else [])
ARMV7M = Kernel("armv7m", ["qemu-system-arm", "-M", "mps2-an385", "-nic", "user,restrict=on",
                           "-semihosting-config", "enable=on,target=native"],
                exit_code=lambda code: code,
                give_modules=give_loader_modules)
KERNELS = [I386, ARMV7M]
LINUX = System("linux", "linux", "so")


def on_each_kernel(test):
    test.systems = KERNELS
    return test


def on_each_system(test):
    test.systems = [*KERNELS, LINUX]
    return test


def side_by_side(test):
    """On all its systems at once: it waits most of the time."""
    test.is_side_by_side = True
    return test


class Machine:
    """A QEMU of its own that boots one image; killed at the end of `with`, if it still runs."""

    def __init__(self, kernel, image, command_line="", modules=(), more=()):
        self.kernel = kernel
        self.process = subprocess.Popen(
            [*kernel.arguments, "-kernel", kernel.image(image), "-append", command_line, "-display", "none", "-serial", "stdio",
             "-monitor", "none", "-no-reboot", *kernel.give_modules(list(modules)), *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def log_until_end(self, limit):
        """What the console said, when the machine has stopped by itself."""
        try:
            return self.process.communicate(timeout=limit)[0].replace("\r", "")
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"no end within {limit} s: {self.process.communicate()[0]}") from None


def run_image(kernel, image, command_line="", limit=60, **options):
    """The log of an image that stops by itself, and the code that it stopped with."""
    with Machine(kernel, image, command_line, **options) as machine:
        log = machine.log_until_end(limit)
    codes = [code for code in range(256) if kernel.exit_code(code) == machine.process.returncode]
    return log, codes[0] if codes else f"(QEMU: {machine.process.returncode})"


def cpu_seconds(pid):
    """The processor time that a process has used."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def succeeds(result):
    expect(result.code == 0, f"it should have succeeded: {result}")
    return result


def call(here, *words, **options):
    """The outputs of a method that is called by name and succeeds."""
    return json.loads(succeeds(here.mml("--json", "call", *words, **options)).out)["outputs"]


def fails(result, *texts, code=1):
    """It failed with that exit code, and the error says all of the texts."""
    expect(result.code == code, f"it should have failed with {code}: {result}")
    for text in texts:
        expect(text in result.err, f"the error should say {text!r}: {result}")
    expect("next:" in result.err, f"the error should say what to do next: {result}")
    return result


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return fields[0] not in "ZX" or int(fields[17]) > 1  # its first thread may be gone before the others
    except FileNotFoundError:
        return False


def loading_again_and_again_leaves_the_memory_as_it_was(kernel):
    """Rounds of load, call and unload; a script for each kernel has them, since they take their time."""
    with cluster("--nodes", "n1=" + kernel.name) as here:
        program = os.path.join(ROOT, "build", "tests", "load_rounds")
        print("# " + succeeds(here.run(program, "n1", "10000", limit=280)).out, end="")


def wait_until(condition, limit=10, what="it"):
    deadline = time.monotonic() + limit
    while not condition():
        expect(time.monotonic() < deadline, f"{what} did not happen within {limit} s")
        time.sleep(0.02)


STRANGE_BYTES = [
    b"",
    b"\0",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\xff" * 64,
    b"\x01\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff",  # the longest body there can be
    b"\x01\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00half",  # a body that ends early
    bytes(range(256)) * 16,
]


def send_strange_bytes(endpoint):
    """Each on a connection of its own, some of which stay open; returns those."""
    host, port = endpoint.split(":")[1:]
    left_open = []
    for text in STRANGE_BYTES:
        connection = socket.create_connection((host, int(port)), timeout=5)
        try:
            connection.sendall(text)
        except ConnectionError:
            pass  # it was closed already, which is as good
        left_open.append(connection)
    return left_open


def record_client(here, endpoint):
    """The bytes that a client sends to a node: `mml ls` through a listener of ours that passes everything on."""
    sent = bytearray()

    def pass_on(source, sink, record):
        while data := source.recv(65536):
            if record:
                sent.extend(data)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = here.start("mml", "--node", "tcp:127.0.0.1:%d" % listener.getsockname()[1], "ls", "/net")
        near = listener.accept()[0]
        far = socket.create_connection(("127.0.0.1", int(endpoint.split(":")[2])))
        back = threading.Thread(target=pass_on, args=(far, near, False))
        back.start()
        pass_on(near, far, True)
        back.join()
        near.close()
        far.close()
        out, err = client.communicate(timeout=10)
        expect(client.returncode == 0 and len(sent) > 50, f"{len(sent)} bytes\n{out}{err}")
    return bytes(sent)


def send_every_beginning(endpoint, message):
    """The message cut at every byte, each on a connection of its own that ends there, and that the node ends, too."""
    for length in range(len(message) + 1):
        with socket.create_connection(("127.0.0.1", int(endpoint.split(":")[2])), timeout=5) as connection:
            connection.sendall(message[:length])
            connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while connection.recv(4096):
                    pass


def all_of(tests):
    """(name of the function, name of the test, what runs it, its lane) of each test, on each kernel or system if it is marked so."""
    for name, test in tests.items():
        if hasattr(test, "systems"):
            for system in test.systems:
                lane = system.name if getattr(test, "is_side_by_side", False) else getattr(system, "lane", None)
                yield name, f"{name}_on_{system.name}", functools.partial(test, system), lane
        else:
            yield name, name, test, None


class Report:
    """What came of the tests so far, as lines of TAP."""

    def __init__(self):
        self.done, self.failed, self.lock = 0, 0, threading.Lock()

    def run(self, tests):
        for name, test in tests:
            begin, said = time.monotonic(), ""
            try:
                test()
            except Exception:
                said = traceback.format_exc()
            with self.lock:
                self.done += 1
                self.failed += said != ""
                print(f"{said}{'not ok' if said else 'ok'} {self.done} - {name[5:]} # {time.monotonic() - begin:.1f} s", flush=True)


def main(tests):
    """Runs the tests of a module, or those that the command line names. Those of systems with a `lane` run beside those of other
    lanes, in order within their own, and so do those that are `side_by_side`; all others follow."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that places are left on the way out
    named = {name: test for name, test in tests.items() if name.startswith("test_")}
    lanes = collections.defaultdict(list)
    for base, name, test, lane in all_of(named):
        if not sys.argv[1:] or {base, name} & set(sys.argv[1:]):
            lanes[lane].append((name, test))
    report, last = Report(), lanes.pop(None, [])
    threads = [threading.Thread(target=report.run, args=(tests,), daemon=True) for tests in lanes.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report.run(last)
    sys.exit(1 if report.failed else 0)
