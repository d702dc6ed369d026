#!/usr/bin/python3
"""The ways to the simulator: `scons sim seed=N` and `scons sim seeds=A..B`, whose last line counts what broke."""
from installed import *


def test_scons_runs_seeds_and_the_last_line_counts():
    out = succeeds(scons("sim", "seeds=5..9")).out
    expect(out.splitlines()[-1] == "5 seeds, 0 violations", out)


def test_scons_says_what_a_seed_may_be():
    result = scons("sim", "seed=many")
    expect(result.code != 0 and "many" in result.err, result)


if __name__ == "__main__":
    main(globals())
