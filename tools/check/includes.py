"""Who may include whom: every #include of the tree against the table in rules.py."""
import fnmatch
import glob
import os
import re

import rules
from findings import Finding, sources

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def name_of(root, file, quote, text):
    """What an #include means: a path of the tree, idl/x.idl, or a class of rules.py."""
    if quote == '"':
        own = os.path.normpath(os.path.join(os.path.dirname(file), text))
        if os.path.exists(os.path.join(root, own)):
            return own
    if text in rules.FREESTANDING | rules.HOSTED:
        return rules.C if text in rules.FREESTANDING else rules.SYSTEM
    if text.endswith('.pb.h') or re.fullmatch(r'pb(_\w+)?\.h', text):
        return rules.NANOPB
    if text.endswith('.idl.h'):
        name = text[:-len('.h')]
        beside = [path for folder in ('examples', 'tests/components') for path in glob.glob(os.path.join(root, folder, '*', name))]
        return os.path.relpath(beside[0], root) if beside else 'idl/' + name
    for pattern in [file.split('/')[0], *rules.INCLUDE_ROOTS]:
        found = glob.glob(os.path.join(root, pattern, text))
        if found:
            return os.path.relpath(found[0], root)
    return rules.SYSTEM


def check_file(root, path):
    rule = next((rule for rule in rules.INCLUDES if fnmatch.fnmatch(path, rule[0])), None)
    if not rule:
        return []
    _, allowed, words = rule
    found = []
    with open(os.path.join(root, path), errors='replace') as file:
        for number, line in enumerate(file, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            name = name_of(root, path, *match.groups())
            own = os.path.dirname(name) == os.path.dirname(path) or name.startswith(os.path.dirname(path) + '/')
            if own or any(fnmatch.fnmatch(name, pattern) for pattern in allowed):
                continue
            what = '<%s> is %s' % (match.group(2), name) if name == rules.SYSTEM else 'includes %s' % name
            found.append(Finding(path, number, what, words))
    return found


def check(root):
    return [finding for path in sources(root) for finding in check_file(root, path)]
