/*
 * What the suites share: a network under test, an end of it that collects what its sinks are told, and how a
 * suite runs.
 */
#ifndef CONFORMANCE_NETWORK_H
#define CONFORMANCE_NETWORK_H

#include <cmocka_all.h>
#include <com_impl.h>
#include <net/socket.idl.h>
#include <port.h>
#include <rpc/transport.idl.h>
#include <string.h>

#define MS PORT_NS_PER_MS
#define SECOND (1000 * MS)

/* No wait of a test is longer; it is for machines that are slow, and never passes on a good one. */
#define LIMIT_NS (30 * SECOND)

/* One implementation. */
struct network_kind {
    HRESULT (*create)(INetwork **out_network);
    HRESULT (*create_transport)(INetwork *network, ITransport **out_transport); /* for the suite of links */
    const char *listen_at;
    const char *dial_host;        /* dialled instead of the host that a listener names; NULL: that host */
    const char *nobody;           /* an endpoint where nobody listens */
    const char *const *bad;       /* malformed endpoints, NULL at the end */
    uint32_t connections_at_once; /* that it must carry */
    uint32_t more_than_fits;      /* bytes that nobody can send before somebody reads */
    /* Where a case runs, perhaps several times; NULL: here, once. */
    void (*run)(void (*main)(void *argument), void *argument);
};

/**
 * The network under test. A process has one of lwIP, and of the one before a thread that is about to end may
 * still have the last reference: that is waited for.
 */
void create_network(const struct network_kind *kind, INetwork **out_network);

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

void mailbox_init(struct mailbox *mailbox);

/** Waits until `*value` (mailbox->lock) is at least `wanted`. @retval false the limit has passed */
bool mailbox_wait(struct mailbox *mailbox, const uint32_t *value, uint32_t wanted, int64_t limit_ns);

/** Adds one to `*value` (mailbox->lock) and wakes who waits. */
void mailbox_count(struct mailbox *mailbox, uint32_t *value);

/** Nobody holds it any more, as soon as the network's thread has let go of it. */
void mailbox_end(struct mailbox *mailbox);

/* ---- threads ---- */

/* A thread that a test waits for. */
struct helper {
    struct mailbox *mailbox;
    void (*main)(void *argument);
    void *argument;
    uint32_t ended; /* (mailbox->lock) */
};

void helper_start(struct helper *helper, struct mailbox *mailbox, void (*main)(void *argument),
                  void *argument);
void helper_join(struct helper *helper);

/** The deadline of what must not take long. */
int64_t soon(void);

/* ---- suites ---- */

struct suite_case {
    const char *name;
    void (*body)(const struct network_kind *kind);
};

#define SUITE_CASE(name) \
    {                    \
#name, name      \
    }

/** Runs the cases of all tables (each ends with a NULL name, the list with NULL). @return how many failed */
int run_suite(const struct network_kind *kind, const struct suite_case *const *tables);

#endif
