#!/usr/bin/python3
"""docs/tutorial.md, word by word, as a reader would: its commands with what they print, its edits, the files that it shows.

    ```console      a `$ ` before each command, then what it prints; `...` stands for any lines
    ```LANGUAGE FILE  lines that are in FILE
    ```diff FILE    an edit of FILE; the lines around it are there once

Numbers that differ from run to run are compared by their form: seconds and TCP ports. /home/you is the home folder.
"""
import re
import shlex
from installed import *

TUTORIAL = os.path.join(ROOT, "docs", "tutorial.md")
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
VARIES = [(re.compile(r"\b\d+\.\d\d s\b"), "0.00 s"), (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:0")]
END = "--- end of a command: "


class Shell:
    """A bash that goes on between the blocks; each command must succeed."""

    def __init__(self, environment):
        self.process = subprocess.Popen(["bash", "-e"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, cwd=ROOT, env=environment)

    def run(self, command):
        """What it prints."""
        self.process.stdin.write(f"{{ {command}\n}} </dev/null\necho {shlex.quote(END)}$PWD\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.startswith(END):
                self.folder = line[len(END):-1]
                return "".join(lines)
            lines.append(line)
        raise AssertionError(f"$ {command}\n{''.join(lines)}exit code {self.process.wait()}")

    def end(self):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.wait()


def without_numbers(text):
    for pattern, form in VARIES:
        text = pattern.sub(form, text)
    return text


def expect_output(shown, printed, command):
    pattern = "".join(r"(?:.*\n)*" if line == "..." else re.escape(line) + r"\n" for line in without_numbers(shown).splitlines())
    expect(re.fullmatch(pattern, without_numbers(printed)), f"$ {command}\nthe tutorial shows:\n{shown}it prints:\n{printed}")


def run_commands(shell, text, home):
    expect(text.startswith("$ "), text)
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        expect_output(shown.replace("/home/you", home), shell.run(command), command)


def edit(path, text):
    """Applies the one change of a diff block."""
    lines = text.splitlines()
    expect(all(line[:1] in "+- " for line in lines), text)
    before = "\n".join(line[1:] for line in lines if line[:1] != "+") + "\n"
    after = "\n".join(line[1:] for line in lines if line[:1] != "-") + "\n"
    with open(path) as file:
        whole = file.read()
    expect(before != after and whole.count(before) == 1, f"{path}: it has these lines {whole.count(before)} times:\n{before}")
    with open(path, "w") as file:
        file.write(whole.replace(before, after))


def contains(path, text):
    with open(path) as file:
        expect(text in file.read(), f"{path} has not the lines that are shown:\n{text}")


def test_the_tutorial_is_right_word_by_word():
    with open(TUTORIAL) as file:
        tutorial = file.read()
    blocks = list(BLOCK.finditer(tutorial))
    expect(len(blocks) == tutorial.count("\n```") / 2 and len(blocks) > 8, "every block is understood")
    with place() as here:
        home = os.path.join(here.folder, "home")
        os.mkdir(home)
        here.environment.update(HOME=home, PATH=TOOLS, LC_ALL="C")
        shell = Shell(here.environment)
        try:
            for block in blocks:
                kind, name, text = block.groups()
                if kind == "console":
                    run_commands(shell, text, home)
                    continue
                paragraph = tutorial[:block.start()].rstrip().rpartition("\n\n")[2]
                expect(f"`{name}`" in paragraph, f"the paragraph before the block names {name}: {paragraph}")
                (edit if kind == "diff" else contains)(os.path.join(shell.folder, name), text)
        finally:
            shell.end()


if __name__ == "__main__":
    main(globals())
