/*
 * A LAN9118 card behind the fake machine's registers: what its data sheet says, as far as drivers look, and
 * the rules that it has for them. What breaks a rule fails the test.
 */
#ifndef FAKE_LAN9118_H
#define FAKE_LAN9118_H

#include <stdbool.h>
#include <stdint.h>

enum {
    FAKE_LAN9118_RX_WORDS = 2640,   /* of frames received */
    FAKE_LAN9118_RX_STATUSES = 176, /* their number at most */
    FAKE_LAN9118_TX_BYTES = 4608,   /* of parts to send */
    FAKE_LAN9118_TX_STATUSES = 128
};

struct fake_lan9118 {
    bool present;
    uint32_t id;    /* the model */
    bool unready;   /* the card never wakes up */
    bool mac_hangs; /* the MAC stays busy */
    bool stuck;     /* nothing leaves the transmitter */
    bool edge;      /* an acknowledged interrupt comes with the next frame only, as in some emulators; else it
                     * stays as      long as there are frames */

    uint32_t interrupt_config, interrupts, interrupts_enabled, hardware_config;
    uint32_t mac_data, mac_command, mac_control, mac_address[2];
    uint32_t mii_access, mii_data;
    uint32_t phy[32];

    uint32_t rx[FAKE_LAN9118_RX_WORDS], rx_first, rx_count;
    uint32_t rx_statuses[FAKE_LAN9118_RX_STATUSES], rx_status_first, rx_status_count;
    uint32_t dropped;   /* frames that did not fit */
    uint32_t underruns; /* words and statuses that were read and not there */

    uint32_t tx_config, tx_used_bytes, tx_status_count;
    struct {
        uint32_t words_to_come;  /* of the part; 0: a command comes next */
        bool second_command;     /* which is this one */
        uint32_t command, frame; /* of the part; the second command of the frame */
        uint32_t space, parts;   /* of the frame so far */
        uint32_t bytes;          /* in data */
        uint8_t data[2048];
    } tx;

    uint8_t sent[2048]; /* the frame that went out last */
    uint32_t sent_bytes, sent_parts;
    uint32_t sent_count;
};

extern struct fake_lan9118 fake_lan9118;

/** A card with the address 52:54:00:12:34:57 and a wire that has been negotiated to 100 Mbit/s, full duplex.
 */
void fake_lan9118_plug(void);

/** A frame comes in from the wire; `flags` are added to its status. @retval false there is no room: it is
 * lost */
bool fake_lan9118_receive(const void *frame, uint32_t length, uint32_t flags);

/** The link at the other end changes to these abilities (PHY register 5). */
void fake_lan9118_link(uint32_t partner);

/** What waits in the transmitter goes out: the wire is free again. */
void fake_lan9118_unstick(void);

/** Whether it asks for an interrupt. */
bool fake_lan9118_interrupts(void);

#endif
