"""SCons tool: Idl() makes the products of one .idl, IdlTree() those of all below a folder, Nanopb() control messages."""
import os
import re

import SCons.Script as S

IMPORT = re.compile(r'^\s*import\s+((?:"[^"]+"\s*,?\s*)+);', re.M)


def _imports(node, env, path):
    """The files that an .idl imports, so that a change of one rebuilds the other."""
    text = node.get_text_contents()
    found = []
    for name in re.findall(r'"([^"]+)"', ' '.join(IMPORT.findall(text))):
        for root in ('idl', os.path.dirname(str(node.srcnode()))):
            if os.path.exists(os.path.join(root, name)):
                found.append(env.File('#' + os.path.join(root, name)))
                break
    return found


def idl(env, root, name):
    """root/name.idl -> $GENDIR/name.idl.h, .idl.proxy.c, .idl.stub.c and .proto; once, whatever variant asks."""
    known = env['IDL_PRODUCTS']
    if (root, name) not in known:
        targets = ['$GENDIR/' + name + suffix for suffix in ('.idl.h', '.idl.proxy.c', '.idl.stub.c', '.proto')]
        made = env.Command(targets, '#%s/%s.idl' % (root, name), S.Action(
            '${IDLC.abspath} -I idl -I %s -o build/gen ${SOURCE}' % root, '$IDLCOMSTR'),
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
    env.AddMethod(idl, 'Idl')
    env.AddMethod(idl_tree, 'IdlTree')
    env.AddMethod(nanopb, 'Nanopb')


def exists(env):
    return True
