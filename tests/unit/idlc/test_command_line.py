#!/usr/bin/python3
"""The command line of idlc: exit codes, products, nothing half written."""
import json
import os
import re
import subprocess
import sys
import tempfile

IDLC = os.path.abspath('build/bin/idlc')
NAMESPACE = 'idl/com/namespace.idl'
PRODUCTS = ['namespace.idl.h', 'namespace.idl.proxy.c', 'namespace.idl.stub.c', 'namespace.idl.typeinfo-docs.c',
            'namespace.idl.typeinfo.c', 'namespace.proto']


def idlc(*arguments, cwd=None):
    return subprocess.run([IDLC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, cwd=cwd)


def files(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder)
                  for path, _, names in os.walk(folder) for name in names)


def write(folder, name, text):
    with open(os.path.join(folder, name), 'w') as file:
        file.write(text)


def help_shows_examples(folder):
    run = idlc('--help')
    assert run.returncode == 0 and 'examples:' in run.stdout and not run.stderr


def wrong_use_ends_with_2(folder):
    for arguments in ([], ['-I'], ['--frobnicate', NAMESPACE], ['--emit=headers', NAMESPACE], ['-I', 'idl', '-o'], ['-D'],
                      ['-D', '=1', NAMESPACE], ['--profile=tiny', NAMESPACE], ['--color=', NAMESPACE],
                      ['--emit=', NAMESPACE], ['--only=INamespace', '--emit=header,proxy', NAMESPACE],
                      ['--only=INamespace', NAMESPACE, NAMESPACE]):
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


def the_ir_is_printed_or_written(folder):
    run = idlc('--ir=json', '-I', 'idl', NAMESPACE)
    assert run.returncode == 0 and json.loads(run.stdout)['path'] == 'com/namespace.idl'
    assert idlc('--ir=json', '-I', 'idl', '-o', folder, NAMESPACE, 'idl/com/unknown.idl').returncode == 0
    assert files(folder) == ['com/namespace.ir.json', 'com/unknown.ir.json']
    assert open(folder + '/com/namespace.ir.json').read() == run.stdout
    assert idlc('--ir=json', '-I', 'idl', NAMESPACE, 'idl/com/unknown.idl').returncode == 2


def an_ir_is_taken_in_the_place_of_its_file(folder):
    """Each mode says of it what it says of the file, but for what only the text has."""
    idls = ['idl/com/unknown.idl', NAMESPACE, 'tests/golden/sample/store.idl', 'tests/golden/sample/shapes.idl',
            'tests/golden/sample/owned.idl']
    for idl in idls:
        roots = ['-I', 'idl', '-I', 'tests/golden']
        text = idlc('--ir=json', *roots, idl)
        assert text.returncode == 0, text.stderr
        write(folder, 'thing.ir.json', text.stdout)
        ir = folder + '/thing.ir.json'
        for mode in ['--check'], ['--ir=json'], ['--facts'], ['--list-interfaces'], ['--breaking', ir]:
            expected, run = idlc(*mode, *roots, idl), idlc(*mode, ir)
            assert run.returncode == 0 and run.stdout == expected.stdout and not run.stderr, (mode, run)
    for mode in ['--strip'], ['--deps'], ['--only=IStore']:
        run = idlc(*mode, ir)
        assert run.returncode == 2 and 'idlc --help' in run.stderr, (mode, run)
    write(folder, 'loose.idl', 'import "com/unknown.idl";\n[object, uuid(6d6d6c01-0900-4001-8001-0000000000f1)]\n'
          'interface ILoose : IUnknown { HRESULT Send([in, string] const char *text); }\n')
    write(folder, 'loose.ir.json', idlc('--ir=json', '-I', 'idl', folder + '/loose.idl').stdout)
    assert idlc('--check', folder + '/loose.ir.json').returncode == 0
    for file in ['-I', 'idl', folder + '/loose.idl'], [folder + '/loose.ir.json']:
        run = idlc('--check', '--profile=embedded', *file)
        assert run.returncode == 1 and '[E1101]' in run.stderr, run
    write(folder, 'loose.ir.json', text.stdout.replace('"number": 1', '"number": 7'))
    assert idlc('--check', folder + '/loose.ir.json').returncode == 1


