#!/usr/bin/python3
"""Kernel images in QEMU: they boot, test themselves, idle without work, and panic with a reason."""
import re
import struct
import sys
import time
from system import *

PANIC = 100  # PANIC_EXIT of os/lib/include/arch.h
HELLO = 3
TESTS_PASSED = 16


def panics(kernel, case, *texts):
    log, code = run_image(kernel, "panic_test", "case=" + case, limit=20)
    expect(code == PANIC, f"{case}: exit code {code}: {log}")
    for text in texts:
        expect(text in log, f"{case}: the log should say {text!r}: {log}")


@on_each_kernel
def test_the_minimal_image_boots_and_ends_with_its_code(kernel):
    log, code = run_image(kernel, "minimal", "key=value word")
    expect(log == f"hello from {kernel.variant}, command line '{kernel.image('minimal')} key=value word'\n", log)
    expect(code == HELLO, f"exit code {code}")


@on_each_kernel
def test_the_kernel_passes_its_own_tests(kernel):
    log, code = run_image(kernel, "kernel_test", limit=120)
    expect(code == TESTS_PASSED and ", 0 failed\n" in log, f"exit code {code}: {log}")
    print("".join(f"# {line}\n" for line in log.splitlines()), end="")


def test_the_kernel_passes_its_own_tests_in_little_memory_on_i386():
    log, code = run_image(I386, "kernel_test", limit=120, more=["-m", "2"])  # the other board's memory is what it is
    expect(code == TESTS_PASSED, f"exit code {code}: {log}")


@on_each_kernel
def test_the_kernel_passes_its_own_tests_where_time_is_counted_in_instructions(kernel):
    log, code = run_image(kernel, "kernel_test", limit=120, more=["-icount", "shift=0,align=off,sleep=off"])
    expect(code == TESTS_PASSED, f"exit code {code}: {log}")


@on_each_kernel
def test_the_kernel_asks_nothing_of_the_processor_that_is_not_defined(kernel):
    with place() as here:
        complaints = os.path.join(here.folder, "complaints")
        log, code = run_image(kernel, "kernel_test", "only=line", more=["-d", "guest_errors", "-D", complaints])
        expect(code == TESTS_PASSED and "ok 3" in log, f"exit code {code}: {log}")
        with open(complaints) as file:
            text = file.read()
        expect(not text, "QEMU complains: " + text[:1000])


@on_each_kernel
def test_what_an_interrupt_routine_must_not_do_panics_by_name(kernel):
    for case, function in (("alloc", "IHeap::Alloc"), ("lock", "ISynchro::Lock"), ("wait", "ISynchro::Wait"),
                           ("wait_event", "ISynchro::WaitEvent"), ("set_event", "ISynchro::SetEvent"),
                           ("sleep", "IThreads::SleepUntil"), ("yield", "IThreads::Yield")):
        panics(kernel, case + "_in_interrupt", f"panic: {function}: called inside an interrupt routine\n",
               "  in the interrupt routine of the bad example\n")


@on_each_kernel
def test_misuse_of_a_mutex_panics(kernel):
    panics(kernel, "lock_twice", "panic: ISynchro::Lock: a mutex is locked twice by one thread\n", "  in thread startup\n")
    panics(kernel, "unlock_foreign", "panic: ISynchro::Unlock: a mutex is unlocked by another thread\n")


@on_each_kernel
def test_faults_panic_with_their_reason(kernel):
    panics(kernel, "call_null", "panic: a null pointer was called\n", "at 00000000", "  in thread startup\n")
    panics(kernel, "read_null", "panic: a null pointer was used\n", "fault address 00000004\n")
    panics(kernel, "write_null", "panic: a null pointer was used\n", "fault address 00000ffc\n")
    panics(kernel, "call_null_object", "panic: a null pointer was used\n")
    panics(kernel, "write_constant", "panic: code or a constant was written\n")
    panics(kernel, "write_code", "panic: code or a constant was written\n")
    panics(kernel, "divide_by_zero", "panic: division error\n")
    panics(kernel, "fail_assertion", "panic_test.c:183: an assertion failed\n")


@on_each_kernel
def test_a_stack_overflow_panics_with_the_name_of_the_thread(kernel):
    panics(kernel, "overflow_stack", "panic: deep: stack overflow\n", "  in thread deep\n")


@on_each_kernel
def test_a_panic_inside_a_panic_stops_the_machine_too(kernel):
    panics(kernel, "panic_twice", "panic: without a name\n", "panic: inside a panic: a null pointer was used\n")


@on_each_kernel
def test_a_command_line_is_taken_whole_or_not_at_all(kernel):
    log, code = run_image(kernel, "minimal", "key=" + "x" * 3000)
    expect(code == HELLO and "x" * 100 in log, f"{code}: {log}")
    log, code = run_image(kernel, "minimal", "key=" + "x" * 5000)
    expect(code == PANIC and log.startswith("panic: boot: the command line is longer than 4095 bytes\n"), f"{code}: {log}")


