"""SCons tool: MainLibrary(), Component(), ComponentTable(), Image(), HostProgram() and ExampleClient().

How a SConscript uses them: README.md of this folder.
"""
import fnmatch
import os
import re

import SCons.Script as S

INTERFACE = re.compile(r'\[([^\[\]]*)\]\s*interface\s+(\w+)\s*(?::\s*\w+\s*)?\{', re.S)
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
CREATED = ('component_interfaces.c', 'client.c')  # beside a component's sources, and none of them


def folder_objects(env, folder):
    """The objects of all sources of a folder. x_linux.c and x_os.c belong to the port they name. A folder with a
    SConscript says itself what its objects are."""
    where = 'build/%s/%s' % (env['VARIANT'], folder)
    if os.path.exists(os.path.join(folder, 'SConscript')):
        return env.SConscript('#%s/SConscript' % folder, exports={'env': env}, variant_dir='#' + where, duplicate=0)
    other = tuple('_%s.c' % port for port in ('linux', 'os', 'sim') if port != env['PORT'])
    sources = [file for file in env.Glob(where + '/*.c') + env.Glob(where + '/*.S') if not file.name.endswith(other)]
    return env.Object(sorted(sources, key=str)) if sources else []


def main_library(env, folders):
    """libmmlite of a variant: the sources of the folders, and nanopb; libinterfaces: all proxies and stubs of idl/."""
    objects = []
    for folder in folders:
        objects += env.FolderObjects(folder)
    third = env.Clone(CCFLAGS=env['CCFLAGS'] + ['-w'])  # not our sources
    nanopb = [third.Object('$BUILD/nanopb/' + name, '$NANOPB/%s.c' % name)
              for name in ('pb_common', 'pb_encode', 'pb_decode')]
    nanopb.append(third.Object('$BUILD/gen/wire/rpc.pb.o', env['NANOPB_SOURCES'][0]))
    env['LIBMMLITE'] = env.StaticLibrary('$BUILD/lib/mmlite', objects + nanopb)
    env['COMPONENTS'] = {}
    env['LOADABLE'] = {}
    env['LOADABLE_INTERFACES'] = []
    interfaces = []
    for (root, _), products in sorted(env['IDL_PRODUCTS'].items()):
        interfaces += interface_objects(env, products) if root == 'idl' else []
    env['LIBINTERFACES'] = env.StaticLibrary('$BUILD/lib/interfaces', interfaces)
    env.Alias(env['VARIANT'], [env['LIBMMLITE'], env['LIBINTERFACES']])


def interface_objects(env, products, folder='$BUILD'):
    """The objects of an .idl's proxies and stubs."""
    strict = env.Clone(CCFLAGS=env['CCFLAGS'] + ['-Wconversion'])
    return [strict.Object(folder + '/' + product.path[len('build/'):-1] + 'o', product)
            for product in products if product.path.endswith('.c')]


def find_idl(env, name):
    """(root, name) of an .idl beside the SConscript, or below idl/."""
    own = os.path.relpath(env.Dir('.').srcnode().abspath, env.Dir('#').abspath)
    return (own if os.path.exists(os.path.join(own, name + '.idl')) else 'idl'), name


def interfaces_of(path):
    """The interfaces of a file that can be remote."""
    with open(path) as file:
        text = COMMENT.sub('', file.read())
    return [name for attributes, name in INTERFACE.findall(text) if not re.search(r'\blocal\b', attributes)]


def write_interfaces(target, source, env):
    names = [name for file in source for name in interfaces_of(str(file))]
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: the interfaces of a component. */\n#include <component.h>\n\n')
        for name in names:
            file.write('extern const struct com_interface %s_interface;\n' % name)
        file.write('\nconst struct com_interface *const component_interfaces[] = {%s};\n'
                   % ', '.join(['&%s_interface' % name for name in names] + ['NULL']))


