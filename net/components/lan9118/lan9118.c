/*
 * SMSC LAN9118 and its successor LAN9220: frames move through FIFOs, 32 bits at a time, no DMA.
 *
 * There is no lock: Send alone uses the transmitter's registers, and the one thread of Receive and Wait those
 * of the receiver and of the MAC. INT_EN is only ever written whole.
 */
#include <arch.h>
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <net/interface.idl.h>
#include <os/interrupt.idl.h>
#include <os/synchro.idl.h>
#include <register_io.h>
#include <string.h>

#define BASE 0x40200000u
#define IRQ 13u

#define RX_DATA (BASE + 0x00)
#define TX_DATA (BASE + 0x20)
#define RX_STATUS (BASE + 0x40)
#define ID_REV (BASE + 0x50)
#define IRQ_CFG (BASE + 0x54)
#define INT_STS (BASE + 0x58)
#define INT_EN (BASE + 0x5C)
#define BYTE_TEST (BASE + 0x64)
#define RX_CFG (BASE + 0x6C)
#define TX_CFG (BASE + 0x70)
#define HW_CFG (BASE + 0x74)
#define RX_FIFO_INF (BASE + 0x7C)
#define TX_FIFO_INF (BASE + 0x80)
#define PMT_CTRL (BASE + 0x84)
#define MAC_CSR_CMD (BASE + 0xA4)
#define MAC_CSR_DATA (BASE + 0xA8)

#define BYTE_ORDER_PATTERN 0x87654321u
#define ID_LAN9118 0x0118u
#define ID_LAN9220 0x9220u

/* IRQ_CFG: enabled, active high, driven both ways. */
#define IRQ_LINE_ON 0x00000111u

/* INT_STS and INT_EN */
#define INT_RECEIVER_STOPPED 0x01000000u
#define INT_PHY 0x00040000u
#define INT_RECEIVER_ERROR 0x00004000u
#define INT_RECEIVED 0x00000008u /* there is a status: the level is 0 after a reset */
#define EVENTS (INT_RECEIVED | INT_RECEIVER_ERROR | INT_PHY)

#define RX_DUMP 0x00008000u
#define TX_STOP 0x00000001u
#define TX_ON 0x00000002u
#define TX_STATUS_OVERRUN 0x00000004u /* nobody reads how frames were sent: TCP finds out */
#define TX_DUMP 0x0000C000u           /* status and data */
#define HW_RESET 0x00000001u
#define HW_MUST_BE_ONE 0x00100000u
#define HW_TX_FIFO_5K 0x00050000u /* the receiver has the other 11 KiB */
#define PMT_READY 0x00000001u

#define RX_STATUS_USED 0x00FF0000u
#define RX_DATA_USED 0x0000FFFFu
#define TX_DATA_FREE 0x0000FFFFu

/* RX_STATUS */
#define FRAME_FILTERED 0x40000000u
#define FRAME_BAD 0x00008000u
#define FRAME_LENGTH(status) ((status) >> 16 & 0x3FFF)

/* The first command word of a part; the second has the length of the frame. */
#define PART_OFFSET(bytes) ((uint32_t)(bytes) << 16)
#define PART_FIRST 0x2000u
#define PART_LAST 0x1000u

/* Registers of the MAC, which are reached through two of the above. */
#define MAC_BUSY 0x80000000u
#define MAC_READ 0x40000000u
#define MAC_CONTROL 1u
#define MAC_ADDRESS_HIGH 2u
#define MAC_ADDRESS_LOW 3u
#define MAC_MII_ACCESS 6u
#define MAC_MII_DATA 7u
#define MAC_FULL_DUPLEX 0x00100000u
#define MAC_TRANSMIT 0x00000008u
#define MAC_RECEIVE 0x00000004u

