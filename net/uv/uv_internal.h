/*
 * Shared by the files of this folder.
 *
 * libuv's handles belong to the loop's thread: an async, a timer, and a poll on the descriptor of an inner
 * epoll set. Sockets and listeners are entries of the inner set, which any thread may arm and disarm without
 * waking the loop. (A descriptor left armed in the loop's own set while another thread blocks in recv on it
 * would cost that thread 80 % more per message.)
 */
#ifndef UV_INTERNAL_H
#define UV_INTERNAL_H

#include "uv_network.h"
#include <net/datagram.idl.h>
#include <port.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <uv.h>

/* A descriptor in the inner set. */
struct uv_source {
    struct uv_source *next; /* (network->lock) */
    struct com_refs refs;   /* of the object it is part of */
    int fd;
    bool armed_before; /* (owner's lock) it is in the set */
    /* On the loop's thread, with a reference; takes that over. */
    void (*ready)(struct uv_source *source);
};

struct uv_deadline {
    struct uv_deadline *next; /* sorted */
    INetworkSink *sink;
    int64_t deadline_ns;
};

struct uv_network {
    INetwork INetwork_iface;
    IDatagramNetwork IDatagramNetwork_iface;
    struct com_refs refs;
    uv_loop_t loop;
    uv_thread_t thread;
    uv_async_t async;
    uv_timer_t timer;
    uv_poll_t poll;
    int epoll_fd;
    int spare_fd; /* (loop's thread) given up to turn a connection away when there is no other descriptor left
                   */
    struct port_mutex lock;
    struct uv_source *sources;     /* (lock) */
    struct uv_deadline *deadlines; /* (lock) */
    struct uv_deadline
        *spare_deadline; /* (lock) of one that passed: who sets timers again and again needs no more */
    int64_t wake_ns;     /* (lock) when the loop wakes by itself */
    bool stopping;       /* (lock) */
};

/* An endpoint as the system has it. */
struct uv_address {
    struct sockaddr_storage storage;
    socklen_t length;
    const char *path; /* of a unix socket, in the endpoint's text; NULL: tcp */
};

HRESULT uv__parse_endpoint(const char *endpoint, struct uv_address *out_address);

void uv__network_addref(struct uv_network *network);
void uv__network_release(struct uv_network *network);
void uv__source_add(struct uv_network *network, struct uv_source *source);
/** Takes it out of the list and the set; its ready() will not begin any more. */
void uv__source_remove(struct uv_network *network, struct uv_source *source);
/** Arms (EPOLLIN and so on) or disarms (0) it. */
HRESULT uv__source_arm(struct uv_network *network, struct uv_source *source, uint32_t events);

/**
 * A socket on a connected descriptor, which it closes. @retval NULL out of memory: the descriptor is closed
 */
ISocket *uv__socket_wrap(struct uv_network *network, int fd, bool is_tcp);
/**
 * The flags for a receive that ends by the deadline, after a wait if the slices are too coarse for it.
 * @param inout_slice_ns  what SO_RCVTIMEO says; 0: nothing yet
 * @param long_slice_ns   that a receive may sleep; less than a second
 * @retval NET_E_TIMEOUT nothing came by the deadline
 */
HRESULT uv__prepare_receive(int fd, int64_t *inout_slice_ns, int64_t long_slice_ns, int64_t deadline_ns,
                            int *out_flags);
HRESULT uv__datagram_open(struct uv_network *network, const struct net_address *local,
                          const struct net_address *peer, IDatagramSocket **out_socket);
HRESULT uv__connect(struct uv_network *network, const char *endpoint, int64_t deadline_ns,
                    ISocket **out_socket);
HRESULT uv__listen(struct uv_network *network, const char *endpoint, IAcceptSink *sink,
                   IListener **out_listener);

#endif
