#!/usr/bin/python3
"""Damaged files: 500 of them, made from the project's .idl, from texts of other interface languages and, if they are there, from
Windows' .idl. Bytes are flipped, tokens are dropped, doubled and swapped. The compiler, built with sanitizers, ends each time with 0 or 1 and within seconds.

The seed is fixed; SEED=n tries others, COUNT=n more of them."""
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

import real_files

IDLC = os.path.abspath('build/linux-asan/bin/idlc')
BATCH = 25
TOKEN = re.compile(rb'[A-Za-z_]\w*|"[^"\n]*"|\d\w*|\s+|.', re.S)


def flip(text, random_numbers):
    text = bytearray(text)
    for _ in range(random_numbers.randint(1, 8)):
        text[random_numbers.randrange(len(text))] ^= 1 << random_numbers.randrange(8)
    return bytes(text)


def shuffle(text, random_numbers):
    tokens = TOKEN.findall(text)
    for _ in range(random_numbers.randint(1, 8)):
        at, other = random_numbers.randrange(len(tokens)), random_numbers.randrange(len(tokens))
        how = random_numbers.randrange(3)
        if how == 0:
            tokens[at] = b''
        elif how == 1:
            tokens[at] += b' ' + tokens[at]
        else:
            tokens[at], tokens[other] = tokens[other], tokens[at]
    return b''.join(tokens)


def mutants(count, seed):
    random_numbers = random.Random(seed)
    own = sorted(glob.glob('idl/*/*.idl') + glob.glob('examples/*/*.idl') + glob.glob('tests/golden/*/*.idl') +
                 glob.glob('tests/unit/generated/*.idl') + glob.glob('tests/reject/*/*.idl') +
                 glob.glob('tests/reject/languages/*.txt'))
    real = real_files.all_files() if os.path.isdir(real_files.ROOTS[0]) else []
    for number in range(count):
        path = random_numbers.choice(real if real and number % 2 else own)
        with open(path, 'rb') as file:
            text = file.read()[:200000]
        yield path, random_numbers.choice((flip, shuffle))(text, random_numbers)


def run(options, files):
    return subprocess.run([IDLC, *options, *files], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          timeout=60)


def check(options, batch, folder):
    """Runs a batch; if it fails, finds the file that did it."""
    paths = []
    for number, (origin, text) in enumerate(batch):
        paths.append(os.path.join(folder, '%d_%s.idl' % (number, os.path.splitext(os.path.basename(origin))[0])))
        with open(paths[-1], 'wb') as file:
            file.write(text)
    try:
        if run(options, paths).returncode in (0, 1):
            return []
    except subprocess.TimeoutExpired:
        pass
    for (origin, _), path in zip(batch, paths):
        try:
            result = run(options, [path])
            if result.returncode in (0, 1):
                continue
            why = 'exit code %d\n%s' % (result.returncode, result.stderr.decode(errors='replace')[-3000:])
        except subprocess.TimeoutExpired:
            why = 'no end'
        kept = os.path.join(tempfile.gettempdir(), 'mutant_' + os.path.basename(path))
        os.replace(path, kept)
        return ['%s, kept as %s: %s' % (origin, kept, why)]
    return ['only the batch as a whole fails']


def main():
    report = real_files.Report()
    count, seed = int(os.environ.get('COUNT', 500)), int(os.environ.get('SEED', 1))
    batch, done = [], 0
    includes = ['-I', 'idl', *real_files.include_options()]
    for mutant in mutants(count, seed):
        batch.append(mutant)
        done += 1
        if len(batch) < BATCH and done < count:
            continue
        with tempfile.TemporaryDirectory() as folder:
            products = ['--emit=header'] if done // BATCH % 2 else []  # the others only of what can travel
            problems = check(['--check', *includes], batch, folder) + check(
                ['-o', os.path.join(folder, 'out'), *products, *includes], batch, folder)
        report.line('mutants up to %d of seed %d' % (done, seed), problems)
        batch = []
    return report.end()


if __name__ == '__main__':
    sys.exit(main())
