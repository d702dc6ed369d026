#!/usr/bin/python3
"""docs/idl-reference.md: every example compiles as it says, and every attribute that the compiler knows has a row that agrees
with the compiler's own table, and an example in the same section.

An example is ```idl and words: `methods` stand in an interface; `header` must compile at level 1, `embedded` at level 3, others
at level 2; of `refused` each line is a file that is an error at level 1. Each header compiles as C and C++; what is made at levels 2
and 3, in both forms, compiles as C, and protoc takes the messages."""
import os
import re
import subprocess
import sys
import tempfile

IDLC = os.path.abspath('build/bin/idlc')
ROOT = os.path.abspath('idl')
PAGE = 'docs/idl-reference.md'
EXAMPLE = re.compile(r'^```idl *([a-z ]*)\n(.*?)^```$', re.M | re.S)
REMOTE = '--emit=header,proxy,stub,proto,typeinfo,ir'
INTERFACE = '[object, uuid(6d6d6c01-0100-4001-8001-0000000000bb)]\ninterface IGauge : IUnknown\n{\n%s}\n'
C11 = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-fsyntax-only', '-Irpc/include', '-Iidl', '-Irpc/port/linux']
CPP = ['-std=c++17', '-pedantic', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-Irpc/include', '-Iidl', '-Irpc/port/linux']
USER = 'typedef struct tagSAFEARRAY SAFEARRAY; /* of the automation library */\n#include <thing.idl.h>\n'
COLUMNS = ('is', 'takes', 'on')


def read():
    with open(PAGE) as file:
        return file.read()


def run(*arguments):
    return subprocess.run([IDLC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def check_file(text, *options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'thing.idl')
        with open(path, 'w') as file:
            file.write(text)
        return run('--check', *options, '-I', ROOT, path)


def compile_products(text, *options, has_code=True):
    """What compilers and protoc say of the products."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'thing.idl')
        with open(path, 'w') as file:
            file.write(text)
        users = {language: os.path.join(folder, 'user.' + language) for language in ('c', 'cc')}
        for user in users.values():
            with open(user, 'w') as file:
                file.write(USER)
        commands = []
        for form in 'speed', 'size':
            to = os.path.join(folder, form)
            for idl in path, os.path.join(ROOT, 'com/unknown.idl'):
                commands.append([IDLC, '--optimize=' + form, *options, '-I', ROOT, '-I', folder, '-o', to, idl])
            commands += [[compiler, *CPP, '-I' + to, users['cc']] for compiler in ('g++', 'clang++')]
            parts = [os.path.join(to, 'thing.idl.%s.c' % part) for part in ('proxy', 'stub')]
            commands.append(['gcc', *C11, '-I' + to, users['c'], *(parts if has_code else [])])
        if has_code:
            commands.append(['protoc', '-I' + os.path.join(folder, 'speed'), '--descriptor_set_out=/dev/null', 'thing.proto'])
        for command in commands:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            if done.returncode:
                return done.stdout + done.stderr
    return ''


def complete(words, text):
    """The example as a file."""
    if 'methods' in words:
        text = INTERFACE % text
    return text if 'import "com/unknown.idl"' in text else 'import "com/unknown.idl";\n' + text


def check_example(words, text):
    if 'refused' in words:
        return ''.join('%s: exit code %d\n%s' % (line, result.returncode, result.stderr) for line in text.splitlines()
                       for result in [check_file(line + '\n', '--emit=header')]
                       if result.returncode != 1 or not re.search(r'\[E0(304|602)\]', result.stderr.splitlines()[0]))
    options = ['--emit=header'] if 'header' in words else [REMOTE]
    if 'embedded' in words:
        options.append('--profile=embedded')
    text = complete(words, text)
    result = check_file(text, *options)
    if result.returncode or 'warning' in result.stderr:
        return result.stderr
    return compile_products(text, *(options if 'header' in words else options[1:]), has_code='header' not in words)


def attributes():
    """{name: {column: value}} as the compiler has them."""
    rows = (line.split('\t') for line in run('--list-attributes').stdout.splitlines())
    return {name: dict(zip(COLUMNS, values)) for name, *values in rows}


def cells(line):
    return [cell.strip() for cell in line.strip().strip('|').split('|')]


def rows(text):
    """(names of the first cell, {column: value}) of each row of a section's tables of attributes."""
    heads = None
    for line in text.splitlines():
        if not line.startswith('|'):
            heads = None
        elif line.startswith('| Attribute'):
            heads = cells(line)
        elif heads and not line.startswith('|---'):
            values = cells(line)
            yield re.findall(r'`(\w+)`', values[0] if len(heads) > 2 or not heads[0].endswith('of') else values[1]), {
                head: value.replace('`', '') for head, value in zip(heads, values) if head in COLUMNS}


def has_example(name, text):
    """Words of attributes stand in brackets; those of texts do not count."""
    return any(re.search(r'\[[^\]]*\b%s\b' % name, re.sub(r'"[^"\n]*"', '""', example)) for _, example in EXAMPLE.findall(text))


def check_attributes():
    """{name: what is wrong, or ''}."""
    known, found = attributes(), {}
    for section in re.split(r'^##+ ', read(), flags=re.M):
        says = re.search(r'are \*(\w+)\*', section)
        for names, columns in rows(section):
            for name in names:
                wrong = []
                if name in found:
                    wrong.append('has two rows')
                if name not in known:
                    wrong.append('is no attribute')
                elif says and '| is |' not in section:
                    columns['is'] = says[1]
                for column, value in columns.items():
                    if name in known and column in ('is', 'on') and value != known[name][column]:
                        wrong.append('%s: the page says "%s", the compiler "%s"' % (column, value, known[name][column]))
                    if name in known and column == 'takes' and '| on |' in section and value != known[name]['takes']:
                        wrong.append('takes: the page says "%s", the compiler "%s"' % (value, known[name]['takes']))
                if not has_example(name, section):
                    wrong.append('has no example in its section')
                found[name] = ', '.join(wrong)
    for name in known:
        found.setdefault(name, 'has no row')
    return found


def links():
    """The page's links into itself and to other pages."""
    text, wrong = read(), []
    for target in re.findall(r'\]\(([^)]+)\)', text):
        path, _, anchor = target.partition('#')
        page = os.path.join('docs', path) if path else PAGE
        if not os.path.exists(page):
            wrong.append(target)
            continue
        with open(page) as file:
            heads = {re.sub(r'[^\w\- ]', '', head).strip().lower().replace(' ', '-')
                     for head in re.findall(r'^#+ (.*)$', file.read(), re.M)}
        if anchor and anchor not in heads:
            wrong.append(target)
    return ' '.join(wrong)


def main():
    results = []
    text = read()
    for match in EXAMPLE.finditer(text):
        line = text.count('\n', 0, match.start()) + 1
        results.append(('example in line %d' % line, check_example(match[1].split(), match[2])))
    results += [('[%s]' % name, why) for name, why in check_attributes().items()]
    results.append(('the links lead somewhere', links()))
    print('1..%d' % len(results))
    for number, (name, why) in enumerate(results, 1):
        print('%sok %d - %s' % ('not ' if why else '', number, name))
        for line in why.splitlines():
            print('# ' + line)
    return 1 if any(why for _, why in results) else 0


if __name__ == '__main__':
    sys.exit(main())
