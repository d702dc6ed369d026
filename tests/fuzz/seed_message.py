#!/usr/bin/python3
"""Bodies of the protocol's messages, as its specification has them, each in a file of FOLDER with its kind in front."""
import os
import sys

sys.path.insert(0, "tests/system")
import raw_peer as raw  # noqa: E402


def main(folder):
    os.makedirs(folder, exist_ok=True)
    caps = [raw.cap(raw.SENDER, 0x10001), raw.cap(raw.RECEIVER, 7), raw.cap(raw.NIL)]
    bodies = {
        0: [raw.call(3), raw.call(5, b"parameters" * 20, target=9, timeout_us=0xFFFFFFFF, depth=3, caps=caps)],
        1: [raw.reply(), raw.reply(0x80004005, 2, (0, 7), caps, b"results", raw.data(6, b"why"))],
        2: [raw.hello(), raw.hello(name=b"a-node_1", features=3)],
        3: [raw.release((1, 1), (0xFFFFFFFF, 0xFFFFFFFF))],
        7: [raw.key(1, raw.FIXED64) + b"12345678"],
        11: [raw.key(1, raw.FIXED32) + b"1234" + raw.data(2, b"detail" * 10)],
        15: [raw.number(1, 3) + raw.number(2, 1000)],
        19: [raw.data(1, b"the node stops")],
    }
    for kind, texts in bodies.items():
        for index, text in enumerate(texts):
            with open(os.path.join(folder, "%02d-%d" % (kind, index)), "wb") as file:
                file.write(bytes([kind]) + text)


if __name__ == "__main__":
    main(sys.argv[1])
