"""SCons tool for projects outside MMLite's own tree, installed with it: Component(), Client(), NodeTest() and Idl().

How a SConstruct uses them: docs/projects.md. Everything is found relative to this file, so the installed tree can be moved.
"""
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

import SCons.Script as S

import mmlite_shared as shared

HERE = os.path.dirname(os.path.realpath(__file__))
SHARE = os.path.dirname(HERE)
PREFIX = os.path.dirname(os.path.dirname(SHARE))
NAME = re.compile(r'[a-z0-9_-]{1,31}')
LIMIT_S = 60


class Kinds(dict):
    """Kind of node -> the folder of its toolchain.py; one for all environments. (Clone() copies a plain dict.)"""
    checked = False  # whether those without a compiler are left out


def find_kinds():
    kernels = os.path.join(SHARE, 'kernel')
    folders = {name: os.path.join(kernels, name) for name in sorted(os.listdir(kernels))}
    folders['linux'] = os.path.join(SHARE, 'linux')
    return Kinds({kind: folder for kind, folder in folders.items() if os.path.exists(os.path.join(folder, 'toolchain.py'))})


def environment_of(env, kind):
    """A clone that compiles for a kind of node. What the project added to its own environment comes last, and wins."""
    folder = env['NODE_KINDS'][kind]
    own = env.Clone(ARCH=folder, VARIANT=kind if kind == 'linux' else 'kernel-' + kind)
    added = {name: own.get(name, []) for name in ('CFLAGS', 'CXXFLAGS', 'CCFLAGS', 'CPPDEFINES', 'CPPPATH')}
    own.Replace(**{name: [] for name in added})
    own.Append(**shared.LANGUAGE)
    own.Replace(**shared.LOADABLE, OS_LIB=os.path.join(SHARE, 'kernel', 'lib'), EXPORT_LIST=os.path.join(folder, 'exports.list'))
    if kind != 'linux':
        own.Replace(CC='gcc', CXX='g++')
    shared.toolchain(folder).configure(own)
    own.Append(CPPPATH=['$GENDIR', os.path.join(PREFIX, 'include', 'mmlite')])
    own.Append(**added)
    return own


def why_not(env, kind):
    """Why nothing can be compiled for a kind of node; empty if it can."""
    try:
        own = environment_of(env, kind)
        done = subprocess.run([*map(str, own.subst_list('$CC $CCFLAGS')[0]), '-fsyntax-only', '-x', 'c', os.devnull],
                              capture_output=True, text=True, env=own['ENV'])
    except FileNotFoundError as error:
        return '%s is not installed' % error.filename
    if done.returncode:
        return done.stderr.strip()
    library = own.get('RUNTIME_LIBRARY')
    return '' if not library or os.path.isfile(library) else 'its compiler has no library for it (on Debian: gcc-multilib)'


def kinds_of(env):
    """The kinds of nodes that can be built for; says once why others cannot."""
    kinds = env['NODE_KINDS']
    for kind in [] if kinds.checked else list(kinds):
        why = why_not(env, kind)
        if why:
            print('mmlite: nothing is built for nodes of the kind %s: %s' % (kind, why), file=sys.stderr)
            del kinds[kind]
    kinds.checked = True
    return list(kinds)


def compiled(own, folder, files):
    """The objects of sources, below a folder of the build."""
    return [own.Object('%s/%s.o' % (folder, os.path.splitext(os.path.basename(str(file)))[0]), file) for file in files]


def own_products(env, kind, idl):
    """The proxies, stubs and type information of the project's own .idl files among those that are named, as this kind of node
    wants them."""
    return [product for root, name in map(env.FindIdl, S.Flatten([idl])) if root != env['IDL_ROOT']
            for product in shared.interface_sources(env.Idl(root, name, env['IDL_FORM']), kind != 'linux')]


def component(env, name, idl, sources, cpppath=(), type_info=True):
    """A component as a file for each kind of node that can be built for: {kind: file}, build/KIND/NAME.elf or .so.
    `idl`: the .idl files of the interfaces that it implements or calls, beside the SConstruct or of every node ('os/file').
    Not `type_info`: the files are smaller, and others must say what its interfaces look like."""
    if not NAME.fullmatch(name):
        raise S.UserError('Component: a name is 1 to 31 of a-z 0-9 _ -, not %r' % name)
    tables = shared.interface_tables(env, '$BUILD/gen/%s_' % name,
                                     [env.IdlSource(*env.FindIdl(file)) for file in S.Flatten([idl])])
    if not type_info:
        tables = tables[:1]
    made = {}
    for kind in kinds_of(env):
        own = environment_of(env, kind)
        folder = '$BUILD/%s/%s' % (kind, name)
        objects = compiled(shared.for_component(own, cpppath), folder, [*S.Flatten([sources]), *tables])
        objects += compiled(shared.for_loadable(own), folder, [
            product for product in own_products(own, kind, idl) if type_info or '.typeinfo' not in product.name])
        made[kind] = shared.loadable(own, '$BUILD/%s/%s' % (kind, name), folder + '/linked', [
            *objects, own.File('$ARCH/libinterfaces.a')])
    return made


