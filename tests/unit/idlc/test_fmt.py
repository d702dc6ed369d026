#!/usr/bin/python3
"""idlc fmt: what it makes of each construct, that twice is once, and that the file says what it said before.
tests/corpus does the same with real files."""
import glob
import os
import random
import stat
import subprocess
import sys
import tempfile

IDLC = os.path.abspath('build/bin/idlc')
OWN = sorted(glob.glob('idl/*/*.idl') + glob.glob('examples/*/*.idl'))


def fmt(text, *options):
    return subprocess.run([IDLC, 'fmt', *options, '-'], input=text, capture_output=True, text=True, timeout=60)


def becomes(before, after):
    run = fmt(before)
    assert run.returncode == 0 and not run.stderr, run
    assert run.stdout == after, 'wanted:\n%s\ngot:\n%s' % (after, run.stdout)
    assert fmt(after).stdout == after, 'it changes what it made'


def interfaces(folder):
    becomes('[ object ,uuid( 12345678-1234-1234-1234-123456789ABC ) ]\ninterface IGauge:IUnknown{\n'
            'HRESULT Read( [out,retval]LONG*value );\n\n\n\nHRESULT Stop( );}\ninterface INext;\n',
            '[object, uuid(12345678-1234-1234-1234-123456789ABC)]\ninterface IGauge : IUnknown\n{\n'
            '    HRESULT Read([out, retval] LONG *value);\n\n    HRESULT Stop();\n}\ninterface INext;\n')


def attributes_and_parameters_keep_their_lines(folder):
    becomes('[\nobject,\n  local\n]\ninterface I\n{\nHRESULT Find(\n[in] long a,\n  [in]long b);\n HRESULT G([in] long a,\n[in] long b);\n}\n',
            '[\n    object,\n    local\n]\ninterface I\n{\n    HRESULT Find(\n        [in] long a,\n        [in] long b);\n'
            '    HRESULT G([in] long a,\n              [in] long b);\n}\n')


def long_lists_are_broken(folder):
    names = ['[in] unsigned long parameter_%d' % i for i in range(6)]
    becomes('interface I { HRESULT Do(%s); }\n' % ', '.join(names),
            'interface I\n{\n    HRESULT Do(%s,\n               %s);\n}\n' % (', '.join(names[:3]), ', '.join(names[3:])))


def structs_enums_unions(folder):
    becomes('typedef struct tag{long a,*b;char c[ 2 ][N+1];unsigned d:3;}S,*P;\n',
            'typedef struct tag { long a, *b; char c[2][N + 1]; unsigned d : 3; } S, *P;\n')
    becomes('enum e\n{ A=1<<2,B = -1 ,\nC=A|B };\nenum f {X,Y};\n',
            'enum e\n{\n    A = 1 << 2,\n    B = -1,\n    C = A | B\n};\nenum f { X, Y };\n')
    becomes('typedef struct\n{ long a;\n} S,\n*P;\n', 'typedef struct\n{\n    long a;\n} S,\n    *P;\n')
    becomes('union u switch( long kind )value{\ncase 1:long a;\ncase 2 :\ndefault:;\n};\n',
            'union u switch(long kind) value\n{\n    case 1: long a;\n    case 2:\n    default:;\n};\n')
    becomes('struct s{\n[ switch_is( kind )]union{[case(1,2)]long a;[default];}u;\n};\n',
            'struct s\n{\n    [switch_is(kind)] union { [case(1, 2)] long a; [default]; } u;\n};\n')


def expressions(folder):
    becomes('const long A=( 1+2 )*~3;const long B = (DWORD)A?-1 : +1;const double C=1.5e-3;\n',
            'const long A = (1 + 2) * ~3;\nconst long B = (DWORD)A ? -1 : +1;\nconst double C = 1.5e-3;\n')
    becomes('interface I { HRESULT F([in,size_is(*count,a*b)]const BYTE*p,[in,out]long*count); }\n',
            'interface I { HRESULT F([in, size_is(*count, a * b)] const BYTE *p, [in, out] long *count); }\n')


