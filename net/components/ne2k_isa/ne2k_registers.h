/* The 8390 of an NE2000 and its surroundings, as offsets from the card's I/O base. */
#ifndef NE2K_REGISTERS_H
#define NE2K_REGISTERS_H

/* In every page. */
#define COMMAND 0x00
#define COMMAND_STOP 0x01
#define COMMAND_START 0x02
#define COMMAND_TRANSMIT 0x04
#define COMMAND_REMOTE_READ 0x08
#define COMMAND_REMOTE_WRITE 0x10
#define COMMAND_REMOTE_ABORT 0x20
#define COMMAND_PAGE1 0x40
#define DATA 0x10
#define RESET 0x1F

/* Page 0. */
#define PAGE_START 0x01
#define PAGE_STOP 0x02
#define BOUNDARY 0x03
#define TRANSMIT_PAGE 0x04
#define TRANSMIT_COUNT0 0x05
#define TRANSMIT_COUNT1 0x06
#define INTERRUPT_STATUS 0x07
#define REMOTE_START0 0x08
#define REMOTE_START1 0x09
#define REMOTE_COUNT0 0x0A
#define REMOTE_COUNT1 0x0B
#define RECEIVE_CONFIG 0x0C
#define TRANSMIT_CONFIG 0x0D
#define DATA_CONFIG 0x0E
#define INTERRUPT_MASK 0x0F

/* Page 1. */
#define PHYSICAL_ADDRESS 0x01
#define CURRENT_PAGE 0x07
#define MULTICAST_ADDRESS 0x08

#define INTERRUPT_RECEIVED 0x01
#define INTERRUPT_RECEIVE_ERROR 0x04
#define INTERRUPT_OVERWRITE 0x10
#define INTERRUPT_REMOTE_DONE 0x40
#define INTERRUPT_RESET 0x80

#define RECEIVE_BROADCAST 0x04
#define RECEIVE_MONITOR 0x20
#define TRANSMIT_LOOPBACK 0x02
#define DATA_WORDS 0x49 /* words, normal operation, FIFO threshold 8 bytes */

#define RECEIVED_OK 0x01 /* in a received frame's status */

#endif
