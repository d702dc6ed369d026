#!/usr/bin/python3
"""scons size --check: images, the core and the state of a peer, made in a temporary folder: just as large as they may be, one byte
larger, or not there."""
import os
import subprocess
import sys
import tempfile

GOAL = 26 * 1024  # of the image base for kernel-i386
PEER_GOAL = 400
CORE_GOAL = 16 * 1024  # for kernel-armv7m
ANY = 100


class Build:
    """A folder like build/, with images whose sections have these sizes, the state of a peer, and the core if it has a size."""

    def __init__(self, peer=PEER_GOAL, variant='kernel-i386', core=0, **images):
        self.folder = tempfile.TemporaryDirectory()
        self.variant = os.path.join(self.folder.name, variant)
        self.compiler = {'kernel-i386': ['gcc', '-m32'], 'kernel-armv7m': ['arm-none-eabi-gcc', '-mcpu=cortex-m3']}[variant]
        os.makedirs(os.path.join(self.variant, 'images'))
        os.makedirs(os.path.join(self.variant, 'tools', 'size'))
        self.compile('peer_state', '.globl peer_state_all\npeer_state_all: .skip %d\n.size peer_state_all, %d\n' % (peer, peer),
                     os.path.join('tools', 'size', 'peer_state.o'))
        if core:
            os.makedirs(os.path.join(self.variant, 'rpc', 'core'))
            self.compile('session', '.text\n.skip %d\n' % core, os.path.join('rpc', 'core', 'session.o'))
        for name, sections in images.items():
            kinds = {'.bss': '"aw", %nobits', '.data': '"aw"'}
            self.compile(name, ''.join('.section %s, %s\n.skip %d\n' % (section, kinds.get(section, '"a"'), size)
                                       for section, size in sections.items()), os.path.join('images', name + '.elf'))

    def compile(self, name, text, target):
        source = os.path.join(self.folder.name, name + '.S')
        with open(source, 'w') as file:
            file.write(text)
        subprocess.run([*self.compiler, '-c', source, '-o', os.path.join(self.variant, target)], check=True)

    def size(self, *options):
        done = subprocess.run([sys.executable, '-B', 'tools/size/size.py', *options, self.variant], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


def tests():
    small = {'.text.code': ANY}
    code, out = Build(minimal=small, base={'.text.code': GOAL - 1000, '.rodata': 1000}).size('--check')
    yield 'an image as large as its goal passes', (code == 0 and not out, out)
    code, out = Build(minimal=small, base={'.text.code': GOAL - 1000, '.rodata': 1001}).size('--check')
    yield 'an image that is one byte larger fails', (
        code == 1 and out == 'kernel-i386: the image base has %d bytes of text, its goal is %d; `scons size` shows where they are\n'
        % (GOAL + 1, GOAL), out)
    code, out = Build(minimal=small, base={'.text.code': ANY, '.romfs': GOAL, '.data': GOAL, '.bss': GOAL}).size('--check')
    yield 'files, data and zeroes are not text', (code == 0, out)
    code, out = Build(base=small).size('--check')
    yield 'an image that is not built fails', (code == 1 and 'the image minimal is not built' in out, out)
    code, out = Build(peer=PEER_GOAL + 1, minimal=small, base=small).size('--check')
    yield 'so does the state of a peer', (
        code == 1 and out == 'kernel-i386: the state of an idle peer has 401 bytes, its goal is 400; `scons size` shows of what\n', out)
    code, out = Build(variant='kernel-armv7m', core=CORE_GOAL, minimal=small, base=small).size('--check')
    yield 'a core as large as its goal passes', (code == 0 and not out, out)
    code, out = Build(variant='kernel-armv7m', core=CORE_GOAL + 4, minimal=small, base=small).size('--check')
    yield 'a larger one fails', (code == 1 and out == 'kernel-armv7m: the RPC core with codec has %d bytes, its goal is %d\n'
                                 % (CORE_GOAL + 4, CORE_GOAL), out)
    code, out = Build(minimal=small, base={'.text.code': 12345, '.romfs': 7}).size()
    row = [line.split() for line in out.splitlines() if line.startswith('kernel-i386 base')]
    yield 'what is printed is what is checked', (code == 0 and row == [['kernel-i386', 'base', '12345', str(GOAL), '26', 'KB', '0', '0']], out)


def main():
    bad = 0
    for number, (name, (good, out)) in enumerate(tests(), 1):
        bad += not good
        print('%sok %d - %s' % ('' if good else 'not ', number, name))
        if not good:
            print(''.join('# %s\n' % line for line in out.splitlines()), end='')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
