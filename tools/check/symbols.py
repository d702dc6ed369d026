"""Undefined symbols: the freestanding core needs next to nothing, a component only what every loader provides."""
import glob
import os
import re
import subprocess

import rules
from findings import Finding

DEFINED = re.compile(r'^[0-9a-f]+ [A-TV-Z] (\S+)', re.M | re.I)
UNDEFINED = re.compile(r'^\s+U (\S+)(?:\t(\S+):(\d+))?', re.M)
INTERFACE = re.compile(r'I[A-Z]\w*_(interface|type_info)')


def symbols_of(root, nm, path):
    """(defined names, [(undefined name, source, line)]) of an object file or archive."""
    text = subprocess.run([nm, '-l', path], capture_output=True, text=True, check=True).stdout
    base = os.path.abspath(root) + '/'
    undefined = [(name, file[len(base):] if file.startswith(base) else file, int(line or 0))
                 for name, file, line in UNDEFINED.findall(text)]
    return {name for name in DEFINED.findall(text)}, undefined


def exports_of(root):
    """The names in the list of exports, apart by white space; # begins a comment."""
    with open(os.path.join(root, rules.EXPORTS)) as file:
        return {name for line in file for name in line.split('#')[0].split()}


def check_core(root, variant, nm):
    """rpc/core and rpc/wire, with what they take from rpc/com and nanopb, need only FREESTANDING_SYMBOLS."""
    def objects_in(*folders):
        return [path for folder in folders for path in sorted(glob.glob(os.path.join(root, 'build', variant, folder, '*.o')))]

    wanted = objects_in('rpc/core', 'rpc/wire')
    if not wanted:
        return [Finding('build/' + variant, 0, 'nothing is built', 'the core is compiled for ' + variant)]
    offered = {path: symbols_of(root, nm, path) for path in objects_in('rpc/com', 'nanopb', 'gen/wire')}
    known, needed = set(rules.FREESTANDING_SYMBOLS), []
    while wanted:  # as a linker takes members of an archive
        path = wanted.pop()
        defined, undefined = offered.pop(path, None) or symbols_of(root, nm, path)
        known |= defined
        needed += [(path, *where) for where in undefined]
        wanted += [other for other, (has, _) in offered.items()
                   if other not in wanted and has & {name for name, _, _ in undefined} - known]
    return [Finding(file or os.path.relpath(path, root), line, 'needs %s in %s' % (name, variant),
                    'the core needs only %s' % ' '.join(sorted(rules.FREESTANDING_SYMBOLS)))
            for path, name, file, line in needed
            if name not in known and not name.startswith(rules.COMPILER_SYMBOLS)]


def check_components(root, variant, nm):
    """A component needs only what the list of exports has, the compiler's library, and the interfaces of idl/."""
    known = exports_of(root)
    findings = []
    for path in sorted(glob.glob(os.path.join(root, 'build', variant, 'lib', 'components', '*.a'))):
        component = os.path.basename(path)[len('lib'):-len('.a')]
        prefixes = rules.SYMBOL_PREFIXES.get(component, ()) + rules.LINKED_SYMBOLS
        defined, undefined = symbols_of(root, nm, path)
        findings += [Finding(file or os.path.relpath(path, root), line, 'component %s needs %s' % (component, name),
                             'components import what %s lists' % rules.EXPORTS)
                     for name, file, line in undefined
                     if name not in known | defined and not INTERFACE.fullmatch(name) and not name.startswith(prefixes)]
    return findings


def check_loadables(root, variant, nm):
    """A loadable image needs only what the list of exports has: that is all there is when it is loaded."""
    known = exports_of(root)
    findings = []
    for path in sorted(glob.glob(os.path.join(root, 'build', variant, '**', 'components', '*.elf'), recursive=True)):
        findings += [Finding(os.path.relpath(path, root), 0, 'needs %s' % name, 'loaders know what %s lists' % rules.EXPORTS)
                     for name, _, _ in symbols_of(root, nm, path)[1] if name not in known]
    return findings


def check_shared_objects(root):
    """A component that Linux nodes load needs only what is listed, libc's functions or not, and shows its two entries."""
    known = exports_of(root)
    findings = []
    for path in sorted(glob.glob(os.path.join(root, 'build', 'linux', '**', 'components', '*.so'), recursive=True)):
        text = subprocess.run(['nm', '-D', path], capture_output=True, text=True, check=True).stdout
        where = os.path.relpath(path, root)
        findings += [Finding(where, 0, 'needs %s' % name, 'loaders know what %s lists' % rules.EXPORTS)
                     for name, _, _ in UNDEFINED.findall(text) if name not in known]
        findings += [Finding(where, 0, 'shows %s' % name, 'a component has two entries, %s and %s' % rules.ENTRIES)
                     for name in sorted(set(DEFINED.findall(text)) ^ set(rules.ENTRIES))]
    return findings


def check(root):
    findings = check_shared_objects(root) if os.path.exists(os.path.join(root, rules.EXPORTS)) else []
    for variant, nm in rules.KERNELS.items():
        findings += check_core(root, variant, nm)
        if os.path.exists(os.path.join(root, rules.EXPORTS)):
            findings += check_components(root, variant, nm) + check_loadables(root, variant, nm)
    return findings
