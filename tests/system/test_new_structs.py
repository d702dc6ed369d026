#!/usr/bin/python3
"""Unions, and structs that have pointers, of interfaces that are new: between nodes of every kind and a client with generated
proxies, and by mml call."""
import difflib
import json
import os
import re
import shutil
import uuid
from installed import *

GARDEN = os.path.join(ROOT, "tests", "system", "garden")


class Garden:
    """A project with the component `garden` and its client; the interfaces have new ids."""

    def __init__(self, here):
        self.ids = {"PLOT": str(uuid.uuid4()), "GARDEN": str(uuid.uuid4())}
        self.folder = os.path.join(here.folder, self.ids["GARDEN"])
        shutil.copytree(GARDEN, self.folder)
        text = read(GARDEN, "garden.idl.in")
        for name, iid in self.ids.items():
            text = text.replace("@%s@" % name, iid)
        write(text, self.folder, "garden.idl")
        succeeds(here.run("scons", "-Q", cwd=self.folder, limit=400))

    def file(self, kind):
        """What a node of this kind loads."""
        return os.path.join(self.folder, "build", kind, "garden" + (".so" if kind == "linux" else ".elf"))

    def plot(self, node):
        """What mml call says of a plot."""
        return {"interface": "IPlot", "iid": self.ids["PLOT"], "node": node}


OAK = {"kind": "PLANT_TREE", "detail": {"extent": {"height_cm": 900, "width_cm": 300}}, "name": "oak",
       "harvest": {"unit": 3, "in": {}}, "wanted": None, "day_count": 0, "days": [], "note_count": 0, "notes": [], "plot": None,
       "neighbour_count": 0, "neighbours": [], "next": None}


def rose(path):
    return {"kind": "PLANT_FLOWER", "detail": {"colour": "r\u00f6t"}, "name": "rose",
            "harvest": {"unit": 2, "in": {"grams": 0.5}}, "wanted": {"height_cm": 65535, "width_cm": 1}, "day_count": 3,
            "days": [-1, 0, 32767], "note_count": 2, "notes": ["", "thorns"], "plot": path, "neighbour_count": 3,
            "neighbours": [path, None, path], "next": OAK}


