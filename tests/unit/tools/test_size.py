#!/usr/bin/python3
"""scons size --check: images made in a temporary folder that are just as large as they may be, one byte larger, or not there."""
import os
import subprocess
import sys
import tempfile

GOAL = 26 * 1024  # of the image base for kernel-i386
ANY = 100


class Build:
    """A folder like build/, with images whose sections have these sizes."""

    def __init__(self, **images):
        self.folder = tempfile.TemporaryDirectory()
        self.variant = os.path.join(self.folder.name, 'kernel-i386')
        os.makedirs(os.path.join(self.variant, 'images'))
        for name, sections in images.items():
            source = os.path.join(self.folder.name, name + '.S')
            with open(source, 'w') as file:
                for section, size in sections.items():
                    kind = '"aw", %nobits' if section == '.bss' else '"aw"' if section == '.data' else '"a"'
                    file.write('.section %s, %s\n.skip %d\n' % (section, kind, size))
            subprocess.run(['gcc', '-m32', '-c', source, '-o', os.path.join(self.variant, 'images', name + '.elf')], check=True)

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
