"""SCons tool: what loaded components may call (os/lib/exports.txt). ExportTable() is for their loader, ExportList() for the
linker of every program that has it."""
import SCons.Script as S

import mmlite_shared as shared

LIST = 'build/gen/exports.list'


def write_exports(file, names, remote):
    """os_exports and their names, without those of the runtime in an image that has none."""
    present = [name for name in names if remote or not name.startswith(('rpc_', 'wire_'))]
    file.write('\n#include <os_exports.h>\n\n')
    for name in present:
        file.write('extern const char export_%s[] __asm__("%s");\n' % (name, name))
    file.write('\nconst char os_export_names[] =\n%s;\n' % '\n'.join('    "%s\\0"' % name for name in present))
    file.write('\nconst void *const os_exports[] = {\n%s};\n' % ''.join('    export_%s,\n' % name for name in present))


def write_table(target, source, env):
    with open(str(target[0]), 'w') as file:
        file.write('/* Written by the build: what loaded components may call. */\n')
        write_exports(file, shared.exports_of(env), True)


def export_table(env, target):
    """The source of os_exports for libmmlite."""
    return env.Command(target, '$EXPORTS', S.Action(write_table, '$GENCOMSTR'))


def write_list(target, source, env):
    with open(str(target[0]), 'w') as file:
        file.write('{\n%s};\n' % ''.join('    %s;\n' % name for name in shared.exports_of(env)))


def export_list(env, program):
    """Has a program's linker export what loaded components call."""
    if env['PORT'] == 'linux':
        env.Depends(program, '#' + LIST)
    return program


def generate(env):
    env.AddMethod(export_table, 'ExportTable')
    env.AddMethod(export_list, 'ExportList')
    env.Replace(EXPORT_LIST=LIST)
    env.Command('#' + LIST, '#os/lib/exports.txt', S.Action(write_list, '$GENCOMSTR'), EXPORTS='#os/lib/exports.txt')


def exists(env):
    return True
