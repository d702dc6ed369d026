"""i386 bare metal, the build machine's gcc -m32. Why each flag: os/arch/i386/README.md."""
import subprocess


def configure(env):
    include = subprocess.run(['gcc', '-print-file-name=include'], capture_output=True, text=True).stdout.strip()
    env.Append(
        CCFLAGS=['-m32', '-march=i686', '-mno-sse', '-mno-mmx', '-Os', '-ffreestanding', '-nostdinc', '-isystem', include,
                 '-fno-pic', '-fno-pie', '-fno-stack-protector', '-fcf-protection=none', '-fno-asynchronous-unwind-tables',
                 '-fno-tree-loop-distribute-patterns', '-ffunction-sections', '-fdata-sections', '-fno-strict-aliasing', '-mpreferred-stack-boundary=2'],
        CXXFLAGS=['-fno-rtti', '-fno-exceptions'], ASFLAGS=['-m32'], CPPPATH=['#os/lib/include', '#os/arch/i386', '#os/boards/pc'],
        LINKFLAGS=['-m32', '-nostdlib', '-static', '-no-pie', '-Wl,--gc-sections', '-Wl,--build-id=none',
                   '-Wl,-T,os/arch/i386/link.ld'],
        LINK_SCRIPT='os/arch/i386/link.ld')
