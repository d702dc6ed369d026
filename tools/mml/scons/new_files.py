"""SCons tool: NewFiles() makes the source with what `mml new` writes (tools/mml/new.h): the files of tools/mml/new, and the names
that a new project cannot have, which are found in this tree."""
import glob
import json
import os

import SCons.Script as S

import mmlite_shared as shared

# Those that nodes have beside components, and those that an image registers under names of their own.
OTHER_NAMES = ['components', 'files', 'host', 'net', 'network', 'nic', 'node', 'rpc', 'scheduler', 'types']


def c_strings(words):
    return ''.join('    %s,\n' % json.dumps(word) for word in words)


def write_new_files(target, source, env):
    """The tables of new.h."""
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: the files of tools/mml/new. */\n#include <tools/mml/new.h>\n#include <stddef.h>\n\n'
                   'const struct new_template new_templates[] = {\n')
        for node in source[:-1]:
            path = os.path.relpath(str(node), 'tools/mml/new').replace('gitignore', '.gitignore')
            lines = node.get_text_contents().splitlines(True)
            file.write('    {%s,\n     %s},\n' % (json.dumps(path), '\n     '.join(json.dumps(line) for line in lines)))
        file.write('    {NULL, NULL},\n};\n')
        for name, words in env['TAKEN'].items():
            file.write('\nconst char *const new_taken_%s[] = {\n%s    NULL,\n};\n' % (name, c_strings(words)))


def new_files(env, target, linked):
    """`linked`: the components that nodes have beside those of os/ and net/."""
    components = {os.path.basename(folder) for pattern in ('os', 'net') for folder in glob.glob(pattern + '/components/*')}
    taken = {'components': sorted({*components, *linked, *OTHER_NAMES}),
             'interfaces': sorted({name for path in glob.glob('idl/*/*.idl') for name in shared.interfaces_of(path, local=True)})}
    files = sorted(env.Glob('#tools/mml/new/*') + env.Glob('#tools/mml/new/.*'), key=str)
    return env.Command(target, files + [env.Value(json.dumps(taken))], S.Action(write_new_files, '$GENCOMSTR'), TAKEN=taken)


def generate(env):
    env.AddMethod(new_files, 'NewFiles')


def exists(env):
    return True
