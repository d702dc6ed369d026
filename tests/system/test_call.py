#!/usr/bin/python3
"""mml call, describe and completion on nodes of every kind; what is wrong is said; nodes that lie do no harm."""
import hashlib
import json
import os
import re
import socket
import subprocess
import time
from system import *

SAMPLE = os.path.join(EXAMPLES, "02_digest", "sample.txt")
ZERO = "00000000-0000-0000-0000-000000000000"


def start_program(here, program, name):
    """A node that is a program of its own, of the cluster that runs here."""
    process = here.start(program, name, here.nodes()["host"]["endpoint"])
    expect(process.stdout.readline() == "ready\n", "it should be ready")
    return process


def enter_and_read(here, ledger):
    """Whether the ledger still has what was entered: a node may take the object away that nobody holds between two calls."""
    call(here, ledger, "Enter", "number=7")
    read = call(here, ledger, "Read", "first=6", "capacity=3")
    expect(re.fullmatch("hex:00[0-9a-f]{2}00", read["counts"]) and read["out_length"] == 3, read)
    return read["counts"] != "hex:000000"


def described(here, *words):
    """What mml says of a kernel's calculator while n2 has the same component, which goes again when nobody holds it."""
    call(here, "/net/n2/calculator", "Add", "left=1", "right=1")
    return succeeds(here.mml(*words)).out


def examples_by_name(here, node):
    """Each example's interface."""
    base = f"/net/{node}/"
    expect(call(here, base + "calculator", "Add", "left=-1", "right=0x10") == {"out_sum": 15}, "calculator")
    fails(here.mml("call", base + "calculator", "Multiply", "left=2147483647", "right=2"), "CALCULATOR_E_OVERFLOW",
          "The result does not fit into 32 bits", "executed: yes")
    digest = call(here, base + "digest", "File", "path=/net/host/files/sample.txt")
    with open(SAMPLE, "rb") as file:
        content = file.read()
    expect(digest == {"sha256": "hex:" + hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}, digest)
    fails(here.mml("call", base + "ticker", "Start", f"listener=/net/{node}/probe", "during=1", "after=0", "interval_ms=1"),
          "E_NOINTERFACE")
    lines = succeeds(here.mml("call", base + "tally", "Open", "--", "Add", "value=-3")).out.splitlines()
    expect(lines[0].startswith("out_tally = ITally (") and lines[1] == "out_total = -3", lines)
    lines = succeeds(here.mml("call", base + "stations", "Find", "name=Park", "--", "GetName", "capacity=32")).out.splitlines()
    expect(lines[0].startswith("out_station = IStation (") and lines[1] == 'name = "Park"', lines)
    wait_until(lambda: enter_and_read(here, base + "ledger"), limit=30, what="reading what was entered")
    expect(call(here, base + "probe", "Echo", "data=@" + SAMPLE)["out_data"] == "hex:" + content.hex(), "probe")
    expect(call(here, base + "node", "GetInfo")["name"] == node, "node")
    expect("probe\0" in call(here, f"/net/{node}", "List", "after=")["names"], "namespace")
    entries = call(here, base + "types", "List", "after=" + ZERO, "capacity=32")["entries"]
    expect({"IProbe", "ITypes", "INamespace", "ITicker"} <= {entry["name"] for entry in entries}, entries)
    interfaces = call(here, base + "types", "GetInterfacesOf", "object=/net/host/probe", "after=" + ZERO, "capacity=32")
    expect(len(interfaces["iids"]) == 1, interfaces)  # another node's object is asked from here
    relay = json.loads(succeeds(here.mml("--json", "describe", base + "relay")).out)[0]["interfaces"][0]["methods"]
    expect([method["name"] for method in relay], relay)


def test_every_example_can_be_called_by_name():
    expect({name for name in os.listdir(EXAMPLES) if name[0].isdigit()} == {
        "01_calculator", "02_digest", "03_callback", "04_relay", "05_tally", "06_ledger", "07_stations"}, "all are below")
    with cluster("--nodes", "n1,n2=linux,m1=armv7m", "--file", SAMPLE) as here:
        for node in "n1", "n2", "m1":
            examples_by_name(here, node)
        wait_until(lambda: "/** Arithmetic with whole numbers." in described(here, "describe", "/net/n1/calculator"), limit=30,
                   what="describing a kernel's object with the comments of another node")


