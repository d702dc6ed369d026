/*
 * The NE2000 network card on the ISA bus. Frames lie in the card's own memory, a ring of pages of 256 bytes;
 * they are copied through one data port, 32 bits at a time.
 */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <net/interface.idl.h>
#include <os/interrupt.idl.h>
#include <os/synchro.idl.h>
#include <port_io.h>
#include <string.h>
#include "ne2k_registers.h"

#define IO_BASE 0x300
#define IRQ 9u

/* The card's memory, in pages: two frames to send, the rest is the ring of received ones. */
#define PAGE_BYTES 256u
#define TRANSMIT_PAGES 6u
#define TRANSMIT_FIRST 0x40u
#define RING_FIRST (TRANSMIT_FIRST + 2 * TRANSMIT_PAGES)
#define RING_END 0xC0u /* the emulated card has 32 KiB */

#define ADDRESS_BYTES 6u
#define SIGNATURE 0x57 /* in the bytes behind the address of an NE2000 */
#define FRAME_MIN 60u
#define FRAME_HEADER_BYTES 4u
#define CHECKSUM_BYTES 4u

/* Reads of a register before hardware that does not answer is given up: some milliseconds. */
#define PATIENCE 20000u

#define WAKING (INTERRUPT_RECEIVED | INTERRUPT_RECEIVE_ERROR | INTERRUPT_OVERWRITE)

struct ne2k {
    INetworkInterface INetworkInterface_iface;
    struct com_refs refs;
    IInterruptController *icu;  /* constant, one reference */
    ISynchro *synchro;          /* constant, one reference */
    struct com_lock lock;       /* the registers, but for those that the interrupt routine uses */
    struct synchro_event event; /* a frame came, or Wake */
    bool armed;                 /* the card may interrupt; the routine and the receiving thread */
    uint8_t next_page;          /* (lock) of the ring, to be read next */
    uint8_t end_page;           /* (lock) up to here there are frames */
    uint8_t transmit_slot;      /* (lock) 0 or 1: the one to be filled next */
    uint8_t address[ADDRESS_BYTES];
    uint32_t outgoing[(INTERFACE_FRAME_MAX + 3) / 4]; /* (lock) */
};

static const struct INetworkInterfaceVtbl ne2k_vtbl;

static struct ne2k *impl_from_INetworkInterface(INetworkInterface *iface)
{
    assert(iface->vtbl == &ne2k_vtbl);
    return container_of(iface, struct ne2k, INetworkInterface_iface);
}

static void write_register(uint8_t offset, uint32_t value)
{
    out8((uint16_t)(IO_BASE + offset), (uint8_t)value);
}

static uint8_t read_register(uint8_t offset)
{
    return in8((uint16_t)(IO_BASE + offset));
}

/* ---- the card's memory ---- */

static void begin_copy(uint32_t address, uint32_t count, uint8_t command)
{
    write_register(INTERRUPT_STATUS, INTERRUPT_REMOTE_DONE);
    write_register(REMOTE_COUNT0, count);
    write_register(REMOTE_COUNT1, count >> 8);
    write_register(REMOTE_START0, address);
    write_register(REMOTE_START1, address >> 8);
    write_register(COMMAND, COMMAND_START | command);
}

static bool wait_for_copy(void)
{
    uint32_t i;

    for (i = 0; i < PATIENCE; i++)
        if (read_register(INTERRUPT_STATUS) & INTERRUPT_REMOTE_DONE)
            return true;
    return false;
}

/* Copies from the card, wrapping at the ring's end as it does. `count` need not be whole words. */
static void read_memory(uint32_t address, void *to, uint32_t count)
{
    uint32_t words = count / 4, tail = count % 4, last;

    begin_copy(address, (count + 3) & ~3u, COMMAND_REMOTE_READ);
    in32_string(IO_BASE + DATA, to, words);
    if (tail) {
        in32_string(IO_BASE + DATA, &last, 1);
        memcpy((uint8_t *)to + words * 4, &last, tail);
    }
}

