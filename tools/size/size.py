#!/usr/bin/python3
"""How large the kernels are, beside the paper of 1998.

usage: size.py [--check] build/VARIANT...

Prints four tables: the paper's components (its Table 1) beside ours, all of ours, what a node keeps of a peer that is connected
and silent, and images beside the paper's and the goals. --check prints nothing unless an image, the core or a peer's state is larger
than its goal, or an image or the state not there, and then fails.
"""
import argparse
import collections
import itertools
import operator
import os
import subprocess
import sys

# Table 1 of the paper: component, bytes on x86, and which of ours do what it names: components by their names, and folders.
PAPER = [
    ('Heap1', 2635, ['heap']),
    ('Heap2', 3420, []),
    ('PE loader', 4661, ['loader']),
    ('Library', 3799, ['os/lib', 'rpc/com', 'rpc/port/os']),
    ('Machdep', 2086, ['os/arch', 'os/boards']),
    ('Timer', 1205, ['timer']),
    ('ICU', 1005, ['icu']),
    ('Null-sched', 316, []),
    ('RR-sched', 599, ['round_robin']),
    ('RT-sched', 1228, []),
    ('Thread', 426, ['threads']),
    ('Synchro', 1090, ['synchro']),
    ('Boot NS', 1265, ['boot_namespace']),
    ('Dload NS', 512, ['demand_alone']),
    ('RomFS', 1417, ['romfs']),
    ('FatFS', 8229, []),
    ('NetFile', 6944, []),
    ('Startup', 118, ['os/components/startup']),
    ('Network', 84832, ['lwip (third party)', 'net/lwip_port', 'lwip']),
    ('Win32Event', 634, []),
    ('AtomicQueue', 415, []),
    ('MMD', 1852, []),
    ('VM', 17712, []),
    ('Doom', 285696, []),
]
KB = 1024
# The protocol without the runtime that blocks, as far as a node's linker can take it.
CORE = ['rpc/core', 'rpc/wire', 'nanopb', 'gen/wire']
CORE_GOALS = {'kernel-armv7m': 16 * KB}
# Symbols of tools/size/peer_state.c: state of a peer, and buffers and tables of fixed size.
PEER_STATE = {'peer_state_session': 'protocol (rpc/core)', 'peer_state_link': 'connection (rpc/runtime)',
              'peer_state_all': 'state of a peer, both'}
PEER_TABLES = {'peer_table_exports': 'references that it holds', 'peer_table_imports': 'references to its objects',
               'peer_table_calls': 'calls that are out', 'peer_table_classes': 'classes',
               'peer_table_pending': 'what waits to be said'}
