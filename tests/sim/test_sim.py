#!/usr/bin/python3
"""The simulator: 10,000 seeds, 200 of them under sanitizers as well; that it repeats, and that it says what it finds."""
import json
import os
import subprocess
import sys

FAST, SANITIZED = 'build/bin/sim', 'build/sim/bin/sim'
failed = 0
number = 0


def run(*words, limit=280):
    done = subprocess.run(words, capture_output=True, text=True, timeout=limit)
    return done.returncode, done.stdout, done.stderr


def check(name, good, output=''):
    global failed, number
    number += 1
    failed += not good
    print('%sok %d - %s' % ('' if good else 'not ', number, name), flush=True)
    for line in [] if good else output.splitlines()[-60:]:
        print('# ' + line)


def last(text):
    return text.splitlines()[-1] if text else ''


def ten_thousand_seeds_keep_all_promises():
    code, out, err = run(FAST, '--seeds', '1..10000')
    check('ten thousand seeds keep all promises', code == 0 and last(out) == '10000 seeds, 0 violations', out + err)


def seeds_under_sanitizers():
    code, out, err = run(SANITIZED, '--seeds', '1..200')
    check('two hundred of them do so under sanitizers', code == 0 and last(out) == '200 seeds, 0 violations', out + err)


def seeds_repeat():
    code, out, err = run(FAST, '--seeds', '20001..20300', '--twice')
    check('a seed takes the same course each time', code == 0, out + err)
    courses = {run(program, '--seed', '17', '--trace')[1] for program in (FAST, FAST, SANITIZED)}
    check('also in another build', len(courses) == 1 and 'executes' in courses.pop())


def options_can_be_chosen():
    code, out, _ = run(FAST, '--seed', '5', '--options', 'nodes=2 clients=1 faults=0 operations=9')
    check('options can be chosen', code == 0 and 'nodes=2 clients=1 operations=9' in out, out)
    code, _, err = run(FAST, '--options', 'nodes=99')
    check('options out of range are refused', code == 2 and 'nodes=99' in err and '--help' in err, err)


def a_failure_is_reported():
    """A workload that fails by itself: the example's ledger, told to lose an entry."""
    program = 'build/bin/sim-06_ledger'
    code, out, err = run(program, '--seeds', '1..300')
    check('components of others keep their promises, too', code == 0 and last(out) == '300 seeds, 0 violations', out + err)
    world = dict(os.environ, LEDGER_SIMULATION_FORGETS='7')
    done = subprocess.run([program, '--seeds', '1..40', '--shrink'], capture_output=True, text=True, timeout=200, env=world)
    check('what is broken is found, made smaller, and can be repeated',
          done.returncode == 1 and 'smaller' in done.stdout and 'repeat: %s --seed' % program in done.stdout and
          not last(done.stdout).endswith(' 0 violations'), done.stdout + done.stderr)
    done = subprocess.run([program, '--seeds', '1..40', '--json'], capture_output=True, text=True, timeout=200, env=world)
    try:
        found = json.loads(done.stdout)
        good = done.returncode == 1 and found['seeds'] == 40 and found['violations'][0]['invariant'] == 'ledger'
    except (ValueError, KeyError, IndexError):
        good = False
    check('scripts read it as JSON', good, done.stdout + done.stderr)


def planted_mistakes_are_found():
    code, out, err = run('/usr/bin/python3', 'tests/sim/bugs/plant.py', '--seeds', '300', 'count_not_added', 'pins_ignored',
                         'executed_as_refused')
    check('planted mistakes are found', code == 0 and last(out) == '3 caught, 0 missed', out + err)


def main():
    for test in (ten_thousand_seeds_keep_all_promises, seeds_under_sanitizers, seeds_repeat, options_can_be_chosen,
                 a_failure_is_reported, planted_mistakes_are_found):
        test()
    print('1..%d' % number)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
