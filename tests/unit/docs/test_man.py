#!/usr/bin/python3
"""The pages of docs/man: mandoc and man have nothing to say about them, and they describe the very commands, options and
variables that the programs have."""
import glob
import os
import re
import shutil
import subprocess
import sys

MML, IDLC = os.path.abspath('build/bin/mml'), os.path.abspath('build/bin/idlc')
SOURCES = {'mml': ['tools/mml/*.c', 'os/host/linux/cluster.c'], 'idlc': ['idlc/*.c', 'idlc/emit/*.c']}
OPTION = re.compile(r'(?<![\w-])(--[a-z][a-z-]*|-[A-Za-z])(?![\w-])')


def run(*words, **more):
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, **more)


def page(program):
    with open('docs/man/%s.1' % program) as file:
        return file.read()


def help_of(*words):
    """Without the examples, which call other programs, too."""
    result = run(*words, '--help')
    assert result.returncode == 0 and result.stdout, result
    return result.stdout.split('\nexamples:')[0]


def commands_of_mml():
    listed = help_of(MML).split('\ncommands:\n')[1].split('\n\n')[0]
    return re.findall(r'^  (\w+)', listed, re.M)


def commands_of_cluster():
    return sorted(set(re.findall(r'mml cluster (\w+)', help_of(MML, 'cluster') + help_of(MML, 'cluster', 'link'))))


def helps(program):
    if program == 'idlc':
        return [help_of(IDLC), help_of(IDLC, 'fmt')]
    return [help_of(MML), help_of(MML, 'cluster', 'link'), *(help_of(MML, command) for command in commands_of_mml())]


def described(text):
    """The options of a page, behind its synopsis."""
    body = text.split('.Sh DESCRIPTION')[1]
    return {'-' + name for name in re.findall(r'\bFl (-?[A-Za-z][a-z-]*)', body)}


def formatters_find_nothing(program):
    path = 'docs/man/%s.1' % program
    for words in (['mandoc', '-Tlint', path], ['man', '--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', path]):
        if not shutil.which(words[0]):
            print('# skipped, because not installed: ' + words[0])
            continue
        result = run(*words, env=dict(os.environ, LC_ALL='C.UTF-8'))
        said = [line for line in (result.stdout if words[0] == 'mandoc' else '').splitlines() + result.stderr.splitlines()
                if not re.search(r'manual not found: Xr (idlc|mml) 1', line)]  # looks among those that are installed
        assert not said, said


def every_option_is_described(program):
    known = {option for text in helps(program) for option in OPTION.findall(text)}
    assert known - {'-h'} == described(page(program)), (sorted(known - described(page(program))),
                                                        sorted(described(page(program)) - known))


def every_command_is_described(program):
    names = ['fmt'] if program == 'idlc' else commands_of_mml() + ['cluster ' + name for name in commands_of_cluster()]
    assert program == 'idlc' or len(names) > 15, names
    for name in names:
        assert re.search(r'\.?(Cm|Ss) %s\b' % name, page(program).split('.Sh DESCRIPTION')[1]), name


def every_variable_is_described(program):
    asked = set()
    for pattern in SOURCES[program]:
        for path in glob.glob(pattern):
            with open(path) as file:
                asked |= set(re.findall(r'\bgetenv\("(\w+)"\)', file.read()))
    assert asked == set(re.findall(r'^\.It Ev (\w+)', page(program), re.M)), asked
    assert program == 'idlc' or 'MML_NODE' in asked


def choices_are_those_of_the_help(program):
    """--profile=host|embedded and the like."""
    text = page(program)
    for option, *choices in re.findall(r'^\.It Fl -(\w+) Ns = Ns Cm (\w+) \| (\w+)(?: \| (\w+))?', text, re.M):
        for choice in filter(None, choices):
            assert any(choice in part[:120] for shown in helps(program) for part in shown.split('--%s=' % option)[1:]), choice


def exit_codes_and_examples_are_there(program):
    status = page(program).split('.Sh EXIT STATUS')[1].split('.Sh')[0]
    assert re.findall(r'^\.It (\d)$', status, re.M) == ['0', '1', '2'], status
    assert len(re.findall(r'^(?:\.Dl )?\$ ', page(program).split('.Sh EXAMPLES')[1], re.M)) > 5


TESTS = [formatters_find_nothing, every_option_is_described, every_command_is_described, every_variable_is_described,
         choices_are_those_of_the_help, exit_codes_and_examples_are_there]


def main():
    failed = number = 0
    print('1..%d' % (2 * len(TESTS)))
    for program in ('idlc', 'mml'):
        for test in TESTS:
            number += 1
            try:
                test(program)
                print('ok %d - %s: %s' % (number, program, test.__name__))
            except AssertionError as error:
                failed += 1
                print('not ok %d - %s: %s\n# %s' % (number, program, test.__name__, str(error).replace('\n', '\n# ')))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
