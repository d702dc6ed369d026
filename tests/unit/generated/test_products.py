#!/usr/bin/python3
"""What idlc makes of every .idl of the project, in both forms, compiles without a warning (C11 with gcc and clang, headers as
C++17 too), and clang-format leaves it as it is."""
import glob
import os
import subprocess
import sys
import tempfile

STRICT = ['-Wall', '-Wextra', '-Werror', '-Wconversion', '-fsyntax-only', '-Irpc/include', '-Iidl', '-Irpc/port/linux']
ROOTS = [('idl', 'idl/*/*.idl'), ('tests/golden', 'tests/golden/*/*.idl')] + [
    (folder, folder + '/*.idl') for folder in sorted(
        {os.path.dirname(path) for pattern in ('tests/unit/*/*.idl', 'benchmarks/*/*.idl', 'examples/*/*.idl') for path in glob.glob(pattern)})]
number = failed = 0


def report(name, why=''):
    global number, failed
    number += 1
    failed += why != ''
    print('%sok %d - %s' % ('not ' if why else '', number, name), flush=True)
    for line in why.splitlines()[:40]:
        print('# ' + line)


def run(*command):
    """What a command prints if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=250)
    return (done.stdout + done.stderr or 'exit code %d' % done.returncode) if done.returncode else ''


def found(folder, *suffixes):
    return sorted(os.path.join(path, name) for path, _, names in os.walk(folder) for name in names if name.endswith(suffixes))


def compile_all(folder, form):
    """All files of one language in one run of the compiler, so that the test is quick."""
    include = STRICT + ['-I' + folder]
    for compiler in ('gcc', 'clang'):
        report('%s takes what is for %s' % (compiler, form),
               run(compiler, '-std=c11', '-Wmissing-prototypes', '-Wshadow', *include, *found(folder, '.c')))
    for language, standard, compilers in (('c', 'c11', ('gcc', 'clang')), ('c++', 'c++17', ('g++', 'clang++'))):
        everything = os.path.join(folder, 'all_headers.' + language.replace('+', 'p'))
        with open(everything, 'w') as file:
            for header in found(folder, '.idl.h'):
                file.write('#include <%s>\n' % os.path.relpath(header, folder))
        for compiler in compilers:
            report('%s takes the headers as %s' % (compiler, standard), run(compiler, '-x', language, '-std=' + standard, *include, everything))


def main():
    for form in ('speed', 'size'):
        with tempfile.TemporaryDirectory() as folder:
            for root, pattern in ROOTS:
                report('%s for %s' % (root, form), run('build/bin/idlc', '--optimize=' + form, '-I', 'idl', '-I', root, '-o', folder,
                                                       *sorted(glob.glob(pattern))))
            products = found(folder, '.c', '.h')
            report('%d files for %s are as clang-format has them' % (len(products), form),
                   run('clang-format', '--style=file:.clang-format', '--dry-run', '-Werror', *products))
            compile_all(folder, form)
    print('1..%d' % number)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