def test_wrong_words_are_named_with_what_is_expected():
    with cluster("--nodes", "n1=linux") as here:
        path = "/net/n1/calculator"
        for words, texts in [
                ([path, "Divide", "dividend=1"], ["divisor: this parameter is missing", "int32_t from -2147483648"]),
                ([path, "Divide", "dividend=1", "divisor=x"], ["divisor: `x`", "int32_t from -2147483648 to 2147483647"]),
                ([path, "Divide", "dividend=1", "divisor=1", "more=1"], ["more", "it takes dividend, divisor"]),
                ([path, "Divide", "dividend=1", "divisor=1", "out_quotient=1"], ["this is a result"]),
                ([path, "Divide", "dividend"], ["`dividend` is no NAME=VALUE"]),
                ([path], [f"a method of the object at {path} is missing", f"mml call {path} --help"]),
                ([], ["the path of an object"]),
                ([path, "x:Add", "left=1", "right=2"], ["`x:` is an output of no call"]),
                (["/net/n1/ticker", "Start", "listener=:it", "during=1", "after=0", "interval_ms=1"], ["gave an object `it`"]),
                ([path, "Add", "left=1", "right=2", "--"], ["a method is missing"]),
                (["--timeout", "never", path, "Add"], ["--timeout takes milliseconds"]),
                (["--colour", path, "Add"], ["there is no option"])]:
            fails(here.mml("call", *words), *texts, code=2)
        fails(here.mml("call", path, "Divid", "dividend=1"), "no method Divid", "ICalculator", "did you mean `Divide`?", code=2)
        fails(here.mml("call", path, "ICalculater.Add"), "no interface ICalculater", "did you mean `ICalculator`?", code=2)
        fails(here.mml("call", path, "IProbe.Null"), "no interface IProbe", code=2)
        fails(here.mml("call", path, "ICalculator.Null"), "no method ICalculator.Null", code=2)
        fails(here.mml("call", path, "Divide", "dividnd=1"), "did you mean dividend?", code=2)
        fails(here.mml("call", path, "Divide"), "2 parameters are missing: dividend (int32_t", "divisor (int32_t", code=2)
        fails(here.mml("call", "/net/n1/absent", "Null"), "NS_E_NOT_FOUND")
        fails(here.mml("call", "/net/n9/probe", "Null"), "NS_E_NOT_FOUND")
        fails(here.mml("call", "/probe", "Null"), "an object of this program", "/net")
        fails(here.mml("call", "/net/n1/config", "Nothing"), "IConfig", code=2)
        fails(here.mml("call", path, "Add", "left=@/nowhere", "right=1"), "left=@/nowhere", "No such file")
        result = fails(here.mml("call", path, "Add", "left=1", "right=2", "--", "it:Add"), "gives no object", code=2)
        expect(result.out == "", f"nothing was called: {result}")
        fails(here.mml("call", "/net/n1/calculater", "Add"), "NS_E_NOT_FOUND")
        fails(here.mml("call", "/net/nn1/probe", "Null"), "NS_E_NOT_FOUND", "did you mean `/net/n1/probe`?")
        fails(here.mml("describe", "/net/n1/nod"), "NS_E_NOT_FOUND", "did you mean `/net/n1/node`?")
        fails(here.mml("describe", "INamespase"), "E_NOINTERFACE", "did you mean `INamespace`?")
        fails(here.mml("cal"), "no command `cal`; did you mean call?", code=2)
        fails(here.mml("describe", "/net/n1/absent"), "NS_E_NOT_FOUND")
        fails(here.mml("describe", "INothing"), "E_NOINTERFACE")
        fails(here.mml("describe"), code=2)
        for command in "call", "describe", "completion":
            result = succeeds(here.mml(command, "--help"))
            expect(f"usage: mml {command}" in result.out and result.err == "", result)


def test_a_method_shows_how_it_is_called():
    with cluster("--nodes", "n1,n2=linux") as here:
        for node in "n2", "n1":  # the kernel has no comments: they come from the node that has them
            path = f"/net/{node}/calculator"
            told = succeeds(here.mml("call", path, "Divide", "--help")).out
            expect(told.startswith("HRESULT Divide([in] int32_t dividend, [in] int32_t divisor, [out, retval] int32_t *"), told)
            expect("  divisor        int32_t from -2147483648 to 2147483647\n" in told, told)
            example = told.splitlines()[-1]
            expect(example == f"  mml call {path} ICalculator.Divide dividend=1 divisor=1", told)
            expect(succeeds(here.run(*example.split())).out == "out_quotient = 1\n", "the example works")
        wait_until(lambda: "\nRounds towards zero.\n" in described(here, "call", "/net/n1/calculator", "Divide", "--help"),
                   limit=30, what="saying what the method of a kernel's object is for")
        told = succeeds(here.mml("call", "/net/n1/ledger", "--help", "ILedger.Read")).out
        expect("  capacity       uint32_t from 0 to 4096; may be left out\n" in told, told)
        fails(here.mml("call", path, "Divid", "--help"), "did you mean `Divide`?", code=2)


