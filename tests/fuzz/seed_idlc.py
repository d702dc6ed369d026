#!/usr/bin/python3
"""Every .idl of the project, good and bad ones, each in a file of its own in FOLDER."""
import glob
import os
import shutil
import sys


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for path in sorted(glob.glob('idl/**/*.idl', recursive=True) + glob.glob('tests/**/*.idl', recursive=True) +
                       glob.glob('examples/*/*.idl')):
        shutil.copy(path, os.path.join(folder, path.replace('/', '-')))


if __name__ == '__main__':
    main(sys.argv[1])
