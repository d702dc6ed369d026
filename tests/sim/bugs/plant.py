#!/usr/bin/python3
"""Plants each mistake of bugs.txt into a copy of the source, and looks whether 1,000 simulations find it, or the unit
tests of rpc/ (for mistakes in transports/, those of transports/ and the conformance suites).

    plant.py [--seeds N] [--json] [NAME...]

The last line is `N caught, M missed`; the exit code is 0 if at least 95 % were caught. SLOW is what did not end in time, which
may be the machine's fault: it counts as missed. Needs what `scons simulator
test-programs` builds: only the file with the mistake is compiled anew."""
import argparse
import functools
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

BUGS = 'tests/sim/bugs/bugs.txt'
WANTED = 0.95
SIMULATION_S, TEST_S = 300, 100
SLOW = 'does not end in time'


class Bug:
    def __init__(self, text):
        lines = text.split('\n')
        self.name, self.what = lines[0].split(': ', 1)
        self.path = lines[1]
        self.old = [line[2:].strip() for line in lines[2:] if line.startswith('-')]
        self.new = [line[2:] for line in lines[2:] if line.startswith('+')]

    def area(self):
        return self.path.split('/', maxsplit=1)[0]

    def planted(self):
        """The source with the mistake."""
        with open(self.path) as file:
            lines = file.read().split('\n')
        wanted = self.old
        found = []
        for at in range(len(lines) - len(wanted) + 1):
            here = [line.strip() for line in lines[at:at + len(wanted)]]
            # the last line may be only the beginning of one: it says where this is
            if here[:-1] == wanted[:-1] and here[-1].startswith(wanted[-1]):
                found.append(at)
        if len(found) != 1:
            raise SystemExit('%s: these lines are %s in %s:\n  %s' % (
                self.name, 'not' if not found else '%d times' % len(found), self.path, '\n  '.join(wanted)))
        at, end = found[0], found[0] + len(wanted)
        rest = lines[end - 1].strip()[len(wanted[-1]):]
        new = self.new[:-1] + [self.new[-1] + rest] if self.new else []
        return '\n'.join(lines[:at] + new + lines[end:])


def read_bugs(names):
    with open(BUGS) as file:
        text = file.read()
    bugs = [Bug(part.rstrip('\n')) for part in re.split(r'^== ', text, flags=re.M)[1:]]
    unknown = set(names) - {bug.name for bug in bugs}
    if unknown:
        raise SystemExit('no such mistake: %s; %s lists them' % (', '.join(sorted(unknown)), BUGS))
    return [bug for bug in bugs if not names or bug.name in names]


class Build:
    """How a variant is compiled and linked, as the build wrote it down."""

    def __init__(self, variant):
        self.variant = variant
        with open('build/%s/simulation.json' % variant) as file:
            self.__dict__.update(json.load(file))
        self.compile_words = [word.replace('-I#', '-I./') for word in self.compile_words]

    def compile(self, folder, path, text):
        source = os.path.join(folder, os.path.basename(path))
        target = os.path.join(folder, '%s-%s.o' % (os.path.basename(path), self.variant))
        with open(source, 'w') as file:
            file.write(text)
        subprocess.run([*self.compile_words, '-w', '-I' + os.path.dirname(path), '-c', source, '-o', target], check=True)
        return target

    def link(self, target, objects):
        subprocess.run([*self.link_words, '-o', target, *objects, '-Wl,--start-group', *self.libraries, '-lcmocka', '-luv',
                        '-lpthread', '-Wl,--end-group'], check=True)
        return target


