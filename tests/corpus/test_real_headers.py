#!/usr/bin/python3
"""The headers that idlc writes for the real files compile as C11 and as C++17, and their method tables have every method at the
offset that it has in widl's.

Quoted text may include headers of Windows' SDK that are not interfaces. Where such a header is part of libwine-dev and compiles
on its own, it is taken from there; where it was itself made from an .idl, ours is; else it is empty. explained.txt lists the
files whose quoted text needs more than that."""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

import real_files

LANGUAGES = {'c': 'c11', 'c++': 'c++17'}
# What com_windows.h stands for.
CORE = ('windows.h', 'windef.h', 'winnt.h', 'winbase.h', 'wingdi.h', 'winuser.h', 'objbase.h', 'ole2.h', 'commctrl.h')
# Interfaces of many shapes: properties, dispatch, call_as, deep bases, structs by value, overloads.
SAMPLE = {'objidl': ['IStream', 'IMoniker', 'IStorage'], 'oaidl': ['IDispatch', 'ITypeInfo', 'ITypeLib2'],
          'unknwn': ['IUnknown', 'IClassFactory'], 'mshtml': ['IHTMLElement', 'IHTMLDocument2', 'IHTMLWindow2'],
          'd2d1_1': ['ID2D1DeviceContext', 'ID2D1Factory1'], 'bits': ['IBackgroundCopyJob'], 'shobjidl': ['IShellFolder2'],
          'strmif': ['IGraphBuilder', 'IMediaSample'], 'xmllite': ['IXmlReader'], 'taskschd': ['ITaskService'],
          'dwrite': ['IDWriteTextLayout'], 'ocidl': ['IViewObjectEx', 'IOleInPlaceSiteWindowless']}


def gcc(language, *arguments):
    return subprocess.run(['gcc', '-w', '-x', language, '-std=' + LANGUAGES[language], '-Irpc/include', '-Iidl', *arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors='replace', timeout=120)


def included(text):
    return re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', text, re.M)


class Foreign:
    """A folder with the headers of the SDK that generated ones include."""

    def __init__(self, folder, ours):
        self.folder, self.ours = folder, ours
        os.makedirs(folder)

    def compiles(self, before, name):
        """Behind the automation types and the headers that stand before it."""
        options = [option for header in ('com_windows.h', 'oaidl.idl.h', *before, name) for option in ('-include', header)]
        return all(gcc(language, '-fsyntax-only', *options, '-I' + self.ours, '-idirafter', self.folder,
                       '/dev/null').returncode == 0 for language in LANGUAGES)

    def original(self, name):
        """Its text, unless it is made from an .idl or only collects others."""
        path = os.path.join(real_files.ROOTS[0], name)
        made = os.path.exists(os.path.join(self.ours, re.sub(r'\.h$', '.idl.h', name)))
        return real_files.read(path) if os.path.exists(path) and not made and name not in CORE else ''

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write(text)

    def reserve(self, name, is_read):
        """Empty for now; `is_read`: idlc itself has read it, so it cannot be left out."""
        made = re.sub(r'\.h$', '.idl.h', name)
        if os.path.exists(os.path.join(self.folder, name)) or '..' in name:
            return
        text = self.original(name)
        is_made = os.path.exists(os.path.join(self.ours, made))
        self.write(name, '#include <%s>\n' % made if is_made else text if is_read or re.match(r'pshpack|poppack', name) else '')
        for other in included(text):
            self.reserve(other, is_read)

    def fill(self, name, before):
        """With its text, if that compiles."""
        path = os.path.join(self.folder, name)
        text = self.original(name)
        if not text or not os.path.exists(path) or os.path.getsize(path):
            return
        self.write(name, text)
        for other in included(text):
            self.fill(other, before)
        if not self.compiles(before, name):
            self.write(name, '')


def write_headers(files, folder):
    return subprocess.run([real_files.IDLC, *real_files.include_options(), '-o', folder, '--emit=header', *files],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors='replace', timeout=120)


def compile_all(report, explained, folder, foreign):
    """Those that no other header includes: they bring the rest with them."""
    names = sorted(name for name in os.listdir(folder) if name.endswith('.idl.h'))
    texts = {name: real_files.read(os.path.join(folder, name)) for name in names}
    needs = {name: [other for other in included(texts[name]) if not other.endswith('.idl.h') and
                    other not in ('com.h', 'com_windows.h')] for name in names}
    for name in names:
        head = included(texts[name].split('extern "C"')[0])  # where those stand that idlc has read
        for other in needs[name]:
            foreign.reserve(other, other in head)
    for name in names:
        for number, other in enumerate(needs[name]):
            foreign.fill(other, needs[name][:number])
    skipped = {name for name in names for language in LANGUAGES if explained.covers('header ' + language, name[:-2])}
    inner = {other for name in names if name not in skipped for other in included(texts[name])}
    jobs = [(name, language) for name in names if name not in inner for language in LANGUAGES
            if not explained.covers('header ' + language, name[:-2])]

    def run(job):
        return gcc(job[1], '-fsyntax-only', '-I' + folder, '-idirafter', foreign.folder, os.path.join(folder, job[0]))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, language), result in zip(jobs, pool.map(run, jobs)):
            report.line('%s as %s' % (name, LANGUAGES[language]), [result.stderr[:2000]] if result.returncode else [])
    report.line('at least 200 headers were made', [] if len(names) >= 200 else [len(names)])


