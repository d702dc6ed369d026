/* Entries of the interrupt table: each pushes its number and joins the common path. */
        .text

        .macro entry number, has_code
entry_\number:
        .if !\has_code
        pushl $0
        .endif
        pushl $\number
        jmp common
        .endm

        .altmacro
        .macro entry_n number
        .if (\number == 8) || ((\number >= 10) && (\number <= 14)) || (\number == 17)
        entry \number, 1
        .else
        entry \number, 0
        .endif
        .endm

        .set n, 0
        .rept 48
        entry_n %n
        .set n, n + 1
        .endr

common:
        pusha
        cld
        pushl %esp              /* struct trap_frame */
        call trap_dispatch
        addl $4, %esp
        popa
        addl $8, %esp           /* number and error code */
        iret

        .globl arch_context_switch
arch_context_switch:            /* (from, to) */
        movl 4(%esp), %eax
        movl 8(%esp), %edx
        pushl %ebp
        pushl %ebx
        pushl %esi
        pushl %edi
        movl %esp, (%eax)
        movl (%edx), %esp
        movl %edx, x87_running
        cmpl %edx, x87_owner    /* whose state the x87 holds: others trap when they use it */
        je 1f
        testb $1, x87_is_trapping
        jnz 2f
        movb $1, x87_is_trapping
        movl %cr0, %ecx
        orl $8, %ecx            /* TS */
        movl %ecx, %cr0
        jmp 2f
1:      clts
        movb $0, x87_is_trapping
2:
        popl %edi
        popl %esi
        popl %ebx
        popl %ebp
        ret

        .globl arch_thread_entry
arch_thread_entry:              /* a new thread's first instruction: ebx main, esi argument */
        sti
        pushl %esi
        call *%ebx
        ud2

        .section .rodata
        .balign 4
        .globl trap_entries
trap_entries:
        .macro address_n number
        .long entry_\number
        .endm
        .set n, 0
        .rept 48
        address_n %n
        .set n, n + 1
        .endr
        .section .note.GNU-stack, "", @progbits
