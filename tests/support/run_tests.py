#!/usr/bin/python3
"""Runs the tests of a manifest and counts them.

usage: run_tests.py MANIFEST [WORD]     WORD: only programs whose name has it

A test program prints TAP ("ok 1 - name", "not ok 2 - name"); CMocka does that by itself. A program that ends with a
signal, exits with an error though nothing failed, passes its time limit or runs no test counts as one failure.
The last line is "N passed, N failed"; the exit code is 0 only if none failed and at least one passed.
"""
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

LINE = re.compile(r'^(not )?ok\b(?:\s+\d+)?(?:\s*-\s*(.*))?$', re.M)


def run_program(test):
    """(passed, failed, text to show if something failed, seconds)"""
    begin = time.monotonic()
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT='TAP', ASAN_OPTIONS='detect_leaks=1:abort_on_error=1',
               UBSAN_OPTIONS='print_stacktrace=1', PYTHONDONTWRITEBYTECODE='1')
    why = ''
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(test['run'], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=env,
                                   start_new_session=True)
        try:
            code = process.wait(timeout=test['limit'])
        except subprocess.TimeoutExpired:
            why, code = 'no end within %d s' % test['limit'], -1
        try:
            os.killpg(process.pid, signal.SIGKILL)  # the test's own session: nothing it started may stay
        except ProcessLookupError:
            pass
        process.wait()
        output.seek(0)
        text = output.read().decode(errors='replace')
    results = LINE.findall(text)
    passed = sum(1 for no, _ in results if not no)
    failed = sum(1 for no, _ in results if no)
    if not why and code < 0:
        why = 'ended by signal %s' % signal.Signals(-code).name
    elif not why and code and not failed:
        why = 'exit code %d though no test failed' % code
    elif not why and not results:
        why = 'no test ran'
    if why:
        failed += 1
        text += '\n%s: %s\n' % (test['name'], why)
    return passed, failed, text, time.monotonic() - begin


def report(test, result):
    passed, failed, text, seconds = result
    print('%s %-46s %4d passed%s  %6.1f s' % ('FAIL' if failed else 'ok  ', test['name'], passed,
                                              ', %d failed' % failed if failed else '', seconds), flush=True)
    if failed:
        print('\n'.join('     ' + line for line in text.splitlines()[-80:]), flush=True)


def main():
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1]) as file:
        tests = [test for test in json.load(file) if len(sys.argv) < 3 or sys.argv[2] in test['name']]
    if not tests:
        print('run_tests: no test has "%s" in its name' % sys.argv[2], file=sys.stderr)
        return 2
    passed = failed = 0
    together = [test for test in tests if not test.get('serial')]
    alone = [test for test in tests if test.get('serial')]
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for test, result in zip(together, pool.map(run_program, together)):
            report(test, result)
            passed, failed = passed + result[0], failed + result[1]
    for test in alone:
        result = run_program(test)
        report(test, result)
        passed, failed = passed + result[0], failed + result[1]
    print('%d passed, %d failed' % (passed, failed))
    return 0 if passed and not failed else 1


if __name__ == '__main__':
    sys.exit(main())
