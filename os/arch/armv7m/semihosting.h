/*
 * Semihosting: calls to the debugger or emulator that runs the machine. Semihosting for AArch32 and
 * AArch64, 2.0. Where nobody listens calls return -1: the first is a fault, of which traps.c makes that.
 */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdbool.h>
#include <stdint.h>

#define SEMIHOSTING_INSTRUCTION 0xBEAB /* bkpt 0xab */

enum semihosting_operation { SEMIHOSTING_GET_COMMAND_LINE = 0x15, SEMIHOSTING_EXIT_EXTENDED = 0x20 };

/* What SEMIHOSTING_EXIT_EXTENDED is given first: the program ended by itself. */
#define SEMIHOSTING_APPLICATION_EXIT 0x20026u

/* Nobody listens, as far as was tried. */
extern bool semihosting_is_unheard;

static inline int32_t semihosting_call(enum semihosting_operation operation, void *block)
{
    register int32_t result __asm__("r0") = operation;
    register void *parameter __asm__("r1") = block;

    if (semihosting_is_unheard)
        return -1;
    __asm__ volatile("bkpt 0xab" : "+r"(result) : "r"(parameter) : "memory");
    return result;
}

#endif
