/*
 * Shared by the files of this folder.
 *
 * One lock guards lwIP and all that is here: lwIP runs only with it held, its callbacks therefore too. Sinks
 * are called by the network's thread without it.
 */
#ifndef LWIP_INTERNAL_H
#define LWIP_INTERNAL_H

#include "lwip_network.h"
#include <lwip/ip_addr.h>
#include <lwip/netif.h>
#include <lwip/tcp.h>
#include <net/datagram.idl.h>
#include <port.h>

/* A sink to be called by the network's thread; embedded in what it is about. */
struct lwip_event {
    struct lwip_event *next;
    bool queued;
    void (*run)(struct lwip_event *event); /* without the lock */
};

struct lwip_timer {
    struct lwip_timer *next; /* sorted by deadline */
    INetworkSink *sink;
    int64_t deadline_ns;
};

struct lwip_network {
    INetwork INetwork_iface;
    IDatagramNetwork IDatagramNetwork_iface;
    struct com_refs refs;
    struct port_mutex lock;
    struct port_condition wake; /* of the thread, when there is no card to wait for */
    struct netif netif;
    INetworkInterface *card;                /* constant */
    uint8_t frame[INTERFACE_FRAME_MAX + 2]; /* network thread only */
    struct lwip_timer *timers;              /* (lock) */
    struct lwip_event *events;              /* (lock) in order */
    struct lwip_event *events_last;         /* (lock) */
    bool woken;                             /* (lock) the thread must look again before it sleeps */
    int64_t asleep_until_ns;                /* (lock) when it looks by itself; 0: it is awake */
    void *thread;                           /* (lock) the slot of its own thread */
    bool stopping;                          /* (lock) */
    bool stopped;                           /* (lock) */
};

/* lwIP is global, and so is what guards it. */
extern struct lwip_network *lwip__network;

static inline void lwip__lock(void)
{
    port_mutex_lock(&lwip__network->lock);
}

static inline void lwip__unlock(void)
{
    port_mutex_unlock(&lwip__network->lock);
}

/** Has the network's thread run `event`, once. (lock held) */
void lwip__post(struct lwip_event *event);

/** Has the network's thread look for work. (lock held) */
void lwip__wake(void);

/**
 * Waits for a change of something that `condition` tells of, as port_condition_wait. The network's own
 * thread, which alone hears what would bring the change, goes on hearing meanwhile; it runs no events and no
 * timers of others. (lock held)
 */
bool lwip__wait(struct port_condition *condition, int64_t deadline_ns);

/**
 * After lwIP was called by another thread: wakes the network's thread only if there is something for it,
 * which is a frame to this machine itself, or a timer that ends before it looks. (lock held)
 */
void lwip__wake_if_needed(void);

/** "tcp:1.2.3.4:567" @retval NET_E_BAD_ENDPOINT with a detail */
HRESULT lwip__parse_endpoint(const char *endpoint, ip_addr_t *out_address, uint16_t *out_port);

/** A socket for a connection that is there. Takes over `pcb`. (lock held) @retval NULL out of memory */
ISocket *lwip__socket_wrap(struct tcp_pcb *pcb);

/** A connection that has ended makes room for the one that this packet asks for. (lock held) */
void lwip__give_way(const struct pbuf *packet);

HRESULT lwip__datagram_open(const struct net_address *local, const struct net_address *peer,
                            IDatagramSocket **out_socket);
HRESULT lwip__connect(const char *endpoint, int64_t deadline_ns, ISocket **out_socket);
HRESULT lwip__listen(const char *endpoint, IAcceptSink *sink, IListener **out_listener);

#endif
