"""SCons tool: MainLibrary(), Component(), ComponentTable(), Image(), HostProgram() and ExampleClient().

How a SConscript uses them: README.md of this folder.
"""
import fnmatch
import os

import SCons.Script as S

import exports
import mmlite_shared as shared

NO_SOURCES = ('_interfaces.c', '_types.c', 'client.c', 'simulation.c')  # what lies beside a component's sources ends so

# What few components call and has no state is linked with them, not exported by every node.
LOADABLE_SOURCES = ('rpc/com/bstr', 'rpc/com/results', 'rpc/runtime/results', 'rpc/wire/wide')


def folder_objects(env, folder):
    """The objects of all sources of a folder. x_linux.c and x_os.c belong to the port they name. A folder with a
    SConscript says itself what its objects are."""
    where = 'build/%s/%s' % (env['VARIANT'], folder)
    if os.path.exists(os.path.join(folder, 'SConscript')):
        return env.SConscript('#%s/SConscript' % folder, exports={'env': env}, variant_dir='#' + where, duplicate=0)
    other = tuple('_%s.c' % port for port in ('linux', 'os', 'sim') if port != env['PORT'])
    sources = [file for file in env.Glob('#' + where + '/*.c') + env.Glob('#' + where + '/*.S') if not file.name.endswith(other)]
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
    for products in products_of_nodes(env):
        interfaces += interface_objects(env, products)
    env['LIBINTERFACES'] = env.StaticLibrary('$BUILD/lib/interfaces', interfaces)
    env.Alias(env['VARIANT'], [env['LIBMMLITE'], env['LIBINTERFACES']])


def products_of_nodes(env):
    """The products of each .idl below $IDL_ROOT, in the form that this variant has."""
    return [products for (root, _, form), products in sorted(env['IDL_PRODUCTS'].items())
            if root == env['IDL_ROOT'] and form == env['IDL_FORM']]


def interface_objects(env, products, folder='$BUILD'):
    """The objects of an .idl's proxies and stubs, and of its type information."""
    strict = env.Clone(CCFLAGS=env['CCFLAGS'] + ['-Wconversion'] + env['QUICK_CCFLAGS'])
    return [strict.Object(folder + '/' + product.path[len('build/'):-1] + 'o', product)
            for product in shared.interface_sources(products, env['PORT'] == 'os')]


def component(env, name, idl=(), sources=None, variants=None, cpppath=(), loadable=False):
    """A component of this folder: all its .c and .cpp files (or `sources`), the table of its interfaces, its own .idl files.
    `variants`: patterns of those it is built for. `loadable`: also as a file that a loader takes,
    a kernel's or a Linux node's."""
    if variants and not any(fnmatch.fnmatch(env['VARIANT'], variant) for variant in variants):
        return
    own = env.Clone()
    if sources:
        own['OBJPREFIX'] = name + '-'  # another component of the folder may have the same files
    own.Append(CPPDEFINES=[('component_main', name + '_component_main'),
                           ('component_interfaces', name + '_component_interfaces'),
                           ('component_types', name + '_component_types')], CPPPATH=list(cpppath))
    found = [env.FindIdl(file) for file in idl]
    products = [env.Idl(root, file, env['IDL_FORM']) for root, file in found if root != env['IDL_ROOT']]
    proxies = [made for one in products for made in interface_objects(env, one)]
    tables = shared.interface_tables(own, name + '_', [env.IdlSource(*where) for where in found])
    files = sources or [file for file in env.Glob('*.c') + env.Glob('*.cpp') if not file.name.endswith(NO_SOURCES)]
    env['COMPONENTS'][name] = env.StaticLibrary('$BUILD/lib/components/' + name,
                                                own.Object(files) + own.Object(tables) + proxies)
    env.Alias(env['VARIANT'], env['COMPONENTS'][name])
    if loadable and 'LOADABLE_SUFFIX' in env:
        env['LOADABLE'][name] = env.Loadable(name, list(files), tables, products, cpppath)


def loadable_interfaces(env):
    """What is linked with every file that is loaded, as far as it is called: the proxies and stubs of idl/, the names of results,
    and what only some proxies and stubs call; made when the first component asks for it."""
    if not env['LOADABLE_INTERFACES']:
        if env['LOADABLE_CCFLAGS']:
            own = shared.for_loadable(env)
            objects = [made for products in products_of_nodes(env)
                       for made in interface_objects(own, products, '$BUILD/loadable')]
            objects += [own.Object('$BUILD/loadable/' + path, '#%s.c' % path) for path in LOADABLE_SOURCES]
        else:
            objects = env['LIBINTERFACES'][0].sources + ['$BUILD/%s.o' % path for path in LOADABLE_SOURCES]
        env['LOADABLE_INTERFACES'] += env.StaticLibrary('$BUILD/loadable/lib/interfaces', objects)
    return env['LOADABLE_INTERFACES']


def loadable(env, name, sources, tables, products, cpppath):
    """The component as a file that a loader takes: build/<variant>/components/NAME.elf or .so. What is not stripped, for
    debuggers, is build/<variant>/loadable/NAME.elf or .so."""
    own = shared.for_component(env, cpppath)
    objects = [own.Object('$BUILD/loadable/%s/%s' % (name, os.path.splitext(os.path.basename(str(file)))[0]), file)
               for file in sources + tables]
    objects += [made for found in products for made in interface_objects(shared.for_loadable(env), found, '$BUILD/loadable')]
    file = shared.loadable(env, '$COMPONENTS_TO/' + name, '$BUILD/loadable/' + name, objects + loadable_interfaces(env))
    env.Alias('images', file)
    return file