def write_module(here, size, claimed=None):
    """A file that begins as a RomFS image does."""
    path = os.path.join(here.folder, f"{size}.romfs")
    with open(path, "wb") as file:
        file.write((b"MMROMFS1" + (claimed or size).to_bytes(4, "little") + bytes(4)).ljust(size, b"\0"))
    return path


@on_each_kernel
def test_boot_modules_are_taken_whole_or_not_at_all(kernel):
    with place() as here:
        modules = [write_module(here, size) for size in (16, 4095, 4096, 4097, 100000, 5000, 17, 8192, 30)]
        log, code = run_image(kernel, "minimal", modules=modules)
        expect(code == PANIC and log.startswith("panic: boot: more than 8 modules\n"), f"{code}: {log}")
        log, code = run_image(kernel, "minimal", modules=modules[:8])
        expect(code == HELLO and log.endswith("".join(f"module {i}: {os.path.getsize(path)} bytes\n"
                                                      for i, path in enumerate(modules[:8]))), f"{code}: {log}")


def romfs(files):
    """The image of a RomFS with these files, written as os/lib/include/os_romfs.h describes it."""
    table, data = b"", b""
    start = 16 + 56 * len(files)
    for name, contents in sorted(files.items()):
        table += struct.pack("<48sII", name.encode(), start + len(data), len(contents))
        data += contents + bytes(-len(contents) % 4)
    return b"MMROMFS1" + struct.pack("<II", start + len(data), len(files)) + table + data


@on_each_kernel
def test_boot_modules_have_files_and_components(kernel):
    with open(kernel.test_component("misbehaving"), "rb") as file:
        whole = romfs({"text.txt": b"in module", "modular.elf": file.read()})
    damaged = whole[:16] + b"\xff" * 48 + whole[64:]
    with place() as here:
        paths = [os.path.join(here.folder, name) for name in ("damaged.romfs", "whole.romfs")]
        for path, data in zip(paths, (damaged, whole)):
            with open(path, "wb") as file:
                file.write(data)
        words = "only=module module_file=/romfs/text.txt module_component=modular"
        log, code = run_image(kernel, "kernel_test", words, modules=paths)
        expect(code == TESTS_PASSED and "1 passed" in log, f"exit code {code}: {log}")
        expect("romfs: boot module 1 is no image\n" in log and "boot module 2" not in log, log)
        log, code = run_image(kernel, "kernel_test", words)
        expect(code != TESTS_PASSED and "not ok" in log, f"without the module: exit code {code}: {log}")


def test_a_module_that_claims_more_than_there_is_panics_on_armv7m():
    with place() as here:
        log, code = run_image(ARMV7M, "minimal", modules=[write_module(here, 100, (16 << 20) + 1)])
        expect(code == PANIC and log.startswith("panic: boot: a module is larger than its memory\n"), f"{code}: {log}")


def test_a_kernel_without_semihosting_runs_too_on_armv7m():
    with Machine(Kernel("armv7m", ARMV7M.arguments[:-2], None, lambda paths: []), "minimal") as machine:
        line = machine.process.stdout.readline()
        expect(line == "hello from kernel-armv7m, command line ''\n", line)
        time.sleep(1)
        expect(machine.process.poll() is None, "it has no way to end its machine")
        expect(cpu_seconds(machine.process.pid) < 0.5, "it stands still")


@on_each_kernel
def test_a_component_that_fails_is_named(kernel):
    with Machine(kernel, "panic_test", "case=unknown") as machine:
        line = machine.process.stdout.readline().strip()
    expect(line == "startup: panic_test: 80070057: no such case: unknown", line)


@on_each_kernel
def test_the_base_image_loads_an_application_by_its_name_and_lets_it_go(kernel):
    with Machine(kernel, "base") as machine:
        lines = [machine.process.stdout.readline() for _ in range(2)]
    said = [re.fullmatch(r"application: (comes|goes) (\d+) ms after the start\n", line) for line in lines]
    expect(all(said) and [match[1] for match in said] == ["comes", "goes"], lines)
    expect(int(said[1][2]) - int(said[0][2]) < 2000, f"nobody holds it for two seconds: {lines}")


@on_each_kernel
def test_an_idle_kernel_leaves_the_processor_alone(kernel):
    with Machine(kernel, "idle") as machine:
        time.sleep(1)
        before = cpu_seconds(machine.process.pid)
        time.sleep(5)
        used = cpu_seconds(machine.process.pid) - before
        expect(machine.process.poll() is None, "it ended")
        expect(used < 0.1, f"{used} s of 5 s")


if __name__ == "__main__":
    main(globals())
