#!/usr/bin/python3
"""Components of an i386 kernel that come and go for a long time."""
from system import *


def test_loading_again_and_again_leaves_the_memory_as_it_was():
    loading_again_and_again_leaves_the_memory_as_it_was(I386)


if __name__ == "__main__":
    main(globals())
