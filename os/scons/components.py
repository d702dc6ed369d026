"""SCons tool: MainLibrary(), Component(), ComponentTable(), Image() and ExampleClient(); style of use: os/README.md."""
import os
import re
import subprocess

import SCons.Script as S

INTERFACE = re.compile(r'\[([^\]]*)\]\s*interface\s+(\w+)\s*(?::\s*\w+\s*)?\{', re.S)
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)


def _objects(env, folder):
    where = 'build/%s/%s' % (env['VARIANT'], folder)
    sources = sorted(env.Glob(where + '/*.c') + env.Glob(where + '/*.S'), key=str)
    return env.Object(sources) if sources else []


def main_library(env, folders):
    """libmmlite of a variant: every folder's sources, nanopb, and the proxies and stubs of all interfaces."""
    objects = []
    for pattern in folders:
        for folder in sorted(S.Glob(pattern), key=str) if '*' in pattern else [pattern]:
            objects += _objects(env, str(folder))
    third = env.Clone(CCFLAGS=env['CCFLAGS'] + ['-w'])  # not our sources
    nanopb = [third.Object('$BUILD/nanopb/' + name, '$NANOPB/%s.c' % name)
              for name in ('pb_common', 'pb_encode', 'pb_decode')]
    nanopb.append(third.Object('$BUILD/gen/rpc.pb', env['NANOPB_SOURCES'][0]))
    env['LIBMMLITE'] = env.StaticLibrary('$BUILD/lib/mmlite', objects + nanopb)
    env['COMPONENTS'] = {}
    env['INTERFACE_OBJECTS'] = []
    if not env['VARIANT'].startswith('core'):
        for (root, _), products in list(env['IDL_PRODUCTS'].items()):
            if root == 'idl':
                _add_interface_objects(env, products)
    env['LIBINTERFACES'] = env.StaticLibrary('$BUILD/lib/interfaces', env['INTERFACE_OBJECTS'])
    env.Alias(env['VARIANT'], [env['LIBMMLITE'], env['LIBINTERFACES']])


def _add_interface_objects(env, products):
    made = []
    for product in products:
        if str(product).endswith('.c'):
            made += env.Object('$BUILD/gen/' + str(product)[len('build/gen/'):-2], product)
    env['INTERFACE_OBJECTS'] += made
    return made


def _find_idl(env, name):
    """(root, name) of an .idl beside the SConscript, or below idl/."""
    own = os.path.relpath(env.Dir('.').srcnode().abspath, env.Dir('#').abspath)
    if os.path.exists(os.path.join(own, name + '.idl')):
        return own, name
    return 'idl', name


def _interfaces_of(path):
    """The interfaces of a file that can be remote, as `idlc --list-interfaces` prints them."""
    text = COMMENT.sub('', open(path).read())
    return [name for attributes, name in INTERFACE.findall(text) if not re.search(r'\blocal\b', attributes)]


def _write_table(target, source, env):
    names = env['TABLE_INTERFACES']
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: the interfaces of a component. */\n#include <component.h>\n\n')
        for name in names:
            file.write('extern const struct com_interface %s_interface;\n' % name)
        file.write('\nconst struct com_interface *const component_interfaces[] = {%s};\n'
                   % ', '.join(['&%s_interface' % name for name in names] + ['NULL']))


def component(env, name, idl=(), sources=None, variants=None):
    """A component of this folder: all its .c files (or `sources`), its interfaces' table, its own .idl files."""
    if variants and env['VARIANT'] not in variants:
        return
    own = env.Clone()
    own.Append(CPPDEFINES=[('component_main', name + '_component_main'),
                           ('component_interfaces', name + '_component_interfaces')])
    interfaces, proxies = [], []
    for file in idl:
        root, base = _find_idl(env, file)
        if (root, base) not in env['IDL_PRODUCTS'] or root != 'idl':
            proxies += _add_interface_objects(env, env.Idl(root, base))
        interfaces += _interfaces_of('%s/%s.idl' % (root, base))
    table = own.Command('component_interfaces.c', ['#%s/%s.idl' % _find_idl(env, file) for file in idl],
                        S.Action(_write_table, '$GENCOMSTR'), TABLE_INTERFACES=interfaces)
    files = sources if sources else [file for file in env.Glob('*.c')
                                     if os.path.basename(str(file)) not in ('component_interfaces.c', 'client.c')]
    objects = own.Object(files) + own.Object(table)
    library = env.StaticLibrary('$BUILD/lib/components/' + name, objects + proxies)
    env['COMPONENTS'][name] = library
    env.Alias(env['VARIANT'], library)


def _write_components(target, source, env):
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: the components of an image, in start order. */\n#include <component.h>\n\n')
        for name in env['TABLE_COMPONENTS']:
            file.write('HRESULT %s_component_main(struct INamespace *ns, struct IUnknown **out_object);\n' % name)
            file.write('extern const struct com_interface *const %s_component_interfaces[];\n' % name)
        file.write('\nconst struct linked_component linked_components[] = {\n')
        for name in env['TABLE_COMPONENTS']:
            file.write('    {"%s", %s_component_main, %s_component_interfaces},\n'
                       % (env['TABLE_NAMES'].get(name, name), name, name))
        file.write('    {NULL, NULL, NULL},\n};\n')


def component_table(env, name, components, names=None):
    """linked_components of an image or program, and the libraries it needs: link what it returns.
    `names` says under which names components are registered that are not called like their folder."""
    table = env.Command('%s_components.c' % name, [], S.Action(_write_components, '$GENCOMSTR'),
                        TABLE_COMPONENTS=components, TABLE_NAMES=names or {})
    env.Depends(table, env.Value(repr((components, sorted((names or {}).items())))))
    return [env.Object(table)] + [env['COMPONENTS'][component] for component in components]


def libraries(env):
    """What every program of a variant links: the archives refer to each other."""
    return [env['LIBMMLITE'], env['LIBINTERFACES']]


def image(env, name, components, names=None):
    """A bootable kernel image: build/<variant>/images/NAME.elf"""
    parts = env.ComponentTable(name, components, names)
    elf = env.Program('$BUILD/images/%s.elf' % name, parts, LIBS=env.Libraries() + list(env['COMPONENTS'].values()) + ['gcc'],
                      LINKFLAGS=env['LINKFLAGS'] + ['-Wl,-Map,${TARGET.base}.map'])
    env.Depends(elf, '#' + env['LINK_SCRIPT'])
    env.Alias('images', elf)
    return elf


def host_program(env, target, sources, parts=()):
    """A program of the build machine on libmmlite."""
    return env.Program(target, [sources, list(parts)], LIBS=env.Libraries() + list(env['COMPONENTS'].values()) + ['uv', 'pthread'])


def example_client(env, name, sources=('client.c',)):
    """The client of an example: build/bin/NAME, and under sanitizers build/linux-asan/bin/NAME."""
    if env['PORT'] == 'linux':
        folder = '#build/bin/' if env['VARIANT'] == 'linux' else '$BUILD/bin/'
        env.Alias('examples', env.HostProgram(folder + name, list(sources)))


def generate(env):
    for function, name in ((main_library, 'MainLibrary'), (component, 'Component'), (image, 'Image'),
                           (component_table, 'ComponentTable'), (libraries, 'Libraries'),
                           (host_program, 'HostProgram'), (example_client, 'ExampleClient')):
        env.AddMethod(function, name)


def exists(env):
    return True