PEER_GOAL = ('peer_state_all', 400)
# Images that the paper measured: its bytes, and what they may have.
PAPER_IMAGES = {
    'minimal': {'kernel-i386': '10 KB'},
    'base': {'kernel-i386': '26 KB', 'kernel-armv7m': '20 KB (ARM)'},
}
GOALS = {
    'minimal': {'kernel-i386': 10 * KB, 'kernel-armv7m': 44 * KB // 10},
    'base': {'kernel-i386': 26 * KB, 'kernel-armv7m': 20 * KB},
}
CHECKED = ['minimal', 'base']
# Folders with objects of components, which their archives have, and of images.
NOT_OF_LIBRARIES = ('os/components', 'net/components', 'examples', 'os/images', 'loadable', 'tests', 'tools')
FILES = '.romfs'  # the section of what an image brings along: files are not the system's text
TOOLS = {'kernel-armv7m': 'arm-none-eabi-size'}
COUNTED = """\
Components and folders: code and constants of all their object files; what an image links of them is less.
Images: what is linked, code with constants, without the files in its RomFS. Memory that is only zeroed is not counted.
The paper's minimal system has timer, ICU, a null scheduler and mutexes, too; ours is library, startup and machine."""


def measure(variant, files):
    """(text, data, bss) of each file; text is code and constants."""
    lines = subprocess.run([TOOLS.get(variant, 'size'), *files], capture_output=True, text=True, check=True).stdout.splitlines()
    return [tuple(map(int, line.split()[:3])) for line in lines[1:]]


def measure_image(variant, file):
    """(text, data, bss) of an image, its files left out."""
    text, data, bss = measure(variant, [file])[0]
    sections = subprocess.run([TOOLS.get(variant, 'size'), '-A', file], capture_output=True, text=True, check=True).stdout
    rows = dict(line.split()[:2] for line in sections.splitlines() if line.startswith('.'))
    return text - int(rows.get(FILES, 0)), data, bss


def measure_peer(variant, file):
    """{symbol: bytes} of peer_state.o; nothing if it is not there."""
    if not os.path.exists(file):
        return {}
    tool = TOOLS.get(variant, 'size').replace('size', 'nm')
    lines = subprocess.run([tool, '-S', file], capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    return {row[3]: int(row[1], 16) for row in rows if len(row) == 4 and row[3].startswith('peer_')}


class Variant:
    """What lies below build/VARIANT."""

    def __init__(self, folder):
        self.name = os.path.basename(folder.rstrip('/'))
        self.components = collections.defaultdict(lambda: (0, 0, 0))
        self.rest = collections.defaultdict(lambda: (0, 0, 0))
        self.images = {image[:-len('.elf')]: measure_image(self.name, os.path.join(folder, 'images', image))
                       for image in files_of(folder, 'images', '.elf')}
        self.peer = measure_peer(self.name, os.path.join(folder, 'tools/size/peer_state.o'))
        for archive in files_of(folder, 'lib/components', '.a'):
            self.add(self.components, archive[len('lib'):-len('.a')], [os.path.join(folder, 'lib/components', archive)])
        for place, _, names in sorted(os.walk(folder)):
            where = os.path.relpath(place, folder)
            if not where.startswith(NOT_OF_LIBRARIES) or where == 'os/components/startup':
                objects = sorted((row_of(where, name), os.path.join(place, name)) for name in names if name.endswith('.o'))
                for row, files in itertools.groupby(objects, key=operator.itemgetter(0)):
                    self.add(self.rest, row, [file for _, file in files])

    def add(self, table, row, files):
        for sizes in measure(self.name, files) if files else []:
            table[row] = tuple(map(sum, zip(table[row], sizes)))

    def text_of(self, names):
        """Of these components, and of these folders with what is below them; None: there is none."""
        found = [sizes[0] for row, sizes in self.components.items() if row in names]
        found += [sizes[0] for row, sizes in self.rest.items()
                  if any(row == name or row.startswith(name + '/') for name in names)]
        return sum(found) if found else None

    def whole_peer(self):
        """All that a node has for a silent peer."""
        return sum(self.peer.get(symbol, 0) for symbol in [PEER_GOAL[0], *PEER_TABLES])

    def check(self):
        """What is wrong with the checked images, the core and the state of a peer, a line each."""
        symbol, most = PEER_GOAL
        if self.peer.get(symbol, most + 1) > most:
            yield ('%s: the state of an idle peer has %s bytes, its goal is %d; `scons size` shows of what'
                   % (self.name, self.peer.get(symbol, 'unknown'), most))
        core, goal = self.text_of(CORE), CORE_GOALS.get(self.name)
        if core and goal and core > goal:
            yield '%s: the RPC core with codec has %d bytes, its goal is %d' % (self.name, core, goal)
        for image in CHECKED:
            text, goal = self.images.get(image, [None])[0], GOALS[image].get(self.name)
            if text is None:
                yield '%s: the image %s is not built' % (self.name, image)
            elif goal and text > goal:
                yield ('%s: the image %s has %d bytes of text, its goal is %d; `scons size` shows where they are'
                       % (self.name, image, text, goal))


def row_of(folder, file):
    """The row of an object file of the libraries by its folder below the variant. What walks over the tables that proxies and
    stubs are with --optimize=size is a row beside them: it does what their code did."""
    if folder in ('rpc/wire', 'rpc/runtime') and file.startswith('table'):
        return 'walker over their tables'
    if folder == 'lwip':
        return 'lwip (third party)'
    return 'generated proxies and stubs' if folder.startswith('gen/') and folder != 'gen/wire' else folder


def files_of(folder, place, suffix):
    path = os.path.join(folder, place)
    return sorted(name for name in os.listdir(path) if name.endswith(suffix)) if os.path.isdir(path) else []


def show(name, *columns):
    print(('%-32s' % name + ''.join('%15s' % ('' if column is None else column) for column in columns)).rstrip())


def show_paper(variants):
    show("Table 1 of the paper, bytes", 'paper, x86', *[variant.name for variant in variants])
    for name, size, folders in PAPER:
        show(name, size, *[variant.text_of(folders) or '-' for variant in variants])
    print()


def show_components(variant):
    show(variant.name, 'text', 'data', 'bss')
    for table in (variant.components, variant.rest):
        for row in sorted(table):
            show(row, *table[row])
    core = variant.text_of(CORE)
    goal = CORE_GOALS.get(variant.name)
    show('RPC core with codec', core, *['goal %d' % goal] if goal and core else [])
    print()


def show_peers(variants):
    """Tables belong to a peer, too, but they are as large as the port makes them."""
    show('A silent peer, bytes', *[variant.name for variant in variants])
    for symbol, name in [*PEER_STATE.items(), *PEER_TABLES.items()]:
        show(name, *[variant.peer.get(symbol, '-') for variant in variants], *['goal %d' % PEER_GOAL[1]] if symbol == PEER_GOAL[0] else [])
    show('state, tables and buffers', *[variant.whole_peer() for variant in variants])
    print()


def show_images(variants):
    show('Images', 'text', 'goal', 'paper', 'data', 'bss')
    for variant in variants:
        for image, (text, data, bss) in variant.images.items():
            show('%s %s' % (variant.name, image), text, GOALS.get(image, {}).get(variant.name),
                 PAPER_IMAGES.get(image, {}).get(variant.name), data, bss)
    print('\n' + COUNTED)


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__.split('usage: ')[1].split('\n')[0])
    parser.add_argument('--check', action='store_true')
    parser.add_argument('folders', nargs='+')
    options = parser.parse_args(arguments)
    variants = [Variant(folder) for folder in options.folders]
    if options.check:
        wrong = [line for variant in variants for line in variant.check()]
        print(''.join(line + '\n' for line in wrong), end='')
        return 1 if wrong else 0
    show_paper(variants)
    for variant in variants:
        show_components(variant)
    show_peers(variants)
    show_images(variants)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
