#!/usr/bin/python3
"""mml call and describe with an interface that no program was compiled with, as projects outside build it, on nodes of every
kind."""
import json
import os
import shutil
import time
import uuid
from installed import *

FRESH = os.path.join(ROOT, "tests", "system", "fresh")


class Greenhouse:
    """A project with the components `greenhouse` and `bare`, which has no type information; its interfaces have new ids."""

    def __init__(self, here):
        self.ids = {"BED": str(uuid.uuid4()), "GREENHOUSE": str(uuid.uuid4())}
        self.folder = os.path.join(here.folder, self.ids["GREENHOUSE"])
        os.mkdir(self.folder)
        for name in "SConstruct", "greenhouse.c":
            shutil.copy(os.path.join(FRESH, name), self.folder)
        with open(os.path.join(FRESH, "greenhouse.idl.in")) as file:
            text = file.read()
        for name, iid in self.ids.items():
            text = text.replace("@%s@" % name, iid)
        with open(os.path.join(self.folder, "greenhouse.idl"), "w") as file:
            file.write(text)
        succeeds(here.run("scons", "-Q", cwd=self.folder, limit=200))

    def file(self, kind, name="greenhouse"):
        """What a node of this kind loads."""
        return os.path.join(self.folder, "build", kind, name + (".so" if kind == "linux" else ".elf"))


READINGS = [
    {"time_ns": -5, "degrees": 20.5, "crop": "CROP_TOMATO", "place": "door", "raw": "hex:01020304", "history": [1, -2]},
    {"time_ns": 9007199254740993, "degrees": 30, "crop": 99, "place": "caf\u00e9 \"x\"", "raw": "hex:00000000",
     "history": [0, 32767]},
]


def use_greenhouse(here, path):
    """Every method of an interface that nobody was compiled with."""
    expect(call(here, path, "Label", "text=h\u00e9llo wOrld") == {"label": "H\u00e9LLO WORLD"}, "text")
    expect(call(here, path, "IGreenhouse.Label", "text=", "capacity=1") == {"label": ""}, "an empty text")
    fails(here.mml("call", path, "Label", "text=abc", "capacity=3"), "E_INVALIDARG", "executed: yes")

    # 16-bit characters, and memory of the callee's; of 40 characters at most, whatever they take on the wire.
    title = call(here, path, "Title", "text=caf\u00e9 \U0001f600")
    expect(title["out_title"] == "<caf\u00e9 \U0001f600>" and title["out_characters"] == [99, 97, 102, 233, 32, 0xD83D, 0xDE00]
           and title["out_count"] == 7 and title["out_reading"]["degrees"] == 36.5, title)
    expect(call(here, path, "Title", "text=") == {"out_title": None, "out_reading": None, "out_characters": [], "out_count": 0},
           "nothing")
    expect(call(here, path, "Title", "text=" + 40 * "\u20ac")["out_count"] == 40, "120 bytes")
    fails(here.mml("call", path, "Title", "text=" + 41 * "a"), "41 characters", "at most 40", code=2)

    found = call(here, path, "Filter", "readings=" + json.dumps(READINGS), "above=25")
    wide = dict(READINGS[1], time_ns="9007199254740993")  # beyond what every reader of JSON has
    expect(found == {"found": [wide], "out_count": 1}, found)
    found = call(here, path, "Filter", "readings=" + json.dumps(found["found"]), "above=-1e3", "crop=CROP_BASIL")
    expect(found == {"found": [dict(wide, crop="CROP_BASIL")], "out_count": 1}, f"what came out goes in: {found}")
    result = succeeds(here.mml("call", path, "Filter", "readings=[]", "above=0"))
    expect(result.out == "result = S_FALSE\nfound = []\nout_count = 0\n", result)

    # Room that nobody gives is small, but the way to more is said; names of numbers are known, whoever serves them.
    result = succeeds(here.mml("--json", "call", path, "History"))
    expect(json.loads(result.out)["outputs"]["out_count"] == 25 and "capacity=100 asks for more" in result.err, result)
    result = succeeds(here.mml("--json", "call", path, "History", "capacity=100"))
    expect(json.loads(result.out)["outputs"]["out_count"] == 40 and result.err == "", result)
    fails(here.mml("call", path, "Find", "index=GREENHOUSE_BEDS"), "GREENHOUSE_E_NO_BED")
    noted = call(here, path, "Note", "note=", "sign=A", "cares=CARE_CUT")
    expect(noted == {"out_note": "", "out_sign": 65, "out_cares": 2}, noted)
    expect(call(here, path, "Note", "sign=\u20ac", "cares=0") == {"out_note": None, "out_sign": 0x20AC, "out_cares": 0}, "no note")
    fails(here.mml("call", path, "Filter", "readings=" + json.dumps([dict(READINGS[0], raw="hex:01")]), "above=1"),
          "readings[0].raw: there are 1 bytes, and 4 are expected", code=2)
    fails(here.mml("call", path, "Filter", "readings=[]", "above=1e40"), "above: `1e40`", "at most 3.4e38", code=2)

    # Interfaces come out, are called, and go in.
    lines = succeeds(here.mml("--json", "call", path, "Find", "index=2", "--", "Water", "amount_ml=500")).out.splitlines()
    bed = json.loads(lines[0])["outputs"]["out_bed"]
    expect(bed["interface"] == "IBed" and bed["node"] == path.split("/")[2], bed)
    expect(json.loads(lines[1])["outputs"] == {"out_total_ml": 500}, lines)
    lines = succeeds(here.mml("call", path, "FindTwo", "--", "out_second:GetIndex")).out.splitlines()
    expect(lines[1].startswith("out_second = IBed (") and lines[2] == "out_index = 2", lines)  # though declared IUnknown
    fails(here.mml("call", path, "FindTwo", "--", "GetIndex"), "several objects", "out_first or out_second", code=2)
    fails(here.mml("call", path, "Which", "bed=" + path), "E_NOINTERFACE")
    fails(here.mml("call", path, "Which", "bed=null"), "E_POINTER")
    fails(here.mml("call", path, "Which", "bed=/net/host/absent"), "NS_E_NOT_FOUND", "no absent")

    for begin, end in ("RPC_E_TIM", "RPC_E_TIMEOUT"), ("GREEN", "GREENHOUSE_E_NO_BED"):
        wait_until(lambda: succeeds(here.mml("completion", "words", f"mml call {path} Fail code={begin}")).out == f"code={end} \n",
                   limit=30, what="completing the name of a result")

    # Failures: the interface's own codes, and others; executed or not.
    fails(here.mml("call", path, "Find", "index=3"), "GREENHOUSE_E_NO_BED", "There is no such bed", "the beds are 0, 1 and 2",
          "executed: yes")
    result = here.mml("--json", "call", path, "Fail", "code=RPC_E_ACCESS_DENIED", "why=because")
    fails(result, "RPC_E_ACCESS_DENIED", "because")
    told = json.loads(result.out)
    expect(told["result"] == "RPC_E_ACCESS_DENIED" and told["executed"] == "yes" and told["detail"] == "because", told)
    fails(here.mml("call", path, "Fail", "code=GREENHOUSE_E_NO_BED", "why="), "GREENHOUSE_E_NO_BED")
    fails(here.mml("call", path, "Fail", "code=0x8004ffff", "why="), "0x8004FFFF")
    begin = time.monotonic()
    fails(here.mml("call", "--timeout", "300", path, "Wait", "duration_ms=60000"), "RPC_E_TIMEOUT", "executed: ",
          "--timeout")
    expect(time.monotonic() - begin < 10, "the time-out is that of the command")


