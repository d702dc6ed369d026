/* How a session ends: failures, Abort, time, and going away in good order. */
#include "session_internal.h"

void rpc__copy_text(char *out, size_t capacity, const char *text)
{
    size_t length = strlen(text);

    if (length >= capacity)
        length = capacity - 1;
    memcpy(out, text, length);
    out[length] = '\0';
}

void rpc_session_fail(struct rpc_session *session, HRESULT hr, const char *detail, bool send_abort)
{
    if (session->state == RPC_DEAD)
        return;
    session->state = RPC_DEAD;
    session->hr = hr;
    if (detail != rpc_session_detail(session))
        rpc__copy_text(rpc_session_detail(session), RPC_DETAIL_MAX + 1, detail);
    session->abort_due = send_abort;
    session->greeting_due = false;
    session->ping_due = false;
    session->pong_due = false;
    session->goaway_due = false;
    if (!session->exports.live)
        rpc_session_forget(session);
}

void rpc_session_forget(struct rpc_session *session)
{
    rpc_exports_release_all(&session->exports);
}

void rpc__receive_abort(struct rpc_session *session, const uint8_t *body, size_t body_bytes)
{
    char detail[RPC_DETAIL_MAX + 1] = "";
    HRESULT hr = RPC_E_DISCONNECTED;

    (void)rpc_abort_read(body, body_bytes, &hr, detail); /* the link is dead in any case */
    rpc_session_fail(session, FAILED(hr) ? hr : RPC_E_DISCONNECTED, detail, false);
    rpc_session_forget(session);
}

/* ---- time ---- */

/* Of a dead session: what the peer may still trust in stays until it cannot any more. */
static int64_t tick_dead(struct rpc_session *session, int64_t now_ns)
{
    if (session->exports.ended)
        return RPC_NEVER;
    if (now_ns < rpc_lease_free_ns(&session->lease))
        return rpc_lease_free_ns(&session->lease);
    rpc_session_forget(session);
    return RPC_NEVER;
}

int64_t rpc_session_tick(struct rpc_session *session, int64_t now_ns)
{
    bool busy = session->calls.outstanding > 0;

    if (session->state == RPC_DEAD)
        return tick_dead(session, now_ns);
    if (session->state != RPC_OPEN) {
        if (now_ns - session->lease.started_ns < RPC_HANDSHAKE_NS)
            return session->lease.started_ns + RPC_HANDSHAKE_NS;
        rpc_session_fail(session, RPC_E_DISCONNECTED, "the peer did not answer the greeting", true);
        return tick_dead(session, now_ns);
    }
    if (now_ns < rpc_lease_end_ns(&session->lease, busy))
        return rpc_lease_tick(&session->lease, busy, now_ns, &session->ping_due);
    rpc_session_fail(session, RPC_E_DISCONNECTED, "the peer does not answer", true);
    return tick_dead(session, now_ns);
}

void rpc_session_ask(struct rpc_session *session)
{
    session->ping_due = session->state == RPC_OPEN;
}

/* ---- going away ---- */

void rpc__receive_goaway(struct rpc_session *session, const uint8_t *body, size_t body_bytes)
{
    char detail[RPC_DETAIL_MAX + 1];

    if (FAILED(rpc_goaway_read(body, body_bytes, detail))) {
        refuse(session, RPC_E_INVALID_DATA, "a Goaway is malformed");
        return;
    }
    session->gone = true;
    rpc__copy_text(rpc_session_detail(session), RPC_DETAIL_MAX + 1, detail);
    rpc_session_leave(session);
}

void rpc_session_leave(struct rpc_session *session)
{
    if (session->leaving || session->state == RPC_DEAD)
        return;
    session->leaving = true;
    session->goaway_due = (session->features & RPC_FEATURE_DRAIN) != 0;
    if (!session->goaway_due)
        session->gone = true; /* it would not understand */
}

bool rpc_session_is_drained(const struct rpc_session *session)
{
    return session->state == RPC_OPEN && session->leaving && session->gone && !session->goaway_due &&
           !session->calls.outstanding && !session->running && !session->refusal_count;
}
