/* An NE2000 card behind the fake machine's I/O ports: what the DP8390's data sheet says, as far as drivers
 * look. */
#ifndef FAKE_NE2K_H
#define FAKE_NE2K_H

#include <stdbool.h>
#include <stdint.h>

struct fake_ne2k {
    bool present;
    bool stuck; /* the transmitter never ends */
    uint8_t memory[0xC000];
    uint8_t command;
    uint8_t ring_start, ring_stop, boundary, current; /* pages */
    uint8_t transmit_page;
    uint16_t transmit_bytes;
    uint16_t remote_address, remote_bytes;
    uint8_t status, mask;
    uint8_t receive_config;
    uint8_t address[6]; /* as the driver wrote it */
    uint8_t sent[2048]; /* the frame that went out last */
    uint32_t sent_bytes;
    uint32_t sent_count;
};

extern struct fake_ne2k fake_ne2k;

/** A card with the address 52:54:00:12:34:56, not set up yet. */
void fake_ne2k_plug(void);

/** A frame comes in from the wire. @retval false the ring is full: it is lost */
bool fake_ne2k_receive(const void *frame, uint32_t length);

/** Whether it asks for an interrupt. */
bool fake_ne2k_interrupts(void);

#endif
