#!/usr/bin/python3
"""bench-codec measures what it says, and generated code keeps to its goals: no more than 1.5 times the instructions of code
written by hand, and no more than a fifth of protobuf-c's. Instructions do not depend on how busy the machine is."""
import json
import subprocess
import sys

PROGRAM = 'build/bin/bench-codec'
CODECS = {'hand', 'line', 'table', 'nanopb', 'protobuf-c'}
number = failed = 0


def report(name, good, why=''):
    global number, failed
    number += 1
    failed += not good
    print('%sok %d - %s' % ('' if good else 'not ', number, name))
    for line in [] if good else why.splitlines():
        print('# ' + line)


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=250)


def main():
    done = run('--json', '--check')
    report('the goals are kept', done.returncode == 0, done.stderr)
    try:
        shapes = json.loads(done.stdout)['shapes']
    except (ValueError, KeyError) as error:
        report('--json prints JSON', False, str(error))
        shapes = []
    report('four shapes', [shape['name'] for shape in shapes] == ['text', 'points', 'person', 'blob'], done.stdout)
    for shape in shapes:
        cells = [shape[direction][codec] for direction in ('encode', 'decode') for codec in CODECS]
        report('%s was measured' % shape['name'], all(cell['ns'] > 0 and cell['instructions'] > 10 for cell in cells), str(cells))
    done = run('--nonsense')
    report('unknown arguments', done.returncode == 2 and 'bench-codec --help' in done.stderr, done.stderr)
    print('1..%d' % number)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
