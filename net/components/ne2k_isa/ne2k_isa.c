/*
 * NE2000 on ISA (National Semiconductor DP8390): frames lie in the card's memory and move through one data
 * port, no DMA. QEMU's ne2k_isa takes 32-bit accesses at that port: half the time of 16-bit ones.
 *
 * One mutex guards the card; page 1 of its registers is selected only with interrupts off, because the
 * interrupt routine reads page 0.
 */
#include <arch.h>
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <net/interface.idl.h>
#include <os/interrupt.idl.h>
#include <os/synchro.idl.h>
#include <port_io.h>
#include <string.h>

#define BASE 0x300
#define IRQ 9u
#define DATA (BASE + 0x10)
#define RESET (BASE + 0x1F)

/* Registers, page 0. */
#define COMMAND (BASE + 0)
#define PAGE_START (BASE + 1)
#define PAGE_STOP (BASE + 2)
#define BOUNDARY (BASE + 3)
#define TRANSMIT_PAGE (BASE + 4)
#define TRANSMIT_COUNT (BASE + 5)
#define STATUS (BASE + 7)
#define REMOTE_ADDRESS (BASE + 8)
#define REMOTE_COUNT (BASE + 10)
#define RECEIVE_CONFIG (BASE + 12)
#define TRANSMIT_CONFIG (BASE + 13)
#define DATA_CONFIG (BASE + 14)
#define INTERRUPT_MASK (BASE + 15)
/* Page 1. */
#define PHYSICAL (BASE + 1)
#define CURRENT (BASE + 7)
#define MULTICAST (BASE + 8)

#define COMMAND_STOP 0x21
#define COMMAND_START 0x22
#define COMMAND_TRANSMIT 0x26
#define COMMAND_READ 0x0A
#define COMMAND_WRITE 0x12
#define COMMAND_PAGE1 0x40
#define TRANSMITTING 0x04
#define STATUS_RECEIVED 0x01
#define STATUS_OVERFLOW 0x10
#define STATUS_REMOTE_DONE 0x40
#define STATUS_RESET 0x80
#define ACCEPT_BROADCAST 0x04

/* The card's memory, in pages of 256 bytes: one transmit buffer, the rest is a ring of received frames. */
#define PAGE_BYTES 256u
#define TRANSMIT_AT 0x40u
#define RING_START 0x46u
#define RING_STOP 0xC0u

#define FRAME_MIN 60u
#define FRAME_PAGES \
    ((INTERFACE_FRAME_MAX + 4 + HEADER_BYTES + PAGE_BYTES - 1) / PAGE_BYTES) /* of the longest */
#define HEADER_BYTES 4u
#define PATIENCE_NS INT64_C(100000000)

static struct ne2k {
    INetworkInterface INetworkInterface_iface;
    ISynchro *synchro;
    struct synchro_mutex lock;
    struct synchro_event received;
    uint8_t address[6];
    uint8_t frame[INTERFACE_FRAME_MAX + 2]; /* (lock) being gathered */
} ne2k;

