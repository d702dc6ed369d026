#!/usr/bin/python3
"""Small texts of other interface languages (tests/reject/languages): each is refused with at most three errors, the first of which
names the language, even where something else is wrong before."""
import glob
import os
import re
import subprocess
import sys
import tempfile

IDLC = os.path.abspath('build/bin/idlc')
ROOT = os.path.abspath('idl')
COUNT_MIN = 60


def cases():
    """(language, name, text) of each; the language stands in the first line, or before each name."""
    for path in sorted(glob.glob('tests/reject/languages/*.txt')):
        with open(path) as file:
            head, *parts = re.split(r'^=== (.*)\n', file.read(), flags=re.M)
        for name, text in zip(parts[::2], parts[1::2]):
            language, _, name = name.rpartition(': ')
            yield language or head.strip(), name, text


def check(language, text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'thing.idl')
        with open(path, 'w') as file:
            file.write(text)
        problems = ''
        for products in ('header', 'header,proxy,stub,proto'):
            run = subprocess.run([IDLC, '--check', '--emit=' + products, '-I', ROOT, path], stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, timeout=20)
            errors = [line for line in run.stderr.splitlines() if ': error: ' in line]
            if run.returncode != 1 or not 1 <= len(errors) <= 3 or language not in errors[0]:
                problems += 'exit code %d, %d errors\n%s' % (run.returncode, len(errors), run.stderr)
        return problems


def main():
    results = [('%s: %s' % (language, name), check(language, text)) for language, name, text in cases()]
    results.append(('there are at least %d' % COUNT_MIN, '' if len(results) >= COUNT_MIN else str(len(results))))
    print('1..%d' % len(results))
    for number, (name, why) in enumerate(results, 1):
        print('%sok %d - %s' % ('not ' if why else '', number, name))
        for line in why.splitlines():
            print('# ' + line)
    return 1 if any(why for _, why in results) else 0


if __name__ == '__main__':
    sys.exit(main())
