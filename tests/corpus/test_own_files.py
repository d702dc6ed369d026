#!/usr/bin/python3
"""A file of one's own that imports Windows' interfaces and passes them: header, proxies, stubs and messages are made and compile,
with whatever is made of the imported files. What cannot travel is said of the own file."""
import os
import re
import subprocess
import sys
import tempfile

import real_files

WINDOWS = real_files.ROOTS[0]
HEAD = 'import "objidl.idl";\nimport "oaidl.idl";\n\n[object, uuid(6d6d6c01-0a00-4001-8001-000000000001)]\ninterface IKeeper : %s\n{\n%s}\n'
KEEPER = HEAD % ('IUnknown', '''    HRESULT Keep([in] IStream *stream, [in] DWORD flags, [in] REFGUID id, [out] IStream **out_copy);
    HRESULT Describe([in] GUID id, [out] STATSTG *out_description, [in] const FILETIME *time, [in] TYPEKIND kind);
    HRESULT Name([in] BSTR name, [out] BSTR *out_name, [in, string] LPCOLESTR text, [in] VARIANT_BOOL is_new);
    HRESULT Open([in] REFIID iid, [out, iid_is(iid)] void **out_object, [in] IDispatch *parent);
    HRESULT Read([in] ULONG room, [out, size_is(room), length_is(*out_used)] BYTE *bytes, [out] ULONG *out_used);
''') + '''
[object, uuid(6d6d6c01-0a00-4001-8001-000000000002)]
interface IDeepStream : IStream
{
    HRESULT Depth([out] ULONG *out_depth);
}

struct _only_c { int a : 3; void *data; BYTE rest[]; };
'''
FLAGS = ['-std=gnu11', '-Wall', '-Wextra', '-Wconversion', '-Wno-unused-parameter', '-Werror', '-Irpc/include', '-Irpc/port/linux',
         '-Iidl']
# What the hint of an unknown name says.
TABLE = re.compile(r'\{"(\w+\.idl)",\s*\{(.*?)\}\}', re.S)


def idlc(*arguments):
    return subprocess.run([real_files.IDLC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors='replace',
                          timeout=120)


def compile_own(folder, text, *options):
    path = os.path.join(folder, 'keeper.idl')
    with open(path, 'w') as file:
        file.write(text)
    return idlc('-I', folder, *real_files.include_options(), '-o', folder, *options, path)


def all_products_compile(folder):
    for form in 'speed', 'size':
        run = compile_own(folder, KEEPER, '--optimize=' + form)
        assert run.returncode == 0 and not run.stderr, run.stderr
        dependencies = idlc('--deps', '-I', folder, *real_files.include_options(), folder + '/keeper.idl').stdout.split()
        imported = [path for path in dependencies if path.endswith('.idl')]
        run = idlc(*real_files.include_options(), '-o', folder, '--emit=header', *imported)
        assert run.returncode == 0, run.stderr
        assert idlc('-I', 'idl', '-o', folder, '--emit=header', 'idl/com/unknown.idl', 'idl/com/namespace.idl').returncode == 0
        # Proxies of what is passed, and the messages of its structs, are made of the imported files.
        for words in (['--only=IStream', '--emit=proxy,stub,proto,typeinfo', 'objidl.idl'], ['--only=', '--emit=proto', 'oaidl.idl'],
                      ['--emit=proto', 'wtypes.idl']):
            run = idlc(*real_files.include_options(), '-o', folder, '--optimize=' + form, *words[:-1], WINDOWS + '/' + words[-1])
            assert run.returncode == 0 and not run.stderr, run.stderr
        for name in sorted(os.listdir(folder)):
            if name.endswith('.c'):
                run = subprocess.run(['gcc', *FLAGS, '-I' + folder, '-c', '-o', folder + '/object.o', folder + '/' + name],
                                     stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
                assert run.returncode == 0, run.stderr
        assert 'objidl.idl.proxy.c' in os.listdir(folder)
    run = subprocess.run(['protoc', '-I' + folder, '--descriptor_set_out=' + folder + '/keeper.desc', 'keeper.proto'], stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=120)
    assert run.returncode == 0 and not run.stderr, run.stderr


def refused(folder, base, method, *wanted):
    run = compile_own(folder, HEAD % (base, method))
    errors = [line for line in run.stderr.splitlines() if ': error: ' in line]
    assert run.returncode == 1 and len(errors) == 1 and all(word in run.stderr for word in wanted), run.stderr
    assert os.listdir(folder) == ['keeper.idl']


def what_cannot_travel_is_said(folder):
    refused(folder, 'IUnknown', '    HRESULT A([in] VARIANT value);\n', 'keeper.idl:7:28: error:', 'VARIANTs have headers only')
    refused(folder, 'IUnknown', '    HRESULT A([out] VARIANT *value);\n', 'keeper.idl:7:30', 'VARIANTs have headers only')
    refused(folder, 'IUnknown', '    HRESULT A([in] SAFEARRAY *value);\n', 'SAFEARRAYs have headers only')
    refused(folder, 'IUnknown', '    HRESULT A([in] SAFEARRAY(long) value);\n', 'SAFEARRAYs have headers only')
    refused(folder, 'IUnknown', '    HRESULT A([in] const DISPPARAMS *value);\n', 'oaidl.idl', 'VARIANTs have headers only',
            "keeper.idl:7:38: note: 'value' needs it to travel")
    refused(folder, 'IUnknown', '    HRESULT A([in] HWND window);\n', 'a handle of the system')
    refused(folder, 'IDispatch', '    HRESULT A([in] DWORD a);\n', 'keeper.idl:5:11: error:', 'IDispatch', 'VARIANTs have headers only')


def hints_name_files_that_have_the_names(folder):
    for name, names in TABLE.findall(real_files.read('idlc/windows.c')):
        names = re.findall(r'"(\w+)"', names)
        assert names
        run = compile_own(folder, 'import "%s";\n[local, object, uuid(6d6d6c01-0a00-4001-8001-000000000001)]\ninterface I {\n%s}\n' % (
            name, ''.join('void f%d([in] %s *a);\n' % pair for pair in enumerate(names))), '--check')
        assert run.returncode == 0, run.stderr


TESTS = [all_products_compile, what_cannot_travel_is_said, hints_name_files_that_have_the_names]


def main():
    report = real_files.Report()
    for test in TESTS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
                report.line(test.__name__)
            except AssertionError as error:
                report.line(test.__name__, [error])
    return report.end()


if __name__ == '__main__':
    sys.exit(real_files.skip() if real_files.missing else main())