/* Registers of the PHY, which are reached through two of those. */
#define MII_PHY 0x0800u /* the one inside */
#define MII_WRITE 0x0002u
#define MII_BUSY 0x0001u
#define PHY_ADVERTISED 4u
#define PHY_PARTNER 5u
#define PHY_INTERRUPTS 29u
#define PHY_INTERRUPT_MASK 30u
#define PHY_NEGOTIATED 0x40u
#define PHY_LINK_DOWN 0x10u
#define LINK_100_FULL 0x0100u
#define LINK_100_HALF 0x0080u
#define LINK_10_FULL 0x0040u

#define ADDRESS_BYTES 6u
#define HEADER_BYTES 14u
#define CHECKSUM_BYTES 4u
#define WORD_BYTES 4u
#define PART_MIN 4u           /* but for the first and the last of a frame */
#define RX_FIFO_BYTES 10560u  /* of data, as HW_TX_FIFO_5K leaves it */
#define FRAME_SPACE_MAX 2036u /* a frame's words in the transmitter, commands not counted */
#define PATIENCE_NS INT64_C(100000000)

static struct lan9118 {
    INetworkInterface INetworkInterface_iface;
    ISynchro *synchro;
    struct synchro_event received;
    uint8_t address[ADDRESS_BYTES];
    uint32_t control; /* (receiving thread) MAC_CONTROL */
    uint8_t frame[INTERFACE_FRAME_MAX] __attribute__((aligned(WORD_BYTES))); /* (sending thread) */
} lan9118;

