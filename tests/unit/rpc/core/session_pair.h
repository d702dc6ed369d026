/* Two sessions with a perfect wire between them, for tests of the protocol without any host. */
#ifndef SESSION_PAIR_H
#define SESSION_PAIR_H

#include <cmocka_all.h>
#include <session.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000000)

struct side {
    struct rpc_session session;
    struct rpc_terms terms;
    void *memory;
    int root;               /* its address is the root object */
    struct rpc_event event; /* of the last frame */
    uint8_t frame[4096];    /* the last frame that came; messages of `event` point into it */
};

struct pair {
    struct side dialler;
    struct side acceptor;
    int64_t now_ns;
};

static inline void side_open(struct side *side, bool dialler, int64_t now_ns)
{
    struct rpc_session_config config = {.terms = &side->terms, .dialler = dialler, .root = &side->root};

    side->terms = (struct rpc_terms){
        .name = dialler ? "dialler" : "acceptor",
        .limits = {.max_message_bytes = 2048,
                   .window_bytes = 2048,
                   .max_calls = 2,
                   .max_exports = 4,
                   .max_depth = 4,
                   .max_classes = 2},
        .import_buckets = 4,
        .max_imports = 4,
        .max_calls_out = 3,
    };
    memset(side->terms.node_id, dialler ? 1 : 2, sizeof(side->terms.node_id));
    side->memory = calloc(1, rpc_session_bytes(&side->terms));
    rpc_session_init(&side->session, &config, side->memory, now_ns);
}

static inline void side_receive(struct side *side, const uint8_t *frame, size_t size, int64_t now_ns)
{
    assert_true(size <= sizeof(side->frame));
    memcpy(side->frame, frame, size);
    rpc_session_receive(&side->session, side->frame, size, now_ns, &side->event);
}

/* Carries control frames until both sides are quiet. */
static inline void pair_settle(struct pair *pair)
{
    struct rpc_import_entry *freed;
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    bool moved = true;

    while (moved) {
        size_t size = rpc_session_poll(&pair->dialler.session, frame, pair->now_ns, &freed);

        moved = size > 0;
        if (size)
            side_receive(&pair->acceptor, frame, size, pair->now_ns);
        size = rpc_session_poll(&pair->acceptor.session, frame, pair->now_ns, &freed);
        moved |= size > 0;
        if (size)
            side_receive(&pair->dialler, frame, size, pair->now_ns);
    }
}

static inline void pair_init(struct pair *pair)
{
    memset(pair, 0, sizeof(*pair));
    pair->now_ns = SECOND;
    side_open(&pair->dialler, true, pair->now_ns);
    side_open(&pair->acceptor, false, pair->now_ns);
}

static inline void pair_open(struct pair *pair)
{
    pair_init(pair);
    pair_settle(pair);
    assert_int_equal(pair->dialler.session.state, RPC_OPEN);
    assert_int_equal(pair->acceptor.session.state, RPC_OPEN);
}

static inline void pair_close(struct pair *pair)
{
    free(pair->dialler.memory);
    free(pair->acceptor.memory);
}

/* Builds a CALL with a small parameter block. @return its size in `out` (4096 bytes) */
static inline size_t build_call(uint8_t *out, uint32_t call_id, const struct rpc_call_message *message)
{
    uint8_t buffer[1024];
    uint8_t *params = buffer + RPC_CALL_HEADROOM, *frame;
    size_t size;

    memcpy(params, "params", 6);
    frame = rpc_call_write(message, call_id, params, 6, &size);
    memcpy(out, frame, size);
    return size;
}

static inline size_t build_return(uint8_t *out, uint32_t call_id, const struct rpc_return_message *message)
{
    uint8_t buffer[1024];
    uint8_t *results = buffer + RPC_RETURN_HEADROOM, *frame;
    size_t size;

    memcpy(results, "results", 7);
    frame = rpc_return_write(message, call_id, results, 7, &size);
    memcpy(out, frame, size);
    return size;
}

#endif
