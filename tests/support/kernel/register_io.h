/* Registers of devices that lie in memory, played by a test: what is behind them is the test's fake device.
 */
#ifndef REGISTER_IO_H
#define REGISTER_IO_H

#include <stdint.h>

void write32(uintptr_t address, uint32_t value);
uint32_t read32(uintptr_t address);

/* `count` words in a row through one register; `to` may lie at any address. */
void write32_string(uintptr_t address, const uint32_t *from, uint32_t count);
void read32_string(uintptr_t address, void *to, uint32_t count);

#endif
