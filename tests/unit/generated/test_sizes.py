#!/usr/bin/python3
"""Sizes that are computed: generates proxies and stubs from sizes.idl in both forms, builds each with sanitizers and runs
sizes/sizes_tests.c."""
import glob
import subprocess
import sys
import tempfile

from test_generated import FLAGS, HERE, INCLUDE, run

WALKER = sorted(glob.glob('rpc/wire/*.c') + glob.glob('rpc/runtime/table*.c') + glob.glob('rpc/runtime/shape*.c') +
                ['rpc/runtime/results.c', 'rpc/com/bstr.c'])


def build(folder, option):
    form = '%s/%s' % (folder, option)
    for idl, root in ((HERE + '/sizes.idl', HERE), ('idl/com/unknown.idl', 'idl')):
        run('build/bin/idlc', '--optimize=' + option, '-I', 'idl', '-I', root, '-o', form, idl)
    objects = []
    for source, standard in [(form + '/sizes.idl.proxy.c', 'c11'), (form + '/sizes.idl.stub.c', 'c11'),
                             (HERE + '/sizes/sizes_tests.c', 'gnu11'), (HERE + '/fake_runtime.c', 'gnu11')] + [
                                 (source, 'c11') for source in WALKER]:
        objects.append('%s/%d.o' % (form, len(objects)))
        run('gcc', *FLAGS, '-std=' + standard, *INCLUDE, '-I' + form, '-c', source, '-o', objects[-1])
    run('gcc', *FLAGS, *objects, '-lcmocka', '-o', form + '/sizes_tests')
    return form + '/sizes_tests'


def main():
    failed = 0
    print('1..2')
    with tempfile.TemporaryDirectory() as folder:
        for number, option in enumerate(('speed', 'size'), 1):
            result = subprocess.run([build(folder, option)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
            failed += result.returncode != 0
            print('%sok %d - computed sizes, for %s' % ('not ' if result.returncode else '', number, option))
            for line in (result.stdout + result.stderr).splitlines() if result.returncode else []:
                print('# ' + line)
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