def test_interfaces_that_nobody_has_seen():
    house = Greenhouse(installation())
    nodes = {"n1": "i386", "n2": "linux", "m1": "armv7m"}
    with installed_cluster("--nodes", ",".join(map("=".join, nodes.items()))) as here:
        for node, kind in nodes.items():
            succeeds(here.mml("load", node, "greenhouse", house.file(kind)))
            use_greenhouse(here, f"/net/{node}/greenhouse")
            succeeds(here.mml("unload", node, "greenhouse"))
            wait_until(lambda: succeeds(here.mml("load", node)).out == "", what="unloading")
            wait_until(lambda: here.mml("describe", "IGreenhouse").code != 0, what="forgetting")  # the file is freed later
            fails(here.mml("describe", "IGreenhouse"), "E_NOINTERFACE")


def test_what_is_described_can_be_compiled():
    here = installation()
    house = Greenhouse(here)
    idl = os.path.join(here.prefix, "share", "mmlite", "idl")

    def messages(name):
        succeeds(here.run("idlc", "-I", idl, "-o", "messages", name + ".idl", cwd=house.folder))
        with open(os.path.join(house.folder, "messages", name + ".proto")) as file:
            return sorted(line for line in file.read().splitlines() if line and not line.startswith("//"))

    with installed_cluster("--nodes", "n1,n2=linux"):
        for node, kind in ("n1", "i386"), ("n2", "linux"):
            succeeds(here.mml("load", node, "greenhouse", house.file(kind)))
            described = succeeds(here.mml("describe", f"/net/{node}/greenhouse")).out
            expect(house.ids["GREENHOUSE"] in described and house.ids["BED"] in described, described)
            expect(("/** Beds and their readings. */" in described) == (kind == "linux"), described)  # kernels have no comments
            with open(os.path.join(house.folder, "described.idl"), "w") as file:
                file.write(described)
            expect(messages("described") == messages("greenhouse"), sorted(set(messages("described")) ^ set(messages("greenhouse"))))
            expect(house.ids["BED"] in succeeds(here.mml("describe", house.ids["BED"])).out, "by its id")
        expect(here.mml("describe", "IGreenhouse").out == described, "by its name, and with the comments that one node has")
        told = json.loads(succeeds(here.mml("--json", "describe", "/net/n1/greenhouse")).out)
        expect([method["name"] for method in told[0]["interfaces"][0]["methods"]][:2] == ["Find", "FindTwo"], told)


def test_what_a_component_leaves_out_is_asked_from_another_node():
    house = Greenhouse(installation())
    with installed_cluster("--nodes", "n1,n2=linux,n3=linux") as here:
        for node, kind in ("n1", "i386"), ("n2", "linux"):
            succeeds(here.mml("load", node, "greenhouse", house.file(kind, "bare")))
            result = fails(here.mml("call", f"/net/{node}/greenhouse", "Label", "text=x"),
                           "no node says what its interfaces look like")
            expect(result.out == "", result)
            fails(here.mml("describe", f"/net/{node}/greenhouse"), house.ids["GREENHOUSE"])
        succeeds(here.mml("load", "n3", "greenhouse", house.file("linux")))
        for node in "n1", "n2":
            expect(call(here, f"/net/{node}/greenhouse", "Label", "text=x") == {"label": "X"}, "by what another node says")

        # A node that has no object "types" at all: its objects are asked, one interface after another.
        succeeds(here.mml("call", "/net/n1", "INamespace.Unregister", "path=types"))
        fails(here.mml("call", "/net/n1", "Bind", "path=types", "flags=0"), "NS_E_NOT_FOUND")
        expect(call(here, "/net/n1/greenhouse", "Label", "text=x") == {"label": "X"}, "without types")


if __name__ == "__main__":
    main(globals())
