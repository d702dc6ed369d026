/*
 * lwIP on a card, both as in a kernel, on a wire that the test is at the other end of: it answers ARP and
 * pings as RFC 826 and RFC 792 say, drops what is not for it, and survives any bytes.
 */
#include <cmocka_all.h>
#include <fake_world.h>
#include <net/interface.idl.h>
#include <port.h>
#include <string.h>

HRESULT lwip_component_main(INamespace *ns, IUnknown **out_object);

#define LIMIT_NS (30000 * PORT_NS_PER_MS)

enum { DEPTH = 6, QUEUE_MAX = 64 };

/* A card whose frames the test writes and reads. */
static struct wire {
    INetworkInterface INetworkInterface_iface;
    struct com_refs refs;
    struct port_mutex lock;
    struct port_condition changed;
    uint8_t to_kernel[QUEUE_MAX][INTERFACE_FRAME_MAX]; /* (lock) */
    uint32_t to_kernel_bytes[QUEUE_MAX];               /* (lock) */
    uint32_t to_kernel_first, to_kernel_count;         /* (lock) */
    uint8_t sent[INTERFACE_FRAME_MAX];                 /* (lock) the last frame */
    uint32_t sent_bytes, sent_count;                   /* (lock) */
    bool woken;                                        /* (lock) */
} wire;

static HRESULT wire_QueryInterface(INetworkInterface *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkInterface, iid, out_object);
}

static uint32_t wire_AddRef(INetworkInterface *iface)
{
    (void)iface;
    return com_refs_add(&wire.refs);
}

static uint32_t wire_Release(INetworkInterface *iface)
{
    (void)iface;
    return com_refs_release(&wire.refs);
}

static HRESULT wire_GetAddress(INetworkInterface *iface, uint8_t *address)
{
    (void)iface;
    memcpy(address, "\x52\x54\x00\x00\x00\x01", 6);
    return S_OK;
}

static uint32_t wire_GetDepth(INetworkInterface *iface)
{
    (void)iface;
    return DEPTH;
}

static HRESULT wire_Send(INetworkInterface *iface, const struct net_part *parts, uint32_t part_count)
{
    uint32_t i;

    (void)iface;
    port_mutex_lock(&wire.lock);
    wire.sent_bytes = 0;
    for (i = 0; i < part_count; i++) {
        assert_true(wire.sent_bytes + parts[i].size_bytes <= INTERFACE_FRAME_MAX);
        memcpy(wire.sent + wire.sent_bytes, parts[i].data, parts[i].size_bytes);
        wire.sent_bytes += parts[i].size_bytes;
    }
    wire.sent_count++;
    port_condition_wake_all(&wire.changed);
    port_mutex_unlock(&wire.lock);
    return S_OK;
}

static HRESULT wire_Receive(INetworkInterface *iface, void *buffer, uint32_t *out_length)
{
    HRESULT hr = S_FALSE;

    (void)iface;
    port_mutex_lock(&wire.lock);
    if (wire.to_kernel_count) {
        *out_length = wire.to_kernel_bytes[wire.to_kernel_first];
        memcpy(buffer, wire.to_kernel[wire.to_kernel_first], *out_length);
        wire.to_kernel_first = (wire.to_kernel_first + 1) % QUEUE_MAX;
        wire.to_kernel_count--;
        hr = S_OK;
    }
    port_condition_wake_all(&wire.changed);
    port_mutex_unlock(&wire.lock);
    return hr;
}

static HRESULT wire_Wait(INetworkInterface *iface, int64_t deadline_ns)
{
    (void)iface;
    port_mutex_lock(&wire.lock);
    while (!wire.woken && !wire.to_kernel_count &&
           port_condition_wait(&wire.changed, &wire.lock, deadline_ns))
        ;
    wire.woken = false;
    port_mutex_unlock(&wire.lock);
    return S_OK;
}

static HRESULT wire_Wake(INetworkInterface *iface)
{
    (void)iface;
    port_mutex_lock(&wire.lock);
    wire.woken = true;
    port_condition_wake_all(&wire.changed);
    port_mutex_unlock(&wire.lock);
    return S_OK;
}

static const struct INetworkInterfaceVtbl wire_vtbl = {
    .QueryInterface = wire_QueryInterface,
    .AddRef = wire_AddRef,
    .Release = wire_Release,
    .GetAddress = wire_GetAddress,
    .GetDepth = wire_GetDepth,
    .Send = wire_Send,
    .Receive = wire_Receive,
    .Wait = wire_Wait,
    .Wake = wire_Wake,
};

