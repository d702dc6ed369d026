"""Cortex-M3 bare metal, with the board that it is on."""
import subprocess

CPU = ['-mcpu=cortex-m3', '-mthumb']


def configure(env):
    def ask(*words):
        return subprocess.run([tool + 'gcc', *CPU, *words], capture_output=True, text=True).stdout.strip()

    tool = 'arm-none-eabi-'
    env.Replace(CC=tool + 'gcc', CXX=tool + 'g++', AS=tool + 'as', AR=tool + 'ar', RANLIB=tool + 'ranlib',
                IDL_FORM='size')
    env.Append(
        CCFLAGS=[*CPU, '-Os', '-ffunction-sections', '-fdata-sections',
                 # for images that are linked as whole programs; others take the code beside it
                 '-flto', '-ffat-lto-objects',
                 # what these do makes it larger, without making it faster
                 '-fno-expensive-optimizations', '-fno-move-loop-invariants', '-fno-section-anchors', '-fno-schedule-insns2',
                 # no header but the compiler's own and os/lib/include
                 '-ffreestanding', '-nostdinc', '-isystem', ask('-print-file-name=include'),
                 # no tables for unwinding; enums as large as everywhere else
                 '-fno-unwind-tables', '-fno-asynchronous-unwind-tables', '-fno-short-enums',
                 # uint32_t is a long here, as large as the int that formats say: they are checked where it is one
                 '-Wno-format',
                 # a loop in memcpy is not made a call of memcpy; method tables are seen through their bases
                 '-fno-tree-loop-distribute-patterns', '-fno-strict-aliasing'],
        ASFLAGS=CPU,
        CPPPATH=['$OS_LIB/include'],
        LINKFLAGS=[*CPU, '-fno-lto', '-nostdlib', '-static', '-Wl,--gc-sections', '-Wl,--build-id=none',
                   # the compiler's own library was made for short enums, and has none; nor does it say that no stack is code
                   '-Wl,--no-enum-size-warning', '-Wl,-z,noexecstack', '-Wl,-z,max-page-size=16',
                   '-Wl,-L,os/boards/mps2_an385', '-Wl,-T,os/arch/armv7m/link.ld'],
        LINK_SCRIPTS=['os/arch/armv7m/link.ld', 'os/boards/mps2_an385/memory.ld'],
        NIC='lan9118', EMULATOR='qemu-system-arm', CLANG_TARGET='arm-none-eabi', EXPORTS='$OS_LIB/exports.txt',
        RUNTIME_LIBRARY=ask('-print-libgcc-file-name'), LOADABLE_SUFFIX='.elf', LOADABLE_LD=tool + 'ld --no-enum-size-warning',
        LOADABLE_OBJCOPY=tool + 'objcopy', LOADABLE_NM=tool + 'nm')
