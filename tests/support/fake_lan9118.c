#include "fake_lan9118.h"
#include <register_io.h>
#include <string.h>
#include "cmocka_all.h"
#include "fake_machine.h"

enum { BASE = 0x40200000, PIN_ACTIVE_HIGH = 0x111, PARTS_FRAME_MAX = 2036, FRAME_MIN = 60 };

enum {
    RX_DATA = 0x00,
    TX_DATA = 0x20,
    RX_STATUS = 0x40,
    ID_REV = 0x50,
    IRQ_CFG = 0x54,
    INT_STS = 0x58,
    INT_EN = 0x5C,
    BYTE_TEST = 0x64,
    RX_CFG = 0x6C,
    TX_CFG = 0x70,
    HW_CFG = 0x74,
    RX_FIFO_INF = 0x7C,
    TX_FIFO_INF = 0x80,
    PMT_CTRL = 0x84,
    MAC_CSR_CMD = 0xA4,
    MAC_CSR_DATA = 0xA8
};

enum { MAC_CR = 1, MAC_ADDRH = 2, MAC_ADDRL = 3, MAC_MII_ACC = 6, MAC_MII_DATA = 7 };

#define INT_RECEIVER_STOPPED 0x01000000u
#define INT_PHY 0x00040000u
#define INT_RECEIVER_ERROR 0x00004000u
#define INT_RECEIVED 0x00000008u
#define HW_RESET 0x1u
#define HW_MUST_BE_ONE 0x100000u
#define TX_STOP 0x1u
#define TX_ON 0x2u
#define TX_STATUS_OVERRUN 0x4u
#define TX_DATA_DUMP 0x4000u
#define TX_STATUS_DUMP 0x8000u
#define RX_DUMP 0x8000u
#define MAC_BUSY 0x80000000u
#define MAC_READ 0x40000000u
#define MAC_TXEN 0x8u
#define MAC_RXEN 0x4u
#define PART_FIRST 0x2000u
#define PART_LAST 0x1000u

struct fake_lan9118 fake_lan9118;

static void reset(void)
{
    fake_lan9118.interrupt_config = 0;
    fake_lan9118.interrupts = 0;
    fake_lan9118.interrupts_enabled = 0;
    fake_lan9118.hardware_config = 0x00050000;
    fake_lan9118.mac_control = 0x00040000;
    fake_lan9118.rx_count = fake_lan9118.rx_status_count = 0;
    fake_lan9118.tx_config = fake_lan9118.tx_used_bytes = fake_lan9118.tx_status_count = 0;
    memset(&fake_lan9118.tx, 0, sizeof(fake_lan9118.tx));
}

void fake_lan9118_plug(void)
{
    memset(&fake_lan9118, 0, sizeof(fake_lan9118));
    fake_lan9118.present = true;
    fake_lan9118.id = 0x01180001;
    fake_lan9118.mac_address[0] = 0x12005452;
    fake_lan9118.mac_address[1] = 0x5734;
    fake_lan9118.phy[4] = 0x01E1;
    fake_lan9118.phy[5] = 0x41E1;
    reset();
}

static uint32_t pending(void)
{
    uint32_t bits = fake_lan9118.interrupts;

    if (fake_lan9118.rx_status_count && !fake_lan9118.edge)
        bits |= INT_RECEIVED;
    if (fake_lan9118.phy[29] & fake_lan9118.phy[30])
        bits |= INT_PHY;
    return bits;
}

bool fake_lan9118_interrupts(void)
{
    assert_int_equal(fake_lan9118.interrupt_config,
                     PIN_ACTIVE_HIGH); /* else the line is active when it is not */
    return pending() & fake_lan9118.interrupts_enabled;
}

void fake_lan9118_link(uint32_t partner)
{
    fake_lan9118.phy[5] = partner;
    fake_lan9118.phy[29] |= partner ? 0x40 : 0x10;
}

/* ---- receiver ---- */

static void push_word(uint32_t word)
{
    fake_lan9118.rx[(fake_lan9118.rx_first + fake_lan9118.rx_count++) % FAKE_LAN9118_RX_WORDS] = word;
}

