#!/usr/bin/python3
"""idlc fmt on every file of libwine-dev: what was laid out stays as it is, no comment is lost, and each file says what it said
before: the same headers, the same facts, and the same IR where it can be remote."""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import real_files

SECONDS_MAX = 15  # of formatting all, in CPU time; far more than it takes
SKIPPED = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|(//[^\n]*|/\*.*?\*/)', re.S)


def idlc(*arguments, **more):
    return subprocess.run([real_files.IDLC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors='replace', timeout=120, **more)


def comments(text):
    """Those of a file, each line without the blanks around it and the star before it, which the layout decides."""
    found = [match[1] for match in SKIPPED.finditer(text) if match[1]]
    return [[re.sub(r'^\*(?!/)', '', line.strip()).strip() for line in comment.splitlines()] for comment in found]


class Tree:
    """The roots of the files, or copies of them."""

    def __init__(self, top=None):
        self.roots = real_files.ROOTS
        if top:
            shutil.copytree(real_files.ROOTS[1], top, ignore=lambda folder, names: [
                name for name in names if not name.endswith(('.idl', '.h')) and not os.path.isdir(os.path.join(folder, name))])
            self.roots = [os.path.join(top, os.path.relpath(root, real_files.ROOTS[1])) for root in real_files.ROOTS]

    def file(self, path):
        root = next(root for root in real_files.ROOTS if os.path.dirname(path) == root)
        return os.path.join(self.roots[real_files.ROOTS.index(root)], os.path.basename(path))

    def run(self, *arguments, files):
        includes = [option for root in self.roots for option in ('-I', root)]
        return idlc(*arguments, *includes, *map(self.file, files))


def same_folders(one, other):
    """Names of files below `one` that differ from those of `other`."""
    differences = []
    for folder, _, names in os.walk(one):
        for name in names:
            path = os.path.join(folder, name)
            twin = os.path.join(other, os.path.relpath(path, one))
            if not os.path.exists(twin) or real_files.read(path) != real_files.read(twin):
                differences.append(os.path.relpath(path, one))
    return differences


def compiling(tree, files, *arguments):
    """Those that compile, asked one by one."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [path for path, run in zip(files, pool.map(lambda path: tree.run(*arguments, files=[path]), files))
                if run.returncode == 0]


def products(report, name, before, after, folder, files, *options):
    """One run for the files as they were, one for those that were laid out."""
    problems = []
    for tree, out in ((before, 'before'), (after, 'after')):
        run = tree.run('-o', os.path.join(folder, name, out), *options, files=files)
        if run.returncode:
            problems.append('%s: %s' % (out, run.stderr[:2000]))
    report.line('%d files have the same %s as before' % (len(files), name), problems or same_folders(
        os.path.join(folder, name, 'before'), os.path.join(folder, name, 'after')))


def layout(report, files, tree):
    """Lays all out in one run, and again."""
    copies = [tree.file(path) for path in files]
    begin = os.times()
    run = idlc('fmt', *copies)
    end = os.times()
    seconds = end.children_user + end.children_system - begin.children_user - begin.children_system
    report.line('%d files are laid out within %d s (%.2f s)' % (len(files), SECONDS_MAX, seconds),
                [run.stderr[:2000]] if run.returncode or seconds > SECONDS_MAX else [])
    changed = sum(real_files.read(path) != real_files.read(tree.file(path)) for path in files)
    report.line('most of them change', [] if changed > len(files) / 2 else [changed])
    report.line('twice is once', idlc('fmt', '--check', *copies).stdout.splitlines())
    report.line('no comment is lost', [path for path in files if comments(real_files.read(path)) != comments(
        real_files.read(tree.file(path)))])


def main():
    if real_files.missing:
        real_files.skip()
        return 0
    report, files, begin = real_files.Report(), real_files.all_files(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        before, after = Tree(), Tree(os.path.join(folder, 'tree'))
        layout(report, files, after)
        files = [path for path in files if real_files.is_com(path)]
        described = compiling(before, files, '--check')
        remote = compiling(before, described, '--check', '--emit=ir')
        report.line('at least 200 compile, and 10 of them can be remote', [] if len(described) >= 200 and len(remote) >= 10 else [
            len(described), len(remote)])
        products(report, 'headers', before, after, folder, described, '--emit=header')
        products(report, 'IR', before, after, folder, remote, '--emit=ir')
        facts = [tree.run('--facts', files=described).stdout for tree in (before, after)]
        report.line('they say the same facts', [] if facts[0] and facts[0] == facts[1] else ['they differ'])
    print('# %.1f s' % (time.monotonic() - begin))
    return report.end()


if __name__ == '__main__':
    sys.exit(main())
