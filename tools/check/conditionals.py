"""Platforms differ by file, not by #if: a budget per folder, and no conditional that names a platform."""
import os
import re

import rules
from findings import Finding, sources

CONDITIONAL = re.compile(r'^\s*#\s*(ifdef|ifndef|if|elif)\b(.*)$')
WORD = re.compile(r'[A-Za-z0-9]+')


def conditionals_of(text):
    """(line, condition) of each conditional but include guards and __cplusplus."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        match = CONDITIONAL.match(line)
        if not match:
            continue
        kind, condition = match.group(1), match.group(2).strip()
        following = next((other for other in lines[number:] if other.strip()), '')
        guard = kind == 'ifndef' and re.match(r'\s*#\s*define\s+%s\b' % re.escape(condition), following)
        if not guard and condition not in ('__cplusplus', 'defined(__cplusplus)'):
            found.append((number, condition))
    return found


def check(root):
    findings = []
    for folder in rules.CONDITIONAL_FOLDERS:
        lines, places = 0, []
        for path in sources(root, [folder]):
            with open(os.path.join(root, path), errors='replace') as file:
                text = file.read()
            lines += text.count('\n')
            for number, condition in conditionals_of(text):
                places.append((path, number, condition))
                named = sorted({word.lower() for word in WORD.findall(condition)} & rules.PLATFORM_WORDS)
                if named:
                    findings.append(Finding(path, number, 'a conditional names the platform "%s"' % named[0],
                                            'platforms are chosen by file and folder'))
        budget = lines * rules.CONDITIONALS_PER_1000 // 1000
        if len(places) > budget:
            findings += [Finding(path, number, '#if %s: %s/ has %d conditionals in %d lines, %d are allowed'
                                 % (condition, folder, len(places), lines, budget),
                                 'at most %d in 1000 lines' % rules.CONDITIONALS_PER_1000)
                         for path, number, condition in places]
    return findings
