"""What a check returns: places and what is wrong there."""
import collections
import os

Finding = collections.namedtuple('Finding', 'path line what rule')

SOURCE_FOLDERS = ['benchmarks', 'examples', 'idlc', 'net', 'os', 'rpc', 'tests', 'tools', 'transports']


def text_of(finding):
    place = '%s:%d' % (finding.path, finding.line) if finding.line else finding.path
    return '%s: %s (%s)' % (place, finding.what, finding.rule)


def sources(root, folders=SOURCE_FOLDERS, endings=('.c', '.h', '.cpp')):
    """Paths below root of all source files of the folders; generated ones that a test compares with are none."""
    found = []
    for folder in folders:
        for place, below, files in os.walk(os.path.join(root, folder)):
            below[:] = sorted(set(below) - {'golden'})
            found += [os.path.relpath(os.path.join(place, file), root) for file in sorted(files) if file.endswith(endings)]
    return found
