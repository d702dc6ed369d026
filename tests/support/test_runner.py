#!/usr/bin/python3
"""The runner reports what fails, crashes, hangs, runs nothing or is missing: without this a broken runner would look
like success."""
import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import run_tests

CASES = [  # name, program, further arguments, exit code, last line
    ('a failing test', 'build/must_fail/test_fails', [], 1, '1 passed, 1 failed'),
    ('a crash', 'build/must_fail/test_crashes', [], 1, '0 passed, 1 failed'),
    ('a program that hangs', 'build/must_fail/test_hangs', [], 1, '0 passed, 1 failed'),
    ('a program without tests', 'build/must_fail/test_runs_nothing', [], 1, '0 passed, 1 failed'),
    ('a program that is not there', 'build/must_fail/test_missing', [], 1, '0 passed, 1 failed'),
    ('a build that failed', 'build/must_fail/test_fails', ['build=failed'], 1, '1 passed, 2 failed'),
    ('a check that failed', 'build/must_fail/test_fails', ['build=failed', 'check=failed'], 1, '1 passed, 3 failed'),
    ('a filter that nothing passes', 'build/must_fail/test_fails', ['filter=nothing'], 2, None),
]


def run(program, arguments):
    with tempfile.NamedTemporaryFile('w', suffix='.json') as manifest:
        json.dump([{'name': 'one', 'run': [program], 'limit': 2}], manifest)
        manifest.flush()
        return subprocess.run([sys.executable, 'tests/support/run_tests.py', manifest.name, *arguments],
                              capture_output=True, text=True, timeout=30)


def interrupted_runner_leaves_nothing():
    with tempfile.NamedTemporaryFile('w', suffix='.json') as manifest:
        json.dump([{'name': 'one', 'run': ['build/must_fail/test_hangs'], 'limit': 60}], manifest)
        manifest.flush()
        runner = subprocess.Popen([sys.executable, 'tests/support/run_tests.py', manifest.name])
        deadline = time.monotonic() + 10
        while not children_of(runner.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        started = children_of(runner.pid)
        runner.terminate()
        code = runner.wait(timeout=30)
    return code == 128 + signal.SIGTERM and len(started) == 1 and not os.path.exists('/proc/%s' % started[0])


def names_that_are_no_tests():
    """A name that changed would silently start last."""
    with open('build/tests.json') as file:
        names = {test['name'] for test in json.load(file)}
    with open('tests/support/longest.txt') as file:
        return [name for name in file.read().splitlines() if not name.startswith('#') and name not in names]


def children_of(pid):
    found = []
    for path in glob.glob('/proc/%d/task/*/children' % pid):
        with open(path) as file:
            found += file.read().split()
    return found


bad = 0
for number, (name, program, arguments, code, last) in enumerate(CASES, 1):
    done = run(program, arguments)
    lines = done.stdout.splitlines()
    good = done.returncode == code and (last is None or lines[-1:] == [last] and any(line.startswith('FAIL one: ') for line in lines))
    bad += not good
    print('%sok %d - %s is reported' % ('' if good else 'not ', number, name))
    if not good:
        print('# exit code %d, output:\n%s' % (done.returncode, ''.join('# %s\n' % line for line in lines)))
good = interrupted_runner_leaves_nothing()
bad += not good
print('%sok %d - an interrupted runner leaves nothing' % ('' if good else 'not ', len(CASES) + 1))
gone = names_that_are_no_tests()
bad += bool(gone)
print('%sok %d - those that are said to take longest are there%s' % ('not ' if gone else '', len(CASES) + 2, ''.join('\n# not: ' + name for name in gone)))
order = [test['name'] for test in run_tests.in_order([{'name': name} for name in ('b', 'fuzz/test_fuzz', 'a', 'sim/test_sim')])]
good = order == ['sim/test_sim', 'fuzz/test_fuzz', 'b', 'a']
bad += not good
print('%sok %d - they start first: %s' % ('' if good else 'not ', len(CASES) + 3, ' '.join(order)))
sys.exit(1 if bad else 0)
