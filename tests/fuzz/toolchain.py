"""clang, for libFuzzer: a Linux process that counts which code ran, under ASan and UBSan."""


def configure(env):
    env.Replace(CC='clang', CXX='clang++', LINK='clang')
    env.Append(CPPDEFINES=['_GNU_SOURCE'],
               CCFLAGS=['-O1', '-fno-omit-frame-pointer', '-fsanitize=fuzzer-no-link,address,undefined', '-fno-sanitize-recover=all',
                        '-Wno-unknown-warning-option',  # those that only gcc has
                        '-gline-tables-only'],
               QUICK_CCFLAGS=['-O0'],
               LINKFLAGS=['-fsanitize=address,undefined'])
