"""Cortex-M3 bare metal: only the protocol core is compiled, so that nothing grows i386-only."""
import subprocess


def configure(env):
    compiler = 'arm-none-eabi-gcc'
    include = subprocess.run([compiler, '-print-file-name=include'], capture_output=True, text=True).stdout.strip()
    env.Replace(CC=compiler, AS='arm-none-eabi-as', AR='arm-none-eabi-ar', RANLIB='arm-none-eabi-ranlib')
    env.Append(CCFLAGS=['-mcpu=cortex-m3', '-mthumb', '-Os', '-ffreestanding', '-nostdinc', '-isystem', include,
                        '-ffunction-sections', '-fdata-sections'],
               CPPPATH=['#os/lib/include'])