def names_that_clash_in_a_proto_are_told_once(folder):
    """Each of these pairs is in one message, or beside the other; protoc refuses what it says of JSON names."""
    write(folder, 'clash.idl', 'import "com/unknown.idl";\nstruct gauge { int32_t x; };\nstruct Gauge { int32_t a_b; int32_t aB; };\n'
          '[object, uuid(6d6d6c01-0900-4001-8001-0000000000ff)]\ninterface IThing : IUnknown\n{\n'
          'HRESULT Read([in, out] int32_t *oneValue, [in, out] int32_t *one_value);\n'
          'HRESULT read([in, out] int32_t *oneValue, [out] int32_t *one_value);\n'
          'HRESULT Go([in] int32_t oneValue, [out] int32_t *one_value);\n}\n')
    run = idlc('--emit=proto', '-I', os.path.abspath('idl'), '-o', folder, 'clash.idl', cwd=folder)
    places = [line.split(':')[1:3] for line in run.stderr.splitlines() if line.endswith('[W1009]')]
    assert run.returncode == 0 and [int(line) for line, _ in places] == [3, 3, 7, 8, 8], run.stderr
    run = idlc('--emit=header', '-I', os.path.abspath('idl'), '-o', folder, 'clash.idl', cwd=folder)
    assert run.returncode == 0 and not run.stderr, run.stderr


def an_ir_stands_for_its_idl(folder):
    assert idlc('-I', 'idl', '-o', folder + '/a', NAMESPACE).returncode == 0
    assert idlc('--emit=ir', '-I', 'idl', '-o', folder, NAMESPACE).returncode == 0
    assert idlc('-o', folder + '/b', folder + '/com/namespace.ir.json').returncode == 0
    for name in PRODUCTS:
        assert open(folder + '/a/com/' + name).read() == open(folder + '/b/com/' + name).read()
    run = idlc('-o', folder + '/c', folder + '/com/nowhere.ir.json')
    assert run.returncode == 1 and 'No such file' in run.stderr


def optimize_chooses_the_form_of_proxies_and_stubs(folder):
    for form, has_table in (('speed', False), ('size', True)):
        assert idlc('--optimize=' + form, '-I', 'idl', '-o', folder + '/' + form, NAMESPACE).returncode == 0
        assert files(folder + '/' + form) == ['com/' + name for name in PRODUCTS]
        with open(folder + '/' + form + '/com/namespace.idl.stub.c') as file:
            assert ('struct wire_method INamespace_methods[]' in file.read()) == has_table
    for name in 'namespace.idl.h', 'namespace.proto':
        assert open(folder + '/speed/com/' + name).read() == open(folder + '/size/com/' + name).read()
    run = idlc('--optimize=weight', NAMESPACE)
    assert run.returncode == 2 and '--optimize takes speed or size, not weight' in run.stderr


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


def included_files_are_dependencies_too(folder):
    write(folder, 'macros.h', '#define LIMIT 5\n')
    write(folder, 'more.idl', '#include "macros.h"\n')
    write(folder, 'main.idl', 'import "more.idl";\n#include "macros.h"\nconst uint32_t A = LIMIT;\n')
    run = idlc('--deps', 'main.idl', cwd=folder)
    assert run.returncode == 0 and run.stdout == 'more.idl\nmacros.h\n', run.stdout


def check_writes_nothing(folder):
    assert idlc('--check', '-I', 'idl', '-o', folder, NAMESPACE, 'idl/com/unknown.idl').returncode == 0
    assert files(folder) == []


def a_header_needs_less_than_a_proxy(folder):
    write(folder, 'thing.idl', 'import "com/unknown.idl";\n[object, uuid(6d6d6c01-0900-4001-8001-0000000000ff)]\n'
          'interface IThing : IUnknown { int32_t Add([in] void *data); }\n')
    thing = folder + '/thing.idl'
    for arguments in (['--check'], ['--emit=header'], ['--facts'], ['--check', '--emit=header']):
        run = idlc(*arguments, '-I', 'idl', '-o', folder + '/out', thing)
        assert run.returncode == 0, run.stderr
    for arguments in ([], ['--emit=proxy'], ['--check', '--emit=header,proto'], ['--check', '--profile=embedded']):
        run = idlc(*arguments, '-I', 'idl', '-o', folder + '/out', thing)
        assert run.returncode == 1 and 'E0809' in run.stderr, arguments
    assert files(folder + '/out') == ['thing.idl.h']


