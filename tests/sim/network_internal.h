/* Shared by network.c (cables), network_link.c (their ends) and network_host.c (a machine's part). */
#ifndef SIM_NETWORK_INTERNAL_H
#define SIM_NETWORK_INTERNAL_H

#include "network.h"
#include "draw.h"
#include <net/datagram.idl.h>

struct frame {
    struct sim_event event; /* its arrival */
    struct frame *next;     /* in its direction, on the way or arrived */
    struct frame *next_of_all;
    struct cable *cable;
    uint8_t direction; /* of the side that it goes to */
    bool is_end;       /* the end of the stream */
    bool lost;
    uint32_t size_bytes;
    uint8_t data[];
};

/* One end of a cable, and the direction that leads to it. */
struct side {
    struct network_link *link; /* in the machine's memory; NULL: gone */
    struct host *host;
    uint64_t mark;         /* of network_mark */
    struct frame *arrived; /* can be received */
    struct frame **arrived_end;
    uint32_t bytes;      /* on the way and arrived */
    uint32_t on_the_way; /* frames */
    int64_t last_ns;     /* arrival of the frame sent last */
    bool closed;         /* its machine ended it */
    bool ended;          /* nothing more will arrive, and it knows */
    bool gone;           /* its node has ended, or its machine crashed */
    bool black;          /* what is sent there never arrives, and nobody knows */
    struct port_condition readable;
    struct port_condition writable; /* who sends to this side waits here */
};

struct cable {
    struct cable *next;
    uint32_t number;
    bool cut;
    bool corrupted;
    struct side side[2];
};

/* Something the network's thread of a machine does; embedded in what it is about, which is referenced
 * meanwhile. */
struct task {
    struct task *next;
    bool queued;
    void (*run)(struct task *task);
};

struct network_link {
    ILink ILink_iface;
    struct com_refs refs;
    struct task ready; /* `sink` is told */
    struct cable *cable;
    uint8_t which;                /* side */
    struct network_host *network; /* one reference */
    INetworkSink *sink;           /* one reference; NULL: not watched */
};

enum { TIMERS_MAX = 32 };

struct timer {
    INetworkSink *sink; /* one reference; NULL: free */
    int64_t deadline_ns;
};

/* The INetwork and ITransport of a machine. */
struct network_host {
    INetwork INetwork_iface;
    IDatagramNetwork IDatagramNetwork_iface; /* network_datagrams.c */
    ITransport ITransport_iface;
    struct com_refs refs;
    struct host *host;
    struct port_condition work;
    struct port_condition ended;
    struct task *tasks;
    struct task **tasks_end;
    struct timer timers[TIMERS_MAX];
    uint32_t timer_count; /* none behind that was ever used */
    struct listener *listener;
    bool stopping;
    bool stopped;
};

struct listener {
    IListener IListener_iface;
    struct com_refs refs;
    struct network_host *network; /* one reference */
    ILinkSink *sink;              /* one reference */
    char endpoint[NET_ENDPOINT_MAX + 1];
};

/* A machine, outside of it. */
struct host {
    const char *name;
    struct sim_machine *machine;
    struct network_host *network;     /* NULL: it is off */
    struct datagram_socket *sockets;  /* in the machine's memory */
    uint32_t last_port;               /* that a socket got without asking for one */
    int64_t held_until_ns[HOSTS_MAX]; /* what comes from there */
};

struct network_state {
    struct network_options options;
    struct draw draw;
    struct host hosts[HOSTS_MAX];
    struct cable *cables;
    struct frame *frames;       /* all of them, to be freed in the end */
    struct datagram *datagrams; /* as frames */
};

extern struct network_state network_state;

/** A cable whose ends have no links yet; `to` NULL: nobody is there. */
struct cable *network__add_cable(struct host *from, struct host *to);

/** Sends to the other side. (the sender has waited for room) */
void network__send(struct cable *cable, uint8_t to, const uint8_t *data, uint32_t size_bytes);

/** The end of the stream goes to a side, after what was sent before. */
void network__send_end(struct cable *cable, uint8_t to);

/** When something that leaves now arrives. */
int64_t network__arrival_ns(const struct host *from, const struct host *to);

/** A side of a cable as a link of its machine, with one reference. @retval NULL out of memory */
struct network_link *network__link_create(struct network_host *network, struct cable *cable, uint8_t which);

/** Tells who watches that there is something. */
void network__link_notify(struct network_link *link);

/** Frees the datagrams of the simulation before. */
void network__forget_datagrams(void);

extern const struct IDatagramNetworkVtbl network__datagrams_vtbl;

void network__post(struct network_host *network, struct task *task);
void network__addref(struct network_host *network);
void network__release(struct network_host *network);

#endif
