#!/usr/bin/python3
"""Takes what the interfaces of idl/ are now into idl/frozen.

usage: freeze.py [--root FOLDER]

Only what breaks nothing is taken; of the rest it is printed what breaks, and nothing is written for that file. An interface
that was never released and may break is frozen anew when its file below idl/frozen has been removed.
"""
import os
import sys

import frozen
from findings import text_of


def main(arguments):
    root = '.'
    if arguments[:1] == ['--root'] and len(arguments) > 1:
        root, arguments = arguments[1], arguments[2:]
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    findings = []
    for path, kept in frozen.files(root):
        full = os.path.join(root, kept)
        found = frozen.broken(root, path, kept) if os.path.exists(full) else []
        findings += found
        text = frozen.today(root, path)
        old = open(full).read() if os.path.exists(full) else None
        if found or text == old:
            continue
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w') as file:
            file.write(text)
        print('%s %s' % ('frozen:' if old is None else 'grown: ', kept))
    for finding in findings:
        print(text_of(finding))
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
