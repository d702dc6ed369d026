#!/usr/bin/python3
"""What idlc --breaking says: tests/breaking/cases/<rule>.case, and beside it the exact text. UPDATE=1 accepts what it says now.

Each rule has a case of its name, in which it is reported; each case is also run as JSON and strictly, and gives the same
findings. A file compared with itself has none.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = 'tests/breaking/cases'
IDLC = os.path.abspath('build/bin/idlc')
HEAD = 'import "com/unknown.idl";\n'
RULE = re.compile(r'(?:RULE|ALLOWED)\(RULE_\w+,\s*"([\w-]+)"')


def idlc(folder, *words):
    return subprocess.run([IDLC, '-I', os.path.abspath('idl'), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, cwd=folder)


def member(value, word):
    """An item by kind and name, a member, or an element by its name or index."""
    if isinstance(value, dict):
        return value, word
    kind, _, name = word.rpartition(' ')
    for index, element in enumerate(value):
        inner = element.get(kind, element) if kind else element
        if inner.get('name') == name and (not kind or kind in element):
            return value, index
    return value, int(word)


def edit(ir, text):
    """struct point / fields / x / number = 7"""
    path, _, new = text.partition(' = ')
    value = ir['items']
    *way, last = [word.strip() for word in path.split('/')]
    for word in way:
        container, key = member(value, word)
        value = container[key]
        kind = word.rpartition(' ')[0]
        if kind and kind in value:
            value = value[kind]
    container, key = member(value, last)
    container[key] = json.loads(new)


def read_case(path):
    """{'before': text, 'today': text}, and the edits of each."""
    parts, edits, name = {}, {'before': [], 'today': []}, None
    with open(path) as file:
        for line in file:
            if line.startswith('//// edit '):
                which, _, what = line[len('//// edit '):].strip().partition(': ')
                edits[which].append(what)
            elif line.startswith('//// '):
                name = line[5:].strip()
                parts[name] = HEAD
            else:
                parts[name] += line
    return parts, edits


def compile_ir(folder, name, text, edits):
    with open(os.path.join(folder, name + '.idl'), 'w') as file:
        file.write(text)
    run = idlc(folder, '--ir=json', name + '.idl')
    if run.returncode:
        raise AssertionError(run.stderr)
    ir = json.loads(run.stdout)
    for what in edits:
        edit(ir, what)
    with open(os.path.join(folder, name + '.ir.json'), 'w') as file:
        json.dump(ir, file)


def check(path, rules):
    """Why a case fails; '' if it does not."""
    expected = path[:-len('.case')] + '.expected'
    parts, edits = read_case(path)
    with tempfile.TemporaryDirectory() as folder:
        for name in ('before', 'today'):
            compile_ir(folder, name, parts[name], edits[name])
        today = 'today.ir.json' if edits['today'] else 'today.idl'
        run = idlc(folder, '--breaking', 'before.ir.json', today)
        as_json = idlc(folder, '--json', '--breaking', 'before.ir.json', today)
        strict = idlc(folder, '--strict', '--breaking', 'before.ir.json', today)
        same = [idlc(folder, '--strict', '--breaking', name + '.ir.json', name + '.ir.json') for name in ('before', 'today')]
    text = 'exit code %d\n%s' % (run.returncode, run.stderr)
    if os.environ.get('UPDATE'):
        with open(expected, 'w') as file:
            file.write(text)
    wanted = open(expected).read() if os.path.exists(expected) else ''
    if text != wanted:
        return 'expected:\n%s\nprinted:\n%s' % (wanted, text)
    findings = json.loads(as_json.stdout)
    rules |= {finding['rule'] for finding in findings}
    name = os.path.basename(path)[:-len('.case')]
    if not name.startswith('allowed_') and not any(name.startswith(finding['rule'].replace('-', '_')) for finding in findings):
        return 'rule %s is not reported: %s' % (name, findings)
    errors = [finding for finding in findings if finding['severity'] == 'error']
    if run.returncode != (1 if errors else 0) or as_json.returncode != run.returncode or run.stdout:
        return 'exit code %d, with %s' % (run.returncode, findings)
    if strict.returncode != (1 if findings else 0) or strict.stderr.count(' error: ') != len(findings):
        return 'strictly:\n%d\n%s' % (strict.returncode, strict.stderr)
    if any(run.returncode or run.stderr for run in same):
        return 'a file breaks itself:\n%s' % ''.join(run.stderr for run in same)
    return ''


def usage():
    """Wrong use, and files that are none."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'x.idl'), 'w') as file:
            file.write(HEAD)
        for words, code, text in ((['--breaking'], 2, 'the IR of before is missing'),
                                  (['--breaking', 'a', 'x.idl', 'y.idl'], 2, 'one FILE'),
                                  (['--strict', 'x.idl'], 2, '--breaking'),
                                  (['--breaking', 'absent.ir.json', 'x.idl'], 1, 'absent.ir.json: No such file'),
                                  (['--breaking', 'x.idl', 'x.idl'], 1, 'x.idl:1:1: error: this is neither a JSON value'),
                                  (['--json', '--breaking', 'x.idl', 'absent.idl'], 1, 'absent.idl: No such file')):
            run = idlc(folder, *words)
            if run.returncode != code or text not in run.stderr:
                return '%s: exit code %d\n%s' % (words, run.returncode, run.stderr)
    return ''


def main():
    cases = sorted(glob.glob(HERE + '/*.case'))
    rules, results = set(), []
    for path in cases:
        try:
            results.append((os.path.basename(path), check(path, rules)))
        except (AssertionError, KeyError, ValueError) as error:
            results.append((os.path.basename(path), '%s: %s' % (type(error).__name__, error)))
    with open('idlc/breaking_rules.c') as file:
        missing = set(RULE.findall(file.read())) - rules
    results.append(('every rule has a case', ' '.join(sorted(missing))))
    results.append(('wrong use is said', usage()))
    print('1..%d' % len(results))
    for number, (name, why) in enumerate(results, 1):
        print('%sok %d - %s' % ('not ' if why else '', number, name))
        for line in why.splitlines():
            print('# ' + line)
    return 1 if any(why for _, why in results) else 0


if __name__ == '__main__':
    sys.exit(main())
