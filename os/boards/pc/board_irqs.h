/* The interrupt lines of the PC: two controllers of 8 each. */
#ifndef BOARD_IRQS_H
#define BOARD_IRQS_H

#define BOARD_IRQS 16u
#define BOARD_TIMER_IRQ 0u

#endif
