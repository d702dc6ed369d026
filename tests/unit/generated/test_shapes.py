#!/usr/bin/python3
"""Unions, and structs with pointers: generates proxies, stubs and messages from shapes.idl in both forms, builds them with
sanitizers and runs shapes/shapes_tests.c. Every message is parsed and written anew by Python's protobuf library, nanopb,
protobuf-c, and as `mml call` does it with type information."""
import glob
import os
import sys
import tempfile

from test_generated import FLAGS, HERE, INCLUDE, NANOPB, REFLECT, run, run_beside_oracle

WALKER = sorted(glob.glob('rpc/wire/*.c') + glob.glob('rpc/runtime/table*.c') + glob.glob('rpc/runtime/shape*.c') +
                ['rpc/runtime/results.c', 'rpc/com/bstr.c'])
RENAMED = ['-D%s_%s=%s_table_%s' % (name, part, name, part) for name in ('IShapes', 'IHalves')
           for part in ('interface', 'stub', 'methods')] + ['-DAsyncIHalves_create=AsyncIHalves_table_create']
# Everything behind pointers: nanopb's structs have no size otherwise where messages contain themselves.
OPTIONS = 'mmlite.* type:FT_POINTER\n'


def for_protobuf_c(text):
    """In proto2, because Debian's protoc-c does not know `optional` of proto3; arms of a oneof have no label in either."""
    lines = []
    in_oneof = in_message = False
    for line in text.replace('"proto3"', '"proto2"').splitlines():
        words = line.split()
        if words[:1] in (['oneof'], ['message']):
            in_oneof, in_message = words[0] == 'oneof', True
        elif words[:1] == ['enum']:
            in_message = False
        elif words[:1] == ['}']:
            in_oneof = False
        elif in_message and not in_oneof and ' = ' in line and words[0] not in ('optional', 'repeated', '//'):
            line = line.replace(words[0], 'optional ' + words[0], 1)
        lines.append(line)
    return '\n'.join(lines) + '\n'


def generate(folder):
    for form, option in ((folder, '--optimize=speed'), (folder + '/table', '--optimize=size')):
        for idl, root in ((HERE + '/shapes.idl', HERE), ('idl/com/unknown.idl', 'idl')):
            run('build/bin/idlc', option, '-I', 'idl', '-I', root, '-o', form, idl)
    for idl in 'idl/rpc/type_info.idl', 'idl/com/namespace.idl':  # of tools/reflect
        run('build/bin/idlc', '-I', 'idl', '-o', folder, '--emit=header', idl)
    run('protoc', '-Iidl', '--c_out=' + folder, 'idl/wire/typeinfo.proto')
    with open(folder + '/shapes.options', 'w') as file:
        file.write(OPTIONS)
    run('protoc', '-I' + folder, '--python_out=' + folder, folder + '/shapes.proto')
    run('protoc', '-I' + folder, '--nanopb_out=--quiet --options-path=%s:%s' % (folder, folder), folder + '/shapes.proto')
    os.mkdir(folder + '/protobuf_c')
    with open(folder + '/shapes.proto') as file, open(folder + '/protobuf_c/shapes.proto', 'w') as to:
        to.write(for_protobuf_c(file.read()))
    run('protoc', '-I' + folder + '/protobuf_c', '--c_out=' + folder + '/protobuf_c', 'shapes.proto')


def build(folder):
    generate(folder)
    include = INCLUDE + ['-I' + folder, '-I' + folder + '/protobuf_c', '-DPB_ENABLE_MALLOC']
    objects = []

    def compile_one(source, *flags):
        objects.append('%s/%d.o' % (folder, len(objects)))
        run('gcc', *FLAGS, *flags, *include, '-c', source, '-o', objects[-1])

    for form, renamed in ((folder, []), (folder + '/table', RENAMED)):
        for name in ('shapes.idl.proxy.c', 'shapes.idl.stub.c'):
            compile_one(form + '/' + name, '-std=c11', *renamed)
    for source in sorted(glob.glob(HERE + '/shapes/*.c')) + [HERE + '/fake_runtime.c', HERE + '/oracle_protobuf.c']:
        compile_one(source, '-std=gnu11')
    for source in REFLECT + [HERE + '/oracle_reflect.c', folder + '/shapes.idl.typeinfo-docs.c', folder + '/wire/typeinfo.pb-c.c']:
        compile_one(source, '-std=gnu11', '-Itools', '-DORACLE_TYPE_INFO=IShapes_type_info')
    for source in WALKER + [NANOPB + '/pb_common.c', NANOPB + '/pb_decode.c', NANOPB + '/pb_encode.c', folder + '/shapes.pb.c',
                            folder + '/protobuf_c/shapes.pb-c.c']:
        compile_one(source, '-std=c11')
    run('gcc', *FLAGS, *objects, '-lcmocka', '-lprotobuf-c', '-ljansson', '-lm', '-o', folder + '/shapes_tests')
    return folder + '/shapes_tests'


def main():
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        sys.path.insert(0, folder)
        import shapes_pb2
        return run_beside_oracle(program, shapes_pb2)


if __name__ == '__main__':
    sys.exit(main())
