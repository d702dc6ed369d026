#!/usr/bin/python3
"""Text, data and bss by component.

usage: size.py build/VARIANT...

Adds up the object files below each variant: a component is a folder, generated proxies and stubs are one row. What an
image links of them is less, since the linker drops what nobody calls; the images' own totals follow. The last column
is Table 1 of the 1998 paper (x86, bytes) where it names the same component.
"""
import collections
import os
import subprocess
import sys

PAPER = {  # component: bytes on x86
    'heap': 2635, 'loader': 4661, 'timer': 1205, 'icu': 1005, 'null_scheduler': 316, 'round_robin': 599, 'threads': 426,
    'synchro': 1090, 'boot_namespace': 1265, 'startup': 118, 'lwip': 84832,
}
CORE = ('rpc/com', 'rpc/core', 'rpc/wire', 'nanopb')  # the protocol without the runtime that blocks
TOOLS = {'kernel-armv7m': 'arm-none-eabi-size'}


def component_of(folder):
    """The row of an object file by its folder below the variant."""
    if folder.startswith('gen'):
        return 'generated proxies and stubs'
    parts = folder.split('/')
    if parts[1:2] == ['components']:
        return '/'.join(parts[:3])
    return folder


def measure(tool, files):
    """(text, data, bss) of each file"""
    lines = subprocess.run([tool, *files], capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    return [tuple(map(int, line.split()[:3])) for line in lines]


def show(name, sizes, paper=None):
    print('%-44s %9d %7d %8d %9s' % (name, *sizes, paper or ''))


def show_variant(folder):
    variant = os.path.basename(folder)
    tool = TOOLS.get(variant, 'size')
    files = [os.path.join(place, file) for place, _, names in sorted(os.walk(folder)) for file in sorted(names)
             if file.endswith('.o')]
    if not files:
        print('%s: nothing is built' % variant, file=sys.stderr)
        return 1
    rows = collections.defaultdict(lambda: (0, 0, 0))
    for file, sizes in zip(files, measure(tool, files)):
        row = component_of(os.path.dirname(os.path.relpath(file, folder)))
        rows[row] = tuple(map(sum, zip(rows[row], sizes)))
    print('%-44s %9s %7s %8s %9s' % (variant, 'text', 'data', 'bss', 'paper'))
    for row in sorted(rows):
        show(row, rows[row], PAPER.get(os.path.basename(row)))
    show('the protocol core', tuple(map(sum, zip(*(rows[row] for row in CORE)))))
    show('all', tuple(map(sum, zip(*rows.values()))))
    images = os.path.join(folder, 'images')
    for file in sorted(os.listdir(images)) if os.path.isdir(images) else []:
        if file.endswith('.elf'):
            show('image ' + file[:-len('.elf')], measure(tool, [os.path.join(images, file)])[0])
    print()
    return 0


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    return max(show_variant(folder.rstrip('/')) for folder in arguments)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
