/*
 * Shared by what makes sockets of the core: a port is one endpoint of the core on a socket for datagrams.
 *
 * Who waits for something on a port receives for all of them: one thread pumps, the others sleep until it
 * hands them what is theirs, or its role. While nobody waits the network's own thread does it.
 *
 * Locks: udp_network.lock before udp_port.lock; the port's is held around the core and around calls of the
 * network below, never around those of sinks.
 */
#ifndef UDP_PORT_H
#define UDP_PORT_H

#include "udp_core.h"
#include "udp_network.h"
#include <port.h>

struct udp_network {
    INetwork INetwork_iface;
    struct com_refs refs; /* users, sockets and listeners */
    INetwork *base;       /* constant, one reference */
    IDatagramNetwork *datagrams;
    struct port_mutex lock;
    struct port_condition changed; /* a port has gone */
    struct udp_port *ports;        /* (lock) each with a reference */
    void *thread;                  /* (atomic) the slot of the network's own thread, once it was seen */
    struct net_address closed_at;  /* (lock) of the port that went last */
};

struct udp_listener {
    IListener IListener_iface;
    struct com_refs refs;
    struct udp_network *network; /* constant, one reference */
    struct udp_port *port;       /* constant, one reference */
    IAcceptSink *sink;           /* constant, one reference */
    struct port_condition idle;  /* the sink returned */
    bool accepting;              /* (port->lock) the network's thread is in the sink */
    bool closed;                 /* (port->lock) */
};

struct udp_socket {
    ISocket ISocket_iface;
    IUrgentSocket IUrgentSocket_iface;
    struct com_refs refs;
    struct udp_port *port;            /* constant, one reference */
    struct udp_network *network;      /* one reference, from when a user gets it; NULL: none has */
    struct udp_socket *next;          /* (port->lock) in the list that it is in */
    struct udp_socket *next_waiting;  /* (port->lock) */
    struct udp_connection connection; /* (port->lock) */
    struct port_condition changed;    /* of what udp_change says, or the role of the pump is free */
    INetworkSink *watcher;            /* (port->lock) one reference */
    uint32_t waiting;                 /* (port->lock) threads that sleep on `changed` */
    bool in_core;                     /* (port->lock) the core has the connection */
    bool held;                        /* (port->lock) somebody has, or had, a reference */
    bool released;                    /* (port->lock) the last one was given back */
    bool ended;                       /* (port->lock) Shutdown was called */
    bool told;                        /* (port->lock) it is in the list of those whose watcher is told */
    bool wants_urgent;                /* (port->lock) somebody asks for urgent messages */
};

struct udp_port {
    INetworkSink INetworkSink_iface;
    struct com_refs refs;
    struct udp_port *next;       /* (network->lock) */
    struct udp_network *network; /* constant; lives as long as the port is in its list */
    IDatagramSocket *datagrams;  /* (lock) NULL: closed */
    struct net_address address;  /* constant */
    bool dialled;                /* constant; of one connection, to one peer */
    struct port_mutex lock;
    struct udp_endpoint endpoint;  /* (lock) */
    struct udp_listener *listener; /* (lock) that takes new peers; NULL: none */
    struct udp_socket *accepted;   /* (lock) not yet told, in order; each with a reference */
    struct udp_socket *told;       /* (lock) whose watchers are to be told; each with a reference */
    struct udp_socket *waiting;    /* (lock) on which threads sleep */
    struct udp_socket *dead;       /* (lock) to be freed when the lock is given */
    struct udp_packet *spare;      /* (lock) packets for reuse */
    uint32_t spare_count;          /* (lock) */
    int64_t timer_ns;              /* (lock) when the network's thread comes */
    bool pumping;                  /* (lock) a thread receives for all */
    struct udp_socket
        *receiving;   /* (lock) what the thread waits for that receives, without the lock; or NULL */
    bool watched;     /* (lock) the network's thread comes when something is received */
    bool wants_watch; /* (lock) it must, when the lock is given: nobody else will look */
    bool refused;     /* (lock) the network said that nobody is at the other end */
    bool retired;     /* (lock) */
    uint8_t buffer[UDP_DATAGRAM_MAX + 1]; /* who receives; what is longer is no packet */
    struct udp_connection *table[];
};

/* ---- udp_port.c ---- */

/**
 * Opens a port, in the network's list and referenced once more.
 * @param peer  NULL: it listens
 */
HRESULT udp__port_open(struct udp_network *network, const struct net_address *local,
                       const struct net_address *peer, struct udp_port **out_port);
void udp__port_release(struct udp_port *port);
void udp__port_lock(struct udp_port *port);
/** Sees to what is due and gives the lock. */
void udp__port_unlock(struct udp_port *port);
/** Takes what has come already, without waiting. (lock held) */
void udp__port_drain(struct udp_port *port);
/** Sleeps until something of `socket` may have changed, or the deadline. (lock held) */
void udp__port_wait(struct udp_port *port, struct udp_socket *socket, int64_t deadline_ns);
/** Ends what is left of it. */
void udp__port_abandon(struct udp_port *port);

/* ---- udp_socket.c ---- */

/** @retval NULL out of memory */
struct udp_socket *udp__socket_new(struct udp_port *port);
void udp__socket_free(struct udp_socket *socket);
/** A user gets it, who has, or whose listener has, a reference to the network. */
void udp__socket_give(struct udp_socket *socket);
/** Has the network's thread tell the watcher, if there is one. (lock held) */
void udp__socket_tell(struct udp_socket *socket);
/** Wakes who waits, and tells who watches. (lock held) */
void udp__socket_changed(struct udp_socket *socket);
/** On the network's thread: tells. */
void udp__socket_ready(struct udp_socket *socket);

/* ---- udp_listener.c ---- */

HRESULT udp__listen(struct udp_network *network, const char *endpoint, IAcceptSink *sink,
                    IListener **out_listener);
/** On the network's thread: hands over those that have come. */
void udp__accept(struct udp_port *port, struct udp_socket *accepted);

/* ---- udp_address.c ---- */

/** "udp:1.2.3.4:567" @retval NET_E_BAD_ENDPOINT with a detail */
HRESULT udp__parse(const char *endpoint, struct net_address *out_address);
/** The other way round. @return bytes with the NUL */
uint32_t udp__print(const struct net_address *address, char text[NET_ENDPOINT_MAX + 1]);

#endif