static bool write_memory(uint32_t address, const void *from, uint32_t words)
{
    begin_copy(address, words * 4, COMMAND_REMOTE_WRITE);
    out32_string(IO_BASE + DATA, from, words);
    return wait_for_copy();
}

/* ---- starting and starting again ---- */

/* An empty ring, nothing on its way; the card's interrupts are off. (lock held) */
static void start_card(struct ne2k *card)
{
    uint8_t i;

    write_register(COMMAND, COMMAND_STOP | COMMAND_REMOTE_ABORT);
    write_register(DATA_CONFIG, DATA_WORDS);
    write_register(REMOTE_COUNT0, 0);
    write_register(REMOTE_COUNT1, 0);
    write_register(RECEIVE_CONFIG, RECEIVE_MONITOR); /* takes nothing yet */
    write_register(TRANSMIT_CONFIG, TRANSMIT_LOOPBACK);
    write_register(PAGE_START, RING_FIRST);
    write_register(PAGE_STOP, RING_END);
    write_register(BOUNDARY, RING_END - 1);
    write_register(INTERRUPT_STATUS, 0xFF);
    write_register(INTERRUPT_MASK, 0);
    write_register(COMMAND, COMMAND_STOP | COMMAND_REMOTE_ABORT | COMMAND_PAGE1);
    for (i = 0; i < ADDRESS_BYTES; i++)
        write_register((uint8_t)(PHYSICAL_ADDRESS + i), card->address[i]);
    for (i = 0; i < 8; i++)
        write_register((uint8_t)(MULTICAST_ADDRESS + i), 0);
    write_register(CURRENT_PAGE, RING_FIRST);
    write_register(COMMAND, COMMAND_START | COMMAND_REMOTE_ABORT);
    write_register(TRANSMIT_CONFIG, 0);
    write_register(RECEIVE_CONFIG, RECEIVE_BROADCAST);
    card->next_page = RING_FIRST;
    card->end_page = RING_FIRST;
}

/* Resets the card and reads its address. @retval false there is none */
static bool probe_card(struct ne2k *card)
{
    uint8_t memory[32]; /* 16 bytes, each twice */
    uint32_t i;

    write_register(RESET, read_register(RESET));
    for (i = 0; !(read_register(INTERRUPT_STATUS) & INTERRUPT_RESET); i++)
        if (i == PATIENCE)
            return false;
    write_register(COMMAND, COMMAND_STOP | COMMAND_REMOTE_ABORT);
    write_register(DATA_CONFIG, DATA_WORDS);
    write_register(INTERRUPT_MASK, 0);
    write_register(INTERRUPT_STATUS, 0xFF);
    read_memory(0, memory, sizeof(memory));
    if (memory[28] != SIGNATURE || memory[30] != SIGNATURE)
        return false; /* an empty bus reads as ones */
    for (i = 0; i < ADDRESS_BYTES; i++)
        card->address[i] = memory[2 * i];
    return true;
}

/* ---- interrupts ---- */

/*
 * Lets the card be quiet until the thread has looked. It uses registers of page 0 only; the thread turns to
 * another page only while the card is not armed.
 */
static HRESULT on_interrupt(void *context)
{
    struct ne2k *card = (struct ne2k *)context;

    if (!__atomic_load_n(&card->armed, __ATOMIC_RELAXED) || !(read_register(INTERRUPT_STATUS) & WAKING))
        return E_FAIL;
    write_register(INTERRUPT_MASK, 0);
    __atomic_store_n(&card->armed, false, __ATOMIC_RELAXED);
    return S_OK;
}

/* The mask is written in any case: another device of the line may have run the routine while Wait armed. */
static void disarm(struct ne2k *card)
{
    write_register(INTERRUPT_MASK, 0);
    __atomic_store_n(&card->armed, false, __ATOMIC_RELAXED);
}

/* ---- INetworkInterface ---- */

