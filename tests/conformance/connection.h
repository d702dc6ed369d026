/* A network with a listener, and one connection through it: what most cases begin with. */
#ifndef CONFORMANCE_CONNECTION_H
#define CONFORMANCE_CONNECTION_H

#include "network.h"

struct connection {
    const struct network_kind *kind;
    INetwork *network;
    struct mailbox mailbox;
    IListener *listener;
    char endpoint[NET_ENDPOINT_MAX + 1]; /* of the listener */
    char dial[NET_ENDPOINT_MAX + 1];     /* how it is reached */
    ISocket *near;                       /* that connected */
    ISocket *far;                        /* that was accepted */
};

/** The network and the listener. */
void open_network(struct connection *at, const struct network_kind *kind);
/** And the connection. */
void open_connection(struct connection *at, const struct network_kind *kind);
/** Releases what is left; NULL is allowed for `near` and `listener`. */
void close_connection(struct connection *at);

/** The endpoint to dial for one that a listener names. */
void dial_endpoint(const struct network_kind *kind, const char *endpoint,
                   char out_dial[NET_ENDPOINT_MAX + 1]);

HRESULT send_bytes(ISocket *socket, const void *bytes, size_t count);
/** Receives exactly `count` bytes. */
HRESULT receive_bytes(ISocket *socket, void *bytes, size_t count);
/** Receives this text, or fails the test. */
void expect_bytes(ISocket *socket, const char *text);
/** The stream is at its end: nothing more comes. */
void expect_end(ISocket *socket);

enum { LARGE_BYTES = 1 << 20 };

/** Bytes that do not repeat soon. */
void fill_with_pattern(uint8_t *bytes, size_t count);

/* A Send or Receive of a helper thread. */
struct transfer {
    ISocket *socket;
    uint8_t *bytes;
    uint32_t count;
    HRESULT hr;
};
/** Mains of helpers: send all that a transfer names by soon(), or for ever; receive one byte for ever. */
void send_transfer(void *argument);
void send_forever(void *argument);
void receive_forever(void *argument);

#endif