static HRESULT lan9118_QueryInterface(INetworkInterface *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkInterface, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t lan9118_AddRef(INetworkInterface *iface)
{
    (void)iface;
    return 1;
}

/* ---- MAC and PHY ---- */

/* Waits until these bits are so. @retval false they do not become so */
static bool wait_for_bits(uint32_t address, uint32_t bits, uint32_t value)
{
    int64_t give_up_ns = board_clock_ns() + PATIENCE_NS;
    uint32_t i;

    for (i = 0; i < 3; i++)
        (void)read32(BYTE_TEST); /* 135 ns: so long a write may take until it can be seen */
    while ((read32(address) & bits) != value)
        if (board_clock_ns() >= give_up_ns)
            return false;
    return true;
}

/* What is read from a MAC that stays busy is nonsense: configure_card finds out. */
static uint32_t read_mac(uint32_t index)
{
    write32(MAC_CSR_CMD, MAC_BUSY | MAC_READ | index);
    (void)wait_for_bits(MAC_CSR_CMD, MAC_BUSY, 0);
    return read32(MAC_CSR_DATA);
}

static void write_mac(uint32_t index, uint32_t value)
{
    write32(MAC_CSR_DATA, value);
    write32(MAC_CSR_CMD, MAC_BUSY | index);
    (void)wait_for_bits(MAC_CSR_CMD, MAC_BUSY, 0);
}

static void start_mii(uint32_t access)
{
    int64_t give_up_ns = board_clock_ns() + PATIENCE_NS;

    write_mac(MAC_MII_ACCESS, access | MII_PHY | MII_BUSY);
    while (read_mac(MAC_MII_ACCESS) & MII_BUSY && board_clock_ns() < give_up_ns)
        ;
}

static uint32_t read_phy(uint32_t index)
{
    start_mii(index << 6);
    return read_mac(MAC_MII_DATA);
}

static void write_phy(uint32_t index, uint32_t value)
{
    write_mac(MAC_MII_DATA, value);
    start_mii(index << 6 | MII_WRITE);
}

/* The MAC sends as the two ends of the wire agreed; reading its interrupts ends them. */
static void follow_link(void)
{
    uint32_t common;

    (void)read_phy(PHY_INTERRUPTS);
    common = read_phy(PHY_ADVERTISED) & read_phy(PHY_PARTNER);
    lan9118.control = MAC_TRANSMIT | MAC_RECEIVE;
    if (common & LINK_100_FULL || (common & (LINK_100_HALF | LINK_10_FULL)) == LINK_10_FULL)
        lan9118.control |= MAC_FULL_DUPLEX;
    write_mac(MAC_CONTROL, lan9118.control);
}

/* ---- INetworkInterface ---- */

static HRESULT lan9118_GetAddress(INetworkInterface *iface, uint8_t *address)
{
    (void)iface;
    memcpy(address, lan9118.address, sizeof(lan9118.address));
    return S_OK;
}

static uint32_t lan9118_GetDepth(INetworkInterface *iface)
{
    (void)iface;
    return RX_FIFO_BYTES / (INTERFACE_FRAME_MAX + CHECKSUM_BYTES + WORD_BYTES - 1);
}

/* What a part takes in the transmitter: words, the first and the last of them used in part. */
static uint32_t part_space(const struct net_part *part)
{
    uint32_t offset = (uintptr_t)part->data % WORD_BYTES;

    return (offset + part->size_bytes + WORD_BYTES - 1) & ~(WORD_BYTES - 1);
}

/* One part as it lies in memory: the card leaves out what is before and behind it in its words. */
static void write_part(const struct net_part *part, uint32_t flags, uint32_t frame_bytes)
{
    const uint8_t *at = (const uint8_t *)part->data;
    uint32_t offset = (uintptr_t)at % WORD_BYTES, left = part->size_bytes, word = 0, count;

    write32(TX_DATA, PART_OFFSET(offset) | flags | left);
    write32(TX_DATA, frame_bytes);
    if (offset) {
        count = left < WORD_BYTES - offset ? left : WORD_BYTES - offset;
        memcpy((uint8_t *)&word + offset, at, count);
        write32(TX_DATA, word);
        at += count;
        left -= count;
    }
    write32_string(TX_DATA, (const uint32_t *)(const void *)at, left / WORD_BYTES);
    if (left % WORD_BYTES) {
        memcpy(&word, at + left / WORD_BYTES * WORD_BYTES, left % WORD_BYTES);
        write32(TX_DATA, word);
    }
}

/* Forgets all that waits to be sent. */
static void restart_transmitter(void)
{
    write32(TX_CFG, TX_STOP | TX_STATUS_OVERRUN);
    (void)wait_for_bits(TX_CFG, TX_STOP | TX_ON,
                        0); /* the frame on the wire; it is forgotten, too, if it hangs */
    write32(TX_CFG, TX_DUMP | TX_STATUS_OVERRUN);
    (void)wait_for_bits(TX_CFG, TX_DUMP, 0);
    write32(TX_CFG, TX_ON | TX_STATUS_OVERRUN);
}

/* Waits for frames before to leave. @retval false they do not */
static bool wait_for_space(uint32_t bytes)
{
    int64_t give_up_ns = board_clock_ns() + PATIENCE_NS;

    while ((read32(TX_FIFO_INF) & TX_DATA_FREE) < bytes)
        if (board_clock_ns() >= give_up_ns)
            return false;
    return true;
}

static HRESULT send_parts(const struct net_part *parts, uint32_t part_count, uint32_t frame_bytes)
{
    uint32_t flags = PART_FIRST, sent = 0, space = WORD_BYTES, i;

    for (i = 0; i < part_count; i++)
        space += WORD_BYTES + part_space(&parts[i]); /* its command; of the second there is one for all */
    if (!wait_for_space(space)) {
        restart_transmitter();
        return OS_E_IO;
    }
    for (i = 0; i < part_count; i++) {
        if (!parts[i].size_bytes)
            continue;
        sent += parts[i].size_bytes;
        write_part(&parts[i], flags | (sent == frame_bytes ? PART_LAST : 0), frame_bytes);
        flags = 0;
    }
    return S_OK;
}

/* Whether the transmitter takes these parts: it has rules for frames in many pieces. */
static bool can_be_scattered(const struct net_part *parts, uint32_t part_count, uint32_t frame_bytes)
{
    uint32_t space = 0, before = 0, i;

    for (i = 0; i < part_count; i++) {
        uint32_t size_bytes = parts[i].size_bytes;

        if (size_bytes && size_bytes < PART_MIN && before && before + size_bytes < frame_bytes)
            return false;
        before += size_bytes;
        space += part_space(&parts[i]);
    }
    return space <= FRAME_SPACE_MAX;
}

static HRESULT lan9118_Send(INetworkInterface *iface, const struct net_part *parts, uint32_t part_count)
{
    struct net_part whole = {lan9118.frame, 0};
    uint32_t length = 0, i;

    (void)iface;
    for (i = 0; i < part_count; i++) {
        if (parts[i].size_bytes > INTERFACE_FRAME_MAX - length)
            return E_INVALIDARG;
        length += parts[i].size_bytes;
    }
    if (!length)
        return E_INVALIDARG;
    if (can_be_scattered(parts, part_count, length))
        return send_parts(parts, part_count, length);
    for (i = 0; i < part_count; i++) {
        memcpy(lan9118.frame + whole.size_bytes, parts[i].data, parts[i].size_bytes);
        whole.size_bytes += parts[i].size_bytes;
    }
    return send_parts(&whole, 1, length);
}

/* Forgets all received frames: what TCP misses it asks for again. */
static void restart_receiver(void)
{
    write_mac(MAC_CONTROL, lan9118.control & ~MAC_RECEIVE);
    (void)wait_for_bits(INT_STS, INT_RECEIVER_STOPPED, INT_RECEIVER_STOPPED);
    write32(RX_CFG, RX_DUMP);
    (void)wait_for_bits(RX_CFG, RX_DUMP, 0);
    write32(INT_STS, INT_RECEIVER_STOPPED | INT_RECEIVER_ERROR);
    write_mac(MAC_CONTROL, lan9118.control);
}

/* Takes the words of a frame nobody wants. The card could skip them itself, but not all of its kin do. */
static void skip_words(uint32_t count)
{
    while (count--)
        (void)read32(RX_DATA);
}

static void read_frame(void *buffer, uint32_t length)
{
    uint32_t whole = length / WORD_BYTES, word;

    read32_string(RX_DATA, buffer, whole);
    if (length % WORD_BYTES) {
        word = read32(RX_DATA);
        memcpy((uint8_t *)buffer + whole * WORD_BYTES, &word, length % WORD_BYTES);
    }
    skip_words(1); /* where the checksum ends */
}

static HRESULT lan9118_Receive(INetworkInterface *iface, void *buffer, uint32_t *out_length)
{
    uint32_t used, status, length, words;

    (void)iface;
    while ((used = read32(RX_FIFO_INF)) & RX_STATUS_USED) {
        status = read32(RX_STATUS);
        length = FRAME_LENGTH(status);
        words = (length + WORD_BYTES - 1) / WORD_BYTES;
        if (words * WORD_BYTES > (used & RX_DATA_USED)) {
            restart_receiver(); /* the FIFOs do not fit each other */
            return S_FALSE;
        }
        if (!(status & (FRAME_BAD | FRAME_FILTERED)) && length >= HEADER_BYTES + CHECKSUM_BYTES &&
            length <= INTERFACE_FRAME_MAX + CHECKSUM_BYTES) {
            read_frame(buffer, length - CHECKSUM_BYTES);
            *out_length = length - CHECKSUM_BYTES;
            return S_OK;
        }
        skip_words(words);
    }
    return S_FALSE;
}

static HRESULT lan9118_Wait(INetworkInterface *iface, int64_t deadline_ns)
{
    uint32_t events = read32(INT_STS) & EVENTS;

    (void)iface;
    write32(INT_STS, events);
    if (events & INT_RECEIVER_ERROR)
        restart_receiver();
    if (events & INT_PHY)
        follow_link();
    write32(INT_EN, EVENTS);
    if (!(read32(RX_FIFO_INF) & RX_STATUS_USED)) /* one that came before its interrupt was allowed */
        com_ignore(ISynchro_WaitEvent(lan9118.synchro, &lan9118.received,
                                      deadline_ns)); /* whatever it was, the caller looks */
    return S_OK;
}

static HRESULT lan9118_Wake(INetworkInterface *iface)
{
    (void)iface;
    return ISynchro_SetEvent(lan9118.synchro, &lan9118.received);
}

/* The card asks until its FIFO is empty, so it is silenced: Wait lets it ask again. */
static HRESULT on_interrupt(void *context)
{
    (void)context;
    if (!(read32(INT_STS) & read32(INT_EN)))
        return E_FAIL;
    write32(INT_EN, 0);
    return S_OK;
}

static const struct INetworkInterfaceVtbl lan9118_vtbl = {
    .QueryInterface = lan9118_QueryInterface,
    .AddRef = lan9118_AddRef,
    .Release = lan9118_AddRef,
    .GetAddress = lan9118_GetAddress,
    .GetDepth = lan9118_GetDepth,
    .Send = lan9118_Send,
    .Receive = lan9118_Receive,
    .Wait = lan9118_Wait,
    .Wake = lan9118_Wake,
};

/* ---- start ---- */

static bool is_present(void)
{
    uint32_t id;

    if (!wait_for_bits(BYTE_TEST, ~0u, BYTE_ORDER_PATTERN)) /* which also wakes a card that sleeps */
        return false;
    id = read32(ID_REV) >> 16;
    return id == ID_LAN9118 || id == ID_LAN9220;
}

/* @retval false an address that a card cannot have: there is nothing to read it from */
static bool read_address(void)
{
    uint32_t low = read_mac(MAC_ADDRESS_LOW), high = read_mac(MAC_ADDRESS_HIGH), i;

    for (i = 0; i < ADDRESS_BYTES; i++)
        lan9118.address[i] = (uint8_t)(i < WORD_BYTES ? low >> 8 * i : high >> 8 * (i - WORD_BYTES));
    return !(lan9118.address[0] & 1) && (low || high);
}

static HRESULT configure_card(void)
{
    if (!wait_for_bits(PMT_CTRL, PMT_READY, PMT_READY))
        return OS_E_IO;
    write32(HW_CFG, HW_RESET);
    if (!wait_for_bits(HW_CFG, HW_RESET, 0) || !read_address())
        return OS_E_IO;
    write32(HW_CFG, HW_MUST_BE_ONE | HW_TX_FIFO_5K);
    write32(INT_EN, 0);
    write32(INT_STS, ~0u);
    write32(IRQ_CFG, IRQ_LINE_ON);
    write32(TX_CFG, TX_ON | TX_STATUS_OVERRUN);
    write_phy(PHY_INTERRUPT_MASK, PHY_NEGOTIATED | PHY_LINK_DOWN);
    follow_link();
    return wait_for_bits(MAC_CSR_CMD, MAC_BUSY, 0) ? S_OK : OS_E_IO;
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(IInterruptController) icu = NULL;
    HRESULT hr;

    hr = com_bind(ns, "synchro", &IID_ISynchro, (void **)&lan9118.synchro);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&icu);
    if (FAILED(hr))
        return hr;
    if (!is_present())
        return OS_E_NOT_PRESENT;
    lan9118.INetworkInterface_iface.vtbl = &lan9118_vtbl;
    hr = configure_card();
    if (SUCCEEDED(hr))
        hr = IInterruptController_Connect(icu, IRQ, "lan9118", on_interrupt, NULL, &lan9118.received);
    if (FAILED(hr))
        return hr;
    *out_object = (struct IUnknown *)&lan9118.INetworkInterface_iface;
    return S_OK;
}
