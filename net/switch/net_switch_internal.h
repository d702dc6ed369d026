/* What the files of the running switch share. */
#ifndef NET_SWITCH_INTERNAL_H
#define NET_SWITCH_INTERNAL_H

#include "capture.h"
#include "gateway.h"
#include "net_switch.h"
#include "plug.h"

#define FORWARDS_MAX 8

/* Frames that wait for a gateway, until the loop sleeps. */
#define INBOX_MAX 256

struct forward {
    uint16_t machine_port;
    uint16_t port; /* of 127.0.0.1 */
};

/* What a port leads to, beside the engine's part of it. The gateway's port has none of this. */
struct machine {
    struct net_switch *net;
    uint32_t port;
    char address[16];
    struct plug *plug;       /* NULL: it was never attached */
    struct gateway *gateway; /* NULL: it is off */
    bool present;            /* its card was there when it was last looked for */
    struct forward forwards[FORWARDS_MAX];
    uint32_t forward_count;
};

struct inbox_frame {
    uint32_t from;
    uint32_t length;
    uint8_t bytes[ENGINE_FRAME_MAX];
};

struct net_switch {
    uv_loop_t *loop;
    struct engine *engine;
    uint32_t gateway_port;
    struct machine machines[ENGINE_PORTS_MAX]; /* by port */
    struct inbox_frame inbox[INBOX_MAX];
    uint32_t inbox_first, inbox_count;
    struct capture *capture; /* NULL: none */
    bool captures_all;
    uint32_t captured_port; /* if it does not */
    uv_prepare_t before_sleep;
    uv_check_t after_sleep;
    uv_timer_t wake;
    int64_t wake_ns; /* when it does; INT64_MAX: not at all */
    uv_timer_t look;
    uint32_t open_handles; /* the last one that is closed frees the switch */
};

/** The clock of everything here. */
static inline int64_t switch_now_ns(void)
{
    return (int64_t)uv_hrtime();
}

/* net_switch_machine.c */

/** Looks which machines have come and gone. */
void net_switch_look(struct net_switch *net);

/** Closes all that a machine has open. */
void net_switch_close_machine(struct machine *machine);

/* net_switch_frames.c */

bool net_switch_deliver(void *context, uint32_t port, uint32_t from, const uint8_t *frame, uint32_t length);
void net_switch_observe(void *context, uint32_t from, const uint8_t *frame, uint32_t length);

/** A frame came from a machine's card; or from its gateway. The context is the machine. */
void net_switch_received(void *context, const uint8_t *frame, uint32_t length);
void net_switch_received_from_gateway(void *context, const uint8_t *frame, uint32_t length);

/** Moves on all that can move, before the loop sleeps. */
void net_switch_before_sleep(uv_prepare_t *prepare);
void net_switch_after_sleep(uv_check_t *check);

#endif