def call_by_name(here, garden, node):
    path = f"/net/{node}/garden"
    plot = garden.plot(node)

    # What comes out is what went in, but for what interfaces are: where they live, whoever gave them.
    came = call(here, path, "Copy", "plant=" + json.dumps(rose(path)))
    expect(came["out_count"] == 2, came)
    expect(came["out_plant"] == dict(rose(path), plot=plot, neighbours=[plot, None, plot]), came)
    shown = succeeds(here.mml("call", path, "Copy", "plant=" + json.dumps(rose(path)))).out
    expect(shown.count(f'"node": "{node}"') == 3 and "object 1" not in shown, shown)
    expect(call(here, path, "Copy", "plant=" + json.dumps(OAK)) == {"out_plant": OAK, "out_count": 1}, "an oak")
    picked = call(here, path, "Pick", "inout_plant=" + json.dumps(rose(path)))
    expect(picked == {"inout_plant": OAK}, picked)

    # Counts, and what tells an arm, follow from what they tell of; given, they must be right.
    herb = {"kind": "PLANT_HERB", "name": "mint", "harvest": {"unit": 0, "in": {"pieces": 4}}, "notes": ["a", "b"]}
    came = call(here, path, "Copy", "plant=" + json.dumps(herb))["out_plant"]
    expect(came["note_count"] == 2 and came["detail"] == {} and came["harvest"] == herb["harvest"], came)
    fails(here.mml("call", path, "Copy", "plant=" + json.dumps(dict(herb, note_count=3))), "plant.note_count", code=2)
    fails(here.mml("call", path, "Copy", "plant=" + json.dumps(dict(herb, kind="PLANT_TREE"))), "`kind` says that `detail` has the arm extent",
          code=2)
    fails(here.mml("call", path, "Copy", "plant=" + json.dumps(dict(herb, name=41 * "x"))), "at most 40", code=2)
    fails(here.mml("call", path, "Copy", "plant=" + json.dumps(dict(herb, plot="/net/host/absent"))), "NS_E_NOT_FOUND")

    # Unions as parameters.
    grown = call(here, path, "Grow", "kind=PLANT_TREE", 'detail={"extent": {"height_cm": 1, "width_cm": 2}}')
    expect(grown == {"out_kind": "PLANT_TREE", "out_detail": {"extent": {"height_cm": 11, "width_cm": 2}}}, grown)
    grown = call(here, path, "Grow", "kind=PLANT_FLOWER", 'detail={"colour": "blue"}')
    expect(grown == {"out_kind": "PLANT_FLOWER", "out_detail": {"colour": "blue"}}, grown)
    grown = call(here, path, "Grow", "kind=99", 'detail={"code": -5}')
    expect(grown == {"out_kind": 99, "out_detail": {"code": -5}}, grown)
    grown = call(here, path, "Grow", "kind=PLANT_HERB", "detail={}")
    expect(grown == {"out_kind": "PLANT_HERB", "out_detail": {}}, grown)
    fails(here.mml("call", path, "Grow", "kind=PLANT_HERB", 'detail={"code": 1}'), "`kind` says that `detail` has no value", code=2)
    amounts = [{"unit": 1, "in": {"grams": 1.5}}, {"unit": 0, "in": {"pieces": 9}}, {"unit": 1, "in": {"grams": 2}}]
    expect(call(here, path, "Sum", "amounts=" + json.dumps(amounts)) == {"out_sum": {"unit": 1, "in": {"grams": 3.5}}}, "a sum")

    # Arrays of pointers, and of interfaces.
    extents = [{"height_cm": 1, "width_cm": 9}, {"height_cm": 8, "width_cm": 2}]
    expect(call(here, path, "Cover", "extents=" + json.dumps(extents)) == {"out_extent": {"height_cm": 8, "width_cm": 9}}, "cover")
    expect(call(here, path, "Number", "plots=" + json.dumps([path, path])) == {"out_numbers": [0, 0]}, "numbers")
    fails(here.mml("call", path, "Number", "plots=[null]"), "E_POINTER")
    divided = call(here, path, "Divide", "room=4", "count=3")
    expect(divided == {"out_plots": [plot, plot, plot], "out_count": 3}, divided)
    fails(here.mml("call", path, "Divide", "room=1", "count=2"), "E_INVALIDARG")


def test_unions_and_structs_with_pointers_travel_between_nodes():
    garden = Garden(installation())
    nodes = {"n1": "i386", "n2": "linux", "m1": "armv7m"}
    client = os.path.join(garden.folder, "build", "garden_client")
    with installed_cluster("--nodes", ",".join(map("=".join, nodes.items()))) as here:
        for node, kind in nodes.items():
            succeeds(here.mml("load", node, "garden", garden.file(kind)))
            succeeds(here.run(client, f"/net/{node}/garden"))
            call_by_name(here, garden, node)
            succeeds(here.mml("unload", node, "garden"))  # which waits for what is held of it: nothing
            wait_until(lambda: succeeds(here.mml("load", node)).out == "", what="unloading")


def test_what_is_described_of_them_can_be_compiled():
    here = installation()
    garden = Garden(here)
    idl = os.path.join(here.prefix, "share", "mmlite", "idl")

    def made(name):
        succeeds(here.run("idlc", "-I", idl, "-o", "made", "--emit=proto,header", name + ".idl", cwd=garden.folder))
        header = read(garden.folder, "made", name + ".idl.h").replace("const ", "")  # but for what is const
        header = sorted(re.sub(r"\s+", " ", one) for one in re.findall(r"virtual [^;]*;", header))
        proto = read(garden.folder, "made", name + ".proto").replace("amount_in_arm", "in_arm")  # which had no name of its own
        return sorted(line.strip() for line in proto.splitlines() if line.strip() and line[:2] != "//"), header

    with installed_cluster("--nodes", "n2=linux"):
        succeeds(here.mml("load", "n2", "garden", garden.file("linux")))
        write(succeeds(here.mml("describe", "/net/n2/garden")).out, garden.folder, "described.idl")
        for was, now in zip(made("garden"), made("described")):
            expect(was == now, "\n".join(difflib.unified_diff(was, now, "garden", "described", lineterm="")))


if __name__ == "__main__":
    main(globals())
