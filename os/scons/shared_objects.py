"""SCons tool: SharedObject() makes a component a file that a Linux node loads; ExportTable() and ExportList() are what such
files may call, for the loader and for the linker of every program that has it.

Components are compiled with a kernel's headers, not with those of the C library: what they may use is the same everywhere.
"""
import os
import subprocess

import SCons.Script as S

LIST = '#build/gen/exports.list'

# What the dynamic linker reads is checked before it does (os/host/linux/shared_object.c): so there is no more than needed.
LINK = ('$CC -shared -nostdlib -Wl,--gc-sections,--hash-style=sysv,--build-id=none,--no-eh-frame-hdr,-z,now,-z,relro,'
        '-z,noseparate-code,-z,noexecstack -o $TARGET $SOURCES -lgcc')


FLAGS = ['-fPIC', '-fvisibility=hidden', '-ffunction-sections', '-fdata-sections', '-fno-stack-protector',
         '-fcf-protection=none', '-fno-asynchronous-unwind-tables']


def freestanding():
    include = subprocess.run(['gcc', '-print-file-name=include'], capture_output=True, text=True).stdout.strip()
    return ['-ffreestanding', '-nostdinc', '-isystem', include]


def shared_env(env):
    return env.Clone(CCFLAGS=env['CCFLAGS'] + FLAGS)


def loadable_interfaces(env):
    """libinterfaces once more, for shared objects; made when the first component asks for it."""
    if not env['LOADABLE_INTERFACES']:
        own = shared_env(env)
        env['LOADABLE_INTERFACES'].append(own.StaticLibrary('$BUILD/loadable/lib/interfaces', [
            made for (root, _), products in sorted(env['IDL_PRODUCTS'].items()) if root == 'idl'
            for made in own.InterfaceObjects(products, '$BUILD/loadable')]))
    return env['LOADABLE_INTERFACES']


def shared_object(env, name, files, table, products, cpppath):
    """build/linux/components/NAME.so: linked with the proxies and stubs it uses and nothing else; what is left undefined is
    what a program must export. What is not stripped, for debuggers, is build/linux/loadable/NAME.so."""
    own = shared_env(env)  # proxies and stubs know the port; the component's own sources do not
    plain = own.Clone(CCFLAGS=own['CCFLAGS'] + freestanding(), CPPPATH=own['CPPPATH'] + ['#os/lib/include', *cpppath])
    objects = [plain.Object('$BUILD/loadable/%s/%s' % (name, os.path.splitext(os.path.basename(str(file)))[0]), file)
               for file in files + table]
    objects += [made for found in products for made in own.InterfaceObjects(found, '$BUILD/loadable')]
    linked = own.Command('$BUILD/loadable/%s.so' % name, objects + loadable_interfaces(env), S.Action(LINK, '  LD  $TARGET'))
    file = own.Command('$COMPONENTS_TO/%s.so' % name, linked, S.Action('strip -o $TARGET $SOURCE', '  GEN $TARGET'))
    env.Alias('images', file)
    return file[0]


def write_list(target, source, env):
    with open(str(target[0]), 'w') as file:
        file.write('{\n%s};\n' % ''.join('    %s;\n' % name for name in env.ExportNames()))


def write_table(target, source, env):
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: what loaded components may call. */\n')
        env.WriteExports(file, env.ExportNames(), True)


def export_table(env, target):
    """The source of os_exports for libmmlite."""
    return env.Command(target, '#' + env['EXPORTS'], S.Action(write_table, '$GENCOMSTR'))


def export_list(env, program):
    """Has a program's linker export what loaded components call."""
    if 'EXPORTS' in env and 'LOADABLE_LD' not in env:
        env.Depends(program, LIST)
    return program


def generate(env):
    env.AddMethod(shared_object, 'SharedObject')
    env.AddMethod(export_table, 'ExportTable')
    env.AddMethod(export_list, 'ExportList')
    own = env.Clone(EXPORTS='os/lib/exports.txt')
    own.Command(LIST, '#os/lib/exports.txt', S.Action(write_list, '$GENCOMSTR'))


def exists(env):
    return True
