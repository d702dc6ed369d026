/* The PC: COM1 as console, memory and command line from multiboot, the exit device of QEMU. */
#include <arch.h>
#include "port_io.h"

#define COM1 0x3F8
#define LINE_STATUS (COM1 + 5)
#define LINE_STATUS_EMPTY 0x20
#define DEBUG_EXIT 0xF4
#define MULTIBOOT_HAS_MEMORY 0x1u
#define MULTIBOOT_HAS_COMMAND_LINE 0x4u
#define MULTIBOOT_HAS_MODULES 0x8u
#define HIGH_MEMORY 0x100000u
#define COMMAND_LINE_BYTES 4096u /* it begins with the path of the image, which may be long */

struct multiboot_info {
    uint32_t flags;
    uint32_t lower_kib;
    uint32_t upper_kib;
    uint32_t boot_device;
    uint32_t command_line;
    uint32_t module_count;
    uint32_t modules;
};

struct multiboot_module {
    uint32_t start;
    uint32_t end;
    uint32_t command_line;
    uint32_t reserved;
};

extern char image_end[];
void multiboot_boot(const struct multiboot_info *info);

static uintptr_t memory_start;
static uintptr_t memory_end;
static char command_line[COMMAND_LINE_BYTES];
static struct boot_module {
    const void *start;
    size_t bytes;
} modules[BOARD_MODULES_MAX];
static uint32_t module_count;

static void init_console(void)
{
    out8(COM1 + 1, 0);    /* no interrupts */
    out8(COM1 + 3, 0x80); /* divisor */
    out8(COM1 + 0, 1);    /* 115200 baud */
    out8(COM1 + 1, 0);
    out8(COM1 + 3, 0x03); /* 8N1 */
    out8(COM1 + 2, 0xC7); /* FIFO */
    out8(COM1 + 4, 0x03);
}

/* Called first, before anything else uses memory: the boot loader's data lies anywhere. */
void multiboot_boot(const struct multiboot_info *info)
{
    const struct multiboot_module *module = (const struct multiboot_module *)info->modules;
    uint32_t i;

    init_console();
    memory_start = (uintptr_t)image_end;
    memory_end = HIGH_MEMORY + (info->flags & MULTIBOOT_HAS_MEMORY ? info->upper_kib * 1024 : 0);
    for (i = 0; info->flags & MULTIBOOT_HAS_MODULES && i < info->module_count; i++) {
        if (module[i].end > memory_start)
            memory_start = module[i].end;
        if (module_count == BOARD_MODULES_MAX)
            kernel_panic("more than 8 modules", "boot");
        modules[module_count++] =
            (struct boot_module){(const void *)module[i].start, module[i].end - module[i].start};
    }
    if (info->flags & MULTIBOOT_HAS_COMMAND_LINE) {
        const char *from = (const char *)info->command_line;

        for (i = 0; i + 1 < sizeof(command_line) && from[i]; i++)
            command_line[i] = from[i];
        if (from[i])
            kernel_panic("the command line is longer than 4095 bytes", "boot");
    }
    if (memory_end <= memory_start)
        kernel_panic("no memory above the image", "boot");
}

const char *board_system_name(void)
{
    return "kernel-i386";
}

const char *board_command_line(void)
{
    return command_line;
}

bool board_boot_module(uint32_t index, const void **out_start, size_t *out_bytes)
{
    if (index >= module_count)
        return false;
    *out_start = modules[index].start;
    *out_bytes = modules[index].bytes;
    return true;
}

bool board_memory(uint32_t index, void **out_start, size_t *out_bytes)
{
    if (index)
        return false;
    *out_start = (void *)memory_start;
    *out_bytes = memory_end - memory_start;
    return true;
}

void board_console_write(const char *text, size_t length)
{
    for (; length; length--, text++) {
        if (*text == '\n') {
            while (!(in8(LINE_STATUS) & LINE_STATUS_EMPTY))
                ;
            out8(COM1, '\r');
        }
        while (!(in8(LINE_STATUS) & LINE_STATUS_EMPTY))
            ;
        out8(COM1, (uint8_t)*text);
    }
}

void board_shutdown(uint8_t code)
{
    out8(DEBUG_EXIT, code);
    for (;;)
        __asm__ volatile("cli; hlt"); /* no such device: stand still */
}
