"""i386 bare metal, the build machine's gcc -m32."""
import subprocess


def configure(env):
    def ask(*words):
        return subprocess.run(['gcc', '-m32', *words], capture_output=True, text=True).stdout.strip()

    env.Replace(IDL_FORM='size')
    env.Append(
        CCFLAGS=['-m32', '-march=i686', '-Os', '-ffunction-sections', '-fdata-sections',
                 # for images that are linked as whole programs; others take the code beside it
                 '-flto', '-ffat-lto-objects',
                 # no header but the compiler's own and os/lib/include: plain -ffreestanding still accepts <stdio.h>
                 '-ffreestanding', '-nostdinc', '-isystem', ask('-print-file-name=include'),
                 # no relocation but R_386_32 and R_386_PC32, and nothing that needs a run-time library or a thread pointer
                 '-fno-pic', '-fno-pie', '-fno-stack-protector', '-fcf-protection=none', '-fno-asynchronous-unwind-tables',
                 # threads save the x87 state only; a loop in memcpy is not made a call of memcpy
                 '-mno-sse', '-mno-mmx', '-fno-tree-loop-distribute-patterns',
                 # method tables are seen through their bases; stacks are aligned to words
                 '-fno-strict-aliasing', '-mpreferred-stack-boundary=2'],
        ASFLAGS=['-m32'],
        CPPPATH=['$OS_LIB/include'],
        LINKFLAGS=['-m32', '-fno-lto', '-nostdlib', '-static', '-no-pie', '-Wl,--gc-sections', '-Wl,--build-id=none',
                   '-Wl,-T,os/arch/i386/link.ld'],
        LINK_SCRIPTS=['os/arch/i386/link.ld'],
        NIC='ne2k_isa', EMULATOR='qemu-system-i386', EXPORTS='$OS_LIB/exports.txt',
        RUNTIME_LIBRARY=ask('-print-libgcc-file-name'), LOADABLE_SUFFIX='.elf', LOADABLE_LD='ld -m elf_i386',
        LOADABLE_OBJCOPY='objcopy', LOADABLE_NM='nm')
