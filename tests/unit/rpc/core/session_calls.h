/* Calls, Returns and exports of a pair of sessions. */
#ifndef SESSION_CALLS_H
#define SESSION_CALLS_H

#include "session_pair.h"

static const struct rpc_call_message root_call = {
    .target = 0, .method = 3, .timeout_us = 1000, .causality = 7};
static const struct rpc_return_message plain_return = {.hr = S_OK, .executed = 1};

/* The dialler calls; returns the id. The call is delivered. */
static inline uint32_t call_with(struct pair *pair, void *owner, const struct rpc_call_message *message)
{
    uint8_t frame[1024];
    uint32_t id;

    assert_int_equal(rpc_session_begin_call(&pair->dialler.session, owner, message->caps, message->cap_count,
                                            pair->now_ns, &id),
                     S_OK);
    side_receive(&pair->acceptor, frame, build_call(frame, id, message), pair->now_ns);
    return id;
}

/* The acceptor returns. */
static inline void return_with(struct pair *pair, uint32_t id, const struct rpc_return_message *message)
{
    uint8_t frame[1024];

    side_receive(&pair->dialler, frame, build_return(frame, id, message), pair->now_ns);
}

/* As call_with, with all that a caller does about credit. @param call_id 0: [oneway] */
static inline uint32_t send_with_credit(struct pair *pair, bool oneway, size_t *out_size)
{
    uint8_t frame[1024];
    uint32_t id = 0;
    size_t size;

    assert_int_equal(rpc_session_admit(&pair->dialler.session, false), S_OK);
    if (!oneway)
        assert_int_equal(rpc_session_begin_call(&pair->dialler.session, NULL, NULL, 0, pair->now_ns, &id),
                         S_OK);
    size = build_call(frame, id, &root_call);
    rpc_session_charge(&pair->dialler.session, id, (uint32_t)size);
    side_receive(&pair->acceptor, frame, size, pair->now_ns);
    assert_int_equal(pair->acceptor.event.type, RPC_EVENT_CALL);
    assert_int_equal(pair->acceptor.event.charge, size);
    if (out_size)
        *out_size = size;
    return id;
}

static inline void finish(struct side *side, uint32_t call_id, uint32_t charge)
{
    rpc_session_return_call(&side->session, call_id, charge);
    rpc_session_finish_call(&side->session, 0);
}

static inline uint32_t export_object(struct rpc_session *session, void *object)
{
    bool is_new;
    uint32_t id;

    assert_int_equal(rpc_exports_add(&session->exports, object, NULL, &id, &is_new), S_OK);
    return id;
}

#endif
