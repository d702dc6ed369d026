#!/usr/bin/python3
"""Files that idlc must refuse: tests/reject/<stage>/<case>.idl, and beside it the exact text it prints. Those of `describe` are
refused even where only a header is asked for, those of `embedded` with that profile only; for those of `dialect` the first error must name the language.

UPDATE=1 accepts what it prints now. Each file must end with exit code 1 and leave no output behind.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

OPTIONS = {'describe': ['--emit=header'], 'embedded': ['--profile=embedded']}
NAMES = re.compile(r'WinRT|CORBA|AIDL|Mojom|protobuf|DCE')


def check(path):
    expected = path[:-len('.idl')] + '.expected'
    with tempfile.TemporaryDirectory() as folder:
        products = OPTIONS.get(path.split('/')[2], [])
        run = subprocess.run(['build/bin/idlc', '-I', 'idl', '-o', folder, *products, path], stdin=subprocess.DEVNULL,
                             capture_output=True, timeout=20)
        left = os.listdir(folder)
    text = run.stderr.decode(errors='replace')
    if run.returncode != 1:
        return 'exit code %d\n%s' % (run.returncode, text)
    if left or run.stdout:
        return 'wrote %s%s' % (left, run.stdout)
    errors = [line for line in text.splitlines() if ': error: ' in line]
    if '/dialect/' in path and (not NAMES.search(errors[0]) or len(errors) > 3):
        return 'the language is not named:\n' + text
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