bool fake_lan9118_receive(const void *frame, uint32_t length, uint32_t flags)
{
    uint8_t bytes[4096] = {0};
    uint32_t words = (length + 4 + 3) / 4, i, word;

    if (!(fake_lan9118.mac_control & MAC_RXEN) || words > FAKE_LAN9118_RX_WORDS - fake_lan9118.rx_count ||
        fake_lan9118.rx_status_count == FAKE_LAN9118_RX_STATUSES) {
        fake_lan9118.dropped++;
        return false;
    }
    assert_true(words * 4 <= sizeof(bytes));
    memcpy(bytes, frame, length);
    memset(bytes + length, 0xCC, words * 4 - length); /* checksum and filling */
    for (i = 0; i < words; i++) {
        memcpy(&word, bytes + 4 * i, 4);
        push_word(word);
    }
    fake_lan9118.rx_statuses[(fake_lan9118.rx_status_first + fake_lan9118.rx_status_count++) %
                             FAKE_LAN9118_RX_STATUSES] = (length + 4) << 16 | flags;
    fake_lan9118.interrupts |= fake_lan9118.edge ? INT_RECEIVED : 0;
    return true;
}

static uint32_t pop_word(void)
{
    uint32_t word = fake_lan9118.rx[fake_lan9118.rx_first];

    if (!fake_lan9118.rx_count) {
        fake_lan9118.underruns++;
        fake_lan9118.interrupts |= INT_RECEIVER_ERROR;
        return 0;
    }
    fake_lan9118.rx_first = (fake_lan9118.rx_first + 1) % FAKE_LAN9118_RX_WORDS;
    fake_lan9118.rx_count--;
    return word;
}

static uint32_t pop_status(void)
{
    uint32_t status = fake_lan9118.rx_statuses[fake_lan9118.rx_status_first];

    if (!fake_lan9118.rx_status_count) {
        fake_lan9118.underruns++;
        fake_lan9118.interrupts |= INT_RECEIVER_ERROR;
        return 0;
    }
    fake_lan9118.rx_status_first = (fake_lan9118.rx_status_first + 1) % FAKE_LAN9118_RX_STATUSES;
    fake_lan9118.rx_status_count--;
    return status;
}

static void set_rx_config(uint32_t value)
{
    assert_int_equal(value & ~RX_DUMP, 0); /* no end alignment, no offset, no DMA */
    if (!(value & RX_DUMP))
        return;
    assert_false(fake_lan9118.mac_control & MAC_RXEN); /* it must stand still */
    fake_lan9118.rx_count = fake_lan9118.rx_status_count = 0;
}

/* ---- transmitter ---- */

static uint32_t command_size(void)
{
    return fake_lan9118.tx.command & 0x7FF;
}

static uint32_t command_offset(void)
{
    return fake_lan9118.tx.command >> 16 & 0x1F;
}

static void take_frame(void)
{
    assert_int_equal(fake_lan9118.tx.bytes, fake_lan9118.tx.frame & 0x7FF);
    assert_true(fake_lan9118.tx.space <= PARTS_FRAME_MAX);
    memcpy(fake_lan9118.sent, fake_lan9118.tx.data, fake_lan9118.tx.bytes);
    fake_lan9118.sent_bytes = fake_lan9118.tx.bytes;
    if (fake_lan9118.sent_bytes < FRAME_MIN) { /* the card pads */
        memset(fake_lan9118.sent + fake_lan9118.sent_bytes, 0, FRAME_MIN - fake_lan9118.sent_bytes);
        fake_lan9118.sent_bytes = FRAME_MIN;
    }
    fake_lan9118.sent_parts = fake_lan9118.tx.parts;
    if (!fake_lan9118.stuck)
        fake_lan9118_unstick();
}

void fake_lan9118_unstick(void)
{
    fake_lan9118.stuck = false;
    fake_lan9118.sent_count++;
    fake_lan9118.tx_used_bytes = 0;
    if (fake_lan9118.tx_status_count < FAKE_LAN9118_TX_STATUSES)
        fake_lan9118.tx_status_count++;
    else
        assert_true(fake_lan9118.tx_config & TX_STATUS_OVERRUN); /* else it would stop here */
}

