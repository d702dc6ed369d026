/* Reset: stacks, zeroed memory, then C. Armv7-M Architecture Reference Manual, B1.5. */
#include <board_irqs.h>

#define HANDLER_STACK_BYTES 2048
#define BOOT_STACK_BYTES 8192
#define VECTORS_ALIGNMENT 256 /* a power of two, at least the table's size */

        .syntax unified
        .thumb

        .section .reset, "a"
        .word   handler_stack + HANDLER_STACK_BYTES
        .word   boot_entry

        .section .vectors, "a"
        .balign VECTORS_ALIGNMENT
        .globl  vectors
vectors:
        .word   handler_stack + HANDLER_STACK_BYTES
        .word   boot_entry
        .rept   9                       /* faults, and what has no name */
        .word   fault_entry
        .endr
        .word   supervisor_entry
        .rept   4
        .word   fault_entry
        .endr
        .rept   BOARD_IRQS
        .word   interrupt_entry
        .endr
        .if     . - vectors > VECTORS_ALIGNMENT
        .error  "the table of vectors is larger than its alignment"
        .endif

        .text
        .globl  boot_entry
        .thumb_func
boot_entry:
        ldr     r0, =(boot_stack + BOOT_STACK_BYTES)
        msr     psp, r0
        movs    r0, #2                  /* threads have a stack of their own: handlers keep the main one */
        msr     control, r0
        isb
        ldr     r0, =bss_start
        ldr     r1, =bss_end
        movs    r2, #0
1:      cmp     r0, r1
        it      lo
        strlo   r2, [r0], #4
        blo     1b
        bl      traps_init              /* from here on interrupts are off as arch_interrupts_off means it */
        bl      mpu_init
        bl      board_init
        bl      kernel_main
        udf     #0
        .ltorg

        .section .stacks.handlers, "aw", %nobits
        .balign 16
handler_stack:
        .skip   HANDLER_STACK_BYTES

        .section .stacks.boot, "aw", %nobits
        .balign 16
boot_stack:
        .skip   BOOT_STACK_BYTES
        .section .note.GNU-stack, "", %progbits
