"""SCons tool: InstallTree() makes `scons install prefix=FOLDER`, and `scons -c install prefix=FOLDER`, which removes it again.

What goes where, and why: README.md of tools/install.
"""
import fcntl
import os
import shutil

import SCons.Script as S

VERSION = '0.1'
NODE_PARTS = ('os/components/', 'net/components/')  # components of these folders are part of the library
C_HEADERS_OF_KERNELS = ('arch.h', 'arch_elf.h')     # those of os/lib/include that no component sees


def copy(target, source, env):
    """The modes are ours, not those of the build folder: what is installed is for everybody."""
    shutil.copyfile(str(source[0]), str(target[0]))
    os.chmod(str(target[0]), env['MODE'])


def write_text(target, source, env):
    with open(str(source[0])) as file:
        text = file.read()
    with open(str(target[0]), 'w') as file:
        file.write(text.replace('@version@', VERSION))


def built(env, path):
    """The node of a program, if this tree has it."""
    node = env.File(path)
    return [node] if node.has_builder() else []


def programs(base):
    return {'bin/' + node.name: node for name in ('mml', 'mml-switch', 'idlc') for node in built(base, '#build/bin/' + name)}


def headers(base, linux):
    """The public headers, those generated from idl/, and what they include."""
    files = {node.name: node for node in base.Glob('#rpc/include/*.h') + [base.File('#idl/errors.def'),
                                                                        base.File('#rpc/port/%s/port_types.h' % linux['PORT'])]}
    for (root, name, form), products in base['IDL_PRODUCTS'].items():
        if root == base['IDL_ROOT'] and form == 'speed':
            files[name + '.idl.h'] = products[0]
    return {'include/mmlite/' + name: node for name, node in files.items()}


def library(linux):
    """One archive of all that a program of the host links: the library, the components of every Linux node, and the proxies and
    stubs of idl/."""
    archives = [linux['LIBMMLITE'], linux['LIBINTERFACES']]
    archives += [archive for name, archive in sorted(linux['COMPONENTS'].items())
                 if str(archive[0].sources[0]).startswith(tuple('build/linux/' + part for part in NODE_PARTS))]
    objects = [node for archive in archives for node in archive[0].sources]
    return linux.StaticLibrary('$BUILD/install/mmlite', objects)[0]


def kernel(env, arch):
    """What a project needs to build for a kernel, and mml to run it."""
    folder = 'share/mmlite/kernel/%s/' % arch
    return {folder + 'toolchain.py': env.File('$ARCH/toolchain.py'), folder + 'node.elf': env.File('$BUILD/images/node.elf'),
            folder + 'libinterfaces.a': env.LoadableInterfaces()[0]}


def kernels_headers(base):
    files = {node.name: node for node in base.Glob('#os/lib/include/*.h') if node.name not in C_HEADERS_OF_KERNELS}
    files['port_types.h'] = base.File('#rpc/port/os/port_types.h')
    return {'share/mmlite/kernel/lib/include/' + name: node for name, node in files.items()}


def builder(base, linux):
    share = 'share/mmlite/'
    files = {share + 'scons/' + node.name: node for node in (
        base.File('#os/scons/mmlite.py'), base.File('#os/scons/mmlite_shared.py'), base.File('#idlc/scons/idlc.py'))}
    files[share + 'linux/toolchain.py'] = linux.File('$ARCH/toolchain.py')
    files[share + 'linux/libinterfaces.a'] = linux.LoadableInterfaces()[0]
    files[share + 'linux/exports.list'] = linux.File('#$EXPORT_LIST')
    files.update({share + 'kernel/lib/' + name: base.File('$OS_LIB/' + name) for name in ('loadable.ld', 'exports.txt')})
    files.update({share + node.path: node for node in base.Glob('#idl/*/*.idl')})
    return files


def components(linux):
    """What Linux nodes of a cluster load by name, as kernels do from the RomFS of their image."""
    return {'share/mmlite/linux/components/' + file.name: file for file in linux['LOADABLE'].values()
            if file.path.startswith('build/linux/components/')}


def documents(base):
    nodes = base.Glob('#docs/*.md') + [base.File('#README.md'), base.File('#LICENSE')]
    pages = {'share/man/man1/' + node.name: node for node in base.Glob('#docs/man/*.1')}
    return {**pages, **{'share/doc/mmlite/' + node.name: node for node in nodes}}


def check_writable(folder):
    """Before anything is built for it."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    if not os.access(folder, os.W_OK):
        raise S.UserError('%s cannot be written: install as root (sudo ./dev install), or below another folder '
                          '(./dev install ~/.local)' % folder)


def wait_for_others():
    """Two installations from one tree at once would write the same files of the build folder. Returns what keeps others waiting
    as long as it is open."""
    os.makedirs('build', exist_ok=True)
    lock = open('build/install.lock', 'w')
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def installed_files(base, envs):
    """What is installed: path below the prefix -> node."""
    linux = envs['linux']
    files = {**programs(base), **headers(base, linux), **kernels_headers(base), **builder(base, linux), **components(linux), **documents(base),
             'lib/libmmlite.a': library(linux),
             'lib/pkgconfig/mmlite.pc': base.Command('#build/install/mmlite.pc', '#tools/install/mmlite.pc',
                                                     S.Action(write_text, '$GENCOMSTR'), VERSION=VERSION)[0]}
    for name, env in envs.items():
        if name.startswith('kernel-'):
            files.update(kernel(env, name[len('kernel-'):]))
    return files


def copies(base, files, top, removing=False):
    """What is removed is what was installed: without sources, the build folder stays as it is."""
    return [base.Command(os.path.join(top, path), [] if removing else node, S.Action(copy, '  INSTALL $TARGET'),
                         MODE=0o755 if path.startswith('bin/') else 0o644) for path, node in sorted(files.items())]


def install_tree(base, envs):
    files = installed_files(base, envs)
    if 'install' not in S.COMMAND_LINE_TARGETS:
        base.Alias('test-programs', copies(base, files, '#build/installed'))  # for tests of what is outside this tree
        return
    prefix = os.path.abspath(os.path.expanduser(S.ARGUMENTS.get('prefix', '/usr/local')))
    staging = S.ARGUMENTS.get('DESTDIR', os.environ.get('DESTDIR', ''))
    top = os.path.abspath(staging) + prefix if staging else prefix
    check_writable(top)
    base['INSTALLING'] = wait_for_others()
    base.Alias('install', copies(base, files, top, S.GetOption('clean')))
    base.Clean('install', [os.path.join(top, folder) for folder in ('include/mmlite', 'share/mmlite', 'share/doc/mmlite')])


def generate(env):
    env.AddMethod(install_tree, 'InstallTree')


def exists(env):
    return True
