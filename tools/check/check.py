#!/usr/bin/python3
"""Checks the rules of the tree that a compiler does not.

usage: check.py [--root FOLDER] [includes] [conditionals] [symbols] [frozen]

Prints `file:line: what is wrong (the rule)` for each finding. Without names it runs all; symbols and frozen need a build.
"""
import sys

import conditionals
import frozen
import includes
import symbols
from findings import text_of

CHECKS = {'includes': includes.check, 'conditionals': conditionals.check, 'symbols': symbols.check,
          'frozen': frozen.check}


def main(arguments):
    root = '.'
    if arguments[:1] == ['--root'] and len(arguments) > 1:
        root, arguments = arguments[1], arguments[2:]
    if set(arguments) - set(CHECKS):
        print(__doc__, file=sys.stderr)
        return 2
    findings = [finding for name in arguments or CHECKS for finding in CHECKS[name](root)]
    for finding in findings:
        print(text_of(finding))
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
