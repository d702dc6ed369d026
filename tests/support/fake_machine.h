/*
 * A machine for the kernel's components: the contract arch.h played in one process. Threads are coroutines,
 * and time is virtual: it passes when all threads sleep, or when a test says so.
 */
#ifndef FAKE_MACHINE_H
#define FAKE_MACHINE_H

#include <arch.h>
#include <com_impl.h>
#include <os/heap.idl.h>
#include <os/interrupt.idl.h>
#include <os/synchro.idl.h>
#include <os/thread.idl.h>
#include <os/timer.idl.h>

/* The components of the machine, as fake_machine_start made them. */
struct fake_machine {
    IHeap *heap;
    IInterruptController *icu;
    ITimer *timer;
    IThreads *threads;
    ISynchro *synchro;

    int64_t now_ns;
    int64_t armed_ns;         /* the timer's interrupt; INT64_MAX: none */
    uint32_t arm_count;       /* how often the hardware was programmed */
    uint32_t interrupt_count; /* of the timer */
    bool interrupts_on;
    uint32_t lines_enabled;   /* a bit each */
    uintptr_t interrupted_at; /* the instruction that the next interrupts find running */
    uint32_t discard_count;   /* contexts of ended threads */
    const char *command_line;
    struct {
        const void *start; /* NULL: none */
        size_t bytes;
    } modules[BOARD_MODULES_MAX]; /* from the boot loader */
    uint8_t written[128];         /* to the console, the last time */
    size_t written_bytes;
};

extern struct fake_machine machine;

/** Starts heap, icu, timer, round_robin, threads and synchro, once for the life of the test program. */
void fake_machine_start(void);

/** Runs `main(argument)` as a thread and idles until it has ended. Fails the test if all threads wait
 * forever. */
void fake_machine_run(void (*main)(void *argument), void *argument);

/** Starts another thread, with a stack large enough for checked code. */
void fake_machine_thread(const char *name, void (*main)(void *argument), void *argument);

/** The running thread works for that long; interrupts come, and it may be pre-empted. */
void fake_machine_work(int64_t duration_ns);

/** The lowest word of the running thread's stack. */
uint32_t *fake_machine_stack(void);

/** Raises an interrupt, as a device does. */
void fake_machine_interrupt(uint32_t irq);

/** Fails the test unless `action(argument)` panics with these words; `detail` may be NULL. */
void fake_machine_expect_panic(void (*action)(void *argument), void *argument, const char *why,
                               const char *detail);

#endif
