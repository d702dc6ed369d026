#!/usr/bin/python3
"""The checks report what they are for: small trees with one fault each, made in a temporary folder; and this tree has
none."""
import os
import subprocess
import sys
import tempfile

CLEAN = {'rpc/include/com.h': '', 'rpc/include/port.h': '', 'rpc/core/calls.h': '', 'idlc/text.h': '',
         'os/components/heap/heap_internal.h': '', 'examples/01_one/one.idl': ''}
MANY_LINES = 'int i;\n' * 400

CASES = [  # what, check, file, its text, line, words of the finding
    ('a socket header in the core', 'includes', 'rpc/core/x.c', '#include <com.h>\n#include <sys/socket.h>\n', 2,
     'sys/socket.h'),
    ('a hosted C header in a component', 'includes', 'os/components/x/x.c', '#include <stdio.h>\n', 1, 'stdio.h'),
    ('a port in the core', 'includes', 'rpc/core/x.c', '#include <port.h>\n', 1, 'rpc/include/port.h'),
    ('the core in a tool', 'includes', 'tools/x/x.c', '\n\n#include <core/calls.h>\n', 3, 'rpc/core/calls.h'),
    ('the header of another component', 'includes', 'os/components/x/x.c', '#include "../heap/heap_internal.h"\n', 1,
     'heap_internal.h'),
    ('a system header in a transport', 'includes', 'transports/x/x.c', '#  include <netinet/tcp.h>\n', 1, 'netinet/tcp.h'),
    ('the compiler in the runtime', 'includes', 'rpc/runtime/x.c', '#include "../../idlc/text.h"\n', 1, 'idlc/text.h'),
    ('a conditional that names a platform', 'conditionals', 'rpc/core/x.c', MANY_LINES * 3 + '#ifdef __linux__\n#endif\n',
     1201, 'linux'),
    ('an #elif that names a platform', 'conditionals', 'rpc/core/x.h',
     MANY_LINES * 3 + '#if DEEP\n#elif defined(CONFIG_KERNEL)\n#endif\n', 1202, 'kernel'),
    ('too many conditionals', 'conditionals', 'transports/x/x.c', MANY_LINES + '#if A\n#endif\n', 401, '#if A'),
]
ALLOWED = [  # what, check, file, its text
    ('what the core may include', 'includes', 'rpc/core/x.c',
     '#include <stdint.h>\n#include <string.h>\n#include <com.h>\n#include <rpc/node.idl.h>\n#include "calls.h"\n#include <pb.h>\n'),
    ('what a component may include', 'includes', 'os/components/heap/x.c', '#include <com.h>\n#include "heap_internal.h"\n'),
    ('what a tool may include', 'includes', 'tools/x/x.c', '#include <stdio.h>\n#include <com.h>\n#include <one.idl.h>\n'),
    ('an include guard and C++', 'conditionals', 'rpc/core/x.h', '#ifndef X_H\n#define X_H\n#ifdef __cplusplus\n#endif\n#endif\n'),
    ('conditionals within the budget', 'conditionals', 'rpc/core/x.c', MANY_LINES * 3 + '#if DEEP\n#endif\n'),
]


