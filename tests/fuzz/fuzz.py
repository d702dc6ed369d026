#!/usr/bin/python3
"""Runs fuzz targets, one after the other.

usage: fuzz.py [SECONDS] [TARGET...]

SECONDS are of each target (default: 60); without a TARGET all of them run. `./dev fuzz` builds them first.

Inputs come from build/fuzz/seeds/TARGET and build/fuzz/corpus/TARGET; what a run finds goes to the latter. An input that
fails is kept as build/fuzz/crashes/TARGET-..., and the exit code is 1.
"""
import glob
import os
import subprocess
import sys

BUILD = 'build/fuzz'
EXTRA_S = 60  # to read the corpus, and for one slow input
TIMEOUT_S = 10
ENV = {'ASAN_OPTIONS': 'detect_leaks=1:abort_on_error=1:allocator_may_return_null=1', 'UBSAN_OPTIONS': 'print_stacktrace=1'}


def targets():
    return sorted(os.path.basename(path)[len('fuzz_'):] for path in glob.glob(BUILD + '/bin/fuzz_*') if os.access(path, os.X_OK))


def fuzz(target, seconds, output=None, seed=0):
    """Exit code of a run of one target. `output` gets what it prints; None: it is shown. The same `seed` tries the same
    inputs in the same order, as long as the program is the same; 0: others each time."""
    corpus, crashes = ('%s/%s' % (BUILD, folder) for folder in ('corpus/' + target, 'crashes'))
    os.makedirs(corpus, exist_ok=True)
    os.makedirs(crashes, exist_ok=True)
    dictionary = 'tests/fuzz/%s.dict' % target
    command = ['%s/bin/fuzz_%s' % (BUILD, target), '-max_total_time=%d' % seconds, '-timeout=%d' % TIMEOUT_S, '-rss_limit_mb=2048',
               '-artifact_prefix=%s/%s-' % (crashes, target), '-print_final_stats=1', '-seed=%d' % seed, corpus, '%s/seeds/%s' % (BUILD, target)]
    if os.path.exists(dictionary):
        command.insert(1, '-dict=' + dictionary)
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT if output else None,
                              env=dict(os.environ, **ENV), timeout=seconds + EXTRA_S).returncode
    except subprocess.TimeoutExpired:
        return -1


def main(arguments):
    seconds = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 60
    known = targets()
    unknown = [name for name in arguments if name not in known]
    if unknown or not known:
        print('fuzz: no target %s; there are: %s' % (', '.join(unknown), ', '.join(known) or 'none (scons fuzz builds them)'), file=sys.stderr)
        return 2
    failed = []
    for target in arguments or known:
        print('--- %s, %d s' % (target, seconds), flush=True)
        if fuzz(target, seconds) != 0:
            failed.append(target)
    for target in failed:
        print('%s failed; the input: %s\nTo repeat it: %s/bin/fuzz_%s INPUT' % (
            target, ' '.join(sorted(glob.glob('%s/crashes/%s-*' % (BUILD, target)))) or '(none was kept)', BUILD, target))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
