#!/usr/bin/python3
"""Every code of idlc/diagnostics.def has an example in docs/diagnostics.md that gives it, and one that does not; and the forms
that messages have: text, colour, JSON."""
import json
import os
import re
import subprocess
import sys
import tempfile

IDLC = os.path.abspath('build/bin/idlc')
ROOT = os.path.abspath('idl')
TABLE = 'idlc/diagnostics.def'
CATALOGUE = 'docs/diagnostics.md'
EXAMPLE = re.compile(r'^```(idl|sh|json) (bad|good)( describe| embedded| breaking)?\n(.*?)^```$', re.M | re.S)
THING = 'const uint32_t THING = 1;\n'


def codes():
    """{code: short text} of the table."""
    with open(TABLE) as file:
        return {kind[0] + number: text for kind, number, text in re.findall(r'^(ERROR|WARNING)\((\d+), \w+, "([^"]*)"\)', file.read(),
                                                                            re.M)}


def catalogue():
    """{code: (title, {'bad': example, 'good': example})}."""
    with open(CATALOGUE) as file:
        sections = re.split(r'^### (\w+): (.*)$', file.read(), flags=re.M)
    return {code: (title, {match[2]: match for match in EXAMPLE.finditer(text)})
            for code, title, text in zip(sections[1::3], sections[2::3], sections[3::3])}


def repeat(text):
    """A line that ends with `// N times` stands for N of it; `counting up`: each with numbers one larger."""
    lines = []
    for line in text.splitlines():
        match = re.fullmatch(r'(.*?)  // (\d+) times(, counting up)?', line)
        for number in range(int(match[2]) if match else 1):
            if match and match[3]:
                lines.append(re.sub(r'(?<=\bA)\d+', lambda index, add=number: str(int(index[0]) + add), match[1]))
            else:
                lines.append(match[1] if match else line)
    return '\n'.join(lines) + '\n'


def run(arguments, folder):
    return subprocess.run([IDLC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, cwd=folder)


def run_example(example):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'thing.idl'), 'w') as file:
            file.write(repeat(example[4]) if example[1] == 'idl' else THING)
        with open(os.path.join(folder, 'thing.ir.json'), 'w') as file:
            file.write(example[4])
        if example[1] == 'json':
            comparing = ['--breaking', 'thing.ir.json', 'thing.idl'] if example[3] else ['--emit=header', 'thing.ir.json']
            return run(['--diagnostics=json', *comparing], folder)
        if example[1] == 'sh':
            return run(['--diagnostics=json', *example[4].split()[1:]], folder)
        options = {None: ['--emit=header,proxy,stub,proto'], ' describe': ['--emit=header'], ' embedded': ['--profile=embedded']}
        return run(['--check', '--diagnostics=json', *options[example[3]], '-I', ROOT, 'thing.idl'], folder)


def reported(result):
    return [json.loads(line)['code'] for line in result.stderr.splitlines() if line.startswith('{')]


def check_code(code, text, entries):
    if code not in entries:
        return 'has no example in ' + CATALOGUE
    title, examples = entries[code]
    if title != text:
        return 'the catalogue calls it "%s", the table "%s"' % (title, text)
    if sorted(examples) != ['bad', 'good']:
        return 'needs a bad and a good example'
    bad, good = run_example(examples['bad']), run_example(examples['good'])
    if code not in reported(bad)[:1] or bad.returncode != (1 if code[0] == 'E' else 0):
        return 'bad example: exit code %d\n%s' % (bad.returncode, bad.stderr)
    if reported(good) or good.returncode:
        return 'good example: exit code %d\n%s' % (good.returncode, good.stderr)
    return ''


def with_file(text, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'thing.idl'), 'w') as file:
            file.write(text)
        return run([*arguments, '-I', ROOT, 'thing.idl'], folder)


def json_has_places_and_notes():
    result = with_file('import "com/unknown.idl";\nstruct a { int32_t x; };\nstruct a { int32_t y; };\n', '--check',
                       '--diagnostics=json')
    message = json.loads(result.stderr)
    assert message['kind'] == 'error' and message['code'] == 'E0407' and 'declared twice' in message['message'], message
    assert (message['file'], message['line'], message['column'], message['end_line'], message['end_column']) == (
        'thing.idl', 3, 8, 3, 9), message
    note, = message['notes']
    assert note['kind'] == 'note' and note['line'] == 2, note


def json_hints_have_no_place():
    hint, = json.loads(with_file('struct a { unit32_t "x; };\n'.replace('"', ''), '--check', '--diagnostics=json').stderr)['notes']
    assert hint == {'kind': 'hint', 'message': "did you mean 'uint32_t'?"}, hint


def json_escapes_what_files_say():
    messages = [json.loads(line) for line in with_file('const uint32_t A = "\\q\t\x01;\n', '--check', '--diagnostics=json'
                                                       ).stderr.splitlines()]
    assert messages[0]['code'] == 'E0203', messages


def colour_is_a_choice():
    text = 'struct a { unit32_t x; };\n'
    assert '\033[' not in with_file(text, '--check').stderr
    assert '\033[' not in with_file(text, '--check', '--color=never').stderr
    assert '\033[1;31m' in with_file(text, '--check', '--color=always').stderr
    assert with_file(text, '--check', '--color=sometimes').returncode == 2
    assert with_file(text, '--check', '--diagnostics=xml').returncode == 2


def text_names_the_code_and_underlines_the_range():
    lines = with_file('struct a { unit32_t x; };\n', '--check').stderr.splitlines()
    assert lines[0] == "thing.idl:1:12: error: unknown type 'unit32_t' [E0401]", lines
    assert lines[2] == '      |            ^~~~~~~~', lines
    assert lines[3] == "      = hint: did you mean 'uint32_t'?", lines


def many_errors_are_shown_and_then_the_rest_is_not():
    result = with_file(''.join('struct s%d { unknown%d x; };\n' % (number, number) for number in range(30)), '--check')
    assert result.stderr.count('error:') == 20 and 'more than 20 errors' in result.stderr, result.stderr


FORMS = [json_has_places_and_notes, json_hints_have_no_place, json_escapes_what_files_say, colour_is_a_choice,
         text_names_the_code_and_underlines_the_range, many_errors_are_shown_and_then_the_rest_is_not]


def main():
    table, entries = codes(), catalogue()
    results = [('%s %s' % (code, text), check_code(code, text, entries)) for code, text in table.items()]
    results.append(('the catalogue has no other codes', ' '.join(entries.keys() - table.keys())))
    for form in FORMS:
        try:
            form()
            results.append((form.__name__, ''))
        except (AssertionError, ValueError, KeyError) as error:
            results.append((form.__name__, '%s: %s' % (type(error).__name__, error)))
    print('1..%d' % len(results))
    for number, (name, why) in enumerate(results, 1):
        print('%sok %d - %s' % ('not ' if why else '', number, name))
        for line in why.splitlines():
            print('# ' + line)
    return 1 if any(why for _, why in results) else 0


if __name__ == '__main__':
    sys.exit(main())