def function_pointers(folder):
    becomes('typedef HRESULT(*routine)(void*context,...);\n', 'typedef HRESULT (*routine)(void *context, ...);\n')
    becomes('typedef void(__stdcall*routine)(long );\n', 'typedef void (__stdcall *routine)(long);\n')


def libraries_and_dispinterfaces(folder):
    becomes('library L{ importlib("a.tlb");\ncoclass C{[default]interface I;\n} dispinterface D { properties:long a;\nmethods:\nvoid F();\n} };\n',
            'library L\n{\n    importlib("a.tlb");\n    coclass C\n    {\n        [default] interface I;\n    }\n'
            '    dispinterface D\n    {\n        properties: long a;\n        methods:\n        void F();\n    }\n};\n')


def comments_stay(folder):
    becomes('/* a\n   * b\n     c */\nlong a; // x  \nlong b; /* y */\n   /** doc\n* more\n*/\nlong c;\n',
            '/* a\n * b\n     c */\nlong a; // x\nlong b; /* y */\n/** doc\n * more\n */\nlong c;\n')
    becomes('struct s {\n  long a, // one\n  b; };\n', 'struct s\n{\n    long a, // one\n        b;\n};\n')


def preprocessor_lines_stay(folder):
    becomes('interface I {\n#if A  \n   HRESULT F(\n  #ifdef B\n[in] long a\n#endif\n);\n# endif\n}\n#define X(a) \\\n   a  +  1\n',
            'interface I\n{\n#if A\n    HRESULT F(\n#ifdef B\n        [in] long a\n#endif\n    );\n# endif\n}\n#define X(a) \\\n   a  +  1\n')
    becomes('cpp_quote( "a  b" )\ncpp_quote("c")\n[local]\ninterface I;\n', 'cpp_quote("a  b")\ncpp_quote("c")\n[local]\ninterface I;\n')


def strange_text(folder):
    becomes('', '')
    becomes('\n\n', '')
    becomes('long a;\r\nlong b;', 'long a;\nlong b;\n')
    becomes('} ) ] long a; {{{\n', fmt('} ) ] long a; {{{\n').stdout)
    becomes('\ufefflong  a;\n', '\ufefflong a;\n')


def what_does_not_end_is_named(folder):
    for text, line, what in (('long a;\n/* b', 2, 'comment'), ('\n\ncpp_quote("a\n)\n', 3, 'string'), ("'", 1, 'string')):
        run = fmt(text)
        assert run.returncode == 1 and 'standard input:%d: error: a %s that does not end' % (line, what) in run.stderr, run
        assert not run.stdout


