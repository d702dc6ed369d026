"""What the build of this tree (components.py) and of projects outside (mmlite.py) share: how code is compiled, and how a
component becomes a file that nodes load.

Where things lie is said by construction variables, since it differs:
  OS_LIB  what is here os/lib: the C headers of components, loadable.ld, exports.txt
  ARCH    the folder of toolchain.py, here os/arch/<arch> or os/host/linux
"""
import importlib.util
import os
import re
import subprocess

import SCons.Script as S

INTERFACE = re.compile(r'\[([^\[\]]*)\]\s*interface\s+(\w+)\s*(?::\s*\w+\s*)?\{', re.S)
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
UNDEFINED = re.compile(r'^\s+U (\S+)', re.M)

# Of all code, on every machine.
LANGUAGE = {
    'CFLAGS': ['-std=c11', '-Werror=implicit-function-declaration', '-Werror=incompatible-pointer-types',
               '-Werror=int-conversion'],
    'CXXFLAGS': ['-std=c++17', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics'],
    'CCFLAGS': ['-g', '-Wall', '-Wextra', '-Wno-unused-parameter',
                # gcc takes no notice of (void), which is how an HRESULT is ignored on purpose: clang-tidy checks that instead
                '-Wno-unused-result',
                '-Wno-format-truncation'],  # snprintf cuts where it is meant to
}


# How the loader of a kernel wants its files: one relocatable object. The toolchain.py of a node that loads others has variables
# of the same names.
LOADABLE = {
    'LOADABLE_LINK': '$LOADABLE_LD -r --gc-sections -e component_main -u component_interfaces -T $LOADABLE_SCRIPT -o $TARGET'
                     ' $SOURCES',
    'LOADABLE_STRIP': '$LOADABLE_OBJCOPY --strip-unneeded --keep-global-symbol=component_main'
                      ' --keep-global-symbol=component_interfaces $SOURCE $TARGET',
    'LOADABLE_CCFLAGS': [],   # of all that is in the file
    'COMPONENT_CCFLAGS': [],  # of the component's own sources, beside those
}


def toolchain(folder):
    """The module <folder>/toolchain.py: its configure(env) says how code is compiled for that machine."""
    spec = importlib.util.spec_from_file_location('toolchain', os.path.join(folder, 'toolchain.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def say_little(env):
    """One short line for each command, unless verbose=1."""
    if not S.ARGUMENTS.get('verbose'):
        env.Replace(**{kind + 'COMSTR': '  %s $TARGET' % word for kind, word in (
            ('CC', 'CC '), ('CXX', 'C++'), ('SHCC', 'CC '), ('SHCXX', 'C++'), ('AR', 'AR '), ('LINK', 'LD '), ('SHLINK', 'LD '),
            ('ASPP', 'AS '), ('IDL', 'IDL'), ('GEN', 'GEN'))}, RANLIBCOM='', ARFLAGS='rcs')


def interfaces_of(path, local=False):
    """The interfaces of a file that can be remote; all with `local`."""
    with open(path) as file:
        text = COMMENT.sub('', file.read())
    return [name for attributes, name in INTERFACE.findall(text) if local or not re.search(r'\blocal\b', attributes)]


def write_interfaces(target, source, env):
    names = [name for file in source for name in interfaces_of(str(file))]
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: the interfaces of a component. */\n#include <component.h>\n\n')
        for name in names:
            file.write('extern const struct com_interface %s_interface;\n' % name)
        file.write('\nconst struct com_interface *const component_interfaces[] = {%s};\n'
                   % ', '.join(['&%s_interface' % name for name in names] + ['NULL']))


def write_types(target, source, env):
    """What is named in component_types is linked: the interfaces' own references to it are weak."""
    names = [name for file in source for name in interfaces_of(str(file))]
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: type information of a component. */\n#include <component.h>\n\n')
        for name in names:
            file.write('extern const struct com_type_info %s_type_info;\n' % name)
        file.write('\nconst struct com_type_info *const component_types[] = {%s};\n'
                   % ', '.join(['&%s_type_info' % name for name in names] + ['NULL']))


def interface_tables(env, prefix, idl):
    """The sources with component_interfaces and component_types, from the nodes of the .idl files that a component names."""
    return [env.Command(prefix + what, idl, S.Action(write, '$GENCOMSTR'))[0]
            for what, write in (('interfaces.c', write_interfaces), ('types.c', write_types))]


def interface_sources(products, kernel):
    """What is compiled of the products of an .idl: the type information of a kernel has no documentation."""
    other = '.typeinfo-docs.c' if kernel else '.typeinfo.c'
    return [product for product in products if product.path.endswith('.c') and not product.path.endswith(other)]


def exports_of(env):
    """The names that loaded images may call."""
    with open(env.File('$EXPORTS').abspath) as file:
        return sorted(name for line in file for name in line.split('#')[0].split())


def check_exports(target, source, env):
    """Nothing is left undefined that no loader knows: better said now than by the node."""
    symbols = subprocess.run([*env.subst('$LOADABLE_NM').split(), '--undefined-only', str(target[0])], capture_output=True,
                             text=True, check=True).stdout
    missing = sorted(set(UNDEFINED.findall(symbols)) - set(exports_of(env)))
    for name in missing:
        print('error: %s calls %s, which no node offers; %s lists what is' % (target[0], name, env.File('$EXPORTS')))
    return len(missing)


def for_loadable(env):
    """Compiles what is in a file that is loaded."""
    return env.Clone(CCFLAGS=env['CCFLAGS'] + env['LOADABLE_CCFLAGS'])


def for_component(env, cpppath=()):
    """Compiles a component's own sources for such a file: on every node they see the same headers of C. (Proxies and stubs know
    the port, too.)"""
    own = for_loadable(env)
    own.Append(CCFLAGS=env['COMPONENT_CCFLAGS'], CPPPATH=['$OS_LIB/include', *cpppath])
    return own


def loadable(env, target, linked, objects):
    """A component as a file that a loader takes, from its objects and the library with all proxies and stubs. Both names are
    without their ends; `linked` is before it is stripped. What is left undefined is what the loader must know."""
    script = env.File('$OS_LIB/loadable.ld')
    own = env.Clone(LOADABLE_SCRIPT=script)
    made = own.Command(linked + '$LOADABLE_SUFFIX', [*objects, *S.Flatten([own.get('RUNTIME_LIBRARY', [])])], [
        S.Action('$LOADABLE_LINK', '  LD  $TARGET'), S.Action(check_exports, None)])
    own.Depends(made, [script, own.File('$EXPORTS')])
    return own.Command(target + '$LOADABLE_SUFFIX', made, S.Action('$LOADABLE_STRIP', '  GEN $TARGET'))[0]
