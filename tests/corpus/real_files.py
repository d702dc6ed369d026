"""The .idl files of Debian's libwine-dev, and the tests' report. Not a test by itself."""
import fnmatch
import os
import re
import shutil

ROOTS = ['/usr/include/wine/wine/windows', '/usr/include/wine/wine']
WIDL = shutil.which('widl-stable') or shutil.which('widl')
IDLC = os.path.abspath('build/bin/idlc')
EXPLAINED = 'tests/corpus/explained.txt'
# Windows Runtime files (MIDL 3), which widl reads too and this compiler refuses.
OTHER_DIALECT = re.compile(r'^\s*(namespace|runtimeclass|apicontract|delegate)\b', re.M)

missing = [package for package, there in (('libwine-dev', os.path.isdir(ROOTS[0])), ('wine64-tools', WIDL)) if not there]


def skip():
    """The whole test, if a package is not installed; a program that prints no result would count as a failure."""
    print('ok 1 - skipped, because not installed: %s (./dev test installs them) # SKIP\n1..1' % ', '.join(missing))


def read(path):
    with open(path, encoding='latin1') as file:
        return file.read()


def all_files():
    return sorted(os.path.join(root, name) for root in ROOTS for name in os.listdir(root) if name.endswith('.idl'))


def is_com(path):
    return not OTHER_DIALECT.search(read(path))


def include_options():
    return [option for root in ROOTS for option in ('-I', root)]


class Explained:
    """explained.txt: kind, pattern and reason in each line; remembers which were needed."""

    def __init__(self):
        self.entries = []
        for line in read(EXPLAINED).splitlines():
            if line and not line.startswith('#'):
                kind, pattern, reason = (part.strip() for part in line.split('|'))
                assert reason, 'no reason: ' + line
                self.entries.append((kind, pattern, reason))
        self.used = set()

    def covers(self, kind, key):
        for entry in self.entries:
            if fnmatch.fnmatchcase(kind, entry[0]) and fnmatch.fnmatchcase(key, entry[1]):
                self.used.add(entry)
                return True
        return False

    def unused(self, *kinds):
        return [entry for entry in self.entries if entry[0].split()[0] in kinds and entry not in self.used]


class Report:
    """Lines of TAP."""

    def __init__(self):
        self.number = self.failed = 0

    def line(self, name, problems=()):
        self.number += 1
        self.failed += bool(problems)
        print('%sok %d - %s' % ('not ' if problems else '', self.number, name), flush=True)
        for problem in list(problems)[:40]:
            print('# ' + str(problem).replace('\n', '\n# '))

    def end(self):
        print('1..%d' % self.number)
        return 1 if self.failed else 0
