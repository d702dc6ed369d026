#!/usr/bin/python3
"""Runs of two peers that do nothing wrong, runs in which everything goes wrong once, and random ones, each in a file of FOLDER."""
import os
import random
import sys

DELIVER, CALL, ANSWER, GIVE_BACK, TIME, ABANDON, SPOIL = 0, 4, 7, 10, 12, 13, 14


def event(side, kind, more=0):
    return side | kind << 1 | more


def exchange(side, choice, more=b""):
    """A call with references, its arrival, its answer with others, and that arrives."""
    return bytes([event(side, CALL), choice]) + more + bytes([event(side, DELIVER)] * 3 + [event(1 - side, ANSWER), 0, 0x1B, 1, 2, 3] +
                                                            [event(1 - side, DELIVER)] * 3 + [event(side, GIVE_BACK), 0])


def main(folder):
    os.makedirs(folder, exist_ok=True)
    greeting = bytes([event(0, DELIVER), event(1, DELIVER)])
    runs = [greeting + exchange(side, choice, b"\1\2\3") * 3 for side in (0, 1) for choice in (0, 0x18, 0x1E, 0x19, 0x98)]
    runs += [greeting + exchange(0, 0x18, b"\1\2\3") + bytes([event(side, SPOIL, 0x80), kind, 20, 4, 1, 0]) + exchange(1, 0x18, b"\1\2\3")
             for side in (0, 1) for kind in range(5)]
    runs += [greeting + exchange(0, 0x18, b"\1\2\3") + bytes([event(0, CALL), 0, event(0, ABANDON), 0, event(0, TIME), 200, event(0, 15, 0xC0)])]
    source = random.Random(1)
    runs += [greeting + bytes(source.randrange(256) for _ in range(400)) for _ in range(10)]
    for index, run in enumerate(runs):
        with open(os.path.join(folder, "%02d" % index), "wb") as file:
            file.write(run)


if __name__ == "__main__":
    main(sys.argv[1])