def component(env, name, idl=(), sources=None, variants=None, cpppath=(), loadable=False):
    """A component of this folder: all its .c and .cpp files (or `sources`), the table of its interfaces, its own .idl files.
    `variants`: patterns of those it is built for. `loadable`: also as a file that a loader takes,
    a kernel's or a Linux node's."""
    if variants and not any(fnmatch.fnmatch(env['VARIANT'], variant) for variant in variants):
        return
    own = env.Clone()
    own.Append(CPPDEFINES=[('component_main', name + '_component_main'),
                           ('component_interfaces', name + '_component_interfaces')], CPPPATH=list(cpppath))
    found = [find_idl(env, file) for file in idl]
    products = [env.Idl(root, file) for root, file in found if root != 'idl']
    proxies = [made for one in products for made in interface_objects(env, one)]
    table = own.Command('component_interfaces.c', ['#%s/%s.idl' % where for where in found],
                        S.Action(write_interfaces, '$GENCOMSTR'))
    files = sources or [file for file in env.Glob('*.c') + env.Glob('*.cpp') if file.name not in CREATED]
    env['COMPONENTS'][name] = env.StaticLibrary('$BUILD/lib/components/' + name,
                                                own.Object(files) + own.Object(table) + proxies)
    env.Alias(env['VARIANT'], env['COMPONENTS'][name])
    if loadable and 'LOADABLE_LD' in env:
        plain = env.Clone()
        plain.Append(CPPPATH=list(cpppath))
        env['LOADABLE'][name] = plain.Loadable(name, list(files), list(table), proxies)
    elif loadable and env['VARIANT'] == 'linux':
        env['LOADABLE'][name] = env.SharedObject(name, list(files), list(table), products, cpppath)


def loadable(env, name, sources, table, proxies):
    """The component as a file that a kernel's loader takes: build/<variant>/components/NAME.elf. Its objects are linked with the
    proxies and stubs and the parts of the compiler's library that they use; what is left undefined is what the loader must
    know."""
    objects = [env.Object('$BUILD/loadable/%s/%s' % (name, os.path.splitext(os.path.basename(str(file)))[0]), file)
               for file in sources + table]
    linked = env.Command('$BUILD/loadable/%s.o' % name, objects + proxies + [env['LIBINTERFACES'], '$RUNTIME_LIBRARY', '#os/lib/loadable.ld'],
                         S.Action('$LOADABLE_LD -r --gc-sections -e component_main -u component_interfaces -T os/lib/loadable.ld'
                                  ' -o $TARGET ${SOURCES[:-1]}', '  LD  $TARGET'))
    file = env.Command('$COMPONENTS_TO/%s.elf' % name, linked, S.Action(
        '$LOADABLE_OBJCOPY --strip-unneeded --keep-global-symbol=component_main --keep-global-symbol=component_interfaces'
        ' $SOURCE $TARGET', '  GEN $TARGET'))
    env.Alias('images', file)
    return file[0]


def exports_of(env):
    """The names that loaded images may call."""
    with open(env['EXPORTS']) as file:
        return sorted(name for line in file for name in line.split('#')[0].split())


def write_exports(file, names, remote):
    """os_exports: the runtime's are NULL in an image that has none."""
    present = [name for name in names if remote or not name.startswith(('rpc_', 'wire_'))]
    file.write('\n#include <os_exports.h>\n\n')
    for name in present:
        file.write('extern const char export_%s[] __asm__("%s");\n' % (name, name))
    file.write('\nconst struct os_export os_exports[] = {\n')
    for name in names:
        file.write('    {"%s", %s},\n' % (name, 'export_' + name if name in present else 'NULL'))
    file.write('};\nconst uint32_t os_export_count = %d;\n' % len(names))


def write_linked_romfs(target, source, env):
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: the RomFS of an image. */\n        .section .rodata\n        .balign 4\n')
        if source:
            file.write('files:  .incbin "%s"\n' % source[0])
        file.write('        .globl linked_romfs\n        .balign 4\nlinked_romfs:\n        .long %s\n'
                   '        .section .note.GNU-stack, "", %%progbits\n' % ('files' if source else '0'))


def linked_romfs(env, name, files):
    """The object with linked_romfs, for an image that has the component romfs."""
    packed = [env.Romfs('$BUILD/images/%s.romfs' % name, files)] if files else []
    assembly = env.Command('%s_romfs.S' % name, packed, S.Action(write_linked_romfs, '$GENCOMSTR'))
    linked = env.Object(assembly)
    env.Depends(linked, packed)  # .incbin is not seen
    return linked


