/* What becomes of a connection whose peer stops reading; the peer is a session without a runtime. */
#include "two_nodes.h"
#include <core/session.h>
#include <sim.h>
#include <stdlib.h>

enum { ECHO_BYTES = 1400, ECHOES = 3 }; /* what comes back is more than a connection takes */

#define STALL_ONE_IN 4
#define STALL_NS (2 * MS)

/* Sends and receives whole frames, and holds a probe of the server. */
struct peer {
    ILink *link;
    struct rpc_session session;
    struct rpc_terms terms;
    void *memory;
    uint32_t probe; /* the server's id of it */
};

static void peer_send_control(struct peer *peer)
{
    struct rpc_import_entry *freed;
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    size_t size;

    while ((size = rpc_session_poll(&peer->session, frame, port_now_ns(), &freed)) != 0) {
        struct net_part part = {frame, (uint32_t)size};

        assert_int_equal(ILink_Send(peer->link, &part, 1, port_now_ns() + SECOND), S_OK);
    }
}

static void peer_send_call(struct peer *peer, const struct rpc_call_message *message, uint8_t *params,
                           size_t params_bytes)
{
    struct net_part part;
    uint32_t id;
    size_t size;

    assert_int_equal(rpc_session_begin_call(&peer->session, peer, message->caps, 0, port_now_ns(), &id),
                     S_OK);
    part.data = rpc_call_write(message, id, params, params_bytes, &size);
    part.size_bytes = (uint32_t)size;
    assert_int_equal(ILink_Send(peer->link, &part, 1, port_now_ns() + SECOND), S_OK);
}

/* Takes frames until one is what is wanted. */
static void peer_await(struct peer *peer, enum rpc_event_type wanted)
{
    struct rpc_event event;

    do {
        struct rpc_buffer *frame;

        assert_int_equal(ILink_Receive(peer->link, port_now_ns() + SECOND, &frame), S_OK);
        rpc_session_receive(&peer->session, frame->data, frame->size_bytes, port_now_ns(), &event);
        if (event.type == RPC_EVENT_RETURN && event.reply.cap_count)
            peer->probe = event.reply.caps[0].id;
        rpc_buffer_free(frame);
        peer_send_control(peer);
    } while (event.type != wanted);
}

static void peer_bind_probe(struct peer *peer)
{
    enum { INAMESPACE_BIND = 5 };
    struct rpc_call_message message = {.method = INAMESPACE_BIND, .iid = IID_INamespace};
    uint8_t buffer[RPC_CALL_HEADROOM + 16 + RPC_TAILROOM];
    struct wire_writer writer;

    wire_writer_init(&writer, buffer + RPC_CALL_HEADROOM, 16);
    wire_put_bytes(&writer, 1, "probe", 5);
    peer_send_call(peer, &message, buffer + RPC_CALL_HEADROOM,
                   (size_t)(writer.at - (buffer + RPC_CALL_HEADROOM)));
    peer_await(peer, RPC_EVENT_RETURN);
    assert_int_not_equal(peer->probe, 0);
}

static void peer_open(struct peer *peer, struct two_nodes *nodes)
{
    struct rpc_session_config config = {.terms = &peer->terms, .dialler = true};

    memset(peer, 0, sizeof(*peer));
    peer->terms = (struct rpc_terms){
        .name = "peer",
        .limits = {PORT_MAX_MESSAGE_BYTES, PORT_WINDOW_BYTES, PORT_MAX_RUNNING, PORT_MAX_EXPORTS,
                   PORT_MAX_DEPTH, 0},
        .import_buckets = 4,
        .max_imports = 4,
        .max_calls_out = 8,
    };
    memset(peer->terms.node_id, 9, sizeof(peer->terms.node_id));
    peer->memory = calloc(1, rpc_session_bytes(&peer->terms));
    rpc_session_init(&peer->session, &config, peer->memory, port_now_ns());
    assert_int_equal(
        ITransport_Connect(nodes->client.transport, "loopback:server", port_now_ns() + SECOND, &peer->link),
        S_OK);
    peer_send_control(peer);
    peer_await(peer, RPC_EVENT_OPEN);
    peer_bind_probe(peer);
}

static void peer_close(struct peer *peer)
{
    ILink_Release(peer->link);
    free(peer->memory);
}

/* Calls, and reads nothing of what is answered. */
static void peer_call_and_be_silent(struct peer *peer)
{
    enum { IPROBE_ECHO = 6 };
    struct rpc_call_message message = {.target = peer->probe, .method = IPROBE_ECHO, .iid = IID_IProbe};
    static uint8_t buffer[RPC_CALL_HEADROOM + ECHO_BYTES + 16 + RPC_TAILROOM];
    static uint8_t data[ECHO_BYTES];
    struct wire_writer writer;
    uint32_t i;

    for (i = 0; i < ECHOES; i++) {
        wire_writer_init(&writer, buffer + RPC_CALL_HEADROOM, ECHO_BYTES + 16);
        wire_put_bytes(&writer, 1, data, sizeof(data));
        wire_put_uint32(&writer, 2, sizeof(data));
        peer_send_call(peer, &message, buffer + RPC_CALL_HEADROOM,
                       (size_t)(writer.at - (buffer + RPC_CALL_HEADROOM)));
    }
}

static void run_body(void *argument)
{
    struct two_nodes nodes;
    uint32_t unheld, held;
    struct peer peer;

    (void)argument;
    two_nodes_open(&nodes);
    unheld = nodes.probe.refs.count;
    peer_open(&peer, &nodes);
    sim_sleep(10 * MS); /* who answered has let go of his own */
    held = nodes.probe.refs.count;
    assert_true(held > unheld);
    peer_call_and_be_silent(&peer);
    sim_set_stalls(STALL_ONE_IN, STALL_NS); /* who sent may be the last to see what came of it */
    sim_sleep(13 * SECOND);                 /* a Send took 3 s at most; the peer's own lease still lasts */
    sim_set_stalls(0, 0);
    assert_int_equal(nodes.probe.calls, ECHOES);
    assert_int_equal(nodes.probe.refs.count, held);
    wait_until(&nodes.probe.refs.count, unheld);
    peer_close(&peer);
    two_nodes_close(&nodes);
}

static void what_a_peer_holds_stays_when_a_send_to_it_has_run_out_of_time(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 200; seed++)
        sim_run(seed, run_body, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_peer_holds_stays_when_a_send_to_it_has_run_out_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