def test_calls_go_on_with_what_came_out():
    with cluster("--nodes", "n1,n2=linux") as here:
        for node in "n1", "n2":
            tally = f"/net/{node}/tally"
            lines = succeeds(here.mml("call", tally, "Open", "--", "Add", "value=3", "--", "Add", "value=4", "--",
                                      "GetStatistics")).out.splitlines()
            expect(lines[1:] == ["out_total = 3", "out_total = 7", "out_count = 2", "out_largest = 4"], lines)
            lines = succeeds(here.mml("call", tally, "Open", "--", "Add", "value=3", "--", ":Open", "--", "GetStatistics")).out
            expect("out_count = 0\n" in lines, f"another tally of the same book: {lines}")
            root = f"/net/{node}"
            lines = succeeds(here.mml("call", root, "Bind", "path=node", "flags=0", "--", ":Register", "path=second",
                                      "object=:out_object", "flags=0", "--", "Bind", "path=second", "flags=0", "--",
                                      "INode.GetInfo")).out.splitlines()
            expect(lines[2] == f'name = "{node}"', lines)
            fails(here.mml("call", root, "Bind", "path=node", "flags=0", "--", "out_objct:GetInfo"), "OUTPUT is out_object", code=2)
            told = succeeds(here.mml("call", tally, "--help")).out
            expect(told.startswith("ITallyBook\n  HRESULT Open([out] ITally **out_tally);\n"), told)


def test_rooms_that_nobody_gives_are_small_and_said():
    with cluster("--nodes", "n1,n2=linux,m1=armv7m") as here:
        for node in "n1", "n2", "m1":
            result = succeeds(here.mml("--json", "call", f"/net/{node}/ledger", "Read", "first=0"))
            expect(json.loads(result.out)["outputs"]["out_length"] == 4096 and result.err == "", f"as its range says: {result.err}")
            result = succeeds(here.mml("--json", "call", f"/net/{node}/types", "List", "after=" + ZERO))
            count = json.loads(result.out)["outputs"]["out_count"]
            expect(0 < count <= 32 and ("asks for more" in result.err) == (json.loads(result.out)["hr"] == 1 and count < 32), result)


def test_raw_bytes_are_for_files():
    with cluster("--nodes", "n1=linux") as here:
        with open(os.path.join(here.folder, "bytes"), "wb") as file:
            file.write(bytes(range(256)))
        done = subprocess.run([os.path.join(BIN, "mml"), "call", "--raw", "out_data", "/net/n1/probe", "Echo",
                               "data=@" + file.name], stdin=subprocess.DEVNULL, capture_output=True, env=here.environment)
        expect(done.stdout == bytes(range(256)), done)
        expect(call(here, "/net/n1/probe", "Echo", "data=@@x")["out_data"] == "hex:4078", "a text that begins with @")
        fails(here.mml("call", "--raw", "nothing", "/net/n1/probe", "Echo", "data=x"), "no output `nothing`")
        result = succeeds(here.mml("call", "/net/n1/probe", "Echo", "data=hi there"))
        expect(result.out == 'out_data = "hi there"\n', result)


# ---- completion ----

def words(here, line, **options):
    result = succeeds(here.mml("completion", "words", line, **options))
    expect(result.err == "", result)
    return result.out.splitlines()


