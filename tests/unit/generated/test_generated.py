#!/usr/bin/python3
"""Generates proxies, stubs and messages from everything.idl in both forms (straight-line, and tables of --optimize=size),
builds them with sanitizers and runs generated_tests.c. Oracles parse and write every message anew: Python's protobuf
library, nanopb, protobuf-c, and what makes messages of type information.

What is generated must also compile without a warning as C11, with gcc and clang, and its headers as C++17; and
clang-format must leave it as it is. The same is asked of what is generated from every .idl of the project.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
import threading

HERE = 'tests/unit/generated'
FLAGS = ['-g', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']
STRICT = ['-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wshadow', '-Wmissing-prototypes']
NANOPB = 'build/third_party/nanopb'
INCLUDE = ['-Irpc/include', '-Iidl', '-Irpc/port/linux', '-I' + HERE, '-I' + NANOPB]
WALKER = sorted(glob.glob('rpc/wire/*.c') + glob.glob('rpc/runtime/table*.c') + ['rpc/runtime/results.c', 'rpc/com/bstr.c'])
REFLECT = sorted(glob.glob('tools/reflect/*.c')) + ['rpc/com/results.c']
# The tables' proxies and stubs get names of their own, so that one program has both forms.
RENAMED = ['-D%s_%s=%s_table_%s' % (interface, part, interface, part)
           for interface in ('IEcho', 'IEverything') for part in ('interface', 'stub', 'methods')] + [
    '-DIEverything_%s=IEverything_table_%s' % (name, name) for name in ('RemoteSum_Proxy', 'Sum_Proxy', 'Sum_Stub')]


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def for_protobuf_c(folder):
    """Messages in proto2, because Debian's protoc-c does not know `optional` of proto3. Their bytes are the same, but
    repeated numbers are not packed: readers take both."""
    def fields(message):
        return re.sub(r'^  (?!optional|repeated|//)', '  optional ', message.group(), flags=re.M)

    with open(folder + '/everything.proto') as file:
        text = file.read().replace('"proto3"', '"proto2"')
    os.mkdir(folder + '/protobuf_c')
    with open(folder + '/protobuf_c/everything.proto', 'w') as file:
        file.write(re.sub(r'^message \w+ \{$.*?^\}', fields, text, flags=re.M | re.S))
    run('protoc', '-I' + folder + '/protobuf_c', '--c_out=' + folder + '/protobuf_c', 'everything.proto')


def generate(folder):
    for form, option in ((folder, '--optimize=speed'), (folder + '/table', '--optimize=size')):
        for idl, root in (('tests/unit/generated/everything.idl', HERE), ('idl/com/unknown.idl', 'idl')):
            run('build/bin/idlc', option, '-I', 'idl', '-I', root, '-o', form, idl)
    for idl in 'idl/rpc/type_info.idl', 'idl/com/namespace.idl':  # of tools/reflect
        run('build/bin/idlc', '-I', 'idl', '-o', folder, '--emit=header', idl)
    run('protoc', '-Iidl', '--c_out=' + folder, 'idl/wire/typeinfo.proto')
    run('protoc', '-I' + folder, '--python_out=' + folder, folder + '/everything.proto')
    run('protoc', '-I' + folder, '-I' + HERE, '--nanopb_out=--quiet --options-path=%s:%s' % (HERE, folder),
        folder + '/everything.proto')
    for_protobuf_c(folder)


def build(folder):
    """The test program, and the messages as a Python module."""
    generate(folder)
    include = INCLUDE + ['-I' + folder, '-I' + folder + '/protobuf_c']
    objects = []

    def compile_one(compiler, source, *flags):
        objects.append('%s/%d.o' % (folder, len(objects)))
        run(compiler, *FLAGS, *flags, *include, '-c', source, '-o', objects[-1])

    for form, renamed in ((folder, []), (folder + '/table', RENAMED)):
        for name in ('everything.idl.proxy.c', 'everything.idl.stub.c'):
            compile_one('gcc', form + '/' + name, '-std=c11', *renamed)
        compile_one('gcc', HERE + '/call_as.c', '-std=c11', *renamed)
    sources = set(glob.glob(HERE + '/*.c')) - {HERE + '/call_as.c'}
    for source in sorted(sources) + REFLECT + [folder + '/everything.idl.typeinfo-docs.c', folder + '/wire/typeinfo.pb-c.c']:
        compile_one('gcc', source, '-std=gnu11', '-Itools')
    for source in WALKER + [NANOPB + '/pb_common.c', NANOPB + '/pb_decode.c', NANOPB + '/pb_encode.c', folder + '/everything.pb.c',
                            folder + '/protobuf_c/everything.pb-c.c']:
        compile_one('gcc', source, '-std=c11')
    compile_one('g++', HERE + '/interop.cpp', '-std=c++17', '-fno-sanitize=vptr')  # C objects have no type_info
    run('g++', *FLAGS, *objects, '-lcmocka', '-lprotobuf-c', '-ljansson', '-lm', '-o', folder + '/generated_tests')
    return folder + '/generated_tests'


def oracle(messages, requests, answers):
    """Answers "Message hex" with the hex of what the library writes after it parsed that."""
    for line in requests:
        name, _, data = line.rstrip('\n').partition(' ')
        try:
            message = getattr(messages, name)()
            message.ParseFromString(bytes.fromhex(data))
            answer = message.SerializeToString().hex()
        except Exception as error:  # the program under test prints it and ends
            answer = '! %s: %s' % (name, error)
        answers.write(answer + '\n')
        answers.flush()


def run_beside_oracle(program, messages):
    """Runs a test program; the Python module answers for Google's library. Returns the exit code."""
    to_oracle = os.pipe()
    from_oracle = os.pipe()
    env = dict(os.environ, ORACLE_IN=str(from_oracle[0]), ORACLE_OUT=str(to_oracle[1]), CMOCKA_MESSAGE_OUTPUT='TAP',
               ASAN_OPTIONS='detect_leaks=1:abort_on_error=1')
    process = subprocess.Popen([program], env=env, pass_fds=(from_oracle[0], to_oracle[1]), stdin=subprocess.DEVNULL)
    os.close(to_oracle[1])
    os.close(from_oracle[0])
    thread = threading.Thread(target=oracle, daemon=True, args=(
        messages, os.fdopen(to_oracle[0]), os.fdopen(from_oracle[1], 'w')))
    thread.start()
    return process.wait()


def main():
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        sys.path.insert(0, folder)
        import everything_pb2
        return run_beside_oracle(program, everything_pb2)


if __name__ == '__main__':
    sys.exit(main())