/* A frame to the kernel; waits while the queue is full. */
static void send_frame(const void *frame, uint32_t length)
{
    int64_t deadline_ns = port_now_ns() + LIMIT_NS;
    uint32_t at;

    port_mutex_lock(&wire.lock);
    while (wire.to_kernel_count == QUEUE_MAX && port_condition_wait(&wire.changed, &wire.lock, deadline_ns))
        ;
    assert_true(wire.to_kernel_count < QUEUE_MAX);
    at = (wire.to_kernel_first + wire.to_kernel_count++) % QUEUE_MAX;
    memcpy(wire.to_kernel[at], frame, length);
    wire.to_kernel_bytes[at] = length;
    port_condition_wake_all(&wire.changed);
    port_mutex_unlock(&wire.lock);
}

/* Sends and waits for one frame in answer. */
static uint32_t exchange(const void *frame, uint32_t length, uint8_t *answer)
{
    int64_t deadline_ns = port_now_ns() + LIMIT_NS;
    uint32_t before, answer_bytes;

    port_mutex_lock(&wire.lock);
    before = wire.sent_count;
    port_mutex_unlock(&wire.lock);
    send_frame(frame, length);
    port_mutex_lock(&wire.lock);
    while (wire.sent_count == before && port_condition_wait(&wire.changed, &wire.lock, deadline_ns))
        ;
    assert_int_equal(wire.sent_count, before + 1);
    answer_bytes = wire.sent_bytes;
    memcpy(answer, wire.sent, answer_bytes);
    port_mutex_unlock(&wire.lock);
    return answer_bytes;
}

/* Who has 10.1.2.3? Tell 10.1.2.4. */
static const uint8_t arp_request[42] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0, 0, 0, 0, 9, 0x08, 0x06, /* Ethernet */
    0,    1,    8,    0,    6,    4,    0,    1,                         /* a request */
    0x02, 0,    0,    0,    0,    9,    10,   1, 2, 4,                   /* sender */
    0,    0,    0,    0,    0,    0,    10,   1, 2, 3,                   /* target */
};

static void expect_arp_answer(void)
{
    uint8_t answer[INTERFACE_FRAME_MAX];

    assert_true(exchange(arp_request, sizeof(arp_request), answer) >= 42);
    assert_memory_equal(answer, "\x02\0\0\0\0\x09\x52\x54\0\0\0\x01\x08\x06", 14);
    assert_int_equal(answer[21], 2); /* a reply */
    assert_memory_equal(answer + 22, "\x52\x54\0\0\0\x01\x0A\x01\x02\x03", 10);
}

/* What it may have answered to frames before is not looked at. */
static void expect_arp_answer_among_others(void)
{
    int64_t deadline_ns = port_now_ns() + LIMIT_NS;
    bool answered = false, in_time = true;

    send_frame(arp_request, sizeof(arp_request));
    port_mutex_lock(&wire.lock);
    while (!answered && in_time) {
        answered = !wire.to_kernel_count && wire.sent_bytes >= 42 && wire.sent[21] == 2 &&
                   memcmp(wire.sent, "\x02\0\0\0\0\x09", 6) == 0;
        if (!answered)
            in_time = port_condition_wait(&wire.changed, &wire.lock, deadline_ns);
    }
    port_mutex_unlock(&wire.lock);
    assert_true(answered);
}

static int start(void **state)
{
    static const char *const settings[][2] = {
        {"ip", "10.1.2.3"}, {"netmask", "255.255.255.0"}, {"gateway", "10.1.2.1"}, {NULL, NULL}};
    IConfig *config = fake_config_create(settings);
    INamespace *ns = fake_namespace_create();
    HRESULT hr;

    wire.INetworkInterface_iface.vtbl = &wire_vtbl;
    com_refs_init(&wire.refs);
    assert_true(port_mutex_init(&wire.lock) && port_condition_init(&wire.changed));
    assert_int_equal(lwip_component_main(ns, (IUnknown **)state), NS_E_NOT_FOUND); /* no card */
    fake_register(ns, "nic", &wire.INetworkInterface_iface);
    fake_register(ns, "config", config);
    hr = lwip_component_main(ns, (IUnknown **)state);
    INamespace_Release(ns);
    IConfig_Release(config);
    return hr == S_OK ? 0 : -1;
}

static int stop(void **state)
{
    INetwork_Release((INetwork *)*state);
    return 0;
}

static void address_is_told_to_who_asks(void **state)
{
    (void)state;
    expect_arp_answer();
}

