#!/usr/bin/python3
"""Components that come and go for a long time."""
from system import *


@on_each_kernel
def test_loading_again_and_again_leaves_the_memory_as_it_was(kernel):
    with cluster("--nodes", "n1=" + kernel.name) as here:
        program = os.path.join(ROOT, "build", "tests", "load_rounds")
        succeeds(here.run(program, "n1", "10000", limit=240))


if __name__ == "__main__":
    main(globals())