def write_components(target, source, env):
    components, names, remote = env['TABLE']
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: the components of an image, in start order. */\n#include <component.h>\n\n')
        for name in components:
            file.write('HRESULT %s_component_main(struct INamespace *ns, struct IUnknown **out_object);\n' % name)
            file.write('extern const struct com_interface *const %s_component_interfaces[];\n' % name)
        file.write('\nconst struct linked_component linked_components[] = {\n')
        for name in components:
            file.write('    {"%s", %s_component_main, %s},\n'
                       % (names.get(name, name), name, name + '_component_interfaces' if remote else 'NULL'))
        file.write('    {NULL, NULL, NULL},\n};\n')
        if 'loader' in components:
            write_exports(file, exports_of(env), remote)


def component_table(env, name, components, names=None, remote=True):
    """linked_components of an image or program, and the libraries it needs: link what it returns.
    `names` says under which names components are registered that are not called like their folder. Not `remote`: nothing
    calls other nodes, so no proxies and stubs are linked."""
    missing = [component for component in components if component not in env['COMPONENTS']]
    if missing:
        raise S.UserError('%s: no component %s is built for %s' % (name, ', '.join(missing), env['VARIANT']))
    table = env.Command('%s_components.c' % name, env.Value(repr((components, sorted((names or {}).items()), remote))),
                        S.Action(write_components, '$GENCOMSTR'), TABLE=(components, names or {}, remote))
    return [env.Object(table)] + [env['COMPONENTS'][component] for component in components]


def libraries(env):
    """What every program of a variant may link: the archives refer to each other, the linker takes what is used."""
    return [env['LIBMMLITE'], env['LIBINTERFACES'], *env['COMPONENTS'].values()]


def image(env, name, components, names=None, loadable=(), files=()):
    """A bootable kernel image: build/<variant>/images/NAME.elf and its map. Its RomFS has the `loadable` components and
    other `files`."""
    parts = env.ComponentTable(name, components, names, 'rpc' in components)
    if 'romfs' in components:
        parts.append(env.LinkedRomfs(name, [env['LOADABLE'][component] for component in loadable] + list(files)))
    elf = env.Program('$BUILD/images/%s.elf' % name, parts,
                      LIBS=env.Libraries() + ['gcc'],
                      LINKFLAGS=env['LINKFLAGS'] + ['-Wl,-Map,' + 'build/%s/images/%s.map' % (env['VARIANT'], name)])
    env.Depends(elf, ['#' + script for script in env['LINK_SCRIPTS']])
    env.Alias('images', elf)
    return elf


def host_program(env, target, sources, parts=()):
    """A program of the build machine on libmmlite."""
    return env.ExportList(env.Program(target, [sources, list(parts)], LIBS=env.Libraries() + ['uv', 'pthread']))


def example_client(env, name, sources=('client.c',)):
    """The client of an example: build/bin/NAME, and under sanitizers build/linux-asan/bin/NAME."""
    if env['PORT'] == 'linux':
        folder = '#build/bin/' if env['VARIANT'] == 'linux' else '$BUILD/bin/'
        env.Alias('examples', env.HostProgram(folder + name, list(sources)))


def generate(env):
    # a string in LIBS would get -l before it, so the group is part of the command
    env.Replace(LINKCOM='$LINK -o $TARGET $LINKFLAGS $__RPATH $SOURCES $_LIBDIRFLAGS'
                        ' -Wl,--start-group $_LIBFLAGS -Wl,--end-group')
    if not S.ARGUMENTS.get('verbose'):
        env.Replace(**{kind + 'COMSTR': '  %s $TARGET' % word for kind, word in (
            ('CC', 'CC '), ('CXX', 'C++'), ('AR', 'AR '), ('LINK', 'LD '), ('ASPP', 'AS '), ('IDL', 'IDL'), ('GEN', 'GEN'))},
            RANLIBCOM='', ARFLAGS='rcs')
    for function, name in ((folder_objects, 'FolderObjects'), (main_library, 'MainLibrary'), (component, 'Component'),
                           (component_table, 'ComponentTable'), (libraries, 'Libraries'), (image, 'Image'),
                           (host_program, 'HostProgram'), (loadable, 'Loadable'), (interface_objects, 'InterfaceObjects'),
                           (exports_of, 'ExportNames'),
                           (linked_romfs, 'LinkedRomfs'), (example_client, 'ExampleClient')):
        env.AddMethod(function, name)
    env.AddMethod(lambda env, *arguments: write_exports(*arguments), 'WriteExports')


def exists(env):
    return True
