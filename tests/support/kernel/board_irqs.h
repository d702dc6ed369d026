/* The interrupt lines of the fake machine (fake_machine.h), and of the PC that unit tests play. */
#ifndef BOARD_IRQS_H
#define BOARD_IRQS_H

#define BOARD_IRQS 16u
#define BOARD_TIMER_IRQ 0u

#endif
