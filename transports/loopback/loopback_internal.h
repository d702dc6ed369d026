/*
 * Shared by the files of this folder. One lock per network guards everything; sinks are called by the
 * network's own thread without it. What the thread has to do hangs in two lists: events (a sink each, at
 * once) and timers.
 */
#ifndef LOOPBACK_INTERNAL_H
#define LOOPBACK_INTERNAL_H

#include "loopback.h"
#include <port.h>

/* Bytes on their way in one direction. Small, so that tests meet a full one. */
#define LOOPBACK_PIPE_BYTES 4096

/*
 * Done by the network's thread without the lock; embedded in what it is about, which it references meanwhile.
 */
struct loopback_event {
    struct loopback_event *next; /* (lock) */
    bool queued;                 /* (lock) */
    void (*run)(struct loopback_event *event);
};

struct loopback_timer {
    struct loopback_timer *next; /* (lock) sorted */
    INetworkSink *sink;
    int64_t deadline_ns;
};

struct loopback_network {
    INetwork INetwork_iface;
    struct com_refs refs;
    struct port_mutex lock;
    struct port_condition work;          /* for the thread */
    struct port_condition ended;         /* the thread has ended */
    struct loopback_event *events;       /* (lock) */
    struct loopback_event **events_end;  /* (lock) */
    struct loopback_timer *timers;       /* (lock) */
    struct loopback_listener *listeners; /* (lock) */
    bool stopping;                       /* (lock) */
    bool stopped;                        /* (lock) */
    bool orphaned;                       /* (lock) its own thread held it last */
    void *thread;                        /* (lock) the slot of its own thread */
};

/* What one end writes and the other reads. */
struct loopback_pipe {
    uint32_t first; /* (lock) */
    uint32_t count; /* (lock) */
    bool closed;    /* (lock) nobody writes any more, or nobody reads */
    uint8_t bytes[LOOPBACK_PIPE_BYTES];
};

/** Has the thread run `event`, once. (lock held) */
void loopback__post(struct loopback_network *network, struct loopback_event *event);

void loopback__addref(struct loopback_network *network);
void loopback__release(struct loopback_network *network);

/** Two ends of a new connection, with one reference each. @retval E_OUTOFMEMORY */
HRESULT loopback__pair(struct loopback_network *network, ISocket **out_one, ISocket **out_other);

HRESULT loopback__connect(struct loopback_network *network, const char *endpoint, ISocket **out_socket);
HRESULT loopback__listen(struct loopback_network *network, const char *endpoint, IAcceptSink *sink,
                         IListener **out_listener);

#endif
