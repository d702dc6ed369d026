"""The build machine: a Linux process."""
import subprocess


def loadable(env):
    """Shared objects. What the dynamic linker reads is checked before it does (shared_object.c): there is no more than needed."""
    include = subprocess.run(['gcc', '-print-file-name=include'], capture_output=True, text=True).stdout.strip()
    env.Replace(
        LOADABLE_SUFFIX='.so', LOADABLE_STRIP='strip -o $TARGET $SOURCE', LOADABLE_NM='nm --dynamic',
        LOADABLE_LINK='$CC -shared -nostdlib -Wl,--gc-sections,--hash-style=sysv,--build-id=none,--no-eh-frame-hdr,-z,now,'
                      '-z,relro,-z,noseparate-code,-z,noexecstack -o $TARGET $SOURCES -lgcc',
        LOADABLE_CCFLAGS=['-fPIC', '-fvisibility=hidden', '-ffunction-sections', '-fdata-sections', '-fno-stack-protector',
                          '-fcf-protection=none', '-fno-asynchronous-unwind-tables'],
        # a component sees the headers that it sees in a kernel
        COMPONENT_CCFLAGS=['-ffreestanding', '-nostdinc', '-isystem', include])


def configure(env):
    env.Append(CPPDEFINES=['_GNU_SOURCE'])
    if env['VARIANT'] == 'linux':
        loadable(env)
    if env['VARIANT'] != 'host':
        # every program on libmmlite exports what components that it loads may call
        env.Append(LINKFLAGS=['-Wl,--dynamic-list=$EXPORT_LIST'], EXPORTS='$OS_LIB/exports.txt', CPPPATH=['$ARCH/include'])
    if env['VARIANT'] in ('linux', 'host', 'sim-fast'):
        env.Append(CCFLAGS=['-O2'])
    else:
        env.Append(CCFLAGS=['-O1', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
                   LINKFLAGS=['-fsanitize=address,undefined'],
                   CPPPATH=['#tests/support/kernel'],  # the kernel's components on a fake machine
                   QUICK_CCFLAGS=['-Og'])  # of tests, proxies and stubs: what takes long is that there are so many
