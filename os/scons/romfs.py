"""SCons tool: Romfs() packs files into the image of a RomFS. Its layout: os/lib/include/os_romfs.h."""
import os
import struct

import SCons.Script as S

MAGIC, NAME_BYTES, ENTRY = b'MMROMFS1', 48, struct.Struct('<48sII')


def pack(files):
    """The image of (name, contents) pairs."""
    files = sorted(files)
    head = len(MAGIC) + 8 + len(files) * ENTRY.size
    table, data = b'', b''
    for name, contents in files:
        if len(name.encode()) >= NAME_BYTES:
            raise S.UserError('romfs: the name %s is longer than %d bytes' % (name, NAME_BYTES - 1))
        table += ENTRY.pack(name.encode(), head + len(data), len(contents))
        data += contents + b'\0' * (-len(contents) % 4)
    return MAGIC + struct.pack('<II', head + len(data), len(files)) + table + data


def write_romfs(target, source, env):
    files = []
    for file in source:
        with open(str(file), 'rb') as contents:
            files.append((os.path.basename(str(file)), contents.read()))
    with open(str(target[0]), 'wb') as image:
        image.write(pack(files))


def romfs(env, target, files):
    """An image of these files, under their own names without folders."""
    return env.Command(target, files, S.Action(write_romfs, '$GENCOMSTR'))


def generate(env):
    env.AddMethod(romfs, 'Romfs')


def exists(env):
    return True