class Tree:
    """A folder with CLEAN and further files."""

    def __init__(self, files):
        self.folder = tempfile.TemporaryDirectory()
        for path, text in {**CLEAN, **files}.items():
            full = os.path.join(self.folder.name, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, 'w') as file:
                file.write(text)

    def compile(self, compiler, source, target, text):
        full = {name: os.path.join(self.folder.name, name) for name in (source, target)}
        for path in full.values():
            os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(full[source], 'w') as file:
            file.write(text)
        subprocess.run([*compiler, '-g', '-c', full[source], '-o', full[target]], check=True)
        return full[target]

    def check(self, *names):
        done = subprocess.run([sys.executable, '-B', 'tools/check/check.py', '--root', self.folder.name, *names],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr


def finding_is_reported(check, path, text, line, words):
    code, out = Tree({path: text}).check(check)
    return code == 1 and len(out.splitlines()) == 1 and out.startswith('%s:%d: ' % (path, line)) and words in out, out


def nothing_is_reported(check, path, text):
    code, out = Tree({path: text}).check(check)
    return code == 0 and not out, out


def symbols(core, component, loadable='used()'):
    """The findings for a core, a component and a loadable image that return these expressions."""
    tree = Tree({'os/lib/exports.txt': '# what a component may import\nused other\n'})
    for compiler, variant in ((['arm-none-eabi-gcc', '-mthumb'], 'kernel-armv7m'), (['gcc', '-m32', '-fno-pic'], 'kernel-i386')):
        tree.compile(compiler, 'rpc/core/x.c', 'build/%s/rpc/core/x.o' % variant, 'int f(int n); int g(int n) { return %s; }\n' % core)
        tree.compile(compiler, 'rpc/com/y.c', 'build/%s/rpc/com/y.o' % variant, 'int h(int n) { return n; }\n')
    source = tree.compile(['gcc', '-m32', '-fno-pic'], 'os/components/x/x.c', 'build/kernel-i386/x.o',
                          'int used(void); int unlisted(void); int f(void) { return %s; }\n' % component)
    os.makedirs(os.path.join(tree.folder.name, 'build/kernel-i386/lib/components'))
    subprocess.run(['ar', 'rcs', os.path.join(tree.folder.name, 'build/kernel-i386/lib/components/libx.a'), source], check=True)
    tree.compile(['arm-none-eabi-gcc', '-mthumb'], 'os/components/y/y.c', 'build/kernel-armv7m/components/y.elf',
                 'int used(void); int f(void) { return %s; }\n' % loadable)
    return tree.check('symbols')


def shared_object(text):
    """The findings for a shared object of this source."""
    tree = Tree({'os/lib/exports.txt': 'used\n'})
    for compiler, variant in ((['arm-none-eabi-gcc', '-mthumb'], 'kernel-armv7m'), (['gcc', '-m32', '-fno-pic'], 'kernel-i386')):
        tree.compile(compiler, 'rpc/core/x.c', 'build/%s/rpc/core/x.o' % variant, 'int g;\n')
    made = tree.compile(['gcc', '-fPIC'], 'x.c', 'build/linux/x.o', text)
    os.makedirs(os.path.join(tree.folder.name, 'build/linux/components'))
    subprocess.run(['gcc', '-shared', '-nostdlib', '-o', os.path.join(tree.folder.name, 'build/linux/components/x.so'), made],
                   check=True)
    return tree.check('symbols')


STORE = '''import "com/unknown.idl";

[object, uuid(6d6d6c01-0907-4001-8001-000000000001)]
interface IStore : IUnknown
{
    HRESULT Get([in, range(0, 9)] uint32_t key, [out] uint32_t *out_value);
}
'''


class Frozen(Tree):
    """A tree with one interface that was frozen."""

    def __init__(self, freeze=True):
        with open('idl/com/unknown.idl') as file:
            super().__init__({'idl/com/unknown.idl': file.read(), 'idl/a/store.idl': STORE})
        if freeze:
            self.freeze()

    def change(self, old, new):
        with open(os.path.join(self.folder.name, 'idl/a/store.idl'), 'w') as file:
            file.write(STORE.replace(old, new))
        return self

    def freeze(self):
        done = subprocess.run([sys.executable, '-B', 'tools/check/freeze.py', '--root', self.folder.name], capture_output=True,
                              text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr


def frozen():
    code, out = Frozen(freeze=False).check('frozen')
    yield 'an interface that was not frozen is reported', (code == 1 and 'idl/a/store.idl: is not in idl/frozen' in out, out)
    code, out = Frozen().check('frozen')
    yield 'one that is as it was passes', (code == 0 and not out, out)
    code, out = Frozen().change('HRESULT Get', '/** Gets. */ HRESULT Get').check('frozen')
    yield 'documentation breaks nothing', (code == 0 and not out, out)
    tree = Frozen().change('range(0, 9)', 'range(0, 8)')
    code, out = tree.check('frozen')
    yield 'what breaks is reported where it is', (
        code == 1 and out.startswith("idl/a/store.idl:6: parameter 'key' has a smaller bound (it was: range(0, 9))"), out)
    code, out = tree.freeze()
    yield 'and is not frozen', (code == 1 and 'smaller bound' in out and tree.check('frozen')[0] == 1, out)
    tree = Frozen().change('range(0, 9)', 'range(0, 10)')
    code, out = tree.check('frozen')
    yield 'what breaks nothing is reported until it is frozen', (code == 1 and 'breaks nothing, but' in out, out)
    code, out = tree.freeze()
    yield 'and then passes', (code == 0 and 'grown:' in out and tree.check('frozen') == (0, ''), out)
    tree = Frozen()
    os.remove(os.path.join(tree.folder.name, 'idl/a/store.idl'))
    code, out = tree.check('frozen')
    yield 'a file that is gone is reported', (code == 1 and 'its .idl is gone' in out, out)


def tests():
    for what, *case in CASES:
        yield what + ' is reported', finding_is_reported(*case)
    for what, *case in ALLOWED:
        yield what + ' passes', nothing_is_reported(*case)
    code, out = symbols('n', 'used()')
    yield 'listed symbols pass', (code == 0 and not out, out)
    code, out = symbols('f(n)', 'used()')
    yield 'a symbol that the core may not need is reported for each variant', (
        code == 1 and out.count('rpc/core/x.c:1: needs f in ') == 2 and len(out.splitlines()) == 2, out)
    code, out = symbols('n', 'unlisted()')
    yield 'a symbol that no loader provides is reported', (
        code == 1 and out.startswith('os/components/x/x.c:1: component x needs unlisted'), out)
    code, out = symbols('n', 'used()', '(int)(used() * 2.5)')
    yield 'a loadable image that needs what no kernel has is reported', (
        code == 1 and out.startswith('build/kernel-armv7m/components/y.elf: needs __aeabi_'), out)
    entries = 'int used(void); int component_interfaces; int component_main(void) { return used(); }\n'
    code, out = shared_object(entries)
    yield 'a shared object with two entries passes', (code == 0 and not out, out)
    code, out = shared_object(entries + 'int printf(const char *, ...); int component_helper(void) { return printf(""); }\n')
    yield 'a shared object that needs or shows more is reported', (
        code == 1 and 'x.so: needs printf' in out and 'x.so: shows component_helper' in out and len(out.splitlines()) == 2, out)
    code, out = shared_object('int component_main(void) { return 0; }\n')
    yield 'a shared object without a table is reported', (code == 1 and 'component_interfaces' in out, out)
    code, out = Tree({}).check('symbols')
    yield 'a core that was not compiled is reported', (code == 1 and 'nothing is built' in out, out)
    yield from frozen()
    code, out = Tree({}).check('no_such_check')
    yield 'an unknown check is refused', (code == 2, out)
    done = subprocess.run([sys.executable, '-B', 'tools/check/check.py'], capture_output=True, text=True, timeout=60)
    yield 'this tree keeps the rules', (done.returncode == 0, done.stdout + done.stderr)


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