static HRESULT ne2k_QueryInterface(INetworkInterface *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkInterface, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t ne2k_AddRef(INetworkInterface *iface)
{
    (void)iface;
    return 1;
}

/* ---- the card's memory (lock held) ---- */

static void start_remote(uint32_t address, uint32_t count, uint8_t command)
{
    out8(STATUS, STATUS_REMOTE_DONE);
    out8(REMOTE_COUNT, (uint8_t)count);
    out8(REMOTE_COUNT + 1, (uint8_t)(count >> 8));
    out8(REMOTE_ADDRESS, (uint8_t)address);
    out8(REMOTE_ADDRESS + 1, (uint8_t)(address >> 8));
    out8(COMMAND, command);
}

/* Reads up to 3 bytes more than asked for: the port is 4 bytes wide. */
static void read_memory(uint32_t address, void *to, uint32_t count)
{
    start_remote(address, (count + 3) & ~3u, COMMAND_READ);
    in32_string(DATA, to, (count + 3) / 4);
}

static void write_memory(uint32_t address, const void *from, uint32_t count)
{
    start_remote(address, (count + 3) & ~3u, COMMAND_WRITE);
    out32_string(DATA, from, (count + 3) / 4);
}

static uint8_t read_current_page(void)
{
    uint32_t interrupts = arch_interrupts_off();
    uint8_t page;

    out8(COMMAND, COMMAND_START | COMMAND_PAGE1);
    page = in8(CURRENT);
    out8(COMMAND, COMMAND_START);
    arch_interrupts_restore(interrupts);
    return page;
}

/* ---- INetworkInterface ---- */

static HRESULT ne2k_GetAddress(INetworkInterface *iface, uint8_t *address)
{
    (void)iface;
    memcpy(address, ne2k.address, sizeof(ne2k.address));
    return S_OK;
}

static uint32_t ne2k_GetDepth(INetworkInterface *iface)
{
    (void)iface;
    return (RING_STOP - RING_START - 1) / FRAME_PAGES;
}

/* The frame before is on its way: on a real wire 1.2 ms at most. */
static bool wait_for_transmitter(void)
{
    int64_t give_up_ns = board_clock_ns() + PATIENCE_NS;

    while (in8(COMMAND) & TRANSMITTING)
        if (board_clock_ns() >= give_up_ns)
            return false;
    return true;
}

static HRESULT ne2k_Send(INetworkInterface *iface, const struct net_part *parts, uint32_t part_count)
{
    uint32_t length = 0, i;
    HRESULT hr = S_OK;

    (void)iface;
    for (i = 0; i < part_count; i++) {
        if (parts[i].size_bytes > INTERFACE_FRAME_MAX - length)
            return E_INVALIDARG;
        length += parts[i].size_bytes;
    }
    if (!length)
        return E_INVALIDARG;
    com_ignore(ISynchro_Lock(ne2k.synchro, &ne2k.lock)); /* cannot fail */
    length = 0;
    for (i = 0; i < part_count; i++) {
        memcpy(ne2k.frame + length, parts[i].data, parts[i].size_bytes);
        length += parts[i].size_bytes;
    }
    for (; length < FRAME_MIN; length++)
        ne2k.frame[length] = 0;
    if (wait_for_transmitter()) {
        write_memory(TRANSMIT_AT * PAGE_BYTES, ne2k.frame, length);
        out8(TRANSMIT_PAGE, TRANSMIT_AT);
        out8(TRANSMIT_COUNT, (uint8_t)length);
        out8(TRANSMIT_COUNT + 1, (uint8_t)(length >> 8));
        out8(COMMAND, COMMAND_TRANSMIT);
    } else {
        hr = OS_E_IO;
    }
    com_ignore(ISynchro_Unlock(ne2k.synchro, &ne2k.lock)); /* cannot fail */
    return hr;
}

/* Takes the frame at `page`. (lock held) @retval OS_E_IO the ring is damaged */
static HRESULT take_frame(uint8_t page, void *buffer, uint32_t *out_length)
{
    uint8_t header[HEADER_BYTES]; /* status, next page, length */
    uint32_t length;

    read_memory(page * PAGE_BYTES, header, sizeof(header));
    length = (uint32_t)(header[2] | header[3] << 8);
    if (header[1] < RING_START || header[1] >= RING_STOP || length < HEADER_BYTES ||
        length - HEADER_BYTES > INTERFACE_FRAME_MAX + 4)
        return OS_E_IO;
    length -= HEADER_BYTES;
    if (length > INTERFACE_FRAME_MAX)
        length = INTERFACE_FRAME_MAX; /* the rest is the checksum */
    read_memory(page * PAGE_BYTES + HEADER_BYTES, ne2k.frame, length);
    memcpy(buffer, ne2k.frame, length);
    out8(BOUNDARY, header[1] == RING_START ? RING_STOP - 1 : (uint8_t)(header[1] - 1));
    *out_length = length;
    return S_OK;
}

/* Forgets all received frames: what TCP misses it asks for again. (lock held) */
static void empty_ring(void)
{
    uint8_t current = read_current_page();

    out8(BOUNDARY, current == RING_START ? RING_STOP - 1 : (uint8_t)(current - 1));
}

static HRESULT ne2k_Receive(INetworkInterface *iface, void *buffer, uint32_t *out_length)
{
    HRESULT hr = S_FALSE;
    uint8_t page;

    (void)iface;
    com_ignore(ISynchro_Lock(ne2k.synchro, &ne2k.lock)); /* cannot fail */
    page = (uint8_t)(in8(BOUNDARY) + 1);
    if (page >= RING_STOP)
        page = RING_START;
    if (page != read_current_page()) {
        hr = take_frame(page, buffer, out_length);
        if (FAILED(hr)) {
            empty_ring();
            hr = S_FALSE;
        }
    }
    com_ignore(ISynchro_Unlock(ne2k.synchro, &ne2k.lock)); /* cannot fail */
    return hr;
}

static HRESULT ne2k_Wait(INetworkInterface *iface, int64_t deadline_ns)
{
    (void)iface;
    com_ignore(ISynchro_WaitEvent(ne2k.synchro, &ne2k.received,
                                  deadline_ns)); /* whatever it was, the caller looks */
    return S_OK;
}

static HRESULT ne2k_Wake(INetworkInterface *iface)
{
    (void)iface;
    return ISynchro_SetEvent(ne2k.synchro, &ne2k.received);
}

static HRESULT on_interrupt(void *context)
{
    uint8_t status = in8(STATUS) & (STATUS_RECEIVED | STATUS_OVERFLOW);

    (void)context;
    if (!status)
        return E_FAIL;
    out8(STATUS, status);
    return S_OK;
}

static const struct INetworkInterfaceVtbl ne2k_vtbl = {
    .QueryInterface = ne2k_QueryInterface,
    .AddRef = ne2k_AddRef,
    .Release = ne2k_AddRef,
    .GetAddress = ne2k_GetAddress,
    .GetDepth = ne2k_GetDepth,
    .Send = ne2k_Send,
    .Receive = ne2k_Receive,
    .Wait = ne2k_Wait,
    .Wake = ne2k_Wake,
};

/* ---- start ---- */

/* @retval false there is no such card */
static bool reset_card(void)
{
    int64_t give_up_ns = board_clock_ns() + PATIENCE_NS;

    out8(RESET, in8(RESET));
    while (!(in8(STATUS) & STATUS_RESET))
        if (board_clock_ns() >= give_up_ns)
            return false;
    return in8(STATUS) != 0xFF; /* what an empty bus reads */
}

static void read_address(void)
{
    uint8_t prom[16]; /* each byte twice */
    uint32_t i;

    read_memory(0, prom, sizeof(prom));
    for (i = 0; i < sizeof(ne2k.address); i++)
        ne2k.address[i] = prom[2 * i];
}

static void configure_card(void)
{
    uint32_t i;

    out8(COMMAND, COMMAND_STOP);
    out8(DATA_CONFIG, 0x49); /* words, 8-byte FIFO */
    out8(REMOTE_COUNT, 0);
    out8(REMOTE_COUNT + 1, 0);
    out8(RECEIVE_CONFIG, 0x20);  /* listens, keeps nothing */
    out8(TRANSMIT_CONFIG, 0x02); /* not to the wire */
    out8(PAGE_START, RING_START);
    out8(PAGE_STOP, RING_STOP);
    out8(BOUNDARY, RING_START);
    out8(STATUS, 0xFF);
    out8(INTERRUPT_MASK, 0);
    read_address();
    out8(COMMAND, COMMAND_STOP | COMMAND_PAGE1);
    for (i = 0; i < sizeof(ne2k.address); i++)
        out8((uint16_t)(PHYSICAL + i), ne2k.address[i]);
    for (i = 0; i < 8; i++)
        out8((uint16_t)(MULTICAST + i), 0);
    out8(CURRENT, RING_START + 1);
    out8(COMMAND, COMMAND_START);
    out8(TRANSMIT_CONFIG, 0);
    out8(RECEIVE_CONFIG, ACCEPT_BROADCAST);
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(IInterruptController) icu = NULL;
    HRESULT hr;

    hr = com_bind(ns, "synchro", &IID_ISynchro, (void **)&ne2k.synchro);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&icu);
    if (FAILED(hr))
        return hr;
    if (!reset_card())
        return OS_E_NOT_PRESENT;
    ne2k.INetworkInterface_iface.vtbl = &ne2k_vtbl;
    configure_card();
    hr = IInterruptController_Connect(icu, IRQ, "ne2k_isa", on_interrupt, NULL, &ne2k.received);
    if (FAILED(hr))
        return hr;
    out8(STATUS, 0xFF);
    out8(INTERRUPT_MASK, STATUS_RECEIVED | STATUS_OVERFLOW);
    *out_object = (struct IUnknown *)&ne2k.INetworkInterface_iface;
    return S_OK;
}