def the_header_does_not_depend_on_other_products(folder):
    assert idlc('-I', 'idl', '-o', folder + '/all', NAMESPACE).returncode == 0
    assert idlc('-I', 'idl', '-o', folder + '/one', '--emit=header', NAMESPACE).returncode == 0
    assert open(folder + '/all/com/namespace.idl.h').read() == open(folder + '/one/com/namespace.idl.h').read()


def macros_come_from_the_command_line(folder):
    write(folder, 'thing.idl', '#if LIMIT != 5 || FLAG != 1 || !defined(__idlc__)\n#error wrong\n#endif\n')
    assert idlc('--check', '-D', 'LIMIT=5', '-DFLAG', folder + '/thing.idl').returncode == 0
    run = idlc('--check', '-DLIMIT=6', '-DFLAG', folder + '/thing.idl')
    assert run.returncode == 1 and '#error wrong' in run.stderr


def facts_are_printed(folder):
    run = idlc('--facts', '-I', 'idl', 'idl/com/unknown.idl')
    assert run.returncode == 0 and not run.stderr
    lines = run.stdout.splitlines()
    assert lines[0] == 'iface\tIUnknown\t00000000-0000-0000-c000-000000000046\t-\t2'
    assert lines[1] == 'method\tIUnknown\t0\tIUnknown\tQueryInterface\tHRESULT\tconst IID *iid\tvoid **out_object'
    assert len(lines) == 4


def names_of_imports_have_any_case(folder):
    write(folder, 'Other.IDL', 'const uint32_t A = 1;\n')
    write(folder, 'main.idl', 'import "oTHER.idl";\nconst uint32_t B = A;\n')
    assert idlc('--check', folder + '/main.idl').returncode == 0


def c_headers_are_read_with_indulgence(folder):
    write(folder, 'thing.h', '#ifndef THING_H\n#define THING_H\n#include <stdio.h>\n#ifdef __cplusplus\nextern "C" {\n#endif\n'
          '#define LIMIT 7\ntypedef unsigned long thing_t;\nenum level { LOW, HIGH = 4 };\n'
          'static inline int f(int x) { return x ? (f)(x - 1) : `0`; }\nint g(struct unknown (*x)[sizeof(int)]), h;\n'
          'typedef __attribute__((weird)) int odd;\nstruct point { thing_t x, y; };\n#ifdef __cplusplus\n}\n#endif\n#endif\n')
    write(folder, 'main.idl', '#include "thing.h"\nconst uint32_t A = LIMIT + HIGH;\nstruct line { struct point from, to; };\n')
    run = idlc('-o', folder, '--emit=header', folder + '/main.idl')
    assert run.returncode == 0 and not run.stderr, run.stderr
    header = open(folder + '/main.idl.h').read()
    assert 'A = 11' in header and '#include <thing.h>' in header and 'thing_t' not in header, header
    assert 'remark:' in idlc('--check', '--verbose', folder + '/main.idl').stderr


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


def it_says_its_version(folder):
    with open('tools/install/scons/install.py') as file:
        version = re.search(r"^VERSION = '(.*)'", file.read(), re.M)[1]
    run = idlc('--version')
    assert run.returncode == 0 and run.stdout.startswith('idlc %s (IR ' % version) and not run.stderr, run


def a_macro_may_be_empty(folder):
    write(folder, 'thing.idl', 'NOTHING const long A = 1 ONE;\n')
    run = idlc('-DNOTHING=', '-D', 'ONE=+1', '--emit=header', '-o', folder, folder + '/thing.idl')
    assert run.returncode == 0 and not run.stderr, run


