#!/usr/bin/python3
"""The runner reports what fails, crashes, hangs, runs nothing or is missing: without this a broken runner would look
like success."""
import json
import subprocess
import sys
import tempfile

CASES = [  # name, program, further arguments, exit code, last line
    ('a failing test', 'build/must_fail/test_fails', [], 1, '1 passed, 1 failed'),
    ('a crash', 'build/must_fail/test_crashes', [], 1, '0 passed, 1 failed'),
    ('a program that hangs', 'build/must_fail/test_hangs', [], 1, '0 passed, 1 failed'),
    ('a program without tests', 'build/must_fail/test_runs_nothing', [], 1, '0 passed, 1 failed'),
    ('a program that is not there', 'build/must_fail/test_missing', [], 1, '0 passed, 1 failed'),
    ('a build that failed', 'build/must_fail/test_fails', ['build=failed'], 1, '1 passed, 2 failed'),
    ('a filter that nothing passes', 'build/must_fail/test_fails', ['filter=nothing'], 2, None),
]


def run(program, arguments):
    with tempfile.NamedTemporaryFile('w', suffix='.json') as manifest:
        json.dump([{'name': 'one', 'run': [program], 'limit': 2}], manifest)
        manifest.flush()
        return subprocess.run([sys.executable, 'tests/support/run_tests.py', manifest.name, *arguments],
                              capture_output=True, text=True, timeout=30)


bad = 0
for number, (name, program, arguments, code, last) in enumerate(CASES, 1):
    done = run(program, arguments)
    good = done.returncode == code and (last is None or done.stdout.splitlines()[-1:] == [last])
    bad += not good
    print('%sok %d - %s is reported' % ('' if good else 'not ', number, name))
    if not good:
        print('# exit code %d, output:\n%s' % (done.returncode, ''.join('# %s\n' % line for line in done.stdout.splitlines())))
sys.exit(1 if bad else 0)
