"""Published interfaces do not break: each idl/<folder>/<name>.idl against its idl/frozen/<folder>/<name>.ir.json.

A change that breaks nothing is a finding, too, until the frozen file has it (freeze.py): else breaking it later would go
unseen.
"""
import glob
import json
import os
import subprocess
import tempfile

from findings import Finding

IDLC = os.path.abspath('build/bin/idlc')
FREEZE = './dev freeze accepts what breaks nothing'
BROKEN = 'published interfaces do not change: idl/README.md'


def files(root):
    """(the .idl, its frozen file), below root."""
    for path in sorted(glob.glob(os.path.join(root, 'idl', '*', '*.idl'))):
        name = os.path.relpath(path, os.path.join(root, 'idl'))
        yield os.path.join('idl', name), os.path.join('idl', 'frozen', name[:-len('.idl')] + '.ir.json')


def idlc(root, *words):
    return subprocess.run([IDLC, '-I', 'idl', *words], capture_output=True, text=True, cwd=root, stdin=subprocess.DEVNULL)


def today(root, path):
    """What the frozen file would be now."""
    with tempfile.TemporaryDirectory() as folder:
        run = idlc(root, '--emit=frozen', '-o', folder, path)
        if run.returncode:
            raise ValueError(run.stderr)
        with open(os.path.join(folder, os.path.relpath(path, 'idl')[:-len('.idl')] + '.ir.json')) as file:
            return file.read()


def broken(root, path, frozen):
    """Findings for what a change breaks."""
    run = idlc(root, '--json', '--breaking', frozen, path)
    if not run.stdout:
        return [Finding(frozen, 0, run.stderr.strip(), BROKEN)]
    return [Finding(path, found.get('line', 0), '%s (it was: %s) [%s]' % (found['message'], found['was'], found['rule'])
                    if 'was' in found else '%s [%s]' % (found['message'], found['rule']), BROKEN)
            for found in json.loads(run.stdout) if found['severity'] == 'error']


def check_file(root, path, frozen):
    if not os.path.exists(os.path.join(root, frozen)):
        return [Finding(path, 0, 'is not in idl/frozen', FREEZE)]
    findings = broken(root, path, frozen)
    if findings:
        return findings
    with open(os.path.join(root, frozen)) as file:
        if file.read() != today(root, path):
            return [Finding(path, 0, 'breaks nothing, but is not what %s says' % frozen, FREEZE)]
    return []


def check(root):
    if not os.path.exists(IDLC):
        return [Finding('build/bin/idlc', 0, 'is not built', 'published interfaces are compared by the compiler')]
    known = {frozen for _, frozen in files(root)}
    left = [os.path.relpath(path, root) for path in glob.glob(os.path.join(root, 'idl', 'frozen', '*', '*.ir.json'))]
    return [finding for pair in files(root) for finding in check_file(root, *pair)] + [
        Finding(path, 0, 'its .idl is gone', BROKEN) for path in sorted(set(left) - known)]
