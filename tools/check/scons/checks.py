"""SCons tool: Checks() makes `scons check`, Sizes() `scons size`.

Tidy leaves a stamp per file below build/check, format, whose start takes longer than its work, one per folder, so that the next
run looks only at what changed. Tidy takes each file with the flags of the first variant that compiles it.
"""
import os
import subprocess
import sys

import SCons.Script as S

sys.path.insert(0, 'tools/check')
import findings  # noqa: E402

ORDER = ['host', 'linux', 'linux-asan', 'sim', 'kernel-i386', 'kernel-armv7m']
CLANG_TAKES = ('-std=', '-W', '-D', '-I', '-m32', '-mcpu=', '-mthumb', '-fno-short-enums', '-ffreestanding')


def build_env_of(env, path):
    """The environment of the first variant that compiles a file, or None."""
    for variant in ORDER:
        node = env.File('#build/%s/%s.o' % (variant, os.path.splitext(path)[0]))
        if node.has_builder():
            return node.get_build_env()
    return None


def flags_of(env, target, source):
    """The compiler's flags of an environment, in clang's words."""
    flags = [str(flag) for flag in env.subst_list('$CFLAGS $CCFLAGS $_CCCOMCOM', target=target, source=source)[0]]
    freestanding = ['-nostdlibinc'] if '-nostdinc' in flags else []  # clang's own stdint.h, and no other
    target_words = ['--target=' + env['CLANG_TARGET']] if 'CLANG_TARGET' in env else []
    return target_words + [flag for flag in flags if flag.startswith(CLANG_TAKES)] + freestanding + [
        '-Wno-unknown-warning-option', '-Wunused-result']


def stamp(target):
    with open(str(target), 'w'):
        pass


def run_tidy(target, source, env):
    done = subprocess.run(['clang-tidy', '--quiet', str(source[0]), '--', *flags_of(env, target, source)], capture_output=True, text=True)
    if done.returncode:
        print(done.stdout or done.stderr)
        return 1
    return stamp(target[0])


def run_format(target, source, env):
    done = subprocess.run(['clang-format', '--dry-run', '-Werror', *map(str, source)], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr)
        return 1
    return stamp(target[0])


def run_idl_format(target, source, env):
    done = subprocess.run([str(source[1]), 'fmt', '--check', str(source[0])], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr or '%s is not laid out: build/bin/idlc fmt %s' % (source[0], source[0]))
        return 1
    return stamp(target[0])


def checks(env, needs):
    quiet = (lambda *words: None) if S.ARGUMENTS.get('verbose') else (lambda word, what='$SOURCE': '  %s %s' % (word, what))
    made, folders = [], {}
    for path in findings.sources('.'):
        folders.setdefault(os.path.dirname(path), []).append('#' + path)
        own = build_env_of(env, path) if path.endswith('.c') else None
        if own:
            tidied = own.Command('#build/check/%s.tidy' % path, '#' + path, S.Action(run_tidy, quiet('TIDY')))
            own.Depends(tidied, '#.clang-tidy')
            made += tidied
    for folder, paths in folders.items():
        formatted = env.Command('#build/check/%s/all.format' % folder, paths, S.Action(run_format, quiet('FORMAT', folder)))
        env.Depends(formatted, '#.clang-format')
        made += formatted
    for path in env.Glob('#idl/*/*.idl') + env.Glob('#examples/*/*.idl') + env.Glob('#tools/mml/new/*.idl'):
        made += env.Command('#build/check/%s.format' % path, ['#%s' % path, env['IDLC']],
                            S.Action(run_idl_format, quiet('FORMAT')))
    frozen = env.Command('#build/check/freeze', env['IDLC'], '/usr/bin/python3 -B tools/check/freeze.py')
    env.AlwaysBuild(frozen, env.Alias('freeze', frozen))
    rules = env.Command('#build/check/rules', [*needs, env['IDLC']], '/usr/bin/python3 -B tools/check/check.py')
    size = '/usr/bin/python3 -B tools/size/size.py %sbuild/kernel-i386 build/kernel-armv7m'
    goals = env.Command('#build/check/goals', needs + ['images'], size % '--check ')
    sizes = env.Command('#build/check/sizes', needs + ['images'], size % '')
    env.AlwaysBuild(rules, goals, sizes, env.Alias('check', [made, rules, goals]), env.Alias('size', sizes))


def generate(env):
    env.AddMethod(checks, 'Checks')


def exists(env):
    return True