def runs(words, limit_s):
    """Whether a program ends well, and what it printed. What runs out of time tells nothing: None."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=limit_s, errors='replace')
        return done.returncode == 0, done.stdout
    except subprocess.TimeoutExpired:
        return None, ''


def simulate(builds, folder, bug, text, seeds):
    fast = builds['sim-fast']
    program = fast.link(folder + '/sim', [fast.compile(folder, bug.path, text), *fast.simulator])
    good, out = runs([program, '--seeds', '1..%d' % seeds, '--first', '-j', '1'], SIMULATION_S)
    if good is None:
        return SLOW
    if good:
        return ''
    broken = re.findall(r'^ *[\d.]+  (\w+): ', out, re.M)
    seed = re.findall(r'^seed (\d+)', out, re.M)
    return 'simulation%s: %s' % (', seed ' + seed[0] if seed else '', broken[0] if broken else 'crash')


class Later:
    """What is found out when it is asked for first, by whichever thread."""

    def __init__(self, find):
        self.find, self.lock, self.found = find, threading.Lock(), None

    def __call__(self):
        with self.lock:
            self.found = self.found or self.find()
        return self.found


def find_tests(builds, area):
    """The unit tests of a folder that pass as they are: (variant, object file). Others would find everything."""
    found = []
    with tempfile.TemporaryDirectory(prefix='mmlite-bug-') as folder:
        for variant in ('sim', 'linux-asan'):
            suites = ['unit/%s/*' % area] + ['conformance'] * (area == 'transports')
            for path in [path for suite in suites for path in sorted(glob.glob('build/%s/tests/%s/test_*.o' % (variant, suite)))]:
                try:
                    program = builds[variant].link(folder + '/test', [path])
                except subprocess.CalledProcessError:
                    continue  # not built, or not lately
                if runs([program], TEST_S)[0]:
                    found.append((variant, path))
    if not found:
        raise SystemExit('no unit test of %s/ is built: scons test-programs' % area)
    return found


def test(builds, tests, folder, bug, text):
    planted = {variant: builds[variant].compile(folder, bug.path, text) for variant in {variant for variant, _ in tests}}
    for variant, path in tests:
        program = builds[variant].link(folder + '/test', [path, planted[variant]])
        good = runs([program], TEST_S)[0]
        if good is False:
            return os.path.basename(path)[:-2]
        if good is None:
            return SLOW
    return ''


def hunt(builds, tests, bug, seeds):
    """What found it; '': nothing."""
    text = bug.planted()
    with tempfile.TemporaryDirectory(prefix='mmlite-bug-') as folder:
        simulated = simulate(builds, folder, bug, text, seeds)
        if simulated not in ('', SLOW):
            return simulated
        return test(builds, tests(), folder, bug, text) or simulated


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--seeds', type=int, default=1000, metavar='N', help='simulations of each (1000)')
    parser.add_argument('--json', action='store_true', help='for scripts')
    parser.add_argument('names', nargs='*', metavar='NAME', help='only these')
    arguments = parser.parse_args()
    bugs = read_bugs(arguments.names)
    for bug in bugs:
        bug.planted()  # all can be, before time is spent
    if not shutil.which('gcc'):
        raise SystemExit('gcc is not installed')
    builds = {variant: Build(variant) for variant in ('sim-fast', 'sim', 'linux-asan')}
    tests = {area: Later(functools.partial(find_tests, builds, area)) for area in {bug.area() for bug in bugs}}
    results = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for bug, found in zip(bugs, pool.map(lambda bug: hunt(builds, tests[bug.area()], bug, arguments.seeds), bugs)):
            outcome = 'MISSED' if not found else 'SLOW' if found == SLOW else 'caught'
            results.append({'name': bug.name, 'what': bug.what, 'caught': outcome == 'caught', 'by': found})
            if not arguments.json:
                print('%-6s %-28s %s' % (outcome, bug.name, found or bug.what), flush=True)
    caught = sum(result['caught'] for result in results)
    if arguments.json:
        print(json.dumps({'bugs': results, 'caught': caught, 'missed': len(results) - caught}, indent=1))
    else:
        print('%d caught, %d missed' % (caught, len(results) - caught))
    return 0 if caught >= WANTED * len(results) else 1


if __name__ == '__main__':
    sys.exit(main())
