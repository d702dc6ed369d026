"""What widl makes of an .idl file: its facts, read from the header and the proxies that it writes. Not a test by itself."""
import os
import re
import subprocess
import tempfile

import real_files

VTABLE = re.compile(r'typedef struct (\w+)Vtbl \{(.*?)\n\} \1Vtbl;', re.S)
SLOT = re.compile(r'([^;{}]*?)\((?:\w+\s*)*\*\s*(\w+)\)\(\s*(.*?)\);', re.S)
CLASS = re.compile(r'MIDL_INTERFACE\("([0-9a-fA-F-]+)"\)\s*(\w+)(?:\s*:\s*public\s+(\w+))?')
GUID = re.compile(r'DEFINE_GUID\(\s*(\w+),([^)]*)\)')
PROCEDURE = re.compile(r'/\* \d+ \(procedure (\w+)::(\w+)\) \*/(.*?)(?=/\* \d+ \(procedure|\n\s*\}\n\};)', re.S)
PARAMETER = re.compile(r'/\* \d+ \(parameter (\w+)\) \*/\s*NdrFcShort\(0x[0-9a-f]+\),\s*/\* flags: ([^*]*?) \*/\s*'
                       r'NdrFcShort\([^)]*\),[^\n]*\n\s*(?:NdrFcShort\(0x([0-9a-f]+)\)|0x)')
POINTERS = ('FC_RP', 'FC_UP', 'FC_FP', 'FC_OP')


def squeeze(text):
    """One spelling: single blanks, none behind stars, no calling conventions."""
    text = re.sub(r'\b(STDMETHODCALLTYPE|__stdcall|__cdecl|BEGIN_INTERFACE|END_INTERFACE)\b|/\*.*?\*/', ' ', text, flags=re.S)
    return re.sub(r'\( ', '(', re.sub(r'\* +', '*', re.sub(r'\s+', ' ', text))).strip()


def split_parameters(text):
    """At commas outside of parentheses."""
    parts, level, part = [], 0, ''
    for character in text + ',':
        level += character in '([{'
        level -= character in ')]}'
        if character == ',' and level == 0:
            if part.strip():
                parts.append(squeeze(part))
            part = ''
        else:
            part += character
    return parts


def guid_text(numbers):
    values = [int(number, 16) for number in numbers.replace(' ', '').split(',')]
    if len(values) != 11:
        return None
    return '%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x' % tuple(values)


def header_facts(header):
    """iface, method and guid lines as tuples."""
    ids, bases, guids, facts = {}, {}, {}, []
    for match in CLASS.finditer(header):
        ids[match[2]], bases[match[2]] = match[1].lower(), match[3]
    for match in GUID.finditer(header):
        if guid_text(match[2]):
            guids[match[1]] = guid_text(match[2])
    for name, guid in guids.items():
        if name.startswith(('IID_', 'DIID_')):
            ids.setdefault(name.split('_', 1)[1], guid)
        if not name.startswith('IID_'):
            facts.append(('guid', name, guid))
    for match in VTABLE.finditer(header):
        name, owner, slots = match[1], match[1], []
        for slot in SLOT.finditer(match[2]):
            owners = re.findall(r'/\*\*\* (\w+) methods \*\*\*/', slot[1])
            owner = owners[-1] if owners else owner
            slots.append((owner, slot[2], squeeze(slot[1]), *split_parameters(slot[3])[1:]))
        base = bases.get(name) or next((slot[0] for slot in reversed(slots) if slot[0] != name), '-')
        facts.append(('iface', name, ids.get(name, '-'), base, str(len(slots) - 1)))
        facts += [('method', name, str(number), *slot) for number, slot in enumerate(slots)]
    return facts


def type_formats(source):
    """The type format string: offset to [code, offset of what it points to, names of its correlation descriptors]."""
    begin = source.find('MIDL_TYPE_FORMAT_STRING __MIDL_TypeFormatString =')
    lines = source[begin:].split('\n') if begin >= 0 else []
    while lines and 'NdrFcShort(0x0)' not in lines[0]:
        lines.pop(0)
    formats, at, start = {}, 0, 0
    for line in lines:
        mark = re.match(r'\s*/\* (\d+)(?: \(.*\))? \*/\s*$', line)
        if mark:
            at = start = int(mark[1])
            continue
        if line.strip().startswith('}'):
            break
        bytes_of_line = line.split('/*')[0]
        size = 4 * bytes_of_line.count('NdrFcLong') + 2 * bytes_of_line.count('NdrFcShort')
        size += len(re.findall(r'0x[0-9a-f]+', re.sub(r'NdrFc\w+\([^)]*\)', '', bytes_of_line)))
        code, target = re.search(r'/\* (FC_\w+)', line), re.search(r'Offset= -?\d+ \((-?\d+)\)', line)
        named = re.search(r'Corr desc: (?:parameter |field pointer |field )?([^,*]*)', line)
        if code:
            formats[at] = [code[1], None, []]
        known = formats.get(start)
        if known and target and known[1] is None and known[0] in POINTERS + ('FC_USER_MARSHAL',):
            known[1] = int(target[1])
        if known and named:
            known[2].append(named[1].strip())
        at += size
    return formats


def partners(formats, offset):
    """The parameters that a type's descriptors name; '?' where an expression is computed by a function."""
    names = set()
    for _ in range(6):
        if offset not in formats:
            break
        code, target, named = formats[offset]
        for name in named:
            names.add('?' if name.startswith(('in ', 'constant')) or not re.fullmatch(r'\w+', name) else name)
        if code not in POINTERS:
            break
        offset = target if target is not None else offset + 2
    return names


def wire_facts(proxies):
    """('wire', interface, method, [(parameter, directions, partners)...])."""
    formats, facts = type_formats(proxies), []
    for match in PROCEDURE.finditer(proxies):
        parameters = []
        for parameter in PARAMETER.finditer(match[3]):
            flags = parameter[2].replace(' ', '').split(',')
            directions = ','.join(word for word in ('in', 'out') if word in flags)
            parameters.append((parameter[1], directions, partners(formats, int(parameter[3], 16)) if parameter[3] else set()))
        facts.append(('wire', match[1], match[2], parameters))
    return facts


def facts_of(path):
    """None if widl refuses the file; its header, so that offsets can be compared, is the second result."""
    with tempfile.TemporaryDirectory() as folder:
        def run(option, name):
            result = subprocess.run([real_files.WIDL, '--nostdinc', *real_files.include_options(), *option,
                                     '-o', os.path.join(folder, name), path], stdin=subprocess.DEVNULL, capture_output=True,
                                    timeout=120, cwd=folder)  # where it leaves what it makes in between
            return result.returncode == 0 and os.path.exists(os.path.join(folder, name))
        if not run(['-h'], 'header.h'):
            return None
        facts = header_facts(real_files.read(os.path.join(folder, 'header.h')))
        if run(['-Oicf', '-p'], 'proxies.c'):  # what cannot be remote at all has none
            facts += wire_facts(real_files.read(os.path.join(folder, 'proxies.c')))
        return facts
