/*
 * What both suites share: a network under test, and an end of it that collects what its sinks are told.
 */
#ifndef CONFORMANCE_NETWORK_H
#define CONFORMANCE_NETWORK_H

#include <cmocka_all.h>
#include <com_impl.h>
#include <net/socket.idl.h>
#include <port.h>
#include <string.h>

#define MS PORT_NS_PER_MS
#define SECOND (1000 * MS)

/* No wait of a test is longer; it is for machines that are slow, and never passes on a good one. */
#define LIMIT_NS (30 * SECOND)

/* One implementation. */
struct network_kind {
    HRESULT (*create)(INetwork **out_network);
    const char *listen_at;
    const char *nobody;           /* an endpoint where nobody listens */
    const char *const *bad;       /* malformed endpoints, NULL at the end */
    uint32_t connections_at_once; /* that it must carry */
};

/* ---- a mailbox: what sinks tell, for threads that wait for it ---- */

enum { MAILBOX_MAX = 64 };

struct mailbox {
    IAcceptSink IAcceptSink_iface;
    INetworkSink INetworkSink_iface;
    struct com_refs refs;
    struct port_mutex lock;
    struct port_condition changed;
    ISocket *sockets[MAILBOX_MAX]; /* (lock) accepted, each with a reference */
    uint32_t accepted;             /* (lock) */
    uint32_t ready;                /* (lock) how often Ready came */
};

static HRESULT accept_QueryInterface(IAcceptSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IAcceptSink, iid, out_object);
}

static uint32_t accept_AddRef(IAcceptSink *iface)
{
    return com_refs_add(&container_of(iface, struct mailbox, IAcceptSink_iface)->refs);
}

static uint32_t accept_Release(IAcceptSink *iface)
{
    return com_refs_release(&container_of(iface, struct mailbox, IAcceptSink_iface)->refs);
}

static HRESULT accept_Accepted(IAcceptSink *iface, ISocket *socket)
{
    struct mailbox *mailbox = container_of(iface, struct mailbox, IAcceptSink_iface);

    port_mutex_lock(&mailbox->lock);
    if (mailbox->accepted < MAILBOX_MAX) {
        ISocket_AddRef(socket);
        mailbox->sockets[mailbox->accepted++] = socket;
    }
    port_condition_wake_all(&mailbox->changed);
    port_mutex_unlock(&mailbox->lock);
    return S_OK;
}

static const struct IAcceptSinkVtbl accept_vtbl = {
    .QueryInterface = accept_QueryInterface,
    .AddRef = accept_AddRef,
    .Release = accept_Release,
    .Accepted = accept_Accepted,
};

static HRESULT ready_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t ready_AddRef(INetworkSink *iface)
{
    return com_refs_add(&container_of(iface, struct mailbox, INetworkSink_iface)->refs);
}

static uint32_t ready_Release(INetworkSink *iface)
{
    return com_refs_release(&container_of(iface, struct mailbox, INetworkSink_iface)->refs);
}

static HRESULT ready_Ready(INetworkSink *iface)
{
    struct mailbox *mailbox = container_of(iface, struct mailbox, INetworkSink_iface);

    port_mutex_lock(&mailbox->lock);
    mailbox->ready++;
    port_condition_wake_all(&mailbox->changed);
    port_mutex_unlock(&mailbox->lock);
    return S_OK;
}

static const struct INetworkSinkVtbl ready_vtbl = {
    .QueryInterface = ready_QueryInterface,
    .AddRef = ready_AddRef,
    .Release = ready_Release,
    .Ready = ready_Ready,
};

static void mailbox_init(struct mailbox *mailbox)
{
    memset(mailbox, 0, sizeof(*mailbox));
    mailbox->IAcceptSink_iface.vtbl = &accept_vtbl;
    mailbox->INetworkSink_iface.vtbl = &ready_vtbl;
    com_refs_init(&mailbox->refs);
    assert_true(port_mutex_init(&mailbox->lock));
    assert_true(port_condition_init(&mailbox->changed));
}

/* Waits until `*value` is at least `wanted`, or the limit has passed. */
static bool mailbox_wait(struct mailbox *mailbox, const uint32_t *value, uint32_t wanted, int64_t limit_ns)
{
    int64_t deadline_ns = port_now_ns() + limit_ns;
    bool reached;

    port_mutex_lock(&mailbox->lock);
    while (*value < wanted && port_condition_wait(&mailbox->changed, &mailbox->lock, deadline_ns))
        ;
    reached = *value >= wanted;
    port_mutex_unlock(&mailbox->lock);
    return reached;
}

/* Nobody holds it any more: the network's thread may be about to let go of it. */
static void mailbox_end(struct mailbox *mailbox)
{
    int64_t give_up_ns = port_now_ns() + LIMIT_NS;
    uint32_t i;

    while (__atomic_load_n(&mailbox->refs.count, __ATOMIC_ACQUIRE) != 1 && port_now_ns() < give_up_ns)
        (void)mailbox_wait(mailbox, &mailbox->ready, UINT32_MAX, MS);
    assert_int_equal(mailbox->refs.count, 1);
    for (i = 0; i < mailbox->accepted; i++)
        ISocket_Release(mailbox->sockets[i]);
    port_condition_destroy(&mailbox->changed);
    port_mutex_destroy(&mailbox->lock);
}

/* ---- threads ---- */

/* A thread that a test waits for. */
struct helper {
    struct mailbox *mailbox;
    void (*main)(void *argument);
    void *argument;
    uint32_t ended; /* (mailbox->lock) */
};

static inline void helper_main(void *argument)
{
    struct helper *helper = argument;

    helper->main(helper->argument);
    port_mutex_lock(&helper->mailbox->lock);
    helper->ended = 1;
    port_condition_wake_all(&helper->mailbox->changed);
    port_mutex_unlock(&helper->mailbox->lock);
}

static inline void helper_start(struct helper *helper, struct mailbox *mailbox, void (*main)(void *argument),
                                void *argument)
{
    *helper = (struct helper){.mailbox = mailbox, .main = main, .argument = argument};
    assert_true(port_thread_start("helper", helper_main, helper));
}

static inline void helper_join(struct helper *helper)
{
    assert_true(mailbox_wait(helper->mailbox, &helper->ended, 1, LIMIT_NS));
}

static inline int64_t soon(void)
{
    return port_now_ns() + LIMIT_NS;
}

#endif
