/* The x86 I/O ports, played by a test: what is behind them is the test's fake device. */
#ifndef PORT_IO_H
#define PORT_IO_H

#include <stdint.h>

void out8(uint16_t port, uint8_t value);
uint8_t in8(uint16_t port);
uint64_t read_counter(void);

/* `count` double words in a row. */
void out32_string(uint16_t port, const void *from, uint32_t count);
void in32_string(uint16_t port, void *to, uint32_t count);

#endif