static HRESULT ne2k_QueryInterface(INetworkInterface *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkInterface, iid, out_object);
}

static uint32_t ne2k_AddRef(INetworkInterface *iface)
{
    return com_refs_add(&impl_from_INetworkInterface(iface)->refs);
}

static void destroy(struct ne2k *card)
{
    if (card->synchro)
        ISynchro_Release(card->synchro);
    if (card->icu)
        IInterruptController_Release(card->icu);
    com_free(card);
}

static uint32_t ne2k_Release(INetworkInterface *iface)
{
    struct ne2k *card = impl_from_INetworkInterface(iface);
    uint32_t left = com_refs_release(&card->refs);

    if (left)
        return left;
    write_register(INTERRUPT_MASK, 0);
    com_ignore(IInterruptController_Disconnect(card->icu, IRQ, on_interrupt, card)); /* it is connected */
    write_register(COMMAND, COMMAND_STOP | COMMAND_REMOTE_ABORT);
    destroy(card);
    return 0;
}

static HRESULT ne2k_GetAddress(INetworkInterface *iface, uint8_t *address)
{
    memcpy(address, impl_from_INetworkInterface(iface)->address, ADDRESS_BYTES);
    return S_OK;
}

/* Gathers and pads a frame. @return its length; 0: too long */
static uint32_t gather(struct ne2k *card, const struct net_part *parts, uint32_t part_count)
{
    uint8_t *frame = (uint8_t *)card->outgoing;
    uint32_t length = 0, i;

    for (i = 0; i < part_count; i++) {
        if (parts[i].size_bytes > INTERFACE_FRAME_MAX - length)
            return 0;
        memcpy(frame + length, parts[i].data, parts[i].size_bytes);
        length += parts[i].size_bytes;
    }
    if (length < FRAME_MIN) {
        memset(frame + length, 0, FRAME_MIN - length); /* nothing of the frame before */
        length = FRAME_MIN;
    }
    return length;
}

/* Copies the frame into the slot that is not being sent, waits for the other, starts it. (lock held) */
static HRESULT transmit(struct ne2k *card, uint32_t length)
{
    uint32_t page = TRANSMIT_FIRST + card->transmit_slot * TRANSMIT_PAGES, i;

    if (!write_memory(page * PAGE_BYTES, card->outgoing, (length + 3) / 4))
        return OS_E_IO;
    for (i = 0; read_register(COMMAND) & COMMAND_TRANSMIT; i++)
        if (i == PATIENCE)
            return OS_E_IO;
    write_register(TRANSMIT_PAGE, page);
    write_register(TRANSMIT_COUNT0, length);
    write_register(TRANSMIT_COUNT1, length >> 8);
    write_register(COMMAND, COMMAND_START | COMMAND_TRANSMIT | COMMAND_REMOTE_ABORT);
    card->transmit_slot ^= 1;
    return S_OK;
}

static HRESULT ne2k_Send(INetworkInterface *iface, const struct net_part *parts, uint32_t part_count)
{
    struct ne2k *card = impl_from_INetworkInterface(iface);
    uint32_t length;
    HRESULT hr;

    com_lock_take(&card->lock);
    length = gather(card, parts, part_count);
    hr = length ? transmit(card, length) : E_INVALIDARG;
    com_lock_give(&card->lock);
    return hr;
}

/* Looks how far the card has filled the ring; what comes later interrupts. (lock held) */
static void look_for_frames(struct ne2k *card)
{
    uint8_t status;

    disarm(card);
    status = read_register(INTERRUPT_STATUS);
    write_register(INTERRUPT_STATUS, WAKING);
    if (status & INTERRUPT_OVERWRITE) {
        start_card(card); /* the ring overflowed: what the card does then is best ended so */
        return;
    }
    write_register(COMMAND, COMMAND_START | COMMAND_REMOTE_ABORT | COMMAND_PAGE1);
    card->end_page = read_register(CURRENT_PAGE);
    write_register(COMMAND, COMMAND_START | COMMAND_REMOTE_ABORT);
}

