#!/usr/bin/python3
"""What people write by mistake (tests/reject/mistakes.txt): each text, and behind it what the compiler says. No more than two
errors come of one mistake, the caret stands under the place that is named, and the same comes out as JSON.

In the texts <TAB>, <CR>, <NBSP> and <N x's> stand for what editors do not show. UPDATE=1 accepts what it prints now."""
import json
import os
import pty
import re
import subprocess
import sys
import tempfile

IDLC = os.path.abspath('build/bin/idlc')
ROOT = os.path.abspath('idl')
TABLE = 'tests/reject/mistakes.txt'
CASE = re.compile(r'^=== ([^\n]*)\n(.*?)^---\n(.*?)(?=^=== |\Z)', re.M | re.S)
METHODS = 'import "com/unknown.idl";\n\n[object, uuid(6d6d6c01-0100-4001-8001-0000000000bb)]\ninterface IGauge : IUnknown\n{\n%s}\n'
CODE = re.compile(r' \[([EW]\d{4})\]$', re.M)


def text_of(case):
    """Methods alone stand in an interface."""
    text = METHODS % case if case.startswith('    ') else case
    text = re.sub(r'<(\d+) (.)\'s>', lambda match: int(match[1]) * match[2], text)
    return text.replace('<TAB>', '\t').replace('<CR>', '\r').replace('<NBSP>', '\u00a0')


def run(text, *options):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'thing.idl'), 'w', newline='') as file:
            file.write(text)
        return subprocess.run([IDLC, '--check', '--emit=header,proxy,stub,proto', *options, '-I', ROOT, 'thing.idl'],
                              stdin=subprocess.DEVNULL, capture_output=True, cwd=folder, timeout=20)


def carets(text, printed):
    """Each caret stands as far right as the place, counted in characters; a tab is one."""
    lines, problems = printed.splitlines(), ''
    for line, shown, caret in zip(lines, lines[1:], lines[2:]):
        place = re.match(r'thing\.idl:(\d+):(\d+): ', line)
        if not place or len(text.splitlines()) < int(place[1]):
            continue
        source = text.split('\n')[int(place[1]) - 1].encode()
        before = source[:int(place[2]) - 1].decode(errors='replace')
        if len(before) < 100 and caret.index('^') - len('      | ') != len(before):
            problems += 'the caret is not at %s:%s\n%s\n%s\n' % (place[1], place[2], shown, caret)
    return problems


def check(case, expected):
    text = text_of(case)
    result = run(text)
    printed = result.stderr.decode()
    if result.returncode != 1 or not 1 <= printed.count(': error: ') <= 2:
        return printed, 'exit code %d\n%s' % (result.returncode, printed)
    messages = [json.loads(line) for line in run(text, '--diagnostics=json').stderr.decode().splitlines()]
    if [message['code'] for message in messages] != CODE.findall(printed):
        return printed, 'as JSON it is %s' % messages
    problems = carets(text, printed)
    if printed != expected:
        problems += 'expected:\n%s\nprinted:\n%s' % (expected, printed)
    return printed, problems


def json_of_any_bytes():
    """Files of other encodings, and what is no text: JSON is UTF-8 all the same."""
    for text in (b'const uint32_t gr\xf6\xdfe = 1;\n', b'#error gr\xf6\xdfe \xe2\x28\xa1 \xf0\x28\x8c\x28\n', b'import "gr\xf6\xdfe.idl";\n',
                 b'\x7fELF\x02\x01\x00\x00\xff\xfe\x00', bytes(range(256)), b'import "\xed\xa0\x80";\n'):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, 'thing.idl'), 'wb') as file:
                file.write(text)
            printed = subprocess.run([IDLC, '--check', '--diagnostics=json', 'thing.idl'], stdin=subprocess.DEVNULL,
                                     capture_output=True, cwd=folder, timeout=20).stderr
        if not printed or not all(json.loads(line)['code'] for line in printed.decode().splitlines()):
            return repr(text)
    return ''


def colour_is_for_terminals():
    def on_terminal(**more):
        ours, theirs = pty.openpty()
        with subprocess.Popen([IDLC, '--check', 'nowhere.idl'], stdin=subprocess.DEVNULL, stderr=theirs,
                              env=dict(os.environ, **more)) as process:
            process.wait(timeout=20)
        os.close(theirs)
        return os.read(ours, 10000)
    wrong = []
    if b'\033[' in run('x').stderr:
        wrong.append('colour in a pipe')
    if b'\033[1;31m' not in on_terminal(NO_COLOR=''):
        wrong.append('no colour on a terminal')
    if b'\033[' in on_terminal(NO_COLOR='1'):
        wrong.append('colour where NO_COLOR is set')
    return ', '.join(wrong)


def main():
    with open(TABLE, newline='') as file:
        table = file.read()
    results, parts = [], []
    for match in CASE.finditer(table):
        printed, why = check(match[2], match[3])
        results.append((match[1], why))
        parts.append('=== %s\n%s---\n%s' % (match[1], match[2], printed))
    if os.environ.get('UPDATE'):
        with open(TABLE, 'w', newline='') as file:
            file.write(''.join(parts))
    results += [(test.__name__, test()) for test in (json_of_any_bytes, colour_is_for_terminals)]
    results.append(('there are at least 30', '' if len(parts) >= 30 else str(len(parts))))
    print('1..%d' % len(results))
    for number, (name, why) in enumerate(results, 1):
        print('%sok %d - %s' % ('not ' if why else '', number, name))
        for line in why.splitlines():
            print('# ' + line)
    return 1 if any(why for _, why in results) else 0


if __name__ == '__main__':
    sys.exit(main())
