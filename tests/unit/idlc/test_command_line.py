#!/usr/bin/python3
"""The command line of idlc: exit codes, products, nothing half written."""
import os
import subprocess
import sys
import tempfile

IDLC = os.path.abspath('build/bin/idlc')
NAMESPACE = 'idl/com/namespace.idl'
PRODUCTS = ['namespace.idl.h', 'namespace.idl.proxy.c', 'namespace.idl.stub.c', 'namespace.proto']


def idlc(*arguments, cwd=None):
    return subprocess.run([IDLC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, cwd=cwd)


def files(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder)
                  for path, _, names in os.walk(folder) for name in names)


def help_shows_examples(folder):
    run = idlc('--help')
    assert run.returncode == 0 and 'examples:' in run.stdout and not run.stderr


def wrong_use_ends_with_2(folder):
    for arguments in ([], ['-I'], ['--frobnicate', NAMESPACE], ['--emit=headers', NAMESPACE], ['-I', 'idl', '-o']):
        run = idlc(*arguments)
        assert run.returncode == 2 and 'idlc --help' in run.stderr, arguments


def products_lie_below_their_root(folder):
    assert idlc('-I', 'idl', '-o', folder, NAMESPACE).returncode == 0
    assert files(folder) == ['com/' + name for name in PRODUCTS]


def without_a_root_the_name_alone_counts(folder):
    assert idlc('-Iidl/com/..', '-o' + folder, '--', NAMESPACE).returncode == 0
    assert files(folder) == ['com/' + name for name in PRODUCTS]
    assert idlc('-o', folder, 'idl/com/unknown.idl').returncode == 0
    assert 'unknown.idl.h' in files(folder)


def the_longest_root_decides(folder):
    assert idlc('-I', '.', '-I', 'idl', '--emit=header', '-o', folder, NAMESPACE).returncode == 0
    assert files(folder) == ['com/namespace.idl.h']


def emit_chooses_products(folder):
    assert idlc('-I', 'idl', '--emit=proto,header', '-o', folder, NAMESPACE).returncode == 0
    assert files(folder) == ['com/namespace.idl.h', 'com/namespace.proto']


def the_output_is_the_same_from_anywhere(folder):
    other = os.path.join(folder, 'other')
    assert idlc('-I', 'idl', '-o', folder + '/here', NAMESPACE).returncode == 0
    os.mkdir(other)
    assert idlc('-I', os.path.abspath('idl'), '-o', '.', os.path.abspath(NAMESPACE), cwd=other).returncode == 0
    for name in PRODUCTS:
        assert open(other + '/com/' + name).read() == open(folder + '/here/com/' + name).read()


def one_broken_file_stops_all(folder):
    bad = os.path.join(folder, 'bad.idl')
    with open(bad, 'w') as file:
        file.write('const uint32_t A = ;\n')
    run = idlc('-I', 'idl', '-o', folder + '/out', NAMESPACE, bad)
    assert run.returncode == 1 and 'bad.idl:1:20: error:' in run.stderr
    assert not os.path.exists(folder + '/out')


def missing_files_and_folders_are_named(folder):
    run = idlc('-o', folder, 'nowhere.idl')
    assert run.returncode == 1 and 'nowhere.idl: No such file' in run.stderr
    run = idlc('-o', folder, 'idl')
    assert run.returncode == 1 and 'is a directory' in run.stderr
    run = idlc('-I', 'idl', '-o', '/dev/null/x', NAMESPACE)
    assert run.returncode == 1 and 'cannot write /dev/null/x/com/namespace.idl.h' in run.stderr


def interfaces_that_can_be_remote_are_listed(folder):
    run = idlc('--list-interfaces', '-I', 'idl', NAMESPACE)
    assert run.returncode == 0 and run.stdout == 'INamespace\n'
    run = idlc('--list-interfaces', '-I', 'idl', 'idl/com/unknown.idl', 'idl/net/socket.idl')
    assert run.returncode == 0 and run.stdout == ''


def dependencies_are_listed(folder):
    run = idlc('--deps', '-I', 'idl', 'idl/rpc/transport.idl')
    assert run.returncode == 0 and run.stdout == 'idl/com/unknown.idl\nidl/net/socket.idl\n'


def imports_in_a_circle_are_read_once(folder):
    for name, other in (('a', 'b'), ('b', 'a')):
        with open('%s/%s.idl' % (folder, name), 'w') as file:
            file.write('import "com/unknown.idl";\nimport "%s.idl";\nstruct s%s { int32_t x; };\n'
                       '[object, uuid(6d6d6c01-0904-4001-8001-00000000000%s)]\ninterface I%s : IUnknown\n'
                       '{ HRESULT Use([in] I%s *other, [in] const struct s%s *value); }\n'
                       % (other, name, name, name.upper(), other.upper(), other))
    run = idlc('-I', 'idl', '-I', folder, '-o', folder, folder + '/a.idl', folder + '/b.idl', 'idl/com/unknown.idl')
    assert run.returncode == 0, run.stderr
    for name in 'ab':
        subprocess.run(['gcc', '-fsyntax-only', '-Wall', '-Werror', '-Irpc/include', '-Iidl', '-I' + folder,
                        '%s/%s.idl.h' % (folder, name)], check=True, stdin=subprocess.DEVNULL)


TESTS = [value for name, value in list(globals().items()) if callable(value) and name not in ('idlc', 'files')]


def main():
    failed = 0
    print('1..%d' % len(TESTS))
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
                print('ok %d - %s' % (number, test.__name__))
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                failed += 1
                print('not ok %d - %s\n# %s: %s' % (number, test.__name__, type(error).__name__, error))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
