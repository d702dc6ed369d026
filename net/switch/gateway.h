/*
 * A machine's way to this one: TCP and UDP in user space (libslirp), without root rights. From the
 * machine, 10.0.2.2 is 127.0.0.1 here and nothing else can be reached; ports of 127.0.0.1 lead into the
 * machine. Each machine has one of its own, so that everything it has open ends with it, at once. Used by the
 * loop's thread only.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <com.h>
#include <stdbool.h>
#include <uv.h>

/* Connections and forwarded ports of one machine; what comes when they are in use waits or is dropped. */
#define GATEWAY_SOCKETS_MAX 512

struct gateway; /* opaque */

struct gateway_config {
    uv_loop_t *loop;
    const char *address; /* of the machine: "10.0.2.15" */
    void *context;

    /** A frame for the machine. Must not call the gateway. */
    void (*send)(void *context, const uint8_t *frame, uint32_t length);
};

/**
 * @retval E_INVALIDARG the address is malformed, or not one of 10.0.2.3 … 10.0.2.254
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT gateway_create(const struct gateway_config *config, struct gateway **out_gateway);

/** Ends all connections and frees all ports; NULL is allowed. */
void gateway_destroy(struct gateway *gateway);

/**
 * Forwards a port of 127.0.0.1, of TCP and of UDP.
 * @param wanted_port  taken if it is free; else, or if it is 0, any
 * @retval NET_E_ADDRESS_IN_USE none is free
 */
COM_WARN_UNUSED HRESULT gateway_forward(struct gateway *gateway, uint16_t machine_port, uint16_t wanted_port,
                                        uint16_t *out_port);

/** A frame from the machine. */
void gateway_input(struct gateway *gateway, const uint8_t *frame, uint32_t length);

/**
 * Before the loop sleeps: watches what the gateway waits for now.
 * @return when gateway_check has to be called at the latest
 */
int64_t gateway_prepare(struct gateway *gateway, int64_t now_ns);

/** After the loop slept: moves on what became ready. */
void gateway_check(struct gateway *gateway, int64_t now_ns);

#endif
