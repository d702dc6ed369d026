#!/usr/bin/python3
"""Headers whose members are called like types, or like words of C++: what C and C++ call them, and that all products compile."""
import os
import subprocess
import sys
import tempfile

IDLC = os.path.abspath('build/bin/idlc')
ROOT = os.path.abspath('idl')
WARNINGS = ['-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-Irpc/include', '-Iidl', '-Irpc/port/linux']
C11 = ['gcc', '-std=c11', *WARNINGS]
CPP = [[compiler, '-std=c++17', '-pedantic', *WARNINGS] for compiler in ('g++', 'clang++')]
IDL = '''import "com/unknown.idl";
typedef [switch_type(uint32_t)] union amount { [case(1)] uint32_t count; [case(2)] float weight; [default] ; } amount;
typedef struct { int32_t x; } point;
typedef enum { red, new } colour;
typedef uint32_t cookie;
struct entry
{
    uint32_t kind;
    [switch_is(kind)] amount amount;
    point point;
    colour colour;
    cookie cookie;
    cookie second;
    int32_t class;
};
struct outer
{
    struct { cookie first; } inner;
    uint32_t cookie;
};
[object, uuid(6d6d6c01-0100-4001-8001-0000000000c3)]
interface ICanvas : IUnknown
{
    HRESULT cookie([in] const struct entry *cookie, [in] cookie third, [in] const struct outer *outer);
    HRESULT new([in] cookie cookie, [out] cookie *other, [in] int32_t class);
    HRESULT delete();
    [propget] HRESULT class([out, retval] point *point);
}
[object, uuid(6d6d6c01-0100-4001-8001-0000000000c4)]
interface IDerived : ICanvas
{
    HRESULT Last([in] cookie cookie, [in] cookie other);
}
'''
CPP_USER = '''#include <thing.idl.h>
struct canvas : IDerived {
    HRESULT QueryInterface(const IID *, void **) override { return E_NOTIMPL; }
    uint32_t AddRef() override { return 1; }
    uint32_t Release() override { return 1; }
    HRESULT cookie(const struct entry *entry, ::cookie third, const struct outer *) override
    {
        return entry->class_ + (HRESULT)(entry->cookie + third) + ::new_;
    }
    HRESULT new_(::cookie value, ::cookie *other, int32_t) override { *other = value; return S_OK; }
    HRESULT delete_() override { return S_OK; }
    HRESULT get_class(point *) override { return S_OK; }
    HRESULT Last(::cookie, ::cookie) override { return S_OK; }
};
HRESULT use(IDerived *canvas, ::cookie *value);
HRESULT use(IDerived *canvas, ::cookie *value) { return IDerived_new(canvas, 1, value, 2) + IDerived_delete(canvas); }
'''
C_USER = '''#include <thing.idl.h>
HRESULT use(IDerived *canvas, const struct entry *entry, cookie *value);
HRESULT use(IDerived *canvas, const struct entry *entry, cookie *value)
{
    return IDerived_new(canvas, 1, value, entry->class) + canvas->vtbl->delete(canvas) + new;
}
'''


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, 'w') as file:
        file.write(text)
    return path


def compile_all(folder, form):
    path = write(folder, 'thing.idl', IDL)
    for idl in path, os.path.join(ROOT, 'com/unknown.idl'):
        made = run(IDLC, '--optimize=' + form, '-I', ROOT, '-I', folder, '-o', folder, idl)
        assert made.returncode == 0, made.stderr
    for compiler in CPP:
        done = run(*compiler, '-I' + folder, write(folder, 'user.cc', CPP_USER))
        assert done.returncode == 0, done.stderr
    products = [os.path.join(folder, 'thing.idl.%s.c' % product) for product in ('proxy', 'stub', 'typeinfo')]
    done = run(*C11, '-I' + folder, write(folder, 'user.c', C_USER), *products)
    assert done.returncode == 0, done.stderr


def code_compiles(folder):
    compile_all(folder, 'speed')


def tables_compile(folder):
    compile_all(folder, 'size')


def members_get_a_warning_that_names_them(folder):
    made = run(IDLC, '--check', '-I', ROOT, write(folder, 'thing.idl', IDL))
    warned = [line for line in made.stderr.splitlines() if 'W0311' in line]
    assert len(warned) == 4 and "'class' is a word of C++, where it is called 'class_'" in made.stderr, made.stderr


def types_and_constants_are_refused(folder):
    for text in ('struct class { int32_t x; };', 'typedef int32_t new;', 'const int32_t delete = 1;', 'interface namespace;',
                 'enum { true };', 'struct gauge { int32_t false; };'):
        made = run(IDLC, '--check', write(folder, 'thing.idl', text + '\n'))
        assert made.returncode == 1 and made.stderr.count('error:') == 1 and 'E0310' in made.stderr, (text, made.stderr)


def main():
    tests = [code_compiles, tables_compile, members_get_a_warning_that_names_them, types_and_constants_are_refused]
    failed = 0
    print('1..%d' % len(tests))
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
                why = ''
            except AssertionError as error:
                why = str(error)
        failed += bool(why)
        print('%sok %d - %s' % ('not ' if why else '', number, test.__name__))
        for line in why.splitlines():
            print('# ' + line)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
