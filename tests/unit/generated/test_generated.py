#!/usr/bin/python3
"""Generates proxies, stubs and messages from everything.idl, builds them with sanitizers and runs
generated_tests.c. Two oracles parse and write every message anew: Python's protobuf library and nanopb.
"""
import glob
import os
import subprocess
import sys
import tempfile
import threading

HERE = 'tests/unit/generated'
FLAGS = ['-g', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']
GENERATED = ['-Wconversion', '-Wshadow', '-Wmissing-prototypes']
NANOPB = 'build/third_party/nanopb'
INCLUDE = ['-Irpc/include', '-Iidl', '-Irpc/port/linux', '-I' + HERE, '-I' + NANOPB]


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def build(folder):
    """The test program, and the messages as a Python module."""
    for idl, root in (('tests/unit/generated/everything.idl', HERE), ('idl/com/unknown.idl', 'idl')):
        run('build/bin/idlc', '-I', 'idl', '-I', root, '-o', folder, idl)
    run('protoc', '-I' + folder, '--python_out=' + folder, folder + '/everything.proto')
    run('protoc', '-I' + folder, '-I' + HERE, '--nanopb_out=--quiet --options-path=%s:%s' % (HERE, folder),
        folder + '/everything.proto')
    include = INCLUDE + ['-I' + folder]
    objects = []

    def compile_one(compiler, source, *flags):
        objects.append('%s/%s.o' % (folder, os.path.basename(source)))
        run(compiler, *FLAGS, *flags, *include, '-c', source, '-o', objects[-1])

    for name in ('everything.idl.proxy.c', 'everything.idl.stub.c'):
        run('clang', '-std=c11', '-Wall', '-Wextra', '-Werror', *GENERATED, *include, '-fsyntax-only', folder + '/' + name)
        compile_one('gcc', folder + '/' + name, '-std=c11', *GENERATED)
    for name in ('fake_runtime.c', 'oracle_protobuf.c', 'oracle_nanopb.c', 'echo_object.c', 'echo_calls.c', 'generated_tests.c'):
        compile_one('gcc', HERE + '/' + name, '-std=gnu11')
    for source in sorted(glob.glob('rpc/wire/*.c')):
        compile_one('gcc', source, '-std=c11')
    for source in (NANOPB + '/pb_common.c', NANOPB + '/pb_decode.c', NANOPB + '/pb_encode.c', folder + '/everything.pb.c'):
        compile_one('gcc', source, '-std=c11')
    compile_one('g++', HERE + '/interop.cpp', '-std=c++17', '-fno-sanitize=vptr')  # C objects have no type_info
    run('g++', *FLAGS, *objects, '-lcmocka', '-o', folder + '/generated_tests')
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


def main():
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        sys.path.insert(0, folder)
        import everything_pb2
        to_oracle = os.pipe()
        from_oracle = os.pipe()
        env = dict(os.environ, ORACLE_IN=str(from_oracle[0]), ORACLE_OUT=str(to_oracle[1]), CMOCKA_MESSAGE_OUTPUT='TAP',
                   ASAN_OPTIONS='detect_leaks=1:abort_on_error=1')
        process = subprocess.Popen([program], env=env, pass_fds=(from_oracle[0], to_oracle[1]), stdin=subprocess.DEVNULL)
        os.close(to_oracle[1])
        os.close(from_oracle[0])
        thread = threading.Thread(target=oracle, daemon=True, args=(
            everything_pb2, os.fdopen(to_oracle[0]), os.fdopen(from_oracle[1], 'w')))
        thread.start()
        return process.wait()


if __name__ == '__main__':
    sys.exit(main())