static void use_tx_bytes(uint32_t bytes)
{
    fake_lan9118.tx_used_bytes += bytes;
    assert_true(fake_lan9118.tx_used_bytes <= FAKE_LAN9118_TX_BYTES);
}

static void take_command(uint32_t word)
{
    fake_lan9118.tx.command = word;
    assert_int_equal(word & 0x7CE0C800, 0); /* reserved */
    assert_int_equal(word & 0x83000000, 0); /* no interrupt, no end alignment */
    assert_int_not_equal(command_size(), 0);
    if (word & PART_FIRST)
        fake_lan9118.tx.bytes = fake_lan9118.tx.space = fake_lan9118.tx.parts = 0;
    else
        assert_int_not_equal(fake_lan9118.tx.parts, 0);
    if (!(word & (PART_FIRST | PART_LAST)))
        assert_true(command_size() >= 4);
    use_tx_bytes(4);
    fake_lan9118.tx.second_command = true;
}

static void take_second_command(uint32_t word)
{
    if (fake_lan9118.tx.command & PART_FIRST) {
        fake_lan9118.tx.frame = word;
        use_tx_bytes(4);
    }
    assert_int_equal(word, fake_lan9118.tx.frame); /* the same for all parts */
    fake_lan9118.tx.second_command = false;
    fake_lan9118.tx.parts++;
    fake_lan9118.tx.words_to_come = (command_offset() + command_size() + 3) / 4;
    assert_true(command_offset() < 4); /* a word that would only be thrown away */
}

static void take_data(uint32_t word)
{
    uint32_t words = (command_offset() + command_size() + 3) / 4, at = words - fake_lan9118.tx.words_to_come,
             i;

    for (i = 4 * at; i < 4 * at + 4; i++) {
        if (i >= command_offset() && i < command_offset() + command_size()) {
            assert_true(fake_lan9118.tx.bytes < sizeof(fake_lan9118.tx.data));
            fake_lan9118.tx.data[fake_lan9118.tx.bytes++] = (uint8_t)(word >> i % 4 * 8);
        }
    }
    use_tx_bytes(4);
    fake_lan9118.tx.space += 4;
    if (!--fake_lan9118.tx.words_to_come && fake_lan9118.tx.command & PART_LAST)
        take_frame();
}

static void write_tx(uint32_t word)
{
    assert_true(fake_lan9118.tx_config & TX_ON);
    assert_true(fake_lan9118.mac_control & MAC_TXEN);
    if (fake_lan9118.tx.second_command)
        take_second_command(word);
    else if (fake_lan9118.tx.words_to_come)
        take_data(word);
    else
        take_command(word);
}

static void set_tx_config(uint32_t value)
{
    fake_lan9118.tx_config = value & (TX_ON | TX_STATUS_OVERRUN);
    if (value & TX_STOP)
        fake_lan9118.tx_config &= ~TX_ON;
    if (value & TX_STATUS_DUMP)
        fake_lan9118.tx_status_count = 0;
    if (value & TX_DATA_DUMP) {
        assert_false(fake_lan9118.tx_config & TX_ON);
        fake_lan9118.tx_used_bytes = 0;
        memset(&fake_lan9118.tx, 0, sizeof(fake_lan9118.tx));
    }
}

/* ---- MAC and PHY ---- */

static void access_phy(void)
{
    uint32_t *phy = &fake_lan9118.phy[fake_lan9118.mii_access >> 6 & 0x1F];

    assert_int_equal(fake_lan9118.mii_access >> 11 & 0x1F, 1); /* the one inside */
    if (fake_lan9118.mii_access & 2) {
        *phy = fake_lan9118.mii_data;
        return;
    }
    fake_lan9118.mii_data = *phy;
    if (phy == &fake_lan9118.phy[29])
        *phy = 0; /* interrupts end when they are read */
}

static void write_mac(uint32_t index, uint32_t value)
{
    switch (index) {
    case MAC_CR:
        if (fake_lan9118.mac_control & MAC_RXEN && !(value & MAC_RXEN))
            fake_lan9118.interrupts |= INT_RECEIVER_STOPPED;
        fake_lan9118.mac_control = value;
        break;
    case MAC_MII_ACC:
        fake_lan9118.mii_access = value & ~1u; /* no longer busy */
        access_phy();
        break;
    case MAC_MII_DATA:
        fake_lan9118.mii_data = value;
        break;
    default:
        fail_msg("MAC register %u is written", index);
    }
}

