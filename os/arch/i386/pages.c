/*
 * Paging without address spaces: every address means itself, except that the first page is not there, so that
 * a null pointer stops the machine instead of reading the BIOS's tables, and that code and constants cannot
 * be written.
 */
#include <arch.h>

#define PAGE_BYTES 4096u
#define ENTRIES 1024u
#define LARGE_PAGE_BYTES (PAGE_BYTES * ENTRIES)
#define ENTRY_PRESENT 0x001u
#define ENTRY_WRITE 0x002u
#define ENTRY_LARGE 0x080u
#define CR0_PAGING 0x80010000u /* and pages are read-only for the kernel, too */
#define CR4_LARGE_PAGES 0x10u

extern char image_start[], image_data[];
void pages_init(void);

static uint32_t directory[ENTRIES] __attribute__((aligned(PAGE_BYTES)));
static uint32_t first_table[ENTRIES] __attribute__((aligned(PAGE_BYTES))); /* of the first large page */

void pages_init(void)
{
    uint32_t i, value;

    for (i = 1; i < ENTRIES; i++) {
        uint32_t at = i * PAGE_BYTES;
        bool is_constant = at >= (uint32_t)image_start && at < (uint32_t)image_data;

        first_table[i] = at | ENTRY_PRESENT | (is_constant ? 0 : ENTRY_WRITE);
        directory[i] = i * LARGE_PAGE_BYTES | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_LARGE;
    }
    directory[0] = (uint32_t)first_table | ENTRY_PRESENT | ENTRY_WRITE;

    __asm__ volatile("movl %%cr4, %0; orl %1, %0; movl %0, %%cr4" : "=&r"(value) : "i"(CR4_LARGE_PAGES));
    __asm__ volatile("movl %0, %%cr3" : : "r"(directory) : "memory");
    __asm__ volatile("movl %%cr0, %0; orl %1, %0; movl %0, %%cr0"
                     : "=&r"(value)
                     : "i"(CR0_PAGING)
                     : "memory");
}
