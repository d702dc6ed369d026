/* The MPS2 board with the AN385 image: UART 0 as console, memory, command line and exit by semihosting. */
#include <arch.h>
#include <nvic.h>
#include <os_romfs.h>
#include <register_io.h>
#include <semihosting.h>
#include <string.h>

#define UART_DATA 0x40004000u
#define UART_STATE 0x40004004u
#define UART_CONTROL 0x40004008u
#define UART_DIVISOR 0x40004010u
#define STATE_FULL 0x1u
#define CONTROL_SEND 0x1u
#define CLOCK_HZ 25000000u
#define BAUD 115200u

#define DATA_END 0x20400000u
#define PSRAM_START 0x21000000u
#define PSRAM_END 0x22000000u
#define PAGE_BYTES 4096u
#define COMMAND_LINE_BYTES 4096u /* it begins with the path of the image, which may be long */

extern char image_end[];
void board_init(void);
void clock_init(void);

static char command_line[COMMAND_LINE_BYTES];
static struct boot_module {
    const void *start;
    size_t bytes;
} modules[BOARD_MODULES_MAX];
static uint32_t module_count;
static uint32_t psram_start = PSRAM_START; /* of what no module takes */

static void read_command_line(void)
{
    struct {
        char *text;
        uint32_t bytes;
    } block = {command_line, sizeof(command_line)};

    if (semihosting_call(SEMIHOSTING_GET_COMMAND_LINE, &block) != 0 && !semihosting_is_unheard)
        kernel_panic("the command line is longer than 4095 bytes", "boot");
}

/*
 * Whoever starts the machine puts images of RomFS into the PSRAM from its start on, each at the next page.
 * They are known by their mark; the heap begins behind the last.
 */
static void find_modules(void)
{
    for (;;) {
        const struct romfs_header *header = (const struct romfs_header *)psram_start;
        uint32_t left = PSRAM_END - psram_start;

        if (left < sizeof(*header) || memcmp(header->magic, ROMFS_MAGIC, sizeof(header->magic)) != 0)
            return;
        if (header->total_bytes < sizeof(*header) || header->total_bytes > left)
            kernel_panic("a module is larger than its memory", "boot");
        if (module_count == BOARD_MODULES_MAX)
            kernel_panic("more than 8 modules", "boot");
        modules[module_count++] = (struct boot_module){header, header->total_bytes};
        psram_start += (header->total_bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    }
}

void board_init(void)
{
    write32(UART_DIVISOR, CLOCK_HZ / BAUD);
    write32(UART_CONTROL, CONTROL_SEND);
    nvic_init();
    clock_init();
    read_command_line();
    find_modules();
}

const char *board_system_name(void)
{
    return "kernel-armv7m";
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
    uint32_t start = index ? psram_start : (uint32_t)image_end, end = index ? PSRAM_END : DATA_END;

    if (index > 1)
        return false;
    *out_start = (void *)start;
    *out_bytes = end - start;
    return true;
}

void board_console_write(const char *text, size_t length)
{
    for (; length; length--, text++) {
        if (*text == '\n') {
            while (read32(UART_STATE) & STATE_FULL)
                ;
            write32(UART_DATA, '\r');
        }
        while (read32(UART_STATE) & STATE_FULL)
            ;
        write32(UART_DATA, (uint8_t)*text);
    }
}

void board_shutdown(uint8_t code)
{
    uint32_t block[] = {SEMIHOSTING_APPLICATION_EXIT, code};

    (void)semihosting_call(SEMIHOSTING_EXIT_EXTENDED, block);
    for (;;)
        __asm__ volatile("cpsid i; wfi"); /* nobody listens: stand still */
}
