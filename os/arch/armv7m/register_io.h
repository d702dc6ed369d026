/* Registers of devices that lie in memory. */
#ifndef REGISTER_IO_H
#define REGISTER_IO_H

#include <stdint.h>
#include <string.h>

static inline void write32(uintptr_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static inline uint32_t read32(uintptr_t address)
{
    return *(volatile uint32_t *)address;
}

/* `count` words in a row through one register. */
static inline void write32_string(uintptr_t address, const uint32_t *from, uint32_t count)
{
    for (; count; count--)
        write32(address, *from++);
}

/* `to` may lie at any address: this processor writes words anywhere. */
static inline void read32_string(uintptr_t address, void *to, uint32_t count)
{
    uint8_t *at = (uint8_t *)to;
    uint32_t word;

    for (; count; count--, at += sizeof(word)) {
        word = read32(address);
        memcpy(at, &word, sizeof(word));
    }
}

#endif