def write_linked_romfs(target, source, env):
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: the RomFS of an image. */\n')
        if source:
            file.write('        .section .romfs, "a"\n        .balign 4\nfiles:  .incbin "%s"\n' % source[0])
        file.write('        .section .rodata\n        .globl linked_romfs\n        .balign 4\nlinked_romfs:\n        .long %s\n'
                   '        .section .note.GNU-stack, "", %%progbits\n' % ('files' if source else '0'))


def linked_romfs(env, name, files):
    """The object with linked_romfs, for an image that has the component romfs."""
    packed = [env.Romfs('$BUILD/images/%s.romfs' % name, files)] if files else []
    assembly = env.Command('%s_romfs.S' % name, packed, S.Action(write_linked_romfs, '$GENCOMSTR'))
    linked = env.Object(assembly)
    env.Depends(linked, packed)  # .incbin is not seen
    return linked


def write_components(target, source, env):
    components, names, remote, types, exported = env['TABLE']
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
        if types:
            file.write('\n/* So that the linker takes it: the interfaces\' own references to it are weak. */\n')
            for name in components:
                file.write('extern const struct com_type_info *const %s_component_types[];\n' % name)
            file.write('const struct com_type_info *const *const linked_types[] = {%s};\n'
                       % ', '.join(name + '_component_types' for name in components))
        if exported:
            exports.write_exports(file, exported, remote)


def component_table(env, name, components, names=None, remote=True):
    """linked_components of an image or program, and the libraries it needs: link what it returns.
    `names` says under which names components are registered that are not called like their folder. Not `remote`: nothing
    calls other nodes, so no proxies and stubs are linked. Type information is in a kernel only beside what serves it."""
    missing = [component for component in components if component not in env['COMPONENTS']]
    if missing:
        raise S.UserError('%s: no component %s is built for %s' % (name, ', '.join(missing), env['VARIANT']))
    types = remote and (env['PORT'] != 'os' or 'type_info' in components)
    exported = shared.exports_of(env) if 'loader' in components else []
    content = (components, names or {}, remote, types, exported)
    table = env.Command('%s_components.c' % name, env.Value(repr((components, sorted((names or {}).items()), *content[2:]))),
                        S.Action(write_components, '$GENCOMSTR'), TABLE=content)
    env.Depends(table, ['#os/scons/components.py', '#os/scons/exports.py'])
    apart = env.Clone(CCFLAGS=env['CCFLAGS'] + ['-fno-lto'])  # it names functions by their symbols
    return [apart.Object(table)] + [env['COMPONENTS'][component] for component in components]


def libraries(env):
    """What every program of a variant may link: the archives refer to each other, the linker takes what is used."""
    return [env['LIBMMLITE'], env['LIBINTERFACES'], *env['COMPONENTS'].values()]


def image(env, name, components, names=None, loadable=(), files=(), whole_program=False):
    """A bootable kernel image: build/<variant>/images/NAME.elf and its map. Its RomFS has the `loadable` components and
    other `files`. `whole_program`: optimised as one, which takes longer and makes it some 5 % smaller."""
    parts = env.ComponentTable(name, components, names, 'rpc' in components)
    if 'romfs' in components:
        parts.append(env.LinkedRomfs(name, [env['LOADABLE'][component] for component in loadable] + list(files)))
    flags = ['-Wl,-Map,build/%s/images/%s.map' % (env['VARIANT'], name)] + (['-flto', '-Os'] if whole_program else [])
    elf = env.Program('$BUILD/images/%s.elf' % name, parts, LINKFLAGS=env['LINKFLAGS'] + flags,
                      LIBS=[env['LIBMMLITE'], env['LIBINTERFACES'], 'gcc'])
    env.Depends(elf, ['#' + script for script in env['LINK_SCRIPTS']])
    env.Alias('images', elf)
    return elf


def host_program(env, target, sources, parts=(), libraries=()):
    """A program of the build machine on libmmlite, and on other `libraries`."""
    return env.ExportList(env.Program(target, [sources, list(parts)], LIBS=[*libraries, *env.Libraries(), 'uv', 'pthread']))


def example_client(env, name, sources=('client.c',)):
    """The client of an example: build/bin/NAME, and under sanitizers build/linux-asan/bin/NAME."""
    if env['PORT'] == 'linux':
        folder = '#build/bin/' if env['VARIANT'] == 'linux' else '$BUILD/bin/'
        env.Alias('examples', env.HostProgram(folder + name, list(sources)))


def generate(env):
    # a string in LIBS would get -l before it, so the group is part of the command
    env.Replace(LINKCOM='$LINK -o $TARGET $LINKFLAGS $__RPATH $SOURCES $_LIBDIRFLAGS'
                        ' -Wl,--start-group $_LIBFLAGS -Wl,--end-group')
    shared.say_little(env)
    for function, name in ((folder_objects, 'FolderObjects'), (main_library, 'MainLibrary'), (component, 'Component'),
                           (component_table, 'ComponentTable'), (libraries, 'Libraries'), (image, 'Image'),
                           (host_program, 'HostProgram'), (loadable, 'Loadable'), (loadable_interfaces, 'LoadableInterfaces'),
                           (linked_romfs, 'LinkedRomfs'), (interface_objects, 'InterfaceObjects'),
                           (example_client, 'ExampleClient')):
        env.AddMethod(function, name)


def exists(env):
    return True
