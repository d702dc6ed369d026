#!/usr/bin/python3
"""The ways to the simulator: `scons sim seed=N` and `scons sim seeds=A..B`, whose last line counts what broke."""
import fcntl
import subprocess
from system import *


def simulate(*words, limit=200):
    """In the source tree, while nobody installs from it: two runs of scons would get into each other's way."""
    with open(os.path.join(ROOT, "build", "install.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(["scons", "-Q", "sim", *words], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=limit, text=True)
    return Result(done.returncode, done.stdout, done.stderr)


def test_scons_runs_seeds_and_the_last_line_counts():
    out = succeeds(simulate("seeds=5..9")).out
    expect(out.splitlines()[-1] == "5 seeds, 0 violations", out)


def test_scons_says_what_a_seed_may_be():
    result = simulate("seed=many")
    expect(result.code != 0 and "many" in result.err, result)


if __name__ == "__main__":
    main(globals())
