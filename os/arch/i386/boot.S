/* Multiboot entry: a stack, flat segments, then C. https://www.gnu.org/software/grub/manual/multiboot/ */
#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x00000003 /* modules on pages, memory sizes */
#define STACK_BYTES 8192

        .section .multiboot, "a"
        .balign 4
        .long MULTIBOOT_MAGIC
        .long MULTIBOOT_FLAGS
        .long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

        .text
        .globl boot_entry
boot_entry:
        cli
        cld
        movl $(boot_stack + STACK_BYTES), %esp
        lgdt gdt_register
        ljmp $0x08, $1f
1:      movw $0x10, %cx
        movw %cx, %ds
        movw %cx, %es
        movw %cx, %ss
        movw %cx, %fs
        movw %cx, %gs
        fninit
        pushl %ebx              /* what the boot loader says */
        call multiboot_boot
        call traps_init
        call pages_init
        call kernel_main
2:      cli
        hlt
        jmp 2b

        .section .rodata
        .balign 8
gdt:
        .quad 0
        .quad 0x00CF9A000000FFFF /* 0x08 code: all 4 GiB */
        .quad 0x00CF92000000FFFF /* 0x10 data: all 4 GiB */
gdt_register:
        .word gdt_register - gdt - 1
        .long gdt

        .bss
        .balign 16
boot_stack:
        .skip STACK_BYTES
        .section .note.GNU-stack, "", @progbits
