/*
 * The way of frames through the loop. What comes in goes through the engine at once; what comes out waits in
 * a plug or in the inbox until the loop is about to sleep, so that nothing calls the engine back, and one
 * system call sends many.
 */
#include "net_switch_internal.h"
#include <string.h>
#include <time.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

/* Capture */

static void capture_frame(struct net_switch *net, const uint8_t *frame, uint32_t length)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    capture_add(net->capture, now.tv_sec * NS_PER_S + now.tv_nsec, frame, length);
}

static bool is_captured(const struct net_switch *net, uint32_t port)
{
    return net->capture && !net->captures_all && net->captured_port == port;
}

void net_switch_observe(void *context, uint32_t from, const uint8_t *frame, uint32_t length)
{
    struct net_switch *net = context;

    (void)from;
    if (net->capture && net->captures_all)
        capture_frame(net, frame, length);
}

/* In */

static void receive(struct net_switch *net, uint32_t port, const uint8_t *frame, uint32_t length)
{
    if (is_captured(net, port) && length <= ENGINE_FRAME_MAX)
        capture_frame(net, frame, length);
    engine_receive(net->engine, port, frame, length, switch_now_ns());
}

void net_switch_received(void *context, const uint8_t *frame, uint32_t length)
{
    struct machine *machine = context;

    receive(machine->net, machine->port, frame, length);
}

void net_switch_received_from_gateway(void *context, const uint8_t *frame, uint32_t length)
{
    struct machine *machine = context;

    receive(machine->net, machine->net->gateway_port, frame, length);
}

/* Out */

/* A frame for this machine goes to the gateway of the machine that sent it. */
static bool put_into_inbox(struct net_switch *net, uint32_t from, const uint8_t *frame, uint32_t length)
{
    struct inbox_frame *place;

    if (!net->machines[from].gateway || net->inbox_count == INBOX_MAX)
        return false;
    place = &net->inbox[(net->inbox_first + net->inbox_count++) % INBOX_MAX];
    place->from = from;
    place->length = length;
    memcpy(place->bytes, frame, length);
    return true;
}

bool net_switch_deliver(void *context, uint32_t port, uint32_t from, const uint8_t *frame, uint32_t length)
{
    struct net_switch *net = context;
    struct machine *machine = &net->machines[port];
    bool taken = port == net->gateway_port ? put_into_inbox(net, from, frame, length)
                                           : machine->plug && plug_send(machine->plug, frame, length);

    if (taken && is_captured(net, port))
        capture_frame(net, frame, length);
    return taken;
}

static void empty_inbox(struct net_switch *net)
{
    while (net->inbox_count > 0) {
        /* A copy: the gateway answers into the engine, which may put frames of others behind it. */
        struct inbox_frame frame = net->inbox[net->inbox_first];
        struct gateway *gateway = net->machines[frame.from].gateway;

        net->inbox_first = (net->inbox_first + 1) % INBOX_MAX;
        net->inbox_count--;
        if (gateway)
            gateway_input(gateway, frame.bytes, frame.length);
    }
}

static void note_wake(uv_timer_t *timer)
{
    struct net_switch *net = timer->data;

    net->wake_ns = INT64_MAX; /* what was due is done before the loop sleeps again */
}

/* Has the loop wake up at `due_ns` at the latest. */
static void wake_at(struct net_switch *net, int64_t due_ns, int64_t now_ns)
{
    int64_t wait_ms = due_ns > now_ns ? (due_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0;

    if (due_ns == net->wake_ns)
        return;
    net->wake_ns = due_ns;
    if (due_ns == INT64_MAX) {
        (void)uv_timer_stop(&net->wake);
        return;
    }
    uv_update_time(net->loop);                                         /* the timer counts from there */
    (void)uv_timer_start(&net->wake, note_wake, (uint64_t)wait_ms, 0); /* it has a callback: cannot fail */
}

void net_switch_before_sleep(uv_prepare_t *prepare)
{
    struct net_switch *net = prepare->data;
    int64_t now_ns = switch_now_ns(), due_ns;
    uint32_t port;

    engine_run(net->engine, now_ns);
    empty_inbox(net);
    due_ns = engine_next(net->engine);
    for (port = 0; port < engine_port_count(net->engine); port++) {
        struct machine *machine = &net->machines[port];

        if (machine->plug)
            plug_flush(machine->plug);
        if (machine->gateway) {
            int64_t next_ns = gateway_prepare(machine->gateway, now_ns);

            if (next_ns < due_ns)
                due_ns = next_ns;
        }
    }
    wake_at(net, due_ns, now_ns);
}

void net_switch_after_sleep(uv_check_t *check)
{
    struct net_switch *net = check->data;
    int64_t now_ns = switch_now_ns();
    uint32_t port;

    for (port = 0; port < engine_port_count(net->engine); port++)
        if (net->machines[port].gateway)
            gateway_check(net->machines[port].gateway, now_ns);
}
