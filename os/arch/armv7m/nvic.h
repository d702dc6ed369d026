/* The interrupt controller of the processor; which device is on which line is the board's. */
#ifndef NVIC_H
#define NVIC_H

#include <stdbool.h>
#include <stdint.h>

/** Gives all lines one priority, so that their handlers never interrupt each other. */
void nvic_init(void);

/** Lets a line through, or not. */
void nvic_enable(uint32_t irq, bool on);

#endif
