"""SCons tool: Idl() makes the products of one .idl, IdlTree() those of all below a folder, Nanopb() control messages.

$IDL_ROOT is the folder with the interfaces of every node, which every .idl may import; $GENDIR is where products go.
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


def idl(env, root, name):
    """root/name.idl -> $GENDIR/name.idl.h, .idl.proxy.c, .idl.stub.c and .proto; once, whatever variant asks."""
    known = env['IDL_PRODUCTS']
    if (root, name) not in known:
        targets = ['$GENDIR/' + name + suffix for suffix in ('.idl.h', '.idl.proxy.c', '.idl.stub.c', '.proto')]
        made = env.Command(targets, env.IdlSource(root, name), S.Action(
            '${IDLC.abspath} -I $IDL_ROOT -I %s -o ${GENDIR.path} ${SOURCE}' % root, '$IDLCOMSTR'), GENDIR=env.Dir(env['GENDIR']),
            source_scanner=S.Scanner(function=_imports, skeys=['.idl'], recursive=True))
        env.Depends(made, env['IDLC'])
        known[(root, name)] = made
    return known[(root, name)]


def idl_tree(env, root):
    for folder in sorted(os.listdir(root)):
        if os.path.isdir(os.path.join(root, folder)):
            for file in sorted(os.listdir(os.path.join(root, folder))):
                if file.endswith('.idl'):
                    env.Idl(root, folder + '/' + file[:-len('.idl')])


def nanopb(env, name):
    """idl/name.proto and name.options -> $GENDIR/name.pb.c and .pb.h"""
    env['NANOPB_SOURCES'] = env.Command(
        ['$GENDIR/%s.pb.c' % name, '$GENDIR/%s.pb.h' % name], ['#idl/%s.proto' % name, '#idl/%s.options' % name],
        S.Action('protoc -Iidl "--nanopb_out=--quiet --options-path=idl:build/gen" ${SOURCE}', '$GENCOMSTR'))


class Products(dict):
    """One for all variants: the generated files are the same. (Clone() copies a plain dict.)"""


def generate(env):
    env['IDL_PRODUCTS'] = Products()
    env.AddMethod(find_idl, 'FindIdl')
    env.AddMethod(idl_source, 'IdlSource')
    env.AddMethod(idl, 'Idl')
    env.AddMethod(idl_tree, 'IdlTree')
    env.AddMethod(nanopb, 'Nanopb')


def exists(env):
    return True
