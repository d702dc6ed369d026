#!/usr/bin/python3
"""Sessions for fuzz_udp.c: what users do over good and bad networks, and packets in the middle."""
import os
import random
import sys

WRITE, URGENT, READ, TIME, PACKET, NETWORK, CLOSE, UNREACHABLE = (kind << 1 for kind in range(8))


def session(dice, hostile):
    data = bytearray([hostile, dice.randrange(256)])
    if dice.random() < 0.7:
        data += bytes([NETWORK, *(dice.randrange(100) for _ in range(5))])
    for _ in range(dice.randrange(10, 80)):
        side, kind = dice.randrange(2), dice.choice([WRITE, WRITE, URGENT, READ, READ, TIME, TIME, PACKET])
        data.append(kind | side)
        if kind in (WRITE, READ, TIME) or (kind == PACKET and not hostile):
            data.append(dice.randrange(200))
        elif kind == PACKET:
            size = dice.randrange(30)
            data += bytes([dice.choice([1, 1, 1, 2, 2, 6, 10, 17]), size]) + dice.randbytes(20 + size)
    data.append(CLOSE | 0xF0 | dice.randrange(2))
    return bytes(data)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    dice = random.Random(1)
    for number in range(60):
        with open(os.path.join(folder, "session-%d" % number), "wb") as file:
            file.write(session(dice, number % 2))


if __name__ == "__main__":
    main(sys.argv[1])
