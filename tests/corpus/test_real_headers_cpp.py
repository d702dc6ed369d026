#!/usr/bin/python3
"""As test_real_headers.py, with C++17: apart, because each takes its time."""
import sys

import test_real_headers

if __name__ == '__main__':
    sys.exit(test_real_headers.main(('c++',)))