/* Reads the frame at next_page. (lock held) @retval S_FALSE it was no good: it is dropped */
static HRESULT take_frame(struct ne2k *card, void *buffer, uint32_t *out_length)
{
    uint8_t header[FRAME_HEADER_BYTES]; /* status, next page, length with header or checksum */
    uint32_t address = card->next_page * PAGE_BYTES, length;
    bool good;

    read_memory(address, header, sizeof(header));
    length = header[2] + (uint32_t)header[3] * 256 - CHECKSUM_BYTES; /* a length below 4 becomes a huge one */
    if (header[1] < RING_FIRST || header[1] >= RING_END || length > INTERFACE_FRAME_MAX || !length) {
        start_card(card); /* the ring's chain is broken */
        return S_FALSE;
    }
    good = header[0] & RECEIVED_OK;
    if (good) {
        uint32_t start = address + FRAME_HEADER_BYTES;

        read_memory(start, buffer, length);
        *out_length = length;
    }
    card->next_page = header[1];
    write_register(BOUNDARY, header[1] == RING_FIRST ? RING_END - 1 : header[1] - 1u);
    return good ? S_OK : S_FALSE;
}

static HRESULT ne2k_Receive(INetworkInterface *iface, void *buffer, uint32_t *out_length)
{
    struct ne2k *card = impl_from_INetworkInterface(iface);
    HRESULT hr = S_FALSE;

    com_lock_take(&card->lock);
    if (card->next_page == card->end_page)
        look_for_frames(card);
    while (hr == S_FALSE && card->next_page != card->end_page)
        hr = take_frame(card, buffer, out_length);
    com_lock_give(&card->lock);
    return hr;
}

static HRESULT ne2k_Wait(INetworkInterface *iface, int64_t deadline_ns)
{
    struct ne2k *card = impl_from_INetworkInterface(iface);

    /* First the flag: what has come since the thread looked interrupts as soon as the mask lets it. */
    __atomic_store_n(&card->armed, true, __ATOMIC_RELAXED);
    com_lock_take(&card->lock);
    write_register(INTERRUPT_MASK, WAKING);
    com_lock_give(&card->lock);
    com_ignore(ISynchro_WaitEvent(card->synchro, &card->event, deadline_ns)); /* or the deadline: the same */
    return S_OK;
}

static HRESULT ne2k_Wake(INetworkInterface *iface)
{
    struct ne2k *card = impl_from_INetworkInterface(iface);

    return ISynchro_SetEvent(card->synchro, &card->event);
}

static const struct INetworkInterfaceVtbl ne2k_vtbl = {
    .QueryInterface = ne2k_QueryInterface,
    .AddRef = ne2k_AddRef,
    .Release = ne2k_Release,
    .GetAddress = ne2k_GetAddress,
    .Send = ne2k_Send,
    .Receive = ne2k_Receive,
    .Wait = ne2k_Wait,
    .Wake = ne2k_Wake,
};

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    struct ne2k *card = (struct ne2k *)com_alloc(sizeof(*card));
    HRESULT hr;

    *out_object = NULL;
    if (!card)
        return E_OUTOFMEMORY;
    memset(card, 0, sizeof(*card));
    card->INetworkInterface_iface.vtbl = &ne2k_vtbl;
    com_refs_init(&card->refs);
    hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&card->icu);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "synchro", &IID_ISynchro, (void **)&card->synchro);
    if (SUCCEEDED(hr) && !probe_card(card))
        hr = OS_E_NOT_PRESENT;
    if (SUCCEEDED(hr)) {
        start_card(card);
        hr = IInterruptController_Connect(card->icu, IRQ, "ne2k_isa", on_interrupt, card, &card->event);
    }
    if (FAILED(hr)) {
        destroy(card);
        return hr;
    }
    *out_object = (IUnknown *)&card->INetworkInterface_iface;
    return S_OK;
}
