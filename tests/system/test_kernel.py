#!/usr/bin/python3
"""Kernel images in QEMU: they boot, test themselves, idle without work, and panic with a reason."""
import os
import subprocess
import time
from system import ROOT, expect, main

IMAGES = os.path.join(ROOT, "build", "kernel-i386", "images")
PANIC = 2 * 100 + 1  # PANIC_EXIT of os/lib/include/arch.h as isa-debug-exit turns it
HELLO = 2 * 3 + 1
TESTS_PASSED = 2 * 16 + 1


class Machine:
    """A QEMU of its own that boots one image; killed at the end of `with`, if it still runs."""

    def __init__(self, image, command_line="", memory_mib=32, modules=0):
        given = ["-initrd", ",".join([os.path.join(IMAGES, "minimal.elf")] * modules)] if modules else []
        self.process = subprocess.Popen(
            ["qemu-system-i386", "-M", "pc", "-m", str(memory_mib), "-kernel", os.path.join(IMAGES, image + ".elf"),
             "-append", command_line, "-display", "none", "-serial", "stdio", "-no-reboot", "-nic", "none",
             "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", *given],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def log_until_end(self, limit):
        """What the console said, when the machine has stopped by itself."""
        try:
            return self.process.communicate(timeout=limit)[0].replace("\r", "")
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"no end within {limit} s: {self.process.communicate()[0]}") from None

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(image, command_line="", limit=60, **options):
    """The log and the exit code of an image that stops by itself."""
    with Machine(image, command_line, **options) as machine:
        log = machine.log_until_end(limit)
        return log, machine.process.returncode


def panics(case, *texts):
    log, code = run("panic_test", "case=" + case, limit=20)
    expect(code == PANIC, f"{case}: exit code {code}: {log}")
    for text in texts:
        expect(text in log, f"{case}: the log should say {text!r}: {log}")


def test_the_minimal_image_boots_and_ends_with_its_code():
    log, code = run("minimal", "key=value word")
    path = os.path.join(IMAGES, "minimal.elf")
    expect(log == f"hello from kernel-i386, command line '{path} key=value word'\n", log)
    expect(code == HELLO, f"exit code {code}")


def test_the_kernel_passes_its_own_tests():
    log, code = run("kernel_test", limit=120)
    expect(code == TESTS_PASSED and ", 0 failed\n" in log, f"exit code {code}: {log}")
    print("".join(f"# {line}\n" for line in log.splitlines()), end="")


def test_the_kernel_passes_its_own_tests_in_little_memory():
    log, code = run("kernel_test", limit=120, memory_mib=2)
    expect(code == TESTS_PASSED, f"exit code {code}: {log}")


def test_what_an_interrupt_routine_must_not_do_panics_by_name():
    for case, function in (("alloc", "IHeap::Alloc"), ("lock", "ISynchro::Lock"), ("wait", "ISynchro::Wait"),
                           ("wait_event", "ISynchro::WaitEvent"), ("set_event", "ISynchro::SetEvent"), ("sleep", "IThreads::SleepUntil"),
                           ("yield", "IThreads::Yield")):
        panics(case + "_in_interrupt", f"panic: {function}: called inside an interrupt routine\n",
               "  in the interrupt routine of the bad example\n")


def test_misuse_of_a_mutex_panics():
    panics("lock_twice", "panic: ISynchro::Lock: a mutex is locked twice by one thread\n", "  in thread startup\n")
    panics("unlock_foreign", "panic: ISynchro::Unlock: a mutex is unlocked by a thread that does not have it\n")


def test_faults_panic_with_their_reason():
    panics("call_null", "panic: a null pointer was called\n", "at 00000000", "  in thread startup\n")
    panics("read_null", "panic: a null pointer was used\n", "fault address 00000004\n")
    panics("call_null_object", "panic: a null pointer was used\n")
    panics("write_constant", "panic: code or a constant was written\n")
    panics("divide_by_zero", "panic: division error\n")
    panics("fail_assertion", "panic_test.c:", ": held\n")


def test_a_stack_overflow_panics_with_the_name_of_the_thread():
    panics("overflow_stack", "panic: deep: stack overflow\n", "  in thread deep\n")


def test_a_panic_inside_a_panic_stops_the_machine_too():
    panics("panic_twice", "panic: without a name\n", "panic: inside a panic: a null pointer was used\n")


def test_what_the_boot_loader_gives_is_taken_whole_or_not_at_all():
    log, code = run("minimal", "key=" + "x" * 3000)
    expect(code == HELLO, f"{code}: {log}")
    log, code = run("minimal", "key=" + "x" * 5000)
    expect(code == PANIC and log.startswith("panic: boot: the command line is longer than 4095 bytes\n"), f"{code}: {log}")
    log, code = run("minimal", modules=9)
    expect(code == PANIC and log.startswith("panic: boot: more than 8 modules\n"), f"{code}: {log}")
    log, code = run("minimal", modules=8)
    expect(code == HELLO, f"{code}: {log}")


def test_a_component_that_fails_is_named():
    with Machine("panic_test", "case=unknown") as machine:
        line = machine.process.stdout.readline().strip()
    expect(line == "startup: panic_test: E_INVALIDARG: no such case: unknown", line)


def test_an_idle_kernel_leaves_the_processor_alone():
    with Machine("idle") as machine:
        time.sleep(1)
        before = machine.cpu_seconds()
        time.sleep(5)
        used = machine.cpu_seconds() - before
        expect(machine.process.poll() is None, "it ended")
        expect(used < 0.5, f"{used} s of 5 s")


if __name__ == "__main__":
    main(globals())
