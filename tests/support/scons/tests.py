"""SCons tool: UnitTest() builds a CMocka program, Tests() runs what was found. Nothing is registered by hand."""
import json
import os

import SCons.Script as S

UNIT_LIMIT_S, SCRIPT_LIMIT_S = 120, 300


def unit_test(env, source, libraries, cpppath=()):
    """tests/<path>/test_name.c -> build/<variant>/tests/<path>/test_name"""
    name = os.path.splitext(source)[0]
    own = env.Clone()
    own.Append(CPPPATH=['#tests/support', '#tests', '#rpc/core', '#os/components', '#os', *cpppath], CCFLAGS=env['QUICK_CCFLAGS'])
    program = own.Program('$BUILD/' + name, own.Object('$BUILD/%s.o' % name, '#' + source),
                          LIBS=[*libraries, 'cmocka', 'uv', 'pthread'])
    own.ExportList(program)
    env['UNIT_TESTS'].append((name[len('tests/'):], program[0]))
    env.Alias('test-programs', program)


def run_all(env, scripts, needs):
    """`scons test`: the manifest of all tests, then tests/support/run_tests.py on it."""
    manifest = [{'name': name, 'run': [str(program)], 'limit': UNIT_LIMIT_S} for name, program in sorted(env['UNIT_TESTS'])]
    manifest += [{'name': os.path.splitext(script)[0][len('tests/'):], 'run': ['/usr/bin/python3', script],
                  'limit': SCRIPT_LIMIT_S, 'waits': '/system/' in script} for script in scripts]

    def write(target, source, env):
        with open(str(target[0]), 'w') as file:
            file.write(source[0].get_contents().decode())

    made = env.Command('#build/tests.json', env.Value(json.dumps(manifest, indent=1)), S.Action(write, '$GENCOMSTR'))
    env.Alias('test-programs', [made, *needs])
    words = ['%s=%s' % pair for pair in S.ARGUMENTS.items() if pair[0] in ('filter', 'update_golden')]
    run = env.Command('#build/tests.ran', [made, env.Alias('test-programs')], S.Action(
        ' '.join(['/usr/bin/python3 tests/support/run_tests.py build/tests.json', *words]), ' '))
    env.AlwaysBuild(run)
    env.Alias('test', run)


def generate(env):
    env['UNIT_TESTS'] = Found()
    env.AddMethod(unit_test, 'UnitTest')
    env.AddMethod(run_all, 'Tests')


class Found(list):
    """One for all variants: Clone() copies a plain list."""


def exists(env):
    return True