static uint16_t checksum(const uint8_t *bytes, uint32_t count)
{
    uint32_t sum = 0, i;

    for (i = 0; i < count; i += 2)
        sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

static void store16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* An echo request to 10.1.2.<last>. */
static uint32_t make_ping(uint8_t *frame, uint8_t last)
{
    static const uint8_t head[34] = {0x52, 0x54, 0, 0, 0, 1,  2, 0, 0, 0,  0, 9, 8, 0,  0x45, 0, 0,
                                     60,   0,    1, 0, 0, 64, 1, 0, 0, 10, 1, 2, 4, 10, 1,    2, 3};

    memset(frame, 0, 74);
    memcpy(frame, head, sizeof(head));
    frame[33] = last;
    store16(frame + 24, checksum(frame + 14, 20));
    frame[34] = 8; /* echo request */
    memcpy(frame + 42, "0123456789abcdef0123456789abcdef", 32);
    store16(frame + 36, checksum(frame + 34, 40));
    return 74;
}

static void pings_are_answered(void **state)
{
    uint8_t frame[128], answer[INTERFACE_FRAME_MAX];

    (void)state;
    expect_arp_answer(); /* so that it knows where to answer to */
    assert_int_equal(exchange(frame, make_ping(frame, 3), answer), 74);
    assert_int_equal(answer[34], 0); /* echo reply */
    assert_memory_equal(answer + 42, frame + 42, 32);
    assert_memory_equal(answer + 26, "\x0A\x01\x02\x03\x0A\x01\x02\x04", 8);
}

static void what_is_for_others_or_damaged_is_not_answered(void **state)
{
    uint32_t before, length;
    uint8_t frame[128];

    (void)state;
    expect_arp_answer();
    before = wire.sent_count;
    length = make_ping(frame, 77); /* another address */
    send_frame(frame, length);
    length = make_ping(frame, 3);
    frame[50] ^= 1; /* the checksum is wrong */
    send_frame(frame, length);
    expect_arp_answer(); /* by then it has seen both */
    assert_int_equal(wire.sent_count, before + 1);
}

static uint32_t load32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A connection is asked for, from port 9 to port 7 of the kernel. */
static uint32_t make_syn(uint8_t *frame)
{
    static const uint8_t tcp[20] = {0, 9, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xFF, 0xFF};
    uint8_t pseudo[32] = {10, 1, 2, 4, 10, 1, 2, 3, 0, 6, 0, sizeof(tcp)};

    (void)make_ping(frame, 3);
    frame[17] = 40;
    frame[23] = 6; /* TCP */
    store16(frame + 24, 0);
    store16(frame + 24, checksum(frame + 14, 20));
    memcpy(frame + 34, tcp, sizeof(tcp));
    memcpy(pseudo + 12, tcp, sizeof(tcp));
    store16(frame + 50, checksum(pseudo, sizeof(pseudo)));
    return 54;
}

static HRESULT refuse_QueryInterface(IAcceptSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IAcceptSink, iid, out_object);
}

static uint32_t refuse_AddRef(IAcceptSink *iface)
{
    (void)iface;
    return 1;
}

static HRESULT refuse_Accepted(IAcceptSink *iface, ISocket *socket)
{
    (void)iface;
    (void)socket;
    return S_OK;
}

/* Who may send more than the card keeps would lose it. */
static void window_is_what_the_card_keeps(void **state)
{
    static const struct IAcceptSinkVtbl vtbl = {refuse_QueryInterface, refuse_AddRef, refuse_AddRef,
                                                refuse_Accepted};
    IAcceptSink sink = {&vtbl};
    uint8_t frame[128], answer[INTERFACE_FRAME_MAX];
    COM_SCOPED(IListener) listener = NULL;

    assert_int_equal(INetwork_Listen((INetwork *)*state, "tcp:0.0.0.0:7", &sink, &listener), S_OK);
    expect_arp_answer();
    assert_true(exchange(frame, make_syn(frame), answer) >= 54);
    assert_int_equal(answer[47] & 0x12, 0x12); /* SYN and ACK */
    assert_int_equal(load32(answer + 42), 2);  /* of what was sent */
    assert_int_equal(answer[48] << 8 | answer[49], 4 * 1460);
}

static void any_bytes_do_no_harm(void **state)
{
    uint8_t frame[INTERFACE_FRAME_MAX];
    uint32_t random = 1, i, k;

    (void)state;
    for (i = 0; i < 5000; i++) {
        uint32_t length;

        random = random * 1664525u + 1013904223u;
        length = i % 2 ? make_ping(frame, 3) : random % (INTERFACE_FRAME_MAX + 1);
        for (k = 0; k < (i % 2 ? 3 : length); k++) {
            random = random * 1664525u + 1013904223u;
            frame[i % 2 ? (random >> 8) % length : k] = (uint8_t)(random >> 24);
        }
        send_frame(frame, length);
    }
    expect_arp_answer_among_others();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_is_told_to_who_asks),
        cmocka_unit_test(pings_are_answered),
        cmocka_unit_test(what_is_for_others_or_damaged_is_not_answered),
        cmocka_unit_test(window_is_what_the_card_keeps),
        cmocka_unit_test(any_bytes_do_no_harm),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