def client(env, name, idl, sources, cpppath=(), libs=()):
    """A Linux program on libmmlite, build/NAME. `idl`: as of a component."""
    own = environment_of(env, 'linux')
    own.Append(CPPPATH=list(cpppath))
    if not shutil.which('pkg-config', path=own['ENV'].get('PATH')):
        raise S.UserError('Client: pkg-config is not installed')
    own.ParseConfig('pkg-config --cflags --libs "%s"' % os.path.join(PREFIX, 'lib', 'pkgconfig', 'mmlite.pc'))
    own.Prepend(LIBS=list(libs))
    program = own.Program('$BUILD/' + name, compiled(own, '$BUILD/linux/' + name, [
        *S.Flatten([sources]), *own_products(env, 'linux', idl)]))
    own.Depends(program, os.path.join(PREFIX, 'lib', 'libmmlite.a'))
    return program


def difference(expected, got):
    return ''.join(difflib.unified_diff(expected.splitlines(True), got.splitlines(True), 'expected', 'printed'))


def run_on_node(mml, kind, file, words, expected):
    """Starts a cluster of its own with one node that has the component `file`, and runs the client: `words`. Returns what is
    wrong, or nothing."""
    with tempfile.TemporaryDirectory(prefix='mmlite-test-') as folder:
        world = dict(os.environ, XDG_RUNTIME_DIR=folder)
        world.pop('MML_NODE', None)

        def run(*words):
            return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=world, timeout=LIMIT_S)

        up = run(mml, 'cluster', 'up', '--nodes', 'n1=' + kind, '--add', file)
        if up.returncode:
            return up.stderr
        try:
            done = run(*words)
            wrong = '' if expected is None else difference(expected, done.stdout)
            if done.returncode:
                wrong += 'exit code %d\n%s' % (done.returncode, done.stderr)
            return wrong and '%swhat the node says:\n%s' % (wrong, run(mml, 'cluster', 'log', 'n1').stdout)
        except subprocess.TimeoutExpired:
            return 'no end within %d s\n' % LIMIT_S
        finally:
            run(mml, 'cluster', 'down')


def node_test(env, component, client, words=(), expected=None):
    """`scons test` (or test/KIND): the component in a node of each kind, the client called with its path and the words. It must
    end with exit code 0 and print what the file `expected` says."""
    def test_of(kind, file):
        name = os.path.splitext(file.name)[0]

        def test(target, source, env):
            wrong = run_on_node(env['MML'], kind, file.abspath, [client[0].abspath, '/net/n1/' + name, *map(str, words)],
                                env.File(expected).get_text_contents() if expected else None)
            print('%s %s on a node of the kind %s\n%s' % ('FAIL' if wrong else 'ok  ', name, kind, wrong), end='')
            return 1 if wrong else 0
        return test

    env.Alias('test', [client, *component.values()])  # also if nothing can be called here
    for kind, file in component.items():
        emulator = environment_of(env, kind).get('EMULATOR')
        if emulator and not shutil.which(emulator):
            print('mmlite: no test on nodes of the kind %s: %s is not installed' % (kind, emulator), file=sys.stderr)
            continue
        run = env.Alias('test/' + kind, [client, file], S.Action(test_of(kind, file), None))
        env.AlwaysBuild(run)
        env.Alias('test', run)


def generate(env):
    for tool in ('gcc', 'g++', 'gnulink', 'ar'):
        env.Tool(tool)
    env.Tool('idlc', toolpath=[HERE])
    env.SetDefault(BUILD='#build', GENDIR='#build/gen')
    env.Replace(IDL_ROOT=os.path.join(SHARE, 'idl'), IDLC=env.File(os.path.join(PREFIX, 'bin', 'idlc')),
                MML=os.path.join(PREFIX, 'bin', 'mml'), NODE_KINDS=find_kinds())
    shared.say_little(env)
    for function, name in ((component, 'Component'), (client, 'Client'), (node_test, 'NodeTest')):
        env.AddMethod(function, name)


def exists(env):
    return True
