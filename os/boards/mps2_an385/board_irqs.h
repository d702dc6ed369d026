/* The interrupt lines of the AN385, as the application note numbers them. */
#ifndef BOARD_IRQS_H
#define BOARD_IRQS_H

#define BOARD_IRQS 32u
#define BOARD_TIMER_IRQ 8u

#endif
