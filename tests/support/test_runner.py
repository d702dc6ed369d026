#!/usr/bin/python3
"""The runner reports what fails, crashes, hangs or runs nothing: without this a broken runner would look like success."""
import json
import subprocess
import sys
import tempfile

EXPECTED = {
    'test_fails': '1 passed, 1 failed',
    'test_crashes': '0 passed, 1 failed',
    'test_hangs': '0 passed, 1 failed',
    'test_runs_nothing': '0 passed, 1 failed',
}

bad = 0
for number, (name, last) in enumerate(EXPECTED.items(), 1):
    with tempfile.NamedTemporaryFile('w', suffix='.json') as manifest:
        json.dump([{'name': name, 'run': ['build/must_fail/' + name], 'limit': 2}], manifest)
        manifest.flush()
        done = subprocess.run([sys.executable, 'tests/support/run_tests.py', manifest.name], capture_output=True, text=True)
    good = done.returncode == 1 and done.stdout.splitlines()[-1:] == [last]
    bad += not good
    print('%sok %d - %s is reported' % ('' if good else 'not ', number, name))
    if not good:
        print('exit code %d, output: %s' % (done.returncode, done.stdout))
sys.exit(1 if bad else 0)
