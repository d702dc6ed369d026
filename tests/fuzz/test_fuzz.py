#!/usr/bin/python3
"""Each fuzz target for a while: 20 seconds, all of them no more than a minute. `./dev fuzz` runs longer, with other inputs
each time: what fails here fails again."""
import re
import sys
import tempfile

sys.path.insert(0, 'tests/fuzz')
import fuzz  # noqa: E402

SECONDS, SECONDS_ALL = 20, 60
EXECUTIONS_MIN = 100  # fewer: nothing was tried
SEED = 1


def main():
    targets = fuzz.targets()
    failed = 0
    for number, target in enumerate(targets, 1):
        with tempfile.TemporaryFile() as output:
            code = fuzz.fuzz(target, min(SECONDS, SECONDS_ALL // len(targets)), output, SEED)
            output.seek(0)
            text = output.read().decode(errors='replace')
        executions = int((re.findall(r'stat::number_of_executed_units:\s*(\d+)', text) or [0])[0])
        bad = code != 0 or executions < EXECUTIONS_MIN
        failed += bad
        print('%sok %d - %s, %d inputs' % ('not ' if bad else '', number, target, executions), flush=True)
        for line in text.splitlines()[-40:] if bad else []:
            print('# ' + line)
    print('1..%d' % len(targets))
    return 1 if failed or not targets else 0


if __name__ == '__main__':
    sys.exit(main())
