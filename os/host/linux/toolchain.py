"""The build machine: a Linux process."""


def configure(env):
    env.Append(CPPDEFINES=['_GNU_SOURCE'])
    if env['VARIANT'] != 'host':
        # every program on libmmlite exports what components that it loads may call
        env.Append(LINKFLAGS=['-Wl,--dynamic-list=build/gen/exports.list'], EXPORTS='os/lib/exports.txt',
                   CPPPATH=['#os/host/linux/include'])
    if env['VARIANT'] in ('linux', 'host'):
        env.Append(CCFLAGS=['-O2'])
    else:
        env.Append(CCFLAGS=['-O1', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
                   LINKFLAGS=['-fsanitize=address,undefined'],
                   CPPPATH=['#tests/support/kernel'])  # the kernel's components on a fake machine
