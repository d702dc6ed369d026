#!/usr/bin/python3
"""Files that idlc must refuse: tests/reject/<stage>/<case>.idl, and beside it the exact text it prints.

UPDATE=1 accepts what it prints now. Each file must end with exit code 1 and leave no output behind.
"""
import glob
import os
import subprocess
import sys
import tempfile


def check(path):
    expected = path[:-len('.idl')] + '.expected'
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(['build/bin/idlc', '-I', 'idl', '-o', folder, path], stdin=subprocess.DEVNULL,
                             capture_output=True, timeout=20)
        left = os.listdir(folder)
    text = run.stderr.decode(errors='replace')
    if run.returncode != 1:
        return 'exit code %d\n%s' % (run.returncode, text)
    if left or run.stdout:
        return 'wrote %s%s' % (left, run.stdout)
    if os.environ.get('UPDATE'):
        with open(expected, 'w') as file:
            file.write(text)
    wanted = open(expected).read() if os.path.exists(expected) else ''
    return '' if text == wanted else 'expected:\n%s\nprinted:\n%s' % (wanted, text)


def main():
    files = sorted(glob.glob('tests/reject/*/*.idl'))
    failed = 0
    print('1..%d' % len(files))
    for number, path in enumerate(files, 1):
        why = check(path)
        failed += why != ''
        print('%sok %d - %s' % ('not ' if why else '', number, path[len('tests/reject/'):-len('.idl')]))
        for line in why.splitlines():
            print('# ' + line)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