static uint32_t read_mac(uint32_t index)
{
    switch (index) {
    case MAC_CR:
        return fake_lan9118.mac_control;
    case MAC_ADDRL:
        return fake_lan9118.mac_address[0];
    case MAC_ADDRH:
        return fake_lan9118.mac_address[1];
    case MAC_MII_ACC:
        return fake_lan9118.mii_access;
    case MAC_MII_DATA:
        return fake_lan9118.mii_data;
    default:
        fail_msg("MAC register %u is read", index);
        return 0;
    }
}

static void command_mac(uint32_t value)
{
    fake_lan9118.mac_command = value & ~MAC_BUSY;
    if (!(value & MAC_BUSY))
        return;
    if (fake_lan9118.mac_hangs)
        fake_lan9118.mac_command = value;
    else if (value & MAC_READ)
        fake_lan9118.mac_data = read_mac(value & 0xFF);
    else
        write_mac(value & 0xFF, fake_lan9118.mac_data);
}

/* ---- the bus ---- */

void write32(uintptr_t address, uint32_t value)
{
    machine.now_ns += 100; /* what a register takes */
    if (!fake_lan9118.present)
        return;
    switch (address - BASE) {
    case TX_DATA:
        write_tx(value);
        break;
    case IRQ_CFG:
        fake_lan9118.interrupt_config = value;
        break;
    case INT_STS:
        fake_lan9118.interrupts &= ~value;
        break;
    case INT_EN:
        fake_lan9118.interrupts_enabled = value;
        break;
    case RX_CFG:
        set_rx_config(value);
        break;
    case TX_CFG:
        set_tx_config(value);
        break;
    case HW_CFG:
        if (value & HW_RESET)
            reset();
        else
            assert_int_equal(value, HW_MUST_BE_ONE | 0x50000);
        break;
    case MAC_CSR_CMD:
        command_mac(value);
        break;
    case MAC_CSR_DATA:
        fake_lan9118.mac_data = value;
        break;
    default:
        fail_msg("register 0x%x is written", (unsigned)(address - BASE));
    }
}

uint32_t read32(uintptr_t address)
{
    machine.now_ns += 100;
    if (!fake_lan9118.present)
        return ~0u;
    switch (address - BASE) {
    case RX_DATA:
        return pop_word();
    case RX_STATUS:
        return pop_status();
    case ID_REV:
        return fake_lan9118.id;
    case INT_STS:
        return pending();
    case INT_EN:
        return fake_lan9118.interrupts_enabled;
    case BYTE_TEST:
        return 0x87654321;
    case RX_CFG:
        return 0;
    case TX_CFG:
        return fake_lan9118.tx_config;
    case HW_CFG:
        return fake_lan9118.hardware_config;
    case RX_FIFO_INF:
        return fake_lan9118.rx_status_count << 16 | fake_lan9118.rx_count * 4;
    case TX_FIFO_INF:
        return fake_lan9118.tx_status_count << 16 | (FAKE_LAN9118_TX_BYTES - fake_lan9118.tx_used_bytes);
    case PMT_CTRL:
        return !fake_lan9118.unready;
    case MAC_CSR_CMD:
        return fake_lan9118.mac_command;
    case MAC_CSR_DATA:
        return fake_lan9118.mac_data;
    default:
        fail_msg("register 0x%x is read", (unsigned)(address - BASE));
        return 0;
    }
}

void write32_string(uintptr_t address, const uint32_t *from, uint32_t count)
{
    assert_true(!count || (uintptr_t)from % 4 == 0);
    while (count--)
        write32(address, *from++);
}

void read32_string(uintptr_t address, void *to, uint32_t count)
{
    uint8_t *at = to;
    uint32_t word;

    for (; count; count--, at += sizeof(word)) {
        word = read32(address);
        memcpy(at, &word, sizeof(word));
    }
}
