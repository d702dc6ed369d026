"""What the checks enforce, as tables. The prose is in README.md, beside each reason.

A file is described by the pattern of INCLUDES that matches its folder (the first one wins). What it includes has a
name: the path of a header in this tree, `idl/x.idl` for a generated header, or one of the classes below.
"""

# Where <x.h> is looked for, in this order.
INCLUDE_ROOTS = ['rpc/include', 'rpc', 'idl', 'transports', 'net', 'os', 'os/components', 'os/lib/include', 'os/arch/*',
                 'os/boards/*', 'rpc/port/*', 'rpc/core', 'net/lwip_port', 'idlc', 'tests/support', 'examples/*', 'tests/components/*', '']

FREESTANDING = {'assert.h', 'float.h', 'limits.h', 'stdalign.h', 'stdarg.h', 'stdatomic.h', 'stdbool.h', 'stddef.h',
                'stdint.h', 'stdnoreturn.h', 'string.h'}

HOSTED = {'complex.h', 'ctype.h', 'errno.h', 'fenv.h', 'inttypes.h', 'locale.h', 'math.h', 'setjmp.h', 'signal.h', 'stdio.h',
          'stdlib.h', 'threads.h', 'time.h', 'uchar.h', 'wchar.h', 'wctype.h'}

C = 'freestanding C'        # FREESTANDING
SYSTEM = 'a system header'  # anything else that is not of this tree
NANOPB = 'nanopb'           # pb*.h and generated *.pb.h

COM = ['rpc/include/com.h', 'rpc/include/com_impl.h', 'rpc/include/com_names.h']
WIRE = ['rpc/include/wire*.h', 'rpc/include/rpc_types.h', 'rpc/include/rpc_frame.h']
PUBLIC = COM + ['rpc/include/component.h', 'rpc/include/rpc.h', 'rpc/include/rpc_dynamic.h',
                'rpc/include/mmlite.h', 'idl/errors.def']
GENERATED = ['idl/*']
COMPONENT = [C, *GENERATED, *COM, 'rpc/include/component.h', 'os/lib/include/os_*.h']

# The components that a kernel begins with, and those of test images: linked, never loaded, and the only ones that call
# the processor and the board.
MACHINE_COMPONENTS = ['config', 'console', 'heap', 'icu', 'startup', 'synchro', 'threads', 'timer', 'ne2k_isa', 'lan9118',
                      'hello', 'kernel_test', 'panic_test']
# What a component may import by prefix, beside os/lib/exports.txt: these wrap a library or the machine as an object.
SYMBOL_PREFIXES = {'lwip': ('lwip_network_',), 'demand': ('port_',), 'demand_alone': ('port_',), 'loader': ('arch_', 'os_export'),
                   'romfs': ('board_', 'linked_romfs'), 'rpc': ('rpc_node_', 'tcp_transport_', 'udp_transport_', 'linked_components'),
                   'udp': ('udp_network_',), 'observe': ('rpc_observe',), 'introduce': ('rpc_introduce',),
                   **{name: ('arch_', 'board_', 'kernel_') for name in MACHINE_COMPONENTS}}