def test_the_shell_completes_what_nodes_have():
    with cluster("--nodes", "k1=i386,n1=linux") as here:
        expect("call " in words(here, "mml "), "commands")
        expect(words(here, "mml desc") == ["describe "], "the beginning of one")
        expect(words(here, "mml call /net/n") == ["/net/n1/"], "paths")
        expect("/net/n1/probe " in words(here, "mml call /net/n1/"), "objects")
        expect("Echo " in words(here, "mml call /net/n1/probe "), "methods")
        expect(words(here, "mml --json call --timeout 5 /net/n1/probe Ec") == ["Echo "], "behind options")
        expect("IProbe.Echo " in words(here, "mml call /net/n1/probe IProbe."), "methods of an interface")
        expect(words(here, "mml call /net/n1/probe Echo da") == ["data="], "parameters")
        expect(words(here, "mml call /net/n1/probe Echo data=x ") == ["length=", "-- "], "those that are left")
        expect("Add " in words(here, "mml call /net/n1/tally Open -- "), "what came out")
        expect(words(here, "mml call /net/n1/tally Open -- Add v") == ["value="], "its parameters")
        expect("GetStatistics " in words(here, "mml call /net/n1/tally Open -- Add value=1 -- "), "the same object again")
        expect(words(here, "mml call /net/n1/ticker Start listener=/net/n1/pr") == ["listener=/net/n1/probe "], "objects as values")
        expect("IProbe " in words(here, "mml describe IP"), "interfaces")
        expect(words(here, "mml cluster st") == ["stop ", "start "], "words of a command")
        expect(words(here, "mml cluster stop ") == ["host ", "k1 ", "n1 ", "switch "], "running or not")
        expect(words(here, "mml cluster link k") == ["k1 "], "links")
        expect(words(here, "mml cluster log --name ") == ["default "], "clusters")
        wait_until(lambda: words(here, "mml call /net/k1/digest ") == ["File "], limit=30, what="methods of what a kernel serves")
        wait_until(lambda: words(here, "mml call /net/k1/digest IDi") == ["IDigest."], limit=30, what="its interfaces")
        wait_until(lambda: words(here, "mml call /net/k1/ledger Read first=LED") == ["first=LEDGER_NUMBERS "], limit=30, what="its constants")
        wait_until(lambda: words(here, "mml call /net/k1/ledger ILedger.Read fi") == ["first="], limit=30, what="behind an interface's name")
        expect(words(here, "mml load n") == ["n1 "], "nodes")
        expect(words(here, "mml call '/net/n1/probe' \"Ec") == ["Echo "], "quotes")
        script = os.path.join(here.folder, "complete.sh")
        with open(script, "w") as file:
            file.write(f"PATH={BIN}:$PATH\nsource <(mml completion bash)\n"
                       "COMP_LINE='mml call /net/n1/ticker Start listener=/net/n1/pr'\nCOMP_POINT=${#COMP_LINE}\n"
                       "COMP_WORDS=(mml call /net/n1/ticker Start listener = /net/n1/pr)\nCOMP_CWORD=6\n_mml\n"
                       "printf '%s\\n' \"${COMPREPLY[@]}\"\n"
                       "COMP_LINE='mml call /net/n1/probe Ec'\nCOMP_POINT=${#COMP_LINE}\n"
                       "COMP_WORDS=(mml call /net/n1/probe Ec)\nCOMP_CWORD=3\n_mml\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n")
        done = subprocess.run(["bash", script], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=here.environment,
                              timeout=30)
        expect(done.stdout == "/net/n1/probe \nEcho \n" and done.stderr == "", done)


def test_completion_is_silent_and_quick_when_nothing_answers():
    with place() as here:
        begin = time.monotonic()
        expect(words(here, "mml call /net/") == [], "no cluster")
        expect(words(here, "mml --node tcp:127.0.0.1:9 call /net/") == [], "nobody there")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            endpoint = "tcp:127.0.0.1:%d" % silent.getsockname()[1]
            began = time.monotonic()
            expect(words(here, f"mml --node {endpoint} call /net/") == [], "a listener that says nothing")
            expect(time.monotonic() - began < 1 + 2, "a second, and what a loaded machine adds")
        expect(words(here, "mml 'unfinished \" \\") == [], "quotes")
        expect(time.monotonic() - begin < 20, "all of it")


# ---- nodes that lie ----

def test_lies_about_interfaces_are_refused():
    with cluster("--nodes", "n1=linux") as here:
        start_program(here, os.path.join(ROOT, "build", "tests", "liar"), "liar")
        for lie, texts in {
                "garbage": ["is refused: it is malformed"],
                "huge": ["no node says what its interfaces look like"],
                "endless": ["no node says what its interfaces look like"],
                "changing": ["no node says what its interfaces look like"],
                "other": ["is refused: it is about another interface"],
                "nobody": ["no node says what its interfaces look like"],
                "many": ["no node says what its interfaces look like"],
                "slow": ["is refused: it is malformed"]}.items():
            begin = time.monotonic()
            result = fails(here.mml("call", f"/net/liar/{lie}", "Method"), *texts)
            expect(result.out == "" and "\033" not in result.err, result)
            expect(time.monotonic() - begin < 30, f"{lie} took {time.monotonic() - begin:.1f} s")
            fails(here.mml("describe", f"/net/liar/{lie}"))
        begin = time.monotonic()
        expect(words(here, "mml call /net/liar/slow ") == [], "nothing")
        expect(time.monotonic() - begin < 1 + 2, "a second, and what a loaded machine adds")
        expect(not any("\033" in word for word in words(here, "mml describe ")), "names are names")
        expect(call(here, "/net/n1/calculator", "Add", "left=1", "right=1") == {"out_sum": 2}, "others are not concerned")


if __name__ == "__main__":
    main(globals())
