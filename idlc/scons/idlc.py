"""SCons tool: Idl() makes the products of one .idl, IdlTree() those of all below a folder, Nanopb() and ProtobufC() messages.

$IDL_ROOT is the folder with the interfaces of every node, which every .idl may import; $GENDIR is where products go. $IDL_FORM
is what proxies and stubs of a machine are optimised for, 'speed' or 'size', unless its toolchain says so 'speed'.
"""
import os
import re

import SCons.Script as S

IMPORT = re.compile(r'^\s*import\s+((?:"[^"]+"\s*,?\s*)+);', re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">\n]+)[">]', re.M)


def _imports(node, env, path):
    """The files that an .idl imports or includes, so that a change of one rebuilds the other."""
    text = node.get_text_contents()
    found = []
    for name in re.findall(r'"([^"]+)"', ' '.join(IMPORT.findall(text))) + INCLUDE.findall(text):
        for root in (env['IDL_ROOT'], os.path.dirname(node.srcnode().abspath)):
            file = env.Dir('#').Dir(root).File(name)
            if os.path.exists(file.abspath):
                found.append(file)
                break
    return found


def find_idl(env, name):
    """(root, name) of an .idl beside the SConscript, or below $IDL_ROOT."""
    own = env.Dir('.').srcnode()
    if os.path.exists(os.path.join(own.abspath, name + '.idl')):
        return os.path.relpath(own.abspath, env.Dir('#').abspath), name
    return env['IDL_ROOT'], name


def idl_source(env, root, name):
    """The node of root/name.idl."""
    return env.Dir('#').Dir(root).File(name + '.idl')


# Below $GENDIR, what is made for each --optimize=FORM: its folder, the files, and how idlc calls them. All else is the same.
FORMS = {
    'speed': ('', ('.idl.h', '.idl.proxy.c', '.idl.stub.c', '.idl.typeinfo.c', '.idl.typeinfo-docs.c', '.proto'),
              'header,proxy,stub,typeinfo,typeinfo-docs,proto'),
    'size': ('/small', ('.idl.proxy.c', '.idl.stub.c', '.idl.typeinfo.c', '.idl.typeinfo-docs.c'),
             'proxy,stub,typeinfo,typeinfo-docs'),
}


def idl(env, root, name, form='speed'):
    """root/name.idl -> $GENDIR/name.idl.h and its other products, beside them with the form 'size' the other .idl.proxy.c and
    .idl.stub.c, which are returned with the type information; once, whatever variant asks."""
    known = env['IDL_PRODUCTS']
    if form != 'speed':
        idl(env, root, name)  # the header
    if (root, name, form) not in known:
        folder, suffixes, products = FORMS[form]
        command = '${IDLC.abspath} --optimize=%s --emit=%s -I $IDL_ROOT -I %s -o ${GENDIR.path}%s ${SOURCE}'
        made = env.Command(
            ['$GENDIR%s/%s%s' % (folder, name, suffix) for suffix in suffixes], env.IdlSource(root, name),
            S.Action(command % (form, products, root, folder), '$IDLCOMSTR'), GENDIR=env.Dir(env['GENDIR']),
            source_scanner=S.Scanner(function=_imports, skeys=['.idl'], recursive=True))
        env.Depends(made, env['IDLC'])
        known[(root, name, form)] = made
    return known[(root, name, form)]


def idl_tree(env, root):
    for folder in sorted(os.listdir(root)):
        if os.path.isdir(os.path.join(root, folder)):
            for file in sorted(os.listdir(os.path.join(root, folder))):
                if file.endswith('.idl'):
                    for form in FORMS:
                        env.Idl(root, folder + '/' + file[:-len('.idl')], form)


def nanopb(env, name):
    """idl/name.proto and name.options -> $GENDIR/name.pb.c and .pb.h"""
    env['NANOPB_SOURCES'] = env.Command(
        ['$GENDIR/%s.pb.c' % name, '$GENDIR/%s.pb.h' % name], ['#idl/%s.proto' % name, '#idl/%s.options' % name],
        S.Action('protoc -Iidl "--nanopb_out=--quiet --options-path=idl:build/gen" ${SOURCE}', '$GENCOMSTR'))


def protobuf_c(env, name):
    """idl/name.proto for protobuf-c: $GENDIR/name.pb-c.h, and the object that goes with it."""
    known = env['PROTOBUF_C_SOURCES']
    if name not in known:
        known[name] = env.Command(['$GENDIR/%s.pb-c.c' % name, '$GENDIR/%s.pb-c.h' % name], '#idl/%s.proto' % name,
                                  S.Action('protoc -Iidl --c_out=build/gen ${SOURCE}', '$GENCOMSTR'))
    third = env.Clone(CCFLAGS=env['CCFLAGS'] + ['-w'])  # not our source
    return third.Object('$BUILD/gen/%s.pb-c.o' % name, known[name][0])


class Products(dict):
    """One for all variants: the generated files are the same. (Clone() copies a plain dict.)"""


def generate(env):
    env['IDL_PRODUCTS'] = Products()
    env['PROTOBUF_C_SOURCES'] = Products()
    env.SetDefault(IDL_FORM='speed')
    env.AddMethod(find_idl, 'FindIdl')
    env.AddMethod(idl_source, 'IdlSource')
    env.AddMethod(idl, 'Idl')
    env.AddMethod(idl_tree, 'IdlTree')
    env.AddMethod(nanopb, 'Nanopb')
    env.AddMethod(protobuf_c, 'ProtobufC')


def exists(env):
    return True
