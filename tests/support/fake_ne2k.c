#include "fake_ne2k.h"
#include <port_io.h>
#include <string.h>
#include "cmocka_all.h"
#include "fake_machine.h"

enum { BASE = 0x300, DATA = 0x10, RESET = 0x1F, PAGE_BYTES = 256, HEADER_BYTES = 4 };
enum { START = 0x02, STOP = 0x01, TRANSMIT = 0x04, REMOTE_READ = 0x08, REMOTE_WRITE = 0x10, PAGE1 = 0x40 };
enum { RECEIVED = 0x01, TRANSMITTED = 0x02, OVERFLOW = 0x10, REMOTE_DONE = 0x40, IS_RESET = 0x80 };

struct fake_ne2k fake_ne2k;

void fake_ne2k_plug(void)
{
    static const uint8_t address[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    uint32_t i;

    memset(&fake_ne2k, 0, sizeof(fake_ne2k));
    fake_ne2k.present = true;
    for (i = 0; i < 6; i++)
        fake_ne2k.memory[2 * i] = fake_ne2k.memory[2 * i + 1] = address[i];
}

static uint32_t ring_pages_free(void)
{
    uint32_t pages = fake_ne2k.ring_stop - fake_ne2k.ring_start;

    return (fake_ne2k.boundary + pages - fake_ne2k.current) % pages;
}

/* Copies into the ring, around its end. */
static void store(uint32_t at, const uint8_t *from, uint32_t count)
{
    while (count--) {
        if (at == fake_ne2k.ring_stop * PAGE_BYTES)
            at = fake_ne2k.ring_start * PAGE_BYTES;
        fake_ne2k.memory[at++] = *from++;
    }
}

bool fake_ne2k_receive(const void *frame, uint32_t length)
{
    uint32_t total = length + HEADER_BYTES, pages = (total + PAGE_BYTES - 1) / PAGE_BYTES;
    uint32_t next = fake_ne2k.current + pages;
    uint8_t header[HEADER_BYTES];

    if (!(fake_ne2k.command & START) || pages >= ring_pages_free()) {
        fake_ne2k.status |= OVERFLOW;
        return false;
    }
    if (next >= fake_ne2k.ring_stop)
        next -= fake_ne2k.ring_stop - fake_ne2k.ring_start;
    header[0] = 1;
    header[1] = (uint8_t)next;
    header[2] = (uint8_t)total;
    header[3] = (uint8_t)(total >> 8);
    store(fake_ne2k.current * PAGE_BYTES, header, sizeof(header));
    store(fake_ne2k.current * PAGE_BYTES + HEADER_BYTES, frame, length);
    fake_ne2k.current = (uint8_t)next;
    fake_ne2k.status |= RECEIVED;
    return true;
}

bool fake_ne2k_interrupts(void)
{
    return fake_ne2k.status & fake_ne2k.mask;
}

static void transmit(void)
{
    if (fake_ne2k.stuck)
        return;
    assert_true(fake_ne2k.transmit_bytes >= 60); /* the card does not pad */
    assert_true(fake_ne2k.transmit_bytes <= sizeof(fake_ne2k.sent));
    memcpy(fake_ne2k.sent, fake_ne2k.memory + fake_ne2k.transmit_page * PAGE_BYTES, fake_ne2k.transmit_bytes);
    fake_ne2k.sent_bytes = fake_ne2k.transmit_bytes;
    fake_ne2k.sent_count++;
    fake_ne2k.command &= (uint8_t)~TRANSMIT;
    fake_ne2k.status |= TRANSMITTED;
}

static void set_low(uint16_t *word, uint8_t value)
{
    *word = (uint16_t)((*word & 0xFF00) | value);
}

static void set_high(uint16_t *word, uint8_t value)
{
    *word = (uint16_t)((*word & 0x00FF) | value << 8);
}

static void write_page0(uint32_t offset, uint8_t value)
{
    switch (offset) {
    case 1:
        fake_ne2k.ring_start = value;
        break;
    case 2:
        fake_ne2k.ring_stop = value;
        break;
    case 3:
        fake_ne2k.boundary = value;
        break;
    case 4:
        fake_ne2k.transmit_page = value;
        break;
    case 5:
        set_low(&fake_ne2k.transmit_bytes, value);
        break;
    case 6:
        set_high(&fake_ne2k.transmit_bytes, value);
        break;
    case 7:
        fake_ne2k.status &= (uint8_t)~value;
        break;
    case 8:
        set_low(&fake_ne2k.remote_address, value);
        break;
    case 9:
        set_high(&fake_ne2k.remote_address, value);
        break;
    case 10:
        set_low(&fake_ne2k.remote_bytes, value);
        break;
    case 11:
        set_high(&fake_ne2k.remote_bytes, value);
        break;
    case 12:
        fake_ne2k.receive_config = value;
        break;
    case 15:
        fake_ne2k.mask = value;
        break;
    default: /* transmit and data configuration */
        break;
    }
}

void out8(uint16_t port, uint8_t value)
{
    uint32_t offset = port - BASE;

    machine.now_ns += 1000; /* what a port takes */
    if (!fake_ne2k.present)
        return;
    if (offset == RESET) {
        fake_ne2k.status = IS_RESET;
        fake_ne2k.command = STOP;
    } else if (offset == 0) {
        fake_ne2k.command = value;
        if (value & TRANSMIT)
            transmit();
    } else if (!(fake_ne2k.command & PAGE1)) {
        write_page0(offset, value);
    } else if (offset <= 6) {
        fake_ne2k.address[offset - 1] = value;
    } else if (offset == 7) {
        fake_ne2k.current = value;
    }
}

uint8_t in8(uint16_t port)
{
    uint32_t offset = port - BASE;

    machine.now_ns += 1000;
    if (!fake_ne2k.present)
        return 0xFF;
    if (offset == 0)
        return fake_ne2k.command;
    if (fake_ne2k.command & PAGE1)
        return offset == 7 ? fake_ne2k.current : 0;
    return offset == 3 ? fake_ne2k.boundary : offset == 7 ? fake_ne2k.status : 0;
}

/* One byte of the remote transfer; the card goes around the ring's end by itself. */
static uint8_t *next_remote(uint8_t direction)
{
    uint8_t *at;

    assert_true(fake_ne2k.command & direction);
    assert_true(fake_ne2k.remote_bytes > 0);
    assert_true(fake_ne2k.remote_address < sizeof(fake_ne2k.memory));
    at = &fake_ne2k.memory[fake_ne2k.remote_address++];
    if (fake_ne2k.remote_address == fake_ne2k.ring_stop * PAGE_BYTES)
        fake_ne2k.remote_address = (uint16_t)(fake_ne2k.ring_start * PAGE_BYTES);
    if (!--fake_ne2k.remote_bytes)
        fake_ne2k.status |= REMOTE_DONE;
    return at;
}

void in32_string(uint16_t port, void *to, uint32_t count)
{
    uint8_t *at = to;

    assert_int_equal(port, BASE + DATA);
    for (count *= 4; count; count--)
        *at++ = *next_remote(REMOTE_READ);
}

void out32_string(uint16_t port, const void *from, uint32_t count)
{
    const uint8_t *at = from;

    assert_int_equal(port, BASE + DATA);
    for (count *= 4; count; count--)
        *next_remote(REMOTE_WRITE) = *at++;
}