# (files, what they may include beside their own folder, the rule in words)
INCLUDES = [
    ('rpc/include/*', [C, *GENERATED, 'rpc/include/*', 'rpc/port/*/port_types.h'],
     'the headers of rpc/include know each other, idl/ and the port\'s types'),
    ('rpc/com/*', [C, 'idl/com/*', 'idl/errors.def', *COM, 'rpc/include/component.h'], 'rpc/com may use idl/com'),
    ('rpc/core/*', [C, NANOPB, *GENERATED, *COM, *WIRE, 'rpc/wire/*'],
     'rpc/core may use idl/, rpc/com and nanopb: it has no port, socket, thread or clock'),
    ('rpc/wire/*', [C, NANOPB, *GENERATED, *COM, *WIRE],
     'rpc/wire may use idl/, rpc/com and nanopb'),
    ('rpc/runtime/*', [C, *GENERATED, 'rpc/include/*', 'rpc/core/*', 'rpc/wire/*'],
     'rpc/runtime may use rpc/{com,core,wire}, port.h and the link interface'),
    ('transports/*', [C, *GENERATED, 'rpc/include/*', 'transports/stream/*'],
     'transports may use idl/ and rpc/include; sockets only through the socket interface'),
    ('os/components/startup/*', [*COMPONENT, 'os/lib/include/arch.h', 'rpc/include/port.h', 'rpc/port/os/port_os.h'],
     'startup puts the kernel\'s port together from interfaces; beside those it sees arch.h'),
    *[('os/components/%s/*' % name, [*COMPONENT, 'os/lib/include/arch.h'],
       'components of the machine see generated interfaces, com.h, the component entry and arch.h')
      for name in MACHINE_COMPONENTS],
    ('os/components/rpc/*', [*COMPONENT, 'rpc/include/rpc.h', 'transports/*'],
     'the component rpc makes the runtime an object: beside interfaces it sees rpc.h and the transports'),
    *[('os/components/%s/*' % name, [*COMPONENT, 'rpc/include/rpc.h'],
       'observe and introduce each turn a part of the runtime on: they see rpc.h') for name in ('observe', 'introduce')],
    ('os/components/demand/*', [*COMPONENT, 'rpc/include/port.h'],
     'demand starts threads, on Linux nodes too: beside interfaces it sees port.h'),
    ('os/components/policy/*', [*COMPONENT, 'rpc/include/wire.h'],
     'policy finds methods in type information: beside interfaces it reads messages'),
    ('os/components/romfs/*', [*COMPONENT, 'os/lib/include/arch.h'], 'romfs sees what the boot loader left'),
    ('os/components/loader/*', [*COMPONENT, 'os/lib/include/arch_elf.h'], 'the loader sees the processor\'s relocations'),
    ('os/components/*', COMPONENT, 'components see generated interfaces, com.h and the component entry, never each other\'s headers'),
    ('net/components/ne2k_isa/*', [*COMPONENT, 'os/lib/include/arch.h', 'os/boards/pc/port_io.h'],
     'a driver sees interfaces and its bus'),
    ('net/components/lan9118/*', [*COMPONENT, 'os/lib/include/arch.h', 'os/arch/armv7m/register_io.h'],
     'a driver sees interfaces and its bus'),
    ('net/components/udp/*', [*COMPONENT, 'transports/udp/udp_network.h'],
     'the component udp makes the layer over datagrams an object'),
    ('net/components/*', [*COMPONENT, 'net/lwip_port/*'],
     'components see generated interfaces, com.h, the component entry and the library they wrap'),
    ('tests/components/*', COMPONENT, 'components of tests see what all components see'),
    ('os/images/kernel_test/*', [C, *GENERATED, 'rpc/include/*', 'os/lib/*', 'tests/components/*.idl'],
     'the kernel\'s test sees interfaces, also those of the components that it loads'),
    ('os/*', [C, SYSTEM, *GENERATED, 'rpc/include/*', 'rpc/port/*', 'os/lib/*', 'os/arch/*', 'os/boards/*', 'net/uv/*',
              'transports/*'], 'os/{arch,boards,host,lib} may use idl/, rpc/include and what they stand on'),
    ('rpc/port/*', [C, SYSTEM, *GENERATED, 'rpc/include/*', 'os/lib/*'], 'a port may use idl/, rpc/include and its host'),
    *[('net/switch/%s.[ch]' % name, [C, *GENERATED, 'rpc/include/com.h'],
       'what a switch does with frames is I/O-free: it has no socket, thread or clock')
      for name in ('engine', 'cable', 'frames', 'mac_table', 'gateway_filter')],
    ('net/*', [C, SYSTEM, *GENERATED, 'rpc/include/*'], 'net/{uv,lwip_port} may use idl/, rpc/include and their library'),
    ('tools/mml/romfs_image.c', [C, SYSTEM, *PUBLIC, 'os/lib/include/os_romfs.h'],
     'what packs a RomFS sees its layout beside public headers'),
    ('tools/size/*', [C, *GENERATED, 'rpc/include/*', 'rpc/runtime/runtime.h'], 'what is measured is seen'),
    ('tools/reflect/*', [C, SYSTEM, *GENERATED, 'tools/reflect/*', 'rpc/include/wire_size.h', *PUBLIC],
     'what calls by name computes sizes as generated code does; else it uses public headers only'),
    ('tools/*', [C, SYSTEM, *GENERATED, 'examples/*.idl', 'tools/reflect/*', *PUBLIC], 'tools use public headers only'),
    ('examples/*', [C, SYSTEM, *GENERATED, *PUBLIC], 'examples use public headers only'),
    ('benchmarks/codec/*', [C, SYSTEM, NANOPB, *GENERATED, *PUBLIC, 'benchmarks/codec/*', 'rpc/include/*'],
     'the benchmark of generated code stands for the runtime under it'),
    ('benchmarks/*', [C, SYSTEM, *GENERATED, 'examples/*.idl', *PUBLIC], 'benchmarks use public headers only'),
    ('idlc/*', [C, SYSTEM, 'idlc/*'], 'the compiler depends on nothing else of the project'),
]

# Conditional compilation: folders, and how many lines of 1000 may be #if, #ifdef or #elif there.
CONDITIONAL_FOLDERS = ['rpc', 'transports', 'os/components']
CONDITIONALS_PER_1000 = 2
PLATFORM_WORDS = {'linux', 'kernel', 'arch', 'unix', 'posix', 'windows', 'win32', 'apple', 'bsd', 'i386', 'i686', 'x86',
                  'amd64', 'arm', 'armv7m', 'thumb', 'aarch64', 'riscv', 'mips', 'hosted'}

# Undefined symbols that freestanding code may have; the compiler's own run-time library is linked wherever it is used.
FREESTANDING_SYMBOLS = {'memcpy', 'memmove', 'memset', 'memcmp', 'strlen'}
COMPILER_SYMBOLS = ('__aeabi_', '__udivmoddi4', '__udivdi3', '__umoddi3', '__divdi3', '__moddi3')
EXPORTS = 'os/lib/exports.txt'
LINKED_SYMBOLS = ('com_result_', *COMPILER_SYMBOLS)  # into components that call them, loadable ones as well
KERNELS = {'kernel-i386': 'nm', 'kernel-armv7m': 'arm-none-eabi-nm'}
# What a shared object shows.
ENTRIES = ('component_main', 'component_interfaces')
