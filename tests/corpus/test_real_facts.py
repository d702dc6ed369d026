#!/usr/bin/python3
"""Every COM IDL file of libwine-dev that widl takes: idlc takes it too, and both say the same of it (explained.txt lists what
differs and why). Compared are interfaces, ids, bases and slots, the signature of every method, direction and partners of every
parameter that travels, and the GUIDs of classes. Where widl names a partner by a computed expression only, idlc's may be any."""
import concurrent.futures
import os
import re
import subprocess
import sys
import time

import real_files
import widl

SECONDS_MAX = 3.0  # for all files in one run
RUNS_MAX = 4


def idlc(*arguments):
    return subprocess.run([real_files.IDLC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors='replace', timeout=120)


def raw_name(name):
    """widl lists properties without get_ and put_."""
    return re.sub(r'^(get|put|putref)_', '', name)


def wire_of_line(fields):
    parameters = []
    for field in fields[4:]:
        name, directions, names = field.split(':')
        parameters.append((name, directions, set(names.split('@')) - {''}))
    return ('wire', fields[1], fields[3], parameters)


def own_facts(text):
    facts = []
    for line in text.splitlines():
        fields = line.split('\t')
        facts.append(wire_of_line(fields) if fields[0] == 'wire' else tuple(widl.squeeze(field) for field in fields))
    return facts


def by_key(facts):
    """A key for each fact; methods of one name and direction are told apart by their order."""
    table = {}
    for fact in facts:
        if fact[0] != 'wire':
            key = ' '.join(fact[:3 if fact[0] == 'method' else 2])
            table[key] = fact
            continue
        count = 0
        while 'wire %s %s %d' % (fact[1], raw_name(fact[2]), count) in table:
            count += 1
        table['wire %s %s %d' % (fact[1], raw_name(fact[2]), count)] = fact
    return table


def same_parameter(theirs, ours):
    if theirs[:2] != ours[:2]:
        return False
    return theirs[2] <= ours[2] | {'?'} if '?' in theirs[2] else theirs[2] == ours[2]


def same(theirs, ours):
    if not theirs or not ours or theirs[0] != 'wire':
        return theirs == ours
    return len(theirs[3]) == len(ours[3]) and all(map(same_parameter, theirs[3], ours[3]))


def compare(path, explained):
    """(whether widl takes the file, how many facts were compared, differences)."""
    theirs = widl.facts_of(path)
    if theirs is None:
        return False, {}, []
    name = os.path.basename(path)
    run = idlc('--facts', *real_files.include_options(), path)
    if run.returncode:
        return True, {}, [] if explained.covers('refused', name) else ['%s: %s' % (name, run.stderr)]
    proxied = {fact[1] for fact in theirs if fact[0] == 'wire'}  # widl writes none for what stands in a library
    ours = [fact for fact in own_facts(run.stdout) if fact[0] != 'wire' or fact[1] in proxied]
    theirs, ours = by_key(theirs), by_key(ours)
    counts, differences = {}, []
    for key in sorted(theirs.keys() | ours.keys()):
        kind = key.split()[0]
        counts[kind] = counts.get(kind, 0) + 1
        if not same(theirs.get(key), ours.get(key)) and not explained.covers('fact', '%s %s' % (name, key)):
            differences.append('%s %s\n  widl %s\n  idlc %s' % (name, key, theirs.get(key), ours.get(key)))
    return True, counts, differences


def refusals(report, files):
    """Windows Runtime files: the first error names the language."""
    for path in files:
        run = idlc('--check', *real_files.include_options(), path)
        first = next((line for line in run.stderr.splitlines() if ': error: ' in line), '')
        good = run.returncode == 1 and ('WinRT' in first or real_files.is_com(path))
        report.line('%s is refused as WinRT IDL' % os.path.basename(path), [] if good else [run.stderr[:1000]])


def timing(report, files):
    """The whole library in one run, in CPU time; the best of several, because what else runs makes caches cold."""
    seconds, problems = SECONDS_MAX + 1, []
    for _ in range(RUNS_MAX):
        before = os.times()
        run = idlc('--check', *real_files.include_options(), *files)
        after = os.times()
        seconds = min(seconds, after.children_user + after.children_system - before.children_user - before.children_system)
        if run.returncode:
            problems.append(run.stderr)
        if problems or seconds < SECONDS_MAX / 2:
            break
    if seconds > SECONDS_MAX:
        problems.append('%.2f s' % seconds)
    report.line('%d files are checked in one run within %.1f s (%.2f s)' % (len(files), SECONDS_MAX, seconds), problems)


def main():
    if real_files.missing:
        real_files.skip()
        return 0
    report, explained, totals = real_files.Report(), real_files.Explained(), {}
    files = [path for path in real_files.all_files() if real_files.is_com(path)]
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda path: compare(path, explained), files))
    taken = [path for path, result in zip(files, results) if result[0]]
    for path, (is_taken, counts, differences) in zip(files, results):
        if is_taken:
            report.line(os.path.basename(path), differences)
        for kind, count in counts.items():
            totals[kind] = totals.get(kind, 0) + count
    refusals(report, [path for path in real_files.all_files() if not real_files.is_com(path)])
    report.line('at least 200 files were compared', [] if len(taken) >= 200 else [len(taken)])
    report.line('every explanation is needed', explained.unused('fact', 'refused'))
    timing(report, [path for path in taken if not explained.covers('refused', os.path.basename(path))])
    print('# %d files of widl, %s, in %.0f s' % (len(taken), ', '.join('%d %s' % (count, kind) for kind, count in sorted(
        totals.items())), time.monotonic() - begin))
    return report.end()


if __name__ == '__main__':
    sys.exit(main())
