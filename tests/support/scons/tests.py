"""SCons tool: UnitTest() builds a CMocka program, Tests() runs what was found. Nothing is registered by hand."""
import json
import os

import SCons.Script as S


def unit_test(env, source, libraries, cpppath=()):
    """build/<variant>/tests/.../test_name"""
    target = '$BUILD/' + os.path.splitext(str(source))[0]
    own = env.Clone()
    own.Append(CPPPATH=['#tests/support', '#rpc/core', '#os/components', *cpppath])
    program = own.Program(target, own.Object(target + '.o', '#' + str(source)),
                          LIBS=[*libraries, 'cmocka', 'uv', 'pthread'])
    env['UNIT_TESTS'].append((os.path.splitext(str(source))[0][len('tests/'):], program[0]))
    return program


def run_all(env, scripts, needs):
    """`scons test`: the manifest, then tests/support/run_tests.py on it."""
    programs = sorted(env['UNIT_TESTS'])
    manifest = [{'name': name, 'run': [str(program)], 'limit': 120} for name, program in programs]
    manifest += [{'name': os.path.splitext(str(script))[0][len('tests/'):], 'run': ['/usr/bin/python3', str(script)],
                  'limit': 600, 'serial': '/system/' in str(script)} for script in scripts]

    def write(target, source, env):
        with open(str(target[0]), 'w') as file:
            json.dump(manifest, file, indent=1)

    made = env.Command('#build/tests.json', [], S.Action(write, '$GENCOMSTR'))
    env.Depends(made, env.Value(json.dumps(manifest)))
    run = env.Command('#build/tests.ran', made, S.Action(
        '/usr/bin/python3 tests/support/run_tests.py build/tests.json ' + S.ARGUMENTS.get('filter', ''), ''))
    env.Depends(run, [program for _, program in programs] + list(needs))
    env.AlwaysBuild(run)
    env.Alias('test', run)


def generate(env):
    env['UNIT_TESTS'] = []
    env.AddMethod(unit_test, 'UnitTest')
    env.AddMethod(run_all, 'Tests')


def exists(env):
    return True
