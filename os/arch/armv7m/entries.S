/*
 * Entries of the vector table, and the switch of contexts.
 *
 * Routines of an interrupt run in handler mode, on the handlers' stack. What may switch threads does not: the
 * handler returns into interrupt_tail, which runs as if the interrupted thread had called it, with interrupts
 * off. There a switch is the same few instructions that a thread's own is. A thread that goes on at the end of
 * the tail gets all its registers back by a supervisor call, for only the return from an exception restores
 * them all.
 */
#include "traps.h"

        .syntax unified
        .thumb
        .text

        .globl  interrupt_entry
        .thumb_func
interrupt_entry:                        /* always from thread mode: all lines have the same priority */
        push    {r4, lr}
        mrs     r4, psp
        mrs     r0, ipsr
        subs    r0, #EXCEPTION_INTERRUPT
        ldr     r1, [r4, #FRAME_PC]
        bl      interrupt_dispatch      /* (line, interrupted instruction) */
        movs    r0, #PRIORITY_INTERRUPT
        msr     basepri, r0
        ldr     r1, =interrupt_tail
        movs    r2, #0x01000000         /* xPSR: Thumb, outside of an IT block */
        strd    r1, r2, [r4, #FRAME_PC - FRAME_BYTES]
        subs    r4, #FRAME_BYTES        /* what the return pops; its other registers do not matter */
        msr     psp, r4
        pop     {r4, pc}

                                        /* no .thumb_func: what an exception returns to must be an even number */
interrupt_tail:                         /* in thread mode, below the frame of the interrupt */
        bl      interrupt_leave
        svc     #0
interrupted_thread_goes_on:

        .globl  supervisor_entry
        .thumb_func
supervisor_entry:
        mrs     r0, psp
        ldr     r1, [r0, #FRAME_PC]
        adr     r2, interrupted_thread_goes_on
        cmp     r1, r2
        bne     fault_entry             /* nobody else calls */
        adds    r0, #FRAME_BYTES        /* away with the call's frame: what is below it is the interrupt's */
        msr     psp, r0
        movs    r0, #0
        msr     basepri, r0
        bx      lr

        .globl  fault_entry
        .thumb_func
fault_entry:
        tst     lr, #4
        ite     eq
        mrseq   r0, msp
        mrsne   r0, psp
        mrs     r1, ipsr
        mov     r3, lr
        push    {r3-r11, lr}
        add     r2, sp, #4
        bl      fault_dispatch          /* (frame, exception, r4 to r11) */
        pop     {r3-r11, pc}

        .globl  arch_context_switch
        .thumb_func
arch_context_switch:                    /* (from, to) */
        push    {r4-r11, lr}
        str     sp, [r0]
        ldr     sp, [r1]
        pop     {r4-r11, pc}

        .globl  arch_thread_entry
        .thumb_func
arch_thread_entry:                      /* a new thread's first instruction: r4 main, r5 argument */
        movs    r0, #0
        msr     basepri, r0
        mov     r0, r5
        blx     r4
        udf     #0

        .globl  arch_interrupts_off
        .thumb_func
arch_interrupts_off:
        mrs     r0, basepri
        movs    r1, #PRIORITY_INTERRUPT
        msr     basepri, r1
        bx      lr

        .globl  arch_interrupts_restore
        .thumb_func
arch_interrupts_restore:                /* (before) */
        msr     basepri, r0
        isb                             /* what is pending happens now */
        bx      lr

        .globl  arch_wait_for_interrupt
        .thumb_func
arch_wait_for_interrupt:                /* BASEPRI would keep an interrupt from ending the wait; PRIMASK does not */
        cpsid   i
        movs    r0, #0
        msr     basepri, r0
        dsb
        wfi
        cpsie   i
        isb                             /* it happens here, and others run meanwhile */
        movs    r0, #PRIORITY_INTERRUPT
        msr     basepri, r0
        bx      lr
        .section .note.GNU-stack, "", %progbits
