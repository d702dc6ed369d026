#!/usr/bin/python3
"""scons size --check: images made in a temporary folder that are just as large as they may be, one byte larger, or not there."""
import os
import subprocess
import sys
import tempfile

GOAL = 26 * 1024  # of the image base for kernel-i386
PEER_GOAL = 400
ANY = 100


class Build:
    """A folder like build/, with images whose sections have these sizes, and the state of a peer."""

    def __init__(self, peer=PEER_GOAL, **images):
        self.folder = tempfile.TemporaryDirectory()
        self.variant = os.path.join(self.folder.name, 'kernel-i386')
        os.makedirs(os.path.join(self.variant, 'images'))
        os.makedirs(os.path.join(self.variant, 'tools', 'size'))
        self.compile('peer_state', '.globl peer_state_session\npeer_state_session: .skip %d\n.size peer_state_session, %d\n' % (peer, peer),
                     os.path.join('tools', 'size', 'peer_state.o'))
        for name, sections in images.items():
            kinds = {'.bss': '"aw", %nobits', '.data': '"aw"'}
            self.compile(name, ''.join('.section %s, %s\n.skip %d\n' % (section, kinds.get(section, '"a"'), size)
                                       for section, size in sections.items()), os.path.join('images', name + '.elf'))

    def compile(self, name, text, target):
        source = os.path.join(self.folder.name, name + '.S')
        with open(source, 'w') as file:
            file.write(text)
        subprocess.run(['gcc', '-m32', '-c', source, '-o', os.path.join(self.variant, target)], check=True)

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
        code == 1 and out == 'kernel-i386: the protocol (rpc/core) of an idle peer has 401 bytes, its goal is 400\n', out)
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
