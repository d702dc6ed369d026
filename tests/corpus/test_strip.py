#!/usr/bin/python3
"""idlc --strip: what it makes of attributes and types, that the copy says the same, and that widl takes it and finds the same
interfaces, bases and slots."""
import glob
import os
import re
import subprocess
import sys
import tempfile

import real_files
import widl

OWN = sorted(glob.glob('idl/*/*.idl'))
# What widl does not have: numbers of 64 bits, and types that only quoted C declares.
LIMITS = re.compile(r'integer constant \w+ is too large|type \'(\w+)\' not found in global namespace')
INTERFACE = '[object, uuid(6d6d6c01-0100-4001-8001-0000000000bb)%s]\ninterface IGauge : IUnknown\n{\n%s}\n'


def idlc(*arguments, text=None):
    return subprocess.run([real_files.IDLC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def strip(folder, text):
    path = os.path.join(folder, 'thing.idl')
    with open(path, 'w') as file:
        file.write(text)
    run = idlc('--strip', '-I', 'idl', path)
    assert run.returncode == 0, run.stderr
    return run.stdout


def becomes(before, after):
    with tempfile.TemporaryDirectory() as folder:
        head = 'import "com/unknown.idl";\n'
        printed = strip(folder, head + before)
        assert printed == head + after, 'wanted:\n%s\ngot:\n%s' % (after, printed)
        assert strip(folder, printed) == printed, 'twice is not once'


def attributes_go_with_their_commas_and_brackets():
    becomes(INTERFACE % (', timeout(5)', '    [timeout(1 + (2))] HRESULT A([in, string, max_len(3)] const char *a);\n'
                         '    [idempotent, propget] HRESULT B([out, retval] long *b);\n    [ since(1) , deprecated("x, ]") ]\n'
                         '    HRESULT C([in] long tag, [max_len(4), in, string] const char *d);\n'),
            INTERFACE % ('', '    HRESULT A([in, string] const char *a);\n    [propget] HRESULT B([out, retval] long *b);\n'
                         '    HRESULT C([in] long tag, [in, string] const char *d);\n'))
    becomes('[closed] enum a { A };\ntypedef [open, v1_enum] enum { B } b;\nstruct c { long open[2]; /* [closed] */ };\n',
            'enum a { A };\ntypedef [v1_enum] enum { B } b;\nstruct c { long open[2]; /* [closed] */ };\n')


def types_become_those_of_midl():
    becomes('struct a { int8_t a; uint8_t b; int16_t c; uint16_t d; int32_t e; uint32_t f; int64_t g; uint64_t h; size_t i; bool j; };\n',
            'struct a { small a; byte b; short c; unsigned short d; long e; unsigned long f; hyper g; unsigned hyper h; '
            'unsigned __int3264 i; boolean j; };\n')
    becomes('cpp_quote("uint32_t x;") // uint32_t\nconst uint32_t A = sizeof(int64_t);\n',
            'cpp_quote("uint32_t x;") // uint32_t\nconst unsigned long A = sizeof(hyper);\n')


def what_comes_later_comes_first():
    becomes('/* Lead. */\n' + INTERFACE % ('', '    HRESULT A([in] IOther *a, [in] IOther *b, [in] kind c, [in, max_len(MOST), string] const char *d);\n'
                                           '    HRESULT B([in, range(0, MOST)] uint32_t *a, [in] const struct pair *b, [in] IGauge *c);\n')
            + '\ninterface IOther;\n\n/** Kinds. */\ntypedef enum { ONE, TWO } kind; // here\nconst uint32_t MOST = TWO;\n'
            'struct pair { struct half a; };\nstruct half { long a; };\n',
            'interface IOther;\n\n/** Kinds. */\ntypedef enum { ONE, TWO } kind; // here\nconst unsigned long MOST = TWO;\nstruct half { long a; };\n'
            'struct pair { struct half a; };\n/* Lead. */\n' + INTERFACE % (
                '', '    HRESULT A([in] IOther *a, [in] IOther *b, [in] kind c, [in, string] const char *d);\n'
                '    HRESULT B([in, range(0, MOST)] unsigned long *a, [in] const struct pair *b, [in] IGauge *c);\n') + '\ninterface IOther;\n')


# Every kind of thing before it is declared, and types that no file declares.
SCRAMBLED = """import "com/unknown.idl";

cpp_quote("typedef void (*callback)(void *context);")

[object, uuid(6d6d6c01-0100-4001-8001-0000000000bb), timeout(100)]
interface ILeaf : ITrunk
{
    HRESULT A([in] BSTR name, [out] BSTR *out_name, [in] REF id, [in, max_len(MOST)] const record *records[SIZE], [in] struct later *l);
    [local] HRESULT B([in] callback call, [in] void *context, [in] struct nowhere *n, [in] IOther *other);
}

const uint32_t SIZE = MOST * 2;
typedef const GUID *REF;
typedef struct { choice a; inner b[MOST]; } record;
typedef struct inner { struct later *next; enum colour colour; } inner;
typedef [switch_type(uint32_t)] union { [case(FIRST)] uint32_t a; [default] ; } choice;
struct later { struct later *next; };
enum colour { FIRST, SECOND = 7 };
const uint32_t MOST = SECOND;

[object, uuid(6d6d6c01-0100-4001-8001-0000000000bc)]
interface ITrunk : IUnknown { HRESULT C([in] ILeaf *leaf, [in] IOther *other); }

#ifdef __idlc__
[object, uuid(6d6d6c01-0100-4001-8001-0000000000bd)]
interface IOther : IUnknown { [oneway] HRESULT D(); }
#else
[object, uuid(6d6d6c01-0100-4001-8001-0000000000bd)]
interface IOther : IUnknown { }
#endif
"""


def the_order_of_midl(folder):
    os.mkdir(folder)
    with open(os.path.join(folder, 'thing.idl'), 'w') as file:
        file.write(SCRAMBLED)
    made = os.path.join(folder, 'made')
    run = idlc('--strip', '-I', folder, '-I', 'idl', '-o', made, folder + '/thing.idl', 'idl/com/unknown.idl')
    assert run.returncode == 0 and not run.stderr, run.stderr
    facts = [idlc('--facts', '-I', root, '-I', 'idl', root + '/thing.idl') for root in (folder, made)]
    ours, theirs = (names(line.split('\t') for line in fact.stdout.splitlines()) for fact in facts)
    assert ours == theirs and len(ours) > 9, (facts[1].stderr, ours, theirs)
    before = real_files.read(made + '/thing.idl')
    run = idlc('--strip', '-I', made, '-o', folder + '/twice', made + '/thing.idl')
    assert run.returncode == 0 and real_files.read(folder + '/twice/thing.idl') == before, before
    if real_files.WIDL:
        run = subprocess.run([real_files.WIDL, '--nostdinc', '-I', '.', '-h', '-o', 'header.h', 'thing.idl'], cwd=made,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stderr + before


def a_file_is_not_written_over_itself():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'thing.idl')
        with open(path, 'w') as file:
            file.write('[closed] enum a { A };\n')
        run = idlc('--strip', '-I', folder, '-o', folder, path)
        assert run.returncode == 1 and 'E0103' in run.stderr and '[closed]' in real_files.read(path), run
        assert idlc('--strip', path, path).returncode == 2


def unknown_attributes_are_a_choice():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'thing.idl')
        with open(path, 'w') as file:
            file.write('[frobnicate(1, "x"), closed] enum a { A };\nstruct b { [shiny] long c; };\n')
        for option, code in ('error', 1), ('ignore', 0), ('sometimes', 2):
            run = idlc('--check', '--unknown-attributes=' + option, path)
            assert run.returncode == code, run
            assert (code == 1) == ('E0601' in run.stderr), run
        assert idlc('--check', path).returncode == 1


def names(facts):
    """Interfaces with ids, bases and last slots, and methods without their types, which have other names here."""
    return sorted(tuple(fact[:5]) for fact in facts if fact[0] in ('iface', 'method'))


def stripped_files_say_the_same(folder):
    run = idlc('--strip', '-I', 'idl', '-o', folder, *OWN)
    assert run.returncode == 0, run.stderr
    for path in OWN:
        facts = [idlc('--facts', '-I', root, os.path.join(root, os.path.relpath(path, 'idl'))) for root in ('idl', folder)]
        assert facts[0].returncode == facts[1].returncode == 0, facts[1].stderr
        ours, theirs = (names(line.split('\t') for line in fact.stdout.splitlines()) for fact in facts)
        assert ours == theirs and ours, (path, ours, theirs)


def widl_takes_them(folder):
    taken = 0
    for path in OWN:
        name = os.path.relpath(path, 'idl')
        run = subprocess.run([real_files.WIDL, '--nostdinc', '-I', '.', '-h', '-o', 'header.h', name], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=60, cwd=folder)
        if run.returncode:
            assert run.stderr and all(LIMITS.search(line) for line in run.stderr.splitlines() if 'error' in line), run.stderr
            continue
        taken += 1
        own = {fact[1] for fact in widl.header_facts(real_files.read(os.path.join(folder, 'header.h'))) if fact[0] == 'iface'}
        theirs = names(widl.header_facts(real_files.read(os.path.join(folder, 'header.h'))))
        ours = names(fact for fact in (line.split('\t') for line in idlc('--facts', '-I', 'idl', path).stdout.splitlines())
                     if fact[1] in own)
        assert [fact for fact in ours if fact[1] != 'IUnknown'] == [fact for fact in theirs if fact[1] != 'IUnknown'], (
            name, ours, theirs)
    assert taken >= 18, taken
    print('# widl takes %d of %d' % (taken, len(OWN)))


CASES = {'union value switch (unsigned short kind) as { case 1: long a; case 2: case 3: double b; };\n': 'unexpected tCASE',
         'typedef [switch_type(unsigned short)] union { [case(1)] long a; [case(2, 3)] double b; } value;\n': ''}


def several_cases_are_taken_in_one_form(folder):
    """As the reference says; if widl takes the other one day, the text about it goes."""
    for number, (text, refused) in enumerate(CASES.items()):
        name = 'cases%d.idl' % number
        with open(os.path.join(folder, name), 'w') as file:
            file.write(strip(folder, text))
        assert real_files.read(os.path.join(folder, name)) == text
        run = subprocess.run([real_files.WIDL, '--nostdinc', '-h', '-o', 'header.h', name], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=60, cwd=folder)
        assert run.returncode == (1 if refused else 0) and refused in run.stderr, run


def real_files_are_taken(folder):
    """Most are in order and have nothing of ours; the others are taken as before."""
    changed, files = [], [path for path in real_files.all_files() if real_files.is_com(path)]
    for path in files:
        run = subprocess.run([real_files.IDLC, '--strip', *real_files.include_options(), path], stdin=subprocess.DEVNULL,
                             capture_output=True, timeout=60)
        with open(path, 'rb') as file:
            before = file.read()
        if run.returncode == 0 and run.stdout != before:
            changed.append(path)
            with open(os.path.join(folder, os.path.basename(path)), 'wb') as file:
                file.write(run.stdout)
    for path in changed:
        copy, takes = os.path.join(folder, os.path.basename(path)), []
        for one in path, copy:
            run = subprocess.run([real_files.WIDL, '--nostdinc', *real_files.include_options(), '-h', '-o', 'header.h', one],
                                 stdin=subprocess.DEVNULL, capture_output=True, text=True, errors='replace', timeout=60, cwd=folder)
            takes.append(run.returncode)
        assert takes[0] or not takes[1], (path, run.stderr)
    assert 0 < len(changed) < len(files) / 10, changed


TESTS = [attributes_go_with_their_commas_and_brackets, types_become_those_of_midl, what_comes_later_comes_first, a_file_is_not_written_over_itself,
         unknown_attributes_are_a_choice]


def main():
    report = real_files.Report()
    with tempfile.TemporaryDirectory() as folder:
        tests = [(test, ()) for test in TESTS] + [(the_order_of_midl, (folder + '/order',)),
                                                     (stripped_files_say_the_same, (folder,))]
        if real_files.WIDL:
            tests += [(widl_takes_them, (folder,)), (several_cases_are_taken_in_one_form, (folder,))] + [(real_files_are_taken, (folder,))] * (not real_files.missing)
        for test, arguments in tests:
            try:
                test(*arguments)
                report.line(test.__name__)
            except AssertionError as error:
                report.line(test.__name__, [error])
    return report.end()


if __name__ == '__main__':
    sys.exit(main())
