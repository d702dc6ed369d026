#!/usr/bin/python3
"""Runs the tests of a manifest and counts them.

usage: run_tests.py MANIFEST [filter=WORD] [update_golden=1] [build=failed] [check=failed]

  filter=WORD       only programs whose name has WORD
  update_golden=1   golden and rejected files take what is printed now (the programs see UPDATE=1)
  build=failed      the build before this had errors, which counts as a failure; check=failed likewise

A test program prints TAP ("ok 1 - name", "not ok 2 - name"); CMocka does that by itself. A program that ends with a
signal, exits with an error though nothing failed, passes its time limit, runs no test or is not there counts as one
failure. In the end, each failure is named once more. The last line is "N passed, N failed"; the exit code is 0 only if
none failed and at least one passed.
"""
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

LINE = re.compile(r'^(not )?ok\b(?:\s+\d+)?(?:\s*-\s*(.*))?$', re.M)
SHOWN_LINES = 80
CLEANUP_S = 10
EARLIER = ('build', 'check')  # steps before this program
LONGEST = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'longest.txt')

running = set()  # what to end when this program is interrupted
starting = threading.Lock()  # held while a program starts and enters `running`; never by the main thread


def send(process, number):
    """A signal to all of a test's session: nothing that it started may stay."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def end(processes):
    """Ends what runs too long or is no longer wanted; a test that started machines gets time to end them."""
    for process in processes:
        send(process, signal.SIGTERM)
    deadline = time.monotonic() + CLEANUP_S
    for process in processes:
        try:
            process.wait(timeout=max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        send(process, signal.SIGKILL)


def run_program(test, update=''):
    """(passed, failed, text to show if something failed, seconds)"""
    begin = time.monotonic()
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT='TAP', ASAN_OPTIONS='detect_leaks=1:abort_on_error=1',
               UBSAN_OPTIONS='print_stacktrace=1', PYTHONDONTWRITEBYTECODE='1', UPDATE=update)
    why, code = '', 0
    with tempfile.TemporaryFile() as output:
        try:
            with starting:
                process = subprocess.Popen(test['run'], stdin=subprocess.DEVNULL, stdout=output,
                                           stderr=subprocess.STDOUT, env=env, start_new_session=True)
                running.add(process)
        except OSError as error:
            return 0, 1, '%s: %s\n' % (test['name'], error), 0.0
        try:
            code = process.wait(timeout=test['limit'])
        except subprocess.TimeoutExpired:
            why = 'no end within %d s' % test['limit']
            end([process])
        send(process, signal.SIGKILL)
        running.discard(process)
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


def failures_of(test, text):
    """A line for each; where none says it, the last one."""
    lines = text.splitlines()
    return ['%s: %s' % (test['name'], line) for line in [line for line in lines if line.startswith('not ok')] or lines[-1:]]


def report(test, result):
    """(passed, failed, a line for each failure)"""
    passed, failed, text, seconds = result
    print('%s %-52s %4d passed%s  %6.1f s' % ('FAIL' if failed else 'ok  ', test['name'], passed,
                                              ', %d failed' % failed if failed else '', seconds), flush=True)
    if failed:
        print('\n'.join('     ' + line for line in text.splitlines()[-SHOWN_LINES:]), flush=True)
    return passed, failed, failures_of(test, text) if failed else []


def in_order(tests):
    """Those that take long first, as LONGEST has them: what starts last should not be what ends last."""
    with open(LONGEST) as file:
        long = [line.strip() for line in file if not line.startswith('#')]
    return sorted(tests, key=lambda test: long.index(test['name']) if test['name'] in long else len(long))


def run_all(tests, update=''):
    """Side by side, each as soon as it ends: as many that compute as there are processors, and beside them one more of those that
    start machines, which wait more than they compute."""
    processors = os.cpu_count() or 1
    counts = []
    with concurrent.futures.ThreadPoolExecutor(processors) as computing, \
            concurrent.futures.ThreadPoolExecutor(processors + 1) as waiting:
        pending = {(waiting if test.get('waits', False) else computing).submit(run_program, test, update): test
                   for test in in_order(tests)}
        while pending:
            # in slices: a signal that comes just before a thread begins to wait is only noticed when that ends
            done, _ = concurrent.futures.wait(pending, timeout=0.2, return_when=concurrent.futures.FIRST_COMPLETED)
            counts += [report(pending.pop(future), future.result()) for future in done]
    for _, _, failures in counts:
        for line in failures:
            print('FAIL ' + line)
    return sum(passed for passed, _, _ in counts), sum(failed for _, failed, _ in counts)


def main(arguments):
    options = dict(word.partition('=')[::2] for word in arguments[1:])
    if not arguments or set(options) - {'filter', 'update_golden', *EARLIER}:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0]) as file:
        tests = [test for test in json.load(file) if options.get('filter', '') in test['name']]
    if not tests:
        print('run_tests: no test has "%s" in its name' % options.get('filter'), file=sys.stderr)
        return 2
    passed, failed = run_all(tests, options.get('update_golden', ''))
    for step in EARLIER:
        if step in options:
            print('FAIL %s: what it says is above the tests' % step)
            failed += 1
    print('%d passed, %d failed' % (passed, failed))
    return 0 if passed and not failed else 1


def interrupted(number, frame):
    starting.acquire()  # for good: nothing starts any more
    end(list(running))
    os._exit(128 + number)


if __name__ == '__main__':
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    sys.exit(main(sys.argv[1:]))