WORDS = """import "com/unknown.idl";
midl_pragma warning(disable: 4001)
#pragma warning(disable: 4001)
#pragma region words
#pragma makedep install
typedef void (__stdcall *callback)(void * __RPC_FAR a);
typedef long far *reach;
struct part { long a; long __unaligned *b; };
[object, uuid(6d6d6c01-0100-4001-8001-0000000000b1), threading(both), marshaling_behavior(agile), progid("a.1"), vi_progid("a"), proxy,
 disable_consistency_check]
interface IWords : IUnknown
{
    [input_sync] HRESULT __stdcall A([in] long a);
    HRESULT STDMETHODCALLTYPE B([in, annotation("x")] long __RPC_FAR *a);
    HRESULT WINAPI C([in] long FAR *a);
    HRESULT __cdecl D([in] long far *a);
}
#pragma endregion
"""


def words_for_other_compilers_are_passed(folder):
    write(folder, 'thing.idl', WORDS)
    run = idlc('-I', 'idl', '--check', '--emit=proxy', folder + '/thing.idl')
    assert run.returncode == 0 and not run.stderr, run.stderr


ASYNC = """import "com/unknown.idl";
[object, uuid(6d6d6c01-0100-4001-8001-0000000000b1)%s]
interface IBase : IUnknown
{
    %sHRESULT A([in] long a, [out, size_is(a * 2)] long *b);
    HRESULT B([out, string, size_is(c + 1)] char *text, [in] long c);
}
"""


def async_methods_make_what_async_uuid_makes(folder):
    texts = []
    for uuid, method in ('', '[async] '), (', async_uuid(6d6d6c01-0100-4001-8001-6173796e6380)', ''):
        write(folder, 'thing.idl', ASYNC % (uuid, method))
        run = idlc('-I', 'idl', '-I', folder, '-o', folder, '--emit=header,proxy,stub', folder + '/thing.idl')
        assert run.returncode == 0 and not run.stderr, run
        texts.append([open(os.path.join(folder, name)).read() for name in files(folder) if name != 'thing.idl'])
    assert texts[0] == texts[1] and 'Finish_B' in texts[0][0] and 'AsyncIBase_create' in texts[0][0]
    write(folder, 'thing.idl', ASYNC % ('', '') + """[object, uuid(6d6d6c01-0100-4001-8001-0000000000b2)]
interface IHeir : IBase { [async] HRESULT C(); }
""")
    run = idlc('-I', 'idl', '--check', folder + '/thing.idl')
    assert run.returncode == 1 and "give 'IBase' an async_uuid(...) or an [async] method, too" in run.stderr, run


ONLY = """import "com/unknown.idl";
struct pair { long a; long b; };
[object, uuid(6d6d6c01-0100-4001-8001-0000000000b1)]
interface IBase : IUnknown { HRESULT A([in] const struct pair *a); }
[object, uuid(6d6d6c01-0100-4001-8001-0000000000b2)]
interface IHeir : IBase { HRESULT B(); }
[object, uuid(6d6d6c01-0100-4001-8001-0000000000b3)]
interface IHandle : IUnknown { HRESULT C([in] void *handle); }
"""


def only_some_interfaces_get_proxies(folder):
    write(folder, 'thing.idl', ONLY)
    thing = folder + '/thing.idl'
    run = idlc('-I', 'idl', '-I', folder, '-o', folder, thing)
    assert run.returncode == 1 and 'E1001' in run.stderr and files(folder) == ['thing.idl'], run
    run = idlc('-I', 'idl', '-I', folder, '-o', folder, '--only=IHeir', thing)
    assert run.returncode == 0 and not run.stderr, run
    assert 'thing.idl.h' not in files(folder) and 'thing.idl.proxy.c' in files(folder)
    with open(folder + '/thing.proto') as file:
        text = file.read()
    assert 'IBase_A_Request' in text and 'IHeir_B_Request' in text and 'IHandle' not in text, text
    assert idlc('-I', 'idl', '-I', folder, '-o', folder, '--only=', '--emit=proto', thing).returncode == 0
    with open(folder + '/thing.proto') as file:
        text = file.read()
    assert 'message pair' in text and 'Request' not in text, text
    run = idlc('-I', 'idl', '-o', folder, '--only=IHeir,IHier', thing)
    assert run.returncode == 1 and "'IHier'" in run.stderr and 'E0401' in run.stderr, run


TESTS = [value for name, value in list(globals().items()) if callable(value) and name not in ('idlc', 'files', 'write')]


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