def files_are_changed_in_place_and_keep_their_mode(folder):
    path = os.path.join(folder, 'a.idl')
    with open(path, 'w') as file:
        file.write('long  a;\n')
    os.chmod(path, 0o640)
    run = subprocess.run([IDLC, 'fmt', '--check', path], capture_output=True, text=True)
    assert run.returncode == 1 and run.stdout == path + '\n'
    run = subprocess.run([IDLC, 'fmt', '--stdout', path], capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout == 'long a;\n' and open(path).read() == 'long  a;\n'
    run = subprocess.run([IDLC, 'fmt', path], capture_output=True, text=True)
    assert run.returncode == 0 and not run.stdout and open(path).read() == 'long a;\n'
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640 and os.listdir(folder) == ['a.idl']
    assert subprocess.run([IDLC, 'fmt', '--check', path]).returncode == 0


def a_file_that_fails_stays_and_the_others_are_done(folder):
    good, bad = os.path.join(folder, 'good.idl'), os.path.join(folder, 'bad.idl')
    for path, text in ((good, 'long  a;\n'), (bad, 'long  a; /*\n')):
        with open(path, 'w') as file:
            file.write(text)
    run = subprocess.run([IDLC, 'fmt', bad, folder + '/absent.idl', good], capture_output=True, text=True)
    assert run.returncode == 1 and 'bad.idl:1: error:' in run.stderr and 'cannot read %s/absent.idl: No such file' % folder in run.stderr
    assert open(good).read() == 'long a;\n' and open(bad).read() == 'long  a; /*\n'


def wrong_use_ends_with_2(folder):
    for words in ([], ['--frobnicate', 'a.idl'], ['--check']):
        run = subprocess.run([IDLC, 'fmt', *words], capture_output=True, text=True)
        assert run.returncode == 2 and 'idlc fmt --help' in run.stderr, words
    run = subprocess.run([IDLC, 'fmt', '--help'], capture_output=True, text=True)
    assert run.returncode == 0 and 'examples:' in run.stdout


def the_projects_own_files_are_laid_out(folder):
    run = subprocess.run([IDLC, 'fmt', '--check', *OWN], capture_output=True, text=True)
    assert run.returncode == 0 and len(OWN) > 20, run


def scrambled(text, dice):
    """The same tokens with other white space; what lies in comments, strings and directives stays."""
    out = []
    for line in text.split('\n'):
        if any(mark in line for mark in ('*', '"', '#', '//', "'")):
            out.append(line)
        else:
            out.append(line.replace(' ', dice.choice(['  ', '\t', ' '])) + dice.choice(['', ' ', '\t']))
    return '\n'.join(out)


def what_a_file_says_does_not_change(folder):
    """Laid out from a mess, each file makes the very products it made before, but for lines."""
    dice = random.Random(4)
    for path in (path for path in OWN if path.startswith('idl/')):
        relative = os.path.relpath(path, 'idl')
        messy = os.path.join(folder, 'messy', relative)
        os.makedirs(os.path.dirname(messy), exist_ok=True)
        with open(path) as before, open(messy, 'w') as after:
            after.write(scrambled(before.read(), dice))
        assert subprocess.run([IDLC, 'fmt', messy]).returncode == 0
    for path in (path for path in OWN if path.startswith('idl/')):
        for root, out in (('idl', 'a'), (os.path.join(folder, 'messy'), 'b')):
            subprocess.run([IDLC, '-I', root, '-o', os.path.join(folder, out), os.path.join(root, os.path.relpath(path, 'idl'))], check=True)
    for where, _, names in os.walk(os.path.join(folder, 'a')):
        for name in names:
            one = os.path.join(where, name)
            assert open(one).read() == open(one.replace(os.path.join(folder, 'a'), os.path.join(folder, 'b'), 1)).read(), one


def damaged_files_never_crash_it(folder):
    dice = random.Random(7)
    texts = [open(path).read() for path in OWN]
    for _ in range(200):
        text = list(dice.choice(texts))
        for _ in range(dice.randint(1, 20)):
            at = dice.randrange(len(text))
            text[at:at + dice.randint(0, 30)] = dice.choice(['', '{', '}', '(', '"', '/*', '*/', '\\\n', '#', ']', ':', '\0', ','])
        run = fmt(''.join(text))
        assert run.returncode in (0, 1), run
        if run.returncode == 0:
            assert fmt(run.stdout).returncode == 0


def a_link_stays_one(folder):
    os.mkdir(folder + '/real')
    with open(folder + '/real/thing.idl', 'w') as file:
        file.write('const long A=1;\n')
    os.symlink('real/thing.idl', folder + '/link.idl')
    run = subprocess.run([IDLC, 'fmt', folder + '/link.idl'], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0 and os.path.islink(folder + '/link.idl'), run
    with open(folder + '/real/thing.idl') as file:
        assert file.read() == 'const long A = 1;\n'
    assert sorted(os.listdir(folder)) == ['link.idl', 'real'] and os.listdir(folder + '/real') == ['thing.idl']


def a_missing_file_is_said_as_everywhere(folder):
    for words in ['fmt'], ['--check']:
        run = subprocess.run([IDLC, *words, folder + '/none.idl'], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=60)
        assert run.returncode == 1 and run.stderr == 'idlc: error: cannot read %s/none.idl: No such file or directory [E0101]\n' % folder


TESTS = [value for name, value in list(globals().items()) if callable(value) and name not in ('fmt', 'becomes', 'scrambled')]


def main():
    failed = 0
    print('1..%d' % len(TESTS))
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
                print('ok %d - %s' % (number, test.__name__))
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                failed += 1
                print('not ok %d - %s\n# %s: %s' % (number, test.__name__, type(error).__name__, error))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
