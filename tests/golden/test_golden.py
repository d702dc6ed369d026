#!/usr/bin/python3
"""What idlc writes for tests/golden/sample is exactly tests/golden/expected, and every .idl of the project gives a
.proto that protoc takes.

UPDATE=1 accepts what it writes now.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

EXPECTED = 'tests/golden/expected'
number = failed = 0


def report(name, why=''):
    global number, failed
    number += 1
    failed += why != ''
    print('%sok %d - %s' % ('not ' if why else '', number, name))
    for line in why.splitlines():
        print('# ' + line)


def idlc(*arguments):
    return subprocess.run(['build/bin/idlc', *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)


def products(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder)
                  for path, _, names in os.walk(folder) for name in names)


def golden(folder):
    run = idlc('-I', 'idl', '-I', 'tests/golden', '-o', folder, *sorted(glob.glob('tests/golden/sample/*.idl')))
    report('sample compiles', run.stderr if run.returncode or run.stderr else '')
    run = idlc('--optimize=size', '--emit=proxy,stub', '-I', 'idl', '-I', 'tests/golden', '-o', folder + '/small',
               *sorted(glob.glob('tests/golden/sample/*.idl')))
    report('sample compiles for size', run.stderr if run.returncode or run.stderr else '')
    if os.environ.get('UPDATE'):
        shutil.rmtree(EXPECTED, ignore_errors=True)
        shutil.copytree(folder, EXPECTED)
    report('products', '' if products(folder) == products(EXPECTED) else 'wrote %s' % products(folder))
    for name in products(EXPECTED):
        diff = subprocess.run(['diff', '-u', os.path.join(EXPECTED, name), os.path.join(folder, name)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        report(name, diff.stdout + diff.stderr if diff.returncode else '')


def messages(folder):
    """All .proto of the project, and of the tests, through protoc."""
    roots = [('idl', 'idl/*/*.idl'), ('tests/golden', 'tests/golden/*/*.idl'), ('tests/unit/generated',
             'tests/unit/generated/*.idl')] + [(path, path + '/*.idl') for path in sorted(glob.glob('examples/*'))]
    for root, pattern in roots:
        files = sorted(glob.glob(pattern))
        if not files:
            continue
        run = idlc('-I', 'idl', '-I', root, '-o', folder, '--emit=proto', *files)
        report('messages of %s' % root, run.stderr if run.returncode or run.stderr else '')
        for file in files:
            proto = os.path.join(folder, os.path.relpath(file, root)[:-len('.idl')] + '.proto')
            run = subprocess.run(['protoc', '-I' + folder, '--descriptor_set_out=/dev/null', proto],
                                 stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            report('protoc takes %s' % file, run.stderr if run.returncode or run.stderr else '')


def main():
    for step in (golden, messages):
        with tempfile.TemporaryDirectory() as folder:
            step(folder)
    print('1..%d' % number)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
