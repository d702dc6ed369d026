/* What the files of this folder share: priorities of exceptions, and who calls whom between C and assembly.
 */
#ifndef TRAPS_H
#define TRAPS_H

/*
 * Interrupts are off while BASEPRI holds this, the priority of every line. Faults and supervisor calls stand
 * above it, so that both work while interrupts are off; PRIMASK, which would make hard faults of them, is
 * used in arch_wait_for_interrupt only.
 */
#define PRIORITY_INTERRUPT 0x80

/* What the processor pushes for an exception, in bytes, and where in it. */
#define FRAME_BYTES 32
#define FRAME_PC 24

#define EXCEPTION_INTERRUPT 16 /* the number of the first line */

#define NULL_PAGE_BYTES 4096

#endif
