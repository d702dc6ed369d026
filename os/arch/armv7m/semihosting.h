/* Semihosting: calls to the debugger or emulator that runs the machine. Semihosting for AArch32 and AArch64,
 * 2.0. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdbool.h>
#include <stdint.h>

#define SEMIHOSTING_INSTRUCTION 0xBEAB /* bkpt 0xab */

enum semihosting_operation { SEMIHOSTING_GET_COMMAND_LINE = 0x15, SEMIHOSTING_EXIT_EXTENDED = 0x20 };

/* What SEMIHOSTING_EXIT_EXTENDED is given first: the program ended by itself. */
#define SEMIHOSTING_APPLICATION_EXIT 0x20026u

/* Nobody listens, as far as was tried: the first call is a fault then, of which faults.c makes a -1. */
extern bool semihosting_is_unheard;

/** @return what the operation is defined to; -1 also if nobody listens */
int32_t semihosting_call(enum semihosting_operation operation, void *block);

#endif