def offsets(text, compile_options, interface, table):
    """{method: slot} of a table that C code sees, read from a compiled list of offsets."""
    names = sorted(set(re.findall(r'^ {4}\S[^(]*\(\s*(?:\w+\s*)?\*\s*(\w+)\)\s*\(', table, re.M)))
    source = text + '\n#include <stddef.h>\n' + ''.join(
        'char offset_%s[offsetof(struct %sVtbl, %s) / sizeof(void *) + 1];\n' % (name, interface, name) for name in names)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'offsets.c')
        with open(path, 'w') as file:
            file.write(source)
        result = subprocess.run(['gcc', '-w', '-c', '-fcommon', *compile_options, path, '-o', path + '.o'],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, errors='replace', timeout=120)
        if result.returncode:
            return result.stderr[:2000]
        symbols = subprocess.run(['nm', '-S', path + '.o'], capture_output=True, text=True, check=True).stdout
    return {match[2]: int(match[1], 16) - 1 for match in re.finditer(r'^\w+ (\w+) [BCD] offset_(\w+)$', symbols, re.M)}


def table_of(text, interface, pattern):
    match = re.search(pattern % interface, text, re.S)
    return match[1] if match else ''


def compare_tables(report, folder, foreign):
    """With C only, where the tables have names."""
    ours_options = ['-std=c11', '-Irpc/include', '-Iidl', '-I' + folder, '-idirafter', foreign.folder]
    theirs_options = ['-std=gnu11', '-D__WINESRC__', '-DWINE_NO_UNICODE_MACROS', '-I' + real_files.ROOTS[0], '-I/usr/include/wine',
                      '-I' + real_files.ROOTS[1]]
    for name, interfaces in SAMPLE.items():
        theirs_text = real_files.read(os.path.join(real_files.ROOTS[0], name + '.h'))
        ours_text = real_files.read(os.path.join(folder, name + '.idl.h'))
        for interface in interfaces:
            theirs = offsets('#include <stdarg.h>\n#include <windef.h>\n#include <winbase.h>\n#include <objbase.h>\n#include <%s.h>' % name,
                             theirs_options, interface, table_of(theirs_text, interface, r'typedef struct %sVtbl \{(.*?)\n\}'))
            ours = offsets('#include <%s.idl.h>' % name, ours_options, interface,
                           table_of(ours_text, interface, r'struct %sVtbl \{(.*?)\n\};'))
            problems = [] if ours == theirs and len(ours) >= 3 else ['widl %s' % (theirs,), 'idlc %s' % (ours,)]
            report.line('offsets of %s' % interface, problems)


def main():
    if real_files.missing:
        real_files.skip()
        return 0
    report, explained = real_files.Report(), real_files.Explained()
    files = [path for path in real_files.all_files() if real_files.is_com(path)]
    with tempfile.TemporaryDirectory() as folder:
        ours = os.path.join(folder, 'ours')
        alone = [path for path in files if subprocess.run(
            [real_files.WIDL, '--nostdinc', *real_files.include_options(), '-h', '-o', os.path.join(folder, 'x.h'), path],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, cwd=folder).returncode == 0]
        alone = [path for path in alone if not explained.covers('refused', os.path.basename(path))]
        run = write_headers(alone, ours)
        report.line('headers of %d files are written' % len(alone), [run.stderr] if run.returncode else [])
        foreign = Foreign(os.path.join(folder, 'foreign'), ours)
        compile_all(report, explained, ours, foreign)
        compare_tables(report, ours, foreign)
        report.line('every explanation is needed', explained.unused('header', 'refused'))
    return report.end()


if __name__ == '__main__':
    sys.exit(main())
